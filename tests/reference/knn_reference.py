#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes knn.json beside itself: nearest-neighbour Shapley values by numpy, every list sorted
whole, in double, of rows that test_knn_values.c makes by the same generator; the recursion is that
of Jia et al. 2019, row by row of the order."""
import json
import pathlib

import numpy as np

MASK = (1 << 64) - 1


def rows(n, d, classes, seed):
    """Features and labels: a feature depends on the class a little."""
    state = seed
    x, y = np.empty((n, d), np.float32), np.empty(n, int)
    for i in range(n):
        state = (state * 6364136223846793005 + 1442695040888963407) & MASK
        y[i] = (state >> 33) % classes
        for j in range(d):
            state = (state * 6364136223846793005 + 1442695040888963407) & MASK
            x[i, j] = np.float32((state >> 11) / 2.0**53 + 0.1 * (y[i] == j % classes))
    return x, y


def shapley(train, y, valid, of_valid, k):
    mean, deviation = train.astype(float).mean(0), train.astype(float).std(0)
    scale = lambda x: ((x - np.float32(mean)) * np.float32(1.0 / deviation)).astype(float)
    a, b = scale(train), scale(valid)
    n, total = len(a), np.zeros(len(a))
    for point, label in zip(b, of_valid):
        order = np.argsort(((a - point) ** 2).sum(1), kind='stable')
        match = (y[order] == label).astype(float)
        phi = np.empty(n)
        phi[-1] = match[-1] / max(n, k)
        for i in range(n - 2, -1, -1):
            phi[i] = phi[i + 1] + (match[i] - match[i + 1]) / k * min(k, i + 1) / (i + 1)
        total[order] += phi
    return total / len(b)


cases = []
for n, m, d, classes, k in [(200, 40, 7, 3, 5), (60, 90, 20, 2, 1), (30, 11, 3, 4, 50)]:
    x, y = rows(n + m, d, classes, n + d)
    cases.append({'n': n, 'm': m, 'd': d, 'classes': classes, 'k': k, 'seed': n + d,
                  'values': shapley(x[:n], y[:n], x[n:], y[n:], k).tolist()})
path = pathlib.Path(__file__).with_name('knn.json')
path.write_text(json.dumps({'cases': cases}, indent=1) + '\n')
