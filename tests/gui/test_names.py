#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every control that can be reached has a name, and an access key of its own where it has one, on
every page and in the dialogs."""
import contextlib
import re
import shutil
import subprocess

import drive

SMALL_SCREEN = (1024, 700)
ENGLISH = re.compile(r'(?<!-)\b(the|of|rows|loss|with|is|are)\b')


def named(window, picture):
    found = window.unnamed() + window.clashes()
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
        window.click('Clusters', done=lambda: window.all('Number of Clusters', 'spin button'))
        named(window, 'names-clusters')
        window.click('Clusters', done=lambda: not window.all('Number of Clusters', 'spin button'))
        for key, page in zip('1234567890', drive.PAGES):
            window.keys(f'ctrl+{key}', 'F1')
            window.find(f'What Am I Looking At. — {page}')
            window.keys('Escape')
            window.gone('What Am I Looking At.*', 'alert')
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


@contextlib.contextmanager
def walked(name, tab, map_name, **environ):
    """A window in which every page was shown: no unnamed control, and no larger than it was."""
    data = shutil.copy(drive.SAMPLE, drive.folder() / f'{name}.csv')
    with drive.Window(data, **environ) as window:
        window.find(tab, 'page tab')
        window.keys('ctrl+2')
        window.find(map_name)
        size = window.geometry()[2:]
        window.keys('ctrl+a')  # so that what is done with rows can be reached
        for page in '1234567890':
            window.keys(f'ctrl+{page}')
            now = window.geometry()[2:]
            assert now == size, (page, now)
            named(window, f'names-{name}-{page}')
        window.keys('ctrl+2')
        yield window


def test_german():
    """Every page in German, numbers with a comma"""
    with walked('de', 'Karte', 'Karte: .*gefärbt nach (influence|label)',
                **drive.locale_of('de_DE')) as window:
        for page, sentence in (('1', r'.*Der Kopf hat \d+,\d % von \d+ Validierungszeilen.*'),
                               ('5', r'was übrig ist, ist weniger als 0,\d+ des .*'),
                               ('6', r'.*geschätzt: Verlust auf der Validierung .*Genauigkeit .*'),
                               ('7', r'unstabil: .* Rangkorrelation von -?0,\d+ .*')):
            window.keys(f'ctrl+{page}')
            window.find(sentence, 'label')
            english = [text for text in window.labels() if ENGLISH.search(text)]
            assert not english, english
        window.keys('ctrl+1')
        window.find(r'Histogramm: influence über .* Zeilen: von .*\d,\d.*, die Hälfte unter .*')
        window.find('Balken: .* für 10 Namen: am meisten .*')
        window.keys('ctrl+a', 'ctrl+0')
        window.find(r'.*Validierungsverlust 0,\d+ →.*')


def test_german_refusals():
    """A file and a condition that are refused, said in German"""
    german = drive.locale_of('de_DE')
    bad = drive.folder() / 'bad.csv'
    bad.write_text('a,b,label\n' + '1,2,x\n' * 9 + '1,2,y,5\n', encoding='utf-8')
    with drive.Window(bad, **german) as window:
        window.find(r'.*bad\.csv:11: 4 Felder, die Kopfzeile hat 3', 'label')
    data = shutil.copy(drive.SAMPLE, drive.folder() / 'gut.csv')
    with drive.Window(data, **german) as window:
        window.find(r'64 Spalten \(p00, p01, .*', 'label')
        window.keys('ctrl+f')
        window.fill('nosuch = 1')
        window.keys('Return')
        window.find('.*keine solche Spalte: nosuch.*', 'label')


def test_french():
    """The empty window in French"""
    with drive.Window(LANGUAGE='fr') as window:
        for name in ('Ouvrir…', 'Menu principal', 'Essayer l’exemple'):
            window.find(name)
        named(window, 'names-empty-fr')


def test_right_to_left():
    """Every page mirrored, as where people write from right to left"""
    where = drive.folder() / 'ar' / 'LC_MESSAGES'  # GTK mirrors for languages of the program only
    where.mkdir(parents=True)
    subprocess.run(['msgfmt', '-o', where / 'assay.mo', '-'], check=True, text=True,
                   input='msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n')
    with walked('mirrored', 'Map', 'Map: .*coloured by (influence|label)', LANGUAGE='ar',
                ASSAY_LOCALEDIR=str(where.parents[1])) as window:
        first, last = (window.box(window.find(name, 'page tab'))[0]
                       for name in ('Overview', 'Report'))
        assert first > last, (first, last)


@contextlib.contextmanager
def larger_text():
    """Of programs that are started meanwhile."""
    root = ['xprop', '-root', '-format', 'RESOURCE_MANAGER', '8s']
    subprocess.run([*root, '-set', 'RESOURCE_MANAGER', 'Xft.dpi: 192'], check=True)
    try:
        yield
    finally:
        subprocess.run([*root, '-remove', 'RESOURCE_MANAGER'], check=True)


def fits_small_screen(window, name):
    """Every page in a window of a small screen's size; what it has no room for is scrolled to: the
    last control of the bar by the keyboard."""
    drive.again(f'a window of {SMALL_SCREEN}',
                lambda: window.xdo('getactivewindow', 'windowsize', *SMALL_SCREEN),
                lambda: window.geometry()[2:] == SMALL_SCREEN)
    for page in '1234567890':
        window.keys(f'ctrl+{page}')
        window.picture(f'names-{name}-small-{page}')
        assert window.geometry()[2:] == SMALL_SCREEN, (page, window.geometry())
        left, top = window.geometry()[:2]
        bar = window.find('Prove It|Belegen', 'push button')

        def reached():
            x, y, width, height = window.box(bar)
            return (left <= x and x + width <= left + SMALL_SCREEN[0]
                    and top <= y and y + height <= top + SMALL_SCREEN[1])

        for _ in range(20):  # its neighbours at the end of the window's order
            if reached():
                break
            window.keys('shift+Tab')
        assert reached(), (page, window.box(bar), window.geometry())


def test_large_text():
    """Every page with text at 200 %, in high contrast, on a small screen"""
    with larger_text(), walked('large', 'Map', 'Map: .*coloured by (influence|label)',
                               ADW_DEBUG_HIGH_CONTRAST='1') as window:
        tab = window.box(window.find('Overview', 'page tab'))
        assert tab[3] > 50, f'the text is not large: {tab}'  # 46 with text at 100 %
        fits_small_screen(window, 'large')


def test_large_text_german():
    """Every page with text at 200 % in German, the longer words, on a small screen"""
    with larger_text(), walked('large-de', 'Karte', 'Karte: .*gefärbt nach (influence|label)',
                               **drive.locale_of('de_DE')) as window:
        fits_small_screen(window, 'large-de')


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
