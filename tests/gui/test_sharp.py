#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""On a display of two pixels a point the map is drawn with as many pixels as it is shown with."""
import os
import shutil
import subprocess

import drive

PROGRAM = os.environ.get('ASSAY_BENCH_WINDOW', str(drive.ROOT / 'build/tests/gui/bench-window'))


def shown(scale):
    data = shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv')
    done = subprocess.run([PROGRAM, 'sharp', data], capture_output=True, text=True, check=False,
                          env={**os.environ, 'GDK_SCALE': str(scale)}, timeout=120)
    assert done.returncode == 0, done.stderr
    return {name: int(value) for name, value in map(str.split, done.stdout.splitlines())}


def test_pixels():
    """One and two pixels a point"""
    for scale in (1, 2):
        found = shown(scale)
        assert found['scale'] == scale and found['width'] > 100, found
        assert found['texture_width'] == scale * found['width'], found
        assert found['texture_height'] == scale * found['height'], found


drive.main(globals())
