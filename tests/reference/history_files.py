#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of other tools' loops, written with Python's own pickle, json and csv after the field names
in the tools' sources: what the importers of histories are tested on. No file of a real run of
Alectio, google/active-learning, baal or ALiPy is among them."""
import collections
import csv
import datetime
import json
import math
import pickle
import random
import sys
import types


def dump(path, value, protocol=4):
    with open(path, 'wb') as file:
        pickle.dump(value, file, protocol)


def rounds_of(seed, n, batch, rounds):
    """Rows in the order in which they are taken, none twice."""
    rows = random.Random(seed).sample(range(n), batch * rounds)
    return [rows[k * batch:(k + 1) * batch] for k in range(rounds)]


def softmax(row):
    top = [math.exp(v - max(row)) for v in row]
    return [v / sum(top) for v in top]


def alectio(folder, taken, classes=4, pool=60, protocol=4):
    """selected_indices_N, pre_softmax_N (probabilities under that name), metrics_N, insights_N."""
    draw = random.Random(9)
    seen = set()
    for loop, rows in enumerate(taken):
        seen.update(rows)
        dump(folder / f'selected_indices_{loop}.pkl', rows, protocol)
        left = [row for row in range(pool) if row not in seen]
        dump(folder / f'pre_softmax_{loop}.pkl',
             {row: softmax([draw.gauss(0, 2) for _ in range(classes)]) for row in left}, protocol)
        dump(folder / f'metrics_{loop}.pkl',
             {'accuracy': .5 + loop / 10, 'recall_per_class': {'0': .5}, 'f1_score': .4}, protocol)
        dump(folder / f'insights_{loop}.pkl',
             {'train_time': 2.5 * loop, 'num_queried_per_class': {0: 3}}, protocol)


def numpy_text(values):
    """As numpy's array2string (precision=5, separator=','): broken after 75 characters."""
    lines, line = [], '['
    for k, value in enumerate(values):
        part = f'{value:.5f}'.rstrip('0') + (',' if k + 1 < len(values) else ']')
        if len(line) + len(part) > 75:
            lines.append(line)
            line = ' '
        line += part
    return '\n'.join(lines + [line])


def alectio_lite(folder, taken, classes=12, pool=60, titles=True):
    """Alectio-lite's EXPORT DATABASE (FORMAT CSV) after its logger's source: a table a file. That
    of each loop but the last stands twice, as the logger inserts it anew in every loop."""
    def write(name, lines):
        with open(folder / f'{name}.csv', 'w', encoding='utf-8', newline='') as file:
            out = csv.writer(file, lineterminator='\n')
            out.writerows(([['ix', 'val']] if titles else []) + lines)
    draw = random.Random(9)
    seen = set()
    write('data_map_0', [[row, f'record {row}'] for row in range(pool)])
    for loop, rows in enumerate(taken):
        seen.update(rows)
        again = 2 if loop + 1 < len(taken) else 1
        write(f'selected_indices_{loop}', [[row, f'record {row}'] for row in rows] * again)
        left = [row for row in range(pool) if row not in seen]
        write(f'logits_{loop}',
              [[row, numpy_text([draw.gauss(0, 2) for _ in range(classes)])] for row in left])


def alectio_beside(folder, accuracies, off=None):
    """What stands beside the rounds: data_map, meta_temp_N, and a test set of 20 rows with the
    predictions of each loop, right as often as said but for the loop `off`."""
    truth = [row % 4 for row in range(20)]
    dump(folder / 'data_map.pkl', {row: row for row in range(60)})
    dump(folder / 'test_ground_truth.pkl', truth)
    for loop, accuracy in enumerate(accuracies):
        right = round(20 * accuracy) - (loop == off)
        dump(folder / f'test_predictions_{loop}.pkl',
             [k if at < right else (k + 1) % 4 for at, k in enumerate(truth)])
        dump(folder / f'meta_temp_{loop}.pkl', {'optimizer_name': 'SGD', 'epochs': 3, 'loss': .3,
                                                'time': datetime.datetime(2024, 1, 2, 3, 4)})


def small_text(path, labelled):
    """A version, then the whole learner, as its save() puts them through dill."""
    module = types.ModuleType('small_text.active_learner')
    sys.modules.setdefault('small_text', types.ModuleType('small_text'))
    sys.modules[module.__name__] = module
    learner = type('PoolBasedActiveLearner', (), {'__module__': module.__name__})
    module.PoolBasedActiveLearner = learner
    one = learner()
    one.__dict__.update(indices_labeled=labelled, indices_ignored=[], indices_queried=None)
    with open(path, 'wb') as file:
        pickle.dump('1.3.3', file)
        pickle.dump(one, file)
    dump(path.with_suffix('.bare.pkl'), one)


def google(path, taken, shuffled, protocol):
    """One results file: a dict keyed by tuples, with tuple_keys; rows go through indices."""
    place = {row: k for k, row in enumerate(shuffled)}
    sizes = [sum(len(r) for r in taken[:k + 1]) for k in range(len(taken))]
    run = {'accuracy': [.6 + k / 50 for k in range(len(taken))],
           'selected_inds': [place[row] for rows in taken for row in rows],
           'data_sizes': sizes, 'indices': shuffled, 'noisy_targets': [0, 1],
           'sampler_output': []}
    key = ('digits', 'margin', 'logistic', 'None', .5, len(taken[0]), len(taken[1]), 0., True,
           False, 7)
    names = ('dataset', 'sampler', 'score_method', 'select_method', 'm', 'warmstart size',
             'batch size', 'c', 'standardize', 'normalize', 'seed')
    dump(path, {key: run, 'tuple_keys': names}, protocol)


def baal(path, taken, n):
    """The last of its files: the map says in which step each row was labelled."""
    import numpy
    steps = numpy.zeros(n, dtype='i8')
    for step, rows in enumerate(taken):
        steps[rows] = step + 1
    dump(path, {'indices': numpy.arange(3), 'uncertainty': numpy.array([.1, .2, .3]),
                'dataset': {'labelled': steps,
                            'random_state': numpy.random.RandomState(3)}})


def alipy(path, taken):
    """A StateIO with its States under the module names of the real ones."""
    made = {}
    for module, name in (('alipy.experiment.state', 'State'),
                         ('alipy.experiment.state_io', 'StateIO')):
        parts = module.split('.')
        for k in range(len(parts)):
            sys.modules.setdefault('.'.join(parts[:k + 1]), types.ModuleType(parts[k]))
        made[name] = type(name, (), {'__module__': module})
        setattr(sys.modules[module], name, made[name])
    states = []
    for k, rows in enumerate(taken):
        state = made['State']()
        state._save_seq = collections.OrderedDict(select_index=rows, performance=.7 + k / 100)
        states.append(state)
    record = made['StateIO']()
    record.__dict__['_StateIO__state_list'] = states
    record.round = 0
    dump(path, record)


def neutral(picks, loops, taken, metrics=True):
    """The neutral form; each row answered by two annotators in the first round."""
    with open(picks, 'w', encoding='utf-8', newline='') as file:
        out = csv.writer(file)
        out.writerow('loop order index strategy score label cost seconds annotator timestamp'
                     .split())
        for loop, rows in enumerate(taken):
            for order, row in enumerate(rows):
                for who in ('anna', 'ben') if loop == 0 else ('anna',):
                    out.writerow([loop, order, row, 'entropy', order / 8, 'a' if who == 'anna'
                                  else 'b', 1.5, 2 + order, who, '2026-01-02T03:04:05Z'])
    if metrics:
        with open(loops, 'w', encoding='utf-8', newline='') as file:
            out = csv.writer(file)
            out.writerow('loop n_labelled seed accuracy loss train_seconds energy_kwh'.split())
            for loop in range(len(taken)):
                out.writerow([loop, 10 + sum(len(r) for r in taken[:loop + 1]), 5, .5 + loop / 8,
                              1 / (loop + 1), 3.5, .001])


def emissions(path, seconds):
    """What codecarbon 2 writes: a line a run of the tracker."""
    names = ['timestamp', 'project_name', 'run_id', 'duration', 'emissions', 'emissions_rate',
             'cpu_power', 'energy_consumed', 'country_name', 'longitude', 'latitude', 'pue']
    with open(path, 'w', encoding='utf-8', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for k, duration in enumerate(seconds):
            writer.writerow([f'2024-01-0{k + 1}T10:00:00', 'loop', f'r{k}', duration,
                             duration * 1e-5, .92, 42.5, duration / 1e4, 'Norway', 10.7, 59.9, 1])


def fiftyone(path, taken, ids):
    """Samples of a FiftyOneDataset export whose tags name the round they were taken in."""
    samples = [{'_id': {'$oid': f'{k:024x}'}, 'filepath': f'data/{ids[row]}', 'tags':
                ['train', f'round-{number}'], 'uniqueness': .5}
               for number, rows in enumerate(taken) for k, row in enumerate(rows)]
    samples.append({'filepath': 'data/other', 'tags': ['train'], 'uniqueness': .1})
    path.write_text(json.dumps({'samples': samples}), encoding='utf-8')


def faulty(path):
    """A row outside the data, a row twice, a round missing, and accuracy of one round only."""
    lines = [{'round': 0, 'index': 1, 'accuracy': .5}, {'round': 0, 'index': 9000},
             {'round': 1, 'index': 1}, {'round': 3, 'index': 2}]
    path.write_text(''.join(json.dumps(line) + '\n' for line in lines), encoding='utf-8')


def wandb(path, taken):
    """A table of W&B."""
    path.write_text(json.dumps({'columns': ['round', 'index', 'score'], 'data': [
        [k, row, row / 4] for k, rows in enumerate(taken) for row in rows]}), encoding='utf-8')


def trainer(path):
    """The state of a Hugging Face trainer: training lines between evaluations."""
    log = []
    for epoch in range(3):
        log += [{'epoch': epoch + .5, 'step': epoch * 10 + 5, 'loss': .5, 'learning_rate': 1e-3},
                {'epoch': epoch + 1, 'step': epoch * 10 + 10, 'eval_loss': 1 / (epoch + 1),
                 'eval_accuracy': .5 + epoch / 8}]
    path.write_text(json.dumps({'best_metric': .75, 'log_history': log, 'total_flos': 1e12}),
                    encoding='utf-8')


def label_studio(path, rows):
    """Tasks, each answered by two people; one annotation was cancelled, one task is unanswered."""
    def annotation(who, label, **more):
        return {'id': 1, 'completed_by': who, 'lead_time': 2.5, 'result': [
            {'from_name': 'c', 'to_name': 't', 'type': 'choices', 'value': {'choices': [label]}}],
            'was_cancelled': False, 'created_at': '2026-01-02T03:04:05Z', **more}
    tasks = [{'id': 1000 + row, 'data': {'id': f'd{row:04}'}, 'annotations': [
        annotation(1, '3'), annotation(2, str(row % 10))]} for row in rows]
    tasks[0]['annotations'].append(annotation(3, '9', was_cancelled=True))
    tasks.append({'id': 1, 'data': {'id': 'd0001'}, 'annotations': []})
    path.write_text(json.dumps(tasks), encoding='utf-8')
