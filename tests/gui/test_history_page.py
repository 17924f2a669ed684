#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The History page: curves, the replay, two histories beside each other, the audit, and rounds of
the live loop labelled by keys; what it says is what assay-cli says of the same workspace."""
import csv
import re

import drive
from drive import cli, until



def rows():
    with open(drive.SAMPLE, encoding='utf-8', newline='') as file:
        return list(csv.reader(file))


def write(path, table):
    with open(path, 'w', encoding='utf-8', newline='') as file:
        csv.writer(file).writerows(table)


def simulated(folder, rounds):
    """A workspace with two strategies played, and what two_phase took."""
    work = folder / 'whole.assay'
    cli('new', work, drive.SAMPLE)
    cli('map', work, 'pca')
    cli('simulate', work, '--strategy', 'two_phase', '--rounds', str(rounds), '--repeats', '1')
    return work


def has(window, pattern):
    return [text for text in window.labels() if re.search(pattern, text)]


def look(dark):
    """Curves, replay by mouse and keyboard, two histories, the audit."""
    work = simulated(drive.folder(), 6)
    shown = cli('history', work, 'show', 'simulated two_phase 1')
    other = cli('history', work, 'show', 'simulated random 1')
    last = shown['rounds'][5]['metrics']['accuracy']
    audit = cli('history', work, 'audit', 'simulated random 1')
    with drive.Window(work, dark=dark) as window:
        window.keys('ctrl+7')
        said = until('the curves', lambda: has(window, 'What labels are worth'))[0]
        assert '2 curves of accuracy over labels' in said, said
        assert window.unnamed() == [], window.unnamed()
        window.picture(f'history-curves-{"dark" if dark else "light"}')
        window.click('Replay and Audit')
        until('the start', lambda: has(window, 'Start: 20 rows'))
        window.choose('History A', 'simulated two_phase 1',
                      lambda: has(window, f'accuracy {last:.4g}'))
        window.choose('History B', 'simulated random 1', lambda: has(window, '^Both|Start'))
        window.click('4: 10 rows.*', done=lambda: has(window, 'Round 4, .*60 have a label'))
        a = {i for r in shown['rounds'][:4] for i in r['ids']} | set(shown['start_ids'])
        b = {i for r in other['rounds'][:4] for i in r['ids']} | set(other['start_ids'])
        window.click(f'A Only: {len(a - b)}')
        window.click('Select Them', 'push button')
        until('the selection', lambda: has(window, f'^{len(a - b)} rows selected'))
        window.find(f'B Only: {len(b - a)}')
        window.find(f'Both: {len(a & b)}')
        window.picture(f'history-replay-{"dark" if dark else "light"}')
        if dark:
            return
        window.choose('History A', 'simulated random 1', lambda: has(window, 'Round 4, random'))
        window.click('Audit', 'push button',
                     done=lambda: has(window, re.escape(audit['sentence'])))
        window.click('Play', done=lambda: has(window, 'Round 6, random|Round 5, random'))
        until('the end', lambda: has(window, 'Round 6, random'))
        assert window.unnamed() == [], window.unnamed()
        window.picture(f'history-audit-{"dark" if dark else "light"}')


def test_light():
    """Curves, replay, comparison and audit, in light colours"""
    look(False)


def test_dark():
    """The same in dark colours"""
    look(True)


def test_rounds():
    """Ten rounds opened and labelled by keys equal a simulation with the same seed, row for row"""
    folder = drive.folder()
    whole = folder / 'played.assay'
    cli('new', whole, drive.SAMPLE)
    cli('simulate', whole, '--strategy', 'two_phase', '--rounds', '10', '--repeats', '1')
    played = cli('history', whole, 'show', 'simulated two_phase 1')
    aside = set(cli('select', whole, '--where', "split = 'test'")['ids'])
    table, label = rows(), {}
    start, judged = set(played['start_ids']), set(played['judged_ids'])
    live = [table[0] + ['part']]
    for row in table[1:]:
        label[row[0]] = row[1]
        part = 'train' if row[0] in start else 'valid' if row[0] in judged \
            else 'test' if row[0] in aside else 'pool'
        live.append([row[0], '' if part == 'pool' else row[1]] + row[2:] + [part])
    write(folder / 'live.csv', live)
    work = folder / 'live.assay'
    cli('new', work, folder / 'live.csv', '--features', 'p??', '--label', 'label', '--id', 'id',
        '--split', 'part')
    with drive.Window(work) as window:
        window.keys('ctrl+7')
        window.click('Open Round', 'page tab')
        for number, one in enumerate(played['rounds'], 1):
            window.click('Open Round', 'push button',
                         done=lambda: has(window, f'Round {number}, by two_phase'))
            if number == 1:
                window.picture('history-round-light')
                assert window.unnamed() == [], window.unnamed()
                window.click('Label 3', done=lambda: has(window, '; 1 have a label'))
                window.keys('Page_Up')
                window.keys('BackSpace')
                until('it is taken back', lambda: has(window, '; 0 have a label'))
            window.keys(*[label[row] for row in one['ids']])
            until('the round is closed', lambda: has(window, f'Round {number} is closed: 10 rows'))
    found = cli('history', work, 'show', 'loop')
    assert [one['ids'] for one in found['rounds']] == [one['ids'] for one in played['rounds']]
    assert [one['metrics']['accuracy'] for one in found['rounds']] \
        == [one['metrics']['accuracy'] for one in played['rounds']]


drive.main(globals())
