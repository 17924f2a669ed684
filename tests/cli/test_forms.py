#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""export --form: each form read back with the standard library alone and held to the tool's
published field list: names, types, ids, counts; hard text; a full disk."""
import csv
import json
import re
import resource
import shutil
import struct
import subprocess
import zlib

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'hard.assay'
CLASSES = ['a, "b"', 'zwei\nZeilen', 'größer']
CLASSIFICATION = {'_cls': str, 'label': str, 'tags': list, 'confidence': (float, int, type(None))}


def make_rows():
    rows = []
    for i in range(120):
        rows.append({'id': f'r,{i} "é"\n' if i % 40 == 7 else f'r{i}', 'x': i % 13,
                     'y': (i * i) % 17, 'text': ['plain', 'a,b', 'say "no"', 'two\nlines', ' NA',
                                                 'naïve ☃', ''][i % 7], 'kind': CLASSES[i % 3]})
    return rows


ROWS = make_rows()


def write(path, rows):
    with open(path, 'w', encoding='utf-8', newline='') as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def export(form, name, *more, work=WORK):
    path = FOLDER / name
    found = assay.run_json('export', work, '--form', form, '-o', path, *more)
    assert not assay.keys_of(found) - assay.documented_words('export')
    certificate = json.loads((FOLDER / (name + '.certificate.json')).read_text('utf-8'))
    assert certificate['form'] == form and certificate['rows'] == found['n']
    assert certificate['files'] and re.fullmatch('[0-9a-f]{64}', certificate['files'][0]['sha256'])
    return path


def label_of(i):
    return CLASSES[1] if i == 3 else CLASSES[i % 3]


def test_list():
    """--list names every form; an unknown one, or columns with one, is a usage error"""
    forms = {f['id'] for f in assay.run_json('export', '--list')['forms']}
    assert forms == {'ids', 'rows', 'splits', 'images', 'huggingface', 'fiftyone', 'cleanlab',
                     'label_studio'}
    assay.fail('export', WORK, '--form', 'x', '-o', FOLDER / 'x', status=2)
    assay.fail('export', WORK, '--form', 'ids', '--columns', 'id', '-o', FOLDER / 'x', status=2)
    assert '.txt' in assay.fail('export', WORK, '--form', 'rows', '-o', FOLDER / 'rows.csv')


def test_lists():
    """ids and rows name the rows; an id with a line end is refused by its row"""
    where = "id NOT LIKE '%,%' AND x < 5"
    lines = export('ids', 'ids.txt', '--where', where).read_text('utf-8').splitlines()
    assert lines == [r['id'] for r in ROWS if ',' not in r['id'] and r['x'] < 5]
    numbers = export('rows', 'rows.txt').read_text('utf-8').splitlines()
    assert numbers == [str(i) for i in range(120)]
    message = assay.fail('export', WORK, '--form', 'ids', '-o', FOLDER / 'no.txt')
    assert 'row 7' in message and not (FOLDER / 'no.txt').exists()


def test_splits():
    """splits: a CSV a part, the input's columns first, labels as corrected, nothing lost"""
    folder = export('splits', 'parts')
    seen = {}
    for part in ('train', 'valid', 'test'):
        with open(folder / f'{part}.csv', encoding='utf-8', newline='') as file:
            for row in csv.DictReader(file):
                seen[row['id']] = row
                assert row['split'] == part
    assert not (folder / 'pool.csv').exists() and len(seen) == 120
    for i, row in enumerate(ROWS):
        assert list(seen[row['id']])[:5] == list(row)
        assert seen[row['id']]['text'] == row['text'] and seen[row['id']]['kind'] == label_of(i)
        assert float(seen[row['id']]['x']) == row['x']
    assert 'exists already' in assay.fail('export', WORK, '--form', 'splits', '-o', folder)


def test_huggingface():
    """huggingface: JSON lines a part, and a card whose head names files and fields"""
    folder = export('huggingface', 'hugging')
    card = (folder / 'README.md').read_text('utf-8')
    head = card.split('---\n')[1]
    files = re.findall(r'      - split: (\w+)\n        path: (\S+)\n', head)
    assert files == [('train', 'train.jsonl'), ('validation', 'validation.jsonl'),
                     ('test', 'test.jsonl')]
    fields = dict(re.findall(r'    - name: "(.*)"\n      dtype: (\w+)\n', head))
    seen = {}
    kinds = {'string': (str, type(None)), 'int64': int, 'float64': (int, float, type(None))}
    for _, path in files:
        for line in (folder / path).read_text('utf-8').splitlines():
            row = json.loads(line)
            assert list(row) == list(fields)
            assert all(isinstance(row[name], kinds[kind]) for name, kind in fields.items())
            seen[row['id']] = row
    assert len(seen) == 120
    for i, row in enumerate(ROWS):
        assert seen[row['id']]['kind'] == label_of(i), row
        assert (seen[row['id']]['text'] or '') == row['text'] and seen[row['id']]['x'] == row['x']
    assert card.count('to be filled by the owner') == 3


def test_label_studio():
    """label_studio: tasks with data and one prediction of choices each"""
    tasks = json.loads(export('label_studio', 'tasks.json').read_text('utf-8'))
    assert [t['id'] for t in tasks] == list(range(1, 121))
    for i, task in enumerate(tasks):
        assert set(task) == {'id', 'data', 'predictions'}
        assert task['data']['assay_id'] == ROWS[i]['id'] and task['data']['text'] == ROWS[i]['text']
        prediction, = task['predictions']
        assert isinstance(prediction['model_version'], str)
        assert 0 <= prediction.get('score', 0) <= 1
        result, = prediction['result']
        assert (result['from_name'], result['to_name'], result['type']) \
            == ('label', 'text', 'choices')
        assert result['value'] == {'choices': [label_of(i)]}


def test_cleanlab():
    """cleanlab: the columns of Datalab's issues, with the scores of the workspace"""
    with open(export('cleanlab', 'issues.csv'), encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ['id', 'is_label_issue', 'label_score', 'given_label',
                             'predicted_label']
    assert [r['id'] for r in rows] == [r['id'] for r in ROWS]
    flagged = set(json.loads(assay.run('--json', 'select', WORK, '--where',
                                       'label_issue = 1'))['ids'])
    scored = 0
    for i, row in enumerate(rows):
        assert row['given_label'] == CLASSES[i % 3]
        assert row['is_label_issue'] in ('True', 'False', '')
        assert (row['is_label_issue'] == 'True') == (row['id'] in flagged)
        if row['label_score']:
            scored += 1
            assert 0 <= float(row['label_score']) <= 1
            assert row['predicted_label'] in CLASSES
    assert scored > 90


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def write_png(path):
    lines = b''.join(b'\0' + bytes((x * y) % 256 for x in range(48)) for y in range(16))
    path.write_bytes(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 16, 16, 8, 2,
                                                                       0, 0, 0))
                     + chunk(b'IDAT', zlib.compress(lines)) + chunk(b'IEND', b''))
    return path


def test_images():
    """images and fiftyone: copies, links, samples of the published fields, counts"""
    source = FOLDER / 'photos'
    picture = write_png(FOLDER / 'one.png')
    for i in range(24):
        place = source / ('cat' if i % 2 else 'dög')
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, place / f'{i:02d}.png')
    work = FOLDER / 'photos.assay'
    assay.run('new', work, source)
    folder = export('images', 'copied', work=work)
    copied = sorted(folder.rglob('*.png'))
    assert len(copied) == 24 and all(not p.is_symlink() for p in copied)
    again = assay.run_json('new', FOLDER / 'again.assay', folder)
    assert again['parts'] == assay.run_json('info', work)['parts']
    assert {c['name'] for c in again['classes']} == {'cat', 'dög'}
    linked = sorted(export('images', 'linked', '--link', work=work).rglob('*.png'))
    assert len(linked) == 24 and all(p.is_symlink() and p.resolve().is_relative_to(source)
                                     for p in linked)
    one = export('fiftyone', 'fifty', work=work)
    metadata = json.loads((one / 'metadata.json').read_text('utf-8'))
    assert {'name', 'media_type', 'sample_fields', 'info'} <= set(metadata)
    samples = json.loads((one / 'samples.json').read_text('utf-8'))['samples']
    assert len(samples) == 24 and len({s['assay_id'] for s in samples}) == 24
    for sample in samples:
        assert set(sample) == set(metadata['sample_fields'])
        assert (one / sample['filepath']).read_bytes() == picture.read_bytes()
        truth = sample['ground_truth']
        assert all(isinstance(truth[name], kind) for name, kind in CLASSIFICATION.items())
        assert truth['label'] == sample['assay_id'].split('/')[0] and sample['tags']
    assert 'no image' in assay.fail('export', WORK, '--form', 'fiftyone', '-o', FOLDER / 'no')
    assert not (FOLDER / 'no').exists()


def test_images_plain():
    """images: what a camera noted stays behind, unless it is asked for"""
    noted = b'GPSLatitude 48.85 quokka-camera'
    source = FOLDER / 'noted'
    for i in range(24):
        place = source / 'ab'[i % 2] / f'{i:02d}.png'
        place.parent.mkdir(parents=True, exist_ok=True)
        plain = write_png(place).read_bytes()
        place.write_bytes(plain[:33] + chunk(b'tEXt', b'Comment\0' + noted)
                          + chunk(b'eXIf', b'II*\0\x08\0\0\0\0\0' + noted) + plain[33:] + noted)
    work = FOLDER / 'noted.assay'
    assay.run('new', work, source)
    copies = sorted(export('images', 'without', work=work).rglob('*.png'))
    assert len(copies) == 24 and all(p.read_bytes() == plain for p in copies)
    kept = sorted(export('images', 'with', '--keep-exif', work=work).rglob('*.png'))
    assert len(kept) == 24 and all(noted in p.read_bytes() for p in kept)


def test_round_trip():
    """A curated file and the inverse set, opened again, are the same table"""
    out, gone = FOLDER / 'curated.csv', FOLDER / 'gone.csv'
    recipe = FOLDER / 'half.json'
    recipe.write_text('{"assay_recipe": 1, "steps": [{"step": "drop_where", "where": "x < 4"}]}',
                      encoding='utf-8')
    found = assay.run_json('curate', WORK, '--recipe', recipe, '-o', out, '--dropped', gone,
                           '--no-coverage')
    rows = {}
    for path in (out, gone):
        with open(path, encoding='utf-8', newline='') as file:
            rows[path] = [{**row, 'x': int(row['x']), 'y': int(row['y'])}
                          for row in csv.DictReader(file)]
    assert len(rows[gone]) == found['n_dropped'] > 0
    place = {row['id']: i for i, row in enumerate(ROWS)}
    assert sorted(rows[out] + rows[gone], key=lambda row: place[row['id']]) == ROWS
    certificate = json.loads((FOLDER / 'curated.csv.certificate.json').read_text('utf-8'))
    assert certificate['rows'] == len(rows[out]) and certificate['form'] == 'curated'
    for ending in ('csv', 'tsv', 'jsonl', 'json'):
        path = FOLDER / f'trip.{ending}'
        assay.run('export', WORK, '--columns', 'id,kind,text,x', '-o', path)
        work = FOLDER / f'trip_{ending}.assay'
        assay.run('new', work, path, '--id', 'id', '--label', 'kind', '--features', 'x')
        assay.run('export', work, '--columns', 'id,kind,text,x', '-o', FOLDER / f'back.{ending}')
        assert path.read_bytes() == (FOLDER / f'back.{ending}').read_bytes(), ending


def without_room(size, command, *arguments, work=WORK):
    """Refused in one line by a disk on which no file is larger than size; nothing is left"""
    before = sorted(p.name for p in FOLDER.iterdir())
    done = subprocess.run([assay.CLI, command, str(work), *arguments], cwd=FOLDER,
                          env=assay.environment(), capture_output=True, text=True, check=False,
                          restore_signals=False, preexec_fn=lambda: resource.setrlimit(
                              resource.RLIMIT_FSIZE, (size, size)))
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1, done
    assert 'cannot write' in done.stderr, done
    assert sorted(p.name for p in FOLDER.iterdir()) == before, done
    return done.stderr


def test_full():
    """No room: nothing half-written, and one line says so"""
    short = ['--where', "id NOT LIKE '%,%'"]
    for size, command, *arguments in ((4096, 'export', '-o', 'full.csv'),
                                      (4096, 'export', '-o', 'full.jsonl'),
                                      (4096, 'export', '-o', 'full.npz'),
                                      (4096, 'export', '--form', 'huggingface', '-o', 'full'),
                                      (4096, 'export', '--form', 'label_studio', '-o', 'full.json'),
                                      (4096, 'export', '--form', 'splits', '-o', 'full'),
                                      (4096, 'export', '--form', 'cleanlab', '-o', 'full.csv'),
                                      (300, 'export', '--form', 'ids', *short, '-o', 'full.txt'),
                                      (300, 'export', '--form', 'rows', '-o', 'full.txt'),
                                      (4096, 'report', '-o', 'full.pdf'),
                                      (4096, 'report', '-o', 'full.html')):
        without_room(size, command, *arguments)


def test_full_beside():
    """Room for the rows and not for what belongs to them: neither is there"""
    recipe = FOLDER / 'few.json'
    recipe.write_text('{"assay_recipe": 1, "steps": [{"step": "drop_where", "where": "x < 11"}]}',
                      encoding='utf-8')
    few = ['--where', 'x = 3 AND id <> \'r7\'']
    for arguments in (['export', '--form', 'ids', *few, '-o', 'full.txt'],
                      ['export', '--form', 'rows', '-o', 'full.txt'],
                      ['export', '--form', 'cleanlab', *few, '-o', 'full.csv'],
                      ['export', '--columns', 'id,x', *few, '-o', 'full.csv'],
                      ['curate', '--recipe', recipe, '--no-coverage', '-o', 'full.csv']):
        assert '.json: cannot write' in without_room(2000, *arguments), arguments


def test_full_images():
    """An image folder and samples of FiftyOne likewise, copied or linked"""
    work = FOLDER / 'photos.assay'
    for size, *arguments in ((300, '--form', 'images', '-o', 'full'),
                             (300, '--form', 'images', '--link', '-o', 'full'),
                             (300, '--form', 'fiftyone', '-o', 'full'),
                             (2000, '--form', 'fiftyone', '-o', 'full')):
        without_room(size, 'export', *arguments, work=work)


def test_duplicates():
    """Ids that stand twice in the source are refused by their rows"""
    path = write(FOLDER / 'twice.csv', ROWS + [ROWS[5]])
    message = assay.fail('new', FOLDER / 'twice.assay', path, '--id', 'id')
    assert 'r5' in message


def main():
    write(FOLDER / 'hard.csv', ROWS)
    assay.run('new', WORK, FOLDER / 'hard.csv', '--id', 'id', '--label', 'kind', '--text', 'text',
              '--features', 'x,y')
    assay.run('score', WORK, 'label_issue', 'self_confidence')
    assay.run('decide', WORK, 'relabel', '--value', CLASSES[1], '--where', "id = 'r3'")
    tap = Tap()
    for test in (test_list, test_lists, test_splits, test_huggingface, test_label_studio,
                 test_cleanlab, test_images, test_images_plain, test_round_trip, test_full,
                 test_full_beside, test_full_images, test_duplicates):
        tap.run(test.__doc__, test)
    tap.finish()


if __name__ == '__main__':
    main()
