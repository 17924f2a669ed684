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
    assert 'column "source" beside it is not taken' in said['not-a-feature']


def german(value):
    """As a spreadsheet with a decimal comma writes it"""
    return f'{value:,.3f}'.translate(str.maketrans(',.', '.,'))


def test_decimal_comma():
    """Numbers with a decimal comma are numbers: the same features as with a point"""
    data = [[RANDOM.gauss(0, 2000) for _ in range(3)] for _ in range(120)]
    found, said = make('comma', 'size;weight;price;label',
                       lambda i: [*map(german, data[i]), int(data[i][0] > 0)])
    make('point', 'size;weight;price;label',
         lambda i: [*(f'{value:.3f}' for value in data[i]), int(data[i][0] > 0)])
    assert columns(found) == ['price', 'size', 'weight'], columns(found)
    assert '"size", "weight", "price"' in said['decimal-comma'], said
    both = []
    for name in ('comma', 'point'):
        assay.run('export', FOLDER / f'{name}.assay', '--columns', 'id,size,weight,price', '-o',
                  FOLDER / f'{name}-out.csv')
        both.append((FOLDER / f'{name}-out.csv').read_text(encoding='utf-8'))
    assert both[0] == both[1]


def test_amounts():
    """Whole numbers of many values are a number to predict, not classes of a row or two each"""
    def row(i):
        return RANDOM.random(), RANDOM.random(), 25 + (i * 37) % 60
    for name in ('progression', 'y'):
        found, _ = make(f'amounts-{name}', f'a;b;{name}', row)
        assert found['roles']['target'] == name and not found['roles'].get('label'), found['roles']
    found, _ = make('classes', 'a;b;y', lambda i: (RANDOM.random(), RANDOM.random(), i % 14))
    assert found['roles']['label'] == 'y', found['roles']


def test_gaps():
    """Many columns with gaps are told of in one line, a few one by one"""
    def row(i):
        return [*('' if (i + k) % 9 == 0 else RANDOM.random() for k in range(8)), i % 2]
    _, said = make('gaps', 'a;b;c;d;e;f;g;h;label', row)
    assert said['imputed'].startswith('missing values of 8 columns ("a", "b", "c", "d", "e", ...)')
    _, said = make('gap', 'a;b;label', lambda i: [RANDOM.random(), '' if i == 3 else i % 5, i % 2])
    assert said['imputed'].startswith('column "b": 1 missing value set to the median'), said


def test_files_differ():
    """A column of numbers in one file and of words in another: said, with a value of each"""
    for name, kinds, label in (('first', ('7', '8'), 'ab'), ('second', ('lo', 'hi'), 'ab'),
                               ('third', ('7', '8'), 'ab')):
        rows = [f'{RANDOM.random()},{kinds[i % 2]},{label[i // 2 % 2]}' for i in range(80)]
        (FOLDER / f'{name}.csv').write_text('\n'.join(['x,kind,y', *rows]) + '\n')
    found = assay.run_json('new', FOLDER / 'differ.assay',
                           *(FOLDER / f'{name}.csv' for name in ('first', 'second', 'third')),
                           '--label', 'y')
    said = [d['text'] for d in found['diagnostics'] if d['id'] == 'files-differ']
    assert len(said) == 1 and said[0].endswith(
        'second.csv: column "kind" has words ("lo"), in the files before it numbers ("7"): it is '
        'taken for words'), said
    found = assay.run_json('new', FOLDER / 'alike.assay', FOLDER / 'first.csv',
                           FOLDER / 'third.csv', '--label', 'y')
    assert 'files-differ' not in [d['id'] for d in found['diagnostics']]


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        assay.shutil.rmtree(FOLDER)
