#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes spread.json beside itself: label spreading in closed form, (1 - a)(I - a S)^-1 Y by numpy,
on rows that test_spread.c makes by the same generator; neighbours by scikit-learn."""
import json
import pathlib

import numpy as np
from sklearn.neighbors import kneighbors_graph

MASK = (1 << 64) - 1


def rows(n, d, seed):
    """Uniform rows."""
    state, x = seed, np.empty((n, d), np.float32)
    for i in range(n):
        for j in range(d):
            state = (state * 6364136223846793005 + 1442695040888963407) & MASK
            x[i, j] = np.float32((state >> 11) / 2.0**53)
    return x


def spread(x, given, n_classes, k, alpha):
    """Shares of each row."""
    near = kneighbors_graph(x.astype(float), k, mode='distance', include_self=False).tocoo()
    a = np.zeros((len(x), len(x)))
    a[near.row, near.col] = np.exp(-2 * (near.data / np.median(near.data)) ** 2)
    a = np.maximum(a, a.T)
    root = 1 / np.sqrt(a.sum(1))
    y = np.zeros((len(x), n_classes))
    for i, c in enumerate(given):
        if c >= 0:
            y[i, c] = 1
    f = (1 - alpha) * np.linalg.solve(np.eye(len(x)) - alpha * root[:, None] * a * root, y)
    return f / f.sum(1, keepdims=True)


cases = []
for n, d, n_classes, k, alpha in [(120, 3, 4, 7, 0.2), (150, 2, 20, 5, 0.9)]:
    x = rows(n, d, n + d)
    given = [i // 3 % n_classes if i % 3 == 0 else -1 for i in range(n)]
    share = spread(x, given, n_classes, k, alpha)
    cases.append({'n': n, 'd': d, 'classes': n_classes, 'k': k, 'alpha': alpha,
                  'share': [round(v, 12) for v in share.ravel()]})
path = pathlib.Path(__file__).with_name('spread.json')
path.write_text(json.dumps({'cases': cases}, indent=1) + '\n')
