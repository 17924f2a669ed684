#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""whatif --folds and --pipeline against what they say they are: the band worked out again from the
folds, and the whole way gone again in a workspace that never had the rows."""
import csv
import math

import numpy

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
T4 = 2.776  # Student's t, 97.5 %, 4 degrees of freedom


def write(name, rows):
    path = FOLDER / name
    with open(path, 'w', encoding='utf-8', newline='') as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def digits_with_flips():
    """600 digits, every 12th label of them the next one."""
    with open(assay.SAMPLE, encoding='utf-8') as file:
        rows = list(csv.DictReader(file))[:600]
    for i, row in enumerate(rows):
        row['flipped'] = str(int(i % 12 == 5))
        if i % 12 == 5:
            row['label'] = str((int(row['label']) + 1) % 10)
    work = FOLDER / 'flips.assay'
    assay.run('new', work, write('flips.csv', rows), '--label', 'label', '--id', 'id',
              '--features', 'p*')
    return work


def test_folds():
    """--folds: the corrected band of the folds' changes; dropping planted errors helps in each"""
    work = digits_with_flips()
    command = ['whatif', work, '--where', "flipped = 1", '--verify', '--folds', '5']
    what = assay.run_json(*command)
    folds = what['folds']
    assert what['pipeline'] is None and what['test_openings'] == 1
    missing = assay.keys_of(what) - assay.documented_words('whatif')
    assert not missing, missing
    counts = {part: int(assay.run('select', work, '--count', '--where', f"split = '{part}'"))
              for part in ('train', 'valid')}
    assert folds['n_changed'] == what['n']
    assert folds['n_judged'] + folds['n_changed'] == sum(counts.values())
    each = numpy.array(folds['each'])
    assert len(each) == 5 and math.isclose(each.mean(), folds['accuracy'], abs_tol=1e-12)
    half = T4 * math.sqrt(each.var(ddof=1) * (1 / 5 + 1 / 4))
    half = max(half, 1.96 * math.sqrt(3) / folds['n_judged'])
    assert math.isclose(folds['accuracy'] + half, folds['accuracy_high'], rel_tol=1e-9)
    assert math.isclose(folds['accuracy'] - half, folds['accuracy_low'], rel_tol=1e-9)
    assert folds['n_better'] == sum(each > 0) and folds['n_worse'] == sum(each < 0)
    # errors that are kept cost accuracy on the others; by their own labels nearly all are wrong
    assert folds['accuracy_low'] > 0 and folds['loss_high'] < 0, folds
    assert folds['changed_accuracy_after'] <= folds['changed_accuracy_before'] < .5
    assert assay.run_json('--threads', '1', *command)['folds'] == folds
    assert folds['sentence'] in assay.run(*command)
    for bad in (['--folds', '1', '--verify'], ['--folds', '21', '--verify'], ['--folds', '5'],
                ['--pipeline']):
        assay.fail('whatif', work, '--where', '1', *bad, status=2)


def test_worse():
    """A loss that is plain is called one, however few the rows; the pipeline says the same"""
    work = FOLDER / 'flips.assay'
    what = assay.run_json('whatif', work, '--where', "id > 'd0060'", '--verify', '--pipeline',
                          '--random', '5')
    assert what['verdict'] == 'worse' and what['interval'][1] < 0 and what['needed'] is None
    assert 'too few' not in what['sentence'], what['sentence']
    for sentence in (what['sentence'], what['pipeline']['sentence']):
        assert ': worse, the whole band is on the side of a loss' in sentence, sentence
    few = assay.run_json('whatif', work, '--where', "id = 'd0001'", '--verify')
    assert few['verdict'] == 'too_few' and few['needed'] > few['test']['n'], few
    assert f"about {few['needed']:.0f} would do" in few['sentence']


def texts_and_numbers():
    rng = numpy.random.default_rng(0)
    rows = []
    for i in range(400):
        label = i % 3
        words = [f'w{label * 20 + int(w)}' for w in rng.integers(0, 35, 6)]
        rows.append({'id': f'r{i}', 'label': 'abc'[label],
                     'split': ('train', 'train', 'train', 'valid', 'test')[i // 3 % 5],
                     'text': ' '.join(words),
                     'number': '' if rng.random() < .1 else f'{rng.normal() + label:.4f}',
                     'kind': f'k{int(rng.integers(0, 4))}' if i != 7 else 'seldom'})
    return rows


def test_pipeline():
    """--pipeline: the figures of a workspace that the rows were never in, lambda by folds too"""
    rows = texts_and_numbers()
    kept = [row for i, row in enumerate(rows) if row['split'] != 'train' or i % 4 != 3]
    options = ['--label', 'label', '--id', 'id', '--split', 'split', '--text', 'text',
               '--features', 'text,number,kind']
    before, after = FOLDER / 'before.assay', FOLDER / 'after.assay'
    assay.run('new', before, write('before.csv', rows), *options)
    assay.run('new', after, write('after.csv', kept), *options)
    what = assay.run_json('whatif', before, '--verify', '--pipeline', '--where',
                          'CAST(substr(id, 2) AS INTEGER) % 4 = 3')
    found = what['pipeline']
    assert what['n'] == len(rows) - len(kept) and what['folds'] is None
    # as they are there, with nothing removed
    for work, side in ((before, 'before'), (after, 'after')):
        truth = assay.run_json('whatif', work, '--verify', '--where', "id = 'none'",
                               '-p', 'lambda_mean=auto')
        assert math.isclose(truth['loss_before'], found[f'loss_{side}'], rel_tol=1e-5), side
        assert math.isclose(truth['test']['loss_before'], found['test'][f'loss_{side}'],
                            rel_tol=1e-5), side
        assert truth['accuracy_before'] == found[f'accuracy_{side}']
    held = what['test']['loss_refit']
    assert abs(found['test']['loss_after'] - held) > 1e-3, 'nothing was done again'
    for words in ('vocabulary', 'medians', 'centre and scale', 'lambda_mean by folds'):
        assert words in found['recomputed'], found['recomputed']
    change = found['test']['accuracy_after'] - found['test']['accuracy_before']
    assert found['interval_low'] <= change <= found['interval_high']
    missing = assay.keys_of(what) - assay.documented_words('whatif')
    assert not missing, missing


def test_refused():
    """--folds: rows with a time are not judged by later ones; a class in one row is named"""
    rows = [dict(row, day=f'2024-01-{1 + i % 28:02}') for i, row in enumerate(texts_and_numbers())]
    timed = FOLDER / 'timed.assay'
    assay.run('new', timed, write('timed.csv', rows), '--label', 'label', '--id', 'id', '--split',
              'split', '--time', 'day', '--features', 'number')
    said = assay.fail('whatif', timed, '--where', 'number > 2', '--verify', '--folds', '5')
    assert 'time' in said, said
    rows = texts_and_numbers()
    rows[0]['label'] = 'single'
    lone = FOLDER / 'lone.assay'
    assay.run('new', lone, write('lone.csv', rows), '--label', 'label', '--id', 'id', '--split',
              'split', '--features', 'number')
    said = assay.fail('whatif', lone, '--where', 'number > 2', '--verify', '--folds', '5')
    assert '"single"' in said, said
    last = ('whatif', lone, '--where', "label = 'single'", '--verify')
    said = assay.fail(*last, '--pipeline')
    assert 'full pipeline: class "single" would lose its last training row' in said, said
    assay.fail(*last, '--by', 'nowhere')
    info = assay.run_json('whatif', lone, '--where', 'number > 2', '--verify', '--pipeline')
    assert info['test_openings'] == 1, 'a refusal looked at test'


def main():
    tap = Tap()
    for test in (test_folds, test_worse, test_pipeline, test_refused):
        tap.run(test.__doc__.splitlines()[0], test)
    tap.finish()


if __name__ == '__main__':
    main()
