#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The peer of bench_head.c; the reference of test_mixture.c is made with its data.

    peer_logreg.py make DIR ROWS FEATURES CLASSES    writes DIR/x.npy and DIR/y.npy
    peer_logreg.py fit DIR CLASSES LAMBDA_MEAN RUNS  times scikit-learn, prints one line:
                                                     median min max cpu objective gradient
                                                     iterations (cpu: seconds of all cores)

Data: a Gaussian mixture of five components a class, each of rank 16 plus noise, 1 % near
duplicates, 5 % wrong labels, standardised; float, seed 0."""
import sys
import time
import warnings

import numpy as np


def mixture(n, d, classes):
    r = np.random.default_rng(0)
    components = 5 * classes
    middle = r.standard_normal((components, d), dtype=np.float32) * np.float32(8 / np.sqrt(d))
    x = np.empty((n, d), np.float32)
    component = r.integers(0, components, n)
    for k in range(components):
        rows = np.where(component == k)[0]
        spread = r.standard_normal((16, d), dtype=np.float32) * np.float32(1 / np.sqrt(16))
        x[rows] = (middle[k] + r.standard_normal((len(rows), 16), dtype=np.float32) @ spread
                   + np.float32(.3) * r.standard_normal((len(rows), d), dtype=np.float32))
    y = (component % classes).astype(np.int64)
    copies = n // 100
    a, b = r.choice(n, copies, False), r.choice(n, copies, False)
    x[a] = x[b] + np.float32(1e-3) * r.standard_normal((copies, d), dtype=np.float32)
    y[a] = y[b]
    wrong = r.random(n) < .05
    y[wrong] = r.integers(0, classes, wrong.sum())
    return x, y


def make(folder, n, d, classes):
    x, y = mixture(n, d, classes)
    for first in range(0, d, 32):  # by columns, so that a large x is not doubled
        part = x[:, first:first + 32].astype(np.float64)
        x[:, first:first + 32] = (part - part.mean(0)) / part.std(0)
    np.save(f'{folder}/x.npy', x)
    np.save(f'{folder}/y.npy', y.astype(np.int32))


def judge(x, y, w, b, lambda_mean):
    """Objective and max norm of its gradient, in double."""
    loss, gradient = 0.0, np.zeros_like(w)
    shift = np.zeros_like(b)
    for first in range(0, len(x), 10000):
        z, label = x[first:first + 10000].astype(np.float64), y[first:first + 10000]
        logits = z @ w.T + b
        top = logits.max(1, keepdims=True)
        p = np.exp(logits - top)
        total = p.sum(1, keepdims=True)
        loss += float((np.log(total[:, 0]) + top[:, 0] - logits[np.arange(len(z)), label]).sum())
        p /= total
        p[np.arange(len(z)), label] -= 1
        gradient += p.T @ z
        shift += p.sum(0)
    gradient = gradient / len(x) + lambda_mean * w
    return (loss / len(x) + lambda_mean / 2 * (w * w).sum(),
            max(np.abs(gradient).max(), np.abs(shift / len(x)).max()))


def fit(folder, classes, lambda_mean, runs):
    from sklearn.linear_model import LogisticRegression
    warnings.filterwarnings('ignore')
    x, y = np.load(f'{folder}/x.npy'), np.load(f'{folder}/y.npy')
    model = LogisticRegression(multi_class='multinomial', solver='lbfgs',
                               C=1 / (lambda_mean * len(x)), tol=1e-4, max_iter=1000)
    times, used = [], []
    for run in range(runs + (runs > 1)):
        start, busy = time.perf_counter(), time.process_time()
        model.fit(x, y)
        if run > 0 or runs == 1:
            times.append(time.perf_counter() - start)
            used.append(time.process_time() - busy)
    objective, gradient = judge(x, y, model.coef_.astype(np.float64),
                                model.intercept_.astype(np.float64), lambda_mean)
    times.sort()
    used.sort()
    print(times[len(times) // 2], times[0], times[-1], used[len(used) // 2], repr(float(objective)),
          gradient, int(model.n_iter_[0]))


if __name__ == '__main__':
    if sys.argv[1] == 'make':
        make(sys.argv[2], *map(int, sys.argv[3:6]))
    else:
        fit(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]))
