#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes outlier.json beside itself: scikit-learn's local outlier factors of rows that
test_neighbourhood.c makes by the same generator, standardised."""
import json
import pathlib

import numpy as np
from sklearn.neighbors import LocalOutlierFactor

MASK = (1 << 64) - 1


def rows(n, d, seed):
    """Uniform rows; every tenth is far out, every ninth repeats the one before."""
    state, x = seed, np.empty((n, d), np.float32)
    for i in range(n):
        for j in range(d):
            state = (state * 6364136223846793005 + 1442695040888963407) & MASK
            x[i, j] = np.float32((state >> 11) / 2.0**53 * (5 if i % 10 == 0 else 1))
        if i % 9 == 8:
            x[i] = x[i - 1]
    return x


cases = []
for n, d, k in [(200, 4, 20), (60, 3, 5)]:
    x = rows(n, d, n + d)
    mean, deviation = x.astype(float).mean(0), x.astype(float).std(0)
    z = ((x - np.float32(mean)) * np.float32(1 / deviation)).astype(float)
    found = -LocalOutlierFactor(n_neighbors=k, algorithm='brute').fit(z).negative_outlier_factor_
    cases.append({'n': n, 'd': d, 'k': k, 'values': found.tolist()})
path = pathlib.Path(__file__).with_name('outlier.json')
path.write_text(json.dumps({'cases': cases}, indent=1) + '\n')
