#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One order of rows for table, gallery and file: chosen by the titles of the columns, with the
pointer and with keys, and by the drop-down; held against assay-cli."""
import os
import pathlib
import shutil

import drive
from drive import cli, until


def order(work, column, descending, limit=8):
    found = cli('select', work, '--sort', column, *(['--descending'] if descending else []),
                '--limit', limit)['ids']
    return [str(one) for one in found]


def inside(window, view, pattern, role):
    """Parts of the table or gallery, which are too many to be looked through by name."""
    return window.tree.matching(pattern, role, window.find(*view))


TABLE, GALLERY = ('Samples', 'tree table'), ('Gallery', 'table')


def sorted_by(window, view, work, column, descending):
    wanted = order(work, column, descending)
    rows = 'table row' if view is TABLE else 'table cell'

    def shown():
        return [one.said for one in inside(window, view, '.+', rows)]
    until(f'rows by {column}{" down" if descending else ""}: {wanted}',
          lambda: [one for one in shown() if one != 'Column Titles'][:len(wanted)] == wanted, 20)


def click_title(window, column):
    x, y, width, height = window.box(inside(window, TABLE, column, 'filler')[0])
    window.xdo('mousemove', x + width // 2, y + height // 2, 'click', 1)
    window.settle()


def by_title(window, work, column):
    """Once up, once down; with the pointer, then with keys."""
    click_title(window, column)
    sorted_by(window, TABLE, work, column, False)
    click_title(window, column)
    sorted_by(window, TABLE, work, column, True)
    window.click('Table', 'push button')
    for _ in range(20):
        window.keys('Tab')
        focus = window.focused()
        if focus is not None and focus.role == 'filler' and focus.said == column:
            break
    window.keys('Return')
    sorted_by(window, TABLE, work, column, False)
    window.keys('space')
    sorted_by(window, TABLE, work, column, True)


def in_file(window, work, folder, column):
    """The file has the order shown, byte for byte as assay-cli writes it."""
    path = folder / 'sorted.csv'
    window.export(path)
    columns = path.read_text(encoding='utf-8').splitlines()[0]
    cli('export', work, '--where', "decision IS NULL OR decision != 'drop'", '--columns', columns,
        '--sort', column, '--descending', '-o', folder / 'again.csv')
    assert path.read_bytes() == (folder / 'again.csv').read_bytes()


def sort(data, number, other, picture, dark=False):
    work = data.with_suffix('.assay')
    with drive.Window(data, dark=dark) as window:
        window.scored()
        window.keys('ctrl+3')
        by_title(window, work, other)
        by_title(window, work, number)
        window.picture(f'sorting-{picture}')
        in_file(window, work, data.parent, number)
        window.click('Gallery', 'push button')
        sorted_by(window, GALLERY, work, number, True)
        window.picture(f'sorting-gallery-{picture}')
        assert window.unnamed() == []
        window.close()


def test_sample():
    """The sample, in light colours"""
    sort(shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv'), 'influence', 'label', 'light')


def test_messages_dark():
    """Text messages, in dark colours"""
    source = pathlib.Path(os.environ.get('ASSAY_TEST_DATA', '/none')) / 'sms_spam'
    if not source.exists():
        raise drive.Skip('no ASSAY_TEST_DATA')
    data = shutil.copy(source / 'SMSSpamCollection.tsv', drive.folder() / 'sms.tsv')
    sort(data, 'influence', 'split', 'dark', dark=True)


drive.main(globals())
