#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""redundancy: groups against numpy, keep rules, leaks, texts, the curve, odd thresholds."""
import csv
import os
import pathlib

import numpy

import assay
from tap import Skip, Tap

FOLDER = assay.Folder().__enter__()
DATA = os.environ.get('ASSAY_TEST_DATA')


def documented(found):
    words = assay.documented_words('redundancy')
    missing = assay.keys_of(found) - words
    assert not missing, f'keys that the man page has not: {missing}'


def components(near):
    """Groups of two or more by search over a matrix of booleans: sets of rows."""
    left, groups = set(range(len(near))), set()
    while left:
        todo, group = [left.pop()], set()
        while todo:
            row = todo.pop()
            group.add(row)
            more = left & set(numpy.flatnonzero(near[row]))
            left -= more
            todo += more
        if len(group) > 1:
            groups.add(frozenset(group))
    return groups


def make(name, features, columns, **given):
    """A workspace of an array and the columns beside it; row numbers are the ids."""
    numpy.save(FOLDER / f'{name}.npy', features.astype(numpy.float32))
    with open(FOLDER / f'{name}.csv', 'w', encoding='utf-8', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values()))
    work = FOLDER / f'{name}.assay'
    options = [part for key, value in given.items() for part in (f'--{key}', value)]
    assay.run('new', work, FOLDER / f'{name}.csv', '--features', FOLDER / f'{name}.npy',
              '--label', 'label', *options)
    return work


def digits():
    with open(assay.SAMPLE, encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    x = numpy.array([[float(v) for k, v in row.items() if k.startswith('p')] for row in rows])
    return x, [row['label'] for row in rows]


X, LABELS = digits()
X, LABELS = X[:600], LABELS[:600]
N = len(X)
PARTS = ['valid' if i % 10 == 3 else 'test' if i % 10 == 7 else 'train' for i in range(N)]
SPOILT = X.copy()
SPOILT[100] = SPOILT[5] + .01          # train, train
SPOILT[13] = SPOILT[20]                # valid, train: a leak
SPOILT[17] = SPOILT[23]                # test, valid: a leak
SPOILT[200] = 0                        # no cosine
SPOILT[[300, 301, 302]] = SPOILT[40]   # train three times more
COLUMNS = {'label': LABELS[:302] + ['0' if LABELS[40] != '0' else '1'] + LABELS[303:],
           'split': PARTS, 'time': [f'20{10 + i % 80:02d}-01-01' for i in range(N)],
           'text': ['word ' * (1 + i % 7) + str(i) for i in range(N)]}
WORK = make('digits', SPOILT, COLUMNS, split='split', time='time', text='text')


def unit(x):
    length = numpy.linalg.norm(x, axis=1, keepdims=True)
    return x / numpy.where(length > 0, length, 1)


def cosines():
    u = unit(SPOILT.astype(numpy.float32).astype(float))
    return u @ u.T


def exported(columns):
    path = FOLDER / 'columns.csv'
    assay.run('export', WORK, '--columns', columns, '-o', path)
    with open(path, encoding='utf-8', newline='') as file:
        return list(csv.DictReader(file))


def test_groups_equal_numpy():
    """Groups, pairs and columns are what numpy finds, at several thresholds"""
    similar = cosines()
    for threshold in ['0.999', '0.985', '0.97']:
        found = assay.run_json('redundancy', WORK, '--threshold', threshold, '--groups', '1000',
                               '--no-uniqueness')
        documented(found)
        near = similar >= float(threshold)
        numpy.fill_diagonal(near, False)
        expected = components(near)
        assert {frozenset(map(int, g['ids'])) for g in found['groups']} == expected
        assert found['n_pairs'] == near.sum() // 2
        assert found['n_groups'] == len(expected)
        assert found['n_zero'] == 1
        rows = exported('id,split,group,redundant')
        by_group = {}
        for row in rows:
            if row['group'] != '':
                by_group.setdefault(row['group'], set()).add(int(row['id']))
        assert {frozenset(g) for g in by_group.values()} == expected
        assert assay.run('map', WORK, 'pca') is not None
        drawn = assay.run_json('figure', WORK, 'map', '--groups', '-o', FOLDER / 'groups.svg')
        lines = sum(len(group) - 1 for group in expected)
        assert f'; {lines} lines between rows of a group' in drawn['summary'], drawn['summary']
        gone = {int(r['id']) for r in rows if r['redundant'] == '1'}
        assert len(gone) == found['n_redundant']
        for group in expected:
            train = {i for i in group if PARTS[i] == 'train'}
            assert len(train & gone) == max(len(train) - 1, 0) and not (group - train) & gone


def test_as_scores():
    """score redundant, group: the very columns of the command, with their threshold"""
    for options in ([('threshold', '0.97'), ('keep', 'newest')],
                    [('threshold', '0.985'), ('linkage', 'complete')],
                    [('threshold', '5'), ('metric', 'euclidean'), ('keep', 'longest')]):
        flags = [part for key, value in options for part in (f'--{key}', value)]
        assay.run('redundancy', WORK, '--no-uniqueness', *flags)
        expected = exported('group,redundant')
        asked = [part for key, value in options for part in ('-p', f'{key}={value}')]
        scores = assay.run_json('score', WORK, 'redundant', 'group', *asked)['scores']
        found = exported('group,redundant')
        assert [(r['group'], r['redundant']) for r in found] \
            == [(r['group'], r['redundant']) for r in expected]
        for one in scores:
            certificate = one['certificate']
            assert certificate['threshold'] == float(options[0][1])
            assert certificate['redundant'] == sum(r['redundant'] == '1' for r in found)
    assay.run('figure', WORK, 'groups', '-o', FOLDER / 'groups.svg')
    assert 'threshold' in assay.fail('score', WORK, 'redundant', '-p', 'metric=euclidean')
    assert 'central' in assay.fail('score', WORK, 'redundant', '-p', 'keep=score')



def test_conflicts_leaks_and_copies():
    """Differing labels, leaks and exact copies are listed"""
    found = assay.run_json('redundancy', WORK, '--threshold', '0.9999', '--sort', 'conflict')
    group = found['groups'][0]
    assert group['conflict'] and set(map(int, group['ids'])) == {40, 300, 301, 302}
    assert found['n_exact'] == 5
    assert set(found['leaks']['ids']) == {'13', '17'}
    assert found['leaks']['n_valid'] == 1 and found['leaks']['n_test'] == 1
    assert found['leaks']['valid']['n'] == 60 and found['leaks']['valid_without']['n'] == 59
    assert found['leaks']['test'] is None
    assert found['uniqueness']
    found = assay.run_json('redundancy', WORK, '--threshold', '0.97', '--sort', 'leak',
                           '--groups', '1000', '--no-uniqueness')
    leaks = [len(set(group['parts']) - {'pool'}) > 1 for group in found['groups']]
    assert leaks == sorted(leaks, reverse=True) and leaks[0] and not leaks[-1]
    assert sum(leaks) == found['leaks']['n_groups']


def test_uniqueness():
    """d / (d + its median) of the distance to the nearest other row, missing for a row of zeros;
    beside it the share of rows whose nearest has their label"""
    found = assay.run_json('redundancy', WORK)
    similar = cosines()
    numpy.fill_diagonal(similar, -2)
    similar[200] = similar[:, 200] = -2
    values = [row['uniqueness'] for row in exported('uniqueness')]
    assert values[200] == ''
    apart = 1 - similar.max(1)
    middle = numpy.median(numpy.delete(apart, 200)[numpy.delete(apart, 200) > 1e-7])
    for i, value in enumerate(values):
        if i != 200:
            assert abs(float(value) - apart[i] / (apart[i] + middle)) < 1e-4, i
    agreement = found['agreement']
    assert agreement['column'] == 'label' and 0 < agreement['chance'] < agreement['share'] <= 1


def test_emoji():
    """The share of rows whose nearest row is in their family, as emoji2vec's description has it"""
    if DATA is None:
        raise Skip('no ASSAY_TEST_DATA')
    folder = pathlib.Path(DATA) / 'emoji2vec'
    work = FOLDER / 'emoji.assay'
    assay.run('new', work, folder / 'labels.tsv', '--features', folder / 'emoji2vec_f32.npy',
              '--target', 'row')
    flags = ('--no-uniqueness', '--agree', 'skin_tone_base_group')
    agreement = assay.run_json('redundancy', work, *flags)['agreement']
    assert agreement['rows'] == 336 and round(100 * agreement['share']) == 47, agreement
    x = numpy.load(folder / 'emoji2vec_f32.npy').astype(float)
    x /= numpy.linalg.norm(x, axis=1)[:, None]
    similar = x @ x.T
    numpy.fill_diagonal(similar, -2)
    with open(folder / 'labels.tsv', encoding='utf-8') as file:
        family = [row['skin_tone_base_group'] for row in csv.DictReader(file, delimiter='\t')]
    same = sum(a != '' and a == family[j] for a, j in zip(family, similar.argmax(1)))
    assert agreement['same'] == same, (agreement, same)
    said = assay.run('redundancy', work, *flags)
    assert '336 rows whose skin_tone_base_group another row has too' in said, said
    assay.fail('redundancy', work, '--agree', 'nobody', status=2)


def test_keep_rules():
    """Each rule keeps the row it says"""
    group = [40, 300, 301, 302]
    for rule, best in [('first', 40), ('newest', max(group, key=lambda i: (i % 80, -i))),
                       ('longest', max(group, key=lambda i: len('word ' * (1 + i % 7) + str(i))))]:
        found = assay.run_json('redundancy', WORK, '--keep', rule, '--threshold', '0.9999',
                               '--groups', '1', '--no-uniqueness')
        assert found['groups'][0]['keep'] == str(best), (rule, found['groups'][0])
    scores = FOLDER / 'mine.csv'
    scores.write_text('id,mine\n' + ''.join(f'{i},{i == 301:d}\n' for i in range(N)))
    assay.run('import', WORK, scores)
    found = assay.run_json('redundancy', WORK, '--keep', 'score', '--score', 'mine',
                           '--threshold', '0.9999', '--groups', '1', '--no-uniqueness')
    assert found['groups'][0]['keep'] == '301'
    assay.fail('redundancy', WORK, '--keep', 'score', '--score', 'nothing')
    assay.fail('redundancy', WORK, '--threshold', '1.5')
    assay.fail('redundancy', WORK, '--threshold', '.9', '--floor', '.95')


def test_odd_thresholds():
    """1 finds copies, 0 and -1 everything, a distance of 0 the same rows"""
    for threshold, copies in [('1', 5), ('0', N - 2), ('-1', N - 2)]:
        found = assay.run_json('redundancy', WORK, '--threshold', threshold, '--no-uniqueness')
        assert found['n_in_groups'] - found['n_groups'] == copies, found
    found = assay.run_json('redundancy', WORK, '--metric', 'euclidean', '--threshold', '0',
                           '--no-uniqueness')
    assert found['n_in_groups'] - found['n_groups'] == 5
    assert found['n_zero'] == 0


def test_complete_linkage():
    """Complete linkage: every pair of a group is within the threshold"""
    similar = cosines()
    found = assay.run_json('redundancy', WORK, '--linkage', 'complete', '--threshold', '0.96',
                           '--groups', '1000', '--no-uniqueness')
    assert any(g['size'] > 2 for g in found['groups'])
    for group in found['groups']:
        rows = [int(i) for i in group['ids']]
        least = similar[numpy.ix_(rows, rows)].min()
        assert least >= 0.96 - 1e-12 and abs(group['weakest'] - least) < 1e-9


def test_few_columns():
    """Rows of fewer than eight columns point the same way by chance: said, and no finding"""
    rng = numpy.random.default_rng(4)
    for columns, said in ((7, True), (8, False)):
        work = make(f'few{columns}', rng.normal(size=(60, columns)),
                    {'label': [str(i % 2) for i in range(60)]})
        done = assay.call('redundancy', work, '--threshold', '0.9', '--no-uniqueness')
        assert ('point the same way by chance' in done.stderr) == said, done.stderr
        found = assay.run_json('redundancy', work, '--threshold', '0.9', '--no-uniqueness')
        assert (found['by_chance'] is not None) == said
        one = assay.run_json('score', work, 'redundant', '-p', 'threshold=0.9')['scores'][0]
        assert one['certificate']['finding'] is not said
        assert any('by chance' in text for text in one['certificate'].get('flags', [])) == said
        near = assay.run_json('redundancy', work, '--metric', 'euclidean', '--threshold', '1',
                              '--no-uniqueness')
        assert near['by_chance'] is None


def test_curve_against_whatif():
    """The curve's predicted and refitted changes are those of whatif; test is counted"""
    found = assay.run_json('redundancy', WORK, '--threshold', '0.98', '--refit',
                           '--no-uniqueness')
    documented(found)
    at = next(c for c in found['curve'] if c['threshold'] == 0.98)
    what = assay.run_json('whatif', WORK, '--where', 'redundant = 1', '--verify')
    assert at['n_redundant'] == what['n']
    assert abs(at['loss_change'] - (what['loss_predicted'] - what['loss_before'])) < 1e-6
    assert abs(at['valid_loss_change'] - (what['loss_refit'] - what['loss_before'])) < 1e-6
    assert abs(at['test_accuracy_change'] - (what['test']['accuracy_refit']
                                             - what['test']['accuracy_before'])) < 1e-9
    assert what['test_openings'] == 3  # leaks, curve, whatif
    assert at['random_low'] <= at['random_accuracy_change'] <= at['random_high']
    dropped = [c['n_redundant'] for c in found['curve']]
    assert dropped == sorted(dropped) and len(dropped) > 5
    found = assay.run_json('redundancy', WORK, '--threshold', '0.98', '--curve',
                           '--no-uniqueness')
    assert found['curve'][0]['test_loss_change'] is None


def test_figure():
    """figure groups draws the rows that may go by threshold"""
    assay.run('redundancy', WORK, '--floor', '.9', '--no-uniqueness')
    found = assay.run_json('figure', WORK, 'groups', '-o', FOLDER / 'groups.svg')
    assert 'near copies' in found['summary'], found
    assay.fail('figure', make('plain', X, {'label': LABELS}), 'groups', '-o', FOLDER / 'g.svg')


def test_all_equal():
    """All rows equal: one group, one row stays"""
    work = make('equal', numpy.ones((40, 3)), {'label': ['a', 'b'] * 20,
                                               'split': ['train'] * 36 + ['valid'] * 4},
                split='split')
    found = assay.run_json('redundancy', work, '--metric', 'euclidean', '--threshold', '1')
    assert found['n_groups'] == 1 and found['n_redundant'] == 35 and found['n_conflicts'] == 1


def test_same_bytes():
    """The same groups and columns with one thread and with two"""
    rows = []
    for threads in '12':
        assay.run('--threads', threads, 'redundancy', WORK, '--threshold', '.97')
        rows.append(exported('id,group,redundant,uniqueness'))
    assert rows[0] == rows[1]


def real(name):
    path = pathlib.Path(DATA or '/nonexistent') / name
    if not path.exists():
        raise Skip(f'ASSAY_TEST_DATA has no {name}')
    return path


def expected_texts(path):
    """Groups of rows by kind, and the rows' labels, of duplicates_expected.csv."""
    groups, labels = {}, {}
    with open(path, encoding='utf-8', newline='') as file:
        for row in csv.DictReader(file):
            groups.setdefault((row['kind'], row['group']), set()).add(int(row['row']))
            labels[int(row['row'])] = row['label']
    return groups, labels


def check_texts(work, path):
    groups, labels = expected_texts(path)
    found = assay.run_json('redundancy', work, '--no-uniqueness', '--groups', '100000')
    where = {int(i): g['group'] for g in found['groups'] for i in g['ids']}
    conflict = {g['group']: g['conflict'] for g in found['groups']}
    for members in groups.values():
        numbers = {where[i] for i in members}
        assert len(numbers) == 1, members
        if len({labels[i] for i in members}) > 1:
            assert conflict[numbers.pop()], members
    normalised = [m for (kind, _), m in groups.items() if kind == 'normalised']
    exact = [m for (kind, _), m in groups.items() if kind == 'exact']
    text = found['text']
    assert text['normalised_groups'] == len(normalised)
    assert text['normalised_surplus'] == sum(len(m) - 1 for m in normalised)
    assert text['exact_groups'] == len(exact)
    assert text['exact_surplus'] == sum(len(m) - 1 for m in exact)
    assert text['normalised_conflicts'] \
        == sum(len({labels[i] for i in m}) > 1 for m in normalised)


def test_banking77():
    """banking77: every stated duplicate pair is in one group, conflicts are marked"""
    train, test = real('banking77/train.csv'), real('banking77/test.csv')
    work = FOLDER / 'banking.assay'
    assay.run('new', work, train, test, '--text', 'text', '--label', 'category')
    check_texts(work, real('banking77/duplicates_expected.csv'))


def test_sms_spam():
    """sms_spam: every stated exact and normalised group is found"""
    work = FOLDER / 'sms.assay'
    assay.run('new', work, real('sms_spam/SMSSpamCollection.tsv'))
    check_texts(work, real('sms_spam/duplicates_expected.csv'))


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        assay.shutil.rmtree(FOLDER)
