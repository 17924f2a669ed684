# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job in the window, checked against assay-cli on the same workspace."""
import math
import re

import drive
from drive import cli, until

NUMBER = r'([+-][0-9.e+-]+|[+-]?nan)'
LASSO = [(0.35, 0.45), (0.6, 0.35), (0.75, 0.6), (0.55, 0.8), (0.35, 0.7), (0.35, 0.45)]


def close(said, truth, decimals=None):
    """A printed number is the true one, rounded as it is printed."""
    slack = 0.5001 * 10.0 ** -decimals if decimals is not None else 6e-4 * abs(truth) + 1e-12
    assert math.isclose(said, truth, rel_tol=0, abs_tol=slack), f'said {said}, is {truth}'


def check_estimate(text, what):
    found = re.match(rf'\d+ rows? selected: removing (\d+) training rows changes validation loss '
                     rf'by {NUMBER} \(estimate(, rough)?\), accuracy by {NUMBER} points', text)
    assert found, text
    assert int(found[1]) == what['n']
    close(float(found[2]), what['loss_predicted'] - what['loss_before'])
    close(float(found[4]), 100 * (what['accuracy_predicted'] - what['accuracy_before']), 2)
    assert bool(found[3]) == what['rough']


def check_proof(text, what):
    found = re.match(rf'Refitted: validation loss {NUMBER} \(estimate {NUMBER}\)'
                     rf'(?:, test {NUMBER} \(opened (\d+) times\))?; (.*)', text, re.S)
    assert found, text
    close(float(found[1]), what['loss_refit'] - what['loss_before'])
    close(float(found[2]), what['loss_predicted'] - what['loss_before'])
    if what['test'] is not None:
        close(float(found[3]), what['test']['loss_refit'] - what['test']['loss_before'])
        assert int(found[4]) == what['test_openings'] - 1
    assert found[5] == what['sentence']


def where_ids(ids):
    quoted = ', '.join("'" + one.replace("'", "''") + "'" for one in ids)
    return f'id IN ({quoted})'


def dropped(work):
    return cli('select', work, '--where', "decision = 'drop'")['ids']


def by_mouse(window, folder, picture):
    """Lasso, estimate, proof, export, drop, undo. Returns what was said and written."""
    window.click('Lasso', 'push button')
    window.lasso('Map: .*', LASSO)
    chosen = until('a selection', window.selected)
    estimate = window.bar()
    window.click('Prove It', 'push button')
    proof = window.proof()
    window.picture(f'{picture}-map')
    rows = window.export(folder / 'lasso.csv')
    assert len(rows) == chosen
    window.click('Drop', 'push button')
    after = window.export(folder / 'dropped.csv')
    assert [row['id'] for row in after] == [row['id'] for row in rows]
    assert {row['decision'] for row in after} == {'drop'}
    window.keys('ctrl+z')
    undone = window.export(folder / 'undone.csv')
    assert undone == rows, 'undo brings every cell back'
    return rows, estimate, proof


def by_keyboard(window, folder, picture):
    """Filter, select all, drop, undo, redo, export with keys alone. Returns the rows dropped."""
    window.keys('ctrl+shift+a')
    until('no selection', lambda: window.selected() == 0)
    window.keys('ctrl+f')
    window.type("influence < 0 AND split = 'train'")
    window.keys('Return')
    until('the filter', lambda: not re.search(r'Map: (\d+) of \1 points', window.map.name))
    window.keys('shift+Tab', 'ctrl+a')  # out of the entry, where Ctrl+A is of its text
    until('all visible rows', window.selected)
    window.keys('ctrl+d', 'ctrl+z', 'ctrl+shift+z')
    window.keys('ctrl+3')
    window.picture(f'{picture}-samples')
    window.keys('ctrl+2')
    rows = window.export(folder / 'keys.csv', keyboard=True)
    assert {row['decision'] for row in rows} == {'drop'}
    return rows


def run(data, picture, dark=False):
    folder = data.parent
    work = data.with_suffix('.assay')
    with drive.Window(data, dark=dark) as window:
        window.keys('ctrl+1')
        window.scored()
        window.keys('ctrl+1')
        window.picture(f'{picture}-overview')
        window.keys('ctrl+2')
        rows, estimate, proof = by_mouse(window, folder, picture)
        kept = by_keyboard(window, folder, picture)
        window.close()
    ids = [row['id'] for row in rows]
    what = cli('whatif', work, '--where', where_ids(ids), '--verify')
    check_estimate(estimate, what)
    check_proof(proof, what)
    assert dropped(work) == [row['id'] for row in kept]
    told = cli('select', work, '--where', "influence < 0 AND split = 'train'",
               '--columns', 'id,influence')
    assert [row['id'] for row in told['rows']] == [row['id'] for row in kept]
    assert [row['influence'] for row in told['rows']] == [float(row['influence']) for row in kept]
