#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""arms: the lists, the template, and the bands of results, with a random forest as the user's model
and with results made by hand."""
import csv
import math
import statistics
import subprocess

import assay
from tap import Skip, Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'
DIR = FOLDER / 'arms'
FOREST = assay.ROOT / 'tests' / 'reference' / 'arms_forest.py'
T_TWO = 4.303  # Student's t, 97.5 %, 2 degrees of freedom


def ids(name):
    with open(DIR / f'{name}.csv', encoding='utf-8', newline='') as file:
        return [row['id'] for row in csv.DictReader(file)]


def documented(found):
    missing = assay.keys_of(found) - assay.documented_words('arms')
    assert not missing, missing


def test_lists():
    """Full, curated and random lists, the test rows, the template"""
    assay.run('new', WORK, assay.SAMPLE)
    assert 'no training row is dropped' in assay.fail('arms', WORK, '-o', DIR)
    assay.run('decide', WORK, 'drop', '--where', "split = 'train' AND row % 4 = 0")
    found = assay.run_json('arms', WORK, '-o', DIR)
    documented(found)
    train = assay.run('select', WORK, '--where', "split = 'train'").split()
    dropped = set(assay.run('select', WORK, '--where', "decision = 'drop'").split())
    assert ids('full') == train and found['n_full'] == len(train)
    assert ids('curated') == [i for i in train if i not in dropped]
    assert ids('test') == assay.run('select', WORK, '--where', "split = 'test'").split()
    lists = [ids(f'random-{k}') for k in (1, 2, 3)]
    for one in lists:
        assert len(one) == found['n_curated'] == len(set(one)) and set(one) < set(train)
    assert lists[0] != lists[1] != lists[2] != lists[0]
    assert found['agreement'] is None
    assert 'results.csv: exists already' in assay.fail('arms', WORK, '-o', DIR)


def with_predictions(name, wrong):
    """The sample with predictions of an own model: the labels, but in each wrong-th row."""
    with open(assay.SAMPLE, encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    path = FOLDER / f'{name}.csv'
    with open(path, 'w', encoding='utf-8', newline='') as file:
        writer = csv.DictWriter(file, [*rows[0], *(f'q{k}' for k in range(10))])
        writer.writeheader()
        for at, row in enumerate(rows):
            said = (int(row['label']) + (at % wrong == 0)) % 10
            writer.writerow({**row, **{f'q{k}': .91 if k == said else .01 for k in range(10)}})
    work = FOLDER / f'{name}.assay'
    assay.run('new', work, path, '--label', 'label', '--id', 'id', '--features', 'p??',
              '--probabilities', 'q?')
    assay.run('simulate', work, '--strategy', 'margin', '--rounds', '2', '--repeats', '1')
    return work


def test_agreement():
    """One sentence on whose model this is, of what-if, gains, why card, advice and arms"""
    for name, wrong, words in (('near', 400, 'the head agrees with your model on '),
                               ('far', 4, 'the head says what the imported predictions say on ')):
        work = with_predictions(name, wrong)
        assay.run('decide', work, 'drop', '--where', "split = 'train' AND row % 4 = 0")
        share = assay.run_json('arms', work, '-o', FOLDER / f'arms-{name}')['agreement']
        assert (share >= .95) == (name == 'near'), share
        text = f'{words}{100 * share:.1f} %'
        where = ('--where', "id = 'd0001'")
        told = [assay.run_json('whatif', work, *where)['sentence'],
                assay.run_json('whatif', work, *where, '--verify')['sentence'],
                assay.run_json('explain', work, 'd0001')['sentence'],
                assay.run_json('advice', work)['sentence'],
                ' '.join(assay.run_json('gains', work)['notes'])]
        for one in told:
            assert text in one, (text, one)
            assert ('your model' in one) == (name == 'near'), one


def test_too_few():
    """An empty template is refused; two seeds are too few runs"""
    assert 'no run has a value' in assay.fail('arms', WORK, 'import', DIR / 'results.csv')
    path = FOLDER / 'two.csv'
    path.write_text('arm,seed,slice,metric,value\nfull,1,all,accuracy,0.9\n'
                    'full,2,all,accuracy,0.91\ncurated,1,all,accuracy,0.92\n'
                    'curated,2,all,accuracy,0.9\ncurated,3,all,accuracy,\n', encoding='utf-8')
    found = assay.run_json('arms', WORK, 'import', path)
    documented(found)
    band, = found['bands']
    assert (found['n_runs'], found['n_empty']) == (4, 1)
    assert band['runs'] == 2 and not band['enough'] and band['low'] is None
    assert math.isclose(band['difference'], 0.005)
    assert 'too few runs' in assay.run('arms', WORK, 'import', path)


def test_bands():
    """The bands are those of the differences of each seed by Student's t"""
    path = FOLDER / 'three.csv'
    values = {'full': [.9, .91, .93], 'curated': [.92, .9, .95], 'random-1': [.8, .85, .87],
              'random-2': [.82, .84, .88]}
    lines = ['arm,seed,slice,metric,value']
    lines += [f'{arm},{seed},{piece},loss,{value + shift}' for arm, of in values.items()
              for seed, value in enumerate(of) for piece, shift in (('all', 0), ('rare', seed))]
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    bands = assay.run_json('arms', WORK, 'import', path)['bands']
    assert len(bands) == 6
    values['random'] = [(a + b) / 2 for a, b in zip(values['random-1'], values['random-2'])]
    for band in bands:
        d = [a - b for a, b in zip(values[band['arm']], values[band['against']])]
        half = T_TWO * statistics.stdev(d) / math.sqrt(3)
        assert band['enough'] and band['runs'] == 3
        assert math.isclose(band['difference'], statistics.mean(d), abs_tol=1e-12), band
        assert math.isclose(band['low'], statistics.mean(d) - half, rel_tol=1e-6), band
        assert math.isclose(band['high'], statistics.mean(d) + half, rel_tol=1e-6), band


def test_bad():
    """Unknown arms, runs given twice, words for numbers, missing columns: with their line"""
    path = FOLDER / 'bad.csv'
    head = 'arm,seed,slice,metric,value\nfull,1,all,accuracy,0.9\n'
    for text, words in ((head + 'best,1,all,accuracy,1\n', ':3: '),
                        (head + 'full,1,all,accuracy,0.8\n', ':3: this run is given twice'),
                        (head + 'full,2,all,accuracy,good\n', ':3: a number is wanted'),
                        ('arm,seed,value\nfull,1,2\n', 'slice')):
        path.write_text(text, encoding='utf-8')
        message = assay.fail('arms', WORK, 'import', path)
        assert 'bad.csv:' in message and words in message, message
    for wrong in (['arms', WORK], ['arms', WORK, 'import'], ['arms', WORK, 'export', path]):
        assay.fail(*wrong, status=2)


def test_forest():
    """A random forest as the user's model: three seeds an arm make a band"""
    done = subprocess.run(['/usr/bin/python3', FOREST, DIR, assay.SAMPLE, '10'],
                          capture_output=True, text=True, check=False)
    if 'ModuleNotFoundError' in done.stderr:
        raise Skip('no scikit-learn')
    assert done.returncode == 0, done.stderr
    found = assay.run_json('arms', WORK, 'import', DIR / 'results.csv')
    assert found['n_runs'] == 15 and found['n_empty'] == 0
    assert [(b['arm'], b['against'], b['runs']) for b in found['bands']] == [
        ('curated', 'full', 3), ('curated', 'random', 3), ('random', 'full', 3)]
    assert all(b['low'] < b['difference'] < b['high'] for b in found['bands'])


if __name__ == '__main__':
    Tap().run_all(globals())
