#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the points of bench_neighbours and bench_groups, and times FAISS on them.

peer_neighbours.py FILE N D knn K QUERIES | range EPS | none
FILE gets N x D floats: 50 normal clouds of 16 directions and noise, 1 % near copies. Prints the CPU
seconds of FAISS's flat search (of QUERIES rows, or of all), then for each row the sum of squared
distances (knn) or the group (range) as numbers on one line.
"""
import resource
import sys

import numpy as np


def mix(n, d, rank=16):
    r = np.random.default_rng(0)
    k = 50
    mu = r.standard_normal((k, d), dtype=np.float32) * np.float32(8 / np.sqrt(d))
    x = np.empty((n, d), np.float32)
    comp = r.integers(0, k, n)
    for c in range(k):
        i = np.where(comp == c)[0]
        a = r.standard_normal((rank, d), dtype=np.float32) * np.float32(1 / np.sqrt(rank))
        x[i] = (mu[c] + r.standard_normal((len(i), rank), dtype=np.float32) @ a
                + np.float32(.3) * r.standard_normal((len(i), d), dtype=np.float32))
    m = n // 100
    a = r.choice(n, m, False)
    b = r.choice(n, m, False)
    x[a] = x[b] + np.float32(1e-3) * r.standard_normal((m, d), dtype=np.float32)
    return x


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    path, n, d, what = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    x = mix(n, d)
    x.tofile(path)
    if what == 'none':
        return
    import faiss
    index = faiss.IndexFlatL2(d)
    index.add(x)
    start = cpu()
    if what == 'knn':
        k, q = int(sys.argv[5]), int(sys.argv[6])
        squares, _ = index.search(x[:q], k + 1)
        print(cpu() - start)
        print(' '.join(f'{v:.9g}' for v in squares[:, 1:].sum(1)))
    else:
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components
        limits, _, near = index.range_search(x, float(sys.argv[5]) ** 2)
        rows = np.repeat(np.arange(n), np.diff(limits.astype(np.int64)))
        graph = coo_matrix((np.ones(len(near), np.int8), (rows, near)), (n, n))
        groups = connected_components(graph, directed=False)[1]
        print(cpu() - start)
        print(' '.join(map(str, groups)))


if __name__ == '__main__':
    main()
