#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Redundancy page by pointer and by keys: find, move the threshold, sort and look at groups,
leaks, the outcome curve, the map and back, drop, undo, save; what the page says is what assay-cli
says of the same workspace. Then clusters of texts by density."""
import os
import pathlib
import re
import shutil

import drive
from drive import again, cli, plain, until
from page_steps import choose, enter, find_copies, label, press, said, walk

LEAKS = (r'(\d+) validation and (\d+) test rows have a copy in an earlier part; validation '
         r'accuracy ([0-9.]+) %, without them ([0-9.]+) %')
POINTS = r' ([+-][0-9.]+) points'
PREDICTED = r'at (\S+): predicted(?: \(rough\))?' + POINTS
REFITTED = (PREDICTED + '; preview on validation rows' + POINTS + '; on test rows' + POINTS
            + '; as many at random' + POINTS)
ORDERS = {'size': 'Largest first', 'link': 'Weakest link first',
          'conflict': 'Conflicting labels first', 'leak': 'In several parts first'}
SHOWN = 5
N_WORDS = 6


def expected(found):
    return [found['n_groups'], found['n_in_groups'], found['n_redundant'], found['n_conflicts'],
            found['leaks']['n_groups']]


def value_of(window):
    return window.find('Threshold', 'slider').value()


def steady(window):
    """The threshold that the slider came to, and what is said of it."""
    def twice():
        window.settle()
        before = (value_of(window), said(window))
        drive.time.sleep(0.3)
        return before if before == (value_of(window), said(window)) else None
    return until('the slider to rest', twice)


def slide(window, by_keys):
    before = value_of(window)

    def move():
        if by_keys:
            window.keys('alt+h')
            walk(window, 'Threshold', 'shift+Tab')
            window.keys('Left', 'Left', 'Left')
        else:
            window.lasso('Threshold', [(0.9, 0.5), (0.7, 0.5)])
    again('another threshold', move, lambda: value_of(window) != before)
    return steady(window)


def set_threshold(window, text, before, by_keys):
    """Into the exact entry; returns the other figures."""
    window.number('Exact Threshold.*', text, (lambda: window.keys('alt+h')) if by_keys else None)
    return until('other groups', lambda: said(window) != before and said(window))


def keep_first(window, by_keys):
    """Another rule of what stays: of what was found, without a new search."""
    if by_keys:
        window.keys('alt+o')
    choose(window, 'Which Row Stays', ['Keep the most central', 'Keep the first'],
           'Keep the first', by_keys)
    window.idle()


def sorted_groups(window, by_keys):
    """The first groups in each order."""
    shown = {}
    for key, name in ORDERS.items():
        if by_keys and not window.all(name, 'label'):
            window.keys('alt+h')
        if not window.all(name, 'label'):
            choose(window, 'Order of Groups', list(ORDERS.values()), name, by_keys)
        window.settle()
        shown[key] = [plain(one.said) for one in window.all(r'Group \d+: .*', 'list item')][:SHOWN]
    return shown


def check_groups(shown, work, options):
    for order, lines in shown.items():
        found = cli('redundancy', work, *options, '--sort', order, '--groups', SHOWN)
        wanted = []
        for one in found['groups']:
            text = f"Group {one['group']}: {one['size']} rows, weakest link {one['weakest']:.5g}"
            text += ' · labels differ' if one['conflict'] else ''
            text += ' · in several parts' if len(set(one['parts']) - {'pool'}) > 1 else ''
            wanted.append(text)
        assert lines == wanted, (order, lines, wanted)


def leaks(window, key):
    """What is said of them; they are selected."""
    press(window, 'Leaks…', key)
    found = until('the leaks', lambda: [one for one in (re.search(LEAKS, text)
                                                        for text in window.labels()) if one], 120)
    numbers = [float(number) for number in found[0].groups()]
    assert window.bar().startswith(f'{numbers[0] + numbers[1]:.0f} rows selected'), numbers
    return numbers


def check_leaks(numbers, found):
    told = found['leaks']
    assert numbers[:2] == [told['n_valid'], told['n_test']], (numbers, told)
    for number, part in zip(numbers[2:], ('valid', 'valid_without')):
        assert abs(number - 100 * told[part]['accuracy']) <= 0.00501, (numbers, told)


def jump(window, folder, picture, by_keys):
    """A group selected and exported; to the map and back, whatever is selected there; forth again;
    then from another row of the map to its group."""
    listed = window.all(r'Group \d+: .*', 'list item')
    size = int(re.search(r': (\d+) row', listed[2].said)[1])
    if by_keys:
        walk(window, r'Group \d+: .*')
        window.keys('Home', 'Down', 'Down', 'space')
    else:
        window.click(re.escape(plain(listed[2].said)), 'list item')
    fate = r'\S+ stays, \d+ may go'
    until('another group', lambda: label(window, fate)[0])
    window.settle()
    stays = label(window, fate)[0]
    press(window, 'Select Group', 'alt+g' if by_keys else None)
    group = [row['id'] for row in window.export(folder / 'group.csv')]
    assert len(group) == size and stays.split()[0] in group, (group, size, stays)
    window.keys('ctrl+shift+a')

    def show():
        drive.again('the map', lambda: press(window, 'Show on Map', 'alt+m' if by_keys else None),
                    lambda: window.all(rf'Map: .*\b{size} selected.*')
                    and window.is_chosen('Map', 'page tab'))
    show()
    window.keys('ctrl+a')
    press(window, '.*Back to Redundancy', 'alt+b' if by_keys else None)
    assert label(window, fate)[0] == stays
    assert window.focused().role == 'list item', window.focused()
    show()
    window.find('.*Back to Redundancy', 'push button')
    window.picture(f'{picture}-back')
    window.keys('ctrl+4')
    assert label(window, fate)[0] == stays
    show()
    press(window, '.*Back to Redundancy', 'alt+b' if by_keys else None)
    window.keys('ctrl+2')
    window.gone('.*Back to Redundancy')
    window.search(f"id = '{stays.split()[0]}'")
    window.keys('ctrl+a')
    until('one row', lambda: window.all(r'Map: .*\b1 selected.*'))
    window.search('')
    window.keys('ctrl+4')
    assert label(window, fate)[0] == stays
    return stays, group


def check_fate(stays, group, found):
    told = next(one for one in found['groups'] if one['keep'] == stays.split()[0])
    assert int(stays.split()[2]) < told['size']
    assert group == [str(one) for one in told['ids']], (group, told['ids'])


def drop_and_undo(window, folder, by_keys):
    """One decision, one step back; then the same again, which stays."""
    again('what would go',
          lambda: press(window, '.*Select What Would Go', 'alt+u' if by_keys else None),
          lambda: window.bar().startswith(f'{said(window)[2]} row'))
    drop = ('.*Drop All but Representatives', 'alt+b' if by_keys else None)
    press(window, *drop)
    dropped = window.export(folder / 'with.csv')
    assert {row['decision'] for row in dropped} == {'drop'}
    if by_keys:
        window.keys('ctrl+z')
    else:
        window.click('Undo', 'push button')
    undone = window.export(folder / 'without.csv')
    assert [row['id'] for row in undone] == [row['id'] for row in dropped]
    assert 'drop' not in {row['decision'] for row in undone}
    press(window, *drop)
    return [row['id'] for row in dropped]


def find_again(window, distance, by_keys):
    """By distance, all pairs of a group near, down to another floor; saved as columns."""
    if by_keys:
        window.keys('alt+o')
        walk(window, 'Metric', 'shift+Tab')
    choose(window, 'Metric', ['Cosine', 'Euclidean'], 'Euclidean', by_keys)
    if by_keys:
        window.keys('alt+o')
    choose(window, 'Linkage', ['Chains', 'All pairs'], 'All pairs', by_keys)
    if by_keys:
        window.keys('alt+o')
    enter(window, 'Loosest Threshold', distance, by_keys)
    before = said(window)
    press(window, '.*Find Again', 'alt+n' if by_keys else None)
    found = until('groups by distance', lambda: said(window) != before and said(window), 120)
    window.idle()
    press(window, 'Save as Columns', 'alt+c' if by_keys else None)
    return found


def edges(window, found, picture, by_keys):
    """On the map, a line from one row of each group to each other one; and none again."""
    window.keys('ctrl+2')
    before = window.find('Map: .*').said
    count = found[1] - found[0]
    again('lines', lambda: press(window, '.*Groups', 'alt+g' if by_keys else None),
          lambda: window.all(f'Map: .*; {count} lines between near copies'))
    window.picture(f'{picture}-lines')
    press(window, '.*Groups', 'alt+g' if by_keys else None)
    window.find(re.escape(before))


def clusters(window, work, picture):
    """Where texts lie densely: each cluster with its size, classes and the words of its own."""
    window.keys('ctrl+2')
    window.click('Clusters', 'push button',
                 lambda: window.all('Number of Clusters', 'spin button'))
    choose(window, 'How Clusters Are Found', [], 'Density', False)
    window.click('Find Clusters', 'push button',
                 lambda: window.all('Map: .*coloured by cluster'))
    window.idle(120)
    found = cli('cluster', work, 'list')
    assert found['method'] == 'density' and len(found['clusters']) > 1
    note = f"{len(found['clusters'])} clusters by density; rows in none: {found['noise']}"
    assert label(window, note + '.*')
    lines = until('the clusters', lambda: [plain(one.said) for shown in window.lists('Clusters')
                                           for one in window.tree.matching('.+', 'list item',
                                                                           shown)])
    for line, one in zip(lines, found['clusters']):
        classes = ', '.join(f"{kind['name']} ({kind['n']})" for kind in one['classes'][:2])
        words = ', '.join(word['word'] for word in one['words'][:N_WORDS])
        start = f"Cluster {one['number']}, {one['size']} rows · {classes}; {words} · mean influence"
        assert words and line.startswith(start), (line, start)
    window.picture(f'{picture}-clusters')


def check_curve(line, curve, percent=100):
    """The figures of a point, beside those of assay-cli."""
    numbers = [float(number) for number in line.groups()]
    at = min(curve, key=lambda one: abs(one['threshold'] - numbers[0]))
    assert at['threshold'] == numbers[0], (line[0], at)
    keys = ['accuracy_change', 'valid_accuracy_change', 'test_accuracy_change',
            'random_accuracy_change']
    for number, key in zip(numbers[1:], keys):
        assert abs(number - percent * at[key]) <= 0.0051, (key, line[0], at)


def copies(data, picture, loose, distance, by_keys=False, dark=False):
    work = data.with_suffix('.assay')

    def key(chord):
        return chord if by_keys else None
    with drive.Window(data, dark=dark) as window:
        window.keys('ctrl+1')
        window.scored()
        first = find_copies(window, key('alt+n'))
        slid = slide(window, by_keys)
        second = set_threshold(window, loose, slid[1], by_keys)
        shown = sorted_groups(window, by_keys)
        keep_first(window, by_keys)
        leaked = leaks(window, key('alt+l'))
        window.picture(f'{picture}-groups')
        again('a prediction', lambda: press(window, '.*Predict', key('alt+e')),
              lambda: window.all('Running Tasks') or window.all(PREDICTED, 'label'))
        lines = [label(window, PREDICTED, 120)]
        press(window, '.*Refit and Compare', key('alt+a'))
        lines.append(label(window, REFITTED, 240))
        window.find('.* curves of .* over threshold: .*refitted, test from .*')
        window.picture(f'{picture}-curve')
        unnamed = window.unnamed()
        assert unnamed == [], unnamed
        stays, group = jump(window, data.parent, picture, by_keys)
        dropped = drop_and_undo(window, data.parent, by_keys)
        third = find_again(window, distance, by_keys)
        assert third[0] > 0
        window.picture(f'{picture}-distance')
        edges(window, third, picture, by_keys)
        if not by_keys:
            clusters(window, work, picture)
        window.close()
    stored = cli('select', work, '--where', 'redundant = 1')['ids']
    found = cli('redundancy', work, '--metric', 'euclidean', '--threshold', distance,
                '--linkage', 'complete', '--keep', 'first', '--no-uniqueness')
    assert third == expected(found), (third, expected(found))
    assert cli('select', work, '--where', 'redundant = 1')['ids'] == stored
    common = ['--floor', '0.9', '--no-uniqueness']
    strict = cli('redundancy', work, *common)
    assert first == expected(strict), (first, expected(strict))
    moved = cli('redundancy', work, *common, '--threshold', repr(slid[0]))
    assert slid[1] == expected(moved), (slid, expected(moved))
    common += ['--threshold', loose]
    check_groups(shown, work, common)
    found = cli('redundancy', work, *common, '--refit', '--keep', 'first',
                '--groups', '100000')
    assert second == expected(found), (second, expected(found))
    check_leaks(leaked, found)
    check_fate(stays, group, found)
    told = [str(one) for one in cli('select', work, '--where', 'redundant = 1')['ids']]
    assert dropped == told, (len(dropped), len(told))
    assert len(told) == second[2], (len(told), second)
    kept = cli('select', work, '--where', "decision = 'drop'")['ids']
    assert [str(one) for one in kept] == told
    for line in lines:
        check_curve(line, found['curve'])


def copy_of_sample():
    return shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv')


def test_sample_dark():
    """The sample's near copies by keys alone, in dark colours"""
    copies(pathlib.Path(copy_of_sample()), 'redundancy-dark', '0.97', '12', by_keys=True,
           dark=True)


def test_sms():
    """Text messages, of which many are copies, by the pointer, in light colours"""
    source = pathlib.Path(os.environ.get('ASSAY_TEST_DATA', '/none')) / 'sms_spam'
    if not source.exists():
        raise drive.Skip('no ASSAY_TEST_DATA')
    data = drive.folder() / 'sms.tsv'
    source = source / 'SMSSpamCollection.tsv'
    copies(pathlib.Path(shutil.copy(source, data)), 'redundancy-sms', '0.95', '0.5')


drive.main(globals())
