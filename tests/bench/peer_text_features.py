#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""scikit-learn's TF-IDF and truncated SVD of the same texts, and its head on both feature sets.

Usage: peer_text_features.py TRAIN.csv TEST.csv FEATURES.npy RUNS
FEATURES.npy holds Assay's features of the training rows, then the test rows. Prints the median
seconds of the peer's features, the test accuracy of LogisticRegression(C = 1 / (1e-3 n)) on
Assay's features and on the peer's, both standardised.
"""
import csv
import sys
import time

import numpy
import scipy.sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler, normalize


def read(path):
    with open(path, encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    return [row['text'] for row in rows], numpy.array([row['category'] for row in rows])


def features(train, test, dimensions):
    options = {'sublinear_tf': True, 'min_df': 2}
    makers = [TfidfVectorizer(ngram_range=(1, 2), token_pattern=r'(?u)\b\w+\b', **options),
              TfidfVectorizer(analyzer='char_wb', ngram_range=(3, 5), **options)]
    left = scipy.sparse.hstack([maker.fit_transform(train) for maker in makers]).tocsr()
    right = scipy.sparse.hstack([maker.transform(test) for maker in makers]).tocsr()
    svd = TruncatedSVD(dimensions, n_iter=3, random_state=0).fit(left)
    return normalize(numpy.vstack([svd.transform(left), svd.transform(right)]))


def accuracy(matrix, y_train, y_test):
    n = len(y_train)
    scaled = StandardScaler().fit(matrix[:n]).transform(matrix)
    head = LogisticRegression(C=1 / (1e-3 * n), max_iter=500).fit(scaled[:n], y_train)
    return head.score(scaled[n:], y_test)


def main():
    train, y_train = read(sys.argv[1])
    test, y_test = read(sys.argv[2])
    ours = numpy.load(sys.argv[3])
    seconds = []
    for _ in range(int(sys.argv[4])):
        start = time.perf_counter()
        theirs = features(train, test, ours.shape[1])
        seconds.append(time.perf_counter() - start)
    print(numpy.median(seconds), accuracy(ours, y_train, y_test),
          accuracy(theirs, y_train, y_test))


if __name__ == '__main__':
    main()
