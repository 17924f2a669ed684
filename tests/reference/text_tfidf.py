#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/data/text_reference.h: scikit-learn's TF-IDF of a few sentences.

The vocabulary of Assay is hashed, so what is compared are inner products of rows (words and pieces
of words separately scaled to unit length) and numpy's singular values of the fitted rows. No two
terms of these sentences share a place of the hash.
"""
import pathlib

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer

TEXTS = [
    'Where is my card? I have not received my card yet!',
    'my new card has not arrived',
    'How do I top up with a bank transfer',
    'The top-up by bank transfer was declined',
    'I was charged twice for a coffee',
    'why was I charged a fee, a fee, a fee?',
    'Can I change my PIN at a cash machine',
    'The cash machine kept my card and my PIN',
    'Größe, Maß: ÄRGER mit dem Café_Konto',
    'ärger mit dem konto, schon wieder',
    'exchange rate of the transfer is wrong',
    'a  b\tc',
    'Is the exchange rate for my card wrong?',
    'the fee of a declined transfer',
    '',
    'unseen words only: zymurgy',
]
N_FIT = 12  # the rows that the vocabulary and the frequencies come from
MIN_ROWS = 2


def vectorise(**options):
    maker = TfidfVectorizer(sublinear_tf=True, min_df=MIN_ROWS, **options)
    maker.fit(TEXTS[:N_FIT])
    return maker.transform(TEXTS).toarray()


def c_string(text):
    return '"' + ''.join(c if 32 <= ord(c) < 127 and c not in '"\\?'
                         else ''.join(f'\\{b:03o}' for b in c.encode()) for c in text) + '"'


def c_numbers(name, values):
    rows = [', '.join(f'{v:.9g}' for v in values[i:i + 6]) for i in range(0, len(values), 6)]
    return f'static const double {name}[] = {{\n  ' + ',\n  '.join(rows) + '\n};'


words = vectorise(ngram_range=(1, 2), token_pattern=r'(?u)\b\w+\b')
pieces = vectorise(analyzer='char_wb', ngram_range=(3, 5))
both = numpy.hstack([words, pieces])
path = pathlib.Path(__file__).resolve().parents[1] / 'data' / 'text_reference.h'
path.write_text('\n'.join([
    '/* SPDX-License-Identifier: GPL-3.0-or-later */',
    '/* Made by tests/reference/text_tfidf.py. */',
    '#pragma once',
    '',
    f'#define REFERENCE_TEXTS {len(TEXTS)}',
    f'#define REFERENCE_FITTED {N_FIT}',
    f'#define REFERENCE_TERMS {both.shape[1]}',
    'static const char *const reference_texts[] = {',
    *[f'  {c_string(t)},' for t in TEXTS],
    '};',
    '/* Inner products of all pairs of rows, row-major. */',
    c_numbers('reference_products', (both @ both.T).ravel()),
    '/* Singular values of the fitted rows. */',
    c_numbers('reference_singular', numpy.linalg.svd(both[:N_FIT], compute_uv=False)),
    '',
]), encoding='utf-8')
