#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input: exit 1, one line that names the file, the place and the fault, nothing left behind."""
import gzip
import io
import re
import struct
import zipfile
import zlib

import numpy

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
N = 60
RANDOM = numpy.random.default_rng(1)


def put(name, content):
    """Writes bytes, text or an array to a file of the folder."""
    path = FOLDER / name
    if isinstance(content, numpy.ndarray):
        numpy.save(path, content)
    elif isinstance(content, str):
        path.write_text(content, encoding='utf-8')
    else:
        path.write_bytes(content)
    return path


def table(n=N, classes=3, ids=None):
    """A CSV that is well: id, label, two features."""
    lines = ['id,label,a,b']
    for i in range(n):
        x, y = RANDOM.normal(size=2)
        lines.append(f'{ids[i] if ids else f"r{i}"},c{i % classes},{x:.3f},{y:.3f}')
    return '\n'.join(lines) + '\n'


def array(n=N, d=4):
    return RANDOM.normal(size=(n, d))


def npy_bytes(values):
    out = io.BytesIO()
    numpy.save(out, values)
    return out.getvalue()


def npy_with_header(header, data=b'\0' * 64):
    text = header.encode('latin-1')
    return b'\x93NUMPY\x01\x00' + struct.pack('<H', len(text)) + text + data


def refused(arguments, *patterns):
    """`new` fails with one line that matches every pattern, and leaves no workspace."""
    work = FOLDER / 'bad.assay'
    message = assay.fail('new', work, *arguments)
    for pattern in patterns:
        assert re.search(pattern, message), f'{pattern!r} is not in: {message}'
    left = [p.name for p in FOLDER.iterdir() if 'bad.assay' in p.name and p.suffix != '.lock']
    assert not left, left


def features(content, name='bad.npy'):
    """Arguments with good labels and these features."""
    return [put('good.csv', table()), '--features', put(name, content), '--label', 'label']


def test_npy_truncated():
    """NPY cut short"""
    refused(features(npy_bytes(array())[:-100]), r'bad\.npy', r'\d')


def test_npy_oversized_header():
    """NPY whose header promises more than there is"""
    huge = "{'descr': '<f8', 'fortran_order': False, 'shape': (60, 100000000000), }"
    refused(features(npy_with_header(huge)), r'bad\.npy')
    more = "{'descr': '<f8', 'fortran_order': False, 'shape': (4000000000, 4000000000000), }"
    refused(features(npy_with_header(more)), r'bad\.npy')
    refused(features(b'\x93NUMPY\x02\x00\xff\xff\xff\x7f{'), r'bad\.npy')


def test_npy_malformed_header():
    """NPY with a header that is no header, objects, strings of its own"""
    refused(features(npy_with_header('import os')), r'bad\.npy')
    refused(features(npy_with_header("{'descr': '|O', 'fortran_order': False, 'shape': (60,), }")),
            r'bad\.npy', r'\|?O|object')
    refused(features(npy_with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }")),
            r'bad\.npy')


def test_npy_not_finite():
    """NaN and inf in a feature matrix, with row and column"""
    for value in (numpy.nan, numpy.inf, -numpy.inf):
        values = array()
        values[17, 2] = value
        refused(features(values), r'bad\.npy', r'row 17', r'column 2', r'nan|inf')


def test_wrong_length():
    """Lengths that do not match name both files and both lengths"""
    refused(features(array(59)), r'bad\.npy', r'good\.csv', r'\b59\b', r'\b60\b')
    path = put('labels.npy', numpy.arange(59) % 3)
    refused([put('good.csv', table()), '--label', path], r'labels\.npy', r'\b59\b', r'\b60\b')


def test_empty_files():
    """Empty files"""
    refused([put('empty.csv', '')], r'empty\.csv', r'empty')
    refused([put('empty.jsonl', '')], r'empty\.jsonl', r'empty')
    refused(features(b''), r'bad\.npy', r'empty|0 bytes|short')
    refused([put('headeronly.csv', 'id,label,a,b\n')], r'headeronly\.csv')


def test_binary_files():
    """Binary bytes in text files"""
    bytes_ = RANDOM.integers(0, 256, 4000, dtype=numpy.uint8).tobytes()
    refused([put('binary.csv', bytes_)], r'binary\.csv', r'byte \d+|line \d+|:\d+:')
    refused([put('binary.jsonl', bytes_)], r'binary\.jsonl', r'byte \d+|line \d+|:\d+:')
    refused(features(bytes_), r'bad\.npy')
    refused(features(bytes_, 'bad.npz'), r'bad\.npz')


def test_csv_faults():
    """CSV: a wrong field count, an open quote, Latin-1 bytes"""
    lines = table().splitlines()
    lines[30] += ',9'
    refused([put('ragged.csv', '\n'.join(lines) + '\n')], r'ragged\.csv:31:', r'\b5\b', r'\b4\b')
    refused([put('quote.csv', table() + '"never closed,c1,1,2\n')], r'quote\.csv', r'quote')
    latin = table().encode() + b'caf\xe9,c1,1,2\n'
    refused([put('latin.csv', latin)], r'latin\.csv', rf'byte {latin.index(0xe9)}')


def test_latin1_on_request():
    """Latin-1 is converted when asked for"""
    work = FOLDER / 'latin.assay'
    path = put('latin2.csv', table().encode() + b'caf\xe9,c1,1,2\n')
    assay.run('new', work, path, '--latin1')
    assert assay.run('select', work, '--where', "id = 'café'") == 'café\n'


def test_ragged_on_request():
    """Lines of a wrong field count are padded or skipped when asked for"""
    path = put('short.csv', table() + 'last,c1,5\n')
    refused([path], r'short\.csv:62:')
    for how, rows in (('skip', 60), ('pad', 61)):
        found = assay.run_json('new', FOLDER / f'{how}.assay', path, '--ragged', how)
        assert found['rows'] == rows
        assert 'ragged-rows' in [d['id'] for d in found['diagnostics']]


def test_jsonl_faults():
    """JSON lines: a broken line, a line that is no object, cut short"""
    good = ''.join(f'{{"label": "c{i % 3}", "a": {i}, "b": {i * i % 7}}}\n' for i in range(N))
    refused([put('broken.jsonl', good + '{"label": c1}\n' + good)], r'broken\.jsonl:61:')
    refused([put('noobject.jsonl', good + '[1, 2]\n')], r'noobject\.jsonl:61:')
    refused([put('cut.jsonl', good[:-9])], r'cut\.jsonl:60:')


def test_npz_faults():
    """NPZ: cut short, a key that is not there"""
    out = io.BytesIO()
    numpy.savez_compressed(out, first=array(), second=array())
    refused(features(out.getvalue()[:-200], 'bad.npz'), r'bad\.npz')
    path = put('two.npz', out.getvalue())
    refused([put('good.csv', table()), '--features', f'{path}:third', '--label', 'label'],
            r'two\.npz', r'third', r'first', r'second')
    with zipfile.ZipFile(FOLDER / 'lie.npz', 'w') as archive:
        archive.writestr('x.npy', npy_with_header(
            "{'descr': '<f8', 'fortran_order': False, 'shape': (60, 1000000000), }"))
    refused([put('good.csv', table()), '--features', FOLDER / 'lie.npz', '--label', 'label'],
            r'lie\.npz')


def test_idx_faults():
    """IDX: cut short, a header that promises too much"""
    images = struct.pack('>BBBBIII', 0, 0, 8, 3, N, 4, 4) + b'\1' * (N * 16)
    for content in (images[:-50], gzip.compress(images[:-50]),
                    struct.pack('>BBBBIII', 0, 0, 8, 3, 4000000000, 4000000000, 4), images[:6]):
        refused([put('good.csv', table()), '--features', put('bad-idx3-ubyte', content),
                 '--label', 'label'], r'bad-idx3-ubyte')


def test_duplicate_ids():
    """The same id twice names it and both places"""
    ids = [f'r{i}' for i in range(N)]
    ids[40] = 'r3'
    refused([put('twice.csv', table(ids=ids))], r'twice\.csv', r'r3', r'\b(3|5)\b', r'\b(40|42)\b')


def test_no_such_thing():
    """A file, a column, an array that is not there"""
    refused([FOLDER / 'nowhere.csv'], r'nowhere\.csv', r'[Nn]o such file')
    refused([put('good.csv', table()), '--label', 'colour'], r'colour')
    refused([put('good.csv', table()), '--features', 'a,zzz', '--label', 'label'], r'zzz')


def test_labels_that_do_not_do():
    """One class only, a target that is no number, fewer rows than classes"""
    work = FOLDER / 'one.assay'
    done = assay.call('new', work, put('one.csv', table(classes=1)), '--label', 'label')
    if done.returncode == 0:  # said when there is something to compute at the latest
        message = assay.fail('score', work, 'influence')
    else:
        message = done.stderr
    assert re.search(r'one class|class', message), message
    refused([put('good.csv', table()), '--target', 'label'], r'label|good\.csv', r'number')
    done = assay.call('new', FOLDER / 'few.assay', put('few.csv', table(n=5, classes=5)))
    assert done.returncode == 0 or len(done.stderr.splitlines()) == 1, done.stderr


def test_constant_column():
    """A constant feature is handled, and said"""
    lines = [line + (',same' if i == 0 else ',7') for i, line in enumerate(table().splitlines())]
    work = FOLDER / 'constant.assay'
    found = assay.run_json('new', work, put('constant.csv', '\n'.join(lines) + '\n'), '--label',
                           'label', '--features', 'a,b,same')
    assert any('same' in d['text'] or 'constant' in d['id'] for d in found['diagnostics']), found
    assert assay.run_json('score', work, 'influence', 'loo')['scores']


def test_row_counter():
    """A column that only numbers the rows is said; where its name says so too it is no feature"""
    for name, n_features in (('instant', 2), ('depth', 3)):
        lines = [f'{name if i == 0 else i},{line}' for i, line in enumerate(table().splitlines())]
        path = put(f'{name}.csv', '\n'.join(lines) + '\n')
        found = assay.run_json('new', FOLDER / f'{name}.assay', path)
        assert found['features'] == n_features, found
        said = [d['text'] for d in found['diagnostics'] if d['id'] == 'row-counter']
        assert len(said) == 1 and name in said[0], found
    named = assay.run_json('new', FOLDER / 'named.assay', FOLDER / 'instant.csv', '--features',
                           'instant,a,b')
    assert named['features'] == 3, named


def test_class_absent_from_a_part():
    """A class that train or valid has not is handled, and said"""
    lines = ['id,label,split,a,b']
    for i in range(90):
        split = 'train' if i < 60 else 'valid' if i < 75 else 'test'
        label = 'only_valid' if i == 74 else 'only_train' if i == 3 else f'c{i % 2}'
        x, y = RANDOM.normal(size=2)
        lines.append(f'r{i},{label},{split},{x:.3f},{y:.3f}')
    work = FOLDER / 'absent.assay'
    found = assay.run_json('new', work, put('absent.csv', '\n'.join(lines) + '\n'))
    assert any('only_valid' in d['text'] for d in found['diagnostics']), found['diagnostics']
    assay.run('score', work, 'influence', 'loo', 'label_issue')


def test_probabilities():
    """Probabilities of the wrong shape, or that are none"""
    wide = RANDOM.random((N, 4))
    base = [put('good.csv', table()), '--label', 'label', '--probabilities']
    refused([*base, put('p4.npy', wide / wide.sum(1, keepdims=True))], r'p4\.npy', r'\b4\b',
            r'\b3\b')
    bad = numpy.full((N, 3), 1 / 3)
    bad[5, 1] = 1.7
    refused([*base, put('p17.npy', bad)], r'p17\.npy', r'\b5\b')


def rows_with(column, row, value, sep=','):
    """The good table as text, with one cell changed."""
    lines = [line.split(',') for line in table().splitlines()]
    lines[row + 1][lines[0].index(column)] = value
    return '\n'.join(sep.join(line) for line in lines) + '\n'


def test_table_numbers():
    """inf, digits beyond a double or a float in a column of numbers: the row and the column"""
    for ending, sep in (('csv', ','), ('tsv', '\t')):
        for value in ('inf', '-Infinity', '1e999', '1e300'):
            name = f'number.{ending}'
            refused([put(name, rows_with('a', 7, value, sep))], rf'number\.{ending}', r'row 7',
                    r'column "a"', re.escape(value.replace('1e300', '1e+300')))
    lines = [f'{{"label": "c{i % 3}", "a": {i}, "b": {i * i % 7}}}\n' for i in range(N)]
    for value, place in (('"inf"', r'row 60, column "a"'), ('Infinity', r'row 60, column "a"'),
                         ('1e999', r':61: field "a"')):
        text = ''.join(lines) + f'{{"label": "c0", "a": {value}, "b": 1}}\n'
        refused([put('number.jsonl', text)], r'number\.jsonl', place)


def test_table_missing():
    """NA and NaN in a table are missing values: filled, and said"""
    for value in ('nan', 'NA', ''):
        path = put('gap.csv', rows_with('a', 7, value))
        found = assay.run_json('new', FOLDER / f'gap{len(value)}.assay', path)
        assert 'imputed' in [d['id'] for d in found['diagnostics']], found
        refused([path, '--missing', 'refuse'], r'gap\.csv', r'row 7', r'column "a"')


def test_word_among_numbers():
    """One word in a column of numbers takes it from the features: that is said, with the row"""
    found = assay.run_json('new', FOLDER / 'word.assay',
                           put('word.csv', rows_with('a', 7, 'hello')))
    said = [d['text'] for d in found['diagnostics'] if d['id'] == 'not-all-numbers']
    assert len(said) == 1 and all(w in said[0] for w in ('"a"', 'row 7', 'hello')), found
    assert found['features'] == 1


def test_jsonl_arrays():
    """Arrays of several lengths, or with a gap, are no features"""
    good = [f'{{"label": "c{i % 3}", "e": [1, {i}, {i * i % 7}]}}\n' for i in range(N)]
    for bad in ('[1, 2]', '[1, 2, null]', '[]'):
        text = ''.join(good) + f'{{"label": "c0", "e": {bad}}}\n'
        refused([put('arrays.jsonl', text)], r'arrays\.jsonl', r'row 60', r'column "e"')


def test_headers():
    """A header of more, fewer, or very many names; nothing but a header; UTF-16; a NUL byte"""
    text = table()
    rest = text.partition('\n')[2]
    for head, wanted in (('id,label,a,b,c,d', r'4 fields, the header has 6'),
                         ('id,label,a', r'4 fields, the header has 3'),
                         (','.join(f'n{i}' for i in range(100000)), r'the header has 100000')):
        refused([put('head.csv', f'{head}\n{rest}')], r'head\.csv:2:', wanted)
    refused([put('wide.csv', text.encode('utf-16'))], r'wide\.csv', r'UTF-16')
    refused([put('nul.csv', text.replace('r30', 'r\x0030'))], r'nul\.csv', r'byte \d+', r'NUL')
    refused([put('blank.csv', '\n\n\n')], r'blank\.csv')
    refused([put('bom.csv', b'\xef\xbb\xbf')], r'bom\.csv', r'empty')
    packed = gzip.compress(text.encode())
    refused([put('cut.csv.gz', packed[:-30])], r'cut\.csv\.gz', r'byte \d+')


def test_shapes():
    """Transposed features, no rows, no columns, a label of three columns"""
    refused(features(array(4, N)), r'bad\.npy', r'\b4\b', r'\b60\b')
    refused(features(numpy.zeros((0, 4))), r'bad\.npy', r'empty', r'\(0, 4\)')
    refused(features(numpy.zeros((N, 0))), r'bad\.npy', r'empty', r'\(60, 0\)')
    refused([put('good.csv', table()), '--label', put('wide.npy', array(N, 3))], r'wide\.npy',
            r'3 columns')
    for values, word in ((array() + 1j, 'complex'), (numpy.array(['a'] * N), 'strings'),
                         (numpy.zeros(N, dtype=[('a', 'f4')]), 'records')):
        refused(features(values), r'bad\.npy', word)
    refused(features(npy_bytes(array()) + b'abc'), r'bad\.npy', r'byte \d+', r'3 bytes follow')


def test_npz_damage():
    """NPZ: a damaged array is told, not passed over for another; lengths that differ; empty ones"""
    out = io.BytesIO()
    numpy.savez_compressed(out, first=array(), second=array())
    content = bytearray(out.getvalue())
    content[80] ^= 0xff
    content[200] ^= 0x55
    refused(features(bytes(content), 'bad.npz'), r'bad\.npz:first', r'damaged')
    values = array()
    values[17, 2] = numpy.nan
    numpy.savez(FOLDER / 'nan.npz', X=values, label=numpy.arange(N) % 3)
    refused([FOLDER / 'nan.npz'], r'nan\.npz:X', r'row 17', r'column 2', r'nan')
    numpy.savez(FOLDER / 'lengths.npz', X=array(), label=numpy.arange(N - 1) % 3)
    for arguments in ([FOLDER / 'lengths.npz'],
                      ['--features', f'{FOLDER / "lengths.npz"}:X', '--label',
                       f'{FOLDER / "lengths.npz"}:label']):
        refused(arguments, r'lengths\.npz', r'"label" has 59 rows', r'\b60\b')
    with zipfile.ZipFile(FOLDER / 'void.npz', 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('x.npy', b'')
    refused([put('good.csv', table()), '--features', FOLDER / 'void.npz', '--label', 'label'],
            r'void\.npz:x', r'empty')
    with zipfile.ZipFile(FOLDER / 'none.npz', 'w') as archive:
        archive.writestr('readme.txt', 'hello')
    refused([put('good.csv', table()), '--features', FOLDER / 'none.npz', '--label', 'label'],
            r'none\.npz', r'no \.npy')


def picture(value, claimed=(8, 8)):
    """A grey PNG of 8 x 8 pixels that claims a size."""
    def chunk(kind, data):
        return (struct.pack('>I', len(data)) + kind + data
                + struct.pack('>I', zlib.crc32(kind + data)))

    pixels = b''.join(b'\0' + bytes((value + 9 * i + 3 * j) % 256 for j in range(8))
                      for i in range(8))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', *claimed, 8, 0, 0, 0, 0))
            + chunk(b'IDAT', zlib.compress(pixels)) + chunk(b'IEND', b''))


def test_image_folder():
    """Image folders: an image empty, cut short, binary, of a size it has not; no image; a class"""
    for i in range(30):
        (FOLDER / 'images' / 'ab'[i % 2]).mkdir(parents=True, exist_ok=True)
        (FOLDER / 'images' / 'ab'[i % 2] / f'{i:02}.png').write_bytes(picture(90 * (i % 2) + i))
    assert assay.run_json('new', FOLDER / 'images.assay', FOLDER / 'images')['rows'] == 30
    bad = FOLDER / 'images' / 'a' / '02.png'
    for content in (b'', picture(1)[:-30], RANDOM.bytes(4000), picture(1, (100000, 100000)),
                    picture(1, (0, 8)), b'\xff\xd8\xff\xe0' + b'\0' * 50):
        bad.write_bytes(content)
        refused([FOLDER / 'images'], r'images/a/02\.png')
    (FOLDER / 'nothing').mkdir()
    refused([FOLDER / 'nothing'], r'nothing', r'no PNG or JPEG')
    bad.write_bytes(picture(2))
    refused([FOLDER / 'images', '--label', put('l29.csv', 'label\n' + 'c0\nc1\n' * 14 + 'c0\n')],
            r'images has 30 rows', r'l29\.csv has 29')
    refused([put('gone.csv', 'p,label\n' + ''.join(f'away/{i}.png,c{i % 2}\n' for i in range(N))),
             '--image', 'p', '--label', 'label', '--features', 'p'], r'away/0\.png')


def test_labels_by_hand():
    """A column called label that cannot be one says why; a split of unknown words is said"""
    refused([put('one.csv', table(classes=1))], r'one\.csv', r'"label" has one value')
    refused([put('few.csv', table(n=5, classes=5))], r'few\.csv', r'5 different values in 5 rows')
    refused([put('one.csv', table(classes=1)), '--label', 'label'], r'one\.csv', r'one class')
    lines = [line + (',split' if i == 0 else ',banana' if i == 9 else ',train')
             for i, line in enumerate(table().splitlines())]
    path = put('split.csv', '\n'.join(lines) + '\n')
    found = assay.run_json('new', FOLDER / 'split.assay', path)
    said = [d['text'] for d in found['diagnostics'] if d['id'] == 'split-not-used']
    assert len(said) == 1 and 'row 8' in said[0] and 'banana' in said[0], found
    refused([path, '--split', 'split'], r'split\.csv', r'banana', r'\b8\b')


def test_one_class_in_a_part():
    """Train of one class is refused; valid of one class is handled, and said"""
    def split_table(labels):
        lines = ['id,label,split,a,b']
        for i, label in enumerate(labels):
            split = 'train' if i < 40 else 'valid' if i < 50 else 'test'
            x, y = RANDOM.normal(size=2)
            lines.append(f'r{i},{label},{split},{x:.3f},{y:.3f}')
        return '\n'.join(lines) + '\n'

    mixed = [f'c{i % 2}' for i in range(60)]
    refused([put('train1.csv', split_table(['c0'] * 40 + mixed[40:]))], r'train1\.csv',
            r'one class', r'c0')
    work = FOLDER / 'valid1.assay'
    found = assay.run_json('new', work, put('valid1.csv', split_table(mixed[:40] + ['c0'] * 20)))
    assert 'class-absent-valid' in [d['id'] for d in found['diagnostics']], found
    assay.run('score', work, 'influence', 'loo', 'label_issue')


def test_all_constant():
    """Features that are all constant are handled, and said"""
    text = 'id,label,a,b\n' + ''.join(f'r{i},c{i % 3},7,7\n' for i in range(N))
    work = FOLDER / 'same.assay'
    found = assay.run_json('new', work, put('same.csv', text), '--features', 'a,b')
    assert 'constant-column' in [d['id'] for d in found['diagnostics']], found
    for score in assay.run_json('score', work, 'influence', 'loo', 'label_issue')['scores']:
        assert score['maximum'] is not None, score


def test_class_names():
    """--class-names: a list and a map, remembered; bad ones are refused with the file"""
    path = put('codes.csv', table().replace(',c', ','))
    names = put('names.json', '{"0": "cat", "1": "dog", "2": "owl"}')
    work = FOLDER / 'names.assay'
    found = assay.run_json('new', work, path, '--label', 'label', '--class-names', names)
    assert [c['name'] for c in found['classes']] == ['cat', 'dog', 'owl'], found
    assert found['roles']['class_names'] == str(names)
    assert [c['name'] for c in assay.run_json('info', work)['classes']] == ['cat', 'dog', 'owl']
    assay.run('decide', work, 'relabel', '--where', "id = 'r1'", '--value', 'owl')
    names.rename(FOLDER / 'elsewhere.json')
    assert 'names.json' in assay.fail('info', work)
    moved = f'{names}={FOLDER / "elsewhere.json"}'
    assert assay.run_json('info', work, '--moved', moved)['rows'] == N
    (FOLDER / 'elsewhere.json').write_text('{"0": "cat", "1": "dog", "2": "bee"}')
    assert 'has changed' in assay.fail('info', work, '--moved', moved)
    for content in ('{"0": "cat"', '[1, 2]', '', b'\xff\xfe\0\1'):
        refused([path, '--label', 'label', '--class-names', put('bad.json', content)],
                r'bad\.json')
    plain = put('names.txt', 'cat\ndog\nowl\n')
    found = assay.run_json('new', FOLDER / 'list.assay', path, '--label', 'label',
                           '--class-names', plain)
    assert [c['name'] for c in found['classes']] == ['cat', 'dog', 'owl'], found
    refused([path, '--label', 'label', '--class-names', FOLDER / 'no.txt'], r'no\.txt')


def test_no_workspace():
    """A file that is no workspace, a damaged one, one that is not there"""
    assert 'text.assay' in assay.fail('info', put('text.assay', 'hello\n' * 500))
    assert 'none.assay' in assay.fail('info', FOLDER / 'none.assay')
    work = FOLDER / 'cut.assay'
    assay.run('new', work, put('good.csv', table()))
    work.write_bytes(work.read_bytes()[:5000])
    assert 'cut.assay' in assay.fail('info', work)


def test_workspace_in_the_way():
    """A folder, and a place that cannot be written to"""
    assay.fail('new', FOLDER / 'no' / 'such' / 'x.assay', put('good.csv', table()))
    (FOLDER / 'dir.assay').mkdir()
    assay.fail('new', FOLDER / 'dir.assay', put('good.csv', table()))


def test_bad_parameters():
    """Parameters that nothing knows, or out of range"""
    work = FOLDER / 'parameters.assay'
    assay.run('new', work, put('good.csv', table()))
    for parameter in ('colour=red', 'lambda_mean=-1', 'lambda_mean=abc', 'standardise=perhaps',
                      'target=other', 'tolerance=0', 'scale=0'):
        name = parameter.split('=', maxsplit=1)[0]
        assert name in assay.fail('score', work, 'influence', '-p', parameter), parameter
    assert assay.run_json('info', work)['scores'] == []


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        assay.shutil.rmtree(FOLDER)
