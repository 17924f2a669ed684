#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each control of the Curate page and of its dialogs: by the pointer in light colours, by keys
alone in dark ones. What the page then says, keeps or writes is what assay-cli says, keeps or writes
of the same steps."""
import csv
import json
import re
import shutil

import drive
from drive import cli, plain, until
from page_steps import write_report
from test_recipe import expected, order, said, step_row, STEPS

DEFAULT = [{'step': 'decisions'}, {'step': 'drop_duplicates'}, {'step': 'drop_label_issues'}]
LOST = [{'step': 'decisions'}, {'step': 'drop_where', 'where': "label = '3'", 'why': 'too many'}]
BALANCE, COPIES = 'Balance of the classes', 'Near copies'
TUNED = {'threshold': '0.97', 'keep': 'first', 'reason': 'seen twice'}
OFF = 'off\nno effect is estimated'


def entry(name):
    """An entry of a row is told by its title, which stands in it twice."""
    return f'{re.escape(name)}( {re.escape(name)})?'


class Controls:
    """The Curate page, each part used by the pointer or by keys alone; what it then says is what
    assay-cli says of the same steps."""

    def __init__(self, window, work, by_keys):
        self.window, self.work, self.by_keys = window, work, by_keys
        self.colors = 'dark' if by_keys else 'light'

    def tab_to(self, pattern, role=None):
        """Moves the focus on until it is on that part."""
        passed = []
        for _ in range(90):
            part = self.window.focused()
            passed.append(part and (part.role, part.said))
            if part is not None and re.fullmatch(pattern, plain(part.said)) \
                    and role in (None, part.role):
                return
            self.window.keys('Tab')
        raise AssertionError(f'no Tab reaches {pattern}, but {passed}')

    def use(self, name, done):
        """Presses a button or turns a switch, until done()."""
        if not self.by_keys:
            return self.window.click(re.escape(name), done=done)

        def press():
            self.tab_to(re.escape(name))
            self.window.keys('space')
        return drive.again(f'{name} by keys', press, done)

    def ask_file(self, name, title, path):
        """A button that asks for a file: its name, and Enter."""
        self.use(name, lambda: self.window.all(title))
        self.window.fill(str(path))
        self.window.keys('Return')
        self.window.gone(title)
        self.window.ready()

    def plan(self, steps, **more):
        """The recipe's plan by the command line; returns once the page says the same."""
        recipe = self.work.with_name('told.json')
        recipe.write_text(json.dumps({'assay_recipe': 1, 'steps': steps, **more}),
                          encoding='utf-8')
        told = cli('curate', self.work, '--recipe', recipe)
        share = f"Coverage: {100 * told['coverage']['share']:.2f} % of the rows"
        until('the plan', lambda: said(self.window) == expected(told) and any(
            text.startswith(share) for text in self.window.labels()), 120)
        return told, recipe

    def add_step(self, title):
        """Through the menu of steps."""
        window = self.window

        def by_keys():
            window.keys('alt+a')
            until('the menu', lambda: window.all(title, 'menu item'))
            for _ in range(12):
                if window.focused() is not None and window.focused().said == title:
                    break
                window.keys('Down')
            window.keys('Return')

        def by_pointer():
            window.click('Add Step', done=lambda: window.all(title, 'menu item'))
            window.click(title, 'menu item')
        drive.again(f'the step {title}', by_keys if self.by_keys else by_pointer,
                    lambda: window.all(f'Use Step: {title}'))

    def chosen(self):
        found = re.search(r'Chosen: (\d+) %, (\d+) rows',
                          self.window.find('Retention curve.*').name)
        return found and tuple(map(int, found.groups()))

    def retention(self):
        """The curve is that of the command line; a point that is chosen is the recipe's budget."""
        window = self.window
        self.use('Draw Retention Curve', lambda: window.all('(Cancel )?Retention curve.*'))
        window.idle(120)
        drawn = cli('figure', self.work, 'retention', '-o', self.work.with_name('kept.svg'))
        told, curve = drawn['numbers'], window.find('Retention curve.*')
        assert drawn['summary'] in curve.name and curve.name.endswith('No point is chosen'), \
            curve.name
        assert any(told['minimal']['sentence'] in text for text in window.labels())
        if self.by_keys:
            self.tab_to('Retention curve.*')
            window.keys('Home')
            until('a point', lambda: self.chosen() == (5, told['points'][0]['n']))
            window.keys('Right', 'Right')
            until('a point', lambda: self.chosen() == (20, told['points'][2]['n']))
        else:
            window.click('Retention curve.*', done=self.chosen)
        share, n = self.chosen()
        assert n == next(one['n'] for one in told['points'] if round(100 * one['share']) == share)
        self.plan([*DEFAULT, {'step': 'budget', 'rows': n, 'by': told['score'],
                              'stay': 'lowest' if told['low_first'] else 'highest'}])
        window.idle(120)
        assert window.unnamed() == [], window.unnamed()
        window.picture(f'curate-retention-{self.colors}')
        self.use('Remove Step: Budget', lambda: not window.all('Use Step: Budget'))
        until('no point', lambda: window.find('Retention curve.*').name.endswith('is chosen')
              and not self.chosen())
        self.plan(DEFAULT)

    def class_lost(self):
        """A class would vanish: said; its rows selected; its representative kept."""
        window, lost = self.window, self.work.with_name('lost.json')
        lost.write_text(json.dumps({'assay_recipe': 1, 'steps': LOST}), encoding='utf-8')
        self.ask_file('Open Recipe…', 'Open Recipe', lost)
        told, _ = self.plan(LOST)
        warning = next(one['text'] for one in told['warnings'] if one['id'] == 'vanishes')
        assert any(warning in text for text in window.labels()), warning
        n = told['steps'][1]['n_alone']
        self.use('Select What It Would Take: By a condition', lambda: any(
            text.startswith(f'{n} rows selected') for text in window.labels()))
        self.use('Keep Representatives', lambda: any('1 spared' in text
                                                     for text in window.labels()))
        self.plan(LOST, keep_representatives=True)
        assert not any(warning in text for text in window.labels())

    def written(self):
        """A step more; the recipe saved and the data written are those of the command line."""
        self.add_step(BALANCE)
        _, recipe = self.plan([*LOST, {'step': 'balance'}], keep_representatives=True)
        saved, data = self.work.with_name('saved.json'), self.work.with_name('written.csv')
        self.ask_file('Save Recipe…', 'Save Recipe', saved)
        self.ask_file('Write Curated Data…', 'Write Curated Data', data)
        until('the files', lambda: saved.exists() and data.exists(), 60)
        self.window.idle(120)
        for name in (saved, recipe):
            again = self.work.with_name('again.csv')
            cli('curate', self.work, '--recipe', name, '--no-coverage', '-o', again)
            assert again.read_bytes() == data.read_bytes()
        self.use(f'Remove Step: {BALANCE}',
                 lambda: not self.window.all(f'Use Step: {BALANCE}'))
        self.plan(LOST, keep_representatives=True)
        saved.unlink()
        data.unlink()

    # --- the steps ---

    def switched(self):
        """A step is turned off, and on again."""
        window = self.window
        self.use(f'Use Step: {COPIES}', lambda: OFF in window.labels())
        self.plan([DEFAULT[0], {**DEFAULT[1], 'on': False}, DEFAULT[2]])
        self.use(f'Use Step: {COPIES}', lambda: OFF not in window.labels())
        self.plan(DEFAULT)

    def moved(self):
        """Down and up again; with Alt and an arrow, or dragged (test_recipe)."""
        window, moved = self.window, [STEPS[0], STEPS[2], STEPS[1]]
        for name, now in ((f'Move Step Down: {COPIES}', moved), (f'Move Step Up: {COPIES}', STEPS)):
            self.use(name, lambda: order(window) == now)
            self.plan([DEFAULT[STEPS.index(one)] for one in now])
        if self.by_keys:  # the focus has gone with the step
            for chord, now in (('alt+Down', moved), ('alt+Up', STEPS)):
                drive.again(f'a step moved by {chord}', lambda: window.keys(chord),
                            lambda: order(window) == now)

    def turn_wheel_to(self, name):
        """Until the entry lies within what scrolls it."""
        for _ in range(40):
            part = self.window.find(entry(name), 'text')
            _, y, _, height = self.window.box(part)
            pane = next(one for one in part.chain() if one.role == 'scroll pane')
            left, top, wide, high = self.window.box(pane)
            if top <= y and y + height <= top + high:
                return
            self.window.xdo('mousemove', left + wide // 2, top + high // 2, 'click',
                            4 if y < top else 5)
            self.window.settle()
        raise AssertionError(f'no wheel brings {name}')

    def enter(self, name, text, tabs=None):
        """Into an entry that is applied: by its button, or with Enter. GTK 4.8 does not say that
        the entry of a row has the focus: it is told by how many times Tab leads there."""
        window = self.window
        if self.by_keys:
            window.keys(*['Tab'] * tabs, 'ctrl+a')
            window.type(text)
            window.keys('Return')
            until(f'{text} in {name}', lambda: any(
                one.text() == text for one in window.all(entry(name), 'text')))
            return

        def type_it():
            self.turn_wheel_to(name)
            window.click(entry(name), 'text')
            window.keys('ctrl+a')
            window.type(text)
        drive.again(f'{text} in {name}', type_it, lambda: any(
            one.text() == text for one in window.all(entry(name), 'text')))
        part = window.find(entry(name), 'text')
        _, y, _, height = window.box(part)
        row = next(one for one in part.chain()[1:] if one.role in ('list item', 'list'))
        left, _, width, _ = window.box(row)
        window.xdo('mousemove', left + width - 34, y + height // 2, 'click', 1)  # its check mark
        window.settle()

    def tuned(self):
        """Unfolded, each parameter and the reason changed, folded; saved it has them."""
        window = self.window

        def fold(done):
            if not self.by_keys:
                return window.click(COPIES, 'label', done=done, within=step_row(window, COPIES))
            self.tab_to(COPIES)
            return drive.again('a step unfolded by keys', lambda: window.keys('space'), done)
        fold(lambda: window.all('threshold', 'text'))
        for name, text in TUNED.items():
            entries = [one.said for one in window.all('(?!From$|To$).*', 'text')]
            if self.by_keys:
                self.tab_to(f'Remove Step: {COPIES}')
            self.enter(name, text, 1 + next(k for k, said_of in enumerate(entries)
                                            if re.fullmatch(entry(name), said_of)))
        tuned = {'step': 'drop_duplicates', 'threshold': 0.97, 'keep': 'first', 'why': 'seen twice'}
        self.plan([DEFAULT[0], tuned, DEFAULT[2]])
        assert window.unnamed() == [], window.unnamed()
        window.picture(f'curate-unfolded-{self.colors}')
        saved = self.work.with_name('tuned.json')
        self.ask_file('Save Recipe…', 'Save Recipe', saved)
        until('the recipe', saved.exists)
        step = json.loads(saved.read_text(encoding='utf-8'))['steps'][1]
        assert {key: step[key] for key in tuned} == tuned, step
        saved.unlink()
        first = self.work.with_name('default.json')
        first.write_text(json.dumps({'assay_recipe': 1, 'steps': DEFAULT}), encoding='utf-8')
        self.ask_file('Open Recipe…', 'Open Recipe', first)
        self.plan(DEFAULT)

    # --- what is done with the recipe ---

    def proved(self):
        def proof():
            return [text for text in self.window.labels() if text.startswith('Proof: ')]
        self.use('Prove Recipe', lambda: proof() or self.window.all('Running Tasks'))
        told = until('the proof', proof, 120)[0]
        _, recipe = self.plan(DEFAULT)
        proof = cli('curate', self.work, '--recipe', recipe, '--prove', '--random', '20')['proof']
        assert told.startswith(f"Proof: {proof['sentence']};"), (told, proof['sentence'])
        assert f"opened {proof['test_openings']} time" in told, told
        self.window.picture(f'curate-proved-{self.colors}')

    def recorded(self):
        """What goes is dropped by decision, and is not after it is undone."""
        window, dropped = self.window, self.work.with_name('dropped.csv')
        told, recipe = self.plan(DEFAULT)
        cli('curate', self.work, '--recipe', recipe, '--dropped', dropped, '--no-coverage')
        with open(dropped, encoding='utf-8', newline='') as file:
            want = sorted(row['id'] for row in csv.DictReader(file))
        assert len(want) == told['n_dropped']

        def by_decision():
            return sorted(cli('select', self.work, '--where', "decision = 'drop'")['ids'])
        self.use('Record as Decisions', lambda: by_decision() == want)
        now, _ = self.plan(DEFAULT)
        assert now['steps'][0]['n_took'] == len(want), now
        for _ in told['steps']:
            if not by_decision():
                break
            before = by_decision()
            if self.by_keys:
                window.keys('ctrl+z')
            else:
                window.click('Undo', 'push button')
            until('one decision less', lambda: by_decision() != before)
        assert not by_decision()
        self.plan(DEFAULT)

    def reported(self):
        """By the button or its access key: the bytes are the command's."""
        for ending in ('html', 'pdf'):
            path = self.work.with_suffix('.' + ending)
            again = path.with_name('again.' + ending)
            write_report(self.window, path, self.by_keys)
            cli('report', self.work, '--random', '20', '-o', again)
            assert path.read_bytes() == again.read_bytes(), ending
            path.unlink()


def each_control(work, by_keys):
    with drive.Window(work, dark=by_keys) as window:
        window.scored()
        window.keys('ctrl+5')
        controls = Controls(window, work, by_keys)
        controls.plan(DEFAULT)
        controls.switched()
        controls.moved()
        controls.tuned()
        controls.proved()
        controls.recorded()
        controls.reported()
        controls.retention()
        controls.class_lost()
        controls.written()
        window.close()


def fresh(name):
    data = shutil.copy(drive.SAMPLE, drive.folder() / f'{name}.csv')
    work = data.with_suffix('.assay')
    cli('new', work, data)
    cli('score', work, 'influence', 'label_issue')
    return work


def test_pointer():
    """Each control by the pointer, in light colours"""
    each_control(fresh('pointed'), False)


def test_keys():
    """Each control by keys alone, in dark colours"""
    each_control(fresh('keyed'), True)


if __name__ == '__main__':
    drive.main(globals())
