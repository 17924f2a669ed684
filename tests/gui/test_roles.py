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


def spreadsheet():
    """As a spreadsheet of Western Europe writes it: Latin-1, decimal commas, semicolons."""
    source = random.Random(8)
    path = drive.folder() / 'maße.csv'
    lines = ['Größe;Gewicht;Klasse']
    for row in range(240):
        size = source.uniform(1, 5) + row % 2
        lines.append(f'{size:.3f};{source.uniform(1, 5):.3f};{"groß" if row % 2 else "klein"}'
                     .replace('.', ','))
    path.write_text('\n'.join(lines) + '\n', encoding='latin-1')
    return path


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_ask():
    """No label is found: the target is chosen in the dialog"""
    ask()


def test_spreadsheet():
    """A table in Latin-1 with decimal commas opens by itself, and that is said"""
    data = spreadsheet()
    with drive.Window(data) as window:
        window.find('Map', 'page tab')
        window.scored()
        window.keys('ctrl+1')
        window.find('240 rows, 2 features, 2 classes')
        said = ' '.join(window.labels())
        assert 'read as Latin-1' in said, said
        assert 'How the file was read' in said and 'latin1' not in said, said
        assert 'the comma is read as the decimal mark in column "Größe", "Gewicht"' in said, said
        window.picture('spreadsheet')
        window.close()
    info = cli('info', data.with_suffix('.assay'))
    assert info['roles']['label'] == 'Klasse' and info['features'] == 2, info['roles']


drive.main(globals())
