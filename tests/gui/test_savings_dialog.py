#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Savings dialog: every input by the pointer in light colours, by keys alone in dark ones; what
a training's files fill in. What it then says is what assay-cli says of the same inputs."""
import shutil

import drive
from drive import cli, until
from test_curate_controls import DEFAULT, Controls, fresh


def twin(work):
    """A copy of the workspace from before the window has opened it."""
    return work.with_name(f'twin-{work.name}')


class Savings(Controls):
    """The dialog of the Curate page."""

    def saves(self):
        """What the command says of the inputs that are kept; returns once the dialog says it."""
        def said_here():
            told, text = cli('savings', self.work), '\n'.join(self.window.labels())
            lines = [f"{one['title']}: {one['why']}" if one['why'] else
                     f"{one['title']}: {one['likely']:.4g} ({one['low']:.4g} to {one['high']:.4g})"
                     for one in told['savings']]
            return told if all(line in text for line in lines) else None
        return until('the savings', said_here)

    def measured(self, names):
        """A training's files fill in their rows, which are said; what then stands there is what the
        command takes from the same files. Not such a file: said, and nothing changes. Typed over,
        what was filled in is gone."""
        window, other, button = self.window, twin(self.work), 'Import Measurements…'
        runs, state, bad = (self.work.with_name(name) for name in (
            'emissions.csv', 'trainer_state.json', 'runs.csv'))
        runs.write_text('timestamp,project_name,duration,energy_consumed,longitude,latitude\n'
                        'a,mine,3600,1.5,12.5,55.6\nb,mine,7200,2.25,12.5,55.6\n'
                        'c,mine,,9,12.5,55.6\n', 'utf-8')
        state.write_text('{"log_history": [], "total_flos": 9e17}', 'utf-8')
        bad.write_text('duration,energy\n1,2\n', 'utf-8')
        before = cli('savings', self.work)
        given = [part for one in before['inputs'] for part in (
            '-p', f"{one['id']}={one['low']},{one['likely']},{one['high']}")]
        want = cli('savings', other, *given, '--country', 'France', '--currency', 'EUR')
        assert want == before, (want, before)

        self.ask_file(button, 'Import Measurements', bad)
        fault = 'runs.csv: no codecarbon file: expected columns duration and energy_consumed'
        until('its fault', lambda: any(fault in text for text in window.labels()))
        assert cli('savings', self.work) == before
        window.picture(f'curate-savings-fault-{self.colors}')

        hours, kwh = (next(name for name in names if name.startswith(start)) for start in (
            'Time of one training', 'Measured energy'))
        for path, option, filled in (
                (runs, '--emissions', 'lowest, mean and highest of its 2 runs:\n'
                 f'{hours}: 1,1.5,2\n{kwh}: 1.5,1.875,2.25'),
                (state, '--trainer-state', 'by its total_flos:\nFloating point operations')):
            self.ask_file(button, 'Import Measurements', path)
            until('what it filled in', lambda: any(
                text.startswith(f'Filled in from {path.name}, {filled}')
                for text in window.labels()))
            want = cli('savings', other, option, path)
            assert self.saves() == want, want
            window.picture(f'curate-savings-{path.stem}-{self.colors}')
        if self.by_keys:  # from the row of total_flos, which has the focus now, back to the energy
            window.keys('shift+Tab')
        self.enter(kwh, '7', 0)
        window.gone('Filled in from.*', 'label')
        want = cli('savings', other, '-p', 'training_kwh=7')
        assert self.saves() == want, want
        assert b'55.6' not in self.work.read_bytes()

    def saved_up(self):
        """Every input of the dialog is entered; the results are the command's, with those inputs;
        what cannot be read is said."""
        window, work = self.window, self.work
        self.use('Savings…', lambda: any('is not given' in text for text in window.labels()))
        until('only named controls', lambda: not window.unnamed())
        inputs = cli('savings', work)['inputs']
        names = [f"{one['sentence']} ({one['unit']})" if one['unit'] else one['sentence']
                 for one in inputs] + ['Country of the grid', 'Currency']
        first = [str(2 + at + self.by_keys) if one['id'] != 'review_share'
                 else f'0.{2 + self.by_keys}' for at, one in enumerate(inputs)]
        for at, (name, text) in enumerate(zip(names, [*first, 'France', 'EUR'])):
            self.enter(name, text, int(at > 0))  # the first has the focus
        until('the inputs', lambda: [one['likely'] for one in cli('savings', work)['inputs']]
              == [float(text) for text in first])
        told = self.saves()
        assert told['currency'] == 'EUR' and all(one['given'] for one in told['inputs']), told
        power = 'Power while it trains (kW)'
        if self.by_keys:
            window.keys(*['shift+Tab'] * (len(names) - 1 - names.index(power)))
        self.enter(power, '1,2', 0)
        until('what cannot be read', lambda: any('training_power' in text and '1,2' in text
                                                 for text in window.labels()))
        self.enter(power, '1,2,4', 0)
        until('the range', lambda: cli('savings', work)['inputs'][6]['high'] == 4)
        window.picture(f'curate-savings-{self.colors}')
        self.measured(names)
        window.keys('Escape')
        window.gone('Currency', 'text')


def fill_in(work, by_keys):
    shutil.copy(work, twin(work))
    with drive.Window(work, dark=by_keys) as window:
        window.scored()
        window.keys('ctrl+5')
        savings = Savings(window, work, by_keys)
        savings.plan(DEFAULT)
        savings.saved_up()
        window.close()


def test_pointer():
    """By the pointer, in light colours"""
    fill_in(fresh('pointed'), False)


def test_keys():
    """By keys alone, in dark colours"""
    fill_in(fresh('keyed'), True)


drive.main(globals())
