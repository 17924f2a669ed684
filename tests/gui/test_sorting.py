#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One order of rows for table and gallery: chosen by the titles of the columns, with the pointer
and with keys; held against assay-cli."""
import re
import shutil

import drive
from a11y_tree import ACCESSIBLE, FOCUSED
from drive import again, cli, until
from table_steps import click_title, names_in, table, title_of

COLUMN = 'influence'


def order(work, descending, limit=8):
    found = cli('select', work, '--sort', COLUMN, *(['--descending'] if descending else []),
                '--limit', limit)['ids']
    return [str(one) for one in found]


def is_sorted(window, path, wanted):
    return [name for _, name in names_in(window, path)][:len(wanted)] == wanted


def until_sorted(window, path, wanted):
    until(f'rows by {COLUMN}: {wanted}', lambda: is_sorted(window, path, wanted))


def tab_to_title(window, titles):
    title = title_of(window, titles, COLUMN)
    window.click('Table', 'push button')
    for _ in range(30):
        window.keys('Tab')
        if window.tree.ask(title, ACCESSIBLE, 'GetState', None)[0][0] >> FOCUSED & 1:
            return
    raise AssertionError(f'no Tab leads to the title {COLUMN}')


def check_grow(window, count):
    """A lasso by keys: the nearest rows come in, the rim goes, and both are undone."""
    def selected():
        found = re.match(r'(\d+) rows? selected', ' '.join(window.labels(window.bar_box)))
        return int(found[1]) if found else 0
    window.click('Gallery', 'push button')
    until('the selection', lambda: selected() == count)
    window.keys('ctrl+g')
    grown = until('more rows', lambda: selected() > count and selected())
    assert grown <= 4 * count
    window.keys('ctrl+shift+g')
    until('fewer rows', lambda: selected() < grown)
    window.keys('ctrl+z', 'ctrl+z')
    until('the selection of before', lambda: selected() == count)


def until_trusted(window, work, count):
    """Beside the number of rows stands how far their order can be trusted."""
    found = cli('select', work, '--sort', COLUMN, '--limit', 1)
    halves = f"halves agree {found['split_half_rank_correlation']:.2f}"
    assert found['unstable'] == (found['split_half_rank_correlation'] < 0.5)
    window.find(f"{count} of 1797 rows · {'unstable: ' * found['unstable']}{halves}", 'label')


def check_copy(window, work):
    """The selected rows on the clipboard: read by pasting them into the search, whose field holds
    one line."""
    truth = cli('select', work, '--where', "label = '3' AND split = 'test'")['ids']
    window.search("label = '3' AND split = 'test'")
    until_trusted(window, work, len(truth))
    window.click('Gallery', 'push button')  # the keys are about rows, not about the text
    window.keys('ctrl+a', 'ctrl+c')
    window.find(f'{len(truth)} rows copied')
    window.search('')
    check_grow(window, len(truth))
    window.keys('ctrl+f', 'ctrl+a', 'ctrl+v')
    text = until('the rows in the search', lambda: window.focused() and window.focused().text())
    header, *rows = text.splitlines()
    names = header.split('\t')
    ids = [row.split('\t')[names.index('id')] for row in rows]
    assert ids == [str(one) for one in truth], (ids[:5], truth[:5])


def test_sorting():
    """The sample, by influence"""
    data = shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv')
    work = data.with_suffix('.assay')
    with drive.Window(data) as window:
        window.scored()
        window.keys('ctrl+3')
        titles, rows = table(window)
        up, down = order(work, False), order(work, True)
        for wanted in (up, down):
            again(f'rows by {COLUMN}', lambda: click_title(window, titles, COLUMN),
                  lambda wanted=wanted: is_sorted(window, rows, wanted))
        window.picture('sorting-table')
        tab_to_title(window, titles)
        window.keys('Return')
        until_sorted(window, rows, up)
        window.keys('space')
        until_sorted(window, rows, down)
        window.click('Gallery', 'push button')
        until_sorted(window, window.find('Gallery', 'table').path, down)
        window.picture('sorting-gallery')
        check_copy(window, work)
        window.close()


drive.main(globals())
