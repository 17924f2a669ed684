#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A table as people have them, with no role named: what is taken for a feature, what is left out
and said, and that the workspace keeps the choice."""
import random

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
RANDOM = random.Random(3)


def make(name, header, row, rows=120):
    path = FOLDER / f'{name}.csv'
    lines = [';'.join(str(v) for v in row(i)) for i in range(rows)]
    path.write_text('\n'.join([header] + lines) + '\n', encoding='utf-8')
    found = assay.run_json('new', FOLDER / f'{name}.assay', path)
    return found, {d['id']: d['text'] for d in found['diagnostics']}


def columns(found):
    return sorted(s.removeprefix('col:') for s in found['roles']['features'].split(','))


def test_customers():
    """Numbers and kinds; the id by its last word; the class written out is no feature"""
    def row(i):
        left = i % 3 == 0
        return (f'C-{i}', ('basic', 'plus', 'pro')[i % 3 if i % 7 else 1], RANDOM.random(), i % 11,
                RANDOM.choice(('north', 'south')), f'street {i}', ('stays', 'goes')[left],
                int(left))
    found, said = make('customers', 'customer_id;plan;spent;calls;region;street;state;label', row)
    assert found['roles']['id'] == 'customer_id' and found['roles']['label'] == 'label'
    assert columns(found) == ['calls', 'plan', 'region', 'spent'], columns(found)
    assert 'not looked for' in said['near-copies']
    out = [d['text'] for d in found['diagnostics'] if d['id'] == 'not-a-feature']
    assert len(out) >= 1 and any('"state" is the label in other words' in t for t in out), out
    plan = assay.run_json('curate', FOLDER / 'customers.assay')  # 7 columns: no copies by cosine
    few = [w['text'] for w in plan['warnings'] if w['id'] == 'few-columns']
    assert found['features'] == 7 and len(few) == 1 and '7 columns' in few[0], (found, plan)
    assert [s['n_took'] for s in plan['steps'] if s['step'] == 'drop_duplicates'] == [0]
    again = assay.run_json('info', FOLDER / 'customers.assay')
    assert again['roles']['features'] == found['roles']['features']


def test_tickets():
    """A text that is named so stands beside the numbers; a text that is not is left, and said"""
    def words(i):
        return ' '.join(RANDOM.choice('pay card late box lost key door'.split()) for _ in 'abcde')

    def row(i):
        return i, words(i), RANDOM.random(), RANDOM.choice('xyz'), ('bill', 'post')[i % 2]
    found, _ = make('tickets', 'no;Customer Message;amount;lang;queue', row)
    assert found['roles']['text'] == 'Customer Message'
    assert columns(found) == ['Customer Message', 'amount', 'lang'], columns(found)
    found, said = make('passengers', 'no;who;amount;lang;queue', row)
    assert columns(found) == ['amount', 'lang'], columns(found)
    assert '"who"' in said['not-used']


def test_array():
    """Columns of one name and a number are an array, by themselves"""
    def row(i):
        return [i % 2, RANDOM.choice('abc'), *(RANDOM.random() for _ in range(16))]
    found, said = make('array', 'label;source;' + ';'.join(f'e{k}' for k in range(16)), row)
    assert len(columns(found)) == 16 and 'source' not in columns(found)
    assert 'near copies' in said['near-copies'] and 'by chance' not in said['near-copies']


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        assay.shutil.rmtree(FOLDER)
