#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A window opens as the last one was closed: size, page, panes, what colours and sorts the rows."""
import shutil

import drive
from drive import until

# in the home of this test; the other tests remember nothing
KEPT = {'GSETTINGS_BACKEND': 'keyfile'}


def test_remembered():
    """Closed, and opened again"""
    data = shutil.copy(drive.SAMPLE, drive.folder() / 'state.csv')
    with drive.Window(data, **KEPT) as window:
        window.scored()
        window.color_by('label', key='alt+o')
        window.find('Only 3', 'push button')
        window.keys('F9', 'ctrl+3')
        window.find('Samples', 'tree table')
        window.xdo('getactivewindow', 'windowsize', 1180, 700)
        until('the size', lambda: window.geometry()[2:] == (1180, 700))
        window.picture('state-before')
        window.close()
    with drive.Window(data.with_suffix('.assay'), **KEPT) as window:
        window.find('Samples', 'tree table')
        assert window.geometry()[2:] == (1180, 700), window.geometry()
        until('the page to have the room of the filters',
              lambda: window.box(window.find('Table', 'push button'))[0]
              - window.geometry()[0] < 100)
        window.picture('state-after')
        window.keys('ctrl+2')
        window.find('Map: .*coloured by label')


drive.main(globals())
