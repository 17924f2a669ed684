#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real questions of bank customers, 77 intents, features made of the text: the main job by mouse
and by keyboard, light and dark."""
import csv
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
    journey.run(copy_of_questions(), 'questions-light')


def test_dark():
    """Questions in dark colours"""
    journey.run(copy_of_questions(), 'questions-dark', dark=True)


def many_questions(times):
    """Each question as often, with a word of its own: scores of so many rows take seconds."""
    data = copy_of_questions()
    rows = drive.read_csv(data)
    with open(data, 'w', encoding='utf-8', newline='') as file:
        out = csv.DictWriter(file, rows[0])
        out.writeheader()
        for time in range(times):
            out.writerows(dict(row, text=f'{row["text"]} word{time}') for row in rows)
    return data, times * len(rows)


def close_while_scoring():
    data, rows = many_questions(4)
    with drive.Window(data) as window:
        window.find('Map', 'page tab', patience=300)  # imported: a workspace is there
        window.find('Running Tasks')
        window.close()  # asserts that it ends by itself, well
    work = pathlib.Path(data).with_suffix('.assay')
    info = drive.cli('info', work)
    assert info['rows'] == rows
    left = {one['id'] for one in info['scores']}
    assert ('map_x' in left) == ('map_y' in left), left
    pair = {'self_confidence', 'label_issue'}  # of one task; there where closing came too late
    assert left & pair in (set(), pair), left


def test_close_while_scoring():
    """Closing while scores are computed asks nothing and leaves a whole workspace"""
    close_while_scoring()


drive.main(globals())
