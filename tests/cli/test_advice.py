#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""advice: the class that was thinned out comes first, full ones are wasted; what is said of one row
and of more agree; the check on hidden rows is what it says."""
import csv
import math
import random
import statistics

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'thin.assay'
CLASSES = ('0', '1', '2', '3')


def test_make():
    """Four digits, one of them with 9 training rows"""
    with open(assay.SAMPLE, encoding='utf-8', newline='') as file:
        rows = [row for row in csv.DictReader(file) if row['label'] in CLASSES]
    seen = 0
    kept = []
    for at, row in enumerate(rows):
        row['part'] = ('valid', 'test', 'train', 'train')[at % 4]
        thin = row['label'] == '3' and row['part'] == 'train'
        seen += thin
        if not thin or seen % 10 == 1:
            kept.append(row)
    data = FOLDER / 'thin.csv'
    with open(data, 'w', encoding='utf-8', newline='') as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(kept)
    assay.run('new', WORK, data, '--label', 'label', '--split', 'part', '--id', 'id')


def test_thinned_first():
    """By class: order, verdicts, what more rows bring, the check"""
    found = assay.run_json('advice', WORK, '--more', '20')
    missing = assay.keys_of(found) - assay.documented_words('advice')
    assert not missing, missing
    groups = found['groups']
    gains = [one['gain'] for one in groups]
    assert gains == sorted(gains, reverse=True)
    assert {one['value'] for one in groups} == set(CLASSES) and groups[0]['value'] == '3', groups
    assert groups[0]['verdict'] in ('more', 'not_told') and groups[-1]['verdict'] == 'less'
    for one in groups:
        n, more = one['n'], one['gain_more']
        assert math.isclose(more, one['gain'] * n * 20 / (n + 20), rel_tol=1e-12), one
        assert one['gain_low'] <= one['gain'] <= one['gain_high']
        assert one['hidden'] == math.floor(0.3 * n), one
    off = [abs(one['predicted'] - one['realised']) for one in groups]
    assert math.isclose(found['typical_error'], statistics.median(off), rel_tol=1e-9)
    said = assay.run('advice', WORK, '--more', '20')
    assert found['sentence'] in said and found['wasted'] in said
    assert '20 more rows of "3"' in found['sentence'], found['sentence']
    assert f'"{groups[-1]["value"]}"' in found['wasted'], found['wasted']


def test_by_column():
    """By any column; kinds without a training row say nothing"""
    whole = {one['value']: one for one in assay.run_json('advice', WORK, '--by', 'part')['groups']}
    assert set(whole) == {'train', 'valid'}
    assert whole['valid']['n'] == 0 and whole['valid']['gain'] is None
    assert whole['train']['gain'] is not None


def test_fifths():
    """Numbers of many values, a numeric target too, are cut into fifths of the training rows"""
    source = random.Random(5)
    data = FOLDER / 'numbers.csv'
    rows = []
    for at in range(400):
        size = source.gauss(0, 1)
        rows.append((size, source.gauss(0, 1), at % 3, 3 * size + source.gauss(0, 0.3 + abs(size)),
                     ('train', 'train', 'valid', 'test')[at % 4]))
    with open(data, 'w', encoding='utf-8', newline='') as file:
        out = csv.writer(file)
        out.writerow(('size', 'noise', 'kind', 'amount', 'split'))
        out.writerows(rows)
    work = FOLDER / 'numbers.assay'
    assay.run('new', work, data, '--target', 'amount')
    for by, at in (('class', 3), ('size', 0)):
        found = assay.run_json('advice', work, '--by', by)
        missing = assay.keys_of(found) - assay.documented_words('advice')
        assert not missing, missing
        groups = sorted(found['groups'], key=lambda one: -math.inf if one['above'] is None
                        else one['above'])
        train = sorted(row[at] for row in rows if row[4] == 'train')
        ends = statistics.quantiles(train, n=5, method='inclusive')
        assert len(groups) == 5 and groups[0]['above'] is None and groups[4]['to'] is None
        for one, end in zip(groups, ends):
            assert math.isclose(one['to'], end, rel_tol=1e-12), (one, end)
        assert all(one['above'] == before['to'] for before, one in zip(groups, groups[1:]))
        for one in groups:
            inside = [v for v in train if (one['above'] is None or v > one['above'])
                      and (one['to'] is None or v <= one['to'])]
            assert one['n'] == len(inside), one
    assert 'target' in assay.run('advice', work)
    few = assay.run_json('advice', work, '--by', 'kind')['groups']
    assert {one['value'] for one in few} == {'0', '1', '2'} and 'above' not in few[0]


def test_refusals():
    """A column that is not there, numbers out of range"""
    assert 'no column "cluster"' in assay.fail('advice', WORK, '--by', 'cluster')
    assert 'assay-cli cluster' in assay.fail('advice', WORK, '--by', 'cluster')
    assert 'no column "nothing"' in assay.fail('advice', WORK, '--by', 'nothing')
    assert '--more 0' in assay.fail('advice', WORK, '--more', '0', status=2)


if __name__ == '__main__':
    Tap().run_all(globals())
