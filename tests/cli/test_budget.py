#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What more labels would buy: on curves whose truth is known, and on real ones."""
import csv
import math
import os
import pathlib
import random
import sys

import assay
from tap import Skip, Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'
LABELS = list(range(20, 620, 20))


def bring(name, error, noise, runs=12, seed=1):
    """Histories of runs whose error is a known curve and noise."""
    dice = random.Random(seed)
    path = FOLDER / f'{name}.csv'
    with open(path, 'w', encoding='utf-8', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(['run', 'loop', 'n_labelled', 'accuracy'])
        for run in range(runs):
            for loop, labels in enumerate(LABELS):
                writer.writerow([run, loop, labels,
                                 1 - error(labels, run) - dice.gauss(0, noise)])
    assay.run('history', WORK, 'import', path, '--name', name)


def test_power():
    """a power law is found and continued; the band holds what it promises"""
    bring('power', lambda n, _: .04 + 1.2 * n ** -.7, .004)
    found = assay.run_json('budget', WORK, 'power', '--more', '400', '--target', '.94',
                           '--price', '.25')
    missing = assay.keys_of(found, ('curves',)) - assay.documented_words('budget')
    assert not missing, missing
    assert found['refused'] is None and .8 <= found['coverage'] <= .99, found['coverage']
    assert found['n_hidden'] == 12 * 10 and found['backtest_error'] < .01
    more = found['more']
    truth = 1 - .04 - 1.2 * 1000 ** -.7
    assert more['low'] < truth < more['high'] and abs(more['accuracy'] - truth) < .004, more
    assert more['money'] == 100
    labels = (1.2 / .02) ** (1 / .7)  # where the error is 6 %
    target = found['to_target']
    assert target['low'] < labels < (target['high'] or math.inf), (labels, target)
    assert abs(target['labels'] - labels) < .15 * labels
    assert abs(target['money'] - .25 * max(target['labels'] - 600, 0)) < 1e-9
    text = assay.run('budget', WORK, 'power', '--more', '400')
    assert f"{100 * more['accuracy']:.3g}"[:3] in text, text


def test_refused():
    """curves that do not go on as they went are refused, with the coverage"""
    bring('break', lambda n, _: .5 - .0002 * n if n < 420 else .1, .001)
    found = assay.run_json('budget', WORK, 'break', '--more', '100')
    assert found['coverage'] < .8 and 'more' not in found
    assert 'cannot be trusted' in found['refused']
    assert 'No prediction' in assay.run('budget', WORK, 'break', '--more', '100')
    assert 'at least 9' in assay.fail('budget', FOLDER / 'short.assay')
    assert 'simulate' in assay.fail('budget', WORK)
    assay.fail('budget', WORK, '--target', '2', status=2)


def test_digits():
    """on digits the band holds 80 to 97 % of the last third of 20 runs in random order"""
    assay.run('simulate', WORK, '--strategy', 'random', '--repeats', '20')
    found = assay.run_json('budget', WORK)
    assert found['n_runs'] == 20 and found['n_hidden'] == 180
    assert .8 <= found['coverage'] <= .97, found['coverage']


def test_banking77():
    """the same on banking77's texts"""
    texts = pathlib.Path(os.environ.get('ASSAY_TEST_DATA', '')) / 'banking77' / 'train.csv'
    if not texts.exists():
        raise Skip('ASSAY_TEST_DATA has no banking77/train.csv')
    work = FOLDER / 'texts.assay'
    assay.run('new', work, texts)
    assay.run('simulate', work, '--strategy', 'random', '--repeats', '20')
    found = assay.run_json('budget', work)
    assert found['n_runs'] == 20 and found['n_hidden'] == 180
    assert .8 <= found['coverage'] <= .97, found['coverage']


def main():
    tap = Tap()
    assay.run('new', WORK, assay.SAMPLE)
    assay.run('new', FOLDER / 'short.assay', assay.SAMPLE)
    assay.run('simulate', FOLDER / 'short.assay', '--strategy', 'random', '--rounds', '3',
              '--repeats', '2')
    for test in (test_power, test_refused, test_digits, test_banking77):
        tap.run(test.__doc__, test)
    tap.finish()


if __name__ == '__main__':
    sys.exit(main())
