#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the pictures in data/screenshots from the real window on the bundled sample.

    ASSAY_APP=build/src/app/assay tests/gui/screenshot.py [map|gains]...
"""
import os
import shutil
import subprocess
import sys

os.environ.setdefault('ASSAY_SCREEN', '1280x820')

import drive  # pylint: disable=wrong-import-position

OUT = drive.ROOT / 'data' / 'screenshots'


def write(name):
    OUT.mkdir(parents=True, exist_ok=True)
    subprocess.run(['import', '-window', 'root', '-strip', '-define', 'png:compression-level=9',
                    str(OUT / f'{name}.png')], check=True)


def take_map():
    data = shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv')
    with drive.Window(data) as window:
        window.scored()
        window.color_by('label')
        window.click('Maximize', 'push button')
        window.click('Lasso', 'push button')
        window.lasso('Map: .*', [(0.55, 0.62), (0.65, 0.55), (0.7, 0.72), (0.58, 0.75),
                                 (0.55, 0.62)])
        window.bar()
        window.click('Prove It', 'push button')
        window.proof()
        write('map')


def take_gains():
    work = drive.folder() / 'digits.assay'
    history = 'simulated margin 1'
    drive.cli('new', work, drive.SAMPLE)
    drive.cli('map', work, 'pca')
    drive.cli('score', work, 'influence')
    drive.cli('simulate', work, '--strategy', 'margin', '--rounds', '8', '--repeats', '1')
    drive.cli('gains', work, history, '--shapley', '--random', '20')
    with drive.Window(work) as window:
        window.click('Maximize', 'push button')
        window.keys('ctrl+8')
        window.choose('History', history, lambda: window.all('validation loss in .* steps.*'))
        window.click('validation loss in .* steps.*', at=(0.45, 0.5),
                     done=lambda: window.all('Round [34].*', 'label'))
        window.bar_box = window.find('Tag…', 'push button').parent.parent
        window.bar()
        window.idle()
        write('gains')


def run():
    for name in sys.argv[1:] or ['map', 'gains']:
        {'map': take_map, 'gains': take_gains}[name]()


drive.main(globals())
