#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""review: order, what is said of each row, and that decisions take rows out and count."""
import csv

import assay
import flipped
from tap import Tap

FOLDER = assay.Folder().__enter__()
WORK, TRUTH = flipped.make(FOLDER, 3)


def queue(*options):
    return assay.run_json('review', WORK, '--limit', '0', *options)


def test_order():
    """Validation rows, test rows, training rows; each part in its order; every key documented"""
    found = queue()
    missing = assay.keys_of(found) - assay.documented_words('review')
    assert not missing, missing
    rows = found['rows']
    assert found['n'] == len(rows) == len({row['id'] for row in rows})
    parts = [row['part'] for row in rows]
    valid, test = found['n_valid'], found['n_test']
    assert parts == ['valid'] * valid + ['test'] * test + ['train'] * (len(rows) - valid - test)
    assert valid > 5 and test > 5
    for of in (rows[:valid], rows[valid:valid + test]):
        wrong = [row['wrong'] for row in of]
        assert wrong == sorted(wrong, reverse=True) and wrong[-1] >= 0.5
        assert all(row['gain'] is None and row['worth'] is None for row in of)
    train = rows[valid + test:]
    worth = [row['worth'] for row in train]
    assert worth == sorted(worth, reverse=True)
    for row in train:
        expected = row['wrong'] * row['gain'] * 60 / found['seconds'][row['kind']]
        assert abs(row['worth'] - expected) <= 1e-12 * abs(expected), row
        assert row['suggestion'] != row['label']
    assert 0 <= found['reliability'] <= 1


def test_finds_the_wrong_ones():
    """Of the first hundred rows nearly all are wrong, and their suggestion mostly is the truth"""
    rows = queue()['rows'][:100]
    wrong = [row for row in rows if row['id'] in TRUTH]
    assert len(wrong) >= 90, len(wrong)
    right = sum(row['suggestion'] == TRUTH[row['id']] for row in wrong)
    assert right >= 0.9 * len(wrong), right


def test_test_rows_left():
    """Without the test part"""
    found = queue('--leave-test')
    assert found['n_test'] == 0 and all(row['part'] != 'test' for row in found['rows'])
    assert not any('test rows' in note for note in found['notes'])
    assert any('test rows' in note for note in queue()['notes'])


def test_harmful_and_conflicts():
    """Rows that hurt and near copies of another label join once they are looked for"""
    notes = ' '.join(queue()['notes'])
    assert 'near copies were not looked for' in notes and 'influence was not computed' in notes
    assay.run('score', WORK, 'influence', 'group', '-p', 'threshold=0.985')
    found = queue()
    assert 'were not looked for' not in ' '.join(found['notes'])
    kinds = {row['kind'] for row in found['rows']}
    assert 'conflict' in kinds and kinds <= {'label', 'conflict', 'harmful'}, kinds
    out = FOLDER / 'all.csv'
    columns = 'id,label,split,group,influence,influence_told'
    assay.run('export', WORK, '--columns', columns, '-o', out)
    with open(out, encoding='utf-8', newline='') as file:
        table = {row['id']: row for row in csv.DictReader(file)}
    labels = {}
    for row in table.values():
        labels.setdefault(row['group'], set()).add(row['label'])
    for row in found['rows']:
        of = table[row['id']]
        if row['kind'] == 'conflict':
            assert of['group'] and len(labels[of['group']]) > 1, row
        if row['kind'] == 'harmful':
            assert row['suggestion'] is None and row['gain'] > 0 and of['split'] == 'train'
            assert float(of['influence']) == -row['gain'] and float(of['influence_told']) == 1


def test_decisions_count():
    """Rows that were answered are not offered again; what they brought is refitted; undone"""
    before = queue()
    assert before['n_reviewed'] == 0 and before['loss_before'] == before['loss_now']
    first = [row['id'] for row in before['rows'][:60]]
    flipped.answer(WORK, first, TRUTH)
    after = queue()
    assert not set(first) & {row['id'] for row in after['rows']}
    assert after['n_reviewed'] == 60
    assert after['n_changed'] == sum(each in TRUTH for each in first)
    assert after['accuracy_now'] > before['accuracy_now']
    assert after['loss_before'] != after['loss_now'] and after['expected_wrong'] > 0
    assay.run('decide', WORK, 'tag', '--where', f"id = '{after['rows'][0]['id']}'", '--value',
              'needs review', '--why', 'review')
    tagged = queue()
    assert tagged['n_reviewed'] == 61 and tagged['n_changed'] == after['n_changed']
    assert tagged['rows'][0]['id'] == after['rows'][1]['id']
    text = assay.run('review', WORK)
    assert tagged['sentence'] in text and 'reviewed 61' in text
    for _ in assay.run_json('decide', WORK, 'log')['decisions']:
        assay.run('decide', WORK, 'undo')
    assert queue() == before


def test_refusals():
    """No classes; a class without a training row; a bad number"""
    assert '--limit -1' in assay.fail('review', WORK, '--limit', '-1', status=2)
    other = FOLDER / 'number.csv'
    other.write_text('a,b,y\n' + ''.join(f'{i},{i * i % 7},{i * 0.5}\n' for i in range(60)),
                     encoding='utf-8')
    assay.run('new', FOLDER / 'number.assay', other, '--target', 'y')
    assert 'numeric target' in assay.fail('review', FOLDER / 'number.assay')
    assay.run('decide', WORK, 'drop', '--where', "label = '3' AND split = 'train'")
    assert 'class "3" has lost its last training row' in assay.fail('review', WORK)
    assay.run('decide', WORK, 'undo')


if __name__ == '__main__':
    Tap().run_all(globals())
