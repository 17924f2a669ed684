#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""cppcheck finds no error, and nothing to warn of, in src.

Usage: check_cppcheck.py BUILD. What it says wrongly stands in cppcheck.txt with the reason; an
entry there that nothing needs any more is a fault too. Skipped where cppcheck is not installed.
"""
import os
import pathlib
import re
import subprocess
import sys

import tree
from tap import Tap

LIST = tree.ROOT / 'tests' / 'static' / 'cppcheck.txt'
TEMPLATE = '{file}:{line}: {id}: {message}'
# Macros that stand where a declaration or an attribute may.
EMPTY = ['G_BEGIN_DECLS', 'G_END_DECLS', 'G_DEFINE_AUTOPTR_CLEANUP_FUNC(a,b)',
         'G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(a,b)', 'G_DEFINE_AUTO_CLEANUP_FREE_FUNC(a,b,c)',
         'G_DEFINE_FINAL_TYPE(a,b,c)', 'G_DEFINE_TYPE(a,b,c)', 'G_GNUC_PRINTF(a,b)']


def found(build):
    command = ['cppcheck', '-j', str(os.cpu_count()), '--enable=warning,performance', '--quiet',
               '--std=c11', '--library=gtk', f'--template={TEMPLATE}', '-I', 'src', '-I', build,
               '-D_GNU_SOURCE', *(f'-D{macro}=' for macro in EMPTY), 'src']
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tree.ROOT)
    return [line for line in run.stderr.splitlines() if re.match(r'\S+:\d+: \w+: ', line)]


def allowed():
    return [line for line in LIST.read_text(encoding='utf-8').split('\n')
            if line and not line.startswith('#')]


def entry_of(line, entries):
    """The entry that covers a line of cppcheck's; None: there is none."""
    path, _, name = re.match(r'(.*?):(\d+): (\w+): ', line).groups()
    return next((entry for entry in (name, f'{name}:{path}') if entry in entries), None)


def main():
    tap = Tap()
    tap.need('cppcheck')
    entries = allowed()
    lines = found(pathlib.Path(sys.argv[1]).resolve())
    used = {line: entry_of(line, entries) for line in lines}
    tap.check('cppcheck over src', [line for line in lines if used[line] is None])
    tap.check('every entry of cppcheck.txt is needed',
              [entry for entry in entries if ':' in entry and entry not in used.values()])
    tap.finish()


if __name__ == '__main__':
    main()
