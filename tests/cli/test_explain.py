#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""explain: the why card and flip sets, against Newton's method in numpy on the same rows."""
import csv

import numpy as np

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'
LAMBDA_MEAN = 1e-2


class Head:
    """Softmax regression with an L2 penalty, to the optimum, in double."""

    def __init__(self, z, y, strength, start=None):
        n, d = z.shape
        k = y.max() + 1
        self.x = np.hstack([z, np.ones((n, 1))])
        self.target = np.eye(k)[y]
        self.theta = np.zeros((k, d + 1)) if start is None else start.copy()
        penalty = np.full((k, d + 1), strength)
        penalty[:, d] = 0
        for _ in range(30):
            p = self.probabilities(self.x)
            gradient = (p - self.target).T @ self.x + penalty * self.theta
            if abs(gradient).max() < 1e-9 * n:
                break
            blocks = [[self.x.T @ (self.x * (p[:, a] * ((a == b) - p[:, b]))[:, None])
                       for b in range(k)] for a in range(k)]
            hessian = np.block(blocks) + np.diag(penalty.ravel())
            shift = np.tile(np.append(np.zeros(d), 1.0), k)  # moves every intercept: no curvature
            step = np.linalg.solve(hessian + np.outer(shift, shift), gradient.ravel())
            self.theta -= step.reshape(k, d + 1)
        self.theta[:, d] -= self.theta[:, d].mean()
        self.residual = self.target - self.probabilities(self.x)

    def probabilities(self, x):
        logits = x @ self.theta.T
        e = np.exp(logits - logits.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)

    def logits(self, z):
        return self.theta @ np.append(z, 1)


def make_work():
    """A workspace of 400 digits, and its training rows as explain's head sees them"""
    small = FOLDER / 'small.csv'
    lines = assay.SAMPLE.read_text(encoding='utf-8').splitlines()[:401]
    small.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    assay.run('new', WORK, small)
    with open(small, encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    parts = parts_of()
    x = np.array([[float(row[name]) for name in row if name[0] == 'p'] for row in rows])
    train = np.array([parts[row['id']] == 'train' for row in rows])
    spread = x[train].std(0)
    z = (x - x[train].mean(0)) / np.where(spread > 0, spread, np.inf)
    return rows, parts, z, np.array([int(row['label']) for row in rows]), train


def parts_of():
    out = FOLDER / 'parts.csv'
    assay.run('export', WORK, '--columns', 'id,split', '-o', out)
    with open(out, encoding='utf-8', newline='') as file:
        return {row['id']: row['split'] for row in csv.DictReader(file)}


ROWS, PARTS, Z, Y, TRAIN = make_work()
STRENGTH = LAMBDA_MEAN * TRAIN.sum()
HEAD = Head(Z[TRAIN], Y[TRAIN], STRENGTH)
IDS = [row['id'] for row in ROWS]
TRAIN_IDS = [i for i, t in zip(IDS, TRAIN) if t]


def ids_of(part, count):
    return [i for i in IDS if PARTS[i] == part][:count]


def explain(row, *options):
    found = assay.run_json('explain', WORK, row, '-p', f'lambda_mean={LAMBDA_MEAN}', *options)
    missing = assay.keys_of(found) - assay.documented_words('explain')
    assert not missing, missing
    return found


def test_shares():
    """The shares of a margin are numpy's, and add up with the intercept"""
    for row in ids_of('valid', 3) + ids_of('test', 2):
        found = explain(row)
        a, b = int(found['predicted']), int(found['against'])
        z = Z[IDS.index(row)]
        logits = HEAD.logits(z)
        assert a == logits.argmax(), row
        assert abs(found['margin'] - (logits[a] - logits[b])) < 1e-4
        assert abs(found['intercept'] - (HEAD.theta[a, 64] - HEAD.theta[b, 64])) < 1e-4
        share = (HEAD.residual[:, a] - HEAD.residual[:, b]) * (Z[TRAIN] @ z) / STRENGTH
        assert abs(share.sum() - found['share_sum']) < 1e-4
        for one in found['rows']:
            assert abs(one['share'] - share[TRAIN_IDS.index(one['id'])]) < 1e-4, one
        assert abs(found['intercept'] + found['share_sum'] - found['margin']) < 1e-6
        sizes = [abs(one['if_removed']) for one in found['rows']]
        assert sizes == sorted(sizes, reverse=True) and len(sizes) == 20


def test_if_removed():
    """"if removed" is the change of the margin when numpy fits without the row"""
    row = ids_of('valid', 1)[0]
    found = explain(row, '--rows', '2')
    a, b = int(found['predicted']), int(found['against'])
    before = HEAD.logits(Z[IDS.index(row)])
    for one in found['rows']:
        keep = TRAIN.copy()
        keep[IDS.index(one['id'])] = False
        after = Head(Z[keep], Y[keep], STRENGTH, HEAD.theta).logits(Z[IDS.index(row)])
        change = (after[a] - after[b]) - (before[a] - before[b])
        assert abs(one['if_removed'] - change) <= 0.05 * abs(change), (one, change)


def test_flip():
    """Without a flip set numpy's head says the class that was told"""
    for row in ids_of('valid', 1):
        flip = explain(row, '--flip')['flip']
        assert flip['found'] and flip['n'] == len(flip['rows']) and flip['margin_after'] < 0
        keep = TRAIN.copy()
        keep[[IDS.index(one['id']) for one in flip['rows']]] = False
        after = Head(Z[keep], Y[keep], STRENGTH, HEAD.theta).logits(Z[IDS.index(row)])
        assert after.argmax() == int(flip['becomes']), (row, after)


def sum_of(parts):
    return sum(one['part'] for one in parts['parts']) + sum(
        parts[name] for name in ('intercept', 'average_text', 'unnamed'))


def hessian():
    """Of the penalised sum of losses at numpy's optimum, intercepts' common shift made regular"""
    x, p = HEAD.x, HEAD.probabilities(HEAD.x)
    k, d = HEAD.theta.shape[0], x.shape[1] - 1
    blocks = [[x.T @ (x * (p[:, a] * ((a == b) - p[:, b]))[:, None]) for b in range(k)]
              for a in range(k)]
    shift = np.tile(np.append(np.zeros(d), 1.0), k)
    penalty = np.tile(np.append(np.full(d, STRENGTH), 0.0), k)
    return np.block(blocks) + np.diag(penalty) + np.outer(shift, shift)


def test_columns():
    """--parts: columns carry numpy's parts of the margin and of the influence, to the figure"""
    assay.run('score', WORK, 'influence', '-p', f'lambda_mean={LAMBDA_MEAN}')
    stored = {one['id']: one['influence'] for one in assay.run_json(
        'select', WORK, '--columns', 'id,influence')['rows']}
    valid = np.array([PARTS[i] == 'valid' for i in IDS])
    x = np.hstack([Z[valid], np.ones((valid.sum(), 1))])
    error = HEAD.probabilities(x) - np.eye(10)[Y[valid]]
    s = np.linalg.solve(hessian(), (error.T @ x / valid.sum()).ravel()).reshape(10, 65)
    for row in ids_of('train', 2) + ids_of('valid', 1):
        found = explain(row, '--parts')
        a, b, z = int(found['predicted']), int(found['against']), Z[IDS.index(row)]
        margin = found['margin_parts']
        assert abs(margin['total'] - found['margin']) <= 1e-9
        assert abs(sum_of(margin) - found['margin']) <= 1e-6 * abs(found['margin'])
        assert len(margin['parts']) == 64 and margin['unnamed'] == margin['average_text'] == 0
        for one in margin['parts']:
            j = [name for name in ROWS[0] if name[0] == 'p'].index(one['name'])
            assert abs(one['part'] - (HEAD.theta[a, j] - HEAD.theta[b, j]) * z[j]) < 1e-4, one
            assert one['value'] == ROWS[IDS.index(row)][one['name']]
        influence = found['influence_parts']
        if PARTS[row] != 'train':
            assert influence is None
            continue
        assert abs(sum_of(influence) - stored[row]) <= 1e-6 * max(map(abs, (
            value for value in stored.values() if value is not None)))
        want = (-HEAD.residual[TRAIN_IDS.index(row)] @ s)[:64] * z
        largest = abs(want).max()
        for one in influence['parts']:
            j = [name for name in ROWS[0] if name[0] == 'p'].index(one['name'])
            assert abs(one['part'] - want[j]) <= 1e-3 * largest, (one, want[j])
    assert 'margin by columns' in assay.run('explain', WORK, ids_of('train', 1)[0], '--parts')


def test_words():
    """--parts of a text: its words, to the figure; embeddings have no names and say so"""
    rng = np.random.default_rng(8)
    words = {'good': ['sun', 'light', 'warm', 'day'], 'bad': ['rain', 'cold', 'grey', 'day']}
    lines = ['text,mood']
    for k in range(160):
        mood = 'good' if k % 2 else 'bad'
        lines.append(' '.join(rng.choice(words[mood], 4)) + f'!!! Day,{mood}')
    (FOLDER / 'moods.csv').write_text('\n'.join(lines) + '\n', encoding='utf-8')
    work = FOLDER / 'moods.assay'
    assay.run('new', work, FOLDER / 'moods.csv', '--text', 'text', '--label', 'mood')
    rows = assay.run_json('select', work, '--where', "split = 'train'", '--columns', 'id,text')
    for one in rows['rows'][:3]:
        found = assay.run_json('explain', work, str(one['id']), '--parts', '--rows', '1')
        for key in ('margin_parts', 'influence_parts'):
            parts = found[key]
            names = [part['name'] for part in parts['parts']]
            said = set(one['text'].replace('!', ' ').lower().split())
            assert said <= set(names) <= said | {'(signs between words)'}, names
            assert len(names) == len(set(names))
            largest = max(abs(part['part']) for part in parts['parts'])
            assert abs(sum_of(parts) - parts['total']) <= 1e-6 * largest, parts
        assert abs(found['margin_parts']['total'] - found['margin']) <= 1e-9
    np.save(FOLDER / 'embedding.npy', rng.normal(size=(160, 5)))
    assay.run('new', FOLDER / 'e.assay', FOLDER / 'moods.csv', '--label', 'mood', '--features',
              FOLDER / 'embedding.npy')
    found = assay.run_json('explain', FOLDER / 'e.assay', '0', '--parts')
    assert found['margin_parts'] is None and found['influence_parts'] is None
    assert 'embedding.npy' in found['no_parts'] and 'no column or word' in found['no_parts']


def test_against():
    """--against: the class asked for; the predicted one and unknown ones are refused"""
    row = ids_of('valid', 1)[0]
    found = explain(row)
    other = next(c for c in '0123456789' if c not in (found['predicted'], found['against']))
    assert explain(row, '--against', other)['against'] == other
    assert 'itself' in assay.fail('explain', WORK, row, '--against', found['predicted'])
    assert '"ten"' in assay.fail('explain', WORK, row, '--against', 'ten')


def test_openings():
    """A card of a test row is a look at the test part, one of a validation row is not"""
    before = explain(ids_of('test', 1)[0])['test_openings']
    assert explain(ids_of('valid', 1)[0])['test_openings'] == 0
    assert explain(ids_of('test', 1)[0])['test_openings'] == before + 1


def test_text():
    """The card in words: all lines of the sum, and what is no such row"""
    row = ids_of('valid', 1)[0]
    text = assay.run('explain', WORK, row, '--rows', '3', '--flip')
    for words in ('share of the margin', 'if removed', 'all others', 'intercept', 'add up',
                  'smallest set found'):
        assert words in text, words
    assert '"nobody"' in assay.fail('explain', WORK, 'nobody')
    assay.fail('explain', WORK, row, '--rows', '0', status=2)
    assay.fail('explain', WORK, status=2)


def main():
    tap = Tap()
    for test in (test_shares, test_if_removed, test_flip, test_columns, test_words, test_against,
                 test_openings, test_text):
        tap.run(test.__doc__, test)
    tap.finish()


if __name__ == '__main__':
    main()
