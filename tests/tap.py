# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the Test Anything Protocol for tests written in Python."""
import shutil
import sys
import traceback


class Skip(Exception):
    """Raised by a test that cannot run here; the text says why."""


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def _line(self, ok, name, suffix=''):
        self.count += 1
        self.failed += not ok
        print(f'{"ok" if ok else "not ok"} {self.count} - {name}{suffix}', flush=True)

    def check(self, name, problems):
        """One test: passes when `problems`, lines of text, is empty."""
        problems = list(problems)
        for problem in problems:
            print(f'# {problem}')
        self._line(not problems, name)

    def run(self, name, function, *arguments):
        """One test: passes unless the function raises; Skip skips it."""
        try:
            function(*arguments)
        except Skip as reason:
            self._line(True, name, f' # SKIP {reason}')
        except Exception:  # pylint: disable=broad-except
            for line in traceback.format_exc().splitlines():
                print(f'# {line}')
            self._line(False, name)
        else:
            self._line(True, name)

    def need(self, program):
        """Skips all that is there where the program is not installed."""
        if shutil.which(program) is None:
            self._line(True, program, f' # SKIP {program} is not installed: nothing was checked')
            self.finish()

    def run_all(self, namespace):
        """Runs each function called test_* of a module, in the order they were written."""
        for name, function in list(namespace.items()):
            if name.startswith('test_') and callable(function):
                doc = (function.__doc__ or name[5:].replace('_', ' ')).strip().splitlines()[0]
                self.run(doc, function)
        self.finish()

    def finish(self):
        print(f'1..{self.count}')
        sys.exit(1 if self.failed else 0)
