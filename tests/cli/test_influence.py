#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""influence: training rows for and against single rows, beside the stored score on one row."""
import csv

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'


def stored(row):
    """id -> influence on one row, by the score."""
    assay.run('score', WORK, 'influence', '-p', f'of={row}')
    path = FOLDER / 'out.csv'
    assay.run('export', WORK, '--columns', 'id,influence', '-o', path)
    with open(path, encoding='utf-8', newline='') as file:
        return {one['id']: float(one['influence']) for one in csv.DictReader(file)
                if one['influence']}


def check(found, values):
    """The lists are the ends of the order of all values."""
    order = sorted(values, key=lambda name: values[name])
    for key, ends in (('hurting', order), ('helping', order[::-1])):
        assert [one['id'] for one in found[key]] == ends[:len(found[key])], key
        for one in found[key]:
            assert abs(one['influence'] - values[one['id']]) <= 1e-6 * abs(values[order[0]])


def test_labels():
    """influence: the top of what the score says of each row"""
    assay.run('new', WORK, assay.SAMPLE)
    rows = assay.run('select', WORK, '--where', "split = 'valid'", '--limit', '2').split()
    found = assay.run_json('influence', WORK, *rows, '--top', '7')
    assert found['of'] == 'label' and [one['id'] for one in found['rows']] == rows
    for one in found['rows']:
        assert len(one['helping']) == len(one['hurting']) == 7
        check(one, stored(one['id']))
    said = assay.run('influence', WORK, rows[0], '--top', '1')
    assert f"{rows[0]}, label {found['rows'][0]['class']}" in said, said
    assert found['rows'][0]['helping'][0]['id'] in said


def test_prediction():
    """influence --prediction: of rows that are right the same, of others another class"""
    where = "split = 'valid' AND label = '8'"
    by_label = assay.run_json('influence', WORK, '--where', where, '--top', '2')['rows']
    predicted = assay.run_json('influence', WORK, '--where', where, '--top', '2',
                               '--prediction')['rows']
    assert len(by_label) == len(predicted) > 10
    same = [a == b for a, b in zip(by_label, predicted)]
    right = [one['class'] == '8' for one in predicted]
    assert same == right and any(right), (same, right)


def test_refusals():
    """influence: test rows, unknown ids, no rows"""
    row = assay.run('select', WORK, '--where', "split = 'test'", '--limit', '1').split()[-1]
    assert 'kept for the report' in assay.fail('influence', WORK, row)
    assert 'nowhere' in assay.fail('influence', WORK, 'nowhere')
    assert 'no rows' in assay.fail('influence', WORK, '--where', '1 = 0')


if __name__ == '__main__':
    Tap().run_all(globals())
