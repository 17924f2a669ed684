#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""UMAP of rows in order of time, of discrete columns: no less trustworthy than umap-learn's."""
import json
import os
import pathlib

import numpy as np

import assay
from tap import Skip, Tap

DATA = os.environ.get('ASSAY_TEST_DATA')
REFERENCE = assay.ROOT / 'tests' / 'reference' / 'maps.json'


def trustworthiness(x, y, k=15, every=6):
    """Venna and Kaski's measure from the ranks among all rows of every so manieth row."""
    n, wrong, rows = len(x), 0, range(0, len(x), every)
    for i in rows:
        near = ((x - x[i]) ** 2).sum(1)
        far = ((y - y[i]) ** 2).sum(1)
        near[i], far[i] = -1, np.inf
        for j in np.argpartition(far, k)[:k]:
            wrong += max(int((near < near[j]).sum()) - k, 0)
    return 1 - 2 * wrong / (len(rows) * k * (2 * n - 3 * k - 1))


def test_bikes():
    if DATA is None:
        raise Skip('no ASSAY_TEST_DATA')
    source = pathlib.Path(DATA) / 'bike_sharing' / 'hour_clean.csv'
    want = json.loads(REFERENCE.read_text())['bikes']['trustworthiness']
    table = np.genfromtxt(source, delimiter=',', skip_header=1)[:, 3:17].astype(np.float32)
    x = (table - table.mean(0)) / table.std(0)
    with assay.Folder() as folder:
        work, out = folder / 'bikes.assay', folder / 'map.npy'
        assert assay.run_json('new', work, source, '--target', 'cnt')['features'] == x.shape[1]
        assay.run('map', work, 'umap', '-p', 'honesty=no')
        assay.run('export', work, '--columns', 'map_x,map_y', '-o', out)
        got = trustworthiness(x, np.load(out))
    print(f'# trustworthiness {got:.4f}, umap-learn {want:.4f}')
    assert got >= want - 0.001, (got, want)


if __name__ == '__main__':
    Tap().run_all(globals())
