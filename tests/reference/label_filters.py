#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes label_filters.json beside itself: masks and rankings of confident learning (Northcutt,
Jiang and Chuang 2021; counts and names as in the tool of those authors) by numpy, of probabilities
that test_label_filter.c makes by the same generator. A mask is kept as its count and SHA-256.

Thresholds: mean p_k of the rows labelled k. A row is confident in the one class whose threshold
it reaches, or, of several, in its likeliest class. Counts: the joint with a diagonal of at least
1, each row scaled to its class's rows, rounded with sums kept; at least one row of a class stays,
taken evenly from the class's other counts. Noise rate: of class g as many rows as counts[g][k],
of largest p_k - p_g. Class: n_g - counts[g][g] rows of lowest p_g. Classes of one row lose none;
no row whose own label is the likeliest is flagged, but by the rankings. Ties by position."""
import hashlib
import json
import pathlib

import numpy as np

MASK = (1 << 64) - 1


def make(n, classes, seed):
    """Nobody is labelled the last class, the one before is never the likeliest."""
    state = seed

    def draw():
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) & MASK
        return (state >> 11) / 2.0**53

    label, p = np.empty(n, int), np.empty((n, classes))
    for i in range(n):
        u = draw()
        true = int(u * u * classes) % (classes - 1)
        label[i] = int(draw() * (classes - 1)) if draw() < 0.12 else true
        for k in range(classes):
            u = draw()
            p[i, k] = (u * u) * (u * u)
        p[i, true] += 0.35 * (1 + true % 4)
        p[i, classes - 2] *= 0.01
    total = np.zeros(n)
    for k in range(classes):
        total += p[:, k]
    return label, p / total[:, None]


def whole(x):
    """To the nearest (halves to even), then up or down by one where that is nearest to right, until
    the sum is kept; of equal ones the last go up, the first down."""
    near = np.round(x)
    short = int(np.round(x.sum()) - near.sum())
    order = np.argsort(x - near, kind='stable')
    if short > 0:
        near[order[::-1][:short]] += 1
    else:
        near[order[:-short]] -= 1
    return near


def counts_of(joint, number):
    counts = joint.astype(float)
    np.fill_diagonal(counts, np.maximum(counts.diagonal(), 1))
    counts *= (number / counts.sum(1))[:, None]
    counts = np.array([whole(row) for row in counts])
    for g, row in enumerate(counts):
        short = max(1 - row[g], 0)
        share = short / max((row != 0).sum() - 1, 1)
        own = row[g] + short
        row[:] = np.maximum(row - share, 0)
        row[g] = own
    return np.array([whole(column) for column in counts.T]).T


def lowest(by, count):
    mask = np.zeros(len(by), bool)
    mask[np.argsort(by, kind='stable')[:int(count)]] = True
    return mask


def filters(label, p):
    n, classes = p.shape
    every = np.arange(n)
    number = np.bincount(label, minlength=classes)
    threshold = np.array([max(p[label == k, k].mean(), 2e-6) if number[k] else 2
                          for k in range(classes)])
    sure, guess = p >= threshold - 1e-6, p.argmax(1)
    confident = np.where(sure.sum(1) > 1, guess, np.where(sure.any(1), sure.argmax(1), -1))
    joint = np.zeros((classes, classes), int)
    np.add.at(joint, (label[confident >= 0], confident[confident >= 0]), 1)
    errors = (joint.sum() - np.trace(joint)) * n // joint.sum()
    counts = counts_of(joint, number)
    own = p[every, label]
    rest = p.copy()
    rest[every, label] = -1
    shifted = p - threshold + threshold.max()
    shifted /= shifted.sum(1, keepdims=True)
    rate, by_class = np.zeros(n, bool), np.zeros(n, bool)
    for g in range(classes):
        at = np.where(label == g)[0]
        if len(at) > 1:
            by_class[at[lowest(own[at], len(at) - counts[g, g])]] = True
            for k in range(classes):
                if k != g and counts[g, k] >= 1:
                    rate[at[lowest(p[at, g] - p[at, k], counts[g, k])]] = True
    wrong = guess != label
    entropy = -(np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0)).sum(1) / np.log(classes)
    x = np.maximum(entropy / np.maximum(own, 1e-6), 1e-6)
    masks = {'low_normalized_margin': lowest(own - rest.max(1), errors),
             'low_self_confidence': lowest(own, errors),
             'prune_by_noise_rate': rate & wrong, 'prune_by_class': by_class & wrong,
             'both': rate & by_class & wrong,
             'confident_learning': (confident >= 0) & (confident != label) & wrong,
             'predicted_neq_given': wrong}
    return {'errors': int(errors),
            'masks': {name: {'count': int(mask.sum()),
                             'sha256': hashlib.sha256(mask.astype('u1').tobytes()).hexdigest()}
                      for name, mask in masks.items()},
            'entropy': (np.log1p(x) / x)[:20].tolist(),
            'adjusted': shifted[every, label][:20].tolist()}, masks


def main():
    cases = []
    for n, classes in [(50000, 10), (5000, 300), (900, 4)]:
        found, _ = filters(*make(n, classes, n))
        cases.append({'n': n, 'classes': classes, **found})
    path = pathlib.Path(__file__).with_name('label_filters.json')
    path.write_text(json.dumps({'cases': cases}, indent=1) + '\n')


if __name__ == '__main__':
    main()
