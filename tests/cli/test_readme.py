#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's table of scores is the program's own list; `test_readme.py --write` updates it."""
import re
import sys

import assay
from tap import Tap

README = assay.ROOT / 'README.md'
BETWEEN = re.compile(r'(<!-- scores: begin -->\n).*?(<!-- scores: end -->)', re.DOTALL)


def table():
    lines = ['| score | kind | unit | meaning |', '|---|---|---|---|']
    for score in assay.run_json('score', '--list')['scores']:
        lines.append('| `{id}` | {kind} | {unit} | {sentence} |'.format(**score))
    return '\n'.join(lines) + '\n'


def test_score_table():
    """The table of scores in the README is up to date"""
    found = BETWEEN.search(README.read_text(encoding='utf-8'))
    assert found is not None, 'no table of scores'
    assert found.group() == found.group(1) + table() + found.group(2), \
        'run tests/cli/test_readme.py --write with ASSAY_CLI set'


def test_commands():
    """Every assay-cli line of the README names a command and options that exist"""
    text = README.read_text(encoding='utf-8')
    text = text.replace('\\\n', ' ')
    calls = re.findall(r'^(?:\$ )?assay-cli ([a-z]+)(.*)$', text, re.MULTILINE)
    assert len(calls) >= 8
    for command, rest in calls:
        text = assay.run(command, '--help')
        rest = re.sub(r"'[^']*'|\"[^\"]*\"", '', rest)
        for option in re.findall(r'(?<!\S)(--?[a-z][a-z-]*)', rest):
            assert re.search(rf'(?<![\w-]){option}\b', text), f'{command} {option}'


if __name__ == '__main__':
    if sys.argv[1:] == ['--write']:
        README.write_text(BETWEEN.sub(lambda m: m.group(1) + table() + m.group(2),
                                      README.read_text(encoding='utf-8')), encoding='utf-8')
    else:
        Tap().run_all(globals())
