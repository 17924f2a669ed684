#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""outdated: labels swapped before a date are found, shuffled times flag next to nothing."""
import csv
import os
import pathlib

import numpy

import assay
from tap import Skip, Tap

FOLDER = assay.Folder().__enter__()
DATA = os.environ.get('ASSAY_TEST_DATA')

with open(assay.SAMPLE, encoding='utf-8') as _file:
    ROWS = list(csv.DictReader(_file))
PIXELS = [name for name in ROWS[0] if name.startswith('p')]
LABEL = numpy.array([int(row['label']) for row in ROWS])


def make(seed, swap, share, shuffled):
    """Digits with a made time, the labels of the first `share` of it swapped. Returns the workspace
    and which labels were."""
    rng = numpy.random.default_rng(seed)
    time = rng.permutation(len(ROWS))
    label = numpy.where(time < share * len(ROWS), swap(LABEL), LABEL)
    told = rng.permutation(len(ROWS)) if shuffled else time
    with open(FOLDER / 'made.csv', 'w', encoding='utf-8', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(['label', 'time', *PIXELS])
        for row, one, when in zip(ROWS, label, told):
            writer.writerow([one, when, *(row[name] for name in PIXELS)])
    work = FOLDER / f'{seed}.assay'
    assay.run('new', work, FOLDER / 'made.csv', '--label', 'label', '--time', 'time')
    return work, label != LABEL


def flags(work):
    path = FOLDER / 'flags.csv'
    assay.run('export', work, '--columns', 'split,outdated', '-o', path)
    with open(path, encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    assert all((row['outdated'] == '') == (row['split'] != 'train') for row in rows)
    return (numpy.array([row['outdated'] == '1' for row in rows]),
            numpy.array([row['split'] == 'train' for row in rows]))


def test_swapped():
    """digits, labels swapped before a date: at least 80 % found, the rest hardly touched"""
    swaps = {'pairs of classes': (1, lambda y: y ^ 1, .4),
             'every class for the next': (2, lambda y: (y + 1) % 10, .3)}
    for name, (seed, swap, share) in swaps.items():
        work, swapped = make(seed, swap, share, False)
        one = assay.run_json('score', work, 'outdated')['scores'][0]
        flagged, train = flags(work)
        found = (flagged & swapped).sum() / (swapped & train).sum()
        wrong = (flagged & ~swapped).sum() / (train & ~swapped).sum()
        print(f'# {name}: {100 * found:.1f} % found, {100 * wrong:.1f} % of the others flagged',
              flush=True)
        assert found >= .8 and wrong <= .03
        certificate = one['certificate']
        assert certificate['outdated'] == flagged.sum() and certificate["threshold"] < 0
        assert certificate['shuffles'] == 50 and certificate['lambda_mean'] > 0


def test_texts():
    """banking77, twenty of its intents swapped in pairs before a date: at least 80 % found"""
    if DATA is None:
        raise Skip('no ASSAY_TEST_DATA')
    rng = numpy.random.default_rng(1)
    with open(pathlib.Path(DATA) / 'banking77' / 'train.csv', encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    names = sorted({row['category'] for row in rows})[:20]
    rows = [row for row in rows if row['category'] in names]
    label = numpy.array([names.index(row['category']) for row in rows])
    time = rng.permutation(len(rows))
    told = numpy.where(time < .4 * len(rows), label ^ 1, label)
    with open(FOLDER / 'texts.csv', 'w', encoding='utf-8', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(['label', 'time', 'text'])
        for row, one, when in zip(rows, told, time):
            writer.writerow([names[one], when, row['text']])
    work = FOLDER / 'texts.assay'
    assay.run('new', work, FOLDER / 'texts.csv', '--label', 'label', '--time', 'time', '--text',
              'text')
    assay.run('score', work, 'outdated', '-p', 'shuffles=20')
    flagged, train = flags(work)
    swapped = label != told
    found = (flagged & swapped).sum() / (swapped & train).sum()
    wrong = (flagged & ~swapped).sum() / (train & ~swapped).sum()
    print(f'# {100 * found:.1f} % found, {100 * wrong:.1f} % of the others flagged', flush=True)
    assert found >= .8 and wrong <= .01


def test_shuffled():
    """times shuffled: at most 1 % flagged, whether or not labels are swapped"""
    for seed, share in ((5, .4), (6, 0)):
        work, _ = make(seed, lambda y: y ^ 1, share, True)
        assay.run('score', work, 'outdated')
        flagged, train = flags(work)
        print(f'# {flagged.sum()} of {train.sum()} flagged', flush=True)
        assert flagged.sum() <= .01 * train.sum()


def beyond(rows, columns, lambda_mean):
    """Whether each training row before the last window is farther out than 99 % of the latest."""
    train = [k for k, row in enumerate(rows) if row['split'] == 'train']
    train.sort(key=lambda k: rows[k]['timestamp'])
    last = train[3 * len(train) // 4:]
    latest = last + [k for k, row in enumerate(rows) if row['split'] == 'valid'
                     and row['timestamp'] >= rows[last[0]]['timestamp']]
    values = numpy.array([[float(row[name]) for name in columns] for row in rows])
    z = (values - values[train].mean(axis=0)) / values[train].std(axis=0)
    z = numpy.hstack([z, numpy.ones((len(z), 1))])
    penalty = lambda_mean * len(latest) * numpy.diag([1.0] * len(columns) + [0.0])
    leverage = ((z @ numpy.linalg.inv(z[latest].T @ z[latest] + penalty)) * z).sum(axis=1)
    own = numpy.sort(leverage[latest] / (1 - leverage[latest]))
    limit = own[int(.99 * len(own))]
    return {k: leverage[k] > limit for k in train[:-len(last)]}


def test_bicycles():
    """bike_sharing, the ridge head: rows beyond the latest are not judged; the removal test"""
    if DATA is None:
        raise Skip('no ASSAY_TEST_DATA')
    work = FOLDER / 'bicycles.assay'
    columns = 'season,mnth,hr,holiday,weekday,workingday,weathersit,temp,atemp,hum,windspeed'
    path = FOLDER / 'bicycles.csv'
    assay.run('new', work, pathlib.Path(DATA) / 'bike_sharing' / 'hour_clean.csv', '--target',
              'cnt', '--time', 'timestamp', '--features', columns)
    certificate = assay.run_json('score', work, 'outdated')['scores'][0]['certificate']
    assay.run('export', work, '--columns', f'split,timestamp,outdated,{columns}', '-o', path)
    with open(path, encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    told = beyond(rows, columns.split(','), certificate['lambda_mean'])
    assert sum(told.values()) == certificate['rows_beyond_the_latest'] > 0
    assert all((rows[k]['outdated'] == '') == one for k, one in told.items())
    what = assay.run_json('whatif', work, '--where', 'outdated = 1', '--verify', '--random', '20')
    band = what['random']
    assert band['part'] == 'test' and band['repeats'] == 20
    assert 0 < band['difference_low'] <= band['difference'] <= band['difference_high']
    print('# {n} rows flagged; R2 on test {0:+.2f} points beside random, band {1:+.2f} to {2:+.2f}'
          .format(*(100 * band[key] for key in ('difference', 'difference_low',
                                                'difference_high')), **what), flush=True)


def test_refused():
    """without a time column, with odd parameters: refused by name"""
    work = FOLDER / 'plain.assay'
    assay.run('new', work, assay.SAMPLE)
    assert 'time column' in assay.fail('score', work, 'outdated')
    work, _ = make(7, lambda y: y, 0, False)
    for bad in ('windows=1', 'shuffles=3', 'fdr=2', 'remains=-1'):
        assert bad.split('=')[0] in assay.fail('score', work, 'outdated', '-p', bad)


if __name__ == '__main__':
    Tap().run_all(globals())
