#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings: pinned by one key from any page, said in other words, taken down and undone, and gone
back to; the workspace holds what assay-cli lists."""
import json
import re
import shutil
import subprocess

import drive
from drive import again, cli, until
from page_steps import findings, has

HISTORY = 'simulated hedge 1'
WHERE = "label = '3' AND influence < 0"


def told_beside(window):
    """What is told lies over no control: in the bar, left of its first button."""
    x, y, width, height = window.box(window.find('Pinned for the report', 'label'))
    left, top, _, high = window.box(window.find('Tag…', 'push button').parent.parent)
    assert left <= x and x + width <= window.box(window.find('Keep', 'push button'))[0], (x, width)
    assert top <= y and y + height <= top + high, ((y, height), (top, high))


def pin(window, work, n):
    """One key; until there are n."""
    window.keys('ctrl+b')
    told_beside(window)
    return until(f'{n} findings', lambda: len(found := findings(work)) == n and found)[-1]


def shows(window):
    """What the map says."""
    return window.find('Map: .*').name


def pin_pages(window, work):
    """A filter on the map, a selection among the samples, curves of a simulation."""
    threes = cli('select', work, '--where', WHERE)['ids']
    window.color_by('label')
    window.search(WHERE)
    until('the filter', lambda: f'Map: {len(threes)} of' in shows(window))
    first = pin(window, work, 1)
    assert first['view'] == 'map' and first['ids'] == threes, first
    assert WHERE in first['sentence'] and f'{len(threes)} rows of' in first['sentence'], first
    state = json.loads(first['state'])
    assert (state['filter'], state['color_by']) == (WHERE, 'label'), state
    window.keys('ctrl+a')
    said = window.bar()
    assert 'estimate' in said, said
    window.keys('ctrl+3')
    second = pin(window, work, 2)
    assert second['view'] == 'samples' and second['ids'] == threes
    assert second['sentence'] == said, second
    window.keys('ctrl+7')
    until('the curves', lambda: has(window, 'What labels are worth'))
    third = pin(window, work, 3)
    assert third['n'] == cli('info', work)['rows'], third
    assert third['view'] == 'history' and 'What labels are worth' in third['sentence'], third
    drawn = cli('figure', work, 'teacher', 'hedge', '-o', work.with_suffix('.svg'))
    window.click('Teachers', 'page tab', done=lambda: drawn['summary'] in window.labels())
    window.picture('history-teachers-light')
    return threes


def change_them(window, work):
    """Taken down and said anew, each undone and done again; by mouse and by keys."""
    window.keys('ctrl+9')
    window.find('Take Down Finding 2')
    window.click('Take Down Finding 2', done=lambda: len(findings(work)) == 2)
    window.keys('ctrl+z')
    until('it is back', lambda: [one['number'] for one in findings(work)] == [1, 2, 3])
    window.keys('ctrl+shift+z')
    until('it is gone again', lambda: [one['number'] for one in findings(work)] == [1, 3])
    window.keys('ctrl+z')
    window.click('Say Finding 1 in Other Words', done=lambda: window.all('Sentence', 'text'))
    window.fill('Threes are few')
    window.keys('Return')
    until('the sentence', lambda: findings(work)[0]['sentence'] == 'Threes are few')
    window.gone('Sentence', 'text')


def go_back(window, threes):
    """From a finding to its live view."""
    window.keys('ctrl+2', 'ctrl+shift+a')
    window.click('Clear Filters', done=lambda: f'Map: {len(threes)} of' not in shows(window))
    window.keys('ctrl+9')
    window.click('1. Threes are few', done=lambda: window.all('Map: .*coloured by label'))
    assert f'Map: {len(threes)} of' in shows(window), shows(window)
    assert ' 0 selected' in shows(window), shows(window)
    window.keys('ctrl+9')
    window.click('2. .*', 'list item', done=lambda: window.all('Samples', 'tree table'))
    until('the selection', lambda: has(window, f'^{len(threes)} rows selected'))


def present(window, dark):
    """On the full screen: turned by keys, into the live view and back, by mouse too."""
    window.keys('F5')
    window.find('Threes are few', 'label')
    until('its place', lambda: has(window, '^1 of 3; '))
    window.picture(f'present-map-{"dark" if dark else "light"}')
    window.keys('Right')
    until('the second', lambda: has(window, '^2 of 3; '))
    window.keys('End')
    until('the last', lambda: has(window, '^3 of 3; .*history'))
    assert window.unnamed() == [], window.unnamed()
    window.picture(f'present-curves-{"dark" if dark else "light"}')
    window.keys('Home', 'Return')
    window.find('Map: .*coloured by label')
    window.find('Back to the Presentation')
    window.keys('Escape')
    until('the presentation', lambda: has(window, '^1 of 3; '))
    window.click('Next', 'push button', done=lambda: has(window, '^2 of 3; '))
    window.keys('Escape')
    window.find('Overview', 'page tab')
    window.gone('Back to the Presentation')


def live_fall(summary):
    """The page has the unit in its words."""
    return summary.replace(' (nats)', '')


def pin_drawings(window, work):
    """Curves of a history by its name, what a teacher did, a waterfall: pinned; of each where it is
    pinned from, what is drawn, and how its live view is known."""
    drawn = [cli('figure', work, *figure, '-o', work.with_suffix('.svg'))['summary']
             for figure in (('curves', 'mine'), ('teacher', 'hedge'), ('gains', HISTORY))]
    window.keys('ctrl+7')
    window.click('Learning Curves', 'page tab', done=lambda: has(window, 'What labels are worth'))
    window.choose('Curves Of', 'mine', lambda: has(window, re.escape(drawn[0])))
    pin(window, work, 4)
    window.click('Teachers', 'page tab', done=lambda: drawn[1] in window.labels())
    teacher = pin(window, work, 5)
    assert teacher['sentence'] == drawn[1] and teacher['view'] == 'history', teacher
    window.keys('ctrl+8')
    window.choose('History', HISTORY, lambda: window.all(re.escape(live_fall(drawn[2]))))
    fall = pin(window, work, 6)
    assert fall['view'] == 'gains' and json.loads(fall['state'])['page']['history'] == HISTORY
    return drawn


def present_drawings(window, work, dark):
    """Each stands in the presentation as it is drawn now, leads to its live view, and back."""
    drawn = pin_drawings(window, work)
    known = [lambda: has(window, re.escape(drawn[0])), lambda: drawn[1] in window.labels(),
             lambda: window.all(re.escape(live_fall(drawn[2])))]
    window.keys('ctrl+1', 'F5')
    window.keys('Home', 'Right', 'Right', 'Right')
    for number, (summary, live) in enumerate(zip(drawn, known), 4):
        until('its place', lambda: has(window, f'^{number} of 6; '))
        until('its drawing', lambda: window.all(re.escape(summary), 'image'))
        window.picture(f'present-{number}-{"dark" if dark else "light"}')
        window.keys('Return')
        window.find('Back to the Presentation')
        until('its live view', live)
        window.keys('Escape')
        until('the presentation', lambda: has(window, f'^{number} of 6; '))
        window.keys('Right')
    window.keys('Escape')
    window.find('Overview', 'page tab')


def state_of(finding):
    return json.loads(finding['state'])['page']


def lead_back(window, finding, done):
    """The finding, from the Report page to its live view, until done()."""
    row = f"{finding['number']}. .*"
    x, y, width, height = window.geometry()

    def click():
        """The last findings are below: scrolled to."""
        window.keys('ctrl+9')
        window.find(row, 'list item')
        window.xdo('mousemove', x + width // 2, y + height // 2, 'click', '--repeat', 30, 5)
        window.click(row, 'list item')
    again('the live view of the finding', click, done)


def pin_overview(window, work, n):
    """The fact that a click or an arrow key went to; come back to, its rows are selected."""
    where = 'label_issue = 1'
    rows = cli('select', work, '--where', where)['ids']
    window.keys('ctrl+1', 'ctrl+shift+a')
    window.click('Possible label errors', done=lambda: (window.focused() or window).said
                 == 'Possible label errors')
    found = pin(window, work, n)
    assert (found['view'], found['ids'], state_of(found)) == ('overview', rows, {'fact': where})
    assert found['sentence'].startswith(f'Possible label errors: {len(rows)} rows'), found
    window.keys('Up')
    above = pin(window, work, n + 1)
    assert state_of(above)['fact'] != where and above['sentence'] != found['sentence'], above
    lead_back(window, found, lambda: window.focused()
              and window.focused().said == 'Possible label errors')
    until('its rows', lambda: has(window, f'^{len(rows)} rows selected'))


def pin_scores(window, work, n):
    """The score that is told of; then what it is beside another one, and the rows apart."""
    window.keys('ctrl+6')
    window.find('influence, computed', 'list item')
    until('the score', lambda: has(window, '^Rows with a value$'))
    found = pin(window, work, n)
    valued = cli('select', work, '--where', 'influence IS NOT NULL')['ids']
    assert found['view'] == 'scores' and found['ids'] == valued, found['n']
    assert '(influence): ' in found['sentence'] and f'{len(valued)} of ' in found['sentence']
    window.click('Compare Two', done=lambda: has(window, '^→ influence '))
    until('the comparison', lambda: has(window, '^Rank correlation|no rank correlation'))
    other = has(window, '^→ influence ')[0].split()[-1]
    beside = pin(window, work, n + 1)
    assert state_of(beside) == {'score': 'influence', 'beside': other}, beside
    assert beside['sentence'].startswith(f'influence beside {other}: '), beside
    apart = cli('figure', work, 'compare', 'influence', other, '-o',
                work.with_suffix('.svg'))['numbers']
    assert sorted(beside['ids']) == sorted(one['id'] for one in apart['apart']), (beside, apart)
    window.click('label_issue, computed', 'list item',
                 done=lambda: not has(window, '^→ influence '))
    window.click('About the Score', done=lambda: has(window, '^Rows with a value$'))
    lead_back(window, beside, lambda: has(window, f'^→ influence   ↑ {other}'))
    until('the apart', lambda: has(window, f"^{beside['n']} rows selected"))


def pin_group(window, work, n):
    """A group of near copies; come back to after another threshold and another group."""
    window.keys('ctrl+4', 'alt+n')
    until('the groups', lambda: has(window, r'^Groups: \d+'), 60)

    def enter(threshold):
        window.number('Exact Threshold.*', threshold, lambda: window.keys('alt+h'))
    enter(0.985)
    second = until('groups', lambda: window.all('.*', 'list item',
                                                window.lists('Groups')[0])[1:2])[0]
    x, y, width, height = window.box(second)
    window.xdo('mousemove', x + width // 2, y + height // 2, 'click', 1)
    window.settle()
    found = pin(window, work, n)
    assert found['view'] == 'redundancy' and state_of(found)['threshold'] == 0.985, found
    assert found['n'] >= 2 and found['sentence'] in window.labels(), found
    enter(0.99)
    until('other groups', lambda: found['sentence'] not in window.labels())
    lead_back(window, found, lambda: found['sentence'] in window.labels())
    until('its rows', lambda: has(window, f"^{found['n']} rows selected"))


def pin_queue(window, work, n):
    """The rows that are left to review, and the one at hand."""
    queue = cli('review', work)['rows']
    window.keys('ctrl+0')
    until('the queue', lambda: has(window, '^Row 1 of '), 60)
    window.keys('Right', 'Right')
    until('the third', lambda: has(window, f"^Row 3 of .* {queue[2]['id']}, "))
    found = pin(window, work, n)
    assert (found['view'], state_of(found)) == ('review', {'row': queue[2]['id']}), found
    assert sorted(found['ids']) == sorted(one['id'] for one in queue), found['n']
    assert found['sentence'].startswith(f"{len(queue)} labels to look at. Row 3 of "), found
    window.keys('Left')
    until('the second', lambda: has(window, '^Row 2 of '))
    lead_back(window, found, lambda: has(window, '^Row 3 of '))


def pin_recipe(window, work, n):
    """A plan, and the retention curve with its chosen point; each come back to after the other."""
    window.keys('ctrl+5')
    until('the plan', lambda: has(window, 'rows stay'), 60)
    plan = pin(window, work, n)
    told = cli('curate', work)
    assert plan['view'] == 'curate' and plan['n'] == told['n_dropped'], plan
    assert f"{told['n_left']} of {told['n_before']} rows stay" in plan['sentence'], plan
    window.click('Retention curve.*', done=lambda: window.all('Use Step: Budget'))
    window.keys('Home', 'Right')
    until('the plan', lambda: has(window, 'rows stay') and window.all('Use Step: Budget'), 60)
    point = pin(window, work, n + 1)
    assert point['sentence'].startswith('At 10 % kept ') and state_of(point)['retention'] > 0, point
    lead_back(window, plan, lambda: not window.all('Use Step: Budget'))
    lead_back(window, point, lambda: window.all('Retention curve.*Chosen: 10 %.*'))
    assert window.focused().said.startswith('Retention curve'), window.focused().said
    window.keys('F5', 'End')
    until('its curve on the full screen', lambda: window.all('.*smallest no worse.*|.*random.*',
                                                             'image'))
    window.picture('present-retention-dark')
    window.keys('Escape')


def pin_data_map(window, work, n):
    """The data map with its hard rows selected; come back to from another tab and selection."""
    window.keys('ctrl+6')
    window.click('Data Map', done=lambda: window.all('Hard: .*', 'push button'))
    window.click('Hard: .*', 'push button', done=lambda: has(window, r'^\d+ rows? selected'))
    found = pin(window, work, n)
    told = cli('figure', work, 'datamap', '-o', work.with_suffix('.svg'))['numbers']
    assert found['view'] == 'scores' and state_of(found)['data_map'] is True, found
    assert found['n'] == told['hard'] == len(found['ids']), (found['n'], told)
    assert found['sentence'].startswith('Data map: {easy} rows are easy, {ambiguous} ambiguous, '
                                        '{hard} hard. '.format(**told)), found
    assert window.is_chosen('Data Map')
    window.click('About the Score', done=lambda: not window.is_chosen('Data Map'))
    window.keys('ctrl+2', 'ctrl+a')
    until('another selection', lambda: not has(window, f"^{found['n']} rows? selected"))
    lead_back(window, found, lambda: has(window, f"^{found['n']} rows? selected")
              and window.is_chosen('Data Map'))


def pin_others(window, work):
    """Every other page: what stands there, by one key, and back to it with its state."""
    pin_overview(window, work, 7)
    pin_scores(window, work, 9)
    pin_group(window, work, 11)
    pin_queue(window, work, 12)
    pin_recipe(window, work, 13)
    pin_data_map(window, work, 15)


def look(work, dark):
    """The page as it is found, with no toast above it."""
    with drive.Window(work, dark=dark) as window:
        window.scored()
        window.keys('ctrl+9')
        window.find('Take Down Finding 2')
        assert window.unnamed() == [], window.unnamed()
        window.picture(f'findings-{"dark" if dark else "light"}')
        present(window, dark)
        present_drawings(window, work, dark)
        pin_others(window, work)


def name_history(work, path):
    """The simulated history again as one of the user's own, with an accuracy a round."""
    subprocess.run([drive.CLI, 'history', work, 'export', HISTORY, '-o', path], check=True)
    with open(path, 'a', encoding='utf-8') as file:
        for loop in range(4):
            file.write(json.dumps({'loop': loop, 'accuracy': .6 + .1 * loop}) + '\n')
    cli('history', work, 'import', path)


def test_pinned():
    """Pinned, changed, undone, gone back to; light and dark"""
    data = shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv')
    work = data.with_suffix('.assay')
    cli('new', work, data)
    cli('score', work, 'influence', 'label_issue', 'confidence', 'variability', 'correctness')
    cli('figure', work, 'retention', 'influence', '-o', work.with_suffix('.svg'))
    cli('map', work, 'pca')
    cli('simulate', work, '--strategy', 'hedge', '--rounds', '3', '--repeats', '2')
    name_history(work, data.with_name('mine.jsonl'))
    cli('gains', work, HISTORY)
    with drive.Window(work) as window:
        window.scored()
        threes = pin_pages(window, work)
        change_them(window, work)
        go_back(window, threes)
        present(window, False)
        window.close()
    assert findings(work)[0]['sentence'] == 'Threes are few'
    look(work, True)


drive.main(globals())
