#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""savings: the README's worked example and every formula by hand arithmetic; what is not known."""
import json
import re

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'work.assay'
RECIPE = FOLDER / 'recipe.json'


def savings(*arguments):
    found = assay.run_json('savings', WORK, '--recipe', RECIPE, *arguments)
    missing = assay.keys_of(found) - assay.documented_words('savings')
    assert not missing, f'keys that the man page has not: {missing}'
    return found, {one['id']: one for one in found['savings']}


def given(**inputs):
    return [part for key, value in inputs.items() for part in ('-p', f'{key}={value}')]


def same(one, *values):
    for key, value in zip(('low', 'likely', 'high'), values if len(values) == 3 else values * 3):
        assert abs(one[key] - value) <= 1e-12 * abs(value), (one, value)


def test_nothing_given():
    """Nothing stated, nothing known: no figure out of thin air, each with its reason"""
    found, out = savings()
    assert (found['rows'], found['rows_saved']) == (1200, 300)
    for key, one in out.items():
        if key != 'bytes':
            assert one['likely'] is None and one['why'], one
    assert out['labels']['why'] == out['label_money']['why'] == 'not known: no random arm'
    assert 'training_hours' in out['training_hours']['why']
    assumed = {i['id']: i['likely'] for i in found['inputs'] if not i['given']}
    assert assumed['pue'] == assumed['trainings'] == assumed['workers'] == 1
    assert assumed['intensity'] == 445 and 'IEA' in found['intensity_from']


def test_example():
    """The README's worked example, its text and its numbers"""
    text = (assay.ROOT / 'README.md').read_text('utf-8')
    text = ' '.join(text.split('<!-- savings: begin -->')[1].split('<!-- savings: end')[0].split())
    _, out = savings('--country', 'france', *given(
        training_hours=8, training_power=0.5, training_rate=2, trainings=12, pue=1.2,
        bytes_row=1000000, copies=2, storage_price=0.023, curation_hours=20, wage=30,
        curation_kwh=10))
    for key, expression in [
            ('energy', '300 / 1200 x 8 x 0.5 x 12 x 1.2 = 14.4 kWh'),
            ('co2', '14.4 x 56 / 1000 = 0.8064 kg'), ('training_hours', '300 / 1200 x 8 x 12 = 24'),
            ('bytes', '300 x 1000000 x 2 = 600000000'),
            ('storage_money', '0.6 x 0.023 x 12 = 0.1656'),
            ('even_money', '20 x 30 / (300 / 1200 x 8 x 2) = 150'),
            ('even_energy', '10 / (300 / 1200 x 8 x 0.5) = 10')]:
        assert expression in text, expression
        left, right = expression.split(' = ')
        value = eval(left.replace('x', '*'))  # digits and operators only, from this file
        assert abs(value - float(right.split()[0])) < 1e-12
        same(out[key], value)
    same(out['training_money'], 48)
    same(out['money'], 48 + 0.1656)
    assert 'or 48 USD' in text and '(56 g/kWh, 2023)' in text


def test_ranges():
    """Low, likely and high go through the formulas; a break-even turns them round"""
    _, out = savings(*given(training_hours='4,8,10', training_rate='1,2,3',
                            curation_hours='5,20,40', wage='20,30,50', intensity='50,56,60',
                            training_kwh='1,2,3'))
    same(out['training_hours'], 12, 24, 30)
    same(out['training_money'], 12, 48, 90)
    same(out['even_money'], 100 / (0.25 * 30), 600 / (0.25 * 16), 2000 / (0.25 * 4))
    same(out['energy'], 0.25 * 1 * 12 * 1.2, 0.25 * 2 * 12 * 1.2, 0.25 * 3 * 12 * 1.2)
    same(out['co2'], 3.6 * 0.05, 7.2 * 0.056, 10.8 * 0.06)
    again, _ = savings()
    assert {i['id']: i['low'] for i in again['inputs']}['wage'] == 20, 'it is not remembered'


def test_labels():
    """A simulation with random gives the labels; money and hours follow by hand"""
    assay.run('simulate', WORK, '--strategy', 'random,margin', '--start', '20', '--batch', '20',
              '--rounds', '6', '--repeats', '3', '--target', '0.985')
    found, out = savings(*given(price_item=0.05, workers=3, seconds_item='2,4,6', review_share=0.1,
                                wage=30))
    assert found['labels_from'].startswith('simulated on your labels')
    random = float(re.search(r'takes ([0-9.]+) labels', found['labels_from'])[1])
    best = float(re.search(r'margin ([0-9.]+)', found['labels_from'])[1])
    labels = out['labels']
    assert abs(labels['likely'] - (random - best)) <= 1
    assert labels['low'] <= labels['likely'] <= labels['high']
    for key, seconds in (('low', 2), ('likely', 4), ('high', 6)):
        money = labels[key] * (3 * 0.05 + 0.1 * seconds / 3600 * 30)
        assert abs(out['label_money'][key] - money) < 1e-9
        assert abs(out['label_hours'][key] - labels[key] * 3.1 * seconds / 3600) < 1e-9


def test_measured():
    """codecarbon's file: hours and kWh of its runs; places are not kept"""
    path = FOLDER / 'emissions.csv'
    path.write_text('timestamp,duration,energy_consumed,longitude,latitude\n'
                    'a,3600,1.5,12.5,55.6\nb,7200,2.5,12.5,55.6\n', encoding='utf-8')
    found, _ = savings('--emissions', path)
    inputs = {i['id']: (i['low'], i['likely'], i['high']) for i in found['inputs']}
    assert inputs['training_hours'] == (1, 1.5, 2) and inputs['training_kwh'] == (1.5, 2, 2.5)
    assert b'55.6' not in WORK.read_bytes()
    path.write_text('a,b\n1,2\n', encoding='utf-8')
    assert 'codecarbon' in assay.fail('savings', WORK, '--emissions', path)


def test_flops():
    """trainer_state.json: energy from its operations and the energy of a teraflop, by hand"""
    path = FOLDER / 'trainer_state.json'
    path.write_text('{"log_history": [], "total_flos": 9e17}', encoding='utf-8')
    work = FOLDER / 'flops.assay'
    assay.run('new', work, FOLDER / 'data.csv', '--id', 'id', '--label', 'label', '--split',
              'split', '--features', 'x,y')
    found = assay.run_json('savings', work, '--recipe', RECIPE, '--trainer-state', path,
                           *given(pue=1.5, trainings=2))
    inputs = {i['id']: i['likely'] for i in found['inputs']}
    assert inputs['training_flops'] == 9e17 and inputs['joules_teraflop'] == 4
    energy = next(one for one in found['savings'] if one['id'] == 'energy')
    # a quarter of the rows; 9e17 operations at 4 J a teraflop are 3.6e6 J, 1 kWh
    assert abs(energy['likely'] - .25 * 1 * 2 * 1.5) < 1e-12, energy
    found = assay.run_json('savings', work, '--recipe', RECIPE, *given(joules_teraflop='2,4,8'))
    energy = next(one for one in found['savings'] if one['id'] == 'energy')
    assert abs(energy['low'] - .375) < 1e-12 and abs(energy['high'] - 1.5) < 1e-12, energy
    path.write_text('{"log_history": []}', encoding='utf-8')
    assert 'total_flos' in assay.fail('savings', work, '--trainer-state', path)


def test_refusals():
    """An unknown input, a bad number, an unknown country, a bad table are named"""
    for arguments, word in [(given(wages=3), 'wages'), (given(wage='x'), 'wage'),
                            (given(wage='3,2,1'), '3,2,1'), (given(wage=-1), '-1')]:
        assert word in assay.fail('savings', WORK, '--recipe', RECIPE, *arguments), word
    table = FOLDER / 'grid.csv'
    table.write_text('country,code,g_per_kwh,year,source\nMine,DE,7,2026,the meter\n', 'utf-8')
    other = FOLDER / 'other.assay'
    assay.run('new', other, FOLDER / 'data.csv', '--id', 'id', '--label', 'label', '--split',
              'split', '--features', 'x,y')
    assert 'Atlantis' in assay.fail('savings', other, '--recipe', RECIPE, '--country', 'Atlantis')
    found = assay.run_json('savings', other, '--recipe', RECIPE, '--grid', table, '--country', 'de')
    assert {i['id']: i['likely'] for i in found['inputs']}['intensity'] == 7
    assert found['intensity_from'] == 'Mine 2026, the meter'
    table.write_text('country,g\nMine,7\n', 'utf-8')
    assert 'grid.csv' in assay.fail('savings', other, '--recipe', RECIPE, '--grid', table)


def main():
    path = FOLDER / 'data.csv'
    lines = ['id,label,split,x,y,note']
    for i in range(1500):
        part = 'train' if i < 1200 else 'valid' if i < 1350 else 'test'
        x, y = (i * 37 % 101) / 10, (i * 53 % 97) / 10
        lines.append(f'r{i},{"ab"[x + y > 9.7]},{part},{x},{y},{i % 4}')
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    RECIPE.write_text(json.dumps({'assay_recipe': 1, 'steps': [
        {'step': 'drop_where', 'where': 'note = 0'}]}), encoding='utf-8')
    assay.run('new', WORK, path, '--id', 'id', '--label', 'label', '--split', 'split',
              '--features', 'x,y')
    tap = Tap()
    for test in (test_nothing_given, test_example, test_ranges, test_labels, test_measured,
                 test_flops, test_refusals):
        tap.run(test.__doc__, test)
    tap.finish()


if __name__ == '__main__':
    main()
