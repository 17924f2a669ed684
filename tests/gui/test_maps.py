#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Map page: maps made on need, stopped, cancelled, trusted; what is pointed at, selected and
coloured on them, beside assay-cli; light and dark."""
import re

import drive
import journey
import map_truth
from drive import cli, until
from map_steps import (TRUST, close, compare, copy_of_messages, copy_of_sample, exact,
                       find_clusters, lines, look_away, method, places_of, point_at, row_there,
                       shown, start_tsne, trust)


def starts(window, title):
    until(f'a cluster called {title}',
          lambda: [one for one in lines(window) if one.said.startswith(title + ', ')])


def clusters(window, work, picture):
    """Found, compared, chosen by the pointer, renamed by keys, taken back."""
    find_clusters(window)
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
    assert compare(window, work, 'influence')[1]['name'] is None
    window.keys('ctrl+shift+z')
    starts(window, '1: round ones')
    window.idle()
    window.picture(picture)
    titles = [one['name'] and f'1: {one["name"]}' or f'Cluster {one["number"]}'
              for one in compare(window, work, 'influence')]
    rows = cli('select', work, '--where', '1 = 1', '--columns', 'cluster')['rows']
    walk(window, work, [titles[int(row['cluster'])] for row in rows], titles)


def name_is_kept(work):
    """In another window, and in the journal: it is a step that can be taken back."""
    with drive.Window(work) as window:
        window.find('Map', 'page tab')
        window.keys('ctrl+2')
        window.click('Clusters', 'push button',
                     lambda: window.all('Number of Clusters', 'spin button'))
        starts(window, '1: round ones')
        window.close()
    step = cli('decide', work, 'undo')
    assert (step['decision'], step['value']) == ('column', 'cluster'), step
    assert step['why'] == 'cluster 1 is called round ones', step
    assert cli('cluster', work, 'list')['clusters'][1]['name'] is None


# --- pointer ---

def point_and_zoom(window, work):
    """The card of the row under the pointer; the wheel keeps that row where it is and moves all
    others away from it; Home brings them back."""
    window.keys('alt+a', 'ctrl+2', 'Home')
    places = map_truth.Places(window, work)
    row = places.alone((0.4 * places.size[0], 0.5 * places.size[1]))
    about = point_at(window, work, places, row)
    window.xdo('click', 4, 'click', 4)
    window.settle()
    places.zoom(about, map_truth.NOTCH ** 2)
    other = places.alone((0.7 * places.size[0], 0.4 * places.size[1]))
    point_at(window, work, places, other)
    point_at(window, work, places, row)


def select_shapes(window, work, folder):
    """A rectangle, then a lasso in its place; which rows, by the export."""
    def home():
        window.keys('ctrl+2', 'Home')
        map_truth.look_at_rest(window)
        return map_truth.Places(window, work)

    def pixels(shape):
        width, height = places.size
        return [(int(places.corner[0] + x * width) - places.corner[0],
                 int(places.corner[1] + y * height) - places.corner[1]) for x, y in shape]

    def draw(tool, shape):
        window.click(tool, 'push button')
        window.lasso('Map: .*', shape)
    places = home()
    a, b = pixels([(0.35, 0.35), (0.55, 0.6)])
    exact(window, places, lambda: draw('Rectangle', [(0.35, 0.35), (0.55, 0.6)]),
          [a, (b[0], a[1]), b, (a[0], b[1])])
    window.bar()  # with what it says of a selection the map is less high
    places = home()
    lasso = [(0.6, 0.3), (0.8, 0.35), (0.75, 0.7), (0.6, 0.6)]
    if not places.within(pixels(lasso), 3.0)[0]:  # a map that was stopped early: in the middle
        lasso = [(0.3, 0.2), (0.7, 0.25), (0.65, 0.8), (0.3, 0.7)]
    sure, edge = exact(window, places, lambda: draw('Lasso', lasso), pixels(lasso), 3.0)
    chosen = {row['id'] for row in window.export(folder / 'lasso.csv')}
    assert sure and sure <= chosen <= sure | edge, (len(sure), len(sure - chosen),
                                                        len(chosen - sure - edge))


def walked_to(window, places, row, names):
    """By keys: the row, and which of the regions it is in."""
    words = f'{places.ids[row]} · {places.labels[row]}; '
    region = f'; {names[row]}, one of {len(set(names))} '
    until(f'{words} ... {region}', lambda: row_there(window).startswith(words)
          and region in row_there(window))


def walk(window, work, names, order):
    """Through the regions in their order, from region to region and point to point in a direction;
    Enter selects, Space takes back. names: of the region of each row."""
    look_away(window)
    window.keys('ctrl+2', 'Home')
    places = map_truth.Places(window, work)
    window.keys('Next')
    at = places.most_central(names, order[0])
    walked_to(window, places, at, names)
    window.keys('Next')
    at = places.most_central(names, order[1])
    walked_to(window, places, at, names)
    window.keys('Prior', 'Prior')
    at = places.most_central(names, order[-1])
    walked_to(window, places, at, names)
    for key, way in (('Left', (-1, 0)), ('Up', (0, -1)), ('Right', (1, 0)), ('Down', (0, 1))):
        window.keys(key)
        at = places.next_point(at, way)
        walked_to(window, places, at, names)
        region = places.next_region(names, at, way)
        if region is not None:
            window.keys('ctrl+' + key)
            at = places.most_central(names, region)
            walked_to(window, places, at, names)
    window.keys('Return')
    until('the row walked to alone', lambda: window.selected() == 1)
    until('the row in the inspector', lambda: window.all(places.ids[at], 'label'))
    window.keys('space')
    until('no row', lambda: window.selected() == 0)
    return at


def density(window, picture):
    before = look_away(window)
    window.click('Density', 'push button')
    window.find('Map: .*shown as density')
    dense = map_truth.until_looks(window, lambda look: look != before, 'the density')
    until('what the colours are', lambda: {'Density', 'few rows', 'many rows'}
          <= set(window.labels()))
    window.picture(picture)
    window.keys('alt+n')
    window.find('Map: .*coloured by .*')
    map_truth.until_looks(window, lambda look: look != dense, 'the points again')
    until('the colours of a column', lambda: 'many rows' not in window.labels())


# --- colours ---

def legend(window, work, column):
    """The classes of a column and how many rows have each, in the order of the side."""
    rows = cli('select', work, '--where', '1 = 1', '--columns', column)['rows']
    values = [str(row[column]) for row in rows]

    def said():
        labels = window.labels()
        heads = [k for k, text in enumerate(labels[:-1])
                 if text == column and labels[k + 1] in values]  # not where it is chosen
        at = heads[0] + 1 if heads else len(labels)
        return dict(zip(labels[at::2], labels[at + 1::2]))
    for name in sorted(set(values)):
        until(f'{values.count(name)} rows of {name}',
              lambda name=name: said().get(name) == str(values.count(name)))


def colours(window, work, dark):
    """Any column: classes, a score, a flag, nothing; one kind by the pointer, one by keys."""
    window.color_by('split')
    legend(window, work, 'split')
    window.color_by('label', key='alt+o' if dark else None)
    journey.check_legend(window, work, '1 = 1')
    if not dark:
        window.click('Only 3', 'push button')
        window.find(f'Map: {journey.count(work, "label = 3")} of 1797 points .*')
        journey.check_legend(window, work, "label = '3'")
        window.keys('ctrl+z')
        window.find('Map: 1797 of 1797 points .*')
    window.color_by('influence', key='alt+o' if dark else None)
    told = journey.count(work, 'influence_told = 1')
    values = journey.count(work, 'influence IS NOT NULL')
    window.find(f'hollow: {values - told} not told from 0', 'label')


# --- maps in the making ---

def interrupt():
    """A map that forms is cancelled by keys: the one before is back; then another is stopped by
    the pointer: it stays, and is said to be unfinished."""
    data = copy_of_messages()
    work = data.with_suffix('.assay')
    with drive.Window(data) as window:
        window.scored()
        before, looked = places_of(work), look_away(window)
        start_tsne(window)
        map_truth.until_looks(window, lambda look: look != looked, 'the map that forms')
        window.keys('alt+m')
        window.gone('Cancel Map')
        window.keys('ctrl+2', 'Home')
        places = map_truth.Places(window, work)
        point_at(window, work, places, places.alone((0.5 * places.size[0], 0.5 * places.size[1])))
        assert method(window) == 'PCA'
        assert places_of(work) == before
        start_tsne(window)
        window.click('Stop Here', 'push button')
        window.idle()
        said = trust(window)
        assert method(window) == 't-SNE'
        window.picture('maps-stopped')
        select_shapes(window, work, data.parent)
        window.close()
    certificate = shown(work)
    assert certificate['map'] == 'tsne' and not certificate['finished']
    done, planned = certificate['rounds_done'], certificate['rounds_planned']
    assert 0 < done < planned
    assert said[3] == f' · unfinished: {done} of {planned} rounds'
    close(said[1], certificate['trustworthiness'])
    close(said[2], certificate['continuity'])
    assert places_of(work) != before


def look(dark):
    data = copy_of_sample()
    work = data.with_suffix('.assay')
    with drive.Window(data, dark=dark) as window:
        window.scored()
        window.idle()
        assert not window.all(TRUST, 'label'), 'the first look compares nothing'
        shade = 'dark' if dark else 'light'
        point_and_zoom(window, work)
        window.picture(f'maps-card-{shade}')
        if dark:
            labels = map_truth.Places(window, work).labels
            walk(window, work, labels, sorted(set(labels)))
            window.picture('maps-walk')
            density(window, 'maps-density')
        else:
            select_shapes(window, work, data.parent)
        colours(window, work, dark)
        window.choose('Map method', 'UMAP', lambda: window.all('Cancel Map') or
                      window.all(TRUST, 'label'))
        first = trust(window)
        window.idle()
        window.picture(f'maps-umap-{"dark" if dark else "light"}')
        window.click('Honesty', done=lambda: window.all('Map: .*coloured by map_trust.*'))
        window.click('Map: .*')
        window.keys('Escape', 'Right', 'space')  # where a point was under the pointer
        window.find('Map: .* 1 selected.*lines to 15 true neighbours')
        window.picture(f'maps-honesty-{"dark" if dark else "light"}')
        window.click('Honesty', done=lambda: not window.all('Map: .*lines to.*'))
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
        name_is_kept(work)


def test_light():
    """UMAP and the honesty layer in light colours"""
    look(False)


def test_dark():
    """UMAP and the honesty layer in dark colours"""
    look(True)


def test_interrupted():
    """Text messages: a map is cancelled, another one stopped"""
    interrupt()


drive.main(globals())
