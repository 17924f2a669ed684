# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the Map page have in common: pointing at rows, drawing around them, making maps
and reading what is said of them and of clusters."""
import os
import pathlib
import re
import shutil

import drive
import journey
import map_truth
from a11y_tree import ACCESSIBLE
from drive import again, cli, until

TRUST = r'Trustworthiness (\S+), continuity (\S+?)( · unfinished.*)?'


def copy_of_sample():
    return shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv')


def trust(window, text=TRUST):
    label = window.find(text, 'label', 120)
    return re.fullmatch(TRUST, label.name)


def shown(work):
    scores = {one['id']: one for one in cli('info', work)['scores']}
    return scores['map_x']['certificate']


def close(said, truth):
    assert abs(float(said) - truth) <= 0.0005001, (said, truth)


def told(cluster, score):
    """What a line of the list says of a cluster, from assay-cli's figures."""
    name = f'{cluster["number"]}: {cluster["name"]}' if cluster['name'] \
        else f'Cluster {cluster["number"]}'
    classes = ', '.join(f'{one["name"]} ({one["n"]})' for one in cluster['classes'][:2])
    columns = ', '.join(one['name'] + (' high' if one['difference'] > 0 else ' low')
                        for one in cluster['columns'][:3])
    return f'{name}, {cluster["size"]} rows · {classes}; {columns}', cluster['scores'][score]


def lines(window):
    found = window.lists('Clusters')
    return [one for one in window.tree.matching('.+', 'list item', found[0])] if found else []


def compare(window, work, score):
    clusters = cli('cluster', work, 'list')['clusters']
    said = [one.said for one in lines(window)]
    assert len(said) == len(clusters)
    for line, (start, mean) in zip(said, (told(one, score) for one in clusters)):
        assert line.startswith(start + f' · mean {score} '), (line, start)
        assert abs(float(line.rsplit(' ', 1)[1]) - mean) <= 0.0051 * abs(mean), (line, mean)
    return clusters


def row_there(window):
    """What the map says of the row under the pointer or walked to."""
    return window.map.now(ACCESSIBLE, 'Description')


def point_at(window, work, places, row):
    """With the pointer; until the map says which row it is and what colours it."""
    x, y = places.screen(places.at[row])
    title = f'{places.ids[row]} · {places.labels[row]}'
    value = value_of(work, window.colored_by(), places.ids[row])
    again(f'the row {title}, {value}',
          lambda: window.xdo('mousemove', x + 40, y + 40, 'mousemove', x, y),
          lambda: row_there(window).startswith(f'{title}; {value}'))
    return x - places.corner[0], y - places.corner[1]


def value_of(work, column, row_id):
    found = cli('select', work, '--where', journey.where_ids([row_id]), '--columns', column)
    value = found['rows'][0][column]
    if value is None:
        return f'{column}: –'
    return f'{column}: {value:.4g}' if isinstance(value, (int, float)) else f'{column}: {value}'


def exact(window, places, draw, polygon, slack=2.0):
    """Draws, and holds what is selected against the rows that lie inside, of which those at the
    edge may be on either side."""
    sure, edge = places.within(polygon, slack)
    again(f'{len(sure)} rows and some of {len(edge)}', draw,
          lambda: len(sure) <= window.selected() <= len(sure) + len(edge))
    return sure, edge


def look_away(window):
    """What the map looks like with no row under the pointer."""
    x, y, width, height = window.box(window.map)

    def leave():
        window.xdo('mousemove', x + width // 2, y + height // 2, 'sleep', 0.1, 'mousemove', 1, 1)
    again('no row to be pointed at', leave, lambda: row_there(window) == '')
    return map_truth.look_at_rest(window)


def copy_of_messages():
    source = pathlib.Path(os.environ.get('ASSAY_TEST_DATA', '/none')) / 'sms_spam'
    if not source.exists():
        raise drive.Skip('no ASSAY_TEST_DATA')
    return shutil.copy(source / 'SMSSpamCollection.tsv', drive.folder() / 'sms.tsv')


def places_of(work):
    return cli('select', work, '--where', '1 = 1', '--columns', 'map_x,map_y')['rows']


def method(window):
    return until('the map method', lambda: window.all('PCA|UMAP|t-SNE', 'label'))[0].name


def start_tsne(window):
    window.choose('Map method', 't-SNE', lambda: window.all('Stop Here'))
    return int(re.search(r'round (\d+) of',
                         window.find(r't-SNE: round \d+ of \d+', 'label').name)[1])




def find_clusters(window):
    """As many as the page would, by the pointer."""
    window.click('Clusters', 'push button',
                 lambda: window.all('Number of Clusters', 'spin button'))
    window.click('Find Clusters', 'push button',
                 lambda: window.all('Map: .*coloured by cluster'))
