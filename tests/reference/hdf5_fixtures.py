#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/fixtures/hdf5 with h5py: what users write, what is refused, and what each holds.
expected.tsv: file, key, shape, values (strings in hex); refused.tsv: file, key, part of the
error."""
import pathlib

import h5py
import numpy

HERE = pathlib.Path(__file__).resolve().parent.parent / 'fixtures' / 'hdf5'


def shown(array):
    array = numpy.asarray(array)
    shape = ','.join(str(k) for k in array.shape)
    if array.dtype.kind in 'OSU':
        texts = [v.encode() if isinstance(v, str) else v for v in array.reshape(-1)]
        return shape, ' '.join(v.hex() for v in texts)
    return shape, ' '.join(repr(float(v)) for v in array.reshape(-1))


def good():
    rng = numpy.random.RandomState(5)
    features = rng.normal(size=(40, 6))
    words = numpy.array(['plain', 'größe', 'zwei Wörter', 'x'], object)
    with h5py.File(HERE / 'all.h5', 'w', libver='earliest') as file:
        file['features'] = features
        chunked = {'chunks': (16, 4), 'compression': 'gzip', 'shuffle': True, 'fletcher32': True}
        file.create_dataset('train/chunked', data=features.astype('f4'), **chunked)
        file.create_dataset('train/half', data=features[:5].astype('f2'))
        file.create_dataset('train/big', data=features[:3].astype('>f8'))
        file.create_dataset('train/labels', data=rng.randint(0, 3, 40))
        for name in ('i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'u8', '>i4'):
            data = rng.randint(0, 100, (3, 2)).astype(name)
            file.create_dataset(f'integers/{name.replace(">", "big ")}', data=data)
        file['flags'] = numpy.array([True, False, True])
        file['cube'] = numpy.arange(24, dtype='f4').reshape(2, 3, 4)
        file['one'] = 2.5
        file['ids'] = words
        file['codes'] = numpy.array([b'a', b'bcd', b'ef'])
        file['growing'] = h5py.Empty('f4')
        file.create_dataset('more', data=features[:4], maxshape=(None, 6), chunks=(2, 6))
        file['soft'] = h5py.SoftLink('/features')
        file['outside'] = h5py.ExternalLink('/etc/passwd', '/x')
        file['loop'] = file['/']
    with h5py.File(HERE / 'latest.h5', 'w', libver='latest') as file:
        file.create_dataset('features', data=features, chunks=(10, 6), compression='gzip')
    lines = []
    for name in ('all.h5', 'latest.h5'):
        with h5py.File(HERE / name, 'r') as file:
            def note(key, item):
                if isinstance(item, h5py.Dataset) and item.shape is not None:
                    lines.append((name, key, *shown(item[()])))
            file.visititems(note)
    return lines


def refused():
    with h5py.File(HERE / 'refused.h5', 'w') as file:
        file['compound'] = numpy.zeros(3, [('a', 'f4'), ('b', 'i4')])
        file['empty'] = numpy.zeros((0, 4))
        file.create_dataset('vast', shape=(1 << 20, 1 << 20), dtype='f8', chunks=(64, 64))
        file.create_dataset('elsewhere', shape=(4,), dtype='f8', external=[('/etc/passwd', 0, 32)])
        layout = h5py.VirtualLayout(shape=(4,), dtype='f8')
        layout[:] = h5py.VirtualSource('other.h5', 'x', shape=(4,))
        file.create_virtual_dataset('virtual', layout)
        file['bytes'] = numpy.array([b'\xff\xfe'])
        file['grid'] = numpy.array([['a', 'b']], object)
        packed = file.create_dataset('packed', shape=(8,), dtype='f8', chunks=(8,),
                                     compression='lzf')
        packed[:] = numpy.zeros(8)
    return [('refused.h5', key, what) for key, what in (
        ('compound', 'compound'), ('empty', 'is empty'), ('vast', 'more numbers'),
        ('elsewhere', 'external'), ('virtual', 'virtual'), ('bytes', 'no UTF-8'),
        ('grid', 'more than one column'), ('packed', 'filter'), ('nothing', 'holds no array'))]


def nothing():
    with h5py.File(HERE / 'nothing.h5', 'w') as file:
        file.create_group('a')


def main():
    HERE.mkdir(exist_ok=True)
    nothing()
    for name, lines in (('expected.tsv', good()), ('refused.tsv', refused())):
        (HERE / name).write_text(''.join('\t'.join(line) + '\n' for line in lines),
                                 encoding='utf-8')


if __name__ == '__main__':
    main()
