#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""assay-cli map: maps side by side, trust, bad input; independent checks with scikit-learn."""
import math

import numpy as np
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'


def columns(work, *names):
    path = FOLDER / 'columns.npy'
    assay.run('export', work, '--columns', ','.join(names), '-o', path)
    return np.load(path)


def standardised():
    lines = assay.SAMPLE.read_text().splitlines()[1:]
    x = np.array([[float(v) for v in line.split(',')[2:]] for line in lines])
    sd = x.std(0)
    return (x - x.mean(0)) / np.where(sd > 0, sd, 1.0)


def test_trust_is_scikit_learns():
    assay.run('new', WORK, assay.SAMPLE)
    x = standardised()
    near = NearestNeighbors(n_neighbors=15).fit(x).kneighbors(return_distance=False)
    for method in ('pca', 'umap'):
        answer = assay.run_json('map', WORK, method, '-p', 'trust_k=15')
        certificate = answer['certificate']
        table = columns(WORK, 'map_x', 'map_y', 'map_trust')
        y = table[:, :2]
        assert certificate['map'] == method and certificate['trust_sample'] == len(y)
        assert certificate['seconds'] > 0 and 1e7 < answer['peak_memory'] < 4e9
        assert abs(certificate['trustworthiness'] - trustworthiness(x, y, n_neighbors=15)) < 1e-4
        assert abs(certificate['continuity'] - trustworthiness(y, x, n_neighbors=15)) < 1e-4
        seen = NearestNeighbors(n_neighbors=15).fit(y).kneighbors(return_distance=False)
        share = [len(set(a) & set(b)) / 15 for a, b in zip(near, seen)]
        # equal distances may be ordered otherwise
        assert np.mean(np.abs(np.array(share) - table[:, 2]) > 1e-9) < 0.02
        assert [s['id'] for s in answer['scores']] == ['map_x', 'map_y', 'map_trust']
    assert answer['maps'] == ['pca', 'umap'], answer['maps']


def test_maps_stay_beside_each_other():
    before = columns(WORK, 'map_x', 'map_y')
    answer = assay.run_json('map', WORK, 'tsne', '-p', 'rounds=60', '-p', 'early_rounds=30',
                            '-p', 'honesty=no')
    assert answer['maps'] == ['pca', 'umap', 'tsne']
    assert answer['certificate']['finished'] and answer['certificate']['rounds_done'] == 60
    assert math.isfinite(answer['certificate']['kl'])
    assert [s['id'] for s in answer['scores']] == ['map_x', 'map_y']
    assert not np.array_equal(before, columns(WORK, 'map_x', 'map_y'))
    for name in ('pca', 'umap', 'tsne'):
        path = FOLDER / f'{name}.svg'
        summary = assay.run_json('figure', WORK, 'map', name, '-o', path)['summary']
        assert '1797' in summary and path.stat().st_size > 1000
    assert (FOLDER / 'umap.svg').read_bytes() != (FOLDER / 'tsne.svg').read_bytes()


def test_same_bytes_for_any_threads():
    maps = []
    for threads in ('1', '2'):
        assay.run('--threads', threads, '--seed', '3', 'map', WORK, 'umap', '-p', 'epochs=30')
        maps.append(columns(WORK, 'map_x', 'map_y', 'map_trust').tobytes())
    assert maps[0] == maps[1]


def test_bad_values_are_said_and_change_nothing():
    before = columns(WORK, 'map_x', 'map_y')
    for parameter in ('metric=l1', 'neighbours=1', 'neighbours=x', 'min_dist=-1', 'nothing=1',
                      'start=here', 'honesty=maybe', 'trust_k=0', 'min_dist=3'):
        assay.fail('map', WORK, 'umap', '-p', parameter)
    assay.fail('map', WORK, 'tsne', '-p', 'perplexity=0.5')
    assay.fail('map', WORK, 'sammon', status=2)
    assert np.array_equal(before, columns(WORK, 'map_x', 'map_y'))


def test_zero_rows_have_no_place_by_cosine():
    x = np.random.default_rng(0).standard_normal((60, 4)).astype(np.float32)
    x[7] = 0
    np.save(FOLDER / 'x.npy', x)
    np.save(FOLDER / 'y.npy', np.arange(60) % 2)
    work = FOLDER / 'zero.assay'
    assay.run('new', work, '--features', FOLDER / 'x.npy', '--label', FOLDER / 'y.npy')
    answer = assay.run_json('map', work, 'umap', '-p', 'metric=cosine', '-p', 'standardise=no')
    table = columns(work, 'map_x', 'map_y', 'map_trust')
    assert np.isnan(table[7]).all() and np.isfinite(np.delete(table, 7, 0)).all()
    assert 'zero-rows' in [d['id'] for d in answer['diagnostics']]


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        assay.shutil.rmtree(FOLDER)
