#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where guessing fails the roles are asked for, with the first rows; the answer makes the
workspace."""
import random

import drive
from drive import cli, until


def unclear_table():
    """Numbers only: nothing says which of them is to be learned."""
    source = random.Random(7)
    path = drive.folder() / 'unclear.csv'
    lines = ['width,height,mass']
    for _ in range(240):
        width, height = source.uniform(1, 5), source.uniform(1, 5)
        lines.append(f'{width:.4f},{height:.4f},{width * 2 + height + source.gauss(0, 0.1):.4f}')
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    return path


def ask():
    data = unclear_table()
    with drive.Window(data) as window:
        window.find('Open unclear.csv')
        labels = window.labels()
        assert 'no column looks like a label' in ' '.join(labels)
        first = data.read_text(encoding='utf-8').splitlines()[1].split(',')
        assert {'width', 'height', 'mass', 'Target'} <= set(labels)
        assert all(any(float(cell) == float(text) for text in labels if is_number(text))
                   for cell in first), 'the first row is shown'
        unnamed = window.unnamed()
        assert not unnamed, '\n'.join(unnamed)
        window.picture('roles')
        window.click('Target', 'combo box')
        window.keys('Down', 'Down', 'Down', 'Return')
        window.picture('roles-chosen')
        window.keys('alt+o')
        window.find('Map', 'page tab')
        until('tasks to end', lambda: not window.all('Running Tasks'))
        window.keys('ctrl+1')
        window.find('240 rows, 2 features, a numeric target')
        window.close()
    info = cli('info', data.with_suffix('.assay'))
    assert info['roles']['target'] == 'mass' and info['features'] == 2, info['roles']


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_ask():
    """No label is found: the target is chosen in the dialog"""
    ask()


drive.main(globals())
