#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random steps through the real window: map, side, Samples, bar and exported file show the same
rows. A plain model, sets of ids, is driven beside it. (tests/app/test_rows.c does many more steps
without a display.)"""
import os
import random
import re
import shutil

import drive
from drive import cli, until

SEED = int(os.environ.get('ASSAY_RANDOM_SEED', '3'))
STEPS = 12
FILTERS = ['influence < 0', "label IN ('3', '8')", "split != 'train' OR influence > 0.0001",
           "decision != 'drop'", '']


class Model:
    """What the rows should be. Undo restores whole states: each step is one."""

    def __init__(self, work):
        self.work = work
        self.ids = [row['id'] for row in cli('select', work, '--columns', 'id')['rows']]
        self.filter, self.selected, self.dropped = '', frozenset(), frozenset()
        self.done, self.undone = [], []

    def state(self):
        return self.filter, self.selected, self.dropped

    def put(self, state):
        if state != self.state():
            self.done.append(self.state())
            self.undone.clear()
            self.filter, self.selected, self.dropped = state

    def move(self, source, target):
        if source:
            target.append(self.state())
            self.filter, self.selected, self.dropped = source.pop()

    def visible(self):
        where = self.filter or '1 = 1'
        return frozenset(cli('select', self.work, '--where', where)['ids'])


def drop(window, model):
    """A decision about rows that are dropped already is a step of its own too."""
    if not model.selected:
        return
    window.keys('ctrl+d')
    model.done.append(model.state())
    model.undone.clear()
    model.dropped |= model.selected
    until('the decision', lambda: frozenset(
        cli('select', model.work, '--where', "decision = 'drop'")['ids']) == model.dropped)


def set_filter(window, model, source):
    text = source.choice(FILTERS)
    window.search(text)
    model.put((text, model.selected, model.dropped))


def lasso(window, model, source):
    """The rows inside are read from the exported file; the model says that they are visible."""
    visible = model.visible()
    window.click('Lasso', 'push button')
    x, y = source.uniform(0.2, 0.5), source.uniform(0.2, 0.5)
    window.lasso('Map: .*', [(x, y), (x + 0.4, y), (x + 0.4, y + 0.4), (x, y + 0.4), (x, y)])
    if window.selected() == 0:
        model.put((model.filter, frozenset(), model.dropped))
        return
    rows = exported(window)
    found = frozenset(row['id'] for row in rows)
    assert found <= visible
    model.put((model.filter, found, model.dropped))


def exported(window):
    exported.count += 1
    return window.export(drive.folder() / f'rows-{exported.count}.csv')


exported.count = 0


def step(window, model, source):
    what = source.choice(['filter', 'filter', 'all', 'none', 'lasso', 'drop', 'undo', 'redo'])
    print('#', what, flush=True)
    if what == 'filter':
        set_filter(window, model, source)
    elif what == 'all':
        window.keys('ctrl+a')
        model.put((model.filter, model.visible(), model.dropped))
    elif what == 'none':
        window.keys('ctrl+shift+a')
        model.put((model.filter, frozenset(), model.dropped))
    elif what == 'lasso':
        lasso(window, model, source)
    elif what == 'drop':
        drop(window, model)
    elif what == 'undo':
        window.keys('ctrl+z')
        model.move(model.done, model.undone)
    else:
        window.keys('ctrl+shift+z')
        model.move(model.undone, model.done)


def check(window, model):
    visible, whole = len(model.visible()), len(model.ids)
    wanted = f'Map: {visible} of {whole} points visible, {len(model.selected)} selected, '
    until(f'{wanted!r}, not {window.map.name!r}', lambda: window.map.name.startswith(wanted),
          drive.PATIENCE / 3)
    assert f'{visible} of {whole} rows visible' in window.labels()
    bar = window.bar()
    assert re.match(rf'{len(model.selected) or "Nothing"}( rows?)? selected', bar), bar


def check_everything(window, model):
    check(window, model)
    window.keys('ctrl+3')
    until('the rows of Samples', lambda: f'{len(model.visible())} of {len(model.ids)} rows'
          in window.labels())
    window.keys('ctrl+2')
    rows = exported(window)  # the selected ones, or else the curated ones
    wanted = model.selected or frozenset(model.ids) - model.dropped
    assert [row['id'] for row in rows] == [one for one in model.ids if one in wanted]
    assert {row['id'] for row in rows if row['decision'] == 'drop'} == wanted & model.dropped


def run_random():
    source = random.Random(SEED)
    data = shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv')
    with drive.Window(data) as window:
        window.scored()
        model = Model(data.with_suffix('.assay'))
        for i in range(STEPS):
            step(window, model, source)
            check(window, model)
            if i % 4 == 3:
                check_everything(window, model)
        window.close()


def test_random_steps():
    """Random filters, selections, drops, undos and redos"""
    run_random()


drive.main(globals())
