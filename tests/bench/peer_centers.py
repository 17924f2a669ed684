#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""numpy's greedy k-centre, for bench-select: PATH N D COUNT writes the points, overlapping clouds,
as floats to PATH; prints the seconds of the float computation (one product with all points a pick)
and the picks of the same in double, row 0 labelled."""
import sys
import time

import numpy


def picks(x, count):
    square, out = (x * x).sum(1), []
    least, at = numpy.full(len(x), numpy.inf, x.dtype), 0
    for _ in range(count):
        numpy.minimum(least, square + square[at] - 2 * (x @ x[at]), out=least)
        at = int(least.argmax())
        out.append(at)
    return out


def main():
    path, n, d, count = sys.argv[1], *map(int, sys.argv[2:5])
    rng = numpy.random.default_rng(1)
    x = rng.standard_normal((n, d), dtype='float32')
    x[numpy.arange(n)[:, None] % 10 == numpy.arange(d)[None] % 10] += 2
    x.tofile(path)
    start = time.perf_counter()
    picks(x, count)
    print(time.perf_counter() - start, *picks(x.astype(float), count))


if __name__ == '__main__':
    main()
