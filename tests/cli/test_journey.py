#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job on the bundled sample: open, score, prove, decide, export."""
import csv
import json
import math
import re
import xml.etree.ElementTree

import numpy
import pandas

import assay
import training_log
from tap import Tap

SCORES = ['influence', 'loo', 'self_influence', 'self_confidence', 'normalized_margin',
          'label_issue']
FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'


def documented(command, found, *also):
    words = assay.documented_words(command).union(*map(assay.documented_words, also))
    missing = assay.keys_of(found) - words
    assert not missing, f'keys that the man page has not under {command}: {missing}'


def read_csv(path):
    with open(path, encoding='utf-8', newline='') as file:
        return list(csv.DictReader(file))


def test_new():
    """new: rows, classes, roles and parts of the digits"""
    found = assay.run_json('new', WORK, assay.SAMPLE)
    documented('new', found)
    assert found['rows'] == 1797 and found['features'] == 64
    assert found['roles']['label'] == 'label' and found['roles']['id'] == 'id'
    assert [c['name'] for c in found['classes']] == list('0123456789')
    parts = found['parts']
    assert sum(parts.values()) == 1797 and parts['pool'] == 0
    assert found['test_drawn'] and found['has_test']
    # Per class floor (0.2 n + .5) rows are drawn, half each, the odd one to test.
    for one in found['classes']:
        n = one['train'] + one['valid'] + one['test']
        assert one['valid'] + one['test'] == math.floor(0.2 * n + 0.5), one
        assert one['test'] - one['valid'] in (0, 1), one


def test_new_refuses_an_existing_file():
    """new: never overwrites"""
    before = WORK.read_bytes()
    assert str(WORK) in assay.fail('new', WORK, assay.SAMPLE)
    assert WORK.read_bytes() == before


def test_score():
    """score: all scores, finite where they are defined, with certificates"""
    found = assay.run_json('score', WORK, *SCORES)
    documented('score', found, 'new')
    assert [s['id'] for s in found['scores']] == SCORES
    for score in found['scores']:
        assert score['n'] == 1797 and score['certificate'], score['id']
        assert score['minimum'] <= score['median'] <= score['maximum'], score['id']


def test_info():
    """info: the data set, the head, the scores, the columns"""
    found = assay.run_json('info', WORK)
    documented('info', found, 'new', 'score')
    assert [s['id'] for s in found['scores']] == SCORES
    assert found['columns'][:3] == ['id', 'split', 'label']
    assert set(SCORES) < set(found['columns'])
    assert found['head']['valid']['accuracy'] > 0.9 and not found['head']['weak']
    assert found['head']['valid']['n'] == found['parts']['valid']
    assert found['decisions'] == {'entries': 0, 'keep': 0, 'drop': 0}
    text = assay.run('info', WORK)
    assert '1797 rows' in text and 'influence' in text


def test_info_of_input():
    """info: the columns of a file and the roles that would be guessed"""
    found = assay.run_json('info', assay.SAMPLE)
    documented('info', found, 'new')
    assert found['rows'] == 1797 and len(found['columns']) == 66
    assert found['roles']['label'] == 'label'
    assert 'p77' in assay.run('info', assay.SAMPLE)


def test_arrays():
    """info and new: arrays of an NPZ file, as the README makes them"""
    path = FOLDER / 'mine.npz'
    labels = numpy.arange(90) % 3
    values = numpy.random.default_rng(2).normal(size=(90, 2, 3)) + labels[:, None, None]
    numpy.savez(path, features=values.astype('float32'), label=labels,
                name=numpy.array([f'n{i}' for i in range(90)]))
    found = assay.run_json('info', path)
    documented('info', found)
    assert sorted((a['key'], a['rows'], a['columns'], a['type']) for a in found['arrays']) == [
        ('features', 90, 6, 'f32'), ('label', 90, 1, 'i64'), ('name', 90, 1, 'text')]
    assert 'array "features": 90 x 6 f32' in assay.run('info', path)
    found = assay.run_json('new', FOLDER / 'mine.assay', '--features', f'{path}:features',
                           '--label', f'{path}:label', '--id', f'{path}:name')
    assert found['rows'] == 90 and found['features'] == 6 and len(found['classes']) == 3
    assert assay.run('select', FOLDER / 'mine.assay', '--limit', '2').split() == ['n0', 'n1']


def test_two_scores():
    """figure compare and datamap: the numbers by pandas, and by conditions"""
    work = FOLDER / 'two.assay'
    assay.run('new', work, assay.SAMPLE)
    assay.fail('figure', work, 'datamap', '-o', FOLDER / 'x.svg')
    assay.run('score', work, 'influence', 'self_influence', 'confidence', 'variability',
              'correctness')
    path = FOLDER / 'compare.svg'
    assay.fail('figure', work, 'compare', 'influence', '-o', path, status=2)
    found = assay.run_json('figure', work, 'compare', 'influence', 'self_influence', '-o', path)
    documented('figure', found)
    rows = assay.run_json('select', work, '--columns', 'id,influence,self_influence')['rows']
    table = pandas.DataFrame(rows).dropna()
    first = table['influence'].rank()
    second = (-table['self_influence']).rank()  # low is good
    numbers = found['numbers']
    assert numbers['n'] == len(table)
    assert abs(numbers['rank_correlation'] - first.corr(second)) < 1e-12
    gap = ((second - first) / len(table)).set_axis(table['id'].astype(str))
    told = [one['gap'] for one in numbers['apart']]
    assert numpy.allclose(numpy.abs(told), numpy.sort(numpy.abs(gap))[::-1][:20])
    for one in numbers['apart']:
        assert abs(gap[one['id']] - one['gap']) < 1e-12
    found = assay.run_json('figure', work, 'datamap', '-o', FOLDER / 'datamap.png')
    documented('figure', found)
    numbers = found['numbers']
    above = f"variability > {numbers['ambiguous_above']!r}"
    sure = numbers['easy_from']
    below = f"variability <= {numbers['ambiguous_above']!r} AND confidence"
    for where, name in [(above, 'ambiguous'), (f'{below} >= {sure!r}', 'easy'),
                        (f'{below} < {sure!r}', 'hard')]:
        count = assay.run_json('select', work, '--where', where, '--count')['n']
        assert count == numbers[name], name


def test_epochs():
    """figure epochs: a row's curve and its forgetting by numpy; test rows are refused"""
    work = FOLDER / 'run.assay'
    log, labels = training_log.make(work)
    assay.run('score', work, 'confidence', 'correctness', 'forgetting')
    rows = assay.run_json('select', work, '--columns',
                          'id,split,confidence,correctness,forgetting')['rows']
    test = next(row['id'] for row in rows if row['split'] == 'test')
    path = FOLDER / 'epochs.svg'
    assert f'{test} is a test row' in assay.fail('figure', work, 'epochs', test, '-o', path)
    row = max((one for one in rows if one['split'] != 'test'), key=lambda one: one['forgetting'])
    found = assay.run_json('figure', work, 'epochs', row['id'], '-o', path)
    documented('figure', found)
    at, numbers = int(row['id']), found['numbers']
    p = numpy.exp(log[:, at]) / numpy.exp(log[:, at]).sum(1, keepdims=True)
    right = log[:, at].argmax(1) == labels[at]
    lost = numpy.concatenate(([False], right[:-1] & ~right[1:]))
    told = numbers['epochs']
    assert [one['epoch'] for one in told] == [1, 2, 3, 4, 5, 6, 7]
    assert numpy.allclose([one['probability'] for one in told], p[:, labels[at]], atol=1e-12)
    assert [one['right'] for one in told] == right.tolist()
    assert [one['forgotten'] for one in told] == lost.tolist()
    assert numbers['correctness'] == right.sum() == row['correctness']
    assert numbers['forgetting'] == lost.sum() == row['forgetting'] > 0
    assert numbers['label'] == f'c{labels[at]}'
    assert abs(row['confidence'] - p[:, labels[at]].mean()) < 1e-12
    assert ', '.join(str(k + 1) for k in numpy.flatnonzero(lost)) in path.read_text()
    assert 'no training log' in assay.fail('figure', WORK, 'epochs', 'd0001', '-o', path)


def test_map_and_figures():
    """map and figure: SVG, PDF and PNG files"""
    found = assay.run_json('map', WORK, 'pca')
    documented('map', found, 'score')
    for arguments, name in [(['map'], 'map.svg'), (['map', '--colour', 'influence'], 'm2.png'),
                            (['histogram', 'influence'], 'influence.pdf'),
                            (['classes', '--theme', 'dark'], 'classes.svg')]:
        path = FOLDER / name
        found = assay.run_json('figure', WORK, *arguments, '-o', path)
        documented('figure', found)
        assert found['summary']
        head = path.read_bytes()[:8]
        if name.endswith('.svg'):
            assert xml.etree.ElementTree.parse(path).getroot().tag.endswith('svg')
        else:
            assert head.startswith(b'%PDF' if name.endswith('.pdf') else b'\x89PNG'), head
    assay.fail('figure', WORK, 'map', '-o', FOLDER / 'map.gif')
    assay.fail('figure', WORK, 'histogram', 'nothing', '-o', FOLDER / 'x.svg')


def test_select():
    """select: ids, count, order and columns agree"""
    where = 'influence < 0 AND split = \'train\''
    ids = assay.run('select', WORK, '--where', where).split()
    found = assay.run_json('select', WORK, '--where', where)
    documented('select', found)
    assert found['ids'] == ids and found['n'] == len(ids)
    assert assay.run('select', WORK, '--where', where, '--count') == f'{len(ids)}\n'
    worst = assay.run_json('select', WORK, '--where', where, '--sort', 'influence', '--limit', 5,
                           '--columns', 'id,influence')
    values = [row['influence'] for row in worst['rows']]
    assert len(values) == 5 and values == sorted(values) and values[-1] < 0
    best = assay.run_json('select', WORK, '--sort', 'influence', '--descending', '--limit', 1,
                          '--columns', 'influence')
    assert best['rows'][0]['influence'] > 0
    assay.fail('select', WORK, '--where', 'no_such_column = 1')
    assay.fail('select', WORK, '--where', '1; DROP TABLE samples')
    assay.fail('select', WORK, '--columns', 'nothing')


def test_whatif():
    """whatif: an estimate; with --verify the refit beside it, and test counted"""
    where = 'label_issue = 1 OR (label = \'8\' AND influence < 0)'
    guess = assay.run_json('whatif', WORK, '--where', where)
    documented('whatif', guess)
    assert guess['loss_refit'] is None and guess['test'] is None and guess['test_openings'] == 0
    # 10 classes of 64 columns and an intercept, one class told by the others
    assert 'parameters' in guess['solver'] and re.search('585|650', guess['solver'])
    proof = assay.run_json('whatif', WORK, '--where', where, '--verify')
    documented('whatif', proof)
    assert proof['n'] == guess['n'] > 0
    assert proof['loss_predicted'] == guess['loss_predicted']
    change = proof['loss_refit'] - proof['loss_before']
    assert abs(proof['loss_predicted'] - proof['loss_refit']) <= max(abs(change) / 10, 1e-3)
    assert proof['test']['n'] > 0 and proof['test_openings'] == 1
    low, high = proof['interval']
    assert low <= proof['test']['accuracy_refit'] - proof['test']['accuracy_before'] <= high
    again = assay.run_json('whatif', WORK, '--where', where, '--verify')
    assert again['test_openings'] == 2
    assert again['loss_refit'] == proof['loss_refit']
    text = assay.run('whatif', WORK, '--where', where, '--verify')
    assert proof['sentence'] in text and 'opened 3 times' in text
    # Rows outside train change nothing; the step still takes the gradient that the head's fit left
    # (its tolerance is 1e-8).
    outside = assay.run_json('whatif', WORK, '--where', "split = 'valid'")
    assert outside['n'] == 0 and outside['n_outside_train'] > 0
    assert abs(outside['loss_predicted'] - outside['loss_before']) < 1e-7
    assert 'train' in assay.fail('whatif', WORK, '--where', '1')


def test_whatif_changes():
    """whatif --relabel, --duplicate, --by: what is done, and who wins and who loses"""
    where = "label = '8' AND row % 3 = 0"
    for option, name in ((['--relabel', '3'], 'relabel'), (['--duplicate'], 'duplicate'),
                         ([], 'remove')):
        found = assay.run_json('whatif', WORK, '--where', where, *option, '--by', 'label')
        documented('whatif', found)
        assert found['change'] == name and found['n'] > 0 and not found['rough']
        groups = {one['name']: one for one in found['groups']}
        assert sorted(groups) == list('0123456789')
        rises = [one['loss_after'] - one['loss_before'] for one in found['groups']]
        assert rises == sorted(rises, reverse=True)
        total = sum(one['n'] * one['loss_after'] for one in groups.values())
        assert abs(total / found['n_valid'] - found['loss_predicted']) < 1e-9
        rise = groups['8']['loss_after'] - groups['8']['loss_before']
        assert (rise < 0) == (name == 'duplicate'), (name, rise)
    text = assay.run('whatif', WORK, '--where', where, '--relabel', '3', '--by', 'label')
    assert 'with another label' in text and 'validation loss' in text
    assert '"ten"' in assay.fail('whatif', WORK, '--where', where, '--relabel', 'ten')
    assert '"ten"' in assay.fail('whatif', WORK, '--where', where, '--by', 'ten')
    assay.fail('whatif', WORK, '--where', where, '--relabel', '3', '--duplicate', status=2)


def test_last_rows_of_a_class():
    """whatif: a class that would lose its last row has no log-loss effect"""
    found = assay.run_json('whatif', WORK, '--where', "label = '3'", '--verify')
    assert found['unbounded'] and found['loss_predicted'] is None and found['loss_refit'] is None


def test_decide_and_undo():
    """decide: recorded, undone, redone, listed"""
    done = assay.run_json('decide', WORK, 'drop', '--where', 'label_issue = 1 OR id = \'d0007\'',
                          '--why', 'looked wrong')
    documented('decide', done)
    dropped = assay.run('select', WORK, '--where', "decision = 'drop'").split()
    assert done['n'] == len(dropped) and 'd0007' in dropped
    assay.run('decide', WORK, 'tag', '--where', "id = 'd0001'", '--value', 'nice')
    assay.run('decide', WORK, 'relabel', '--where', "id = 'd0002'", '--value', '8')
    assert assay.run('select', WORK, '--where', "new_label = '8'").split() == ['d0002']
    assay.run('decide', WORK, 'undo')
    assert assay.run('select', WORK, '--where', "new_label = '8'") == ''
    assay.run('decide', WORK, 'redo')
    assay.run('decide', WORK, 'undo')
    assert assay.run('select', WORK, '--where', "tags = 'nice'").split() == ['d0001']
    log = assay.run_json('decide', WORK, 'log')
    documented('decide', log)
    assert [(e['decision'], e['active']) for e in log['decisions']] == [
        ('drop', True), ('tag', True), ('relabel', False)]
    assert log['decisions'][0]['why'] == 'looked wrong'
    assert 'class' in assay.fail('decide', WORK, 'relabel', '--where', '1', '--value', 'eleven')
    assay.fail('decide', WORK, 'drop', '--where', 'influence > 1e9')
    assert assay.run_json('info', WORK)['decisions'] == {
        'entries': 3, 'keep': 0, 'drop': len(dropped)}


def test_export():
    """export: the ids of select, values that read back, every format"""
    kept = assay.run('select', WORK, '--where', "decision != 'drop'").split()
    path = FOLDER / 'curated.csv'
    done = assay.run_json('export', WORK, '--where', "decision != 'drop'", '-o', path)
    documented('export', done)
    rows = read_csv(path)
    assert [row['id'] for row in rows] == kept and done['n'] == len(kept)
    assert set(rows[0]) >= {'split', 'label', 'p00', 'p77', *SCORES}

    columns = ['id', 'label', 'split', 'influence', 'map_x']
    for ending in ('csv', 'tsv', 'jsonl', 'json', 'npz'):
        assay.run('export', WORK, '--columns', ','.join(columns), '-o', FOLDER / f'all.{ending}')
    assay.run('export', WORK, '--columns', 'influence,map_x', '-o', FOLDER / 'all.npy')
    text = read_csv(FOLDER / 'all.csv')
    assert list(text[0]) == columns and len(text) == 1797
    lines = (FOLDER / 'all.jsonl').read_text(encoding='utf-8').splitlines()
    objects = [json.loads(line) for line in lines]
    matrix = numpy.load(FOLDER / 'all.npy')
    archive = numpy.load(FOLDER / 'all.npz')
    assert matrix.shape == (1797, 2)
    trained = 0
    for i, (cells, one) in enumerate(zip(text, objects)):
        assert cells['id'] == one['id'] and str(one['label']) == cells['label']
        if one['influence'] is None:
            assert cells['influence'] == '' and math.isnan(matrix[i, 0])
        else:
            trained += 1
            assert float(cells['influence']) == one['influence'] == matrix[i, 0]
            assert cells['influence'] == repr_shortest(cells['influence'])
        assert archive['map_x'][i] == matrix[i, 1]
    assert trained == assay.run_json('info', WORK)['parts']['train']
    assert json.loads((FOLDER / 'all.json').read_text(encoding='utf-8')) == objects
    with open(FOLDER / 'all.tsv', encoding='utf-8', newline='') as file:
        assert list(csv.DictReader(file, delimiter='\t')) == text


def repr_shortest(text):
    """The text itself when no shorter one reads back to the same double."""
    return text if len(text) <= len(repr(float(text))) else repr(float(text))


def test_export_faults():
    """export: an unknown column or ending, an unwritable place: nothing is left behind"""
    path = FOLDER / 'e.csv'
    assert 'nothing' in assay.fail('export', WORK, '--columns', 'id,nothing', '-o', path)
    assay.fail('export', WORK, '-o', FOLDER / 'e.docx')
    assay.fail('export', WORK, '-o', FOLDER / 'no' / 'such' / 'folder' / 'e.csv')
    assert not [path.name for path in FOLDER.iterdir() if path.name.startswith(('e.', '.e'))]


def test_import():
    """import: by id with missing and surplus ids listed, by row, with direction"""
    path = FOLDER / 'mine.csv'
    path.write_text('id,rating\n' + ''.join(f'd{i:04},{i / 7!r}\n' for i in range(1, 1797))
                    + 'zzz,3\n', encoding='utf-8')
    found = assay.run_json('import', WORK, path, '-p', 'direction=high', '-p', 'meaning=by eye')
    documented('import', found, 'score')
    assert (found['matched'], found['n_missing'], found['n_surplus']) == (1796, 1, 1)
    assert found['missing'] == ['d0000'] and found['surplus'] == ['zzz']
    assert [s['id'] for s in found['scores']] == ['rating']
    assert found['scores'][0]['sentence'] == 'by eye'
    got = assay.run_json('select', WORK, '--columns', 'id,rating', '--limit', 3)['rows']
    assert got == [{'id': 'd0000', 'rating': None}, {'id': 'd0001', 'rating': 1 / 7},
                   {'id': 'd0002', 'rating': 2 / 7}]
    numpy.save(FOLDER / 'row.npy', numpy.arange(1797) * 0.1)
    found = assay.run_json('import', WORK, FOLDER / 'row.npy', '--by', 'row', '-p', 'name=tenth')
    assert found['scores'][0]['id'] == 'tenth'
    numpy.save(FOLDER / 'short.npy', numpy.arange(1796) * 0.1)
    message = assay.fail('import', WORK, FOLDER / 'short.npy', '--by', 'row', '-p', 'name=short')
    assert '1796' in message and '1797' in message
    path.write_text('id,rating\nd0001,1\nd0002,2\nd0001,3\n', encoding='utf-8')
    assert 'd0001' in assay.fail('import', WORK, path)


def test_changed_data():
    """A changed data file is refused, with the reason"""
    copy = FOLDER / 'copy.csv'
    copy.write_bytes(assay.SAMPLE.read_bytes())
    work = FOLDER / 'copy.assay'
    assay.run('new', work, copy)
    lines = copy.read_text(encoding='utf-8').splitlines(keepends=True)
    copy.write_text(''.join(lines[:-1]), encoding='utf-8')
    assert 'copy.csv' in assay.fail('info', work)
    copy.unlink()
    assert 'copy.csv' in assay.fail('info', work)


def test_headless():
    """src/headless does the main job and names the folder"""
    import subprocess
    done = subprocess.run([assay.ROOT / 'src' / 'headless', assay.CLI, assay.SAMPLE.parent],
                          cwd=FOLDER, capture_output=True, text=True, check=False,
                          env=assay.environment())
    assert done.returncode == 0, done.stdout + done.stderr
    out = FOLDER / 'assay-output'
    assert f'Written to {out}:' in done.stdout
    assert {p.name for p in out.iterdir()} >= {'curated.csv', 'scores.csv', 'map.svg',
                                               'influence.svg', 'classes.svg', 'work.assay'}
    assert 0 < len(read_csv(out / 'curated.csv')) <= 1797


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        assay.shutil.rmtree(FOLDER)
