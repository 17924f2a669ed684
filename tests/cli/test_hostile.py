#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files made to do harm: each is refused in one line that names the file and the place, soon, with
little memory, and without a trace outside of its folder. Prints what each refusal took."""
import io
import json
import os
import pickle
import re
import shutil
import sqlite3
import struct
import subprocess
import tempfile
import zipfile

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
GOOD = FOLDER / 'good.csv'
MEMORY = 1 << 20  # KiB that no refusal may come near; the goal is 200 MB and 2 s
HANG = 120


def put(name, content, size=None):
    """Writes bytes; `size` makes the file longer by a hole."""
    path = FOLDER / name
    path.write_bytes(content)
    if size is not None:
        os.truncate(path, size)
    return path


def refused(patterns, *arguments):
    """assay-cli fails with one line on stderr that matches the patterns."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(['timeout', str(HANG), assay.CLI, *map(str, arguments)],
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=FOLDER,
                                   env=assay.environment())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        message, said = err.read().decode(), out.read()
    shown = ' '.join(os.path.basename(str(a)) for a in arguments)
    print(f'# {used.ru_utime + used.ru_stime:5.2f} s {used.ru_maxrss >> 10:4} MB  {shown}: '
          f'{message.strip()}')
    assert process.returncode == 1, (arguments, process.returncode, message)
    assert said == b'' and message.count('\n') == 1, (arguments, said, message)
    assert message.startswith('assay-cli: '), message
    for pattern in patterns:
        assert re.search(pattern, message), f'{pattern!r} is not in: {message}'
    if 'ASSAY_PRELOAD' in os.environ:  # sanitizers need memory of their own
        assert used.ru_maxrss < MEMORY, (arguments, used.ru_maxrss)


def new(patterns, *arguments):
    work = FOLDER / 'bad.assay'
    refused(patterns, 'new', work, *arguments)
    assert not work.exists()


def features(patterns, name, content, size=None):
    new(patterns, GOOD, '--features', put(name, content, size), '--label', 'label')


def npy(shape):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape}), }}".encode()
    return b'\x93NUMPY\x01\x00' + struct.pack('<H', len(header)) + header + b'\0' * 64


def test_sparse_lines():
    """A line of 2 GB: CSV with and without a header, JSON lines, and one of letters"""
    GOOD.write_text('id,label,a,b\n' + ''.join(f'r{i},c{i % 3},{i % 7},{i * i % 11}\n'
                                               for i in range(60)), encoding='utf-8')
    new([r'bomb\.csv: byte 17: a NUL'], put('bomb.csv', b'id,label,a\nr0,c0,', 1 << 31))
    new([r'hole\.csv: byte 0: a NUL'], put('hole.csv', b'', 1 << 31))
    new([r'bomb\.jsonl: byte 7: a NUL'], put('bomb.jsonl', b'{"a": "', 1 << 31))
    path = put('long.csv', b'id,label,a\nr0,c0,')
    with open(path, 'ab') as file:
        for _ in range(65):
            file.write(b'7' * (1 << 20))
    new([r'long\.csv:2: a line of more than 64 MB'], path)
    for name in ('bomb.csv', 'hole.csv', 'bomb.jsonl', 'long.csv'):
        (FOLDER / name).unlink()


def bomb(name, shape, megabytes):
    """An archive of one array of zeros, and one whose directory only claims them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        with archive.open('x.npy', 'w', force_zip64=True) as member:
            member.write(npy(shape)[:-64])
            for _ in range(megabytes):
                member.write(b'\0' * (1 << 20))
    return put(name, out.getvalue())


def test_archives():
    """NPZ: many rows out of few bytes, few rows out of fewer, names that lead elsewhere"""
    new([r'good\.csv has 60 rows', r'bomb\.npz has 67108864'], GOOD, '--features',
        bomb('bomb.npz', '67108864, 1', 256), '--label', 'label')
    new([r'wide\.npz:x: more than 256 MB out of \d+ bytes'], GOOD, '--features',
        bomb('wide.npz', '60, 1118482', 257), '--label', 'label')
    outside = [FOLDER.parent / 'outside.npy', FOLDER.parent.parent / 'outside.npy',
               FOLDER / 'outside.npy']
    with zipfile.ZipFile(FOLDER / 'path.npz', 'w') as archive:
        archive.writestr('../../outside.npy', npy('60, 1'))
        archive.writestr('/tmp/outside.npy', npy('60, 1'))
    new([r'path\.npz'], GOOD, '--features', FOLDER / 'path.npz', '--label', 'label')
    assert not [path for path in outside if path.exists()]


def test_shapes():
    """Sizes beyond 64 bits, or beyond what there is: NPY, IDX, safetensors"""
    for shape in ('9223372036854775808, 2', '9223372036854775807, 1', '0, 9223372036854775807',
                  '60, 4611686018427387904'):
        features([r'huge\.npy'], 'huge.npy', npy(shape))
    features([r'huge\.idx: byte 4'], 'huge.idx', struct.pack('>IIII', 0x803, *[0xffffffff] * 3))
    features([r'long\.safetensors: byte 0'], 'long.safetensors', struct.pack('<Q', 1 << 62) + b'{}')
    header = json.dumps({'x': {'dtype': 'F32', 'shape': [1 << 62, 4],
                               'data_offsets': [0, 1 << 63]}}).encode()
    features([r'big\.safetensors: tensor "x"'], 'big.safetensors',
             struct.pack('<Q', len(header)) + header)
    deep = b'{"x":' * 100000 + b'1' + b'}' * 100000
    features([r'deep\.safetensors: byte 8'], 'deep.safetensors',
             struct.pack('<Q', len(deep)) + deep)


def test_hdf5():
    """A heap that the HDF5 library walks for ever, and strings that claim gigabytes"""
    without = ': .* built without libhdf5'
    for name, pattern in (('endless_heap.h5', rf'endless_heap\.h5(: .*damaged|{without})'),
                          ('huge_string.h5', rf'huge_string\.h5(:ids: damaged|{without})')):
        path = shutil.copy(assay.ROOT / 'tests' / 'fuzz' / 'corpus' / 'hdf5' / name, FOLDER)
        refused([pattern], 'info', path)


def test_deep_json():
    """JSON of a million levels: data, class names, rules, a recipe, a history, a trainer's state"""
    lists = b'[' * 1000000 + b']' * 1000000
    objects = b'{"a":' * 1000000 + b'1' + b'}' * 1000000
    work = FOLDER / 'good.assay'
    assay.run('new', work, GOOD, '--label', 'label')
    new([r'deep\.jsonl:1: field "a"'], put('deep.jsonl', b'{"a":' + lists + b'}\n'))
    for content in (lists, objects):
        path = put('deep.json', content)
        new([r'deep\.json: .*deep'], GOOD, '--label', 'label', '--class-names', path)
        refused([r'deep\.json: .*deep'], 'check', work, path)
    refused([r'deep\.json'], 'replay', path, '-o', FOLDER / 'out.csv')
    refused([r'deep\.json'], 'history', work, 'import', path)
    comment = put('comment.json', b'{ // "\n' + b'"a":' + lists + b'}')
    refused([r'comment\.json: .*comment'], 'check', work, comment)


class Evil:
    def __reduce__(self):
        return os.system, (f'touch {FOLDER}/run',)


def test_pickles():
    """A pickle that runs a command, is nested, or claims more than it has"""
    features([r'evil\.pkl: byte \d+: refused: it names posix\.system'], 'evil.pkl',
             pickle.dumps(Evil()))
    assert not (FOLDER / 'run').exists()
    features([r'deep\.pkl'], 'deep.pkl', b'\x80\x02' + b']' * 300000 + b'a' * 299999 + b'.')
    features([r'long\.pkl: byte 2'], 'long.pkl',
             b'\x80\x04\x8e' + struct.pack('<Q', 1 << 62) + b'.')


def test_no_files():
    """Links in a circle, pipes, devices, addresses"""
    (FOLDER / 'loop.csv').symlink_to('loop.csv')
    new([r'loop\.csv: .*symbolic links'], FOLDER / 'loop.csv')
    os.mkfifo(FOLDER / 'pipe.csv')
    new([r'pipe\.csv: is a pipe or device'], FOLDER / 'pipe.csv')
    new([r'/dev/zero: is a pipe or device'], '/dev/zero')
    work = FOLDER / 'good.assay'
    refused([r'pipe\.csv: is a pipe or device'], 'history', work, 'import', FOLDER / 'pipe.csv')
    for address in ('http://example.org/x.csv', 'sftp://example.org/x.npy', 'file:///x.csv'):
        new([re.escape(address), r'is an address; only files on this machine'], address)


def test_images():
    """Images outside of the table's folder; folders that link to each other"""
    for name in ('../../secret.png', 'a/../../b.png', 'images/../../../etc/x.png'):
        table = put('images.csv', ('picture,label\n' + f'{name},c0\n' * 30 + 'x.png,c1\n' * 30)
                    .encode())
        new([r'row 0: the image "' + re.escape(name) + '" leads out of the folder'], table,
            '--image', 'picture', '--label', 'label', '--features', 'picture')
    root = FOLDER / 'many'
    for i in range(40):
        (root / f'd{i}').mkdir(parents=True)
    for i in range(40):
        for j in range(40):
            (root / f'd{i}' / f'to{j}').symlink_to(f'../d{j}')
    new([r'many/.*: a link leads to a folder that was read already'], root)


def hostile(*statements):
    """A workspace of ours, changed by somebody else's hand."""
    path = FOLDER / 'hostile.assay'
    shutil.copy(FOLDER / 'good.assay', path)
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()
    return path


def test_workspace_schema():
    """A workspace with a trigger, a view for a table, other tables, words of its own: not opened"""
    view = ('ALTER TABLE item RENAME TO hidden',
            'CREATE VIEW item AS SELECT * FROM hidden WHERE randomblob(1000000000)')
    edited = ('PRAGMA writable_schema = 1',
              "UPDATE sqlite_schema SET sql = replace (sql, 'data BLOB', 'data BLOB CHECK "
              "(load_extension (data) > 0)') WHERE name = 'chunk'")
    for name, statements in (
            ('trigger evil', ['CREATE TRIGGER evil AFTER INSERT ON decision '
                              'BEGIN DELETE FROM item; END']),
            ('table chunk', view),
            ('table more', ['CREATE TABLE more (x)', 'INSERT INTO more VALUES (1)']),
            ('table words', ['CREATE VIRTUAL TABLE words USING fts5 (x)']),
            ('table chunk', edited),
            ('table chunk', ['DROP TABLE chunk']),
            ('index', ['CREATE INDEX evil ON item (abs (size))'])):
        work = hostile(*statements)
        refused([r'hostile\.assay: .*' + name], 'decide', work, 'keep', '--where', '1')
    assert assay.run_json('info', FOLDER / 'good.assay')['rows'] == 60


def test_workspace_contents():
    """A workspace whose contents lie: deep JSON, blobs of a size that they have not, other paths"""
    deep = '[' * 500000 + ']' * 500000
    for statement in (f"UPDATE item SET json = '{deep}'",
                      "UPDATE item SET json = '{\"a\": 1} trailing'",
                      'UPDATE item SET size = 4611686018427387904',
                      'UPDATE chunk SET data = zeroblob (900000000)',
                      'UPDATE chunk SET part = -part',
                      'UPDATE item SET rows = 4611686018427387904',
                      'UPDATE pointer SET head = 77', 'DELETE FROM pointer'):
        work = hostile(statement)
        done = assay.call('info', work)
        if done.returncode != 0:
            assert done.returncode == 1 and re.fullmatch(
                r'assay-cli: \S*hostile\.assay: .*\n', done.stderr), (statement[:60], done.stderr)
    (FOLDER / 'hostile.assay').unlink()


def test_filters():
    """Conditions that ask for more than rows: other tables, files, extensions, endless work"""
    work = FOLDER / 'good.assay'
    for where in ("1; ATTACH 'x.db' AS x", "load_extension ('x.so')", "readfile ('/etc/passwd')",
                  '(SELECT count (*) FROM sqlite_schema)', '1) UNION SELECT (1',
                  "writefile ('x', 'y')", 'randomblob (1000000000)',
                  '(WITH RECURSIVE t (x) AS (SELECT 1 UNION ALL SELECT x FROM t) SELECT x FROM t)'):
        refused([r'filter: |too'], 'select', work, '--where', where)
    assert not [p for p in FOLDER.iterdir() if p.name in ('x', 'x.db')]
    nested = ('select', work, '--where', '(' * 5000 + '1' + ')' * 5000)
    done = assay.call(*nested)
    if done.returncode == 0:  # SQLite 3.46 takes it
        assert done.stdout == assay.run('select', work, '--where', '1')
    else:
        refused([r'filter: |too'], *nested)


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        assay.shutil.rmtree(FOLDER)
