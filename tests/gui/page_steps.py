# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps by pointer or by keys that tests of several pages have in common."""
import re

import drive
from drive import plain, until

SUMMARY = (r'Groups: (\d+), with (\d+) rows\. Rows that may go: (\d+)\. Groups with differing '
           r'labels: (\d+); in several parts: (\d+)')
N_LEAVES = 60


def said(window):
    found = [re.match(SUMMARY, text) for text in window.labels()]
    return next(([int(number) for number in one.groups()] for one in found if one), None)


def press(window, name, key, done=None):
    """A button, by its access key where one is given; until done(), when given."""
    if key is None:
        return window.click(name, 'push button', done)
    if done is None:
        return window.keys(key)
    return drive.again(f'what {key} brings', lambda: window.keys(key), done)


def label(window, pattern, patience=drive.PATIENCE):
    return until(pattern, lambda: [found for found in (re.fullmatch(pattern, text)
                                                       for text in window.labels())
                                   if found], patience)[0]


def walk(window, pattern, key='Tab'):
    """Presses the key until the focus is on what is named so."""
    def there():
        part = window.focused()
        return part is not None and any(re.fullmatch(pattern, plain(one.said))
                                        for one in part.chain()[:2])
    for _ in range(N_LEAVES):
        if there():
            return
        window.keys(key)
    raise AssertionError(f'{key} does not lead to {pattern}')


def use(window, name, by_keys):
    """A button without an access key."""
    if by_keys:
        walk(window, name)
        window.keys('space')
    else:
        window.click(name, 'push button')


def write_report(window, path, by_keys):
    """By the Curate page's button or its access key."""
    def asked():
        return window.all('Write Report.*')
    if by_keys:
        drive.again('the file dialog', lambda: window.keys('alt+t'), asked)
    else:
        window.click('Report…', 'push button', done=asked)
    window.fill(str(path))
    window.keys('Return')
    until('the report', path.exists, 120)
    window.idle(120)


def findings(work):
    return drive.cli('finding', work, 'list')['findings']


def has(window, pattern):
    return [text for text in window.labels() if re.search(pattern, text)]


def enter(window, name, text, by_keys=False):
    """Into an entry of numbers, instead of what is there."""
    window.number(f'{name}.*', text, (lambda: walk(window, f'{name}.*')) if by_keys else None)


def find_copies(window, key):
    """Returns the figures at the threshold that the page starts with."""
    window.keys('ctrl+4')
    window.find('.*Find Near Copies', 'push button')
    press(window, '.*Find Near Copies', key)
    return until('the groups', lambda: said(window), 120)


def choose(window, drop_down, names, name, by_keys):
    """From the first of the names to one further down, or back."""
    if not by_keys:
        window.choose(drop_down, name, lambda: window.all(name, 'label'))
        return
    now = next(at for at, one in enumerate(names) if window.all(one, 'label'))
    away = names.index(name) - now
    walk(window, drop_down)
    window.xdo('mousemove', 2, 2)  # a list that opens under the pointer takes what is there
    window.keys('space', *(['Down'] * away if away > 0 else ['Up'] * -away), 'Return')
    label(window, re.escape(name))
