#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""figure: every figure as SVG, PDF and PNG, light and dark; the same again, and what it says."""
import re
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree

import assay
import training_log
from tap import Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'
LOGGED = FOLDER / 'logged.assay'
HISTORY = 'simulated hedge 1'
FIGURES = {'map': [], 'histogram': ['influence'], 'classes': [], 'datamap': [],
           'epochs': [], 'compare': ['influence', 'confidence'], 'groups': [], 'curves': [],
           'retention': ['influence'], 'gains': [HISTORY], 'teacher': ['hedge'],
           'rounds': [HISTORY]}


def make():
    assay.run('new', WORK, assay.SAMPLE)
    assay.run('map', WORK, 'pca')
    assay.run('score', WORK, 'influence', 'confidence', 'variability', 'correctness')
    assay.run('redundancy', WORK, '--threshold', '0.98', '--curve')
    assay.run('simulate', WORK, '--strategy', 'hedge', '--rounds', '3', '--repeats', '1')
    assay.run('gains', WORK, HISTORY)
    training_log.make(LOGGED)
    FIGURES['epochs'] = assay.run('select', LOGGED, '--where', "split = 'train'", '--limit',
                                  '1').split()


def draw(name, ending, theme='light', take=''):
    path = FOLDER / f'{name}-{theme}{take}.{ending}'
    work = LOGGED if name == 'epochs' else WORK
    found = assay.run_json('figure', work, name, *FIGURES[name], '--theme', theme, '-o', path)
    return path, found['summary']


def check_svg(path, words):
    root = xml.etree.ElementTree.parse(path).getroot()
    assert root.tag.endswith('svg') and float(re.match('[0-9.]+', root.get('width'))[0]) > 100
    assert len(list(root.iter())) > 20, 'a drawing with nothing in it'
    assert words in ' '.join(root.itertext()), 'without what it says to those who do not see it'


def check_png(path):
    data = path.read_bytes()
    assert data[:8] == b'\x89PNG\r\n\x1a\n'
    width, height = struct.unpack('>II', data[16:24])
    assert width >= 400 and height >= 200, (width, height)


def check_pdf(path):
    assert path.read_bytes().startswith(b'%PDF-')
    if shutil.which('qpdf'):
        done = subprocess.run(['qpdf', '--check', path], capture_output=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_all_known():
    """Every figure that --list names is drawn here"""
    listed = [line.split()[0].rstrip(':') for line in assay.run('figure', '--list').splitlines()]
    assert sorted(listed) == sorted(FIGURES), listed


def test_forms():
    """SVG, PDF and PNG of each, light and dark, sound and with its sentence"""
    for name in FIGURES:
        told = set()
        for theme in ('light', 'dark'):
            for ending in ('svg', 'pdf', 'png'):
                path, summary = draw(name, ending, theme)
                told.add(summary)
                if ending == 'svg':
                    check_svg(path, summary)
                (check_png if ending == 'png' else check_pdf if ending == 'pdf' else str)(path)
        assert len(told) == 1 and len(told.pop()) > 20, (name, told)
        light, dark = (FOLDER / f'{name}-{theme}.png' for theme in ('light', 'dark'))
        assert light.read_bytes() != dark.read_bytes(), f'{name} is the same in dark colours'


def test_same_bytes():
    """Drawn again, each file is the same"""
    for name in FIGURES:
        for ending in ('svg', 'pdf', 'png'):
            again, _ = draw(name, ending, take='-again')
            assert again.read_bytes() == (FOLDER / f'{name}-light.{ending}').read_bytes(), again


def main():
    tap = Tap()
    make()
    for test in (test_all_known, test_forms, test_same_bytes):
        tap.run(test.__doc__, test)
    tap.finish()


if __name__ == '__main__':
    sys.exit(main())
