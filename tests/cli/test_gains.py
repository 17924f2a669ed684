#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""gains: the parts add up, and the whole is what scikit-learn's heads show."""
import csv
import fcntl
import json
import os
import pathlib
import sys

import numpy
from sklearn.linear_model import LogisticRegression

import assay
from tap import Skip, Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'


def make():
    assay.run('new', WORK, assay.SAMPLE)
    assay.run('simulate', WORK, '--strategy', 'margin', '--rounds', '3', '--repeats', '2')


def table():
    """id -> (part, class, features) of the workspace's rows."""
    out = FOLDER / 'all.csv'
    assay.run('export', WORK, '-o', out)
    with open(out, encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    pixels = [name for name in rows[0] if name.startswith('p') and name[1:].isdigit()]
    return {row['id']: (row['split'], int(row['label']), [float(row[name]) for name in pixels])
            for row in rows}


def add_up(found):
    for one in found['rounds']:
        if one['state'] != 'split':
            continue
        rows = one['rows']
        assert abs(sum(row['credit'] for row in rows) + one['residual'] - one['gain']) < 1e-12
        assert abs(one['positive'] + one['negative'] + one['residual'] - one['gain']) < 1e-12
        assert abs(one['residual']) <= 0.01 * abs(one['gain'])
        assert abs(one['loss_before'] - one['loss_after'] - one['gain']) < 1e-9
        change = one['accuracy_after'] - one['accuracy_before']
        assert abs(sum(row['accuracy'] for row in rows) + one['accuracy_rest'] - change) < 1e-12
        assert abs(sum(part['gain'] for part in one['judged']) - one['gain']) < 1e-9
    split = [one for one in found['rounds'] if one['state'] == 'split']
    assert abs(sum(one['gain'] for one in split) - found['gain']) < 1e-12


def test_adds_up():
    """Credits, classes, flips and rounds add up, and all keys are documented"""
    found = assay.run_json('gains', WORK, 'simulated margin 1', '--by', 'label')
    missing = assay.keys_of(found) - assay.documented_words('gains')
    assert not missing, missing
    add_up(found)
    total = sum(row['credit'] for one in found['rounds'] for row in one['rows'])
    assert abs(sum(one['credit'] for one in found['by']) - total) < 1e-12
    assert sorted(row for one in found['by'] for row in one['rows']) == sorted(
        row['row'] for one in found['rounds'] for row in one['rows'])
    by = assay.run_json('gains', WORK, 'simulated margin 1', '--by', 'strategy')['by']
    assert [one['value'] for one in by] == ['margin'] and abs(by[0]['credit'] - total) < 1e-12


def test_independent():
    """Each round's gain is what heads of scikit-learn on the same rows show"""
    found = assay.run_json('gains', WORK, 'simulated margin 2')
    rows = table()
    train = numpy.array([x for part, _, x in rows.values() if part == 'train'])
    centre, scale = train.mean(axis=0), train.std(axis=0)
    scale[scale == 0] = numpy.inf
    judges = [(y, x) for part, y, x in rows.values() if part == 'valid']
    judged = (numpy.array([x for _, x in judges]) - centre) / scale
    label = numpy.array([y for y, _ in judges])

    def loss(ids):
        x = (numpy.array([rows[i][2] for i in ids]) - centre) / scale
        y = numpy.array([rows[i][1] for i in ids])
        head = LogisticRegression(C=1 / found['lambda'], tol=1e-10, max_iter=10000).fit(x, y)
        p = head.predict_proba(judged)
        return -numpy.log(p[numpy.arange(len(label)), label]).mean()

    # the start of a simulated history: what export says of round 0
    lines = [line for line in assay.run('select', WORK, '--where', 'round = 0', '--columns',
                                        'id,split').splitlines()[1:]]
    ids = [line.replace(',', ' ').split()[0] for line in lines if 'train' in line]
    assert len(ids) == found['n_start']
    before = loss(ids)
    for one in found['rounds']:
        ids += [row['id'] for row in one['rows']]
        after = loss(ids)
        assert abs(one['gain'] - (before - after)) < 1e-5, (one['gain'], before - after)
        before = after


def test_views():
    """Shapley values add up to the gain; random batches are beside each round"""
    call = ('gains', WORK, 'simulated margin 1', '--shapley', '--random', '6')
    found = assay.run_json(*call)
    assert not assay.keys_of(found) - assay.documented_words('gains')
    rounds = found['rounds']
    assert found['shapley_why'] is None
    assert abs(sum(one['shapley'] for one in rounds) - found['gain']) < 1e-6
    for one in rounds:
        random = one['random']
        assert abs(random['gain'] + random['selection'] - one['gain']) < 1e-12
        assert random['low'] <= random['gain'] <= random['high']
        assert random['selection_low'] < random['selection'] < random['selection_high']
    assert assay.run_json(*call) == found
    assert 'Shapley' in assay.run(*call)
    out = FOLDER / 'gains.svg'
    told = assay.run_json('figure', WORK, 'gains', 'simulated margin 1', '-o', out)
    assert 'What each round of simulated margin 1 brought' in out.read_text(encoding='utf-8'), told
    ends = [rounds[0]['loss_before'], rounds[-1]['loss_after']]
    assert 'from {:.3g} to {:.3g}'.format(*ends) in told['summary'], (told['summary'], ends)
    assert 'not split yet' in assay.fail('figure', WORK, 'gains', 'simulated random 2', '-o', out)
    assert 'at least 2' in assay.fail(*call[:-1], '1', status=2)


def test_stopped_early():
    """Gradient steps of a model stopped early: new rows, others and penalty add up to the change"""
    found = assay.run_json('gains', WORK, 'simulated margin 1', '--steps', '30', '--rate', '0.05')
    assert not assay.keys_of(found) - assay.documented_words('gains')
    early = found['stopped_early']
    assert [one['round'] for one in early['rounds']] == [0] + [one['round'] for one in
                                                               found['rounds']]
    before = numpy.log(10)  # of a head of zeroes
    for one in early['rounds']:
        assert one['adds_up'] and abs(one['residual']) <= 1e-4 * abs(one['gain'])
        parts = one['by_new'] + one['by_old'] + one['by_penalty'] + one['residual']
        assert abs(parts - one['gain']) < 1e-12
        assert abs(one['loss_before'] - before) < 1e-9
        before = one['loss_after']
    total = sum(one['by_new'] + one['by_old'] for one in early['rounds'])
    assert abs(sum(row['credit'] for row in early['rows']) - total) < 1e-9
    for one in early['rounds']:
        assert one['n_new'] == len(one['rows']) == one['n'] and one['why'] is None
        assert abs(sum(row['credit'] for row in one['rows']) - one['by_new']) < 1e-12
        assert abs(one['positive'] + one['negative'] - one['by_new']) < 1e-12
    assert early['absolute'] >= abs(early['gain'])
    assert len(early['rows']) == sum(one['n_new'] for one in early['rounds'])
    text = assay.run('gains', WORK, 'simulated margin 1', '--steps', '3', '--rate', '40')
    assert 'stopped early' in text and 'does not add up' in text
    refused = assay.run_json('gains', WORK, 'simulated margin 1', '--steps', '3', '--rate',
                             '40')['stopped_early']
    wrong = [one for one in refused['rounds'] if not one['adds_up']]
    assert wrong and all('do not add up' in one['why'] for one in wrong)
    assert all(one[key] is None for one in wrong for key in
               ('by_new', 'by_old', 'by_penalty', 'positive', 'negative'))
    assert all(row['credit'] is None for one in wrong for row in one['rows'])
    assert 'above 0' in assay.fail('gains', WORK, 'simulated margin 1', '--steps', '3', '--rate',
                                   '0')


def test_held():
    """While another program writes, the gains are printed, not stored"""
    with open(FOLDER / '.digits.assay.lock', 'a+b') as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        done = assay.call('gains', WORK, 'simulated random 2')
        assert done.returncode == 0 and 'Whole gain' in done.stdout
        assert 'not stored' in done.stderr, done.stderr
    out = FOLDER / 'held.svg'
    assert 'not split yet' in assay.fail('figure', WORK, 'gains', 'simulated random 2', '-o', out)


def test_columns():
    """The rows' credit and round are columns"""
    found = assay.run_json('gains', WORK, 'simulated random 1')
    credit = {row['id']: row['credit'] for one in found['rounds'] for row in one['rows']}
    out = FOLDER / 'credit.csv'
    assay.run('export', WORK, '--columns', 'id,credit,round', '--where', 'credit IS NOT NULL',
              '-o', out)
    with open(out, encoding='utf-8', newline='') as file:
        stored = {row['id']: float(row['credit']) for row in csv.DictReader(file)}
    assert stored == credit
    text = assay.run('gains', WORK, 'simulated random 1')
    assert 'Whole gain' in text and 'residual' in text and 'influence says' in text


def bring(name, rounds):
    """Imports a history of rounds of row numbers."""
    path = FOLDER / f'{name}.csv'
    lines = ['loop,order,index'] + [f'{number},{order},{row}' for number, rows in rounds
                                    for order, row in enumerate(rows)]
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    return assay.run_json('history', WORK, 'import', path)['histories'][0]['name']


def test_said():
    """Rounds of judging rows, a class first seen and rows from elsewhere are said"""
    parts = list(table().values())
    train = [i for i, (part, _, _) in enumerate(parts) if part == 'train']
    valid = [i for i, (part, _, _) in enumerate(parts) if part == 'valid']
    known = [i for i in train if parts[i][1] != 7]
    sevens = [i for i in train if parts[i][1] == 7]
    name = bring('said', [(0, known[:90]), (1, valid[:10]), (2, known[90:100]),
                          (3, sevens[:4] + known[100:106] + [99999])])
    found = assay.run_json('gains', WORK, name)
    states = [one['state'] for one in found['rounds']]
    assert states[-3:] == ['empty', 'split', 'split'], states
    assert any('judge' in note for note in found['notes']), found['notes']
    assert any('not in the data set' in note for note in found['notes']), found['notes']
    last = found['rounds'][-1]
    assert [one['class'] for one in last['opened']] == ['7'] and last['n_opened'] == 4
    assert last['n'] == 6 and last['n_unjudged'] == 0
    assert found['rounds'][-2]['n_unjudged'] == last['opened'][0]['n_judged'] > 0
    assert 'class 7 became known' in assay.run('gains', WORK, name)
    add_up(found)
    hollow = FOLDER / 'hollow.jsonl'
    hollow.write_text('\n'.join([json.dumps({'loop': 0, 'order': k, 'index': row})
                                 for k, row in enumerate(known[:60])]
                                + ['{"loop": 1, "accuracy": 0.5}']
                                + [json.dumps({'loop': 2, 'order': k, 'index': row})
                                   for k, row in enumerate(known[60:70])]) + '\n',
                      encoding='utf-8')
    name = assay.run_json('history', WORK, 'import', hollow)['histories'][0]['name']
    empty = assay.run_json('gains', WORK, name)
    assert [(one['n_taken'], one['state']) for one in empty['rounds']][-2:] \
        == [(0, 'empty'), (10, 'split')], empty['rounds']
    add_up(empty)
    other = bring('other', [(0, [90001, 90002]), (1, [90003])])
    assert 'none of its rows' in assay.fail('gains', WORK, other)
    assert 'nothing' in assay.fail('gains', WORK, 'nothing')
    assert 'no column' in assay.fail('gains', WORK, name, '--by', 'nowhere')
    bare = FOLDER / 'bare.assay'
    assay.run('new', bare, assay.SAMPLE)
    assert 'there is no history' in assay.fail('gains', bare)


def test_answers():
    """Cut by who answered and on which day: the sums of the credits of those rows"""
    rows = table()
    train = [(i, name, label) for i, (name, (part, label, _)) in enumerate(rows.items())
             if part == 'train'][:80]
    who, when, lines = {}, {}, ['loop,order,index,label,annotator,timestamp']
    for k, (i, name, label) in enumerate(train):
        who[name] = ('ann', 'bo', '')[k % 3]
        when[name] = ('2026-03-01T10:15:00Z', '2026-03-02 09:00', 'soon', '2026-03-01')[k % 4]
        lines.append(f'{max(0, k // 10 - 5)},{k},{i},{label},{who[name]},{when[name]}')
    path = FOLDER / 'answers.csv'
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    name = assay.run_json('history', WORK, 'import', path)['histories'][0]['name']
    for by, value_of in (('annotator', who.get), ('day', lambda row: when[row][:10])):
        found = assay.run_json('gains', WORK, name, '--by', by)
        want = {}
        for one in found['rounds']:
            for row in one['rows']:
                if row['credit'] is not None:
                    want.setdefault(value_of(row['id']), []).append(row['credit'])
        told = {one['value']: (one['n'], one['credit']) for one in found['by']}
        assert set(told) == set(want) and len(told) == 3, (by, told)
        for value, credits in want.items():
            assert told[value][0] == len(credits), (by, value, told)
            assert abs(told[value][1] - sum(credits)) < 1e-12, (by, value, told, sum(credits))
    assert set(told) == {'2026-03-01', '2026-03-02', 'soon'}, told


def test_real():
    """A published history of digits: every round adds up"""
    data = pathlib.Path(os.environ.get('ASSAY_TEST_DATA') or '')
    if not (data / 'al_history_digits_DERIVED').exists():
        raise Skip('ASSAY_TEST_DATA has no al_history_digits_DERIVED')
    found = assay.run_json('history', WORK, 'import',
                           data / 'al_history_digits_DERIVED' / 'history.jsonl', '--name', 'real')
    gains = assay.run_json('gains', WORK, found['histories'][0]['name'])
    assert len(gains['rounds']) == 16
    assert sum(one['state'] == 'split' for one in gains['rounds']) >= 14
    add_up(gains)


def main():
    tap = Tap()
    make()
    for test in (test_adds_up, test_independent, test_views, test_stopped_early, test_held,
                 test_columns, test_said, test_answers, test_real):
        tap.run(test.__doc__, test)
    tap.finish()


if __name__ == '__main__':
    sys.exit(main())
