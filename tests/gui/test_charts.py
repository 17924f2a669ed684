#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every figure of a page as the table of its numbers, by Ctrl+Shift+T: the numbers are those that
assay-cli draws the same figure from. A chart of its own: clipboard and printer. The report, printed
to a file: the words that assay-cli writes, on the pages that they stand on there."""
import os
import re
import shutil
import subprocess

import drive
from drive import cli, until
from page_steps import walk


def workspace():
    work = drive.folder() / 'figures.assay'
    cli('new', work, drive.SAMPLE, '--label', 'label', '--id', 'id')
    cli('map', work, 'pca')
    cli('score', work, 'influence')
    cli('simulate', work, '--strategy', 'margin', '--rounds', '4', '--repeats', '2')
    return work


def truth(work, *figure):
    """Names and rows of the table that the command line tells of a figure."""
    table = cli('figure', work, *figure, '-o', work.with_suffix('.svg'))['table']
    return table['columns'], table['rows']


def as_number(text):
    """A cell as a number; nan of a dash, None of words."""
    if text in ('–', None):
        return float('nan')
    try:
        return float(text)
    except ValueError:
        return None


def near(said, value):
    """A cell of six digits."""
    return said != said and value != value or abs(said - value) <= 6e-6 * abs(value) + 1e-12


def numbers(values):
    return [number for number in map(as_number, values) if number is not None]


def cells(window, table):
    return [one.said for one in window.tree.below(table, deep=True) if one.role == 'label']


def shown(window, name, rows):
    """The table of this name holds the numbers of these rows, row by row."""
    wanted = numbers(value for row in rows for value in row)
    said = []

    def same():
        found = window.all(name, 'tree table')
        said[:] = cells(window, found[0]) if found else []
        found = numbers(said)
        return len(found) == len(wanted) and all(map(near, found, wanted))
    try:
        until(f'the table {name}', same)
    except AssertionError as error:
        raise AssertionError(f'{said} instead of {wanted}') from error


def as_table(window, drawing, picture):
    """The figure of this name as a table, and its name."""
    window.find(drawing, 'image')
    window.keys('ctrl+shift+t')
    table = window.find(drawing, 'tree table')
    window.picture(picture)
    return re.escape(table.said)


def there_and_back(page, figure, drawing, columns=None):
    """The page's chart as a table, which has those first columns of assay-cli's, and back."""
    work = workspace()
    _, rows = truth(work, figure)
    with drive.Window(work) as window:
        window.find('Map', 'page tab')
        window.idle()
        window.keys(page)
        name = as_table(window, drawing, f'figures-{figure}')
        shown(window, name, [row[:columns] for row in rows])
        window.keys('ctrl+shift+t')
        window.find(name, 'image')


def test_history():
    """Learning curves, and back"""
    there_and_back('ctrl+7', 'curves', '.*curves? of .*')


def test_overview():
    """The class balance, the only chart of its page; what decisions leave is not drawn here"""
    there_and_back('ctrl+1', 'classes', 'Bars of .*', 2)


# --- points ---

FIRST = 12  # lines of a table that are surely on the screen


def point_lines(window, drawing, width):
    """The first lines of the table of points of this name, each of `width` cells."""
    found = window.all(drawing, 'tree table')
    said = cells(window, found[0])[width:] if found else []
    return [said[at:at + width] for at in range(0, min(len(said), FIRST * width), width)]


def same_points(window, drawing, width, rows):
    """Names and places of the table's lines are those of the rows (name, x, y)."""
    said = []

    def same():
        said[:] = point_lines(window, drawing, width)
        return len(said) >= min(FIRST, len(rows)) and all(
            line[0] == row[0] and all(near(as_number(text), value)
                                      for text, value in zip(line[1:3], row[1:3]))
            for line, row in zip(said, rows))
    try:
        until(f'the table {drawing}', same)
    except AssertionError as error:
        raise AssertionError(f'{said} instead of {rows[:FIRST]}') from error


def test_points():
    """The map, and a score over another, as tables: the selected rows first; copied and back"""
    work = workspace()
    cli('score', work, 'self_influence')
    with drive.Window(work) as window:
        window.scored()
        rows = truth(work, 'map', 'pca')[1]
        window.keys('ctrl+shift+t')
        same_points(window, 'Map: .*', 5, rows)
        window.picture('points-map')
        window.search("label = '3'")
        window.keys('ctrl+a')
        threes = truth(work, 'map', 'pca', '--where', "label = '3'")[1]
        same_points(window, 'Map: .*', 6, threes)
        window.search('')
        there = {row[0] for row in threes}
        until('the selected rows first', lambda: all(
            line[0] in there and line[5] == '1' for line in point_lines(window, 'Map: .*', 6)))
        window.keys('ctrl+shift+t')
        window.find('Map: .*', 'image')
        window.keys('ctrl+shift+a', 'ctrl+6')
        window.click('Compare Two', done=lambda: window.all('Plot of .*', 'image'))
        over, under = re.match(r'Plot of (\S+) over (\S+)\.',
                               window.find('Plot of .*', 'image').said).groups()
        window.keys('ctrl+shift+t')
        same_points(window, 'Plot of .*', 5, truth(work, 'compare', under, over)[1])
        window.picture('points-plot')


def test_chart():
    """A chart of its own: table, clipboard read back, the printed page"""
    page = drive.folder() / 'page.pdf'
    probe = os.environ.get('ASSAY_PROBE_CHART',
                           str(drive.ROOT / 'build' / 'tests' / 'gui' / 'probe-chart'))
    done = subprocess.run([probe, page], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    if shutil.which('pdftotext'):
        said = subprocess.run(['pdftotext', page, '-'], capture_output=True, text=True,
                              check=True).stdout
        for word in ('Three bars', 'zwei', 'height', 'Bars of height for 3 names'):
            assert word in said, (word, said)


# --- the report ---

def pages(path):
    """The words of each page of a PDF."""
    done = subprocess.run(['pdftotext', path, '-'], capture_output=True, text=True, check=True)
    return [page.split() for page in done.stdout.rstrip('\f').split('\f')]


def print_to_file(window, path):
    """In the dialog of the toolkit: the one printer there is, then the button."""
    until('the printers', lambda: window.all('Print to File', 'label'), 120)
    drive.again('the printer', lambda: window.keys('Down'),
                lambda: window.find('Print', 'push button').has(drive.tree.SENSITIVE))
    window.picture('print-report')
    walk(window, 'Print', 'shift+Tab')
    window.keys('space')
    window.find('Printed', 'label')
    until(path.name, lambda: path.exists() and b'%%EOF' in path.read_bytes()[-64:])


def test_report():
    """By Ctrl+P on the Report page, and by Ctrl+Shift+P on another"""
    if shutil.which('pdftotext') is None:
        raise drive.Skip('no pdftotext')
    work = workspace()
    os.chdir(work.parent)  # where the toolkit prints to
    printed, told = work.with_name('report.pdf'), work.with_name('told.pdf')
    with drive.Window(work) as window:
        window.find('Map', 'page tab')
        window.idle()
        for page, key in (('ctrl+9', 'ctrl+p'), ('ctrl+2', 'ctrl+shift+p')):
            printed.unlink(missing_ok=True)
            window.keys(page, key)
            print_to_file(window, printed)
            window.idle()
            cli('report', work, '--random', '20', '-o', told)
            said, wanted = pages(printed), pages(told)
            assert len(said) == len(wanted) > 3, (len(said), len(wanted))
            for number, (here, there) in enumerate(zip(said, wanted), 1):
                assert here == there, (number, here, there)
        window.close()


drive.main(globals())
