#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands for a user who trains a model of their own on the lists of `assay-cli arms`:
scikit-learn's random forest, every arm with every seed of the template, judged on test.csv; fills
in results.csv. Usage: arms_forest.py DIR DATA.csv [TREES]"""
import csv
import pathlib
import sys

import numpy as np
from sklearn.ensemble import RandomForestClassifier


def read(path):
    with open(path, encoding='utf-8', newline='') as file:
        return list(csv.DictReader(file))


def fill(folder, data, trees):
    rows = read(data)
    features = [name for name in rows[0] if name[0] == 'p']
    x = {row['id']: [float(row[name]) for name in features] for row in rows}
    sets = {}
    for path in folder.glob('*.csv'):
        if path.name != 'results.csv':
            found = read(path)
            sets[path.stem] = (np.array([x[row['id']] for row in found]),
                               [row.get('new_label') or row['label'] for row in found])
    results = read(folder / 'results.csv')
    for run in results:
        model = RandomForestClassifier(trees, random_state=int(run['seed']))
        model.fit(*sets[run['arm']])
        run['value'] = model.score(*sets['test'])
    with open(folder / 'results.csv', 'w', encoding='utf-8', newline='') as file:
        writer = csv.DictWriter(file, list(results[0]))
        writer.writeheader()
        writer.writerows(results)


if __name__ == '__main__':
    fill(pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 100)
