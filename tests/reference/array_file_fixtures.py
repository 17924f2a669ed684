#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/fixtures/pickle and tests/fixtures/safetensors: pickles by Python's own pickle and
numpy, safetensors files by hand after the format's specification, and what each holds.
expected.tsv: file, key, shape, values; refused.tsv: file, a part of the error."""
import collections
import datetime
import json
import os
import pathlib
import pickle
import random
import struct

import numpy

HERE = pathlib.Path(__file__).resolve().parent.parent / 'fixtures'


def shown(array):
    array = numpy.asarray(array)
    shape = ','.join(str(k) for k in array.shape)
    return shape, ' '.join(repr(float(v)) for v in array.reshape(-1))


class Calls:
    """Would run a command if it were loaded."""

    def __init__(self, callee, *arguments):
        self.callee, self.arguments = callee, arguments

    def __reduce__(self):
        return self.callee, self.arguments


def pickles(folder):
    rng = numpy.random.RandomState(3)
    matrix = rng.normal(size=(5, 3))
    lists = [[1, 2.5, -3], [2**40, True, 1e-300]]
    arrays = {'f64': matrix, 'f32': matrix.astype('f4'), 'big': matrix.astype('>f4'),
              'fortran': numpy.asfortranarray(matrix), 'u8': numpy.arange(6, dtype='u1'),
              'cube': numpy.arange(24, dtype='i2').reshape(2, 3, 4),
              'half': numpy.array([[1.5, -2]], 'f2'), 'list': lists,
              'scalars': [numpy.float32(0.1), numpy.int64(-7)], 'flat': [1, 2, 3],
              'rows': [numpy.array([1., 2.]), numpy.array([3., 4.])]}
    extra = {'when': datetime.datetime(2026, 1, 2, 3, 4, 5), 'none': None, 'text': 'ä\n',
             'ordered': collections.OrderedDict([('a', 1)]), 'nested': {'x': (1, (2, {3}))},
             'many': list(range(300))}
    lines = []
    for protocol in range(6):
        mixed = {**arrays, **{k: v for k, v in extra.items() if protocol >= 4 or k != 'nested'}}
        name = f'protocol{protocol}.pkl'
        (folder / name).write_bytes(pickle.dumps(mixed, protocol))
        lines += [(name, key, *shown(value)) for key, value in arrays.items()]
        lines.append((name, 'many', *shown(extra['many'])))
    (folder / 'single.pkl').write_bytes(pickle.dumps(matrix, 4))
    lines.append(('single.pkl', '', *shown(matrix)))
    return lines


def refused(folder):
    cases = {
        'system': (Calls(os.system, 'echo caught'), 'posix.system'),
        'eval': (Calls(eval, '1'), 'builtins.eval'),
        'open': (Calls(open, '/dev/null'), 'io.open'),
        'random': (random.Random(1), 'random.Random'),
        'decimal': (collections.deque([1]), 'collections.deque'),
        'getattr': (Calls(getattr, 'a', 'b'), 'builtins.getattr'),
        'path': (pathlib.PurePosixPath('/a'), 'pathlib.PurePosixPath'),
        'objects': (numpy.array([None, {}], object), 'dtype "O8"'),
    }
    lines = []
    for name, (value, part) in cases.items():
        for protocol in (0, 2, 4):
            want = part.replace('builtins.', '__builtin__.') if protocol == 0 or protocol == 2 \
                else part
            file = f'refused_{name}{protocol}.pkl'
            (folder / file).write_bytes(pickle.dumps(value, protocol))
            lines.append((file, want))
    raw = {'persistent': (b'Pid\n.', 'persistent id'), 'extension': (b'\x82\x01.', 'extension'),
           'buffer': (b'\x80\x05\x97.', 'outside of the file'),
           'instance': (b'(ios\nsystem\n.', 'old form'),
           'twice': (b'K\x01.K\x02.', 'more follows'), 'cut': (b'\x80\x04]', 'ends'),
           'unknown': (b'\xff.', 'no operation'), 'empty_stack': (b'.', 'missing'),
           'state': (b']}b.', 'state for a plain value')}
    for name, (data, part) in raw.items():
        (folder / f'refused_{name}.pkl').write_bytes(data)
        lines.append((f'refused_{name}.pkl', part))
    return lines


TYPES = {'f8': 'F64', 'f4': 'F32', 'f2': 'F16', 'i8': 'I64', 'i4': 'I32', 'i2': 'I16', 'i1': 'I8',
         'u8': 'U64', 'u4': 'U32', 'u2': 'U16', 'u1': 'U8', '?': 'BOOL'}


def tensors_file(path, arrays, change=None):
    header, data = {'__metadata__': {'made': 'by hand'}}, b''
    for name, (kind, array) in arrays.items():
        raw = array.tobytes()
        header[name] = {'dtype': kind, 'shape': list(array.shape),
                        'data_offsets': [len(data), len(data) + len(raw)]}
        data += raw
    if change:
        header, data = change(header, data)
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    path.write_bytes(struct.pack('<Q', len(text)) + text + data)


def safetensors(folder):
    rng = numpy.random.RandomState(5)
    arrays = {name: (kind, (rng.normal(size=(4, 3)) * 9).astype('<' + name))
              for name, kind in TYPES.items()}
    arrays['cube'] = ('F32', numpy.arange(24, dtype='<f4').reshape(2, 3, 4))
    arrays['line'] = ('F64', numpy.arange(5, dtype='<f8'))
    tensors_file(folder / 'all.safetensors', arrays)
    lines = [('all.safetensors', key, *shown(array)) for key, (_, array) in arrays.items()]
    one = {'a': ('F32', numpy.ones((2, 2), '<f4')), 'b': ('BF16', numpy.ones((2,), '<i2'))}

    def swap(key, value):
        def change(header, data):
            header['a'][key] = value
            return header, data
        return change
    bad = {'shape': (swap('shape', [2, 3]), 'do not fit'), 'type': (swap('dtype', 'F31'), 'F31'),
           'negative': (swap('shape', [-2, -2]), 'no dtype, shape'),
           'huge': (swap('shape', [2**62, 4]), 'too large'),
           'overlap': (swap('data_offsets', [4, 20]), 'overlaps'),
           'more': (lambda h, d: (h, d + b'x'), 'after the last'),
           'fewer': (lambda h, d: (h, d[:-1]), 'do not fit'),
           'list': (lambda h, d: ([h], d), 'not a JSON object'),
           'none': (lambda h, d: ({}, b''), 'holds no tensor')}
    faults = []
    for name, (change, part) in bad.items():
        tensors_file(folder / f'refused_{name}.safetensors', one, change)
        faults.append((f'refused_{name}.safetensors', part))
    tensors_file(folder / 'refused_bf16.safetensors', {'b': one['b']})
    faults.append(('refused_bf16.safetensors', 'BF16'))
    return lines, faults


def write(path, lines):
    path.write_text(''.join('\t'.join(line) + '\n' for line in lines))


def main():
    for name in ('pickle', 'safetensors'):
        (HERE / name).mkdir(exist_ok=True)
    write(HERE / 'pickle' / 'expected.tsv', pickles(HERE / 'pickle'))
    write(HERE / 'pickle' / 'refused.tsv', refused(HERE / 'pickle'))
    lines, faults = safetensors(HERE / 'safetensors')
    write(HERE / 'safetensors' / 'expected.tsv', lines)
    write(HERE / 'safetensors' / 'refused.tsv', faults)


if __name__ == '__main__':
    main()
