#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the band of whatif --folds hold what it is about? By many draws from one source.

Each draw is a data set of its own: three classes, normal in four dimensions, with a tenth of the
labels wrong; dropped are those that are wrong. What the folds estimate is the change of accuracy of
heads fitted on that many rows; its true value is the mean over all draws, since each draw's folds
estimate it without bias. Printed: the share of draws whose 95 % band holds it.

    ASSAY_CLI=build/src/cli/assay-cli tests/reference/fold_band.py [DRAWS]
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy

CLI = os.environ['ASSAY_CLI']
N = 300


def run(*arguments):
    return json.loads(subprocess.run([CLI, '--json', '--quiet', '--threads', '1', *arguments],
                                     check=True, capture_output=True).stdout)


def draw(path, seed):
    rng = numpy.random.default_rng(seed)
    label = rng.integers(0, 3, N)
    x = rng.normal(size=(N, 4))
    x[numpy.arange(N), label] += 1.5
    wrong = rng.random(N) < .1
    said = numpy.where(wrong, (label + rng.integers(1, 3, N)) % 3, label)
    with open(path, 'w', encoding='utf-8', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(['id', 'label', 'wrong', 'a', 'b', 'c', 'd'])
        for i in range(N):
            writer.writerow([i, 'xyz'[said[i]], int(wrong[i]), *(f'{v:.6g}' for v in x[i])])


def main():
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    found = []
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder) / 'draw.csv'
        for seed in range(draws):
            work = data.with_name(f'{seed}.assay')
            draw(data, seed)
            run('new', str(work), str(data), '--label', 'label', '--id', 'id',
                '--features', 'a,b,c,d')
            fold = run('whatif', str(work), '--where', 'wrong = 1', '--verify', '--folds', '5',
                       '--seed', str(seed))['folds']
            found.append([fold[f'{of}{end}'] for of in ('accuracy', 'loss')
                          for end in ('', '_low', '_high')])
            work.unlink()
    found = numpy.array(found)
    for at, name in ((0, 'accuracy'), (3, 'loss')):
        true = found[:, at].mean()
        held = (found[:, at + 1] <= true) & (true <= found[:, at + 2])
        print(f'{name}: change {true:+.4f} on average, deviation of a draw '
              f'{found[:, at].std(ddof=1):.4f}, median half-width '
              f'{numpy.median(found[:, at + 2] - found[:, at + 1]) / 2:.4f}, '
              f'held in {held.sum()} of {draws} draws')


main()
