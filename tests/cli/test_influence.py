#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""influence: training rows for and against single rows, beside the stored score on one row."""
import csv

import numpy
import scipy.sparse

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'


def stored(row):
    """id -> influence on one row, by the score."""
    assay.run('score', WORK, 'influence', '-p', f'of={row}')
    path = FOLDER / 'out.csv'
    name = f'influence_on_row_{row}'
    assay.run('export', WORK, '--columns', f'id,{name}', '-o', path)
    with open(path, encoding='utf-8', newline='') as file:
        return {one['id']: float(one[name]) for one in csv.DictReader(file) if one[name]}


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


def part(name):
    return assay.run('select', WORK, '--where', f"split = '{name}'").split()


def check_own(name, matrix, rows, columns):
    """The lists are the entries of one sign, strongest first."""
    found = assay.run_json('influence', WORK, '--own', name, '--top', '6', *rows)
    assert found['own'] == name
    place = {one: i for i, one in enumerate(rows)}
    for one in found['rows']:
        values = matrix[place[one['id']]]
        for key, sign in (('helping', 1), ('hurting', -1)):
            order = numpy.argsort(-sign * values, kind='stable')
            want = [j for j in order[:6] if sign * values[j] > 0]
            assert [a['id'] for a in one[key]] == [columns[j] for j in want], (one['id'], key)
            assert numpy.allclose([a['influence'] for a in one[key]], values[want])


def test_own():
    """import --influence: a matrix of one's own, dense and sparse, by order and by ids"""
    rows, columns = part('valid'), part('train')
    random = numpy.random.default_rng(0)
    dense = random.standard_normal((len(rows), len(columns))).astype(numpy.float32)
    numpy.save(FOLDER / 'mine.npy', dense)
    report = assay.run_json('import', WORK, FOLDER / 'mine.npy', '--influence', 'helps')
    assert report == {'influence': 'mine', 'rows': len(rows), 'columns': len(columns),
                      'values': dense.size, 'sparse': False, 'keep': 100}, report
    assert not assay.keys_of(report) - assay.documented_words('import')
    check_own('mine', dense, rows, columns)
    few = dense * (random.random(dense.shape) < 0.003)
    scipy.sparse.save_npz(FOLDER / 'few.npz', scipy.sparse.csr_matrix(few.astype(float)))
    report = assay.run_json('import', WORK, FOLDER / 'few.npz', '--influence', 'hurts',
                            '-p', 'name=other', '-p', 'keep=8')
    assert report['sparse'] and report['values'] == numpy.count_nonzero(few)
    check_own('other', -few, rows, columns)
    for name, ids in (('r', rows[5::-1]), ('c', columns[::-1])):
        (FOLDER / name).write_text('\n'.join(ids) + '\n')
    numpy.save(FOLDER / 'turned.npy', dense[5::-1, ::-1])
    assay.run('import', WORK, FOLDER / 'turned.npy', '--influence', 'helps', '--row-ids',
              FOLDER / 'r', '--column-ids', FOLDER / 'c', '--threads', '1')
    check_own('turned', dense[:6], rows[:6], columns)
    assert 'judged' in assay.fail('influence', WORK, '--own', 'turned', rows[7])
    assert 'mine, other, turned' in assay.fail('influence', WORK, '--own', 'none', rows[0])


def test_own_undone():
    """decide undo takes an imported matrix away and brings back the one it replaced"""
    rows, columns = part('valid'), part('train')
    first = numpy.random.default_rng(1).standard_normal((len(rows), len(columns)))
    for values in (first, -first):
        numpy.save(FOLDER / 'twice.npy', values.astype(numpy.float32))
        assay.run('import', WORK, FOLDER / 'twice.npy', '--influence', 'helps')
    undone = assay.run_json('decide', WORK, 'undo')
    assert (undone['decision'], undone['value'], undone['n']) == ('column', 'twice', len(rows))
    check_own('twice', first.astype(numpy.float32), rows, columns)
    assay.run('decide', WORK, 'undo')
    assert 'twice' in assay.fail('influence', WORK, '--own', 'twice', rows[0])
    for _ in range(2):
        assay.run('decide', WORK, 'redo')
    check_own('twice', -first.astype(numpy.float32), rows, columns)


def test_scores_undone():
    """Imported scores, and scores of a slice, are steps of the log beside decisions"""
    def stored():
        return {one['id']: one for one in assay.run_json('info', WORK)['scores']}
    ids = part('train')
    for worth in (1, 2):
        lines = [f'{name},{i * worth},7' for i, name in enumerate(ids)]
        (FOLDER / 'own.csv').write_text('\n'.join(['id,worth,other', *lines]) + '\n')
        assay.run('import', WORK, FOLDER / 'own.csv', '-p', 'direction=high')
    assay.run('decide', WORK, 'drop', '--where', "label = '1'")
    assay.run('score', WORK, 'influence', '-p', "slice=label = '1'")
    log = assay.run_json('decide', WORK, 'log')['decisions'][-4:]
    assert [one['value'] for one in log] \
        == ['worth, other', 'worth, other', None, 'influence_on_label_1'], log
    assert log[0]['why'] == 'imported from own.csv' and log[0]['n'] == len(ids)
    after = stored()
    assay.run('decide', WORK, 'undo')
    columns = assay.run_json('info', WORK)['columns']
    assert not any(name.startswith('influence_on_label_1') for name in columns), columns
    assay.run('decide', WORK, 'undo')
    assert assay.run_json('select', WORK, '--where', "decision = 'drop'")['n'] == 0
    assert stored()['worth']['maximum'] == 2 * len(ids) - 2
    assay.run('decide', WORK, 'undo')
    assert stored()['worth']['maximum'] == len(ids) - 1
    assay.run('decide', WORK, 'undo')
    assert not {'worth', 'other'} & set(stored())
    for _ in range(4):
        assay.run('decide', WORK, 'redo')
    assert stored() == after
    assert 'expected' in assay.fail('decide', WORK, 'column', '--where', '1', '--value', 'x',
                                    status=2)


def test_own_refusals():
    """import --influence: sizes, values, forms and ids that do not fit"""
    def refused(path, *more):
        return assay.fail('import', WORK, FOLDER / path, '--influence', 'helps', *more)
    rows, columns = part('valid'), part('train')
    shape = len(rows), len(columns)
    numpy.save(FOLDER / 'turn.npy', numpy.zeros(shape[::-1], numpy.float32))
    assert 'transposed?' in refused('turn.npy')
    bad = numpy.zeros(shape)
    bad[3, 7] = numpy.nan
    numpy.save(FOLDER / 'bad.npy', bad)
    assert 'row 3, column 7: nan' in refused('bad.npy')
    scipy.sparse.save_npz(FOLDER / 'bad.npz', scipy.sparse.csc_matrix(shape))
    assert '"csc": expected csr' in refused('bad.npz')
    twice = scipy.sparse.csr_matrix(([1., 2.], [4, 4], [0, 2] + [2] * (shape[0] - 1)), shape)
    scipy.sparse.save_npz(FOLDER / 'twice.npz', twice)
    assert 'row 0, column 4: 2: stands twice' in refused('twice.npz')
    (FOLDER / 'ids').write_text(f'{rows[0]}\n{rows[0]}\n')
    assert 'ids:2: ' in refused('bad.npy', '--row-ids', FOLDER / 'ids')
    assert 'is no training row' in refused('bad.npy', '--column-ids', FOLDER / 'ids')
    assay.fail('import', WORK, FOLDER / 'bad.npy', '--influence', 'up', status=2)
    assay.fail('import', WORK, FOLDER / 'bad.npy', '--row-ids', FOLDER / 'ids', status=2)


if __name__ == '__main__':
    Tap().run_all(globals())
