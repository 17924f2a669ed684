#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome curve and a number of the report, pinned by one key: come back to with their state,
beside what was looked at meanwhile and in a window opened anew; by the pointer in light colours, by
keys alone in dark ones."""
import contextlib
import json
import re
import shutil
import sqlite3

import drive
from drive import again, cli, plain, until
from page_steps import enter, find_copies, findings, has, press, walk, write_report

CURVE = '.* curves? .*over threshold: .*'
OUTCOME = r'at ([0-9.e-]+): predicted.*'
TABS = 200


def openings(work):
    """How often the test part was looked at, as the workspace counts it."""
    with contextlib.closing(sqlite3.connect(f'file:{work}?mode=ro', uri=True)) as file:
        return file.execute("SELECT json FROM item WHERE kind = 'setting' AND name = 'test'") \
            .fetchall()


def outcome(window):
    found = [text for text in window.labels() if re.fullmatch(OUTCOME, text)]
    return found[0] if found else None


def threshold(window):
    return window.find('Threshold', 'slider').value()


def focus_row(window, pattern):
    """Tab to the list, arrows in it."""
    passed = []
    for _ in range(TABS):
        part = window.focused()
        if part is not None and re.fullmatch(pattern, part.said):
            return
        passed.append(part and part.said)
        window.keys('Tab' if part is None or part.role != 'list item' else 'Down')
    raise AssertionError(f'no key leads to {pattern}, but to {passed}')


def lead_back(window, finding, by_keys, done):
    """From the Report page to the live view, by the row of the finding."""
    row = f"{finding['number']}\\. .*"

    def lead():
        window.keys('ctrl+9')
        window.find(row, 'list item')
        if by_keys:
            focus_row(window, row)
            window.keys('Return')
        else:
            window.click(row, 'list item')
    again('the live view', lead, done)


def pin(window, work):
    n = len(findings(work))
    window.keys('ctrl+b')
    return until('one finding more', lambda: len(found := findings(work)) > n and found)[-1]


# --- the outcome curve ---

def make_curve(window, by_keys):
    """Predicted by the pointer; refitted by keys, which opens the test part."""
    find_copies(window, 'alt+n' if by_keys else None)
    enter(window, 'Exact Threshold', '0.97', by_keys)
    until('the groups', lambda: has(window, r'^Groups: '))
    if by_keys:
        again('the curve', lambda: press(window, '.*Refit and Compare', 'alt+a'),
              lambda: window.all('Running Tasks') or outcome(window))
        until('the curve', lambda: (outcome(window) or '').count('on test rows'), 240)
    else:
        again('the curve', lambda: press(window, '.*Predict', None),
              lambda: window.all('Running Tasks') or outcome(window))
        until('the curve', lambda: outcome(window), 120)
    window.idle(240)


def choose_point(window, by_keys):
    """A point of the curve, which is the threshold then; what is said of it."""
    if by_keys:
        walk(window, CURVE, 'shift+Tab')
        window.keys('Home')
        until('the first point', lambda: .9 <= threshold(window) < .91)
        first = threshold(window)
        window.keys('Right', 'Right', 'Right', 'Right')
    else:
        window.click(CURVE, 'image', done=lambda: threshold(window) != .97)
        first = .97
    until('another point', lambda: abs(threshold(window) - first) > 1e-4)
    line = until('what is said of it', lambda: outcome(window))
    until('the groups at it', lambda: has(window, r'^Groups: '))
    return threshold(window), line


def pin_curve(window, work, by_keys):
    make_curve(window, by_keys)
    at, line = choose_point(window, by_keys)
    summary = window.find(CURVE, 'image').name
    found = pin(window, work)
    page = json.loads(found['state'])['page']
    assert found['view'] == 'redundancy' and abs(page['threshold'] - at) < 1e-4, found
    assert found['sentence'].endswith(line), (found['sentence'], line)
    points = page['outcome']['points']
    assert all(point['refitted'] is by_keys for point in points) and len(points) > 5, points
    return {**found, 'at': at, 'line': line, 'summary': summary}


def is_curve(window, found):
    return outcome(window) == found['line'] and abs(threshold(window) - found['at']) < 1e-4 \
        and window.all(re.escape(found['summary']), 'image')


def curve_again(window, work, found, by_keys, picture):
    """The curve as it was, with its point and the rows that go; the test part is not opened."""
    before = openings(work)
    lead_back(window, found, by_keys, lambda: is_curve(window, found))
    until('its rows', lambda: has(window, f"^{found['n']} rows? selected"))
    until('the focus', lambda: window.focused() and window.focused().said == found['summary'])
    assert openings(work) == before
    assert window.unnamed() == [], window.unnamed()
    window.picture(picture)


def leave_curve(window, by_keys):
    """Another threshold, another search, which has no curve; another page and selection."""
    enter(window, 'Exact Threshold', '0.99', by_keys)
    if by_keys:
        walk(window, 'Loosest Threshold.*', 'shift+Tab')
    enter(window, 'Loosest Threshold', '0.95', by_keys)
    press(window, '.*Find Again', 'alt+n' if by_keys else None)
    until('no curve', lambda: has(window, '^What would a threshold cost'), 60)
    window.keys('ctrl+2', 'ctrl+a')


# --- a number of the report ---

def said_of(one):
    return f"{one['text']}: {one['statement']}"


def pin_number(window, work, by_keys):
    path = work.with_name('report.html')
    window.keys('ctrl+5')
    until('the plan', lambda: has(window, 'rows stay'), 120)
    write_report(window, path, by_keys)
    told = cli('report', work, '--random', '20', '-o', work.with_name('again.html'))['facts']
    one = next(one for one in told if one['id'] == 'curate.n_dropped')
    window.keys('ctrl+9')
    until('the numbers', lambda: window.all(re.escape(said_of(one)), 'list item'))
    focus_row(window, re.escape(said_of(one)))
    found = pin(window, work)
    rows = cli('report', work, '--random', '20', '--rows', one['id'])['ids']
    assert (found['view'], found['ids'], found['sentence']) == ('report', rows, said_of(one)), found
    until('the focus stays', lambda: window.focused() and window.focused().said == said_of(one))
    return found


def number_again(window, found, by_keys):
    """Where the report is still told: the number itself, with its rows selected."""
    window.keys('ctrl+2', 'ctrl+a')
    lead_back(window, found, by_keys, lambda: window.focused()
              and window.focused().said == found['sentence'])
    until('its rows', lambda: has(window, f"^{found['n']} rows? selected"))


def rows_again(window, found, by_keys):
    """Before a report is written anew there is no such list: its rows."""
    lead_back(window, found, by_keys, lambda: window.all('Samples', 'tree table'))
    until('its rows', lambda: has(window, f"^{found['n']} rows? selected"))


def walk_through(by_keys):
    color = 'dark' if by_keys else 'light'
    data = shutil.copy(drive.SAMPLE, drive.folder() / f'digits-{color}.csv')
    work = data.with_suffix('.assay')
    cli('new', work, data)
    cli('score', work, 'influence', 'label_issue')
    cli('map', work, 'pca')
    with drive.Window(work, dark=by_keys) as window:
        window.scored()
        curve = pin_curve(window, work, by_keys)
        leave_curve(window, by_keys)
        curve_again(window, work, curve, by_keys, f'pinned-curve-{color}')
        number = pin_number(window, work, by_keys)
        number_again(window, number, by_keys)
        window.close()
    with drive.Window(work, dark=by_keys) as window:
        window.scored()
        curve_again(window, work, curve, by_keys, f'pinned-curve-anew-{color}')
        rows_again(window, number, by_keys)
        window.keys('F5', 'Home')
        until('its drawing', lambda: window.all(re.escape(curve['summary']), 'image'))
        window.picture(f'present-outcome-{color}')
        window.keys('Escape')
        window.close()
    cli('redundancy', work, '--floor', '0.9', '--no-uniqueness', '--threshold', repr(curve['at']))
    assert cli('select', work, '--where', 'redundant = 1')['ids'] == curve['ids']
    assert [plain(one['sentence']) for one in findings(work)] \
        == [curve['sentence'], number['sentence']]


def test_light():
    """By the pointer, in light colours"""
    walk_through(False)


def test_dark():
    """By keys alone, in dark colours"""
    walk_through(True)


drive.main(globals())
