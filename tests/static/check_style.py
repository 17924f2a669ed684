#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the house that a look at the text can hold: size, names, licence, habits."""
import collections
import re

import tree
from tap import Tap

MAX_FILE_LINES = 800
MAX_FUNCTION_LINES = 100
MAX_COLUMNS = 100
# Written so that this file does not find itself.
UNFINISHED = re.compile(r'\b(' + '|'.join(['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X']) + r')\b'
                        r'|not (yet )?' + 'implemented')
MACHINE_PATH = re.compile(r'(?<![\w.\-])/(wo' + r'rk|ro' + r'ot|fa' + r'rm)/[a-z]')
GOTO = re.compile(r'^\s*go' + r'to\b')
COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.DOTALL)

C_FILES = tree.files('.c', '.h', '.cc', under=('src', 'tests'))
SCRIPTS = tree.files('.py', '', under=('src', 'tests', '.ci', 'data'))
TEXTS = tree.files('.c', '.h', '.cc', '.py', '', '.md', '.build', '.txt', '.ui', '.css', '.1',
                   '.in', '.json', '.xml', '.yml', '.list', '.sql')


def is_script(path):
    return path.suffix == '.py' or path.read_bytes()[:2] == b'#!'


def find(paths, pattern, message):
    for path in paths:
        for number, line in tree.lines(path):
            if pattern.search(line):
                yield f'{tree.name(path)}:{number}: {message}: {line.strip()[:80]}'


def too_long_files():
    for path in C_FILES + [p for p in SCRIPTS if is_script(p)]:
        count = sum(1 for _ in tree.lines(path))
        if count > MAX_FILE_LINES:
            yield f'{tree.name(path)}: {count} lines'


def functions(path):
    """(name, first line, length) of C functions: braces in the first column, GNU style."""
    name, start = None, None
    previous = ''
    for number, line in tree.lines(path):
        if line == '{' and '=' not in previous and not previous.startswith(('struct', 'typedef')):
            start = number
        elif line.startswith('}') and start is not None:
            yield name, start, number - start + 1
            start = None
        elif start is None:
            match = re.match(r'(\w+) \(', line)
            name = match.group(1) if match else name
            previous = line or previous


def too_long_functions():
    for path in C_FILES:
        for name, start, length in functions(path):
            if length > MAX_FUNCTION_LINES and not (name or '').endswith('_class_init'):
                yield f'{tree.name(path)}:{start}: {name} has {length} lines'


def repeated_names():
    places = collections.defaultdict(list)
    for path in tree.files('.c', '.h', '.cc', '.py', '.ui', '.css'):
        places[path.name].append(tree.name(path))
    for found in places.values():
        if len(found) > 1:
            yield ' and '.join(found)


def no_licence():
    for path in C_FILES + [p for p in SCRIPTS if is_script(p)]:
        head = path.read_text(encoding='utf-8').splitlines()[:2]
        if not any('SPDX-License-Identifier: GPL-3.0-or-later' in line for line in head):
            yield tree.name(path)


def wide_lines():
    for path in C_FILES + [p for p in SCRIPTS if is_script(p)]:
        for number, line in tree.lines(path):
            recipe = path.name == 'rules' and line.startswith('\t')  # of a makefile
            if len(line) > MAX_COLUMNS or '\t' in line[recipe:] or line != line.rstrip():
                yield (f'{tree.name(path)}:{number}: {len(line)} columns, '
                       'a tab or a blank at the end')


def bad_headers():
    for path in C_FILES:
        if path.suffix == '.h' and '#pragma once' not in path.read_text(encoding='utf-8'):
            yield f'{tree.name(path)}: no #pragma once'


def calls_without_space():
    """f(x) where the house writes f (x): looked for in our own functions' names."""
    call = re.compile(r'\b(?:ay|assay|cmd)_[a-z0-9_]+\(')
    for path in C_FILES:
        text = COMMENT_OR_STRING.sub(lambda m: '\n' * m.group().count('\n'),
                                     path.read_text(encoding='utf-8'))
        for number, line in enumerate(text.splitlines(), start=1):
            if call.search(line):
                yield f'{tree.name(path)}:{number}: {line.strip()[:80]}'


def main():
    tap = Tap()
    tap.check(f'no file above {MAX_FILE_LINES} lines', too_long_files())
    tap.check(f'no function above {MAX_FUNCTION_LINES} lines', too_long_functions())
    tap.check('no two files of one name', repeated_names())
    tap.check('the licence in every source file', no_licence())
    tap.check(f'no line above {MAX_COLUMNS} columns, no tab, no blank at the end', wide_lines())
    tap.check('every header is read once', bad_headers())
    tap.check('a space before the bracket of a call', calls_without_space())
    tap.check('no jump', find(C_FILES, GOTO, 'jump'))
    tap.check('nothing left unfinished', find(TEXTS, UNFINISHED, 'unfinished'))
    tap.check('no path of one machine',
              [fault for fault in find(TEXTS, MACHINE_PATH, 'path of one machine')
               if 'g_test_add' not in fault])  # a test's name may begin like one
    tap.finish()


if __name__ == '__main__':
    main()
