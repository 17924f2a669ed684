#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""new: drawn parts keep near copies whole, found here by numpy's own cosines."""
import csv

import numpy

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()


def make(name, features, columns, *options):
    """A workspace of an array and the columns beside it, its notes, and each row's part."""
    if features is not None:
        numpy.save(FOLDER / f'{name}.npy', features.astype(numpy.float32))
    with open(FOLDER / f'{name}.csv', 'w', encoding='utf-8', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values()))
    work = FOLDER / f'{name}.assay'
    work.unlink(missing_ok=True)
    given = [] if features is None else ['--features', FOLDER / f'{name}.npy']
    made = assay.call('new', work, FOLDER / f'{name}.csv', *given, '--label', 'label', *options)
    assert made.returncode == 0, made.stderr
    out = FOLDER / 'parts.csv'
    assay.run('export', work, '--columns', 'split', '-o', out)
    parts = out.read_text(encoding='utf-8').split()[1:]
    return work, made.stderr, parts


def groups_of(features, least=0.99):
    """Rows joined by cosines of at least that, each group's first row for each row."""
    unit = features / numpy.linalg.norm(features, axis=1, keepdims=True)
    near = unit @ unit.T >= least
    first = numpy.arange(len(near))
    while True:
        lower = numpy.array([first[near[i]].min() for i in range(len(near))])
        if (lower == first).all():
            return first
        first = lower


def torn(first, parts):
    """Groups with rows in more than one part."""
    found = {}
    for group, part in zip(first, parts):
        found.setdefault(group, set()).add(part)
    return sum(len(kinds) > 1 for kinds in found.values())


def planted(seed):
    """300 rows of three classes, 80 of them near copies, of copies too."""
    rng = numpy.random.default_rng(seed)
    x = rng.normal(size=(300, 12))
    for i in range(220, 300):
        x[i] = x[rng.integers(150, i)] * rng.uniform(.5, 2) + 1e-3 * rng.normal(size=12)
    order = rng.permutation(300)
    return x[order].astype(numpy.float32), rng.permutation([0] * 150 + [1] * 90 + [2] * 60)


def leaks(work):
    return assay.run_json('redundancy', work, '--no-uniqueness')['leaks']


def test_whole():
    """No group of planted near copies lies in two parts; as many rows of each class are drawn"""
    was_torn = 0
    for seed in range(6):
        x, label = planted(seed)
        first = groups_of(x.astype(float))
        columns = {'label': [f'c{k}' for k in label]}
        work, notes, parts = make('planted', x, columns, '--seed', seed)
        sizes = numpy.bincount(first)
        assert f'{sizes[sizes > 1].sum()} rows in {(sizes > 1).sum()} groups' in notes, notes
        assert torn(first, parts) == 0
        for k, n in enumerate([150, 90, 60]):
            drawn = sum(p in ('valid', 'test') for p, c in zip(parts, label) if c == k)
            assert abs(drawn - n // 5) <= 3, (k, drawn)
        if seed == 0:
            found = leaks(work)
            assert found['n_valid'] == found['n_test'] == 0, found
            again = assay.run_json('info', work)
            said = {d['id']: d['text'] for d in again['diagnostics']}
            assert said['near-copies'] in notes and said['parts-drawn'] in notes
        work, notes, parts = make('planted', x, columns, '--seed', seed, '--near-copies',
                                  'ignore')
        assert 'not looked for, as asked' in notes
        was_torn += torn(first, parts)
    assert was_torn > 0
    found = leaks(work)
    assert found['n_valid'] + found['n_test'] > 0


def test_standardised():
    """Columns of a table are compared standardised, by training rows that the parts decide"""
    x, label = planted(9)
    x = x * 10.0 ** numpy.arange(-3, 3).repeat(2)
    columns = {f'x{j}': x[:, j].tolist() for j in range(12)}
    work, notes, parts = make('table', None, {'label': [f'c{k}' for k in label], **columns})
    train = x[[p == 'train' for p in parts]]
    first = groups_of((x - train.mean(axis=0)) / train.std(axis=0))
    assert torn(first, parts) == 0 and 'near copies' in notes
    assert leaks(work)['ids'] == []


def test_texts():
    """Texts of the same words stay together though their features are of the training rows"""
    rng = numpy.random.default_rng(3)
    words = [f'word{i}' for i in range(60)]
    texts = [' '.join(rng.choice(words, 9)) for _ in range(160)]
    texts += [text.upper().replace(' ', ', ') for text in texts[:40]]
    _, notes, parts = make('texts', None, {'text': texts,
                                           'label': [f'c{i % 2}' for i in range(200)]},
                           '--text', 'text')
    assert 'near copies' in notes
    assert torn([*range(160), *range(40)], parts) == 0
    assert leaks(FOLDER / 'texts.assay')['ids'] == []


def test_latest():
    """With times the parts are the latest rows, and whole"""
    x, label = planted(5)
    first = groups_of(x.astype(float))
    time = numpy.random.default_rng(1).permutation(300)
    _, _, parts = make('times', x, {'label': [f'c{k}' for k in label], 't': time.tolist()},
                       '--time', 't')
    assert torn(first, parts) == 0
    latest = {g: max(t for t, f in zip(time, first) if f == g) for g in set(first)}
    when = {part: [latest[g] for g, p in zip(first, parts) if p == part]
            for part in ('train', 'valid', 'test')}
    assert max(when['train']) < numpy.median(when['test'])
    assert min(when['valid']) > numpy.median(when['train'])


def test_bulk():
    """A tenth of the rows or more that hang together are no copies: said, and drawn row by row"""
    rng = numpy.random.default_rng(2)
    x = 50 + rng.normal(size=(200, 8))
    _, notes, parts = make('bulk', x, {'label': [f'c{i % 2}' for i in range(200)]})
    assert 'not 200 rows that hang together' in notes, notes
    assert parts.count('train') == 160


def test_many_rows():
    """Above 100000 rows near copies are not looked for unless asked, which is said"""
    x = numpy.random.default_rng(4).normal(size=(100001, 2))
    _, notes, parts = make('many', x, {'label': [f'c{i % 2}' for i in range(100001)]})
    assert 'not looked for among 100001 rows' in notes and '--near-copies whole' in notes, notes
    assert 'valid' in parts
    assert '--near-copies' in assay.fail('new', FOLDER / 'odd.assay', FOLDER / 'many.csv',
                                         '--near-copies', 'some', status=2)


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        assay.shutil.rmtree(FOLDER)
