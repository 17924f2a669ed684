#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes pca.json beside itself: principal components by numpy's SVD in double, of matrices that
test_pca.c makes by the same generator."""
import json
import pathlib

import numpy as np

MASK = (1 << 64) - 1


def matrix(n, d, seed):
    """Rank-5 structure of falling strength, plus noise, plus a mean that differs by column."""
    state = seed

    def draw(count):
        nonlocal state
        out = np.empty(count)
        for i in range(count):
            state = (state * 6364136223846793005 + 1442695040888963407) & MASK
            out[i] = (state >> 11) / 2.0**53 - 0.5
        return out

    left = draw(n * 5).reshape(n, 5)
    right = draw(5 * d).reshape(5, d)
    noise = draw(n * d).reshape(n, d)
    x = (left * (10.0 / (1.0 + np.arange(5)))) @ right + noise
    return x * (1.0 + np.arange(d) % 7) + 3.0 * np.arange(d)


def pca(x, k, standardise):
    z = x - x.mean(0)
    if standardise:
        z = z / z.std(0)
    u, s, vt = np.linalg.svd(z, full_matrices=False)
    sign = np.sign(vt[np.arange(len(vt)), np.abs(vt).argmax(1)])
    vt, u = vt * sign[:, None], u * sign
    variance = s**2 / (len(x) - 1)
    return {
        'variance': variance[:k].tolist(),
        'ratio': (variance / variance.sum())[:k].tolist(),
        'components': vt[:k, :8].tolist(),
        'projection': (u * s)[:5, :k].tolist(),
    }


cases = []
for n, d, k, standardise in [(300, 40, 6, False), (300, 40, 6, True), (30, 200, 5, False),
                             (30, 200, 5, True), (25, 4, 4, False)]:
    case = {'n': n, 'd': d, 'k': k, 'standardise': standardise, 'seed': n + d}
    case.update(pca(matrix(n, d, n + d), k, standardise))
    cases.append(case)
path = pathlib.Path(__file__).with_name('pca.json')
path.write_text(json.dumps({'cases': cases}, indent=1) + '\n')
