#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Man pages, shell scripts, package lists and the list of sources hold what they promise."""
import re
import shutil
import subprocess

import tree
from tap import Skip, Tap


def run_lines(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines()


def lint_man_pages():
    if shutil.which('mandoc') is None:
        raise Skip('no mandoc')
    pages = tree.files('.1', '.5', under=('data',))
    assert pages
    problems = [line for page in pages for line in run_lines('mandoc', '-Tlint', str(page))
                if 'outdated mandoc.db' not in line
                and 'referenced manual not found: Xr assay' not in line]  # not installed yet
    assert not problems, '\n'.join(problems)


def shell_scripts():
    for path in tree.files('', '.sh', '.bash'):
        start = path.read_bytes()[:20]
        if path.suffix == '.bash' or start.startswith((b'#!/bin/bash', b'#!/bin/sh')):
            yield path


def unsound_scripts():
    for path in shell_scripts():
        yield from run_lines('bash', '-n', str(path))
        executable = path.stat().st_mode & 0o111
        if path.suffix == '' and not executable:
            yield f'{tree.name(path)}: not executable'


def unsound_zsh():
    if shutil.which('zsh') is None:
        raise Skip('no zsh')
    paths = tree.files('.zsh')
    assert paths
    problems = [line for path in paths for line in run_lines('zsh', '-n', str(path))]
    assert not problems, '\n'.join(problems)


def faults_of_package_lists():
    form = re.compile(r'#.*|[a-z0-9][a-z0-9.+-]+ +# \S.*')
    seen = {}
    for path in tree.files('', under=('tests/packages',)):
        for number, line in tree.lines(path):
            if not form.fullmatch(line):
                yield f'{tree.name(path)}:{number}: expected "package  # reason"'
            package = line.split()[0]
            if package != '#' and seen.setdefault(package, path) != path:
                yield f'{tree.name(path)}:{number}: {package} stands in {seen[package].name} too'


def sources_that_are_not_built():
    """Every C file is named by the nearest meson.build above it."""
    for path in tree.files('.c', '.cc', under=('src', 'tests')):
        folder = next(above for above in path.parents if (above / 'meson.build').exists())
        text = (folder / 'meson.build').read_text(encoding='utf-8')
        if f"'{path.relative_to(folder)}'" not in text:
            yield tree.name(path)


def main():
    tap = Tap()
    tap.run('man pages are clean under mandoc -Tlint', lint_man_pages)
    tap.check('shell scripts parse and can be run', unsound_scripts())
    tap.run('scripts for zsh parse', unsound_zsh)
    tap.check('package lists give a reason for each package', faults_of_package_lists())
    tap.check('every source file is built', sources_that_are_not_built())
    tap.finish()


if __name__ == '__main__':
    main()
