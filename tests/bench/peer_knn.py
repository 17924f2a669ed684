#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The peer of bench_knn.c: exact nearest-neighbour Shapley values by vectorised numpy.

    peer_knn.py DIR TRAIN VALID FEATURES NEIGHBOURS RUNS

Writes DIR/x.npy, DIR/y.npy (train rows, then validation rows; standardised on train) and
DIR/values.npy, the values with distances in double; prints the median wall and CPU seconds of the
float computation: one product, one argsort and one cumulative sum for each 100 validation rows."""
import sys
import time

import numpy as np


def mixture(n, d, classes):
    """Fifty overlapping clouds of rank 16 plus noise, 5 % wrong labels."""
    r = np.random.default_rng(0)
    middle = r.standard_normal((5 * classes, d), dtype=np.float32) * np.float32(8 / np.sqrt(d))
    spread = r.standard_normal((16, d), dtype=np.float32) / 4
    component = r.integers(0, 5 * classes, n)
    x = middle[component] + r.standard_normal((n, 16), dtype=np.float32) @ spread
    x += np.float32(.3) * r.standard_normal((n, d), dtype=np.float32)
    y = component % classes
    wrong = r.random(n) < .05
    y[wrong] = r.integers(0, classes, wrong.sum())
    return x, y


def shapley(train, y, valid, of_valid, k):
    n, total = len(train), np.zeros(len(train))
    rank = np.arange(1, n + 1)
    gain = np.minimum(k, rank) / rank / k
    square = (train * train).sum(1)
    for first in range(0, len(valid), 100):
        q, label = valid[first:first + 100], of_valid[first:first + 100]
        distance = square[None] - 2 * (q @ train.T)
        order = np.argsort(distance, axis=1)
        match = (y[order] == label[:, None]).astype(np.float64)
        change = (match[:, :-1] - match[:, 1:]) * gain[:-1]
        phi = np.empty_like(match)
        phi[:, -1] = match[:, -1] / n
        phi[:, :-1] = phi[:, -1:] + np.cumsum(change[:, ::-1], axis=1)[:, ::-1]
        for row in range(len(q)):
            total[order[row]] += phi[row]
    return total / len(valid)


def main():
    folder, (n, m, d, k, runs) = sys.argv[1], map(int, sys.argv[2:])
    x, y = mixture(n + m, d, 10)
    mean, deviation = x[:n].astype(float).mean(0), x[:n].astype(float).std(0)
    for first in range(0, len(x), 10000):
        x[first:first + 10000] = (x[first:first + 10000] - mean) / deviation
    np.save(f'{folder}/x.npy', x)
    np.save(f'{folder}/y.npy', y.astype(np.int32))
    wall, cpu = [], []
    for _ in range(runs):
        start, busy = time.perf_counter(), time.process_time()
        shapley(x[:n], y[:n], x[n:], y[n:], k)
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - busy)
    mean, deviation = x[:n].astype(float).mean(0), x[:n].astype(float).std(0)
    z = ((x - np.float32(mean)) * np.float32(1 / deviation)).astype(float)
    np.save(f'{folder}/values.npy', shapley(z[:n], y[:n], z[n:], y[n:], k))
    print(np.median(wall), np.median(cpu))


main()
