#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Curate page: what its steps take, a changed step, the proof, the decisions, undo; what the
page says is what assay-cli says of the same workspace."""
import json
import re
import shutil

import drive
from drive import cli, until
from page_steps import write_report

SUMMARY = r'(\d+) of (\d+) rows stay, (\d+) are relabelled'
TAKES = r'takes (\d+) \(alone (\d+)\).*; (\d+) rows left\n(.+)'
TUNED = {'threshold': '0.97', 'keep': 'first'}
STEPS_TUNED = [{'step': 'decisions'}, {'step': 'drop_duplicates', **TUNED},
               {'step': 'drop_label_issues'}]
STEPS = ['Decisions', 'Near copies', 'Likely label errors']


def said(window):
    """n_left, n_before, n_relabelled, and of each step what it takes, alone, and what is left."""
    labels = window.labels()
    found = [re.fullmatch(SUMMARY, text) for text in labels]
    steps = [[int(number) for number in one.groups()[:3]]
             for one in (re.fullmatch(TAKES, text) for text in labels) if one]
    whole = next(([int(number) for number in one.groups()] for one in found if one), None)
    return whole and [whole, steps]


def expected(plan):
    return [[plan['n_left'], plan['n_before'], plan['n_relabelled']],
            [[step['n_took'], step['n_alone'], step['n_left']]
             for step in plan['steps'] if step['on']]]


def effects(window):
    """What each step that is on is estimated to do, once that is known."""
    def known():
        found = [one.group(4) for one in (re.fullmatch(TAKES, text) for text in window.labels())
                 if one]
        return found and not any('…' in one for one in found) and found
    return until('the effects', known, 120)


def order(window):
    """The steps' titles as they stand, from top to bottom."""
    found = [re.fullmatch('Use Step: (.*)', one.said) for one in window.all('Use Step: .*')]
    return [one[1] for one in found]


def step_row(window, name):
    """The row of a step; its title stands on other pages too."""
    return next(one for one in window.find(f'Use Step: {name}').chain() if one.role == 'list item')


def reorder(window):
    """By the row's button, by Alt and an arrow, by dragging; each is the recipe's new order."""
    assert order(window) == STEPS, order(window)
    window.click('Move Step Down: Near copies', 'push button',
                 done=lambda: order(window) == [STEPS[0], STEPS[2], STEPS[1]])
    # the focus has gone with the step
    drive.again('a step moved by keys', lambda: window.keys('alt+Up'),
                lambda: order(window) == STEPS)
    window.idle()
    row, above = (window.box(window.find(f'Use Step: {name}')) for name in STEPS[2:0:-1])
    x = row[0] + row[2] + 120

    def drag():
        moves = []
        for k in range(1, 9):
            moves += ['mousemove', x, row[1] + (above[1] - row[1]) * k // 8 + row[3] // 2, 'sleep',
                      0.05]
        window.xdo('mousemove', x, row[1] + row[3] // 2, 'mousedown', 1, 'sleep', 0.1, *moves,
                   'sleep', 0.2, 'mouseup', 1)
        window.settle()
    drive.again('a step dragged', drag, lambda: order(window) == [STEPS[0], STEPS[2], STEPS[1]])
    window.click('Move Step Up: Near copies', 'push button', done=lambda: order(window) == STEPS)


def tune(window, name, values):
    """Unfolds a step and changes parameters of it: typed, applied with Enter; waits for the plan.
    Returns what the page says then, and of the effects."""
    window.click(name, 'label', done=lambda: window.all(next(iter(values)), 'text'),
                 within=step_row(window, name))
    for field, text in values.items():
        def enter():
            window.click(field, 'text')
            window.keys('ctrl+a')
            window.type(text)
        drive.again(f'{text} in {field}', enter, lambda: any(
            one.text() == text for one in window.all(field, 'text')))
        window.keys('Return')
    window.idle()
    found = until('the tuned plan', lambda: said(window) and len(said(window)[1]) == 3
                  and said(window), 120)
    told = effects(window)
    window.click(name, 'label', done=lambda: not window.all(next(iter(values)), 'text'),
                 within=step_row(window, name))
    return found, told


def check_tuned(work, name, tuned):
    """What the page said is what the command line says of the same steps."""
    found, told, steps = tuned
    recipe = work.with_name(name)
    recipe.write_text(json.dumps({'assay_recipe': 1, 'steps': steps}), encoding='utf-8')
    plan = cli('curate', work, '--recipe', recipe, '--effects')
    assert found == expected(plan), (found, expected(plan))
    assert told == [step['effect']['sentence'] for step in plan['steps']], (told, plan['steps'])


def see_savings(window):
    """The dialog says what is not known; a stated input is remembered and answers it."""
    window.click('Savings…', 'push button')
    until('what is not known', lambda: any('training_hours is not given' in text
                                           for text in window.labels()), 60)
    assert window.unnamed() == [], window.unnamed()
    entry = window.find('Time of one training.*')
    window.click('Time of one training.*')
    window.type('8')
    window.keys('Return')
    until('the hours', lambda: any(re.search(r'training, hours a year: [0-9.e-]+ \(', text)
                                   for text in window.labels()), 60)
    window.picture('savings')
    window.keys('Escape')
    until('the dialog to close', lambda: not any('training_rate is not given' in text
                                                 for text in window.labels()), 60)
    assert entry is not None


def check_report(window, path):
    """Written by keys alone."""
    write_report(window, path, True)
    page = path.read_text(encoding='utf-8')
    assert page.startswith('<!DOCTYPE html>') and 'Proof' in page and page.endswith('</html>\n')


def follow_each(window, told):
    """Each number in turn, as a screen reader takes it: as many rows are selected as it has."""
    window.keys('ctrl+9')
    until('the numbers', lambda: window.all(re.escape(said_of(told[-1])), 'list item'), 60)
    items = {}
    for part in window.all('.*', 'list item'):
        items.setdefault(part.said, []).append(part)
    rows = next(part for part in window.all(r'\d+ rows? selected.*', 'label'))
    for one in told:
        part = items[said_of(one)].pop(0)
        assert part.act(), one
        n = f"{one['n_rows']} row{'s' * (one['n_rows'] != 1)} selected" \
            if one['n_rows'] else 'Nothing selected'
        until(f"the rows of {one['id']}", lambda: rows.name.startswith(n), 20)
    assert not any(items[said_of(one)] for one in told)


def pin_number(window, work, told):
    """The number that has the focus is pinned by one key, with the rows that report tells of it."""
    one = next(one for one in told if one['id'] == 'curate.n_dropped')
    window.keys('ctrl+9')
    item = f'{re.escape(said_of(one))}'
    for _ in range(200):
        part = window.focused()
        if part is not None and part.said == said_of(one):
            break
        window.keys('Tab' if part is None or part.role != 'list item' else 'Down')
    assert re.fullmatch(item, window.focused().said), window.focused().said
    window.keys('ctrl+b')
    found = until('the finding', lambda: cli('finding', work, 'list')['findings'], 20)[-1]
    rows = cli('report', work, '--random', '20', '--rows', one['id'])['ids']
    assert (found['view'], found['ids'], found['sentence']) == ('report', rows, said_of(one))
    assert json.loads(found['state'])['page'] == {'number': one['id']}, found
    window.keys('ctrl+z')
    until('no finding', lambda: not cli('finding', work, 'list')['findings'], 20)


def said_of(one):
    return f"{one['text']}: {one['statement']}"


def see_numbers(window, work, dark):
    """The Report page has every number of the report with its sentence; one leads to its rows."""
    told = cli('report', work, '--random', '20', '-o', work.with_name('again.html'))['facts']
    window.keys('ctrl+9')
    want = [f"{one['id']}, {one['n_rows']} row{'s' * (one['n_rows'] != 1)}: {one['about']}"
            for one in told]
    until('the numbers', lambda: want[-1] in window.labels(), 60)
    labels = window.labels()
    assert [text for text in labels if text in set(want)] == want
    assert all(f"{one['text']}: {one['statement']}" in labels for one in told)
    until('the toast to go', lambda: window.unnamed() == [], 30)
    window.picture(f'report-numbers-{"dark" if dark else "light"}')
    first = told[0]
    window.click(re.escape(f"{first['text']}: {first['statement']}"), 'list item',
                 done=lambda: window.all('Samples', 'tree table'))
    until('its rows', lambda: any(text.startswith(f"{first['n_rows']} rows selected")
                                  for text in window.labels()))
    if dark:
        pin_number(window, work, told)
    else:
        follow_each(window, told)
    window.keys('ctrl+5')
    until('the recipe again', lambda: said(window))


def journey(dark):
    data = shutil.copy(drive.SAMPLE, drive.folder() / f'digits-{dark}.csv')
    with drive.Window(data, dark=dark) as window:
        window.keys('ctrl+1')
        window.scored()
        window.keys('ctrl+5')
        first = until('the plan', lambda: said(window), 120)
        nameless = window.unnamed()
        assert nameless == [], nameless
        window.picture(f'curate-{"dark" if dark else "light"}')
        reorder(window)
        again = until('the plan in its order', lambda: said(window) == first and said(window), 120)
        assert again == first
        tuned = (*tune(window, 'Near copies', TUNED), STEPS_TUNED)
        window.picture(f'curate-tuned-{"dark" if dark else "light"}')
        tune(window, 'Near copies', {'threshold': '0.99', 'keep': 'central'})
        until('the first plan', lambda: said(window) == first, 120)
        window.click('Use Step: Near copies')
        second = until('another plan', lambda: said(window) not in (None, first)
                       and len(said(window)[1]) == 2 and said(window), 120)
        window.click('Use Step: Near copies')
        until('the first plan', lambda: said(window) == first, 120)
        window.click('Prove Recipe', 'push button')
        proof = until('the proof', lambda: [text for text in window.labels()
                                            if text.startswith('Proof: ')], 120)[0]
        see_savings(window)
        check_report(window, data.with_suffix('.html'))
        see_numbers(window, data.with_suffix('.assay'), dark)
        window.click('Record as Decisions', 'push button')
        until('the decisions', lambda: (said(window) or [0, [[0]]])[1][0][0] > 0, 120)
        window.close()
    return data.with_suffix('.assay'), first, second, proof, tuned


def check(dark):
    work, first, second, proof, tuned = journey(dark)
    dropped = set(cli('select', work, '--where', "decision = 'drop'")['ids'])
    while cli('select', work, '--where', "decision = 'drop'", '--count')['n'] > 0:
        cli('decide', work, 'undo')
    plan = cli('curate', work, '--prove', '--random', '20')
    assert first == expected(plan), (first, expected(plan))
    check_tuned(work, 'tuned.json', tuned)
    assert proof.startswith(f"Proof: {plan['proof']['sentence']};"), (proof, plan['proof'])
    assert f"opened {plan['proof']['test_openings']} time" in proof, proof
    assert 'at random, 20 times' in proof, proof
    hours = next(one for one in cli('savings', work)['savings'] if one['id'] == 'training_hours')
    assert hours['likely'] == 8 * plan['n_dropped'] / plan['n_before'], hours
    assert len(dropped) == plan['n_dropped']
    assert second[1][0] == first[1][0] and second[0][1] == first[0][1]
    took = first[1][1][0]
    assert second[0][0] >= first[0][0] and second[0][0] <= first[0][0] + took


def test_light():
    """A recipe planned, changed, proved and recorded, in light colours"""
    check(False)


def test_dark():
    """The same in dark colours"""
    check(True)


if __name__ == "__main__":
    drive.main(globals())
