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


def check_walk(work):
    assay.run('new', work, assay.ROOT / 'data' / 'samples' / 'digits.csv')
    assay.run('score', work, 'influence', 'label_issue', 'redundant')
    head = assay.run('info', work)
    walk = re.search('## Five minutes in the window(.*?)\n## ',
                     README.read_text(encoding='utf-8'), re.DOTALL)[1]
    walk = ' '.join(walk.split())
    assert 'gets 98.9 % right on 178 validation rows' in head and '98.9 % right on 178' in walk
    assert 'most frequent class alone 10.1 %' in head and 'class alone 10.1 %' in walk
    rows = assay.run_json('select', work, '--where', 'influence < 0', '--columns', 'influence_told')
    assert f'of {len(rows["rows"])} training rows of negative influence, none' in walk
    assert not any(row['influence_told'] for row in rows['rows'])
    for column in ('label_issue', 'redundant'):
        rows = assay.run_json('select', work, '--where', f'{column} = 1', '--columns', 'id')
        assert len(rows['rows']) == 4, column
    assert 'four possible label errors, four near copies' in walk
    found = assay.run_json('whatif', work, '--where', 'label_issue = 1', '--verify')
    predicted, refitted = (found[name] - found['loss_before']
                           for name in ('loss_predicted', 'loss_refit'))
    test = found['test']['loss_refit'] - found['test']['loss_before']
    assert f'loss {predicted:.6f}, an estimate' in walk, predicted
    assert f'beside it: {refitted:.6f}, and' in walk, refitted
    assert f'chose by, {test:+.6f}.' in walk, test


def test_walk():
    """The five minutes in the window say the numbers of the sample"""
    with assay.Folder() as folder:
        check_walk(folder / 'digits.assay')


if __name__ == '__main__':
    if sys.argv[1:] == ['--write']:
        README.write_text(BETWEEN.sub(lambda m: m.group(1) + table() + m.group(2),
                                      README.read_text(encoding='utf-8')), encoding='utf-8')
    else:
        Tap().run_all(globals())
