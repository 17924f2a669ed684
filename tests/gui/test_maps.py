#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The maps of the Map page: made on need, stopped, cancelled, trusted; light and dark."""
import re
import shutil

import drive
from drive import cli

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
        window.keys('Right', 'space')
        window.find('Map: .* 1 selected.*lines to 15 true neighbours')
        window.picture(f'maps-honesty-{"dark" if dark else "light"}')
        window.click('Honesty')
        window.gone('Map: .*lines to.*')
        unnamed = window.unnamed()
        assert not unnamed, '\n'.join(unnamed)
        window.close()
    certificate = shown(work)
    assert certificate['map'] == 'umap' and certificate['finished']
    close(first[1], certificate['trustworthiness'])
    close(first[2], certificate['continuity'])


def test_light():
    """UMAP and the honesty layer in light colours"""
    look(False)


def test_dark():
    """UMAP and the honesty layer in dark colours"""
    look(True)


drive.main(globals())
