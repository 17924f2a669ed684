#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real questions of bank customers, 77 intents, features made of the text: the main job by mouse
and by keyboard, light and dark."""
import os
import pathlib
import shutil

import drive
import journey


def copy_of_questions():
    source = pathlib.Path(os.environ.get('ASSAY_TEST_DATA', '')) / 'banking77' / 'train.csv'
    if 'ASSAY_TEST_DATA' not in os.environ or not source.exists():
        raise drive.Skip('ASSAY_TEST_DATA has no banking77/train.csv')
    return shutil.copy(source, drive.folder() / 'questions.csv')


def test_light():
    """Questions in light colours"""
    drive.twice(lambda: journey.run(copy_of_questions(), 'questions-light'))


def test_dark():
    """Questions in dark colours"""
    drive.twice(lambda: journey.run(copy_of_questions(), 'questions-dark', dark=True))


drive.main(globals())
