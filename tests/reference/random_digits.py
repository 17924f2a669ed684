#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The curve of random picks on digits by scikit-learn's head, under the protocol of
test_simulate_digits.c: 540 test rows drawn by class, two rows a class to start from, 28 rounds of
10, pixels / 16, C = 1. Prints, for blocks of 20 seeds and for all of them, the mean accuracy from
20 to 300 labels, its deviation, and the labels at which the mean curve is at 90 %. By hand; half a
minute a block.

Usage: random_digits.py [BLOCKS], 10 without
"""
import sys

import numpy
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

LABELS = 20 + 10 * numpy.arange(29)


def curve(features, label, seed):
    """Test accuracy after each round."""
    source = numpy.random.RandomState(seed)
    pool, test, pool_label, test_label = train_test_split(
        features, label, test_size=540, stratify=label, random_state=seed)
    start = numpy.concatenate([source.choice(numpy.flatnonzero(pool_label == k), 2, replace=False)
                               for k in range(10)])
    others = source.permutation(numpy.setdiff1d(numpy.arange(len(pool)), start))
    taken = numpy.concatenate([start, others])
    heads = (LogisticRegression(C=1, max_iter=400).fit(pool[taken[:n]], pool_label[taken[:n]])
             for n in LABELS)
    return [head.score(test, test_label) for head in heads]


def tell(what, curves):
    areas = numpy.trapz(curves, LABELS, axis=1) / (LABELS[-1] - LABELS[0])
    reached = LABELS[numpy.argmax(curves.mean(axis=0) >= 0.9)]
    print(f'{what}: {areas.mean():.4f} +- {areas.std(ddof=1):.4f}, 90 % at {reached} labels',
          flush=True)


def main():
    features, label = load_digits(return_X_y=True)
    n = 20 * (int(sys.argv[1]) if len(sys.argv) > 1 else 10)
    curves = []
    for seed in range(n):
        curves.append(curve(features / 16, label, seed))
        if seed % 20 == 19:
            tell(f'seeds {seed - 19} to {seed}', numpy.array(curves[-20:]))
    tell(f'all {n}', numpy.array(curves))


if __name__ == '__main__':
    main()
