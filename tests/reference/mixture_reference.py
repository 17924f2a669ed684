#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference of test_mixture.c: a mixture of 60000 x 512 with 10 classes.

    mixture_reference.py make DIR   writes DIR/x.npy and DIR/y.npy, and prints the hash of the
                                    labels (the features' last bits depend on the processor)
    mixture_reference.py            writes mixture.json beside itself: that hash, and the objective
                                    of scikit-learn's multinomial LogisticRegression in double"""
import hashlib
import json
import pathlib
import sys
import tempfile

import numpy as np

here = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(here.parent / 'bench'))
from peer_logreg import judge, make

CLASSES, LAMBDA_MEAN = 10, 1e-3


def make_and_hash(folder):
    make(folder, 60000, 512, CLASSES)
    return hashlib.sha256(np.load(f'{folder}/y.npy').tobytes()).hexdigest()


def write_reference():
    import sklearn
    from sklearn.linear_model import LogisticRegression
    with tempfile.TemporaryDirectory() as folder:
        labels = make_and_hash(folder)
        x, y = np.load(f'{folder}/x.npy').astype(np.float64), np.load(f'{folder}/y.npy')
    model = LogisticRegression(multi_class='multinomial', solver='lbfgs', tol=1e-8, max_iter=1000,
                               C=1 / (LAMBDA_MEAN * len(x))).fit(x, y)
    objective, gradient = judge(x, y, model.coef_, model.intercept_, LAMBDA_MEAN)
    (here / 'mixture.json').write_text(json.dumps(
        {'labels': labels, 'lambda_mean': LAMBDA_MEAN, 'objective': float(objective),
         'gradient': float(gradient), 'sklearn': sklearn.__version__}, indent=1) + '\n')


if sys.argv[1:2] == ['make']:
    print(make_and_hash(sys.argv[2]))
else:
    write_reference()
