#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists the printf formats that core marks with N_ (), as C strings for sentence.c.

core_formats.py CORE OUT DEPFILE
Formats with fewer than so many letters of their own would match anything, and are left out.
"""
import pathlib
import re
import sys

LETTERS = 8
STRING = r'"(?:[^"\\\n]|\\.)*"'
MARKED = re.compile(rf'\bN_ \(\s*((?:{STRING}\s*\\?\s*)+)\)')
CONVERSION = re.compile(r"%[-+ #0-9.*'$lzhjt]*[a-zA-Z]")


def main():
    core, out, depfile = map(pathlib.Path, sys.argv[1:])
    files = sorted(core.rglob('*.[ch]'))
    formats = set()
    for file in files:
        for found in MARKED.finditer(file.read_text(encoding='utf-8')):
            text = ''.join(one[1:-1] for one in re.findall(STRING, found[1]))
            own, conversions = CONVERSION.subn('', text.replace('%%', ''))
            if conversions and len(re.findall('[a-zA-Z]', own)) >= LETTERS:
                formats.add(text)
    out.write_text(''.join(f'"{text}",\n' for text in sorted(formats)), encoding='utf-8')
    depfile.write_text(f'{out.name}: {" ".join(str(file) for file in files)}\n', encoding='utf-8')


main()
