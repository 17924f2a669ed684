#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the points that openTSNE's figure was measured on, and judges t-SNE layouts of them.

peer_tsne.py FILE N D fit    FILE gets N x D floats: a mixture of 784 features, its D main
                             directions; prints the exact divergence of scikit-learn's layout
peer_tsne.py FILE N D judge  FILE holds N x 2 floats, a layout of these points: prints its exact
                             divergence, by scikit-learn's affinities and all pairs
"""
import sys

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.manifold._t_sne import _joint_probabilities_nn
from sklearn.neighbors import NearestNeighbors

from peer_neighbours import mix

PERPLEXITY = 30.0
WIDE, RANK = 784, 40
BLOCK = 500


def divergence(x, y):
    """Of the affinities of the points x from those of their places y, the normaliser over all."""
    near = NearestNeighbors(n_neighbors=int(3 * PERPLEXITY + 1)).fit(x).kneighbors_graph(
        mode='distance')
    near.data **= 2
    p = _joint_probabilities_nn(near, PERPLEXITY, 0).tocoo()
    y = y.astype(np.float64)
    square, total = (y ** 2).sum(1), -float(len(y))
    for i in range(0, len(y), BLOCK):
        apart = square[i:i + BLOCK, None] - 2 * y[i:i + BLOCK] @ y.T + square
        total += (1 / (1 + np.maximum(apart, 0))).sum()
    kept = p.data > 0
    share = p.data[kept] / p.data[kept].sum()
    apart = ((y[p.row] - y[p.col]) ** 2).sum(1)[kept]
    return float((share * (np.log(share) + np.log1p(apart) + np.log(total))).sum())


def main():
    path, n, d, what = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    x = PCA(d, svd_solver='randomized', random_state=0).fit_transform(mix(n, WIDE, RANK)).astype(
        np.float32)
    if what == 'judge':
        print(divergence(x, np.fromfile(path, np.float32).reshape(-1, 2)))
        return
    x.tofile(path)
    layout = None
    if n <= 10000:  # a minute; of 60000 its steps would take a quarter of an hour
        layout = TSNE(2, perplexity=PERPLEXITY, init='pca', learning_rate='auto', random_state=0,
                      n_iter=1000).fit_transform(x)
    print(divergence(x, layout) if layout is not None else 'nan')


main()
