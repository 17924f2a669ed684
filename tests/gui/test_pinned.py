#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings: pinned by one key from any page, said in other words, taken down and undone, and gone
back to; the workspace holds what assay-cli lists."""
import json
import re
import shutil
import subprocess

import drive
from drive import cli, until

HISTORY = 'simulated hedge 1'
WHERE = "label = '3' AND influence < 0"


def findings(work):
    return cli('finding', work, 'list')['findings']


def has(window, pattern):
    return [text for text in window.labels() if re.search(pattern, text)]


def pin(window, work, n):
    """One key; until there are n."""
    window.keys('ctrl+b')
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
    cli('score', work, 'influence')
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
