#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads exported files with Python's own readers, and with numpy and pandas where there are any.

check_export.py MAKE-EXPORT-SAMPLES: the program writes a table whose formulas are here too."""
import ast
import csv
import json
import math
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tap import Skip, Tap  # noqa: E402  pylint: disable=wrong-import-position

ROWS = 5000
WORDS = ['plain', 'a,b', 'q"q', 'line\nbreak', 'tab\tt', ' lead', '', 'NA', 'größe', '日本', "it's",
         '=1+2', '\x01', '\\', '😀', '\r', '"', 'trail ', 'nan']
NAMES = ['x', 'y', 'big', 'int', 'whole', 'category', 'text "é", quoted']
WHOLE = ('int', 'whole')
FOLDER = None


def row(i):
    return {
        'x': None if i % 11 == 3 else (i * 7919 % 1000 - 500) / 8,
        'y': 1 / (i + 1),
        'big': (i - 100) * 1e17,
        'int': None if i % 13 == 5 else i * i - 1000,
        'whole': i * 100000,
        'category': None if i % 17 == 2 else WORDS[i % len(WORDS)],
        NAMES[6]: None if i % 19 == 4 else WORDS[i * 5 % len(WORDS)] + str(i),
    }


def expected(name):
    return [row(i) for i in range(0, ROWS, 3 if name.startswith('third') else 1)]


def check_cell(cell, value, name):
    if value is None or isinstance(value, str):
        assert cell == (value or ''), (cell, value)
    elif name in WHOLE:
        assert cell == str(value), (cell, value)
    else:
        assert float(cell) == value, (cell, value)
        assert len(cell) <= len(repr(value)), (cell, value)


def check_delimited(name, delimiter):
    raw = (FOLDER / name).read_bytes()
    assert raw.endswith(b'\n') and b'\r\n' not in raw.replace(b'"\r"', b'')
    with open(FOLDER / name, newline='', encoding='utf-8') as stream:
        lines = list(csv.reader(stream, delimiter=delimiter, strict=True))
    assert lines[0] == NAMES
    rows = expected(name)
    assert len(lines) == len(rows) + 1
    for line, values in zip(lines[1:], rows):
        for cell, (column, value) in zip(line, values.items()):
            check_cell(cell, value, column)


def test_csv():
    """csv, by Python's csv module"""
    for name in ('all.csv', 'third.csv'):
        check_delimited(name, ',')


def test_tsv():
    """tsv, by Python's csv module"""
    for name in ('all.tsv', 'third.tsv'):
        check_delimited(name, '\t')


def check_objects(objects, name):
    rows = expected(name)
    assert objects == rows
    for found, values in zip(objects, rows):
        assert list(found) == NAMES
        assert all(isinstance(found[c], (int, type(None))) for c in WHOLE), values


def test_json():
    """jsonl and json, by Python's json module"""
    for name in ('all', 'third'):
        lines = (FOLDER / f'{name}.jsonl').read_text(encoding='utf-8').split('\n')
        assert lines.pop() == ''
        check_objects([json.loads(line) for line in lines], name)
        check_objects(json.loads((FOLDER / f'{name}.json').read_text(encoding='utf-8')), name)


def parse_npy(raw):
    """(dtype, shape, data) of version 1.0."""
    assert raw[:8] == b'\x93NUMPY\x01\x00'
    end = 10 + struct.unpack('<H', raw[8:10])[0]
    assert end % 64 == 0 and raw[end - 1:end] == b'\n'
    header = ast.literal_eval(raw[10:end].decode('ascii'))
    assert set(header) == {'descr', 'fortran_order', 'shape'} and header['fortran_order'] is False
    return header['descr'], header['shape'], raw[end:]


def same(found, value):
    return math.isnan(found) if value is None else found == value


def test_npy():
    """npy, byte by byte"""
    for name in ('all', 'third'):
        rows = expected(name)
        descr, shape, data = parse_npy((FOLDER / f'{name}.npy').read_bytes())
        assert (descr, shape) == ('<f8', (len(rows), 5))
        values = struct.unpack(f'<{len(rows) * 5}d', data)
        for i, wanted in enumerate(rows):
            assert all(same(values[i * 5 + j], wanted[NAMES[j]]) for j in range(5)), i


def npz_values(raw):
    descr, shape, data = parse_npy(raw)
    if descr in ('<f8', '<i8'):
        return descr, struct.unpack(f'<{shape[0]}{"d" if descr == "<f8" else "q"}', data)
    width = 4 * int(descr[2:])
    texts = [data[at:at + width].decode('utf-32-le').rstrip('\0') for at in
             range(0, len(data), width)]
    return descr[:2], texts


def test_npz():
    """npz, by zipfile and byte by byte"""
    for name in ('all', 'third'):
        rows = expected(name)
        with zipfile.ZipFile(FOLDER / f'{name}.npz') as archive:
            assert archive.testzip() is None
            assert archive.namelist() == [f'{column}.npy' for column in NAMES]
            for column in NAMES:
                kind, values = npz_values(archive.read(f'{column}.npy'))
                assert len(values) == len(rows)
                wanted = [r[column] for r in rows]
                assert kind == {'whole': '<i8', 'category': '<U', NAMES[6]: '<U'}.get(column, '<f8')
                if kind == '<U':
                    assert values == [value or '' for value in wanted]
                else:
                    assert all(same(a, b) for a, b in zip(values, wanted)), column


def test_numpy():
    """npy and npz, by numpy"""
    try:
        import numpy  # pylint: disable=import-outside-toplevel
    except ImportError as error:
        raise Skip('no numpy here') from error
    rows = expected('all')
    matrix = numpy.load(FOLDER / 'all.npy', allow_pickle=False)
    with numpy.load(FOLDER / 'all.npz', allow_pickle=False) as arrays:
        assert list(arrays) == NAMES
        for j, column in enumerate(NAMES):
            wanted = [r[column] for r in rows]
            if j < 5:
                numbers = numpy.array(wanted, dtype=float)
                numpy.testing.assert_array_equal(matrix[:, j], numbers)
                numpy.testing.assert_array_equal(arrays[column].astype(float), numbers)
            else:
                assert arrays[column].tolist() == [value or '' for value in wanted]


def test_pandas():
    """csv and jsonl, by pandas"""
    try:
        import pandas  # pylint: disable=import-outside-toplevel
    except ImportError as error:
        raise Skip('no pandas here') from error
    rows = expected('all')
    table = pandas.read_csv(FOLDER / 'all.csv', float_precision='round_trip', na_values=[''],
                            keep_default_na=False)
    lines = pandas.read_json(FOLDER / 'all.jsonl', lines=True, precise_float=True, dtype=False)
    assert list(table.columns) == NAMES and list(lines.columns) == NAMES
    for column in NAMES:
        for i, value in enumerate(r[column] for r in rows):
            if not value and value != 0:
                assert pandas.isna(table[column][i]), (column, i)
            else:
                assert table[column][i] == value, (column, i)
            if value is None:
                assert pandas.isna(lines[column][i])
            elif isinstance(value, float):
                assert math.isclose(lines[column][i], value, rel_tol=1e-14)
            else:
                assert lines[column][i] == value, (column, i)


def main():
    global FOLDER  # pylint: disable=global-statement
    with tempfile.TemporaryDirectory() as folder:
        FOLDER = pathlib.Path(folder)
        # The C library's malloc checks are for our programs, not for numpy.
        subprocess.run([sys.argv[1], folder], check=True)
        assert sorted(os.listdir(folder)) == sorted(
            f'{name}.{ending}' for name in ('all', 'third')
            for ending in ('csv', 'tsv', 'jsonl', 'json', 'npy', 'npz'))
        Tap().run_all(globals())


main()
