#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each header compiles alone, without a warning; those of core/shim as C++ too.

Usage: check_headers.py BUILD. A header that is the first line of its own source has been compiled
alone by the build, in that source; the others are compiled here, with the flags of a source in
their own folder. What compiled is remembered in the build folder until the header, one that it
includes, or a flag changes.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

import tree
from tap import Tap


def commands(build):
    return json.loads((build / 'compile_commands.json').read_text(encoding='utf-8'))


def opened_by_source(build):
    """Headers that are the first thing read of their own source, which the build has compiled."""
    found = set()
    for entry in commands(build):
        source = (build / entry['file']).resolve()
        first = re.search(r'^#.*', source.read_text(encoding='utf-8'), re.MULTILINE) \
            if source.is_file() else None
        header = source.with_suffix('.h')
        if first and header.is_file() and header.is_relative_to(tree.ROOT / 'src') \
                and first[0] == f'#include "{header.relative_to(tree.ROOT / "src")}"':
            found.add((header, 'c' if source.suffix == '.c' else 'c++'))
    return found


def flags_by_folder(build):
    """Include paths and definitions of one C file a folder, from compile_commands.json."""
    found = {}
    for entry in commands(build):
        if not entry['file'].endswith('.c'):
            continue
        folder = (build / entry['file']).resolve().parent
        found.setdefault(folder, [word for word in shlex.split(entry['command'])
                                  if word.startswith(('-I', '-D', '-pthread', '-isystem'))])
    return found


def compile_alone(header, flags, language):
    standard = 'gnu11' if language == 'c' else 'c++17'
    command = ['cc' if language == 'c' else 'c++', f'-std={standard}', '-fsyntax-only', '-Wall',
               '-Wextra', '-Wno-unused-parameter', '-Wno-missing-field-initializers', '-Werror',
               *flags, '-include', str(header), '-x', language, '/dev/null']
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=sys.argv[1])
    return run.stderr.splitlines()[:8] if run.returncode else []


def texts_of(header, seen):
    """The header's text and those of the project's headers that it includes."""
    if header in seen or not header.is_file():
        return
    seen[header] = header.read_text(encoding='utf-8')
    for target in re.findall(r'#include "([^"]+)"', seen[header]):
        texts_of(tree.ROOT / 'src' / target, seen)


def digest(header, flags, language):
    seen = {}
    texts_of(header, seen)
    text = '\0'.join([*seen.values(), *flags, language])
    return hashlib.sha256(text.encode()).hexdigest()


class Memory:
    """Digests of what compiled without a word."""

    def __init__(self, path, opened):
        self.path, self.opened = path, opened
        self.known = set(path.read_text(encoding='utf-8').split()) if path.exists() else set()
        self.now = set()

    def check(self, job):
        if (job[0], job[2]) in self.opened:
            return []
        key = digest(*job)
        problems = [] if key in self.known else compile_alone(*job)
        if not problems:
            self.now.add(key)
        return problems

    def save(self):
        self.path.write_text('\n'.join(sorted(self.now)), encoding='utf-8')


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    memory = Memory(build / 'headers-that-compile', opened_by_source(build))
    flags = flags_by_folder(build)
    fallback = flags.get(tree.ROOT / 'src' / 'core' / 'base', [])
    jobs = []
    for header in tree.files('.h', under=('src',)):
        if 'app' in header.relative_to(tree.ROOT / 'src').parts[:1] and header.parent not in flags:
            continue  # a build without the window has no flags for GTK
        languages = ['c', 'c++'] if header.parent.name == 'shim' else ['c']
        jobs += [(header, flags.get(header.parent, fallback), language) for language in languages]
    tap = Tap()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(memory.check, jobs)
        for (header, _, language), problems in zip(jobs, results):
            tap.check(f'{tree.name(header)} alone ({language})', problems)
    memory.save()
    tap.finish()


if __name__ == '__main__':
    main()
