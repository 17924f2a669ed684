#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes head.json beside itself: objective, loss and accuracy of scikit-learn's multinomial
LogisticRegression(C = 1 / lambda) and of Ridge, on standardised features, for test_head.c. Digits
are the bundled sample; breast_cancer and diabetes come with scikit-learn."""
import csv
import json
import pathlib
import warnings

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LogisticRegression, Ridge

warnings.filterwarnings('ignore')
here = pathlib.Path(__file__).resolve().parent


def digits():
    with open(here.parent.parent / 'data/samples/digits.csv', encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    pixels = [name for name in rows[0] if name[0] == 'p']
    return (np.array([[float(row[name]) for name in pixels] for row in rows]),
            np.array([int(row['label']) for row in rows]))


def standardise(x):
    spread = x.std(0)
    return (x - x.mean(0)) / np.where(spread > 0, spread, 1)


def softmax(x, y, lambda_mean, weight):
    z = standardise_weighted(x, weight)
    strength = lambda_mean * weight.sum()
    model = LogisticRegression(multi_class='multinomial', solver='newton-cg', C=1 / strength,
                               tol=1e-9, max_iter=10000).fit(z, y, sample_weight=weight)
    w, b = model.coef_, model.intercept_
    if len(w) == 1:  # two classes: the one row is the difference's half
        w, b = np.vstack([-w, w]), np.r_[-b, b]
    logits = z @ w.T + b
    top = logits.max(1, keepdims=True)
    total = np.log(np.exp(logits - top).sum(1)) + top[:, 0]
    losses = total - logits[np.arange(len(y)), y]
    return {'lambda_mean': lambda_mean,
            'objective': float((weight * losses).sum() + strength / 2 * (w * w).sum()),
            'loss': float((weight * losses).sum() / weight.sum()),
            'accuracy': float((weight * (logits.argmax(1) == y)).sum() / weight.sum())}


def standardise_weighted(x, weight):
    mean = (weight[:, None] * x).sum(0) / weight.sum()
    spread = np.sqrt((weight[:, None] * (x - mean) ** 2).sum(0) / weight.sum())
    return (x - mean) / np.where(spread > 0, spread, 1)


def ridge(x, t, lambda_mean):
    z = standardise(x)
    model = Ridge(alpha=lambda_mean * len(t), solver='cholesky').fit(z, t)
    error = model.predict(z) - t
    return {'lambda_mean': lambda_mean,
            'objective': float(.5 * (error ** 2).sum()
                               + lambda_mean * len(t) / 2 * (model.coef_ ** 2).sum()),
            'loss': float(.5 * (error ** 2).mean()),
            'accuracy': float(model.score(z, t))}


grid = [1e-1, 1e-2, 1e-3, 1e-4]
x, y = digits()
cancer, which = load_breast_cancer(return_X_y=True)
diabetes, progress = load_diabetes(return_X_y=True, scaled=False)
weights = 0.5 * (np.arange(len(x)) % 4)
out = {
    'digits': [softmax(x, y, value, np.ones(len(x))) for value in grid],
    'digits_weighted': [softmax(x[weights > 0], y[weights > 0], value, weights[weights > 0])
                        for value in grid],
    'breast_cancer': [softmax(cancer, which, value, np.ones(len(cancer))) for value in grid],
    'diabetes': [ridge(diabetes, progress, value) for value in grid],
}
(here / 'head.json').write_text(json.dumps(out, indent=1) + '\n', encoding='utf-8')
