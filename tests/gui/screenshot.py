#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes data/screenshots/map.png from the real window on the bundled sample.

    ASSAY_APP=build/src/app/assay tests/gui/screenshot.py [OUT.png]
"""
import os
import pathlib
import shutil
import subprocess
import sys

os.environ.setdefault('ASSAY_SCREEN', '1280x820')

import drive  # pylint: disable=wrong-import-position

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1
                   else drive.ROOT / 'data' / 'screenshots' / 'map.png')


def run():
    data = shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv')
    with drive.Window(data) as window:
        window.scored()
        window.click('Maximize', 'push button')
        window.click('Lasso', 'push button')
        window.lasso('Map: .*', [(0.55, 0.62), (0.65, 0.55), (0.7, 0.72), (0.58, 0.75),
                                 (0.55, 0.62)])
        window.bar()
        window.click('Prove It', 'push button')
        window.proof()
        OUT.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(['import', '-window', 'root', '-strip', '-define', 'png:compression-level=9',
                        str(OUT)], check=True)


drive.main(globals())
