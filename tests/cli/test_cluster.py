#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters of rows: what they are, what sets them apart, and the names people give them."""
import csv
import json
import os
import pathlib
import sys

import numpy

import assay
from tap import Skip, Tap

sys.path.insert(0, str(assay.ROOT / 'tests' / 'reference'))
import log_odds  # noqa: E402  pylint: disable=wrong-import-position

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'


def column(work, *names):
    """Columns of an export as lists of text."""
    out = FOLDER / 'columns.csv'
    assay.run('export', work, '--columns', ','.join(names), '-o', out)
    with open(out, encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    return [[row[name] for row in rows] for name in names]


def check_sizes(found, numbers):
    """Clusters are numbered by falling size; sizes and noise are those of the column."""
    sizes = [one['size'] for one in found['clusters']]
    assert sizes == sorted(sizes, reverse=True)
    assert [one['number'] for one in found['clusters']] == list(range(len(sizes)))
    for number, size in enumerate(sizes):
        assert numbers.count(str(number)) == size, (number, size)
    assert numbers.count('-1') == found['noise']
    assert sum(sizes) + found['noise'] == len(numbers)


def test_kmeans():
    """kmeans on the digits: the column, the documented keys, classes, columns, medoids"""
    assay.run('new', WORK, assay.SAMPLE)
    assert 'no clusters' in assay.fail('cluster', WORK, 'list')
    found = assay.run_json('cluster', WORK, 'kmeans')
    missing = assay.keys_of(found, ('scores',)) - assay.documented_words('cluster')
    assert not missing, missing
    assert len(found['clusters']) == found['k'] == 10 and found['converged']
    numbers, labels, ids = column(WORK, 'cluster', 'label', 'id')
    check_sizes(found, numbers)
    pixels = numpy.genfromtxt(assay.SAMPLE, delimiter=',', skip_header=1)[:, 2:]
    names = assay.SAMPLE.read_text(encoding='utf-8').splitlines()[0].split(',')[2:]
    for one in found['clusters']:
        inside = numpy.array([number == str(one['number']) for number in numbers])
        top = one['classes'][0]
        assert top['n'] == sum(1 for n, l in zip(numbers, labels)
                               if n == str(one['number']) and l == top['name'])
        # The standardised mean difference, from its definition.
        spread = numpy.sqrt((pixels[inside].var(axis=0) + pixels[~inside].var(axis=0)) / 2)
        with numpy.errstate(divide='ignore', invalid='ignore'):
            d = (pixels[inside].mean(axis=0) - pixels[~inside].mean(axis=0)) / spread
        d = numpy.where(spread > 0, d, 0)
        best = numpy.argsort(-abs(d), kind='stable')[:5]
        assert [c['name'] for c in one['columns']] == [names[j] for j in best], one
        assert numpy.allclose([c['difference'] for c in one['columns']], d[best], rtol=1e-9)
        # The rows nearest to the mean.
        away = ((pixels - pixels[inside].mean(axis=0)) ** 2).sum(axis=1)
        away[~inside] = numpy.inf
        nearest = numpy.argsort(away, kind='stable')[:3]
        assert one['medoids'] == [ids[i] for i in nearest], one


def test_quality():
    """Most digits of a cluster are of one class"""
    found = assay.run_json('cluster', WORK, 'list')
    right = sum(one['classes'][0]['n'] for one in found['clusters'])
    assert right > 0.7 * 1797, right


def test_names():
    """A name is kept, with the rows, after reopening"""
    before = column(WORK, 'cluster')
    assay.run('cluster', WORK, 'name', '--number', '3', '--name', 'sixes, naïvely')
    found = assay.run_json('cluster', WORK, 'list')
    assert [one['name'] for one in found['clusters']].count(None) == 9
    assert found['clusters'][3]['name'] == 'sixes, naïvely'
    assert column(WORK, 'cluster') == before
    assert 'sixes, naïvely' in assay.run('cluster', WORK, 'list')
    assert '10' in assay.fail('cluster', WORK, 'name', '--number', '10', '--name', 'x')
    assay.run('cluster', WORK, 'name', '--number', '3', '--name', '')
    assert assay.run_json('cluster', WORK, 'list')['clusters'][3]['name'] is None


def names(work):
    return [one['name'] for one in assay.run_json('cluster', work, 'list')['clusters']]


def test_names_undone():
    """Names are steps of the journal: undo and redo; others' go where clusters are found anew"""
    work = FOLDER / 'named.assay'
    assay.run('new', work, assay.SAMPLE)
    found = assay.run_json('cluster', work, 'kmeans')['clusters']

    def name(number, text):
        assay.run('cluster', work, 'name', '--number', number, '--name', text)

    def decide(word):
        return assay.run_json('decide', work, word)
    name(2, 'first')
    assay.run('decide', work, 'drop', '--where', 'cluster = 2')
    name(2, 'second')
    name(2, 'second')  # as it is: no step
    name(0, 'other')
    log = decide('log')['decisions']
    assert [(one['decision'], one['value'], one['why'], one['n']) for one in log] == [
        ('column', 'cluster', 'cluster 2 is called first', found[2]['size']),
        ('drop', None, None, found[2]['size']),
        ('column', 'cluster', 'cluster 2 is called second', found[2]['size']),
        ('column', 'cluster', 'cluster 0 is called other', found[0]['size'])]
    assert names(work)[:3] == ['other', None, 'second']
    assert decide('undo')['value'] == 'cluster'
    assert names(work)[:3] == [None, None, 'second']
    decide('undo')
    assert names(work)[:3] == [None, None, 'first']
    decide('undo')
    assert names(work)[:3] == [None, None, 'first']
    decide('undo')
    assert names(work) == [None] * 10
    for _ in range(4):
        decide('redo')
    assert names(work)[:3] == ['other', None, 'second']
    assay.run('cluster', work, 'kmeans', '--k', '8')
    assert names(work) == [None] * 8
    name(2, 'of eight')
    for expected in ('of eight', None, None, None, None):
        assert names(work)[2] == expected
        decide('undo')
    assay.run('cluster', work, 'kmeans')
    assert names(work) == [None] * 10
    for _ in range(4):
        decide('redo')
    assert names(work)[:3] == ['other', None, 'second']  # the same clusters as before
    decide('redo')
    assert names(work) == [None] * 10                    # these are the names of eight


def test_use():
    """The column filters, colours a map and stands beside scores"""
    assay.run('score', WORK, 'influence')
    listed = assay.run_json('cluster', WORK, 'list')['clusters']
    numbers, influence = column(WORK, 'cluster', 'influence')
    for one in listed:
        own = [float(v) for n, v in zip(numbers, influence) if n == str(one['number']) and v]
        assert abs(one['scores']['influence'] - numpy.mean(own)) < 1e-12
    count = assay.run('select', WORK, '--where', 'cluster = 2', '--count')
    assert int(count) == listed[2]['size']
    assay.run('map', WORK, 'pca')
    assay.run('figure', WORK, 'map', '--colour', 'cluster', '-o', FOLDER / 'map.svg')
    assert (FOLDER / 'map.svg').stat().st_size > 1000


def test_density():
    """density on the digits: pure clusters, and rows in none"""
    found = assay.run_json('cluster', WORK, 'density')
    missing = assay.keys_of(found, ('scores',)) - assay.documented_words('cluster')
    assert not missing, missing
    numbers, labels = column(WORK, 'cluster', 'label')
    check_sizes(found, numbers)
    assert len(found['clusters']) >= 5 and 0 < found['noise'] < 1200
    pure = sum(one['classes'][0]['n'] for one in found['clusters'])
    assert pure > 0.9 * (1797 - found['noise']), (pure, found['noise'])
    assert len(labels) == 1797
    larger = assay.run_json('cluster', WORK, 'density', '--min-size', '60')
    assert all(one['size'] >= 60 for one in larger['clusters'])


def test_same_bytes():
    """The same clusters for any number of threads and in two runs"""
    for method in ('kmeans', 'density'):
        seen = set()
        for threads in ('1', '2', '2'):
            assay.run('cluster', WORK, method, '--threads', threads)
            seen.add(json.dumps(column(WORK, 'cluster')))
        assert len(seen) == 1, method


def test_edges():
    """More clusters than rows, rows all equal, zero rows under cosine, wrong usage"""
    path, work = FOLDER / 'small.csv', FOLDER / 'small.assay'
    path.write_text('id,label,a,b\n' + ''.join(f'r{i},c{i % 2},{i % 3 * 5},{i % 3}\n'
                                               for i in range(30)), encoding='utf-8')
    assay.run('new', work, path)
    assert '30' in assay.fail('cluster', work, 'kmeans', '--k', '31')
    assert len(assay.run_json('cluster', work, 'kmeans', '--k', '30')['clusters']) == 3
    found = assay.run_json('cluster', work, 'kmeans', '--k', '2', '--metric', 'cosine',
                           '--standardise', 'no')
    assert found['noise'] == 10  # the rows of zeros have no direction
    assay.run('cluster', work, 'density')
    same, equal = FOLDER / 'same.csv', FOLDER / 'same.assay'
    same.write_text('label,a\n' + ''.join(f'c{i % 2},4\n' for i in range(30)), encoding='utf-8')
    assay.run('new', equal, same, '--features', 'a', '--label', 'label')
    assert len(assay.run_json('cluster', equal, 'kmeans')['clusters']) == 1
    assert assay.run_json('cluster', equal, 'density')['noise'] >= 0
    for arguments in (['spectral'], ['kmeans', '--k', '-1'], ['density', '--min-size', '1'],
                      ['name', '--number', '1'], ['kmeans', '--number', '1', '--name', 'x'],
                      ['kmeans', '--metric', 'taxi'], ['kmeans', '--standardise', 'maybe']):
        assay.fail('cluster', work, *arguments, status=2)


def test_words():
    """The words of clusters of banking77 are those of an independent log-odds ranking"""
    data = os.environ.get('ASSAY_TEST_DATA')
    source = pathlib.Path(data or '') / 'banking77' / 'train.csv'
    if not data or not source.exists():
        raise Skip('ASSAY_TEST_DATA has no banking77/train.csv')
    work = FOLDER / 'banking.assay'
    assay.run('new', work, source)
    found = assay.run_json('cluster', work, 'kmeans', '--k', '20', '--starts', '2')
    numbers, texts = column(work, 'cluster', 'text')
    check_sizes(found, numbers)
    wanted = log_odds.ranking(texts, [int(number) for number in numbers])
    for one in found['clusters']:
        ranked = wanted[one['number']][:len(one['words'])]
        assert len(one['words']) == 10
        assert [w['word'] for w in one['words']] == [w[0] for w in ranked], one['number']
        assert [w['n'] for w in one['words']] == [w[2] for w in ranked], one['number']
        assert numpy.allclose([w['z'] for w in one['words']], [w[1] for w in ranked], rtol=1e-9)


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        assay.shutil.rmtree(FOLDER)
