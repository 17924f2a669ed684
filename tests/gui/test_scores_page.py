#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Scores page: what a score is, computing one, two beside each other, the data map; what the
page says is what assay-cli says of the same workspace."""
import math
import os
import pathlib
import re
import shutil

import numpy

import drive
from drive import cli, until

CORRELATION = r'Rank correlation (-?[0-9.]+) over (\d+) rows(, one order turned .*)?'
TRAINING = 'mnist_training_dynamics_DERIVED'
N_ROWS = 1500
REGIONS = ['easy', 'ambiguous', 'hard']
KEYS = {'easy': 'alt+e', 'ambiguous': 'alt+b', 'hard': 'alt+h'}


def stored(work):
    return {one['id']: one for one in cli('info', work)['scores']}


def walk(window, pattern, keys):
    """Presses keys until the focus is on what is named so."""
    def there():
        part = window.focused()
        return part is not None and re.fullmatch(pattern, drive.plain(part.said), re.I)
    for _ in range(60):
        if there():
            return
        window.keys(keys)
    raise AssertionError(f'{keys} does not lead to {pattern}')


def choose(window, name, by_keys):
    """A score of the list."""
    if by_keys:
        walk(window, '.*, (not )?computed', 'Tab')
        window.keys('Home')
        walk(window, f'{name}, .*', 'Down')
    else:
        window.click(f'{name}, .*', 'list item')
    until(f'{name} to be told', lambda: name in window.labels())


def about(window, by_keys):
    """What the page says of the influence, which is computed when the window opens: its unit comes
    with its values."""
    def said():
        text = ' '.join(window.labels())
        return text if 'nats' in text else None
    choose(window, 'influence', by_keys)
    return until('the values', said)


def check_about(said, info):
    certificate = info['certificate']
    assert info['title'] in said and info['sentence'] in said
    assert 'value: above 0 the row helps' in said and 'higher is better' in said and 'nats' in said
    assert f"{info['n'] - info['missing']} of {info['n']}" in said
    halves = certificate['split_half_rank_correlation']
    assert f'rank correlation of {halves:.2f}' in said
    assert (halves < 0.5) == ('unstable' in said)
    assert f"{certificate['rows_told_from_zero']} rows, at a false discovery rate of 10 %" in said
    assert f"stays among {certificate['median_rank_range']:.0f} ranks" in said
    told = certificate['rows_told_from_zero']
    hollow = info['n'] - info['missing'] - told
    assert hollow == 0 or f'hollow: {hollow} not told from 0' in said


def check_histogram(said, info):
    told = info['certificate']['rows_told_from_zero']
    hatched = info['n'] - info['missing'] - told
    assert f'{hatched} not to be told from zero (hatched)' in said, (said, hatched)


def compute(window, name, by_keys):
    choose(window, name, by_keys)
    until('the button', lambda: window.all('Compute', 'push button'))
    if by_keys:
        window.keys('alt+u')
    else:
        window.click('Compute', 'push button')
    window.find(f'{name}, computed', 'list item', 120)
    window.idle(180)
    until('its facts', lambda: 'Rows with a value' in window.labels())


def pick(window, drop_down, name, by_keys, at=1):
    """An entry of a drop-down; by keys so many below the first."""
    def picked():
        return name in window.labels()
    if not by_keys:
        window.choose(drop_down, name, picked)
        return
    window.xdo('mousemove', 1, 1)  # a pointer below the list would choose
    walk(window, drop_down, 'Tab')
    window.keys('space')
    until('the list', window.open_lists)
    window.keys('Home', *['Down'] * at, 'Return')
    until(f'{name} of {drop_down}', picked)


def compute_asked(window, column, by_keys):
    if by_keys:
        window.keys('alt+u')
    else:
        window.click('Compute.*', 'push button')
    window.find(f'{column}, computed', 'list item', 120)
    until('its facts', lambda: column in window.labels())
    window.idle()


def undo(window, column):
    """Takes the column away; only then is it gone from the list."""
    assert window.all(f'{column}, computed', 'list item')
    drive.again(f'{column} to go', lambda: window.keys('ctrl+z'),
                lambda: not window.all(f'{column}, computed', 'list item'))


def asked(window, work, picture, by_keys):
    """For a class, for what the filters leave, and for one row, which is undone."""
    classes = cli('info', work)['classes']
    names = [str(one['name']) for one in classes]
    choose(window, 'influence', by_keys)
    pick(window, 'Judged By', 'Those of a Class', by_keys)
    pick(window, 'Judging Class', names[3], by_keys, 3)
    until('the condition', lambda: f"By validation rows where label = '{names[3]}'"
          in window.labels())
    window.picture(f'{picture}-asked')
    compute_asked(window, f'influence_on_label_{names[3]}', by_keys)
    choose(window, 'influence', by_keys)
    pick(window, 'Judged By', 'Those That the Filters Leave', by_keys, 2)
    until('that there is no filter', lambda: any('No filter is set' in text
                                                 for text in window.labels()))
    window.search(f"label > '{names[4]}'")
    until('the filter', lambda: f"By validation rows where label > '{names[4]}'"
          in window.labels())
    choose(window, 'influence', by_keys)
    compute_asked(window, f'influence_on_label_above_{names[4]}', by_keys)
    undo(window, f'influence_on_label_above_{names[4]}')
    window.keys('ctrl+shift+z')
    window.find(f'influence_on_label_above_{names[4]}, computed', 'list item')
    row = cli('select', work, '--where', "split = 'valid'", '--limit', '1')['ids'][0]
    window.search(f"id = '{row}'")
    window.keys('ctrl+3', 'ctrl+a', 'ctrl+6')
    choose(window, 'influence', by_keys)
    pick(window, 'Judged By', 'The Selected Row', by_keys, 3)
    until('the row', lambda: f'By row {row} alone' in window.labels())
    compute_asked(window, f'influence_on_row_{row}', by_keys)
    undo(window, f'influence_on_row_{row}')
    choose(window, 'influence', by_keys)
    pick(window, 'Judged By', 'All Validation Rows', by_keys, 0)


def influence_on_row(window, picture, by_keys):
    """Of every training row on the one that the inspector shows; colours the map and sorts."""
    row = window.labels(window.find('Values of the Row', 'list'))[1]
    column = f'influence_on_row_{row}'
    window.find('Influence on This Row', 'push button')
    window.keys('ctrl+2')
    if by_keys:
        window.keys('alt+w')
    else:
        window.click('Influence on This Row', 'push button',
                     lambda: f'coloured by {column}' in window.map.name)
    window.find(f'Map: .*coloured by {column}', patience=120)
    window.picture(f'{picture}-on-row')
    return column


def check_asked(work, before, on_row):
    """The columns that are left are what assay-cli finds; the whole is as it was."""
    scores = stored(work)
    assert scores['influence'] == before, (scores['influence'], before)
    again = pathlib.Path(work).with_name('again.assay')
    shutil.copy(work, again)
    mine = {name: one for name, one in scores.items() if name.startswith('influence_on_')}
    assert len(mine) == 3 and on_row in mine, list(mine)
    for name, one in mine.items():
        of = one['certificate']['asked_of']
        question = 'of=' + of.removeprefix('row ') if name == on_row \
            else 'slice=' + of.removeprefix('validation rows where ')
        found = cli('score', again, 'influence', '-p', question)['scores']
        assert found[0]['id'] == name, (found, name)
        for key in ('minimum', 'median', 'maximum', 'missing'):  # not to the last bit: another
            assert math.isclose(found[0][key], one[key], rel_tol=1e-9), (found, one)  # process
        assert found[0]['sentence'] == one['sentence'], (found, one)


def color(window, name, by_keys):
    """From the page to the map, and back."""
    if by_keys:
        window.keys('alt+m')
    else:
        window.click('Colour the Map', 'push button')
    until('the colours', lambda: window.all(f'Map: .*coloured by {name}'))
    window.keys('ctrl+6')
    window.find(f'Histogram of {name} .*')


def brush(window, by_keys):
    """A range of the score that colours; returns its ends and how many rows it leaves."""
    whole = until('all rows', lambda: [text for text in window.labels()
                                       if re.fullmatch(r'(\d+) of \1 rows visible', text)])[0]
    if by_keys:
        walk(window, 'From', 'Tab')
        window.fill('0')
        window.keys('Return')
    else:
        window.lasso('Histogram of .*', [(0.2, 0.5), (0.45, 0.5)])
    count = until('fewer rows', lambda: [
        int(found[1]) for found in (re.fullmatch(r'(\d+) of (\d+) rows visible', text)
                                    for text in window.labels())
        if found and found[1] != found[2]])[0]
    ends = [window.find(name, 'text').text() for name in ('From', 'To')]
    if by_keys:
        walk(window, 'Clear Filters', 'Tab')
        window.keys('Return')
    else:
        window.click('Histogram of .*')
    until('all rows again', lambda: whole in window.labels())
    return [float(end) if end else math.inf for end in ends], count


def check_brush(said, work, name):
    (low, high), count = said
    where = f'{name} >= {low!r}' + (f' AND {name} <= {high!r}' if high < math.inf else '')
    found = cli('select', work, '--where', where, '--count')['n']
    assert count == found, (said, found)


def turn_to(window, name, by_keys):
    if by_keys:
        walk(window, name, 'Tab')
        window.keys('space')
    else:
        window.click(name, done=lambda: window.is_chosen(name))


def compare(window, picture, by_keys):
    """With the first of the other scores. Returns what the page says."""
    turn_to(window, 'Compare Two', by_keys)
    line = until('the comparison', lambda: [text for text in window.labels()
                                            if re.fullmatch(CORRELATION, text)])[0]
    plot = window.find(r'Plot of \S+ over \S+\. Map: .*').said
    rows = until('the rows', lambda: [drive.plain(one.said)
                                      for one in window.all('.* %', 'list item')])
    if by_keys:
        window.keys('alt+s')
    else:
        window.click('.*Select These Rows', 'push button')
    until('them to be selected', lambda: window.all(r'Plot of .* 20 selected.*'))
    window.picture(f'{picture}-compare')
    return line, re.match(r'Plot of (\S+) over (\S+)\.', plot).groups(), rows


def check_compare(said, work):
    line, (second, first), rows = said
    found = cli('figure', work, 'compare', first, second, '-o',
                pathlib.Path(work).with_suffix('.svg'))['numbers']
    told = re.fullmatch(CORRELATION, line)
    assert abs(float(told[1]) - found['rank_correlation']) <= 0.000501, (line, found)
    assert int(told[2]) == found['n']
    for text, one in zip(rows, found['apart']):
        parts = re.fullmatch(r'(.*?)(?: · .*)?  ([+-][0-9.]+) %', text)
        assert parts[1] == str(one['id']), (text, one)
        assert abs(float(parts[2]) - 100 * one['gap']) <= 0.0501, (text, one)
    assert len(rows) == min(20, found['n'])


def data_map(window, picture, by_keys):
    """Computes it and selects each region; returns the counts that the buttons say."""
    turn_to(window, 'Data Map', by_keys)
    if by_keys:
        window.keys('alt+u')
    else:
        window.click('Compute the Data Map', 'push button')
    counts = {}
    for name in REGIONS:
        pattern = f'{name}: ([0-9]+)'
        button = window.find(pattern, 'push button', 120)
        counts[name] = int(re.fullmatch(pattern, drive.plain(button.said), re.I)[1])

        def selected(count=counts[name]):
            return window.all(rf'Plot of confidence .* {count} selected.*')
        if by_keys:
            drive.again(f'{name} rows', lambda key=KEYS[name]: window.keys(key), selected)
        else:
            window.click(pattern, 'push button', selected)

    def colored():
        return window.all('Plot of confidence .*coloured by correctness')
    if by_keys:
        drive.again('colours of correctness', lambda: window.keys('alt+o'), colored)
    else:
        window.click('Colour', 'push button', colored)
    window.idle(180)
    window.picture(f'{picture}-datamap')
    return counts


def check_data_map(counts, work):
    found = cli('figure', work, 'datamap', '-o', pathlib.Path(work).with_suffix('.png'))['numbers']
    assert counts == {name: found[name] for name in REGIONS}, (counts, found)


def for_and_against(window, work, by_keys):
    """Of a row that the head is wrong about, where there is one: its label, then what is predicted.
    Returns what is said of both, with the command that says the same."""
    where = ('influence', work, '--where', "split = 'valid'", '--top', 1)
    both = zip(cli(*where)['rows'], cli(*where, '--prediction')['rows'])
    wrong = [label['id'] for label, guess in both if label['class'] != guess['class']]
    row = (wrong or cli('select', work, '--where', "split = 'valid'")['ids'])[0]
    window.keys('ctrl+3')
    window.search(f"id = '{row}'")
    window.keys('ctrl+a')
    told = []

    def listed():
        return window.all('(for|against) .*', 'list item')
    for of in ('label', 'prediction'):
        if of == 'prediction':
            turn_on(window, 'Of the Predicted Class', by_keys, lambda: not listed())
            until('that the rows are gone', lambda: not listed())
        if by_keys:
            window.keys('alt+i')
        else:
            window.click('Rows For and Against', 'push button', listed)
        lines = until('rows for and against', listed, 120)
        until(of, lambda: any(text.startswith(f'For and against the {of}, ')
                              for text in window.labels()))
        told.append(([drive.plain(one.said) for one in lines],
                     ['influence', work, row, *['--prediction'] * (of == 'prediction')]))
    return told


def turn_on(window, name, by_keys, done=None):
    if by_keys:
        walk(window, name, 'Tab')
        window.keys('space')
    else:
        window.click(name, 'check box', done)


def check_for_and_against(told):
    for lines, command in told:
        found = cli(*command)['rows'][0]
        expected = [f"{word} {one['id']} · {one['label']}  {one['influence']:+.3g}"
                    for word, key in (('for', 'helping'), ('against', 'hurting'))
                    for one in found[key]]
        assert lines == expected, (command, lines, expected)


def epochs(window, work, picture):
    """The curve of the row forgotten most often: what assay-cli figure draws of it."""
    row = cli('select', work, '--sort', 'forgetting', '--descending', '--limit', '1', '--columns',
              'id,forgetting')['rows'][0]
    want = cli('figure', work, 'epochs', row['id'], '-o', pathlib.Path(work).with_suffix('.svg'))
    told = want['numbers']['epochs']
    window.search(f"id = '{row['id']}'")
    window.keys('ctrl+a')
    window.xdo('mousemove', 1, 1)  # off the plot: a row under the pointer comes first
    label = want['numbers']['label']
    said = window.find(f'Curve over the epochs: .*probability of "{label}".*').said
    window.picture(f'{picture}-epochs')
    form = r'.*probability of "(.+)" from (\S+) to (\S+), right in (\d+) of (\d+) epochs, (.*)'
    parts = re.fullmatch(form, said).groups()
    assert parts[0] == want['numbers']['label']
    for text, one in zip(parts[1:3], (told[0], told[-1])):
        assert abs(float(text) - one['probability']) <= 5e-3 * one['probability'], (said, one)
    assert [int(part) for part in parts[3:5]] == [want['numbers']['correctness'], len(told)]
    lost = [str(one['epoch']) for one in told if one['forgotten']]
    assert parts[5] == f"forgotten in epoch{'s' * (len(lost) > 1)} {', '.join(lost)}"
    assert len(lost) == row['forgetting'] > 0
    assert any(text.startswith('Probability of') for text in window.labels())


def look(data, picture, by_keys=False, dark=False):
    data = pathlib.Path(data)
    work = data.with_suffix('.assay')
    with drive.Window(data, dark=dark) as window:
        window.scored()
        window.keys('ctrl+6')
        said = about(window, by_keys)
        histogram = window.find('Histogram of influence .*').said
        window.picture(f'{picture}-about')
        compute(window, 'knn_shapley', by_keys)
        color(window, 'knn_shapley', by_keys)
        range_of = brush(window, by_keys)
        compared = compare(window, picture, by_keys)
        counts = data_map(window, picture, by_keys)
        turn_to(window, 'About the Score', by_keys)
        whole = stored(work)['influence']
        asked(window, work, picture, by_keys)
        unnamed = window.unnamed()
        assert not unnamed, unnamed
        lines = for_and_against(window, work, by_keys)
        window.picture(f'{picture}-inspector')
        on_row = influence_on_row(window, picture, by_keys)
        if data.suffix == '.assay':  # it has a training log
            epochs(window, work, picture)
        window.close()
    check_asked(work, whole, on_row)
    scores = stored(work)
    check_about(said, scores['influence'])
    check_histogram(histogram, scores['influence'])
    check_brush(range_of, work, 'knn_shapley')
    check_compare(compared, work)
    check_data_map(counts, work)
    check_for_and_against(lines)
    return scores


def test_sample():
    """The sample's scores by the pointer, in light colours"""
    look(shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv'), 'scores-light')


def test_sample_keys():
    """The sample's scores by keys, in light colours"""
    look(shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv'), 'scores-keys-light',
         by_keys=True)


def digits_and_their_training():
    """The first rows of a real training run, the last epoch's logits as their features."""
    source = pathlib.Path(os.environ.get('ASSAY_TEST_DATA', '/none')) / TRAINING
    if not source.exists():
        raise drive.Skip('no ASSAY_TEST_DATA')
    folder = drive.folder()
    with numpy.load(source / 'logits_f16.npz') as log:
        logits, labels = log['logits'][:, :N_ROWS], log['labels'][:N_ROWS]
    numpy.save(folder / 'log.npy', logits.astype('f4'))
    numpy.save(folder / 'features.npy', logits[-1].astype('f4'))
    (folder / 'labels.csv').write_text('\n'.join(['digit', *map(str, labels)]) + '\n')
    work = folder / 'mnist.assay'
    cli('new', work, folder / 'labels.csv', '--label', 'digit', '--features',
        folder / 'features.npy', '--dynamics', folder / 'log.npy')
    cli('score', work, 'influence', 'self_confidence', 'label_issue', 'forgetting')
    return work, drive.read_csv(source / 'expected_per_sample.csv')[:N_ROWS]


def test_training():
    """A training run of digits by keys, in dark colours; its data map is that of numpy"""
    work, expected = digits_and_their_training()
    scores = look(work, 'scores-dark', by_keys=True, dark=True)
    assert 'given' in scores['confidence']['certificate']['log'], scores['confidence']
    found = cli('select', work, '--where', '1', '--columns',
                'id,split,confidence,correctness')['rows']
    assert len(found) == N_ROWS
    for row, told in zip(found, expected):
        if row['split'] == 'test':  # rows to report by: no score looks at them
            assert row['confidence'] is None, row
            continue
        assert abs(row['confidence'] - float(told['confidence'])) <= 1e-6, (row, told)
        assert row['correctness'] == int(told['correctness']), (row, told)


drive.main(globals())
