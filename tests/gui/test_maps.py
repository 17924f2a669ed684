#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The maps of the Map page: made on need, stopped, cancelled, trusted; light and dark."""
import re
import shutil

import drive
from drive import cli, until

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


def starts(window, title):
    until(f'a cluster called {title}',
          lambda: [one for one in lines(window) if one.said.startswith(title + ', ')])


def clusters(window, work, picture):
    """Found, compared, chosen by the pointer, renamed by keys, taken back."""
    window.click('Clusters', 'push button')
    window.click('Find Clusters', 'push button')
    window.find('Map: .*coloured by cluster', patience=60)
    window.idle()
    found = compare(window, work, 'influence')
    window.click(re.escape(lines(window)[1].said), 'list item',
                 lambda: window.selected() == found[1]['size'])
    window.keys('F2')
    window.fill('round ones')
    window.keys('Return')
    starts(window, '1: round ones')
    window.find('1: round ones', 'label')
    window.keys('ctrl+z')
    starts(window, 'Cluster 1')
    window.keys('ctrl+shift+z')
    starts(window, '1: round ones')
    window.idle()
    window.picture(picture)
    compare(window, work, 'influence')


def look(dark):
    data = copy_of_sample()
    work = data.with_suffix('.assay')
    with drive.Window(data, dark=dark) as window:
        window.scored()
        window.idle()
        assert not window.all(TRUST, 'label'), 'the first look compares nothing'
        window.choose('Map method', 'UMAP', lambda: window.all('Cancel Map') or
                      window.all(TRUST, 'label'))
        first = trust(window)
        window.idle()
        window.picture(f'maps-umap-{"dark" if dark else "light"}')
        window.click('Honesty')
        window.find('Map: .*coloured by map_trust.*')
        window.click('Map: .*')
        window.keys('Escape', 'Right', 'space')  # where a point was under the pointer
        window.find('Map: .* 1 selected.*lines to 15 true neighbours')
        window.picture(f'maps-honesty-{"dark" if dark else "light"}')
        window.click('Honesty')
        window.gone('Map: .*lines to.*')
        if dark:
            clusters(window, work, 'maps-clusters-dark')
        unnamed = window.unnamed()
        assert not unnamed, '\n'.join(unnamed)
        window.close()
    certificate = shown(work)
    assert certificate['map'] == 'umap' and certificate['finished']
    close(first[1], certificate['trustworthiness'])
    close(first[2], certificate['continuity'])
    if dark:
        assert cli('cluster', work, 'list')['clusters'][1]['name'] == 'round ones'


def test_light():
    """UMAP and the honesty layer in light colours"""
    look(False)


def test_dark():
    """UMAP and the honesty layer in dark colours"""
    look(True)


drive.main(globals())
