#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The History page: its controls on published histories of the sample's rows and on a simulation,
by the mouse; what it says and writes is what assay-cli says and writes of the same workspace. Then
rounds of the live loop labelled by keys, one in dark colours that is killed half-labelled, and
annotators who differ."""
import csv
import functools
import os
import pathlib
import re
import shutil

import drive
from a11y_tree import plain
from drive import again, cli, until

RUN = 'digits: digits rows 0-1199 pool, 1200-1796 test, '
TABS = ('Learning Curves', 'Replay and Audit', 'Teachers', 'Open Round')
# Where Tab comes by, the tabs of the page first; and what it comes to below the page.
ORDER = TABS + ('History A', 'History B', 'The Round', 'A Only', 'B Only', 'Both', 'Select Them',
                'Play', 'Pause', 'Round Shown', 'Map', 'Rounds by', 'Curves Of', 'Stopping Marks',
                'Write Figure…', 'Strategy to Simulate', 'Rounds', 'Repeats', 'Simulate', 'Audit')
BELOW = ('What If', 'Prove It', 'Other Proofs', 'Explain This Row', 'Keep', 'Drop')
A, B = RUN + 'margin, seed 0', RUN + 'random, seed 0'


def published():
    data = pathlib.Path(os.environ.get('ASSAY_TEST_DATA') or 'absent')
    path = data / 'al_history_digits_DERIVED' / 'history.jsonl'
    if not path.exists():
        raise drive.Skip('ASSAY_TEST_DATA has no al_history_digits_DERIVED')
    return path


def rows():
    with open(drive.SAMPLE, encoding='utf-8', newline='') as file:
        return list(csv.reader(file))


def write(path, table):
    with open(path, 'w', encoding='utf-8', newline='') as file:
        csv.writer(file).writerows(table)


def has(window, pattern):
    return [text for text in window.labels() if re.search(pattern, text)]


class Page:
    """The page in one window, by the mouse or by keys alone."""

    def __init__(self, window, by_keys):
        self.window, self.by_keys = window, by_keys
        self.seen = 'Learning Curves'  # the tab, where it goes by keys

    def says(self, pattern):
        return has(self.window, pattern)

    def reach(self, name, role=None):
        """Tab goes from control to control until it is at this one, the shorter way round."""
        key, wanted = 'Tab', name.split(':')[0]
        for _ in range(90):
            focus = self.window.focused()
            at = plain(focus.said).split(':')[0] if focus is not None else ''
            if at == wanted and (role is None or focus.role == role):
                return
            if at in BELOW:
                key = 'shift+Tab'
            elif at in ORDER and wanted in ORDER:
                key = 'shift+Tab' if ORDER.index(wanted) < ORDER.index(at) else 'Tab'
            self.window.keys(key)
        raise AssertionError(f'Tab does not reach {name}')

    def press(self, name, done, key=None, role='push button'):
        """key: its access key; else Tab leads there."""
        if not self.by_keys:
            self.window.click(re.escape(name), role, done)
        elif key is not None:
            again(f'what {key} brings', lambda: self.window.keys(key), done)
        else:
            self.reach(name)
            again(f'what Space on {name} brings', lambda: self.window.keys('space'), done)

    def choose(self, name, index, done):
        """The entry of a drop-down by its number: its list opens by the mouse or by Space."""
        def once():
            if self.by_keys:
                self.reach(name)
                again('the list', lambda: self.window.keys('space'), self.window.open_lists)
            else:
                self.window.click_list(name, self.window.open_lists)
                self.window.xdo('mousemove', 20, 20)  # what it rests on would have the choice
            self.window.keys('Home', *['Down'] * index, 'Return')
            self.window.list_gone()
        again(f'entry {index} of {name}', once, done)

    def number(self, name, value):
        self.window.number(name, value, (lambda: self.reach(name)) if self.by_keys else None, 'Tab')

    def tab(self, name, shown):
        if self.by_keys:
            self.reach(self.seen, 'page tab')
            way = 'Right' if TABS.index(name) > TABS.index(self.seen) else 'Left'
            steps = abs(TABS.index(name) - TABS.index(self.seen))
            again(f'the tab {name}', lambda: self.window.keys(*[way] * steps, 'space'), shown)
            self.seen = name
        else:
            self.window.click(name, 'page tab', shown)

    def file(self, path):
        """Writes the figure of the tab that shows; what the file holds."""
        def press():
            if self.by_keys:
                self.window.keys('alt+w')
                return
            # pages that were shown before keep their places: of the buttons this is the lowest
            boxes = [self.window.box(one) for one in self.window.all('Write Figure…',
                                                                     'push button')]
            x, y, width, height = max(boxes, key=lambda box: box[1])
            self.window.xdo('mousemove', x + width // 2, y + height // 2, 'click', 1)
            self.window.settle()
        again('the file dialog', press, lambda: self.window.all('Write Figure'))
        self.window.fill(str(path))
        self.window.keys('Return')
        until(f'{path.name} to be written', path.exists)
        self.window.ready()
        return path.read_bytes()

    def write_rows(self, path, button):
        """The rows that have no label yet, by the button or (None) its key."""
        again('the file dialog', lambda: self.window.click(button, 'push button') if button
              else self.window.keys('alt+w'), lambda: self.window.all('Write Rows to Label'))
        self.window.fill(str(path))
        self.window.keys('Return')
        until('the rows', path.exists)
        self.window.ready()

    def look(self, name):
        assert self.window.unnamed() == [], self.window.unnamed()
        self.window.picture(f'history-{name}-{"dark" if self.by_keys else "light"}')


def curves(page, work, folder, played):
    """Simulated curves with their stopping marks, the published ones, and a teacher that is
    simulated here."""
    window = page.window
    drawn = cli('figure', work, 'curves', '-o', folder / 'simulated.svg')
    said = until('the curves', lambda: page.says('labels are worth'))[0]
    assert drawn['summary'].rstrip('.') in said, (said, drawn['summary'])
    stops = [one for one in played['strategies'][1]['stopping'] if one['labels'] is not None]
    assert stops and re.findall(r'(\w+) marked at (\w+)', said) \
        == [(one['rule'], f'{one["labels"]:.3g}') for one in stops], said
    page.look('curves')
    page.press('Stopping Marks', lambda: not page.says('marked at'), 'alt+m', None)
    page.press('Stopping Marks', lambda: page.says('marked at'), 'alt+m', None)
    if not page.by_keys:
        assert page.file(folder / 'marked.svg') == (folder / 'simulated.svg').read_bytes()
    page.choose('Curves Of', 1, lambda: page.says('3 curves of accuracy'))
    drawn = cli('figure', work, 'curves', 'digits', '-o', folder / 'cli.svg')
    said = page.says('3 curves of accuracy')[0]
    assert drawn['summary'].rstrip('.') in said, (said, drawn['summary'])
    if page.by_keys:
        assert page.file(folder / 'window.svg') == (folder / 'cli.svg').read_bytes()
    page.number('Rounds', 2)
    page.number('Repeats', 3)
    strategies = [one['id'] for one in cli('simulate', '--list')['strategies']]
    page.choose('Strategy to Simulate', strategies.index('policy'), lambda: page.says('^Policy'))
    page.press('Simulate', lambda: window.all('Running Tasks') or page.says('Policy from'),
               'alt+s')
    until('the simulated curves', lambda: page.says('Policy from'))
    drawn = cli('figure', work, 'curves', '-o', folder / 'simulated.svg')
    assert page.says(re.escape(drawn['summary'].rstrip('.')))


def teachers(page, work, folder):
    drawn = cli('figure', work, 'teacher', 'policy', '-o', folder / 'cli-policy.svg')
    page.tab('Teachers', lambda: page.says(re.escape(drawn['summary'].rstrip('.'))))
    said = drawn['numbers']['sentence']
    assert said.count(' the even mixture') == said.count(' the best arm (') == 1, said
    assert page.says(re.escape(said.replace('+-', '±'))), said
    page.look('teachers')
    assert page.file(folder / 'policy.svg') == (folder / 'cli-policy.svg').read_bytes()


def scrub(page, shown):
    """To some round in the middle, by the scrubber; its place in the history."""
    window = page.window
    if page.by_keys:
        page.reach('Round Shown', 'slider')
        window.keys('Right', 'Right', 'Right', 'Right', 'Left')
    else:
        window.click('Round Shown', 'slider', lambda: page.says(r'^Round \d+, margin'),
                     at=(0.25, 0.5))
    said = until('a round', lambda: page.says(r'^Round \d+, margin'))[0]
    at = int(re.search(r'Round (\d+)', said).group(1))
    return [one['number'] for one in shown['rounds']].index(at)


def compare(page, work):
    """Two histories beside each other after a round: what either has alone, and both."""
    names = [one['name'] for one in cli('history', work, 'list')['histories']]
    shown, other = cli('history', work, 'show', A), cli('history', work, 'show', B)
    a, b = ([set(one['ids']) for one in of['rounds']] for of in (shown, other))
    first = shown['rounds'][0]['metrics']['accuracy']
    page.choose('History A', names.index(A), lambda: page.says(f'accuracy {first:.4g}'))
    index = scrub(page, shown)
    in_a, in_b = set().union(*a[:index + 1]), set().union(*b[:index + 1])
    page.choose('History B', names.index(B) + 1,
                lambda: page.window.all(f'B Only: {len(in_b - in_a)}'))
    until('the sentence', lambda: page.says(
        f'^Round {shown["rounds"][index]["number"]}, margin: {len(a[index])} rows taken, '
        f'{len(in_a)} have a label'))
    def selected(name, count):
        """Marks these rows, which become the selection."""
        def once():
            page.press(name, lambda: True, role=None)
            page.press('Select Them', lambda: True, 'alt+l')
        again(f'the rows of {name}', once, lambda: page.says(f'^{count} rows? selected'))

    for name, taken in (('A Only', in_a - in_b), ('Both', in_a & in_b), ('B Only', in_b - in_a)):
        selected(f'{name}: {len(taken)}', len(taken))
    page.look('compare')
    selected('The Round', len(a[index]))
    return shown


def strip(page, work, folder):
    window = page.window
    for index, column in ((1, 'cluster'), (0, 'label')):
        drawn = cli('figure', work, 'rounds', A, column, '-o', folder / f'{column}.svg')
        said = re.escape(drawn['summary'].rstrip('.')) + r'\.?'
        page.choose('Rounds by', index, lambda: window.all(said))
    assert page.file(folder / 'window-label.svg') == (folder / 'label.svg').read_bytes()
    if page.by_keys:  # the table is their way
        return
    before = page.says(r'^Round \d+, margin')
    window.click(said, done=lambda: page.says(r'^Round \d+, margin') not in (before, []),
                 at=(0.5, 1 / 3))


def lines(page, shown):
    """A line of the table leads to its round; Tab goes past the table and changes nothing."""
    window, number = page.window, shown['rounds'][3]['number']
    if page.by_keys:
        page.reach('Write Figure…')
        before = page.says(r'^Round \d+, margin')
        window.keys('Tab', 'Tab')
        page.reach('Audit')
        assert page.says(r'^Round \d+, margin') == before
        window.keys('shift+Tab', 'Home', 'Down', 'Down', 'Down', 'Down')
    else:
        window.click(f'{number}: 20 rows;.*', 'list item')
    until('the round of the line', lambda: page.says(f'^Round {number}, margin'))


def play(page, audit, shown):
    """It plays, pauses, and goes on to the end."""
    window = page.window
    page.press('Play', lambda: window.all('Pause'), 'alt+a', None)
    page.press('Pause', lambda: window.all('Play'), 'alt+a', None)
    if not page.by_keys:
        window.click('Play', None, lambda: window.all('Pause'))
        last = shown['rounds'][-1]['number']
        until('the end', lambda: page.says(f'^Round {last}, margin'))
        until('Play again', lambda: window.all('Play'))
    said = audit
    for one in cli('suggest', '--list')['strategies']:  # the page has their titles
        said = re.sub(rf'\b{one["id"]}\b(?=.* explains| =)', one['title'], said)
    said = re.escape(said)  # once: while it runs the button cancels
    page.press('Audit', lambda: window.all('Cancel') or page.says(said), 'alt+u')
    until('the audit', lambda: page.says(said))
    page.look('audit')


@functools.cache
def prepared():
    """A workspace that each walk copies, and what its simulation said."""
    work = drive.folder() / 'prepared.assay'
    cli('new', work, drive.SAMPLE)
    cli('map', work, 'pca')
    cli('cluster', work, 'kmeans')
    cli('history', work, 'import', published(), '--name', 'digits')
    played = cli('simulate', work, '--strategy', 'margin', '--rounds', '22', '--repeats', '3',
                 '-p', 'standardise=no', '-p', 'scale=0.0625')
    return work, played, cli('history', work, 'audit', A)['sentence']


def walk(by_keys):
    folder = drive.folder()
    work, (source, played, audit) = folder / 'digits.assay', prepared()
    shutil.copy(source, work)
    with drive.Window(work, dark=by_keys) as window:
        page = Page(window, by_keys)
        window.keys('ctrl+7')
        curves(page, work, folder, played)
        teachers(page, work, folder)
        page.tab('Replay and Audit', lambda: window.all('History A'))
        shown = compare(page, work)
        strip(page, work, folder)
        lines(page, shown)
        play(page, audit, shown)


def test_mouse():
    """Curves, teachers, replay, strip and audit by the mouse, in light colours"""
    walk(False)


def test_keys():
    """The same by keys alone, in dark colours"""
    walk(True)


def live_of(folder, start, judged, aside=frozenset()):
    """The digits without labels but those of a start, of judged rows and of rows set aside."""
    table, label = rows(), {}
    live = [table[0] + ['part']]
    for row in table[1:]:
        label[row[0]] = row[1]
        part = 'train' if row[0] in start else 'valid' if row[0] in judged \
            else 'test' if row[0] in aside else 'pool'
        live.append([row[0], '' if part == 'pool' else row[1]] + row[2:] + [part])
    write(folder / 'live.csv', live)
    work = folder / 'live.assay'
    cli('new', work, folder / 'live.csv', '--features', 'p??', '--label', 'label', '--id', 'id',
        '--split', 'part')
    return work, label


def test_rounds():
    """Ten rounds opened and labelled by keys equal a simulation with the same seed, row for row"""
    folder = drive.folder()
    whole = folder / 'played.assay'
    cli('new', whole, drive.SAMPLE)
    cli('simulate', whole, '--strategy', 'two_phase', '--rounds', '10', '--repeats', '1')
    played = cli('history', whole, 'show', 'simulated two_phase 1')
    aside = set(cli('select', whole, '--where', "split = 'test'")['ids'])
    work, label = live_of(folder, set(played['start_ids']), set(played['judged_ids']), aside)
    with drive.Window(work) as window:
        window.keys('ctrl+7')
        window.click('Open Round', 'page tab')
        for number, one in enumerate(played['rounds'], 1):
            window.click('Open Round', 'push button',
                         done=lambda: has(window, f'Round {number}, by two_phase'))
            if number == 1:
                window.picture('history-round-light')
                assert window.unnamed() == [], window.unnamed()
                window.click('Label 3', done=lambda: has(window, '; 1 have a label'))
                window.keys('Page_Up')
                window.keys('BackSpace')
                until('it is taken back', lambda: has(window, '; 0 have a label'))
            window.keys(*[label[row] for row in one['ids']])
            until('the round is closed', lambda: has(window, f'Round {number} is closed: 10 rows'))
    found = cli('history', work, 'show', 'loop')
    assert [one['ids'] for one in found['rounds']] == [one['ids'] for one in played['rounds']]
    assert [one['metrics']['accuracy'] for one in found['rounds']] \
        == [one['metrics']['accuracy'] for one in played['rounds']]


def test_half():
    """A round labelled in part outlives kill -9, shows who differs, and closes with what it has"""
    folder = drive.folder()
    work, label = live_of(folder, {f'd{i:04}' for i in range(60)},
                          {f'd{i:04}' for i in range(60, 200)})
    strategies = [one['id'] for one in cli('suggest', '--list')['strategies']]
    with drive.Window(work, dark=True) as window:
        page = Page(window, True)
        window.keys('ctrl+7')
        page.tab('Open Round', lambda: page.says('No round was opened'))
        page.choose('Strategy of the Round', strategies.index('margin'),
                    lambda: page.says('^Margin$'))
        page.number('Rows of the Round', 6)
        page.press('Open Round', lambda: page.says('Round 1, by margin: row 1 of 6'), 'alt+o')
        shown, = cli('history', work, 'show', 'loop')['rounds']
        ids = shown['ids']
        assert len(ids) == 6 and shown['open']
        for row in ids[:2]:
            window.keys(label[row])
        until('two labels', lambda: page.says('row 3 of 6; 2 have a label'))
        window.program.kill()
        window.program.wait()
        window.program.returncode = 0  # as it was meant
    shown, = cli('history', work, 'show', 'loop')['rounds']
    assert shown['n_answered'] == 2 and shown['open'] and shown['ids'] == ids
    other = str((int(label[ids[2]]) + 1) % 10)
    write(folder / 'two.csv', [['id', 'label', 'annotator'], [ids[2], label[ids[2]], 'ann'],
                               [ids[2], other, 'ben']])
    cli('history', work, 'label', folder / 'two.csv')
    with drive.Window(work, dark=True) as window:
        page = Page(window, True)
        window.keys('ctrl+7')
        page.tab('Open Round', lambda: page.says('; 3 have a label'))
        for key, row in (('alt+n', 2), ('alt+n', 3), ('alt+v', 2), ('alt+n', 3)):
            window.keys(key)
            until(f'row {row}', lambda number=row: page.says(f'row {number} of 6'))
        said = page.says('^Labelled .* of 2')
        assert said and f'ann {label[ids[2]]}' in said[0] and f'ben {other}' in said[0], said
        page.look('round')
        page.write_rows(folder / 'rows.csv', None)
        page.press('Close Round', lambda: page.says('Round 1 is closed: 3 rows'), 'alt+c')
    assert [row['id'] for row in drive.read_csv(folder / 'rows.csv')] == ids[3:]
    shown, = cli('history', work, 'show', 'loop')['rounds']
    assert not shown['open'] and shown['ids'] == ids[:3]
    assert shown['metrics']['disagreements'] == 1 and shown['metrics']['n_labelled'] == 63


def test_round_by_mouse():
    """A round opened, labelled, taken back, written and closed by the mouse; keys still label"""
    for dark in (False, True):
        folder = drive.folder() / ('dark' if dark else 'light')
        folder.mkdir()
        work, label = live_of(folder, {f'd{i:04}' for i in range(60)},
                              {f'd{i:04}' for i in range(60, 200)})
        with drive.Window(work, dark=dark) as window:
            page = Page(window, False)
            window.keys('ctrl+7')
            page.tab('Open Round', lambda: page.says('No round was opened'))
            window.choose('Strategy of the Round', 'Margin', lambda: page.says('^Margin$'))
            page.number('Rows of the Round', 5)
            page.press('Open Round', lambda: page.says('Round 1, by margin: row 1 of 5; 0 have'))
            ids = cli('history', work, 'show', 'loop')['rounds'][0]['ids']
            page.press(f'Label {label[ids[0]]}', lambda: page.says('row 2 of 5; 1 have a label'))
            page.press('Previous', lambda: page.says('row 1 of 5'))
            page.press('Take Back', lambda: page.says('row 1 of 5; 0 have a label'))
            window.keys(label[ids[0]])  # though the button that had the focus is insensitive now
            until('the label by its key', lambda: page.says('row 2 of 5; 1 have a label'))
            page.press('Next', lambda: page.says('row 3 of 5'))
            page.press(f'Label {label[ids[2]]}', lambda: page.says('row 4 of 5; 2 have a label'))
            assert window.unnamed() == [], window.unnamed()
            window.picture(f'history-round-mouse-{"dark" if dark else "light"}')
            page.write_rows(folder / 'rows.csv', 'Write Rows…')
            page.press('Close Round', lambda: page.says('Round 1 is closed: 2 rows'))
        assert [row['id'] for row in drive.read_csv(folder / 'rows.csv')] \
            == [ids[1], ids[3], ids[4]]
        shown, = cli('history', work, 'show', 'loop')['rounds']
        assert not shown['open'] and shown['ids'] == [ids[0], ids[2]], shown


drive.main(globals())
