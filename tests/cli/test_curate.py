#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""curate and replay: what each step takes against a plain computation, bytes, refusals, undo."""
import csv
import json
import shutil
import sys
from types import SimpleNamespace

import numpy

import assay
from tap import Tap

sys.path.insert(0, str(assay.ROOT / 'tests' / 'reference'))
import strategies_reference as reference # noqa: E402

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'
DATA = FOLDER / 'digits.csv'


def start():
    shutil.copy(assay.SAMPLE, DATA)
    assay.run('new', WORK, DATA)
    assay.run('score', WORK, 'influence', 'label_issue', 'self_confidence')


def table(path):
    with open(path, encoding='utf-8', newline='') as file:
        return list(csv.DictReader(file))


def write(name, steps, **more):
    path = FOLDER / f'{name}.json'
    path.write_text(json.dumps({'assay_recipe': 1, 'steps': steps, **more}), encoding='utf-8')
    return path


def plan(recipe, *options):
    found = assay.run_json('curate', WORK, '--recipe', recipe, '--no-coverage', *options)
    missing = assay.keys_of(found) - assay.documented_words('curate')
    assert not missing, f'keys that the man page has not: {missing}'
    return found


def rows_of(where):
    return set(assay.run('select', WORK, '--where', where).split())


def test_default():
    """Without a recipe: decisions, near copies, label errors; rows, left, coverage agree"""
    found = assay.run_json('curate', WORK)
    missing = assay.keys_of(found) - assay.documented_words('curate')
    assert not missing, missing
    assert [step['step'] for step in found['steps']] \
        == ['decisions', 'drop_duplicates', 'drop_label_issues']
    assert found['n_before'] == len(rows_of("split = 'train'"))
    assert found['n_left'] == found['n_before'] - sum(s['n_took'] for s in found['steps'])
    assert found['steps'][2]['n_alone'] == len(rows_of("label_issue = 1 AND split = 'train'"))
    assert 0.99 < found['coverage']['share'] <= 1 and found['file'] is None
    assert sum(c['left'] for c in found['classes']) == found['n_left']


def test_effects():
    """A step's effect is whatif's of its rows; of new labels the refit's, within its band"""
    assert plan(write('none', [{'step': 'drop_label_issues'}]))['steps'][0]['effect'] is None
    some = "self_confidence < 0.5 AND label <> '1'"
    recipe = write('effects', [{'step': 'drop_where', 'where': some},
                               {'step': 'drop_label_issues', 'on': False},
                               {'step': 'relabel_label_issues', 'follow': 'ranking'},
                               {'step': 'drop_where', 'where': "label = '1'"}])
    steps = plan(recipe, '--effects')['steps']
    effects = [step['effect'] for step in steps]
    assert effects[1] is None
    what = assay.run_json('whatif', WORK, '--where', f"{some} AND split = 'train'")
    assert effects[0]['n'] == what['n'] == steps[0]['n_took'] > 0, what
    change = what['loss_predicted'] - what['loss_before']
    assert abs(effects[0]['loss'] - change) < 1e-12, (effects[0], what)
    assert f'{change:+.3g}' in effects[0]['sentence'], effects[0]
    # The labels alone, refitted by the proof.
    alone = plan(write('alone', [{'step': 'relabel_label_issues', 'follow': 'ranking'}]),
                 '--effects', '--prove')
    proof, effect = alone['proof'], alone['steps'][0]['effect']
    assert effect['n'] == proof['n_relabelled'] > 0
    refit = proof['loss_refit'] - proof['loss_before']
    assert abs(effect['loss'] - refit) <= 3 * effect['band'] + 1e-6, (effect, refit)
    assert abs(effect['accuracy'] - proof['accuracy_refit'] + proof['accuracy_before']) < .02
    assert effects[3]['loss'] is None and 'unbounded' in effects[3]['sentence'], effects[3]
    assert all('estimated' in e['sentence'] for e in effects if e and e['n'] > 0)
    words = assay.run('curate', WORK, '--recipe', recipe, '--no-coverage', '--effects')
    assert 'a preview' in words and effects[0]['sentence'] in words, words


def test_steps():
    """Each step takes the rows that a plain computation takes"""
    found = plan(write('steps', [
        {'step': 'drop_score', 'score': 'influence', 'below': -5e-4, 'why': 'they hurt'},
        {'step': 'drop_where', 'where': "label = '3'"},
        {'step': 'drop_flagged', 'flag': 'label_issue'}]), '-o', FOLDER / 'steps.csv')
    harmful = rows_of("influence < -5e-4 AND split = 'train'")
    threes = rows_of("label = '3' AND split = 'train'")
    flagged = rows_of("label_issue = 1 AND split = 'train'")
    assert [s['n_alone'] for s in found['steps']] == [len(harmful), len(threes), len(flagged)]
    assert [s['n_took'] for s in found['steps']] \
        == [len(harmful), len(threes - harmful), len(flagged - threes - harmful)]
    assert found['overlap'][0][1] == len(harmful & threes) == found['overlap'][1][0]
    kept = {row['id'] for row in table(FOLDER / 'steps.csv')}
    assert kept == {row['id'] for row in table(DATA)} - harmful - threes - flagged
    assert any(w['id'] == 'vanishes' and ' 3 ' in w['text'] for w in found['warnings'])


def test_representatives():
    """keep_representatives leaves the first row of a class that would vanish"""
    found = plan(write('spare', [{'step': 'drop_where', 'where': "label = '3'"}],
                       keep_representatives=True))
    assert found['steps'][0]['n_spared'] == 1
    assert {c['class']: c['left'] for c in found['classes']}['3'] == 1
    assert not any(w['id'] == 'vanishes' for w in found['warnings'])


def test_balance_and_budget():
    """balance and budget leave the counts they name, the highest of a column first"""
    found = plan(write('balance', [{'step': 'balance', 'ratio': 1.0}]))
    assert {c['left'] for c in found['classes']} == {min(c['before'] for c in found['classes'])}
    found = plan(write('budget', [{'step': 'budget', 'rows': 100, 'by': 'influence'}]),
                 '-o', FOLDER / 'budget.csv')
    assert found['n_left'] == 100
    best = assay.run('select', WORK, '--where', "split = 'train'", '--sort', 'influence',
                     '--descending', '--limit', '100').split()
    kept = {row['id'] for row in table(FOLDER / 'budget.csv')}
    assert kept == set(best) | rows_of("split != 'train'")


def test_facility_budget():
    """budget by facility is the greedy facility location of the reference, done by brute force"""
    few = "CAST(substr(id, 2) AS INTEGER) % 4 = 1"
    plan(write('facility', [{'step': 'drop_where', 'where': few, 'rows': 'keep'},
                            {'step': 'budget', 'rows': reference.BATCH, 'by': 'facility'}]),
         '-o', FOLDER / 'facility.csv')
    train = sorted(rows_of(f"split = 'train' AND {few}"))
    rows = {row['id']: row for row in table(DATA)}
    pixels = [key for key in rows[train[0]] if key.startswith('p')]
    points = numpy.array([[float(rows[one][key]) for key in pixels] for one in train])
    assert 250 < len(points) < 400, len(points)
    chosen = reference.facility(SimpleNamespace(
        x=points - points.mean(axis=0), labelled=[], pool=range(len(points))))
    kept = {row['id'] for row in table(FOLDER / 'facility.csv')}
    assert kept & set(train) == {train[one] for one in chosen}
    others = {}
    for by in ('coverage', 'k_center', 'maxherding', 'typiclust', 'probcover'):
        plan(write(by, [{'step': 'budget', 'rows': 12, 'by': by}]), '-o', FOLDER / f'{by}.csv')
        others[by] = {row['id'] for row in table(FOLDER / f'{by}.csv')} & rows_of("split = 'train'")
        assert len(others[by]) == 12
    assert others.pop('coverage') == others['k_center']
    assert len(set(map(frozenset, others.values()))) == len(others)


def test_coverage_budget():
    """budget by k-centre is the plain k-centre"""
    plan(write('centre', [{'step': 'budget', 'rows': 12, 'by': 'k_center'}]),
         '-o', FOLDER / 'centre.csv')
    train = sorted(rows_of("split = 'train'"))
    rows = {row['id']: row for row in table(DATA)}
    pixels = [key for key in rows[train[0]] if key.startswith('p')]
    points = [[float(rows[one][key]) for key in pixels] for one in train]
    n = len(points)
    mean = [sum(p[k] for p in points) / n for k in range(len(pixels))] # pixels stay as they are
    nearest, chosen = [float('inf')] * n, []
    next_one = min(range(n), key=lambda i: (sum((a - b) ** 2
                                               for a, b in zip(points[i], mean)), i))
    for _ in range(12):
        chosen.append(train[next_one])
        for i in range(n):
            nearest[i] = min(nearest[i], sum((a - b) ** 2
                                             for a, b in zip(points[i], points[next_one])))
        nearest[next_one] = -1
        next_one = max(range(n), key=lambda i: (nearest[i], -i))
    kept = {row['id'] for row in table(FOLDER / 'centre.csv')} & set(train)
    assert kept == set(chosen), kept ^ set(chosen)


def took_of(name, steps, **more):
    """The ids that each step takes, as the applied recipe records them."""
    out = FOLDER / f'{name}.csv'
    plan(write(name, steps, **more), '-o', out)
    recorded = json.loads((FOLDER / f'{name}.csv.recipe.json').read_text(encoding='utf-8'))
    return [set(step['took']) for step in recorded['steps']]


def test_near_copies():
    """Near copies by each keep-rule and both linkages: redundancy's groups less the row it keeps"""
    train = rows_of("split = 'train'")
    seen = set()
    for linkage in ('single', 'complete'):
        for keep in ('central', 'first', 'score'):
            how = {'threshold': 0.97, 'linkage': linkage, 'keep': keep}
            how.update({'score': 'influence'} if keep == 'score' else {})
            given = [text for key, value in how.items() for text in (f'--{key}', value)]
            groups = assay.run_json('redundancy', WORK, *given, '--groups', '10000',
                                    '--no-uniqueness')['groups']
            gone = {row for group in groups if group['keep'] for row in group['ids']
                    if row != group['keep']}
            took, = took_of('copies', [{'step': 'drop_duplicates', **how}])
            assert took == gone & train and len(took) > 50, (how, len(took), len(gone & train))
            seen.add(frozenset(took))
    assert len(seen) == 6, 'rules and linkages that change nothing show nothing'
    message = assay.fail('curate', WORK, '--recipe', write(
        'copies', [{'step': 'drop_duplicates', 'keep': 'newest'}]))
    assert 'time' in message, message


def test_coverage():
    """The share of rows that stay or have one that stays near: by brute force"""
    recipe = write('half', [{'step': 'drop_where',
                             'where': "label IN ('3', '8', '1') AND id > 'd0200'"}])
    found = assay.run_json('curate', WORK, '--recipe', recipe, '--dropped', FOLDER / 'half.csv')
    train = rows_of("split = 'train'")
    rows = [row for row in table(DATA) if row['id'] in train]
    points = numpy.array([[float(row[key]) for key in row if key.startswith('p')] for row in rows])
    away = numpy.sqrt(((points[:, None, :] - points[None, :, :]) ** 2).sum(2))
    numpy.fill_diagonal(away, numpy.inf)
    nearest = numpy.argsort(away, axis=1, kind='stable')[:, :15]
    near = numpy.take_along_axis(away, nearest, 1)
    gone = {row['id'] for row in table(FOLDER / 'half.csv')}
    stays = numpy.array([row['id'] not in gone for row in rows])
    covered = stays | (stays[nearest] & (near <= numpy.median(near[:, -1]) + 1e-9)).any(1)
    assert found['coverage']['k'] == 15 and 0.02 < 1 - covered.mean() < 0.9, covered.mean()
    assert abs(found['coverage']['share'] - covered.mean()) < 1.5 / len(rows), found['coverage']


def test_vanishing():
    """A cluster or outlier region that would vanish is named; its first row stays on request"""
    for method, more, where in (('kmeans', ('--k', '6'), 'cluster = 2'),
                                ('density', (), 'cluster = -1')):
        assay.run('cluster', WORK, method, *more)
        of_it = rows_of(f"{where} AND split = 'train'")
        rows = [row['id'] for row in table(DATA) if row['id'] in of_it]
        assert len(rows) > 10, (method, len(rows))
        word = 'cluster 2' if method == 'kmeans' else 'outlier region'
        steps = [{'step': 'drop_where', 'where': where}]
        found = plan(write('vanish', steps))
        told = [one['text'] for one in found['warnings'] if one['id'] == 'vanishes']
        assert any(word in text and str(len(rows)) in text for text in told), (word, told)
        took, = took_of('spared', steps, keep_representatives=True)
        assert rows[0] not in took and took <= set(rows) - {rows[0]}, (rows[0], len(took))
        spared = plan(write('spared', steps, keep_representatives=True))
        assert not any(one['id'] == 'vanishes' for one in spared['warnings']), spared['warnings']
        assert spared['steps'][0]['n_spared'] == len(rows) - len(took) >= 1


def test_compare():
    """Recomputing lists the rows that a step took then and not now, and the other way round"""
    took, = took_of('then', [{'step': 'drop_where', 'where': "label = '5'"}])
    path = FOLDER / 'then.csv.recipe.json'
    recipe = json.loads(path.read_text(encoding='utf-8'))
    gone, other = sorted(took)[0], sorted(rows_of("label = '6' AND split = 'train'"))[0]
    recipe['steps'][0]['took'] = sorted(took - {gone} | {other})
    path.write_text(json.dumps(recipe), encoding='utf-8')
    found = assay.run_json('curate', WORK, '--recipe', path, '--compare')
    assert found == {'differences': [{'step': 'drop_where', 'only_then': [other],
                                      'only_now': [gone]}]}, found


def test_replay():
    """replay in another folder gives the same bytes, and refuses another input by name"""
    recipe = write('replay', [{'step': 'relabel_label_issues'},
                              {'step': 'drop_duplicates', 'threshold': 0.985}])
    plan(recipe, '-o', FOLDER / 'out.csv')
    changed = [(a['label'], b['label']) for a, b in zip(
        [r for r in table(DATA) if r['id'] in {x['id'] for x in table(FOLDER / 'out.csv')}],
        table(FOLDER / 'out.csv')) if a['label'] != b['label']]
    assert 0 < len(changed) <= len(rows_of("label_issue = 1 AND split = 'train'"))
    there = FOLDER / 'there'
    there.mkdir()
    shutil.copy(FOLDER / 'out.csv.recipe.json', there)
    shutil.copy(DATA, there)
    found = assay.run_json('replay', there / 'out.csv.recipe.json', '-o', there / 'again.csv')
    assert found['n'] == len(table(FOLDER / 'out.csv'))
    assert not assay.keys_of(found) - assay.documented_words('replay')
    assert (there / 'again.csv').read_bytes() == (FOLDER / 'out.csv').read_bytes()
    compared = assay.run_json('curate', WORK, '--recipe', FOLDER / 'out.csv.recipe.json',
                              '--compare')
    assert compared['differences'] == [] and set(compared) <= {'differences', 'memory'}, compared
    with open(there / 'digits.csv', 'a', encoding='utf-8') as file:
        file.write('\n')
    message = assay.fail('replay', there / 'out.csv.recipe.json', '-o', there / 'no.csv')
    assert 'digits.csv' in message and 'another content' in message, message
    (there / 'digits.csv').unlink()
    message = assay.fail('replay', there / 'out.csv.recipe.json', '-o', there / 'no.csv')
    assert 'digits.csv: not found' in message and '--moved' in message, message
    assay.run('replay', there / 'out.csv.recipe.json', '-o', there / 'moved.csv',
              '--moved', f'digits.csv={DATA}')
    assert (there / 'moved.csv').read_bytes() == (FOLDER / 'out.csv').read_bytes()
    assert not (there / 'no.csv').exists()


def test_bad_recipes():
    """A newer version, an unknown step, member or value is refused by name"""
    cases = [
        ('{"assay_recipe": 2, "steps": []}', 'newer'),
        ('{"steps": []}', 'not a recipe'),
        ('{"assay_recipe": 1}', 'steps'),
        ('{"assay_recipe": 1, "steps": [{"step": "burn"}]}', 'burn'),
        ('{"assay_recipe": 1, "steps": [{}]}', 'step 1'),
        ('{"assay_recipe": 1, "steps": [{"step": "budget", "rowz": 3}]}', 'rowz'),
        ('{"assay_recipe": 1, "steps": [{"step": "budget", "rows": "many"}]}', 'many'),
        ('{"assay_recipe": 1, "steps": [{"step": "budget"}]}', 'rows'),
        ('{"assay_recipe": 1, "steps": [{"step": "drop_score"}]}', 'below'),
        ('{"assay_recipe": 1, "steps": [{"step": "drop_flagged", "flag": "no"}]}', '"no"'),
        ('{"assay_recipe": 1, "steps": [{"step": "drop_where", "where": "nope < 1"}]}', 'nope'),
        ('{"assay_recipe": 1, "shape": 3, "steps": []}', 'shape'),
        ('[1', 'parse error'), ('', 'empty')]
    path = FOLDER / 'bad.json'
    for text, word in cases:
        path.write_text(text, encoding='utf-8')
        message = assay.fail('curate', WORK, '--recipe', path, '--no-coverage')
        assert word.lower() in message.lower(), (text, message)
    path.write_text('{"assay_recipe": 1, "steps": []}', encoding='utf-8')
    assert 'never applied' in assay.fail('replay', path, '-o', FOLDER / 'x.csv')


def test_apply():
    """--apply makes decisions that undo takes back; a row decided to be kept stays"""
    flagged = sorted(rows_of("label_issue = 1 AND split = 'train'"))
    assay.run('decide', WORK, 'keep', '--where', f"id = '{flagged[0]}'")
    recipe = write('apply', [{'step': 'decisions'}, {'step': 'drop_label_issues'}])
    found = plan(recipe, '--apply')
    assert found['applied'] and found['steps'][1]['n_protected'] == 1
    assert rows_of("decision = 'drop'") == set(flagged[1:])
    assay.run('decide', WORK, 'undo')
    assert rows_of("decision = 'drop'") == set()
    assay.run('decide', WORK, 'undo')


def test_proof():
    """--prove equals whatif --verify of the same rows"""
    found = plan(write('proof', [{'step': 'drop_label_issues'}]), '--prove')['proof']
    what = assay.run_json('whatif', WORK, '--verify', '--where',
                          "label_issue = 1 AND split = 'train'")
    assert found['loss_refit'] == what['loss_refit']
    assert found['test_accuracy_refit'] == what['test']['accuracy_refit']
    assert found['test_openings'] == what['test_openings'] - 1
    assert found['classes'] == sorted(found['classes'], key=lambda c: (
        c['recall_refit'] - c['recall_before'], int(c['class'])))
    right = sum(round(c['recall_refit'] * c['n']) for c in found['classes'])
    assert right == round(found['test_accuracy_refit'] * found['n_part'])
    again = plan(write('proof', [{'step': 'drop_label_issues'}]), '--prove')['proof']
    assert again == found, 'a kept proof looks at the test part again'


def test_proof_steps():
    """The accuracy after each step is that of the recipe that ends there; one look for all"""
    steps = [{'step': 'drop_where', 'where': "label = '1' AND id < 'd0300'"},
             {'step': 'drop_label_issues'}, {'step': 'drop_where', 'where': "id < 'd0900'"}]
    whole = plan(write('whole', steps), '--prove')['proof']
    assert [one['title'] for one in whole['steps']] == ['By a condition', 'Likely label errors',
                                                        'By a condition']
    for n, one in enumerate(whole['steps'], 1):
        part = plan(write('part', steps[:n]), '--prove')['proof']
        assert one['accuracy'] == part['accuracy_refit'], (n, one)
        assert one['test_accuracy'] == part['test_accuracy_refit'], (n, one)
    assert len({one['test_accuracy'] for one in whole['steps']}) > 1
    later = plan(write('off', [dict(steps[0], on=False), steps[2]]), '--prove')['proof']
    assert later['steps'][0]['accuracy'] is None
    assert later['test_openings'] == whole['test_openings'] + 3


def test_proof_random():
    """--random puts whatif --random beside the proof"""
    found = plan(write('proof', [{'step': 'drop_where', 'where': "id < 'd0200'"}]),
                 '--prove', '--random', '3')['proof']['random']
    what = assay.run_json('whatif', WORK, '--verify', '--random', '3', '--where',
                          "id < 'd0200'")['random']
    for key in ('repeats', 'accuracy', 'accuracy_low', 'difference', 'difference_high'):
        assert found[key] == what[key], key
    assay.fail('curate', WORK, '--random', '3', status=2)


def test_proof_relabelled():
    """New labels are part of the proof: the same head as one fitted to the curated file anew"""
    parts = {line['id']: line['split'] for line in assay.run_json(
        'select', WORK, '--where', '1', '--columns', 'id,split')['rows']}
    rows = [dict(row, part=parts[row['id']]) for row in table(DATA)]
    old, new = FOLDER / 'parts.csv', FOLDER / 'parts_new.csv'
    with open(old, 'w', encoding='utf-8', newline='') as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    work, fresh = FOLDER / 'parts.assay', FOLDER / 'parts_new.assay'
    assay.run('new', work, old, '--split', 'part', '--id', 'id', '--label', 'label')
    for one in [row['id'] for row in rows if row['part'] == 'train' and row['label'] == '1'][:30]:
        assay.run('decide', work, 'relabel', '--value', '8', '--where', f"id = '{one}'")
    recipe = write('relabel', [{'step': 'decisions'}])
    found = assay.run_json('curate', work, '--recipe', recipe, '--prove', '-o', new)['proof']
    assert (found['n'], found['n_relabelled']) == (0, 30)
    assay.run('new', fresh, new, '--split', 'part', '--id', 'id', '--label', 'label')
    head = assay.run_json('info', fresh)['head']['valid']
    assert abs(found['loss_refit'] - head['loss']) < 1e-5, (found, head)
    assert found['accuracy_refit'] == head['accuracy']
    assert found['loss_before'] == assay.run_json('info', work)['head']['valid']['loss']


def main():
    start()
    tap = Tap()
    for test in (test_default, test_effects, test_steps, test_representatives,
                 test_balance_and_budget, test_facility_budget, test_coverage_budget,
                 test_near_copies, test_coverage, test_compare, test_replay,
                 test_bad_recipes, test_apply, test_proof, test_proof_steps, test_proof_random,
                 test_proof_relabelled, test_vanishing):
        tap.run(test.__doc__, test)
    tap.finish()


if __name__ == '__main__':
    main()
