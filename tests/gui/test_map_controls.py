#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controls of the Map page that move the view, choose tools, maps and clusters, each by the
pointer and by keys; what shows and what is said beside assay-cli."""
import drive
import map_truth
from drive import again, cli, until
from map_steps import (close, compare, copy_of_messages, copy_of_sample, exact, lines, look_away,
                       method, places_of, point_at, shown, start_tsne, trust)
from page_steps import choose, enter, press, use, walk

N_CLUSTERS = 7
BOX = [(0.35, 0.35), (0.6, 0.65)]
DRAG = [(0.5, 0.5), (0.62, 0.42)]


def tool(window, name, key):
    press(window, name, key, lambda: window.is_chosen(name))


def home(window, work):
    window.keys('ctrl+2', 'Home')
    map_truth.look_at_rest(window)
    return map_truth.Places(window, work)


def pixels(places, shape):
    """Of the screen within the widget, as Window.lasso() rounds them."""
    return [(int(places.corner[0] + x * places.size[0]) - places.corner[0],
             int(places.corner[1] + y * places.size[1]) - places.corner[1]) for x, y in shape]


def select_box(window, work, folder, by_keys):
    """Returns the ids of the rows inside."""
    places = home(window, work)
    a, b = pixels(places, BOX)

    def draw():
        tool(window, 'Rectangle', 'alt+c' if by_keys else None)
        window.lasso('Map: .*', BOX)
    sure, edge = exact(window, places, draw, [a, (b[0], a[1]), b, (a[0], b[1])])
    chosen = {row['id'] for row in window.export(folder / 'box.csv')}
    assert sure <= chosen <= sure | edge
    window.bar()  # with what it says of a selection the map is less high
    return chosen


def check_view(window, work, places, among=None):
    """The rows are where the view would have them: two far from each other are pointed at."""
    look_away(window)
    for x in (0.3, 0.7):
        row = places.alone((x * places.size[0], 0.5 * places.size[1]), among=among)
        point_at(window, work, places, row)


def views(window, work, folder, picture, by_keys):
    """Fit Selection, Pan, Fit: by buttons, or by Shift+Home, an access key, and Tab and Space."""
    chosen = select_box(window, work, folder, by_keys)
    places = home(window, work)
    if by_keys:
        window.keys('shift+Home')
    else:
        window.click('Fit Selection', 'push button')
    places.fit(chosen)
    check_view(window, work, places, chosen)
    window.picture(f'{picture}-fitted')
    tool(window, 'Pan', 'alt+a' if by_keys else None)
    window.lasso('Map: .*', DRAG)
    (x0, y0), (x1, y1) = pixels(places, DRAG)
    places.move(x1 - x0, y1 - y0)
    check_view(window, work, places)
    assert window.selected() == len(chosen), 'a drag of the map selects nothing else'
    use(window, 'Fit', by_keys)
    places.fit(places.ids)
    check_view(window, work, places)
    if by_keys:
        tool(window, 'Lasso', 'alt+l')
        lasso = [(0.4, 0.3), (0.6, 0.3), (0.5, 0.7), (0.4, 0.3)]
        exact(window, places, lambda: window.lasso('Map: .*', lasso), pixels(places, lasso), 3.0)


def clusters(window, work, picture, by_keys):
    """So many as the entry says. Returns them as assay-cli lists them."""
    press(window, 'Clusters', 'alt+u' if by_keys else None,
          lambda: window.all('Number of Clusters', 'spin button'))
    enter(window, 'Number of Clusters', str(N_CLUSTERS), by_keys)
    press(window, 'Find Clusters', 'alt+e' if by_keys else None,
          lambda: len(lines(window)) == N_CLUSTERS)
    window.find('Map: .*coloured by cluster')
    window.idle()
    window.picture(f'{picture}-clusters')
    return compare(window, work, 'influence')


def honesty(window, work, picture, by_keys):
    """The share of a row's true neighbours, for one row pointed at; the colours of before again."""
    before = window.colored_by()
    layer = 'Honesty', 'alt+h' if by_keys else None
    press(window, *layer, lambda: window.all('Map: .*coloured by map_trust'))
    said = trust(window)
    window.idle()
    certificate = shown(work)
    close(said[1], certificate['trustworthiness'])
    close(said[2], certificate['continuity'])
    check_view(window, work, home(window, work))
    window.picture(f'{picture}-honesty')
    press(window, *layer, lambda: window.all(f'Map: .*coloured by {before}'))


def controls(picture, by_keys):
    data = copy_of_sample()
    work = data.with_suffix('.assay')
    with drive.Window(data, dark=by_keys) as window:
        window.scored()
        views(window, work, data.parent, picture, by_keys)
        honesty(window, work, picture, by_keys)
        found = clusters(window, work, picture, by_keys)
        window.close()
    cli('cluster', work, 'kmeans', '--k', N_CLUSTERS)
    assert found == cli('cluster', work, 'list')['clusters']


def made_anew(window, by_keys):
    """With what the options say now."""
    use(window, 'Make Map Anew', by_keys)
    window.idle()


def open_options(window, by_keys):
    use(window, 'Map Options', by_keys)
    until('the options', lambda: window.box(window.find('Approximate Above.*', 'spin button'))[2])


def set_above(window, rows, by_keys):
    enter(window, 'Approximate Above.*', str(rows), by_keys)
    until(f'{rows} rows',
          lambda: window.find('Approximate Above.*', 'spin button').value() == rows)


def neighbours(picture, by_keys):
    """Approximate above a number of rows that a person sees and changes, by a cosine too; what the
    page says of it is what assay-cli says; no number is not taken."""
    data = copy_of_sample()
    work = data.with_suffix('.assay')
    with drive.Window(data, dark=by_keys) as window:
        window.scored()
        window.keys('ctrl+2')
        open_options(window, by_keys)
        set_above(window, 1000, by_keys)
        made_anew(window, by_keys)
        said = window.find(r'Trustworthiness .* · approximate neighbours, .*', 'label', 120).name
        told = shown(work)
        assert (told['neighbours_method'], told['approximate_above']) == ('cells', '1000')
        assert said.endswith(f'neighbours, {100 * told["neighbours_recall"]:.1f} percent true')
        window.find(f'This map: approximate neighbours; of {told["neighbours_recall_sample"]} '
                    f'rows, {100 * told["neighbours_recall"]:.2f} percent of the true ones found')
        window.picture(f'{picture}-options')
        enter(window, 'Approximate Above.*', 'none', by_keys)
        window.find('.none. is no number from 0 to 1e.09: it stays 1000', 'label')
        set_above(window, 0, by_keys)
        choose(window, 'Distance Between Rows', ['Euclidean', 'Cosine'], 'Cosine', by_keys)
        made_anew(window, by_keys)
        until('exact neighbours', lambda: shown(work)['neighbours_method'] == 'exact', 60)
        told = shown(work)
        assert (told['metric'], told['approximate_above']) == ('cosine', '0')
        window.close()


def test_neighbours_pointer_light():
    """The options of a map by the pointer, in light colours"""
    neighbours('map-options-light', False)


def test_neighbours_keys_dark():
    """The options of a map by keys, in dark colours"""
    neighbours('map-options-dark', True)


def bytes_of(work):
    path = drive.folder() / 'map.csv'
    cli('export', work, '--where', '1 = 1', '--columns', 'id,map_x,map_y', '-o', path)
    return path.read_bytes()


def choose_tsne(window):
    """By keys, from the map shown first."""
    walk(window, 'Map method')
    window.xdo('mousemove', 2, 2)  # a list that opens under the pointer takes what is there
    window.keys('space', 'Down', 'Down', 'Return')
    window.find(r't-SNE: round \d+ of \d+', 'label')


def test_pointer_light():
    """Views, honesty and clusters by the pointer, in light colours"""
    controls('map-controls-light', False)


def test_keys_dark():
    """Views, tools, honesty and clusters by keys, in dark colours"""
    controls('map-controls-dark', True)


def test_cancelled_and_stopped():
    """Text messages: a map is cancelled by the pointer, another one chosen and stopped by keys"""
    data = copy_of_messages()
    work = data.with_suffix('.assay')
    with drive.Window(data) as window:
        window.scored()
        window.keys('ctrl+2', 'Home')
        looked, kept, told = look_away(window), bytes_of(work), shown(work)
        start_tsne(window)
        map_truth.until_looks(window, lambda look: look != looked, 'the map that forms')
        window.click('Cancel Map', 'push button')
        window.gone('Cancel Map')
        window.idle()
        window.keys('ctrl+2', 'Home')
        assert look_away(window) == looked
        assert (bytes_of(work), shown(work)) == (kept, told)
        assert method(window) == 'PCA'
        before = places_of(work)
        again('a map in the making', lambda: choose_tsne(window), lambda: window.all('Stop Here'))
        window.keys('alt+t')
        window.gone('Stop Here')
        window.idle()
        said = trust(window)
        assert method(window) == 't-SNE'
        window.close()
    certificate = shown(work)
    done, planned = certificate['rounds_done'], certificate['rounds_planned']
    assert certificate['map'] == 'tsne' and not certificate['finished'] and 0 < done < planned
    assert said[3] == f' · unfinished: {done} of {planned} rounds'
    assert places_of(work) != before


drive.main(globals())
