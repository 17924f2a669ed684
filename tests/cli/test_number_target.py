#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A target that is a number, through the whole of the main job: what works for classes works for
it, or is refused with the reason."""
import numpy

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'work.assay'
N = 300


def make():
    rng = numpy.random.default_rng(4)
    x = rng.normal(size=(N, 9))
    x[40:60] = x[:20]  # copies
    y = x @ rng.normal(size=9) + .3 * rng.normal(size=N)
    y[40:60] = y[:20]
    lines = [','.join(f'{v:.6f}' for v in [*row, t]) for row, t in zip(x, y)]
    header = ','.join([f'a{chr(98 + k)}' for k in range(9)] + ['price'])
    (FOLDER / 'rows.csv').write_text('\n'.join([header] + lines) + '\n', encoding='utf-8')
    assay.run('new', WORK, FOLDER / 'rows.csv')
    assay.run('score', WORK, 'influence', 'loo', 'redundant')


make()


def test_recipe():
    """The default recipe drops the copies; its step on labels takes no row, and that is said"""
    found = assay.run_json('curate', WORK, '--prove', '--random', '3')
    steps = {s['step']: s for s in found['steps']}
    assert steps['drop_label_issues']['n_took'] == 0 < steps['drop_duplicates']['n_took'] <= 20
    assert any('the target is a number' in w['text'] for w in found['warnings']), found['warnings']
    assert 'proof' in found
    assay.run('savings', WORK)
    assay.run('report', WORK, '-o', FOLDER / 'report.html')
    assert 'price' in (FOLDER / 'report.html').read_text(encoding='utf-8')


def test_arms():
    """Lists for the user's own model have the target, and the template asks for R2"""
    assay.run('decide', WORK, 'drop', '--where', 'redundant = 1')
    assay.run('arms', WORK, '-o', FOLDER / 'arms')
    lines = (FOLDER / 'arms' / 'curated.csv').read_text(encoding='utf-8').splitlines()
    assert lines[0] == 'id,label' and float(lines[1].split(',')[1]) < 1e3
    assert ',r2,' in (FOLDER / 'arms' / 'results.csv').read_text(encoding='utf-8')


def test_refused():
    """What needs classes says so"""
    for command in (['score', WORK, 'label_issue'], ['simulate', WORK, '--strategy', 'margin']):
        assert 'needs classes' in assay.fail(*command) and 'number' in assay.fail(*command)


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        assay.shutil.rmtree(FOLDER)
