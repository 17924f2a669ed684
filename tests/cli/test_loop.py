#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The live loop: rounds that are opened, labelled part at a time, and closed."""
import csv
import json
import os
import random
import signal
import subprocess
import sys
import time

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
WHOLE = FOLDER / 'whole.assay'
LABEL = {}


def rows_of(path):
    with open(path, encoding='utf-8', newline='') as file:
        return list(csv.reader(file))


def write(path, rows):
    with open(path, 'w', encoding='utf-8', newline='') as file:
        csv.writer(file).writerows(rows)


def make_live(path, start, judged, aside=frozenset()):
    """The digits with the labels of a start alone, and of judged rows, the validation part."""
    rows = rows_of(assay.SAMPLE)
    table = [rows[0] + ['part']]
    for row in rows[1:]:
        part = 'train' if row[0] in start else 'valid' if row[0] in judged \
            else 'test' if row[0] in aside else 'pool'
        label = '' if part == 'pool' else row[1]
        table.append([row[0], label] + row[2:] + [part])
    write(path.with_suffix('.csv'), table)
    assay.run('new', path, path.with_suffix('.csv'), '--features', 'p??', '--label', 'label',
              '--id', 'id', '--split', 'part')


def answer(work, ids, **more):
    path = FOLDER / 'answers.csv'
    write(path, [['id', 'label'] + list(more)] + [[i, LABEL[i]] + list(more.values())
                                                  for i in ids])
    return assay.run_json('history', work, 'label', path)


def simulate(strategy, rounds, seed):
    """What a simulation takes round by round, what it starts from, and who is in its pool."""
    assay.run('simulate', WHOLE, '--strategy', strategy, '--rounds', str(rounds), '--repeats', '1',
              '--seed', str(seed))
    names = [one['name'] for one in assay.run_json('history', WHOLE, 'list')['histories']]
    name = [one for one in names if one.startswith(f'simulated {strategy} 1')][-1]
    return assay.run_json('history', WHOLE, 'show', name)


def test_equals_simulation():
    """ten rounds driven by hand are those of a simulation with the same seed, row for row"""
    aside = set(assay.run('select', WHOLE, '--where', "split = 'test'").split())
    for strategy, seed, rounds in (('margin', 3, 10), ('two_phase', 4, 4)):
        played = simulate(strategy, rounds, seed)
        live = FOLDER / f'{strategy}.assay'
        make_live(live, set(played['start_ids']), set(played['judged_ids']), aside)
        for one in played['rounds']:
            found = assay.run_json('suggest', live, '--strategy', strategy, '--seed', str(seed),
                                   '--record')
            assert [row['id'] for row in found['rows']] == one['ids'], one['number']
            said = answer(live, one['ids'])
            assert said['closed'] and said['round'] == one['number']
            assert said['metrics']['accuracy'] == one['metrics']['accuracy']
            assert abs(said['metrics']['loss'] - one['metrics']['loss']) < 1e-12
        shown = assay.run_json('history', live, 'show', 'loop')
        before = shown['start_metrics']['loss']
        for one in shown['rounds']:
            gain = one['metrics']['gain']
            assert abs(before - one['metrics']['loss'] - gain) < 1e-12
            before = one['metrics']['loss']
        info = assay.run_json('select', live, '--where', "split = 'train'", '--count')
        assert info['n'] == 20 + 10 * rounds, info  # labels that came back are labels of the data


def start_round():
    live = FOLDER / 'half.assay'
    if not live.exists():
        make_live(live, {f'd{i:04}' for i in range(60)}, {f'd{i:04}' for i in range(60, 200)})
    return live


def test_part_at_a_time():
    """labels come back in parts; a label is changed by its annotator; unknown ones are refused"""
    live, out = start_round(), FOLDER / 'rows.csv'
    found = assay.run_json('suggest', live, '--strategy', 'margin', '--count', '6', '--record',
                           '-o', out)
    ids = [row['id'] for row in found['rows']]
    table = rows_of(out)
    assert table[0] == ['id', 'label', 'annotator'] and [row[0] for row in table[1:]] == ids
    assert 'round 1' in assay.fail('suggest', live, '--record')
    said = answer(live, ids[:2])
    assert (said['n_answered'], said['n_new'], said['closed']) == (2, 2, False)
    assert answer(live, ids[:2])['n_new'] == 0
    write(out, [['id', 'label'], [ids[0], '11']])
    message = assay.fail('history', live, 'label', out)
    assert ids[0] in message and '"11"' in message
    write(out, [['id', 'label'], [ids[0], (int(LABEL[ids[0]]) + 1) % 10], [ids[2], '']])
    said = assay.run_json('history', live, 'label', out)
    assert (said['n_answered'], said['n_changed']) == (2, 1)
    write(out, [['id', 'label', 'annotator'], ['d0001', '1', 'ben']])
    assert 'd0001' in assay.call('history', live, 'label', out).stderr
    tasks = FOLDER / 'tasks.json'
    assay.run('history', live, 'tasks', '-o', tasks)
    content = json.loads(tasks.read_text(encoding='utf-8'))
    assert [task['data']['id'] for task in content] == ids[2:]
    for who, shift, seconds in (('ann', 0, 2.5), ('ben', 1, 3)):
        for k, task in enumerate(content[:3]):
            label = str((int(LABEL[task['data']['id']]) + (shift if k == 0 else 0)) % 10)
            task.setdefault('annotations', []).append(
                {'completed_by': who, 'lead_time': seconds,
                 'result': [{'type': 'choices', 'value': {'choices': [label]}}]})
    tasks.write_text(json.dumps(content), encoding='utf-8')
    said = assay.run_json('history', live, 'label', tasks)
    assert said['n_answered'] == 5 and len(said['disagreements']) == 1
    one, = said['disagreements']
    assert one['id'] == ids[2] and {x['annotator'] for x in one['labels']} == {'ann', 'ben'}
    assert 'differ' in assay.run('history', live, 'label', tasks)
    said = assay.run_json('history', live, 'label', '--close')
    missing = assay.keys_of(said, ('metrics',)) - assay.documented_words('history')
    assert not missing, missing
    assert said['closed'] and said['n'] == 5 and said['metrics']['disagreements'] == 1
    assert said['metrics']['n_labelled'] == 65 and 'gain' in said['metrics']
    assert 'no open round' in assay.fail('history', live, 'label', tasks)
    again = assay.run_json('suggest', live, '--strategy', 'margin', '--count', '6')
    assert again['n_labelled'] == 65
    picks = FOLDER / 'picks.csv'
    assay.run('history', live, 'export', 'loop', '-o', picks)
    assert len(rows_of(picks)) == 1 + 60 + 8  # titles, the rows of the start, the answers


def test_costs():
    """the cost of a round is that of its rows, and seconds are those that were logged"""
    live = FOLDER / 'cost.assay'
    rows = rows_of(assay.SAMPLE)
    table = [['id', 'label', 'price'] + rows[0][2:]]
    for number, row in enumerate(rows[1:400]):
        table.append([row[0], row[1] if number < 150 else '', 1 + number % 3] + row[2:])
    write(FOLDER / 'cost.csv', table)
    assay.run('new', live, FOLDER / 'cost.csv', '--features', 'p??', '--label', 'label')
    found = assay.run_json('suggest', live, '--strategy', 'margin', '--count', '5', '--record',
                           '-p', 'cost=price', '--name', 'paid')
    ids = [row['id'] for row in found['rows']]
    said = answer(live, ids, seconds=2)
    assert said['loop'] == 'paid' and said['metrics']['seconds'] == 10
    assert said['metrics']['cost'] == sum(row['cost'] for row in found['rows'])


def test_killed():
    """a half-labelled round survives kill -9, at whatever moment it comes"""
    live, path = FOLDER / 'killed.assay', FOLDER / 'second.csv'
    make_live(live, {f'd{i:04}' for i in range(60)}, {f'd{i:04}' for i in range(60, 200)})
    found = assay.run_json('suggest', live, '--strategy', 'random', '--count', '40', '--record')
    ids = [row['id'] for row in found['rows']]
    answer(live, ids[:20])
    write(path, [['id', 'label']] + [[i, LABEL[i]] for i in ids[20:39]])
    dice, states = random.Random(1), set()
    for _ in range(8):
        with subprocess.Popen([assay.CLI, 'history', str(live), 'label', str(path)],
                              env=assay.environment(), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            time.sleep(dice.uniform(0, 0.12))
            os.kill(process.pid, signal.SIGKILL)
        shown, = assay.run_json('history', live, 'show', 'loop')['rounds']
        assert shown['open'] and shown['ids'] == ids
        assert shown['n_answered'] in (20, 39), shown['n_answered']
        states.add(shown['n_answered'])
    assert answer(live, ids[20:])['closed'] and 20 in states


def main():
    tap = Tap()
    LABEL.update({row[0]: row[1] for row in rows_of(assay.SAMPLE)[1:]})
    assay.run('new', WHOLE, assay.SAMPLE)
    for test in (test_equals_simulation, test_part_at_a_time, test_costs, test_killed):
        tap.run(test.__doc__, test)
    tap.finish()


if __name__ == '__main__':
    sys.exit(main())
