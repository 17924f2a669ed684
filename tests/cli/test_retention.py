#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""figure retention: each point is a refit, the choosing is done on valid, the minimal set is what
whatif says of it."""
import csv
import json

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'


def retention(*operands):
    found = assay.run_json('figure', WORK, 'retention', *operands, '-o', FOLDER / 'out.svg')
    missing = assay.keys_of(found) - assay.documented_words('figure')
    assert not missing, missing
    return found['numbers']


def check_certificate(found):
    """How many rows and refits, who chose and who judged; the refits reached their tolerance"""
    told = found['certificate']
    parts = assay.run_json('info', WORK)['parts']
    assert [told[f'n_{part}'] for part in ('train', 'valid', 'test')] == \
        [parts[part] for part in ('train', 'valid', 'test')] and told['n_test'] > 0
    assert (told['chosen_on'], told['judged_on']) == ('valid', found['part'])
    # both ends are tried at 30 %, then the curve and its random sets at each point
    assert told['refits'] == 2 + len(found['points']) * (found['repeats'] + 1)
    assert 0 < told['gradient_norm'] <= told['tolerance'] == 1e-6
    assert told['repeats'] == found['repeats'] and told['seed'] == 0
    score = assay.run_json('score', WORK, 'self_confidence')['scores'][0]
    assert told['head'] == score['certificate']['head']


def test_curve():
    """Points against whatif of the rows that go; bands hold the mean; test is counted"""
    small = FOLDER / 'small.csv'
    lines = assay.SAMPLE.read_text(encoding='utf-8').splitlines()[:601]
    small.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    assay.run('new', WORK, small)
    assert 'no score is stored' in assay.fail('figure', WORK, 'retention', '-o', FOLDER / 'a.svg')
    assay.run('score', WORK, 'influence', 'self_confidence')
    found = retention('self_confidence')
    points = found['points']
    assert found['score'] == 'self_confidence' and found['part'] == 'test'
    assert [p['share'] for p in points] == [.05, .1, .2, .3, .4, .5, .7, .9, 1]
    for point in points:
        assert point['random_low'] <= point['random'] <= point['random_high']
        assert point['difference_low'] <= point['difference'] <= point['difference_high']
        assert abs(point['test'] - point['random'] - point['difference']) < 1e-9
    assert points[-1]['difference'] == 0
    check_certificate(found)
    minimal = found['minimal']
    assert len(minimal['ids']) == next(p['n'] for p in points if p['share'] == minimal['share'])
    ids = ', '.join(f"'{i}'" for i in minimal['ids'])
    what = assay.run_json('whatif', WORK, '--verify', '--where',
                          f"split = 'train' AND id NOT IN ({ids})")
    assert what['sentence'] == minimal['sentence']
    assert what['test_openings'] == found['test_openings'] + 1 == 3
    point = next(p for p in points if p['share'] == minimal['share'])
    assert abs(what['test']['accuracy_refit'] - point['test']) < 1e-9
    assert abs(what['accuracy_refit'] - point['valid']) < 1e-9
    again = retention('self_confidence')  # kept: no refit, no other look at test
    assert again == found
    assert assay.run_json('whatif', WORK, '--verify', '--where', "id = 'd0001'")['test_openings'] \
        == what['test_openings'] + 1
    full = points[-1]['valid']
    for point in points:
        if point['share'] < minimal['share']:
            assert point['valid'] < full - .005
    assert minimal['share'] == 1 or point['valid'] >= full - .005


def test_budget():
    """A point is the budget of as many rows by its score: the recipe keeps the rows of the set"""
    found = retention('self_confidence')
    minimal = found['minimal']
    recipe = FOLDER / 'budget.json'
    step = {'step': 'budget', 'rows': len(minimal['ids']), 'by': 'self_confidence',
            'stay': 'lowest' if found['low_first'] else 'highest'}
    recipe.write_text(json.dumps({'assay_recipe': 1, 'steps': [step]}), encoding='utf-8')
    assay.run('curate', WORK, '--recipe', recipe, '-o', FOLDER / 'kept.csv')
    test = set(assay.run('select', WORK, '--where', "split <> 'train'").split())
    with open(FOLDER / 'kept.csv', encoding='utf-8', newline='') as file:
        kept = {row['id'] for row in csv.DictReader(file)}
    assert kept - test == set(minimal['ids'])
    recipe.write_text(json.dumps({'assay_recipe': 1, 'steps': [dict(step, stay='middle')]}),
                      encoding='utf-8')
    assert 'neither highest nor lowest' in assay.fail('curate', WORK, '--recipe', recipe)


def test_choice():
    """Without a score valid chooses among all, both ways"""
    best = retention()
    at = {p['share']: p for p in best['points']}
    for name in ('influence', 'self_confidence'):
        one = retention(name)
        other = next(p for p in one['points'] if p['share'] == .3)
        assert other['valid'] <= at[.3]['valid'], (name, other, at[.3])
    assert '"nobody"' in assay.fail('figure', WORK, 'retention', 'nobody', '-o', FOLDER / 'a.svg')


if __name__ == '__main__':
    Tap().run_all(globals())
