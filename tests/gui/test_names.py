#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every control that can be reached has a name, on every page and in the dialogs."""
import re
import shutil

import drive


def named(window, picture):
    found = window.unnamed()
    window.picture(picture)
    assert not found, '\n'.join(found)


def test_empty_window():
    """The first page"""
    with drive.Window() as window:
        window.find('Try the Sample')
        named(window, 'names-empty')


def test_pages():
    """Overview, map, search, samples, export, preferences"""
    walk_pages()


def walk_pages():
    data = shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv')
    with drive.Window(data) as window:
        window.scored()
        named(window, 'names-map')
        window.keys('ctrl+1')
        named(window, 'names-overview')
        window.keys('ctrl+f')
        named(window, 'names-search')
        window.keys('Escape', 'ctrl+3')
        window.find('Samples', 'tree table')
        named(window, 'names-samples')
        window.click('Gallery', 'push button', lambda: window.all('Gallery', 'table'))
        named(window, 'names-gallery')
        window.keys('ctrl+e')
        window.find('Choose File…')
        named(window, 'names-export')
        window.keys('Escape')
        window.gone('Choose File…')
        window.keys('ctrl+comma')
        window.find('Standardise the features.*')
        named(window, 'names-preferences')


def walk_in(language, tab, map_name):
    """Every page: no unnamed control, and the window no larger than it was."""
    data = shutil.copy(drive.SAMPLE, drive.folder() / f'{language}.csv')
    with drive.Window(data, LANGUAGE=language) as window:
        window.find(tab, 'page tab')
        window.keys('ctrl+2')
        window.find(map_name)
        size = window.geometry()[2:]
        for page in '1234567890':
            window.keys(f'ctrl+{page}')
            assert window.geometry()[2:] == size, (page, window.geometry())
            named(window, f'names-{language}-{page}')


def test_german():
    """Every page in German"""
    walk_in('de', 'Karte', 'Karte: .*gefärbt nach (influence|label)')


def test_french():
    """The empty window in French"""
    with drive.Window(LANGUAGE='fr') as window:
        for name in ('Ouvrir…', 'Menu principal', 'Essayer l’exemple'):
            window.find(name)
        named(window, 'names-empty-fr')


def test_right_to_left():
    """Every page mirrored, as where people write from right to left"""
    walk_in('ar', 'Map', 'Map: .*coloured by (influence|label)')


def test_small_screen():
    """A window of 960 pixels' width on every page; its panes are folded, and come over the page"""
    data = shutil.copy(drive.SAMPLE, drive.folder() / 'small.csv')
    with drive.Window(data) as window:
        window.scored()
        wide = window.box(window.map)
        window.xdo('getactivewindow', 'windowsize', 960, 660)
        drive.until('the panes are folded', lambda: window.box(window.map)[0] < wide[0] - 150)
        for page in '1234567890':
            window.keys(f'ctrl+{page}')
            assert window.geometry()[2] == 960, (page, window.geometry())
        window.keys('ctrl+2', 'F9')
        window.click('Only 3', 'push button', lambda: re.match('Map: 183 of', window.map.name))
        named(window, 'names-small')


drive.main(globals())
