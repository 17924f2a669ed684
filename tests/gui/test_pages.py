#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sample is opened, all pages are walked through, rows are selected and proved, in light and
dark colours, without a complaint of the toolkit: what has to hold with newer versions of it too,
whose accessible tree is another (tests/dist/trixie)."""
import shutil

import drive
from drive import until


def walk(dark):
    data = shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv')
    with drive.Window(data, dark=dark) as window:
        window.find('Map', 'page tab')
        window.keys('ctrl+2')
        window.map = window.find('Map: .*coloured by (influence|label)')
        window.idle()
        for column in ('self_confidence', 'label'):
            window.color_by(column)
        for at, name in enumerate(drive.PAGES):
            window.keys(f'ctrl+{(at + 1) % 10}')
            until(f'the page {name}', lambda name=name: window.is_chosen(name, 'page tab'))
            window.idle()
            window.picture(f'pages-{"dark" if dark else "light"}-{name.lower()}')
        window.keys('ctrl+1')
        window.click('Select: Possible label errors', 'push button', done=lambda: any(
            text.startswith('4 rows selected') for text in window.labels()))
        window.keys('ctrl+Return')
        said = until('the proof', lambda: [text for text in window.labels()
                                           if text.startswith('Refitted: ')])[0]
        want = drive.cli('whatif', data.with_suffix('.assay'), '--where', 'label_issue = 1',
                         '--verify')
        for part in (want, want['test']):
            assert f"{part['loss_refit'] - part['loss_before']:+.4g}" in said, (said, part)


def test_light():
    """In light colours"""
    walk(False)


def test_dark():
    """In dark colours"""
    walk(True)


drive.main(globals())
