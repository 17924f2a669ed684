#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Histories of other tools: every row in its order, every number, every fault said."""
import contextlib
import csv
import json
import os
import pathlib
import random
import sqlite3
import sys

import assay
from tap import Skip, Tap

sys.path.insert(0, str(assay.ROOT / 'tests' / 'reference'))
import history_files as files  # noqa: E402  pylint: disable=wrong-import-position

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'
TAKEN = files.rounds_of(1, 60, 5, 4)


def bring(*paths, name=None):
    extra = ('--name', name) if name else ()
    return assay.run_json('history', WORK, 'import', *paths, *extra)['histories']


def show(name):
    found = assay.run_json('history', WORK, 'show', name)
    found['taken'] = [[int(i.lstrip('d')) for i in r['ids']]
                      for r in found['rounds']]
    return found


def notes(found):
    return [note['id'] for note in found['notes']]


def test_alectio():
    """Alectio: order kept, probabilities found under pre_softmax, scores given to the next round"""
    assay.run('new', WORK, assay.SAMPLE)
    for protocol in (0, 2, 4, 5):
        folder = FOLDER / f'alectio{protocol}'
        folder.mkdir()
        files.alectio(folder, TAKEN, protocol=protocol)
        one, = bring(*sorted(folder.iterdir()), name=folder.name)
        found = show(folder.name)
        assert found['taken'][:4] == TAKEN and one['source'] == 'alectio'
        assert notes(found).count('probabilities') == 4 and 'twice' not in notes(found)
        assert [r['metrics'].get('accuracy') for r in found['rounds'][:4]] == [.5, .6, .7, .8]
        assert [r['metrics'].get('train_seconds') for r in found['rounds'][:4]] == [0, 2.5, 5, 7.5]
        assert [r['n_scored'] for r in found['rounds']] == [0, 55, 50, 45, 40]


def test_alectio_lite():
    """Alectio-lite: its database exported to CSV, with titles and without"""
    for titles in (True, False):
        folder = FOLDER / f'lite-{titles}'
        folder.mkdir()
        files.alectio_lite(folder, TAKEN, titles=titles)
        one, = bring(*sorted(folder.iterdir()), name=folder.name)
        found = show(folder.name)
        assert found['taken'][:4] == TAKEN and one['source'] == 'alectio'
        assert [r['n_scored'] for r in found['rounds']] == [0, 55, 50, 45, 40]
        assert notes(found) == ['again'] * 3 + ['project', 'parts'], found['notes']
        assert '5 lines name a row of this table again' in found['notes'][0]['text'], found['notes']
        assert 'data_map_0.csv says nothing' in found['notes'][3]['text']
    folder = FOLDER / 'lite-odd'
    folder.mkdir()
    half = ['0.5,0.5', '0.25,0.75', '1.,0.']
    for loop, text in enumerate(('ix,val\n1,a\n9999,b\n', 'ix,val\n1,a\n')):
        (folder / f'selected_indices_{loop}.csv').write_text(text, encoding='utf-8')
    (folder / 'logits_0.csv').write_text(
        'ix,val\n' + ''.join(f'{k},"[{text}]"\n' for k, text in enumerate(half)), encoding='utf-8')
    bring(*sorted(folder.iterdir()), name='odd')
    found = show('odd')
    assert notes(found) == ['probabilities', 'local', 'outside', 'twice', 'overlap']
    for text, part in (('ix,val\nx,a\n', '"x" in the column ix is no row number'),
                       ('ix,val,more\n1,a,2\n', 'two columns are expected')):
        (folder / 'selected_indices_9.csv').write_text(text, encoding='utf-8')
        assert part in assay.fail('history', WORK, 'import', folder / 'selected_indices_9.csv')
    for text, part in (('ix,val\n1,"[0.5,...,0.5]"\n', 'numpy shortens'),
                       ('ix,val\n1,"[0.5,.5]"\n2,"[1]"\n', 'row 2 has no list of 2 numbers')):
        (folder / 'logits_9.csv').write_text(text, encoding='utf-8')
        assert part in assay.fail('history', WORK, 'import', folder / 'logits_9.csv')


def test_alectio_beside():
    """Alectio: what stands beside the rounds is read, or said to be of no use; metrics again"""
    folder = FOLDER / 'beside'
    folder.mkdir()
    files.alectio(folder, TAKEN)
    files.alectio_beside(folder, [.5, .6, .7, .8], off=2)
    files.dump(folder / 'metrics_1.pkl', {'acc_per_class': {'0': .5}, 'f1_score': .4})
    files.dump(folder / 'pre_softmax_1.pkl', {row: [.25] * 4 for row in TAKEN[0]})
    one, = bring(*sorted(folder.iterdir()), name='whole folder')
    text = ' '.join(note['text'] for note in one['notes'])
    for part in ('data_map.pkl says nothing of rounds', 'meta_temp_3.pkl says nothing of rounds',
                 'test_predictions_2.pkl: accuracy 0.65 by the predictions, 0.7 was logged',
                 'acc_per_class is the recall of each class',
                 'round 2: 5 of the rows scored for it had been taken before'):
        assert part in text, (part, text)
    assert 'test_predictions_0' not in text and 'test_predictions_1' not in text
    found = show('whole folder')
    assert found['rounds'][1]['metrics']['accuracy'] == .6  # by the predictions: none was logged
    for loop in range(4):
        (folder / f'selected_indices_{loop}.pkl').unlink()
    (folder / 'test_ground_truth.pkl').unlink()
    one, = bring(*sorted(folder.iterdir()), name='no truth')
    assert 'no test_ground_truth.pkl' in str(one['notes'])


def test_small_text():
    """small-text: the learner is pickled whole, which is refused by the name of its class"""
    path = FOLDER / 'learner.pkl'
    files.small_text(path, TAKEN[0])
    for one in (path, path.with_suffix('.bare.pkl')):
        message = assay.fail('history', WORK, 'import', one)
        assert one.name in message, message
    assert 'small_text.active_learner.PoolBasedActiveLearner' in message, message


def test_google():
    """google/active-learning: rows go through indices, warm start and seed"""
    shuffled = list(range(200))
    random.Random(4).shuffle(shuffled)
    for protocol in (0, 2, 4):
        path = FOLDER / f'results{protocol}.pkl'
        files.google(path, TAKEN, shuffled, protocol)
        one, = bring(path)
        found = show(one['name'])
        assert found['taken'] == TAKEN and found['strategy'] == 'margin'
        assert found['rounds'][0]['strategy'] == 'start'
        assert [r['metrics']['n_labelled'] for r in found['rounds']] == [5, 10, 15, 20]
        assert [r['metrics']['accuracy'] for r in found['rounds']] \
            == [.6 + k / 50 for k in range(4)]


def test_baal():
    """baal: the step of every row; the random state is not made"""
    try:
        import numpy  # noqa: F401  pylint: disable=import-outside-toplevel,unused-import
    except ImportError as error:
        raise Skip('no numpy') from error
    path = FOLDER / 'uncertainty_pool=40_labelled=20.pkl'
    files.baal(path, TAKEN, 1797)
    one, = bring(path, name='baal')
    assert [sorted(rows) for rows in TAKEN] == show('baal')['taken'] and one['source'] == 'baal'


def test_alipy():
    """ALiPy: states are read as records"""
    path = FOLDER / 'AL_round_0.pkl'
    files.alipy(path, TAKEN)
    bring(path, name='alipy')
    found = show('alipy')
    assert found['taken'] == TAKEN
    assert [r['metrics']['performance'] for r in found['rounds']] == [.7, .71, .72, .73]


def test_neutral():
    """The neutral form: there and back, with annotators and metrics"""
    picks, loops = FOLDER / 'picks.csv', FOLDER / 'loops.csv'
    files.neutral(picks, loops, TAKEN)
    bring(loops, picks, name='neutral')
    found = show('neutral')
    assert found['taken'] == TAKEN and set(notes(found)) <= {'parts'}
    assert found['rounds'][2]['metrics'] == {'n_labelled': 25, 'accuracy': .75, 'loss': 1 / 3,
                                             'train_seconds': 3.5, 'energy_kwh': .001}
    for ending in ('csv', 'jsonl'):
        out = FOLDER / f'out.{ending}'
        assay.run('history', WORK, 'export', 'neutral', '-o', out)
        bring(out, FOLDER / f'out.loops.{ending}', name=f'again {ending}')
        again = show(f'again {ending}')
        assert again['rounds'] == found['rounds'], ending
    with open(FOLDER / 'out.csv', encoding='utf-8', newline='') as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 25 and [line['annotator'] for line in lines[:2]] == ['anna', 'ben']
    assert [line['label'] for line in lines[:2]] == ['a', 'b'] and lines[2]['seconds'] == '3'
    assert {line['cost'] for line in lines} == {'1.5'}


def test_start():
    """The rows that a history starts from, and their metrics, go out and come back with it"""
    assay.run('simulate', WORK, '--strategy', 'margin', '--start', '12', '--batch', '2',
              '--rounds', '3', '--repeats', '1')
    found = show('simulated margin 1')
    assert len(found['start_ids']) == 12, found
    for ending in ('csv', 'jsonl'):
        out = FOLDER / f'whole.{ending}'
        assay.run('history', WORK, 'export', 'simulated margin 1', '-o', out)
        bring(out, FOLDER / f'whole.loops.{ending}', name=f'whole {ending}')
        again = show(f'whole {ending}')
        assert again['start_ids'] == found['start_ids'], ending
        for now, then in zip(again['rounds'], found['rounds'], strict=True):
            assert (now['ids'], now['metrics']) == (then['ids'], then['metrics']), ending


def test_faults():
    """Each fault of a bad history is listed, and it is imported all the same"""
    path = FOLDER / 'faulty.jsonl'
    files.faulty(path)
    one, = bring(path)
    assert set(notes(one)) >= {'outside', 'twice', 'gap', 'metrics'}, one
    text = ' '.join(note['text'] for note in one['notes'])
    for part in ('9000', 'row 1 (rounds 0 and 1)', 'between 1 and 3',
                 'accuracy is known of 1 of 3'):
        assert part in text, (part, text)
    missing = assay.keys_of(show(one['name']), ('metrics', 'taken')) \
        - assay.documented_words('history') - {'taken'}
    assert not missing, missing


def test_json():
    """W&B tables, a trainer's log and Label Studio's tasks"""
    path = FOLDER / 'picks.table.json'
    files.wandb(path, TAKEN)
    bring(path, name='wandb')
    assert show('wandb')['taken'] == TAKEN
    path = FOLDER / 'trainer_state.json'
    files.trainer(path)
    bring(path, name='trainer')
    found = show('trainer')
    assert [r['metrics'] for r in found['rounds']] == [
        {'loss': 1 / (k + 1), 'accuracy': .5 + k / 8, 'epoch': k + 1} for k in range(3)]
    path = FOLDER / 'tasks.json'
    files.label_studio(path, TAKEN[0])
    one, = bring(path, name='tasks')
    assert show('tasks')['taken'] == [TAKEN[0]]
    text = ' '.join(note['text'] for note in one['notes'])
    assert '1 annotations were cancelled' in text and '1 tasks have no annotation' in text
    out = FOLDER / 'tasks.csv'
    assay.run('history', WORK, 'export', 'tasks', '-o', out)
    with open(out, encoding='utf-8', newline='') as file:
        lines = list(csv.DictReader(file))
    assert [line['annotator'] for line in lines] == ['1', '2'] * 5
    assert [line['label'] for line in lines] \
        == [label for row in TAKEN[0] for label in ('3', str(row % 10))]


def test_beside():
    """codecarbon's lines go to the rounds, FiftyOne's tags name them, meta.json is said"""
    picks, loops, carbon = (FOLDER / name for name in ('p.csv', 'p.loops.csv', 'emissions.csv'))
    files.neutral(picks, loops, TAKEN)
    files.emissions(carbon, [10, 20, 30])
    meta = FOLDER / 'meta.json'
    meta.write_text(json.dumps({'class_labels': {'0': 'a', '1': 'b'}, 'train_size': 120}),
                    encoding='utf-8')
    one, = bring(picks, carbon, meta, name='beside')
    found = show('beside')
    assert [r['metrics'].get('train_seconds') for r in found['rounds']][:3] == [10, 20, 30]
    assert abs(found['rounds'][1]['metrics']['energy_kwh'] - .002) < 1e-15
    assert 'longitude' not in json.dumps(found)
    text = ' '.join(note['text'] for note in one['notes'])
    assert '120 rows, the data here 1797' in text and '2 classes, the data here 10' in text, text
    assert 'in their order' in text and 'lines stand beside' in text
    path = FOLDER / 'samples.json'
    files.fiftyone(path, TAKEN, [f'd{row:04}' for row in range(1797)])
    one, = bring(path, name='fiftyone')
    assert show('fiftyone')['taken'] == TAKEN and one['source'] == 'fiftyone'
    assert '1 samples have no such tag' in ' '.join(note['text'] for note in one['notes'])


def test_drawn():
    """published curves and a published history import and are drawn, as they were measured"""
    if not os.environ.get('ASSAY_TEST_DATA'):
        raise Skip('ASSAY_TEST_DATA is not set')
    data = pathlib.Path(os.environ['ASSAY_TEST_DATA'])
    bring(data / 'al_history_digits_DERIVED' / 'history.jsonl', name='digits')
    bring(data / 'al_curves_wall_robot' / 'curves.csv', name='robot')
    lines = [json.loads(line) for line in
             (data / 'al_history_digits_DERIVED' / 'history.jsonl').read_text().splitlines()]
    out = FOLDER / 'published.svg'
    drawn = assay.run_json('figure', WORK, 'curves', 'digits', '-o', out)['numbers']
    assert [one['strategy'] for one in drawn['curves']] == ['random', 'margin', 'entropy']
    for one in drawn['curves']:
        for labels, value in zip(one['labels'], one['value']):
            said = [line['test_accuracy'] for line in lines
                    if (line['strategy'], line['labels_total']) == (one['strategy'], labels)]
            assert len(said) == 3 and abs(sum(said) / 3 - value) < 1e-12
    assert 'paired difference' in out.read_text(encoding='utf-8')
    drawn = assay.run_json('figure', WORK, 'curves', 'robot', '-o', out)['numbers']
    with open(data / 'al_curves_wall_robot' / 'curves.csv', encoding='utf-8', newline='') as file:
        table = list(csv.DictReader(file))
    assert {one['strategy'] for one in drawn['curves']} == {line['method'] for line in table}
    one = drawn['curves'][0]
    said = [float(line['value']) for line in table if line['metric'] == 'accuracy'
            and line['method'] == one['strategy'] and float(line['labels_total']) == 1500]
    at = one['labels'].index(1500)
    assert len(said) >= 5 and abs(sum(said) / len(said) - one['value'][at]) < 1e-12
    name = assay.run_json('history', WORK, 'list')['histories'][-1]['name']
    assert 'no history' in assay.fail('figure', WORK, 'curves', 'nothing', '-o', out), name
    taken = [one['name'] for one in assay.run_json('history', WORK, 'list')['histories']
             if one['name'].startswith('digits: ')][0]
    assay.run('figure', WORK, 'rounds', taken, '-o', out)
    assert 'percent of the rows' in out.read_text(encoding='utf-8')
    assert 'few values' in assay.fail('figure', WORK, 'rounds', taken, 'id', '-o', out)


def test_refused():
    """What is no history is refused with one line, and nothing is stored"""
    before = assay.run_json('history', WORK, 'list')
    files.dump(FOLDER / 'selected_indices_0.pkl', {'a': 1})
    files.dump(FOLDER / 'other.pkl', [1, 2])
    files.dump(FOLDER / 'calls.pkl', random.Random(1))
    (FOLDER / 'plain.csv').write_text('a,b\n1,2\n', encoding='utf-8')
    (FOLDER / 'words.csv').write_text('loop,index\nx,2\n', encoding='utf-8')
    for name, part in (('selected_indices_0.pkl', 'no list of row numbers'),
                       ('other.pkl', 'no history of a kind'), ('calls.pkl', 'random.Random'),
                       ('plain.csv', 'no column says the round'),
                       ('words.csv', 'round "x" is no number'), ('absent.csv', 'absent.csv')):
        assert part in assay.fail('history', WORK, 'import', FOLDER / name), name
    with contextlib.closing(sqlite3.connect(FOLDER / 'infer_outputs_0.db')) as base:
        base.execute('CREATE TABLE indexes (id INTEGER, row_id INTEGER)')
        base.commit()
    (FOLDER / 'lite.duckdb').write_bytes(b'\0' * 8 + b'DUCK' + b'\x40' + b'\0' * 4083)
    (FOLDER / 'table.csv').write_text('ix,val\n0,17\n', encoding='utf-8')
    (FOLDER / 'experiment.yaml').write_text('nLoops: 3\n', encoding='utf-8')
    (FOLDER / 'data_map_0.parquet').write_bytes(b'PAR1\x15\0\x15')
    for name, part in (('infer_outputs_0.db', "an SQLite database, as Alectio's infer_outputs_N"),
                       ('lite.duckdb', 'a DuckDB database, as of Alectio-lite'),
                       ('table.csv', "a table of Alectio-lite's DuckDB export"),
                       ('experiment.yaml', "YAML, as Alectio's description"),
                       ('data_map_0.parquet', 'Parquet')):
        said = assay.fail('history', WORK, 'import', FOLDER / name)
        assert part in said and 'write the rows taken as CSV with columns loop,index' in said, said
    assert assay.run_json('history', WORK, 'list') == before


def test_real():
    """Two published sets of histories: all runs, all rounds"""
    data = pathlib.Path(os.environ.get('ASSAY_TEST_DATA') or '')
    if not (data / 'al_history_digits_DERIVED').exists():
        raise Skip('ASSAY_TEST_DATA has no al_history_digits_DERIVED')
    path = data / 'al_history_digits_DERIVED' / 'history.jsonl'
    lines = [json.loads(line) for line in path.read_text(encoding='utf-8').splitlines()]
    found = bring(path, name='derived')
    assert len(found) == 9 and {one['n_rounds'] for one in found} == {16}
    for one in found:
        assert one['n_taken'] == 320
        shown = show(one['name'])
        mine = [line for line in lines
                if line['strategy'] == shown['strategy'] and line['selected'] in shown['taken']]
        assert [line['selected'] for line in mine] == shown['taken']
        assert [line['test_accuracy'] for line in mine] \
            == [r['metrics']['accuracy'] for r in shown['rounds']]
        assert [line['labels_total'] for line in mine] \
            == [r['n_labelled'] for r in shown['rounds']]
    curves = data / 'al_curves_wall_robot' / 'curves.csv'
    found = bring(curves, name='wall')
    with open(curves, encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    runs = {(r['dataset'], r['model'], r['method'], r['run']) for r in rows}
    assert len(found) == len(runs)
    for one in found:
        run = tuple(one['name'].removeprefix('wall: ').split(', '))
        assert one['n_rounds'] == len({r['round'] for r in rows if run == (
            r['dataset'], r['model'], r['method'], r['run'])}), one
    shown = show(next(one['name'] for one in found if 'extra-trees, crowdlab, 0' in one['name']))
    want = [float(r['value']) for r in rows if (r['model'], r['method'], r['metric'], r['run'])
            == ('extra-trees', 'crowdlab', 'accuracy', '0')]
    assert [r['metrics']['accuracy'] for r in shown['rounds']] == want


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        assay.shutil.rmtree(FOLDER)
