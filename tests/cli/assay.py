# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs assay-cli for the tests in this folder.

ASSAY_CLI is its path; ASSAY_PRELOAD, where set, goes into its LD_PRELOAD (not into ours), and with
it ASSAY_MALLOC_... into MALLOC_...
"""
import atexit
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests'))
CLI = os.environ['ASSAY_CLI']
SAMPLE = ROOT / 'data' / 'samples' / 'digits.csv'


def environment(**more):
    env = {name: value for name, value in os.environ.items() if not name.startswith('MALLOC_')}
    env['XDG_CACHE_HOME'] = str(CACHE)
    if 'ASSAY_PRELOAD' in env:
        env['LD_PRELOAD'] = env['ASSAY_PRELOAD']
        env['MALLOC_CHECK_'] = '3'
        env.update({name[len('ASSAY_'):]: value for name, value in env.items()
                    if name.startswith('ASSAY_MALLOC_')})
    env.update(more)
    return env


def call(*arguments, cwd=None, env=None):
    """Runs it; returns the finished process, with text streams."""
    done = subprocess.run([CLI, *map(str, arguments)], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, cwd=cwd, env=environment(**(env or {})),
                          timeout=580)
    loud = re.search('CRITICAL|WARNING|AddressSanitizer|runtime error', done.stderr)
    assert loud is None, done.stderr
    return done


def run(*arguments, **options):
    """Runs it and expects success; returns what it printed."""
    done = call(*arguments, **options)
    assert done.returncode == 0, f'{arguments}: exit {done.returncode}: {done.stderr}'
    return done.stdout


def run_json(*arguments, **options):
    return json.loads(run('--json', *arguments, **options), parse_constant=refuse_constant)


def refuse_constant(name):
    raise AssertionError(f'{name} is not JSON')


def fail(*arguments, status=1, **options):
    """Runs it and expects failure: one line on stderr, nothing on stdout. Returns the message."""
    done = call(*arguments, **options)
    assert done.returncode == status, \
        f'{arguments}: exit {done.returncode}, expected {status}: {done.stdout}{done.stderr}'
    lines = done.stderr.splitlines()
    assert len(lines) == 1, f'{len(lines)} lines: {done.stderr}'
    assert lines[0].startswith('assay-cli: '), lines[0]
    assert done.stdout == '', done.stdout
    return lines[0][len('assay-cli: '):]


class Folder:
    """A temporary folder, gone at the end."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix='assay-test-'))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


CACHE = pathlib.Path(tempfile.mkdtemp(prefix='assay-cache-'))
atexit.register(shutil.rmtree, CACHE, ignore_errors=True)


def documented_words(command):
    """Words marked .Cm in a command's part of the man page, and where --json is explained."""
    words, inside, json_part = set(), False, False
    for line in (ROOT / 'data' / 'assay-cli.1').read_text(encoding='utf-8').splitlines():
        if line.startswith('.Ss ') or line.startswith('.Sh '):
            inside = line.startswith(f'.Ss assay-cli {command} ')
        if line.startswith('.It'):
            json_part = line == '.It Fl -json'
        if (inside or json_part) and line.startswith(('.Cm', '(each', '.It')):
            words.update(line.split())
    return words


def keys_of(value, leave_out=('certificate', 'roles')):
    """All keys of objects in a JSON value; contents of some members are named by the data."""
    if isinstance(value, list):
        return set().union(*(keys_of(element, leave_out) for element in value))
    if not isinstance(value, dict):
        return set()
    return set(value).union(*(keys_of(member, leave_out) for key, member in value.items()
                              if key not in leave_out))
