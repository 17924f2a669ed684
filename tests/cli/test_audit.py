#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit of a history: the strategy that made it is named, and metrics come out again.

ASSAY_AUDIT_SEEDS=20: that many seeds, seven minutes of a core; else two."""
import csv
import os
import sys

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'
PLAIN = FOLDER / 'plain.assay'
PLAYED = ('margin', 'k_center', 'typiclust')
ROUNDS = 4  # in the first three, two_phase is typiclust
SEEDS = int(os.environ.get('ASSAY_AUDIT_SEEDS') or 2)


def simulate(work, *more):
    assay.run('new', work, assay.SAMPLE)
    assay.run('simulate', work, '--strategy', ','.join(PLAYED), '--rounds', str(ROUNDS),
              '--repeats', '1', *more)


def audit(work, name):
    return assay.run_json('history', work, 'audit', name)


def test_named():
    """the true strategy is first in every round, with the scores logged and without"""
    for work, logged in ((WORK, True), (PLAIN, False)):
        for strategy in PLAYED if logged else PLAYED[:1]:
            found = audit(work, f'simulated {strategy} 1')
            assert found['best'] == strategy and strategy in found['sentence'], found['sentence']
            assert all(strategy in r['first'] for r in found['rounds'])
            assert found['from_logits'] == logged
            assert all((r['n_scored'] == r['n_pool']) == logged for r in found['rounds'])
            one, = [s for s in found['strategies'] if s['strategy'] == strategy]
            assert one['n_shared'] == one['n_taken'] == 10 * ROUNDS and one['p'] < 1e-20
            expected = sum(100 / r['n_pool'] for r in found['rounds'])
            assert abs(one['expected'] - expected) < 1e-9
    missing = assay.keys_of(found, ()) - assay.documented_words('history')
    assert not missing, missing


def test_random():
    """nothing explains random picks"""
    found = audit(WORK, 'simulated random 1')
    assert found['best'] is None and found['sentence'].startswith('No strategy explains')
    ranks = [s['rank'] for s in found['strategies'] if s['rank'] is not None]
    assert len(ranks) >= 5 and all(.3 < rank < .7 for rank in ranks), ranks


def test_seeds():
    """of whole simulations the true strategy is first in 90 % of the rounds; of random none is"""
    work, asked = FOLDER / 'seeds.assay', ('margin', 'entropy', 'k_center', 'typiclust')
    assay.run('new', work, assay.SAMPLE)
    assay.run('simulate', work, '--strategy', ','.join(asked), '--rounds', '28', '--repeats',
              str(SEEDS), '--keep-scores', '-p', 'standardise=no', '-p', 'scale=0.0625')
    for strategy in ('random', *asked):
        found = [audit(work, f'simulated {strategy} {seed + 1}') for seed in range(SEEDS)]
        assert all(one['from_logits'] and len(one['rounds']) == 28 for one in found)
        first = [r['first'] for one in found for r in one['rounds']]
        wanted = None if strategy == 'random' else strategy
        named = sum(one['best'] == wanted for one in found)
        right = sum(wanted in one if wanted else one == [] for one in first)
        alone = sum(one == [wanted] for one in first)
        print(f'# {strategy}: {"none" if wanted is None else "it"} is named by {named} of {SEEDS} '
              f'audits, first in {right} of {len(first)} rounds'
              + (f', alone in {alone}' if wanted else ''), flush=True)
        assert named == SEEDS and right >= .9 * len(first), (strategy, named, right)


def test_without_start():
    """a history whose first round is its start is asked by heads from the second one on"""
    assay.run('history', PLAIN, 'export', 'simulated margin 1', '-o', FOLDER / 'picks.csv')
    with open(FOLDER / 'picks.csv', encoding='utf-8', newline='') as file:
        rows = [row[:3] for row in csv.reader(file)]
    with open(FOLDER / 'bare.csv', 'w', encoding='utf-8', newline='') as file:
        csv.writer(file).writerows(rows)
    assay.run('history', PLAIN, 'import', FOLDER / 'bare.csv')
    found = audit(PLAIN, 'bare')
    assert found['best'] == 'margin' and not found['from_logits'], found['sentence']
    assert [r['first'] for r in found['rounds']] == [[]] + [['margin']] * ROUNDS, found['rounds']


def test_metrics():
    """metrics are found again on the rows that the history names"""
    for work in (WORK, PLAIN):
        found = audit(work, 'simulated margin 1')
        assert found['on_judged'] and found['worst_accuracy'] == 0
        assert found['worst_loss'] < 1e-12


def test_two_classes():
    """with two classes, strategies that order the pool alike are reported as one"""
    with open(assay.SAMPLE, encoding='utf-8', newline='') as file:
        rows = list(csv.reader(file))
    with open(FOLDER / 'two.csv', 'w', encoding='utf-8', newline='') as file:
        csv.writer(file).writerows([rows[0]] + [row for row in rows[1:] if row[1] in '38'])
    two = FOLDER / 'two.assay'
    assay.run('new', two, FOLDER / 'two.csv', '--features', 'p??')
    assay.run('simulate', two, '--strategy', 'margin', '--rounds', '3', '--repeats', '1')
    found = audit(two, 'simulated margin 1')
    same = {s['strategy']: s['same_as'] for s in found['strategies']}
    assert found['best'] == 'least_confidence'
    assert same['margin'] == same['entropy'] == 'least_confidence', same
    assert 'least_confidence = margin' in found['sentence']


def test_refused():
    """a history without rounds of these rows is refused"""
    assert 'nothing' in assay.fail('history', WORK, 'audit', 'nothing')


def main():
    tap = Tap()
    simulate(WORK, '--keep-scores')
    simulate(PLAIN)
    for test in (test_named, test_random, test_seeds, test_without_start, test_metrics,
                 test_two_classes, test_refused):
        tap.run(test.__doc__, test)
    tap.finish()


if __name__ == '__main__':
    sys.exit(main())
