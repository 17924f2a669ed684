#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Review page: the order and what is said of each row are those of assay-cli review; rows are
answered by keys in the dark and by the pointer in the light; answers are decisions, taken back one
by one; after them the head is refitted."""
import csv
import pathlib
import random
import re

import drive
from drive import cli, until

ROOT = pathlib.Path(__file__).resolve().parents[2]


def make():
    """The sample with a tenth of its labels changed, scored, in a workspace."""
    draw = random.Random(3)
    with open(ROOT / 'data/samples/digits.csv', encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if draw.random() < 0.1:
            row['label'] = draw.choice([c for c in '0123456789' if c != row['label']])
    data = drive.folder() / 'wrong.csv'
    with open(data, 'w', encoding='utf-8', newline='') as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
    return data


def place(window):
    """Number and id of the row shown."""
    found = [re.match(r'Row (\d+) of (\d+): (\S+), a row of (\w+)', text)
             for text in window.labels()]
    found = [one for one in found if one]
    return found[0].groups() if found else None


def at(window, row):
    return until(f'the row {row["id"]}', lambda: (place(window) or ('', '', '')) [2] == row['id'])


def check_row(window, row):
    """What is said of the row shown."""
    at(window, row)
    labels = window.labels()
    if row['suggestion'] is None:
        assert f"Labelled {row['label']}, and it hurts: does it belong here?" in labels
    else:
        assert f"Labelled {row['label']}. Is it {row['suggestion']}?" in labels, labels
    percent = f"{min(100 * row['wrong'], 99):.0f} %"
    assert any('robability of ' + percent in text for text in labels), (row, percent)


def check_total(window, found):
    """The lines below, against the command."""
    want = (f"Reviewed {found['n_reviewed']}, changed {found['n_changed']}: validation loss "
            f"{found['loss_before']:.4g} → {found['loss_now']:.4g}, accuracy "
            f"{100 * found['accuracy_before']:.2f} % → {100 * found['accuracy_now']:.2f} % "
            "(refitted, a preview)")
    until(want, lambda: want in window.labels())
    assert found['sentence'] in window.labels()
    for note in found['notes']:
        assert any(note in text for text in window.labels()), note


def decisions(work):
    return [(one['decision'], one['value']) for one in cli('decide', work, 'log')['decisions']
            if one['active']]


def walk(dark):
    data = make()
    work = data.with_suffix('.assay')
    name = 'review-dark' if dark else 'review-light'
    with drive.Window(data, dark=dark) as window:
        window.scored()
        window.keys('ctrl+0')
        window.find('Accept: .*', 'push button')
        found = cli('review', work, '--limit', '0')
        rows = found['rows']
        assert place(window) == ('1', str(found['n']), rows[0]['id'], 'valid')
        check_row(window, rows[0])
        check_total(window, found)
        assert not window.unnamed(), window.unnamed()
        window.picture(name)
        (by_keys if dark else by_pointer)(window, work, rows)
        window.picture(f'{name}-answered')
        window.click('Order Anew', 'push button')
        again = cli('review', work, '--limit', '0')
        assert again['n_reviewed'] > 0
        check_total(window, again)
        check_row(window, again['rows'][0])
        prove(window, work, again['rows'])
        window.picture(f'{name}-proved')


def by_keys(window, work, rows):
    """Suggestion, keep, exclude, a class, needs review, Z, arrows."""
    window.keys('w')
    at(window, rows[1])
    window.keys('q')
    at(window, rows[2])
    window.keys('e')
    at(window, rows[3])
    other = next(c for c in '0123456789' if c not in (rows[3]['label'], rows[3]['suggestion']))
    window.keys(other)
    at(window, rows[4])
    window.keys('n')
    check_row(window, rows[5])
    assert decisions(work) == [('relabel', rows[0]['suggestion']), ('keep', None), ('drop', None),
                               ('relabel', other), ('tag', 'needs review')], decisions(work)
    window.keys('z')
    at(window, rows[4])
    until('what was taken back', lambda: window.all('Taken back'))
    assert len(decisions(work)) == 4
    window.keys('Right', 'Right')
    check_row(window, rows[6])
    window.keys('Left')
    at(window, rows[5])
    window.keys(rows[5]['label'])  # its own class: it stays
    until('the answer', lambda: decisions(work)[-1:] == [('keep', None)])


def by_pointer(window, work, rows):
    """The same with buttons, and a near row."""
    window.click('Accept: .*', 'push button', lambda: decisions(work) != [])
    at(window, rows[1])
    near = window.all('Select near row .*', 'push button')
    assert len(near) == 6, len(near)
    window.click('Select near row .*', 'push button',
                 lambda: window.bar().startswith('1 row selected'))
    window.click('Keep the Label', 'push button', lambda: len(decisions(work)) == 2)
    at(window, rows[2])
    window.click('Exclude', 'push button', lambda: len(decisions(work)) == 3)
    at(window, rows[3])
    window.click(f"It is {rows[3]['suggestion']}", 'push button',
                 lambda: len(decisions(work)) == 4)
    at(window, rows[4])
    window.click('Needs Review', 'push button', lambda: len(decisions(work)) == 5)
    assert decisions(work) == [('relabel', rows[0]['suggestion']), ('keep', None), ('drop', None),
                               ('relabel', rows[3]['suggestion']), ('tag', 'needs review')]
    at(window, rows[5])
    window.click('Next', 'push button', lambda: place(window)[2] == rows[6]['id'])
    window.click('Previous', 'push button', lambda: place(window)[2] == rows[5]['id'])
    window.click('Explain This Row', 'push button', lambda: window.all('.*if removed [+-].*'))


def prove(window, work, rows):
    """A training row is answered too, then all is proved on test."""
    window.keys('w')
    at(window, rows[1])
    last = rows[-1]
    assert last['part'] == 'train'
    window.keys('Left', 'Left')  # around the end
    check_row(window, last)
    window.keys('w')
    until('the answer', lambda: decisions(work)[-1] == (
        ('relabel', last['suggestion']) if last['suggestion'] else ('drop', None)))
    window.click('Prove the Answers', 'push button',
                 lambda: any('refitted head:' in text for text in window.labels()))
    before = place(window)
    window.keys('Right')  # though the button that had the focus was insensitive meanwhile
    until('the next row by its key', lambda: place(window) != before)


def test_keys():
    """By keys, in the dark"""
    walk(True)


def test_pointer():
    """By the pointer, in the light"""
    walk(False)


drive.main(globals())
