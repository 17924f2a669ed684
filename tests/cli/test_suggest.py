#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to label next, and what strategies would have been worth."""
import csv
import pathlib
import shutil
import sys

import numpy

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
WORK, WHOLE = FOLDER / 'part.assay', FOLDER / 'whole.assay'


def rows_of(path):
    with open(path, encoding='utf-8', newline='') as file:
        return list(csv.reader(file))


def make():
    """The digits, all but the first 130 without a label; and with a price."""
    rows = rows_of(assay.SAMPLE)
    with open(FOLDER / 'part.csv', 'w', encoding='utf-8', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(rows[0] + ['price'])
        for number, row in enumerate(rows[1:]):
            label = row[1] if number < 130 else ''
            writer.writerow([row[0], label] + row[2:] + [1 if number % 2 else 50])
    assay.run('new', WORK, FOLDER / 'part.csv', '--features', 'p??', '--label', 'label')
    assay.run('new', WHOLE, assay.SAMPLE)


def test_list():
    """--list names every strategy, with keys that the manual documents"""
    found = assay.run_json('suggest', '--list')['strategies']
    assert len(found) == 22 and found[0]['id'] == 'two_phase'
    assert found == assay.run_json('simulate', '--list')['strategies']
    text = assay.run('suggest', '--list')
    for one in found:
        assert f'{one["id"]}: {one["title"]}' in text


def test_suggest():
    """suggestions: rows of the pool, the documented keys, the quantity, what they stand for"""
    found = assay.run_json('suggest', WORK, '--strategy', 'margin', '--count', '7')
    missing = assay.keys_of(found, ()) - assay.documented_words('suggest')
    assert not missing, missing
    ids = [one['id'] for one in found['rows']]
    assert len(set(ids)) == 7 and found['strategy'] == 'margin'
    assert all(int(one[1:]) >= 130 for one in ids), ids
    values = [one['value'] for one in found['rows']]
    assert values == sorted(values, reverse=True) and 0 < values[-1] <= 1
    for one in found['rows']:
        assert one['id'] not in one['examples'] and len(one['examples']) <= 5
        assert one['stands_for'] >= 1 + len(one['examples'])
    assert sum(one['stands_for'] for one in found['rows']) <= found['n_pool']
    text = assay.run('suggest', WORK, '--strategy', 'margin', '--count', '7')
    assert [line.split()[0] for line in text.splitlines()[2:]] == ids


def test_every_strategy():
    """every strategy suggests, the same rows again, by the seed"""
    for one in assay.run_json('suggest', '--list')['strategies']:
        if one['simulate_only']:
            continue
        call = ('suggest', WORK, '--strategy', one['id'], '--count', '4', '--seed', '3')
        found = assay.run_json(*call)
        assert len({row['id'] for row in found['rows']}) == 4, one['id']
        assert found == assay.run_json('--threads', '1', *call), one['id']


def test_costs():
    """a cost turns to the cheap rows; what cannot be taken into account is refused"""
    found = assay.run_json('suggest', WORK, '--strategy', 'entropy', '-p', 'cost=price')
    assert all(one['cost'] == 1 for one in found['rows'])
    assert 'costs' in assay.fail('suggest', WORK, '--strategy', 'badge', '-p', 'cost=price')
    assert 'price2' in assay.fail('suggest', WORK, '-p', 'cost=price2')
    assert 'committee=0' in assay.fail('suggest', WORK, '-p', 'committee=0')
    assert 'pool of' in assay.fail('suggest', WORK, '--count', '5000')
    assert 'without a label' in assay.fail('suggest', WHOLE)
    assay.fail('suggest', WORK, '--strategy', 'best', status=2)


def test_simulate():
    """a simulation: the documented keys, paired starts, figures that follow from the curves"""
    assert 'simulated' in assay.fail('figure', WHOLE, 'curves', '-o', FOLDER / 'c.svg')
    call = ('simulate', WHOLE, '--strategy', 'margin,k_center', '--rounds', '3', '--repeats', '4',
            '--target', '0.75', '-p', 'standardise=no', '-p', 'scale=0.0625')
    found = assay.run_json(*call)
    missing = assay.keys_of(found, ()) - assay.documented_words('simulate')
    assert not missing, missing
    assert found['labels'] == [20, 30, 40, 50] and found['lambda'] == 1
    assert found['n_pool'] + found['n_test'] < 1797  # the test part has no share in it
    names = [one['strategy'] for one in found['strategies']]
    assert names == ['random', 'margin', 'k_center']
    for one in found['strategies']:
        mean = numpy.array(one['mean'])
        area = ((mean[1:] + mean[:-1]) / 2).mean()
        assert abs(area - one['auc']) < 1e-12
        assert one['mean'][0] == found['strategies'][0]['mean'][0]
        beside = mean - numpy.array(found['strategies'][0]['mean'])
        assert numpy.allclose(beside, one['difference'], atol=1e-12)
    again = assay.run_json('--threads', '1', *call)
    for a, b in zip(found['strategies'], again['strategies']):
        assert a['mean'] == b['mean'] and a['p'] == b['p']
    text = assay.run(*call)
    assert 'k_center' in text and 'remaining_gain' in text


def test_teachers():
    """a teacher is held against its arms and their mixture, which are played with it"""
    work = FOLDER / 'taught.assay'
    shutil.copy(WHOLE, work)
    call = ('simulate', work, '--strategy', 'hedge,exp4p,policy', '--rounds', '3', '--repeats', '3',
            '-p', 'standardise=no', '-p', 'scale=0.0625')
    found = assay.run_json(*call)
    missing = assay.keys_of(found, ()) - assay.documented_words('simulate')
    assert not missing, missing
    each = {one['strategy']: one for one in found['strategies']}
    arms = ['random', 'margin', 'typiclust', 'entropy']
    assert set(each) == {'hedge', 'exp4p', 'policy', 'mixture', *arms}
    assert found['n_valid'] == 100
    best = max(arms, key=lambda name: each[name]['auc'])
    for name in ('hedge', 'exp4p', 'policy'):
        teaching = each[name]['teaching']
        assert [arm['strategy'] for arm in teaching['arms']] == arms
        weights = numpy.array([arm['weight'] for arm in teaching['arms']])
        assert numpy.allclose(weights.sum(0), 1)
        assert teaching['beside_best_arm']['strategy'] == best
        for beside, reference in (('beside_mixture', 'mixture'), ('beside_best_arm', best)):
            regret = teaching[beside]['regret']
            assert abs(regret[-1] - (each[reference]['auc'] - each[name]['auc'])) < 1e-12
    assert None not in each['policy']['teaching']['reward']  # it is told, though it learns nothing
    rewards = numpy.array(each['exp4p']['teaching']['reward'])
    assert ((rewards > 0) & (rewards < 1)).all()
    shown = assay.run_json('history', work, 'show', 'simulated hedge 1')
    assert 'arm_margin' in str(shown)
    text = assay.run(*call)
    assert 'regret beside the mixture' in text and 'by 100 labelled rows more' in text
    assert 'simulate' in assay.fail('suggest', WORK, '--strategy', 'hedge', '--count', '3')
    for name in ('hedge', 'policy'):
        out = FOLDER / f'{name}.svg'
        drawn = assay.run_json('figure', work, 'teacher', name, '-o', out)
        teaching, panels = each[name]['teaching'], drawn['numbers']['panels']
        said = drawn['numbers']['sentence']
        for beside in ('beside_mixture', 'beside_best_arm'):
            assert f'{abs(teaching[beside]["regret"][-1]):.4f} +- ' \
                f'{teaching[beside]["half"][-1]:.4f}' in said, said
        assert len(panels) == 3 and out.stat().st_size > 1000
        assert [one['value'] for one in panels[0]['curves']] \
            == [arm['weight'] for arm in teaching['arms']]
        assert [one['value'] for one in panels[-1]['curves']] \
            == [teaching[key]['regret'] for key in ('beside_mixture', 'beside_best_arm')]
    assert 'no teacher' in assay.fail('figure', work, 'teacher', 'margin', '-o', FOLDER / 'no.svg')


def test_curves():
    """the curves are drawn, random among them, with where rules would have stopped"""
    out, work = FOLDER / 'curves.svg', FOLDER / 'marked.assay'
    shutil.copy(WHOLE, work)
    found = assay.run_json('simulate', work, '--strategy', 'margin', '--rounds', '12', '--batch',
                           '20', '--repeats', '2', '-p', 'standardise=no', '-p', 'scale=0.0625')
    drawn = assay.run_json('figure', work, 'curves', '-o', out)
    missing = assay.keys_of(drawn, ()) - assay.documented_words('figure')
    assert not missing, missing
    random, margin = drawn['numbers']['curves']
    stops = [(one['rule'], one['labels'], one['accuracy'])
             for one in found['strategies'][1]['stopping'] if one['labels'] is not None]
    assert stops == [tuple(mark.values()) for mark in margin['marks']] and 'marks' not in random
    text = pathlib.Path(out).read_text(encoding='utf-8')
    assert 'Margin' in text and 'Random' in text and all(rule in text for rule, *_ in stops)
    assert all(f'{rule} marked at {labels:.3g}' in drawn['summary'] for rule, labels, _ in stops)


def test_refusals():
    """what a simulation cannot do is said in a line"""
    assert 'labels are more' in assay.fail('simulate', WHOLE, '--rounds', '500')
    assert 'each of the 10 classes' in assay.fail('simulate', WHOLE, '--start', '5')
    assay.fail('simulate', WHOLE, '--strategy', 'margin,best', status=2)
    assay.fail('simulate', WHOLE, '--target', '1.5', status=2)
    table = FOLDER / 'numbers.csv'
    lines = ''.join(f'{i},{i % 7},{i * 0.5}\n' for i in range(60))
    table.write_text('id,a,t\n' + lines, encoding='utf-8')
    assay.run('new', FOLDER / 'numbers.assay', table, '--target', 't')
    assert 'classes' in assay.fail('simulate', FOLDER / 'numbers.assay')


def main():
    tap = Tap()
    make()
    for test in (test_list, test_suggest, test_every_strategy, test_costs, test_simulate,
                 test_teachers, test_curves, test_refusals):
        tap.run(test.__doc__, test)
    tap.finish()


if __name__ == '__main__':
    sys.exit(main())
