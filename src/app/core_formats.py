#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists the printf formats that core marks with N_ (), as C strings for sentence.c.

core_formats.py CORE OUT DEPFILE
Formats with fewer than so many letters of their own would match anything, and are left out; a colon
counts much. Those with the most letters come first: what they print a looser one may print too.
"""
import pathlib
import re
import sys

LETTERS, LETTERS_WITH_COLON = 6, 3
STRING = r'"(?:[^"\\\n]|\\.)*"'
MARKED = re.compile(rf'\bN_ \(\s*((?:{STRING}\s*\\?\s*)+)\)')
CONVERSION = re.compile(r"%[-+ #0-9.*'$lzhjt]*[a-zA-Z]")


def main():
    core, out, depfile = map(pathlib.Path, sys.argv[1:])
    files = sorted(core.rglob('*.[ch]'))
    formats = {}
    for file in files:
        for found in MARKED.finditer(file.read_text(encoding='utf-8')):
            text = ''.join(one[1:-1] for one in re.findall(STRING, found[1]))
            own, conversions = CONVERSION.subn('', text.replace('%%', ''))
            letters = len(re.findall('[a-zA-Z]', own))
            if conversions and letters >= (LETTERS_WITH_COLON if ':' in own else LETTERS):
                formats[text] = (letters, len(own))
    first = sorted(sorted(formats), key=formats.get, reverse=True)
    out.write_text(''.join(f'"{text}",\n' for text in first), encoding='utf-8')
    depfile.write_text(f'{out.name}: {" ".join(str(file) for file in files)}\n', encoding='utf-8')


main()
