#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workspace that holds its data: new --embed, and new --dynamics."""
import contextlib
import os
import sqlite3
import struct
import zlib

import numpy

import assay
from tap import Tap

os.environ['ASSAY_CACHE'] = str(assay.CACHE / 'assay')


def png(path, value):
    """A grey image of 8 x 8 pixels, of a value."""
    def chunk(kind, data):
        return (struct.pack('>I', len(data)) + kind + data
                + struct.pack('>I', zlib.crc32(kind + data)))

    path.parent.mkdir(parents=True, exist_ok=True)
    rows = b''.join(b'\0' + bytes((value + 9 * i + 3 * j) % 256 for j in range(8))
                    for i in range(8))
    path.write_bytes(b'\x89PNG\r\n\x1a\n'
                     + chunk(b'IHDR', struct.pack('>IIBBBBB', 8, 8, 8, 0, 0, 0, 0))
                     + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def scores_of(work, folder, name):
    """The bytes of an export, scored."""
    assay.run('score', work, 'influence', 'self_confidence')
    out = folder / f'{name}.csv'
    assay.run('export', work, '--columns', 'id,split,label,influence,self_confidence', '-o', out)
    return out.read_bytes()


def check_without_inputs(folder, inputs, new_arguments):
    """The same scores from a workspace beside its inputs and from one that lost them."""
    plain, whole = folder / 'plain.assay', folder / 'whole.assay'
    assay.run('new', plain, *new_arguments)
    assert not assay.run_json('info', plain)['embedded']
    expected = scores_of(plain, folder, 'plain')
    found = assay.run_json('new', '--embed', whole, *new_arguments)
    assert found['embedded']
    for path in inputs:
        path.rename(path.with_name(path.name + '.away'))
    try:
        message = assay.fail('info', plain)
        assert 'not found' in message and '--moved' in message, message
        assert assay.run_json('info', whole)['rows'] == found['rows']
        assert scores_of(whole, folder, 'whole') == expected
        left = list((assay.CACHE / 'assay' / 'inside').glob('*'))
        assert not left, left
    finally:
        for path in inputs:
            path.with_name(path.name + '.away').rename(path)
    return whole


def table(path, n=60):
    rng = numpy.random.default_rng(3)
    with open(path, 'w', encoding='utf-8') as file:
        file.write('key,label,x,y\n')
        for i in range(n):
            x, y = rng.normal(size=2) + [3 * (i % 3), 2 * (i % 2)]
            file.write(f'r{i},{"abc"[i % 3]},{x:.4f},{y:.4f}\n')


def test_table():
    """A table: opens and scores without it; moved and changed files are seen"""
    with assay.Folder() as folder:
        data = folder / 'data.csv'
        table(data)
        whole = check_without_inputs(folder, [data], [data, '--id', 'key', '--label', 'label'])
        text = data.read_bytes()
        # Another file at its place is refused, unless the copy is asked for.
        data.write_bytes(text + b'r99,a,1,1\n')
        message = assay.fail('info', whole)
        assert str(data) in message and 'has changed' in message, message
        assert assay.run_json('info', whole, '--moved', f'{data}=')['rows'] == 60
        # Moved: the new place is checked, and remembered by a command that writes.
        other = folder / 'other.csv'
        data.rename(other)
        assert 'has changed' in assay.fail('info', whole, '--moved', f'{data}={other}')
        other.write_bytes(text)
        assay.run('score', whole, 'influence', '--moved', f'{data}={other}')
        assert assay.run_json('info', whole)['rows'] == 60
        other.write_bytes(text[:-1] + b' ')
        assert str(other) in assay.fail('info', whole)
        # And from there it may be lost as well.
        other.unlink()
        assert assay.run_json('info', whole)['rows'] == 60
        gone = assay.fail('info', whole, '--moved', f'{other}={folder / "nowhere.csv"}')
        assert 'nowhere.csv: not found' in gone, gone


def test_moved_workspace():
    """The file alone, elsewhere, is enough"""
    with assay.Folder() as folder:
        data, place = folder / 'in' / 'data.csv', folder / 'far' / 'away'
        data.parent.mkdir()
        place.mkdir(parents=True)
        table(data)
        assay.run('new', folder / 'w.assay', data, '--label', 'label', '--embed')
        data.unlink()
        (folder / 'w.assay').rename(place / 'w.assay')
        assert assay.run_json('info', 'w.assay', cwd=place)['rows'] == 60


def test_text():
    """Text: the made features are inside"""
    words = [['red', 'apple', 'sweet'], ['fast', 'car', 'road'], ['deep', 'blue', 'sea']]
    with assay.Folder() as folder:
        data = folder / 'texts.csv'
        with open(data, 'w', encoding='utf-8') as file:
            file.write('text,label\n')
            for i in range(90):
                chosen = words[i % 3]
                file.write(f'{chosen[i % 2]} {chosen[(i // 3) % 3]} and {chosen[2]} {i // 9},'
                           f'{"abc"[i % 3]}\n')
        whole = check_without_inputs(folder, [data],
                                     [data, '--text', 'text', '--label', 'label'])
        # They are what is used: with nothing but zeros in their place, features are constant.
        before = assay.run_json('info', whole)['diagnostics']
        assert 'constant-column' not in [one['id'] for one in before]
        with contextlib.closing(sqlite3.connect(whole)) as store:
            store.execute("UPDATE chunk SET data = zeroblob (length (data)) WHERE item ="
                          " (SELECT id FROM item WHERE kind = 'features')")
            store.commit()
        after = assay.run_json('info', whole)['diagnostics']
        assert 'constant-column' in [one['id'] for one in after]


def test_image_folder():
    """Image folders, one and two"""
    with assay.Folder() as folder:
        for i in range(40):
            png(folder / 'one' / 'ab'[i % 2] / f'{i}.png', 90 * (i % 2) + i)
            png(folder / 'two' / 'ab'[i % 2] / f'{i + 40}.png', 90 * (i % 2) + i + 2)
        check_without_inputs(folder, [folder / 'one'], [folder / 'one'])
        for name in ('plain.assay', 'whole.assay'):
            (folder / name).unlink()
        check_without_inputs(folder, [folder / 'one', folder / 'two'],
                             [folder / 'one', folder / 'two'])


def test_image_column():
    """A table that names images: they are inside too"""
    with assay.Folder() as folder:
        rows = ['picture,label']
        for i in range(40):
            png(folder / 'pictures' / f'{i}.png', 90 * (i % 2) + i)
            rows.append(f'pictures/{i}.png,{"ab"[i % 2]}')
        data = folder / 'list.csv'
        data.write_text('\n'.join(rows) + '\n', encoding='utf-8')
        check_without_inputs(folder, [data, folder / 'pictures'],
                             [data, '--image', 'picture', '--label', 'label',
                              '--features', 'picture'])


def test_left_by_the_dead():
    """What a killed program left in the cache goes with the next one"""
    with assay.Folder() as folder:
        data = folder / 'data.csv'
        table(data)
        assay.run('new', folder / 'w.assay', data, '--label', 'label', '--embed')
        data.unlink()
        left = assay.CACHE / 'assay' / 'inside' / 'AbCdEf'
        (left / 'home').mkdir(parents=True, exist_ok=True)
        os.chmod(left.parent, 0o700)
        (left / 'home' / 'data.csv').write_text('x', encoding='utf-8')
        assay.run('info', folder / 'w.assay')
        assert not left.exists()


def test_dynamics():
    """--dynamics: shown, remembered, checked; inside a workspace as well"""
    with assay.Folder() as folder:
        data, log = folder / 'data.csv', folder / 'log.npz'
        table(data)
        logits = numpy.random.default_rng(1).normal(size=(7, 60, 3))
        logits[3, 5, 1] = numpy.nan  # a run may blow up
        numpy.savez_compressed(log, logits=logits.astype('float16'), label=numpy.arange(60))
        arguments = [data, '--label', 'label', '--dynamics', log]
        found = assay.run_json('new', folder / 'w.assay', *arguments)
        assert found['dynamics'] == {'epochs': 7, 'rows': 60, 'classes': 3}
        assert found['roles']['dynamics'] == f'{log}:logits'
        assert '7 epochs' in assay.run('info', folder / 'w.assay')
        assay.run('new', folder / 'whole.assay', '--embed', *arguments)
        numpy.savez_compressed(log, logits=logits.astype('float16') + 1, label=numpy.arange(60))
        assert str(log) in assay.fail('info', folder / 'w.assay')
        log.unlink()
        assert '--moved' in assay.fail('info', folder / 'w.assay')
        assert assay.run_json('info', folder / 'whole.assay')['dynamics']['epochs'] == 7


def test_bad_dynamics():
    """--dynamics of another shape is refused with both numbers"""
    with assay.Folder() as folder:
        data, log, work = folder / 'data.csv', folder / 'log.npy', folder / 'w.assay'
        table(data)
        for shape, words in [((7, 60), ['(7, 60)', 'epochs x rows x classes']),
                             ((7, 59, 3), ['60 rows', '59 in each epoch']),
                             ((7, 60, 4), ['4 classes', 'the labels 3'])]:
            numpy.save(log, numpy.zeros(shape, 'float32'))
            message = assay.fail('new', work, data, '--label', 'label', '--dynamics', log)
            assert str(log) in message and all(word in message for word in words), message
        numpy.save(log, numpy.zeros((2, 60, 3), 'float32'))
        message = assay.fail('new', work, data, '--target', 'x', '--dynamics', log)
        assert 'number' in message, message
        assert 'no such file' in assay.fail('new', work, data, '--label', 'label', '--dynamics',
                                            folder / 'no.npy')
        (folder / 'epochs').mkdir()
        message = assay.fail('new', work, data, '--label', 'label', '--dynamics', folder / 'epochs')
        assert f'-p logits={folder / "epochs"}' in message, message
        assert not work.exists()


if __name__ == '__main__':
    Tap().run_all(globals())
