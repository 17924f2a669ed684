#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Near copies in the window: find, move the threshold, look at a group, drop, undo; what the page
says is what assay-cli says of the same workspace."""
import os
import pathlib
import re
import shutil

import drive
from drive import cli, until

SUMMARY = (r'Groups: (\d+), with (\d+) rows\. Rows that may go: (\d+)\. Groups with differing '
           r'labels: (\d+); in several parts: (\d+)')
PREDICTED = r'predicted(?: \(rough\))? ([+-][0-9.]+) points'


def said(window):
    found = [re.fullmatch(SUMMARY, text) for text in window.labels()]
    return next(([int(number) for number in one.groups()] for one in found if one), None)


def expected(found):
    return [found['n_groups'], found['n_in_groups'], found['n_redundant'], found['n_conflicts'],
            found['leaks']['n_groups']]


def find_copies(window):
    """With the pointer; returns the figures at the threshold that the page starts with."""
    window.keys('ctrl+4')
    window.click('.*Find Near Copies', 'push button')
    return until('the groups', lambda: said(window), 120)


def set_threshold(window, text, before):
    """With keys, into the exact entry; returns the other figures."""
    window.click('Exact Threshold.*', 'spin button')
    window.keys('ctrl+a')
    window.type(text)
    window.keys('Return')
    return until('other groups', lambda: said(window) != before and said(window))


def keep_first(window):
    """Another rule of what stays: of what was found, without a new search."""
    window.choose('Which Row Stays', 'Keep the first',
                  lambda: window.all('Keep the first', 'label'))
    window.choose('Order of Groups', 'Weakest link first',
                  lambda: window.all('Weakest link first', 'label'))
    window.idle()


def drop_and_undo(window, folder):
    """One decision, one step back; then the same again, which stays."""
    window.click('.*Select What Would Go', 'push button')
    window.click('.*Drop All but Representatives', 'push button')
    dropped = window.export(folder / 'with.csv')
    assert {row['decision'] for row in dropped} == {'drop'}
    window.click('Undo', 'push button')
    undone = window.export(folder / 'without.csv')
    assert [row['id'] for row in undone] == [row['id'] for row in dropped]
    assert 'drop' not in {row['decision'] for row in undone}
    window.click('.*Drop All but Representatives', 'push button')
    return [row['id'] for row in dropped]


def copies(data, picture, loose, dark=False):
    work = data.with_suffix('.assay')
    with drive.Window(data, dark=dark) as window:
        window.keys('ctrl+1')
        window.scored()
        first = find_copies(window)
        window.picture(f'{picture}-groups')
        second = set_threshold(window, loose, first)
        keep_first(window)
        window.click('.*Predict', 'push button')
        line = until('the prediction', lambda: [text for text in window.labels()
                                                if re.match(PREDICTED, text)], 120)[0]
        window.picture(f'{picture}-curve')
        assert window.unnamed() == []
        dropped = drop_and_undo(window, data.parent)
        window.close()
    strict = cli('redundancy', work, '--floor', '0.9', '--no-uniqueness')
    assert first == expected(strict), (first, expected(strict))
    found = cli('redundancy', work, '--floor', '0.9', '--threshold', loose, '--curve',
                '--keep', 'first', '--no-uniqueness')
    assert second == expected(found), (second, expected(found))
    told = [str(one) for one in cli('select', work, '--where', 'redundant = 1')['ids']]
    assert dropped == told, (len(dropped), len(told))
    assert len(told) == second[2], (len(told), second)
    kept = cli('select', work, '--where', "decision = 'drop'")['ids']
    assert [str(one) for one in kept] == told
    nearest = min(found['curve'], key=lambda at: abs(at['threshold'] - float(loose)))
    change = 100 * nearest['accuracy_change']
    assert abs(float(re.match(PREDICTED, line)[1]) - change) <= 0.0051, (line, change)


def copy_of_sample():
    return shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv')


def test_sample_dark():
    """The sample's near copies, in dark colours"""
    copies(copy_of_sample(), 'redundancy-dark', '0.97', dark=True)


def test_sms():
    """Text messages, of which many are copies"""
    source = pathlib.Path(os.environ.get('ASSAY_TEST_DATA', '/none')) / 'sms_spam'
    if not source.exists():
        raise drive.Skip('no ASSAY_TEST_DATA')
    data = drive.folder() / 'sms.tsv'
    source = source / 'SMSSpamCollection.tsv'
    copies(shutil.copy(source, data), 'redundancy-sms', '0.95')


drive.main(globals())
