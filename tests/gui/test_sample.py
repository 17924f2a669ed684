#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bundled sample: open, lasso, prove, export, drop, undo; by mouse and by keyboard."""
import shutil

import drive
import journey


def copy_of_sample():
    return shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv')


def test_light():
    """The sample in light colours"""
    journey.run(copy_of_sample(), 'sample-light')


def test_dark():
    """The sample in dark colours"""
    journey.run(copy_of_sample(), 'sample-dark', dark=True)


drive.main(globals())
