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
from a11y_tree import plain
from drive import cli, until
from table_steps import click_title, names_in, table

SEED = int(os.environ.get('ASSAY_RANDOM_SEED', '3'))
STEPS = 16
FIRST = 6
FILTERS = ['influence < 0', "label IN ('3', '8')", "split != 'train' OR influence > 0.0001",
           "decision != 'drop'", '']


class Model:
    """What the rows should be. Undo restores whole states: each step is one."""

    def __init__(self, work):
        self.work = work
        self.ids = [row['id'] for row in cli('select', work, '--columns', 'id')['rows']]
        self.filter, self.selected, self.dropped = '', frozenset(), frozenset()
        self.done, self.undone = [], []
        self.sorting = ()  # options of assay-cli select: by influence, upwards or downwards

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


def in_order(model):
    """The ids of all rows, as they are sorted now."""
    found = cli('select', model.work, '--where', '1 = 1', *model.sorting)
    return [str(one) for one in found['ids']]


def orders(model):
    """The first visible rows by each order there can be, by the options that give it."""
    where = model.filter or '1 = 1'
    return {options: [str(one) for one in cli('select', model.work, '--where', where, *options,
                                              '--limit', FIRST)['ids']]
            for options in ((), ('--sort', 'influence'),
                            ('--sort', 'influence', '--descending'))}


def first_rows(window):
    return [name for _, name in names_in(window, table(window)[1])][:FIRST]


def sort(window, model):
    """A click on the title: another order than before, one of those that there are."""
    window.keys('ctrl+3')
    window.click('Table', 'push button')
    window.find('Samples', 'tree table')
    before, known = model.sorting, orders(model)
    click_title(window, table(window)[0], 'influence')

    def sorted_otherwise():
        found = [options for options, ids in known.items() if ids == first_rows(window)]
        return [options for options in found if options != before or len(found) > 1]
    model.sorting = until('another order', sorted_otherwise)[0]
    window.keys('ctrl+2')


def group(window, model, source):
    """A group of near copies, from its list on the page Redundancy."""
    window.keys('ctrl+4')
    listed = until('the groups', lambda: window.all(r'Group \d+: .*', 'list item'))
    one = source.choice(listed[:5])
    size = int(re.search(r': (\d+) row', one.said)[1])
    window.click(re.escape(plain(one.said)), 'list item')
    window.find(rf'\S+ stays, {size - 1} may go', 'label')
    window.click('Select Group', 'push button')
    window.keys('ctrl+2')
    rows = frozenset(row['id'] for row in exported(window))
    assert len(rows) == size
    model.put((model.filter, rows, model.dropped))


def exported(window):
    exported.count += 1
    return window.export(drive.folder() / f'rows-{exported.count}.csv')


exported.count = 0


def step(window, model, source):
    what = source.choice(['filter', 'filter', 'all', 'none', 'lasso', 'group', 'sort', 'drop',
                          'undo', 'redo'])
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
    elif what == 'group':
        group(window, model, source)
    elif what == 'sort':
        sort(window, model)
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
    until('the rows of Samples', lambda: [
        text for text in window.labels()
        if text.startswith(f'{len(model.visible())} of {len(model.ids)} rows ')
        or text == f'{len(model.visible())} of {len(model.ids)} rows'])
    wanted = orders(model)[model.sorting]
    until(f'the rows {wanted}', lambda: first_rows(window) == wanted)
    window.keys('ctrl+2')
    rows = exported(window)  # the selected ones, or else the curated ones
    wanted = model.selected or frozenset(model.ids) - model.dropped
    assert [row['id'] for row in rows] == [one for one in in_order(model) if one in wanted]
    assert {row['id'] for row in rows if row['decision'] == 'drop'} == wanted & model.dropped


def run_random():
    source = random.Random(SEED)
    data = shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv')
    with drive.Window(data) as window:
        window.scored()
        window.keys('ctrl+4')
        window.click('.*Find Near Copies', 'push button',
                     lambda: window.all(r'Group \d+: .*', 'list item'))
        window.keys('ctrl+2')
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
