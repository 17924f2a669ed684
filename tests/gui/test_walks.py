#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job in four walks: by keys alone and by accessible actions alone, in English and German,
light and dark, on a small window and on a large one of two pixels a point: each pair of these comes
together in one of them. Each ends with a picture."""
import gettext
import pathlib
import re
import shutil

import drive
import journey
from a11y_tree import FOCUSED
from drive import again, cli, until

LANGUAGES = {'en': 'en_GB', 'de': 'de_DE'}
SMALL = (1024, 700)


def words_of(language):
    """Translates the window's words, both without access keys."""
    if language == 'en':
        return lambda text: text
    path = pathlib.Path(drive.APP).parents[2] / 'po' / language / 'LC_MESSAGES' / 'assay.mo'
    with open(path, 'rb') as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # pylint: disable=protected-access
    words = {text.replace('_', '', 1): said.replace('_', '', 1) for text, said in catalogue.items()
             if isinstance(text, str)}
    return lambda text: words[text]


class Walk:
    """One walk: what is done by keys or by actions, and what is waited for."""

    def __init__(self, window, work):
        self.window, self.work = window, work

    def name(self, text):
        return re.escape(self.window.word(text))

    def act(self, text, role=None, done=None):
        """As a screen reader would, once: an action reaches what a dialog covers as well."""
        part = self.window.find(self.name(text), role)
        next(one for one in [part, *self.window.tree.below(part)] if one.has_action()).act()
        self.window.settle()
        if done is not None:
            until(f'what {text} brings', done)

    def selected(self):
        found = self.window.all('(Map|Karte): .*')
        numbers = re.search(r', (\d+) (selected|ausgewählt)', found[0].name) if found else None
        return int(numbers[1]) if numbers else 0

    def dropped(self):
        return {str(one) for one in journey.dropped(self.work)}

    def wait_scored(self):
        until('the scores', lambda: {one['id'] for one in cli('info', self.work)['scores']}
              >= {'influence', 'label_issue', 'redundant'}, 180)
        until('tasks to end', lambda: not self.window.all(self.name('Running Tasks')), 120)

    def wait_estimate(self):
        until('the estimate', lambda: [text for text in self.window.labels()
                                       if re.search(r'\(estimate|\(Schätzung|\(geschätzt', text)])

    def wait_proof(self):
        start = self.window.word('Refitted: validation loss %+.4g (a preview; estimate %+.4g '
                                 '±%.2g)%s; %s').partition(':')[0]
        return until('the proof', lambda: [text for text in self.window.labels()
                                           if text.startswith(start)], 120)[0]


class Keys(Walk):
    def select(self):
        window = self.window
        window.keys('ctrl+2')
        window.find('(Map|Karte): .*')
        window.search(journey.HARMFUL)
        until('the filter', lambda: not window.all(r'(Map|Karte): (\d+) (of|von) \2 .*'))
        again('the rows', lambda: window.keys('ctrl+a'), self.selected)

    def prove(self):
        self.window.keys('ctrl+Return')

    def drop(self):
        self.window.keys('ctrl+d')

    def undo(self):
        self.window.keys('ctrl+z')

    def export(self, path):
        self.window.export(path, keyboard=True)


class Actions(Walk):
    def select(self):
        self.window.find(self.name('Overview'), 'page tab')
        title = self.window.word('Negative influence')
        pattern = re.escape(self.window.word('Select: %s') % title)
        again('the rows', lambda: self.window.find(pattern, 'push button').act(), self.selected)

    def prove(self):
        self.act('Prove It', 'push button')

    def drop(self):
        self.act('Drop', 'push button')

    def undo(self):
        self.act('Undo', 'push button')

    def export(self, path):
        """The file's name is the one thing that is typed: it is no control."""
        self.act('Main Menu', done=lambda: self.window.all(self.name('Export…'), 'menu item'))
        self.act('Export…', 'menu item',
                 lambda: self.window.all(self.name('Choose File…')))
        self.act('Choose File…', done=lambda: self.window.all(self.name('Export Rows')))

        def typed():  # the main window's part in focus is told beside the dialog's
            return any(one.text() == str(path) for one in self.window.tree.read().values()
                       if one.role in ('text', 'entry') and one.has(FOCUSED))

        def type_it():
            self.window.keys('ctrl+a')
            self.window.type(str(path))
        again('the name', type_it, typed)
        self.act('Export', 'push button')
        until(f'{path.name} to be written', path.exists)


def main_job(way, language, dark, large):
    folder = drive.folder()
    data = pathlib.Path(shutil.copy(drive.SAMPLE, folder / 'digits.csv'))
    work = data.with_suffix('.assay')
    environ = drive.locale_of(LANGUAGES[language])
    if large:
        environ['GDK_SCALE'] = '2'
    with drive.Window(data, dark=dark, **environ) as window:
        window.word = words_of(language)
        steps = way(window, work)
        if large:
            window.keys('F11')
        else:
            window.xdo('getactivewindow', 'windowsize', *SMALL)
        steps.wait_scored()
        steps.select()
        steps.wait_estimate()
        steps.prove()
        proof = steps.wait_proof()
        steps.drop()
        ids = until('the decisions', steps.dropped)
        path = folder / 'rows.csv'
        steps.export(path)
        rows = drive.read_csv(path)
        steps.undo()
        until('undo', lambda: not steps.dropped())
        name = f'walk-{way.__name__.lower()}-{language}-{"dark" if dark else "light"}'
        window.picture(f'{name}-{"large" if large else "small"}')
        window.close()
    assert {row['id'] for row in rows} == ids and len(rows) == len(ids)
    assert {row['decision'] for row in rows} == {'drop'}
    what = cli('whatif', work, '--where', journey.where_ids(sorted(ids)), '--verify')
    number = f'{what["loss_refit"] - what["loss_before"]:+.4g}'
    if language == 'de':
        number = number.replace('.', ',')
    assert number in proof, (number, proof)


def test_keys_english_light_small():
    """Keys, English, light, a small window"""
    main_job(Keys, 'en', False, False)


def test_keys_german_dark_large():
    """Keys, German, dark, a large screen of two pixels a point"""
    main_job(Keys, 'de', True, True)


def test_actions_english_dark_large():
    """Accessible actions, English, dark, a large screen of two pixels a point"""
    main_job(Actions, 'en', True, True)


def test_actions_german_light_small():
    """Accessible actions, German, light, a small window"""
    main_job(Actions, 'de', False, False)


drive.main(globals())
