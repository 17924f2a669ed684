#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""k-means of the bundled digits by scikit-learn: the best sum of squares of ten starts.

Writes clusters.json beside itself. Values on standardised features too (population deviation,
constant columns left at 0), and for more clusters.
"""
import json
import pathlib

import numpy
from sklearn.cluster import KMeans

HERE = pathlib.Path(__file__).resolve().parent
DIGITS = HERE.parents[1] / 'data' / 'samples' / 'digits.csv'


def main():
    table = numpy.genfromtxt(DIGITS, delimiter=',', skip_header=1, dtype=str)
    x = table[:, 2:].astype(float)
    deviation = x.std(axis=0)
    z = (x - x.mean(axis=0)) / numpy.where(deviation > 0, deviation, 1)
    found = []
    for name, points in (('raw', x), ('standardised', z)):
        for k in (3, 10, 40):
            fit = KMeans(k, n_init=10, random_state=0).fit(points)
            found.append({'features': name, 'k': k, 'objective': fit.inertia_})
    (HERE / 'clusters.json').write_text(json.dumps(found, indent=1) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
