#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""scikit-learn's k-means, for bench-clusters: PATH N D K writes the points, one overlapping blob a
cluster, as floats to PATH; prints CPU seconds, seconds, the sum of squares and the rounds."""
import sys
import time

import numpy
from sklearn.cluster import KMeans


def main():
    path, n, d, k = sys.argv[1], *map(int, sys.argv[2:5])
    rng = numpy.random.default_rng(5)
    centres = rng.normal(size=(k, d)) * 1.5
    x = (centres[rng.integers(k, size=n)] + rng.normal(size=(n, d))).astype('float32')
    x.tofile(path)
    KMeans(k, n_init=1, max_iter=1, random_state=0).fit(x[:2000])  # warm
    start, cpu = time.perf_counter(), time.process_time()
    fit = KMeans(k, n_init=1, random_state=0, tol=1e-4).fit(x)
    print(time.process_time() - cpu, time.perf_counter() - start, fit.inertia_, fit.n_iter_)


if __name__ == '__main__':
    main()
