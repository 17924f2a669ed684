#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows that neighbours, groups, clusters and maps stumble over: rows of zeros under cosine, all
rows equal, thresholds of 1 and 0, as many neighbours or clusters as rows, NaN. Each is handled, or
refused in one line, and what was left out is said."""
import numpy

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
N = 40
ZEROS = [3, 17, 30]


def make(name, features):
    numpy.save(FOLDER / f'{name}.npy', features.astype(numpy.float32))
    rows = [f'c{i % 2},{"valid" if i % 5 == 4 else "train"}' for i in range(N)]
    (FOLDER / 'rows.csv').write_text('label,split\n' + '\n'.join(rows) + '\n', encoding='utf-8')
    work = FOLDER / f'{name}.assay'
    assay.run('new', work, FOLDER / 'rows.csv', '--features', FOLDER / f'{name}.npy', '--label',
              'label', '--split', 'split')
    return work


def some():
    x = numpy.random.default_rng(0).normal(size=(N, 5))
    x[ZEROS] = 0
    return x


SOME, EQUAL = make('some', some()), make('equal', numpy.full((N, 5), 2.0))


def notes(*arguments):
    done = assay.call(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stderr


def scored(work, *arguments):
    return {s['id']: s for s in assay.run_json('score', work, *arguments)['scores']}


def test_neighbours():
    """Scores by neighbours: as many neighbours as rows or more, copies, rows without direction"""
    for k in ('1', '39', '40', '1000'):
        found = scored(SOME, 'density', 'outlier', '-p', f'neighbours={k}')
        assert found['density']['missing'] == found['outlier']['missing'] == 0
        assert found['density']['certificate']['neighbours'] == min(int(k), N - 1)
        assert found['outlier']['minimum'] > 0
        voted = scored(SOME, 'knn_shapley', '-p', f'neighbours={k}')['knn_shapley']
        assert voted['missing'] == N // 5  # the validation rows
    for work, missing in ((SOME, 0), (EQUAL, N)):  # standardised, equal rows are rows of zeros
        found = scored(work, 'density', 'outlier', 'uniqueness', '-p', 'metric=cosine')
        assert [found[s]['missing'] for s in ('density', 'outlier', 'uniqueness')] == [missing] * 3
    found = scored(EQUAL, 'density', 'outlier', 'uniqueness', '-p', 'metric=euclidean')
    assert (found['density']['minimum'], found['outlier']['maximum'],
            found['uniqueness']['maximum']) == (1, 1, 0)
    assert 'neighbours' in assay.fail('score', SOME, 'outlier', '-p', 'neighbours=0')


def test_redundancy():
    """Groups at 1 and 0 by cosine, at 0 by distance; rows of zeros are said to be like no other"""
    x = some().astype(numpy.float32).astype(float)
    length = numpy.linalg.norm(x, axis=1, keepdims=True)
    cosine = (x @ x.T) / numpy.where(length * length.T > 0, length * length.T, 1)
    numpy.fill_diagonal(cosine, -1)
    cosine[ZEROS] = cosine[:, ZEROS] = -1
    assert 'zeros have no direction' in notes('redundancy', SOME, '--threshold', '1')
    for threshold in (1, 0):
        found = assay.run_json('redundancy', SOME, '--threshold', threshold, '--no-uniqueness')
        assert found['n_pairs'] == (cosine >= threshold).sum() // 2
        assert found['n_zero'] == 3
    found = assay.run_json('redundancy', SOME, '--metric', 'euclidean', '--threshold', 0)
    assert [g['ids'] for g in found['groups']] == [[str(i) for i in ZEROS]]
    for linkage in ('single', 'complete'):
        for threshold in (1, 0):
            found = assay.run_json('redundancy', EQUAL, '--threshold', threshold, '--linkage',
                                   linkage, '--curve')
            assert found['n_groups'] == found['n_conflicts'] == 1
            assert found['n_redundant'] == 31 and found['n_exact'] == N - 1
    for threshold in ('1.1', '-2', 'nan'):
        assert 'threshold' in assay.call('redundancy', SOME, '--threshold', threshold).stderr


def test_clusters():
    """As many clusters as rows, more; rows all equal; rows of zeros; nothing but zeros"""
    assert len(assay.run_json('cluster', SOME, 'kmeans', '--k', N)['clusters']) == N - 2
    assert f'{N} rows' in assay.fail('cluster', SOME, 'kmeans', '--k', N + 1)
    cosine = ['--metric', 'cosine', '--standardise', 'no']
    assert assay.run_json('cluster', SOME, 'kmeans', '--k', 3, *cosine)['noise'] == 3
    assert len(assay.run_json('cluster', EQUAL, 'kmeans', *cosine)['clusters']) == 1
    for metric in ('euclidean', 'cosine'):
        found = assay.run_json('cluster', EQUAL, 'density', '--metric', metric)
        assert sum(c['size'] for c in found['clusters']) + found['noise'] == N
    zero = make('zero', numpy.zeros((N, 5)))
    assert 'zero' in assay.fail('cluster', zero, 'kmeans', *cosine)


def test_maps():
    """More neighbours than rows, perplexities too large, rows all equal, none with a direction"""
    for method, parameter in (('umap', 'neighbours=40'), ('umap', 'neighbours=1000'),
                              ('umap', 'trust_k=40'), ('tsne', 'perplexity=100'), ('pca', '')):
        given = ['-p', parameter] if parameter else []
        for work in (SOME, EQUAL):
            found = assay.run_json('map', work, method, *given)
            assert found['certificate']['trust_k'] <= N // 2
            assert found['certificate'].get('neighbours_k', 0) < N
            assert {s['missing'] for s in found['scores']} == {0}
    for method in ('umap', 'tsne'):
        assay.run('map', SOME, method, '-p', 'metric=cosine')
        message = assay.fail('map', EQUAL, method, '-p', 'metric=cosine')
        assert '40 of 40 rows are zero once standardised' in message, message


def test_nan():
    """NaN in a feature matrix is refused with row and column, in a table it is filled and said"""
    x = some()
    x[7, 2] = numpy.nan
    numpy.save(FOLDER / 'nan.npy', x)
    message = assay.fail('new', FOLDER / 'nan.assay', FOLDER / 'rows.csv', '--features',
                         FOLDER / 'nan.npy', '--label', 'label')
    assert 'row 7' in message and 'column 2' in message
    lines = [','.join(map(str, row)) + f',c{i % 2}' for i, row in enumerate(x.tolist())]
    (FOLDER / 'nan.csv').write_text('a,b,c,d,e,label\n' + '\n'.join(lines) + '\n', encoding='utf-8')
    work = FOLDER / 'nan.assay'
    assert 'missing' in notes('new', work, FOLDER / 'nan.csv', '--label', 'label')
    for arguments in (['redundancy', work], ['cluster', work, 'kmeans', '--k', 3],
                      ['map', work, 'umap'], ['score', work, 'outlier']):
        assay.run(*arguments)


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        assay.shutil.rmtree(FOLDER)
