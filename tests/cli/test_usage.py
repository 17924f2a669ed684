#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong usage, what help there is, and where global options may stand."""
import json
import re
import shutil
import subprocess

import assay
from tap import Skip, Tap

COMMANDS = ['new', 'info', 'score', 'import', 'map', 'suggest', 'simulate', 'budget', 'explain',
            'gains', 'advice', 'arms', 'redundancy', 'cluster', 'whatif', 'select', 'decide',
            'export', 'figure', 'curate', 'replay', 'check', 'history', 'update', 'savings',
            'influence', 'report', 'finding', 'review']


def test_overview():
    """assay-cli --help names every command"""
    text = assay.run('--help')
    for command in COMMANDS:
        assert re.search(rf'^  {command} +\S', text, re.MULTILINE), command


def test_version():
    """--version, alone and with a command"""
    assert re.fullmatch(r'assay-cli \d+\.\d+\.\d+\n', assay.run('--version'))
    assert assay.run('score', '--version') == assay.run('--version')


def test_help_of_each():
    """COMMAND --help says its own name, its options and the global ones"""
    for command in COMMANDS:
        text = assay.run(command, '--help')
        assert text.startswith(f'Usage: assay-cli {command} '), text
        assert '--threads' in text and '--json' in text


def test_man_page_has_every_option():
    """Every option of --help stands in the man page"""
    page = (assay.ROOT / 'data' / 'assay-cli.1').read_text(encoding='utf-8')
    for command in COMMANDS:
        for option in re.findall(r'^ .*?--([a-z0-9-]+)', assay.run(command, '--help'),
                                 re.MULTILINE):
            assert f'Fl -{option}' in page or option in ('parameter', 'output'), \
                f'{command} --{option}'


def test_wrong_usage():
    """Wrong usage is exit 2 and one line"""
    for arguments in [
            [], ['--json'], ['nonsense'], ['score'], ['score', 'x.assay'], ['new'],
            ['new', 'x.csv', 'y.csv'], ['new', 'x.assay'], ['score', 'x.assay', 'no_such_score'],
            ['info'], ['info', 'a', 'b'], ['info', 'x', '--system'], ['whatif', 'x.assay'],
            ['map', 'x.assay'], ['map', 'x.assay', 'pca', 'extra'], ['export', 'x.assay'],
            ['figure', 'x.assay', 'nothing', '-o', 'x.svg'], ['figure', 'x.assay', 'map'],
            ['cluster', 'x.assay'], ['cluster', 'x.assay', 'spectral'],
            ['decide', 'x.assay', 'drop'], ['decide', 'x.assay', 'burn', '--where', '1'],
            ['decide', 'x.assay', 'relabel', '--where', '1'],
            ['decide', 'x.assay', 'drop', '--where', '1', '--value', '3'],
            ['decide', 'x.assay', 'undo', '--where', '1'],
            ['score', 'x.assay', 'influence', '-p', 'novalue'],
            ['select', 'x.assay', '--no-such-option'], ['select', 'x.assay', '--limit', 'many'],
            ['--threads', '-3', 'info', '--system'], ['--threads', 'two', 'info', '--system'],
            ['--seed', '-1', 'info', '--system'],
            ['new', 'x.assay', 'a.csv', '--label', 'a', '--target', 'b'],
            ['new', 'x.assay', 'a.csv', '--valid', '1.5'],
            ['new', 'x.assay', 'a.csv', '--ragged', 'maybe'],
            ['new', 'x.assay', 'a.csv', '--valid-features', 'v.npy'],
            ['redundancy'], ['redundancy', 'x.assay', '--threshold', 'tight'],
            ['redundancy', 'x.assay', '--metric', 'manhattan'],
            ['redundancy', 'x.assay', '--metric', 'euclidean'],
            ['redundancy', 'x.assay', '--keep', 'score'],
            ['redundancy', 'x.assay', '--linkage', 'average'],
            ['curate'], ['curate', 'x.assay', '--compare'], ['replay', 'x.json'],
            ['check', 'x.assay'],
            ['import', 'x.assay', 'a.csv', '--by', 'luck'],
            ['import', 'x.assay', 'a.csv', '-p', 'colour=red']]:
        assay.fail(*arguments, status=2)


def test_globals_on_both_sides():
    """Global options stand before or after the command"""
    before = json.loads(assay.run('--json', '--threads', '1', 'info', '--system'))
    after = json.loads(assay.run('info', '--system', '--threads=1', '--json'))
    assert before['threads'] == after['threads'] == 1
    assert before['cpu'] == after['cpu']


def test_system():
    """info --system has the documented keys and measures"""
    found = assay.run_json('info', '--system')
    missing = assay.keys_of(found) - assay.documented_words('info')
    assert not missing, missing
    assert found['gflops'] > 0 and found['kernel'] in found['openblas']
    assert found['variables'] == [] or found['sentence']


def test_system_held_back():
    """info --system measures what an OPENBLAS_* variable costs"""
    env = {'OPENBLAS_CORETYPE': 'Nehalem'}
    held = assay.run_json('info', '--system', env=env)
    assert 'OPENBLAS_CORETYPE=Nehalem' in held['variables']
    assert held['kernel'] == 'Nehalem' and held['kernel_unset'] is not None
    assert 'OPENBLAS_CORETYPE=Nehalem' in held['sentence']
    assert held['held_back'] == ('holds the kernels back' in held['sentence'])


def test_lists():
    """--list needs no workspace, and lists the same in text and JSON"""
    for command, key, name in [('score', 'scores', 'id'), ('map', 'methods', 'id'),
                               ('figure', 'figures', 'name'), ('curate', 'steps', 'id'),
                               ('check', 'rules', 'id'), ('export', 'forms', 'id'),
                               ('savings', 'inputs', 'id')]:
        found = assay.run_json(command, '--list')
        missing = assay.keys_of(found) - assay.documented_words(command)
        assert not missing, missing
        text = assay.run(command, '--list')
        assert found[key]
        for one in found[key]:
            assert re.search(rf'^{one[name]}\b.*:', text, re.MULTILINE), one[name]


def complete_in_bash(*words):
    """What the script for bash offers."""
    script = assay.ROOT / 'data' / 'completions' / 'assay-cli.bash'
    # compopt works in a live completion only.
    line = (f'compopt () {{ :; }}; source {script}; '
            f'COMP_WORDS=({" ".join(repr(w) for w in (assay.CLI, *words))}); '
            f'COMP_CWORD={len(words)}; _assay_cli; printf "%s\\n" "${{COMPREPLY[@]}}"')
    done = subprocess.run(['bash', '-c', line], capture_output=True, text=True, check=True,
                          env=assay.environment())
    return done.stdout.split()


def complete_in_zsh(*words):
    """What the script for zsh offers; zsh itself would leave out what does not begin so."""
    script = assay.ROOT / 'data' / 'completions' / 'assay-cli.zsh'
    # compadd and _files work in a live completion only.
    line = (f'compadd () {{ shift; print -l -- "$@"; }}; _files () {{ :; }}; source {script}; '
            f'words=({" ".join(repr(w) for w in (assay.CLI, *words))}); '
            f'CURRENT={len(words) + 1}; _assay_cli')
    done = subprocess.run(['zsh', '-f', '-c', line], capture_output=True, text=True, check=True,
                          env=assay.environment())
    assert done.stderr == '', done.stderr
    return [found for found in done.stdout.split() if found.startswith(words[-1])]


def completion_offers(complete):
    """Commands, options and names."""
    assert complete('') == COMMANDS, complete('')
    assert complete('sc') == ['score']
    assert complete('--js') == ['--json']
    assert '--verify' in complete('whatif', 'x.assay', '--')
    assert complete('score', 'x.assay', 'self_i') == ['self_influence']
    assert complete('--seed', '3', 'sc') == ['score']
    assert complete('map', 'x.assay', '') == [m['id'] for m in
                                             assay.run_json('map', '--list')['methods']]
    assert complete('figure', 'x.assay', 'hist') == ['histogram']
    assert complete('decide', 'x.assay', 're') == ['relabel', 'redo']
    assert complete('decide', 'x.assay', 'undo', '') == []
    assert complete('cluster', 'x.assay', 'k') == ['kmeans']


def test_completion_bash():
    """Completion for bash offers commands, options and names"""
    completion_offers(complete_in_bash)


def test_completion_zsh():
    """Completion for zsh offers the same"""
    if shutil.which('zsh') is None:
        raise Skip('zsh is not installed')
    completion_offers(complete_in_zsh)


if __name__ == '__main__':
    Tap().run_all(globals())
