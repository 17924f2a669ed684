#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the bundled sample data/samples/digits.csv from scikit-learn's copy of the UCI digits."""
import pathlib

from sklearn.datasets import load_digits


def main():
    digits = load_digits()
    path = pathlib.Path(__file__).resolve().parents[2] / 'data' / 'samples' / 'digits.csv'
    with open(path, 'w', encoding='utf-8', newline='\n') as out:
        names = [f'p{row}{column}' for row in range(8) for column in range(8)]
        out.write(','.join(['id', 'label', *names]) + '\n')
        for i, (label, pixels) in enumerate(zip(digits.target, digits.data)):
            out.write(','.join([f'd{i:04}', str(label), *(str(int(p)) for p in pixels)]) + '\n')


if __name__ == '__main__':
    main()
