#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""score: families of scores on the bundled sample, through the program."""
import csv
import math

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'


def score(*arguments):
    """The scores' records by id."""
    return {s['id']: s for s in assay.run_json('score', WORK, *arguments)['scores']}


def column(name):
    """The values of a score by row, None where missing."""
    path = FOLDER / 'out.csv'
    assay.run('export', WORK, '--columns', f'id,{name}', '-o', path)
    with open(path, encoding='utf-8', newline='') as file:
        return [float(row[name]) if row[name] else None for row in csv.DictReader(file)]


def test_neighbours():
    """score knn_*: certificates; asked together and alone the same values"""
    assay.run('new', WORK, assay.SAMPLE)
    names = ['knn_shapley', 'knn_banzhaf', 'knn_beta']
    found = score(*names, '-p', 'neighbours=5', '-p', 'a=4')
    for name in names:
        one = found[name]['certificate']
        assert one['neighbours'] == 5 and 'head' not in one, one
        assert one['parameters']['metric'] == 'euclidean'
        assert found[name]['missing'] == 1797 - 1438
    shapley = column('knn_shapley')
    total = math.fsum(v for v in shapley if v is not None)
    assert abs(total - found['knn_shapley']['certificate']['sum_of_values']) < 1e-12
    assert 0.9 < total < 1  # the share of right votes of the 5 nearest
    banzhaf = column('knn_banzhaf')
    score('knn_banzhaf', '-p', 'neighbours=5')
    assert column('knn_banzhaf') == banzhaf
    some = score('knn_shapley', '-p', 'neighbours=5', '-p', 'nearest=300')
    assert 'shortcut' in some['knn_shapley']['certificate']
    assert max(abs(a - b) for a, b in zip(column('knn_shapley'), shapley) if a is not None) < 1e-4
    assert 'nearest' in assay.fail('score', WORK, 'knn_shapley', '-p', 'nearest=9', '-p',
                                   'weights=distance')


def test_noise():
    """score: errors, marks and ranges of ranks stand beside a score until it is stored anew"""
    one = score('knn_shapley', '-p', 'neighbours=5')['knn_shapley']
    names = [f'knn_shapley_{end}' for end in ('error', 'told', 'rank_low', 'rank_high')]
    assert one['noise_columns'] == names
    told = one['certificate']['rows_told_from_zero']
    assert assay.run_json('select', WORK, '--where', 'knn_shapley_told = 1')['n'] == told > 0
    value, error, low, high = (column(name) for name in ('knn_shapley', names[0], *names[2:]))
    known = [i for i, v in enumerate(value) if v is not None]
    assert len(known) == sum(v is not None for v in error) == 1438
    order = sorted(known, key=lambda i: -value[i])
    inside = sum(low[i] <= k + 1 <= high[i] for k, i in enumerate(order))
    assert inside > 0.95 * len(known), inside
    lengths = sorted(high[i] - low[i] + 1 for i in known)
    assert one['certificate']['median_rank_range'] == (lengths[718] + lengths[719]) / 2
    said = assay.run_json('figure', WORK, 'histogram', 'knn_shapley', '-o', FOLDER / 'h.svg')
    assert f'{1438 - told} not to be told from zero (hatched)' in said['summary']
    measure = score('density')['density']
    assert measure['noise_columns'] == [] and 'rows_told_from_zero' not in measure['certificate']


def test_ranking():
    """select --sort says how far the order by a score of the noise can be trusted, of no other"""
    halves = score('influence')['influence']['certificate']['split_half_rank_correlation']
    found = assay.run_json('select', WORK, '--sort', 'influence', '--limit', '2')
    assert (found['split_half_rank_correlation'], found['unstable']) == (halves, halves < 0.5)
    said = assay.call('select', WORK, '--sort', 'influence', '--limit', '2')
    assert said.stdout.split() == found['ids']
    assert said.stderr.count('\n') == 1 and f'rank correlation of {halves:.2f}' in said.stderr
    assert ('influence: unstable: ' in said.stderr) == found['unstable']
    for other in ('label', 'influence_error'):
        said = assay.call('select', WORK, '--sort', other, '--limit', '2')
        assert said.returncode == 0 and said.stderr == '', said.stderr


def test_label_filters():
    """score label_issue: filters, folds, adjusted, the ranking by entropy"""
    names = ['low_normalized_margin', 'low_self_confidence', 'prune_by_noise_rate',
             'prune_by_class', 'both', 'confident_learning', 'predicted_neq_given']
    flagged = {}
    for name in names:
        one = score('label_issue', '-p', f'filter={name}')['label_issue']['certificate']
        assert one['filter'] == name
        flagged[name] = {i for i, v in enumerate(column('label_issue')) if v == 1}
        assert len(flagged[name]) == one['rows_flagged'] > 0, name
    assert flagged['both'] == flagged['prune_by_class'] & flagged['prune_by_noise_rate']
    for name in names[2:6]:
        assert flagged[name] <= flagged['predicted_neq_given'], name
    found = score('confidence_weighted_entropy', 'self_confidence', '-p', 'probabilities=folds',
                  '-p', 'adjusted=yes')
    for one in found.values():
        assert 'folds' in one['certificate']['computed_by']
        assert one['certificate']['parameters']['adjusted'] == 'yes'
        assert 0 <= one['minimum'] <= one['maximum'] <= 1


def test_dynamics():
    """score el2n .. tracin: of a stated run of a linear head where no log is given"""
    names = ['el2n', 'grand', 'forgetting', 'aum', 'confidence', 'variability', 'correctness']
    found = score(*names, 'tracin', '-p', 'epochs=5')
    for name in names:
        one = found[name]['certificate']
        assert one['of'] == 'a linear head' and one['epochs'] == 5, one
        assert 'not comparable' in one['log']
    assert 0 <= found['correctness']['minimum'] <= found['correctness']['maximum'] == 5
    assert 'no/such' in assay.fail('score', WORK, 'aum', '-p', 'logits=no/such')


def test_retraining():
    """score banzhaf, data_oob: few models, with their certificates"""
    found = score('banzhaf', 'data_oob', '-p', 'models=8')
    assert found['banzhaf']['certificate']['models'] == 8
    assert found['banzhaf']['certificate']['median_standard_error'] > 0
    assert 0 <= found['data_oob']['minimum'] <= found['data_oob']['maximum'] <= 1
    assert '16' in assay.fail('score', WORK, 'banzhaf', '-p', 'method=exact')


def test_dvrl():
    """score dvrl: its spread over repeats is told"""
    one = score('dvrl', '-p', 'iterations=20', '-p', 'repeats=2')['dvrl']
    assert 0 <= one['minimum'] <= one['maximum'] <= 1
    assert one['certificate']['median_spread'] >= 0
    assert -1 <= one['certificate']['repeat_rank_correlation'] <= 1


def test_influence_of():
    """score influence: on one row, on a slice, and relative to the gradients' lengths"""
    row = assay.run('select', WORK, '--where', "split = 'valid'", '--limit', '1').split()[-1]
    whole = score('influence')['influence']
    name = f'influence_on_row_{row}'
    one = score('influence', '-p', f'of={row}')[name]
    assert one['certificate']['of_row'] == row and 'target' not in one['certificate']
    relative = score('influence', '-p', f'of={row}', '-p', 'relative=yes')[f'{name}_relative']
    assert relative['negative'] == one['negative'] and relative['positive'] == one['positive']
    assert 'no row' in assay.fail('score', WORK, 'influence', '-p', 'of=nowhere')
    n = assay.run_json('select', WORK, '--where', "split = 'valid' AND label = '8'")['n']
    eights = score('influence', '-p', "slice=label = '8'")['influence_on_label_8']
    target = eights['certificate']['target']
    assert target == f"mean log-loss over {n} validation rows, where label = '8'", eights
    assert eights['certificate']['asked_of'] == "validation rows where label = '8'"
    assert "label = '8'" in eights['title'] and "label = '8'" in eights['sentence']
    again = {one['id']: one for one in assay.run_json('info', WORK)['scores']}['influence']
    assert again == whole, 'the influence on all validation rows is another'
    assert score('influence')['influence'] == whole, 'the slice was remembered'


def test_slices():
    """score -p slice=: a column for each condition; the influences of the slices make the whole"""
    rows = assay.run_json('select', WORK, '--where', "split = 'valid'", '--columns', 'label')
    low = sum(str(row['label']) < '4' for row in rows['rows'])
    parts = {'influence_on_label_below_4': (low, "label < '4'"),
             'influence_on_label_at_least_4': (rows['n'] - low, "label >= '4'")}
    for name, (_, where) in parts.items():
        assert set(score('influence', '-p', f'slice={where}')) == {name}
    columns = ','.join(['influence', *parts])
    found = assay.run_json('select', WORK, '--where', "split = 'train'", '--columns', columns)
    scale = max(abs(row['influence']) for row in found['rows'])
    for row in found['rows']:
        mean = sum(row[name] * n for name, (n, _) in parts.items()) / rows['n']
        assert abs(mean - row['influence']) <= 1e-9 * scale, row
    # self_confidence asks no validation row: it has no slice
    found = score('self_confidence', 'knn_shapley', '-p', "slice=label > '3' and p12 > -1.5")
    assert set(found) == {'self_confidence', 'knn_shapley_on_label_above_3_and_p12_above_minus_1_5'}
    # other conditions of the same words, each with its column
    for where, name in (("label in ('8', '9')", 'in_8_9'), ("label in ('8','9')", 'in_8_9_2'),
                        ("label in ('8', '9')", 'in_8_9')):
        found = set(score('influence', '-p', f'slice={where}'))
        assert found == {f'influence_on_label_{name}'}, found
    assert 'no labelled row' in assay.fail('score', WORK, 'influence', '-p', "slice=label = 'no'")
    what = assay.run_json('whatif', WORK, '--where', "id = 'd0000'")
    assert 'where' not in what['target'], what


def test_neighbourhood():
    """score density, outlier, uniqueness: of every row, one search"""
    found = score('density', 'outlier', 'uniqueness')
    for one in found.values():
        assert one['missing'] == 0 and one['certificate']['search'] == 'exact'
    assert 0 < found['uniqueness']['minimum'] and 0.9 < found['outlier']['median'] < 1.2


if __name__ == '__main__':
    Tap().run_all(globals())
