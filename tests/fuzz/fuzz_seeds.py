#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the seeds of the fuzz targets, a folder each, from the fixtures and from small files made
here:  fuzz_seeds.py FOLDER"""
import gzip
import io
import json
import pathlib
import sqlite3
import struct
import sys
import zlib

import numpy

FIXTURES = pathlib.Path(__file__).resolve().parents[1] / 'fixtures'
OUT = pathlib.Path(sys.argv[1])


def put(target, name, content):
    folder = OUT / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def saved(save, *values, **more):
    out = io.BytesIO()
    save(out, *values, **more)
    return out.getvalue()


def tables():
    text = 'id,label,a,text\n' + ''.join(f'r{i},c{i % 2},{i / 3},"a ""{i}"", b"\n'
                                         for i in range(9))
    put('csv', 'plain', text)
    put('csv', 'gz', gzip.compress(text.encode()))
    put('csv', 'semicolon', 'a;b\r\n1;2,5\r\n\r\n3;NA\r\n')
    put('csv', 'nasty', (FIXTURES / 'nasty.csv').read_bytes()[:3000])
    put('tsv', 'plain', text.replace(',', '\t'))
    put('jsonl', 'plain', ''.join(json.dumps({'id': i, 'x': [i, 2.5], 'deep': {'a': None}}) + '\n'
                                  for i in range(4)))
    put('jsonl', 'list', json.dumps([{'a': 'b\u00e9\n', 'c': True}, {'a': None, 'c': 1e300}]))
    put('jsonl', 'nasty', (FIXTURES / 'nasty.jsonl').read_bytes()[:3000])


def arrays():
    for path in sorted((FIXTURES / 'npy').glob('*.np?')):
        if path.stat().st_size < 3000:
            put(path.suffix[1:], path.stem, path.read_bytes())
    values = numpy.arange(12, dtype='f4').reshape(4, 3)
    put('npz', 'two', saved(numpy.savez_compressed, x=values, label=numpy.array(list('abab'))))
    for kind in (0x08, 0x0d):
        size = 4 if kind == 0x0d else 1
        put('idx', f'{kind}', struct.pack('>III', kind << 8 | 2, 3, 2) + b'\1' * 6 * size)
    header = json.dumps({'x': {'dtype': 'F32', 'shape': [4, 3], 'data_offsets': [0, 48]},
                         '__metadata__': {'a': 'b'}}).encode()
    put('safetensors', 'one', struct.pack('<Q', len(header)) + header + values.tobytes())
    for path in sorted((FIXTURES / 'pickle').glob('*.pkl')):
        put('pickle', path.stem, path.read_bytes())
    for path in sorted((FIXTURES / 'hdf5').glob('*.h5')):
        if path.stat().st_size < 60000:
            put('hdf5', path.stem, path.read_bytes())


def pictures():
    def chunk(kind, data):
        check = struct.pack('>I', zlib.crc32(kind + data))
        return struct.pack('>I', len(data)) + kind + data + check

    lines = b''.join(b'\0' + bytes(range(8)) for _ in range(8))
    put('image', 'png', b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 8, 8, 8, 0, 0,
                                                                       0, 0))
        + chunk(b'IDAT', zlib.compress(lines)) + chunk(b'IEND', b''))
    put('image', 'jpeg', b'\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xdb\0C\0' + b'\1' * 64
        + b'\xff\xc0\0\x0b\x08\0\x08\0\x08\1\1\x11\0\xff\xda\0\x08\1\1\0\0?\0\xff\xd9')


def texts():
    rounds = [{'round': r, 'ids': [f'r{3 * r}', f'r{3 * r + 1}'], 'accuracy': .5 + r / 10}
              for r in range(3)]
    put('history', 'neutral', json.dumps({'assay_history': 1, 'rounds': rounds}) + '\0')
    put('history', 'list', json.dumps(rounds) + '\0')
    put('history', 'csv', 'round,id,accuracy\n0,r1,.5\n1,r2,.6\n\1')
    put('history', 'lines', ''.join(json.dumps(r) + '\n' for r in rounds) + '\2')
    put('history', 'wandb', json.dumps({'columns': ['step', 'acc'], 'data': [[0, .5], [1, .7]]})
        + '\0')
    put('history', 'studio', json.dumps([{'data': {'id': 'r1'}, 'annotations': [
        {'result': [{'value': {'choices': ['c0']}}], 'lead_time': 2}]}]) + '\0')
    put('history', 'pickle', (FIXTURES / 'pickle' / 'protocol4.pkl').read_bytes() + b'\3')
    put('recipe', 'steps', json.dumps({'assay_recipe': 1, 'keep_representatives': True, 'steps': [
        {'step': 'drop_duplicates', 'threshold': 0.98}, {'step': 'drop_label_issues'},
        {'step': 'drop_where', 'where': "label = 'c1'", 'why': 'x'},
        {'step': 'budget', 'rows': 9}]}))
    put('rules', 'all', json.dumps({'assay_rules': 1, 'rules': [
        {'rule': 'copies_across_parts', 'most': 0}, {'rule': 'label_issues', 'most': 3},
        {'rule': 'rows', 'where': 'a < 3', 'most': 5}, {'rule': 'accuracy', 'least': 0.1}]}))
    put('options', 'load', json.dumps({'inputs': ['x.csv'], 'label': 'col:label', 'seed': 3,
                                       'missing': 'impute', 'embed': True, 'valid_fraction': .2}))
    put('options', 'names', json.dumps({'0': 'cat', '1': 'd\u00e4g'}))
    put('options', 'list', '["a", [1, 2.5e-3, {"b": null}], false]')
    for i, where in enumerate(('a < 3 AND label = \'c1\'', '"text" LIKE \'%word%\' OR b IS NULL',
                               'a > (SELECT avg(a) FROM samples)', "text REGEXP '^w[aeiou]'",
                               'row % 7 IN (1, 2) -- x', 'abs(a - b) BETWEEN 1 AND 2')):
        put('filter', str(i), where)


def workspaces():
    for version in (1, 2):
        source = (FIXTURES / f'workspace-{version}.assay').read_bytes()
        if len(source) < 200000:
            put('workspace', str(version), source)
        small = sqlite3.connect(':memory:')
        small.deserialize(source)
        small.execute('DELETE FROM chunk WHERE length (data) > 2000')
        small.commit()
        small.execute('VACUUM')
        put('workspace', f'small{version}', small.serialize())


tables()
arrays()
pictures()
texts()
workspaces()
