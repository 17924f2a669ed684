#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is more than Assay takes is refused, in words that say the limit: the README's table."""
import os
import re
import struct

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()


def table(name, rows):
    path = FOLDER / name
    path.write_text('id,label,a\n' + ''.join(f'r{i},{label},{a}\n'
                                             for i, (label, a) in enumerate(rows)),
                    encoding='utf-8')
    return path


def npy(name, shape, descr, size):
    """A header, and a hole for the numbers."""
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}".encode()
    path = FOLDER / name
    path.write_bytes(b'\x93NUMPY\x01\x00' + struct.pack('<H', len(header)) + header)
    os.truncate(path, path.stat().st_size + size)
    return path


def refused(pattern, *arguments, **env):
    message = assay.fail('new', FOLDER / 'w.assay', *arguments, env=env)
    assert re.search(pattern, message), message
    assert not (FOLDER / 'w.assay').exists()


def test_classes():
    """65536 classes"""
    refused('has more than 65536 different values',
            table('classes.csv', ((f'k{i}', i % 7) for i in range(65537))), '--label', 'label')


def test_categories():
    """1000 values of a category among the features"""
    path = table('kinds.csv', ((f'k{i % 2}', f'v{i % 1400}') for i in range(14000)))
    refused(r'"a" has 1\d\d\d different values.*at most 1000', path, '--label', 'label',
            '--features', 'a')


def test_dimensions():
    """32 dimensions of an array"""
    refused('more than 32 dimensions', npy('dims.npy', '60, ' + '1, ' * 32, '<f4', 240))


def test_memory():
    """Memory that is not free, for numbers that a file claims and for what is made of rows"""
    rows = npy('rows.npy', '4294967295,', '|u1', 4294967295)
    refused(r'needs \d+ MB of memory, \d+ MB are free', rows, '--label', rows, ASSAY_MEMORY='500')
    rows.unlink()


def test_planned():
    """A job that needs more than is free is refused before it begins, and says what it needs"""
    work = FOLDER / 'planned.assay'
    assay.run('new', work, assay.SAMPLE)
    message = assay.fail('map', work, 'tsne', env={'ASSAY_MEMORY': '60'})
    found = re.search(r'tsne: needs about (\d+) MB of memory, (\d+) MB are free', message)
    assert found and int(found[1]) > int(found[2]) < 60, message
    assert 'map_x' not in assay.run_json('info', work)['columns']
    told = assay.run_json('map', work, 'tsne')['memory']
    assert told['needed'] >> 20 == int(found[1]), told
    assert told['way'] is None
    planned = assay.run_json('info', work)['planned']
    needed = {job['job']: job['needed'] for job in planned['jobs']}
    assert needed['tsne'] == told['needed'], planned
    assert needed['influence'] == assay.run_json('score', work, 'influence')['memory']['needed']
    assert re.search(r'^memory: jobs take .*\btsne \d+,', assay.run('info', work), re.M)


def test_documented():
    """The README has them"""
    text = (assay.ROOT / 'README.md').read_text(encoding='utf-8')
    part = re.search(r'\n## Limits\n(.*?)\n## ', text, re.DOTALL).group(1)
    for word in ('4294967294', '65536', '1000', '32', '64 MB', 'ASSAY_MEMORY'):
        assert word in part, word


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        assay.shutil.rmtree(FOLDER)
