#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers that make no sense, typed into the Redundancy and the Map page: what is said, and that
nothing else changes; thresholds at the ends of what there is, beside assay-cli."""
import re

import drive
from a11y_tree import plain
from drive import cli, until
from page_steps import choose, enter, find_copies, press, said

N_ROWS = 200


def few_rows():
    data = drive.folder() / 'few.csv'
    with open(drive.SAMPLE, encoding='utf-8') as file:
        data.write_text(''.join(line for _, line in zip(range(N_ROWS + 1), file)),
                        encoding='utf-8')
    return data


def value_of(window, name):
    return window.find(f'{name}.*', 'spin button').value()


def refused(window, name, texts, lowest, highest):
    """Each text is said to be no number of the range, and the one there stays."""
    before = value_of(window, name)
    for text in texts:
        enter(window, name, text)
        window.find(re.escape(f'“{text}” is no number from {lowest} to {highest}: it stays '
                              f'{before:.6g}'), 'label')
        assert value_of(window, name) == before


def figures(work, *options):
    found = cli('redundancy', work, '--no-uniqueness', *options)
    return [found['n_groups'], found['n_in_groups'], found['n_redundant'], found['n_conflicts'],
            found['leaks']['n_groups']]


def find_again(window, floor):
    enter(window, 'Loosest Threshold', floor)
    press(window, '.*Find Again', None)
    window.idle()
    return said(window)


def test_thresholds():
    """Thresholds of letters, of 0 and of 1"""
    data = few_rows()
    work = data.with_suffix('.assay')
    asked = {}
    with drive.Window(data) as window:
        window.scored()
        first = find_copies(window, None)
        refused(window, 'Exact Threshold', ['0', 'near', '1.01'], '0.9', '1')
        window.picture('bad-threshold')
        assert said(window) == first
        refused(window, 'Loosest Threshold', ['far', '-0.1'], '0', '1')
        assert said(window) == first
        enter(window, 'Exact Threshold', '0.95')
        asked['--floor', '0.9', '--threshold', '0.95'] = some = until(
            'groups', lambda: said(window) != first and said(window))
        enter(window, 'Exact Threshold', '1.0')
        asked['--floor', '0.9', '--threshold', '1'] = until(
            'exact copies', lambda: said(window) != some and said(window))
        asked['--floor', '0'] = find_again(window, '0')
        enter(window, 'Exact Threshold', '0')
        asked['--floor', '0', '--threshold', '0'] = until(
            'one group', lambda: said(window)[0] == 1 and said(window))
        window.picture('bad-all')
        asked['--floor', '1', '--threshold', '1'] = find_again(window, '1')
        choose(window, 'Metric', [], 'Euclidean', False)
        asked['--metric', 'euclidean', '--threshold', '0'] = find_again(window, '0')
        refused(window, 'Loosest Threshold', ['nan'], '0', '1e+09')
        window.close()
    assert first == figures(work, '--floor', '0.9')
    for options, told in asked.items():
        assert told == figures(work, *options), (options, told, figures(work, *options))
    assert asked['--floor', '0', '--threshold', '0'][1] == N_ROWS


def test_clusters():
    """As many clusters as rows, and more"""
    data = few_rows()
    work = data.with_suffix('.assay')
    with drive.Window(data) as window:
        window.scored()
        window.click('Clusters', 'push button',
                     lambda: window.all('Number of Clusters', 'spin button'))
        refused(window, 'Number of Clusters', ['1', 'many', '1001'], '2', '1000')
        enter(window, 'Number of Clusters', str(N_ROWS + 1))
        press(window, 'Find Clusters', None)
        window.find(f'k is {N_ROWS + 1}, and there are {N_ROWS} rows', 'label')
        window.picture('bad-clusters')
        window.keys('Escape')
        window.gone('That did not work')
        window.idle()
        assert 'cluster' not in cli('info', work)['columns']
        enter(window, 'Number of Clusters', str(N_ROWS))
        press(window, 'Find Clusters', None)
        window.find('Map: .*coloured by cluster')
        window.idle()
        found = cli('cluster', work, 'list')['clusters']
        note = f'{len(found)} clusters by kmeans; rows in none: 0'
        until(note, lambda: [one for one in window.labels() if plain(one) == note])
        window.close()
    assert len(found) == N_ROWS
    assert {one['size'] for one in found} == {1}


drive.main(globals())
