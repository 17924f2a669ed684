#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""clang-tidy's checks of .clang-tidy hold in every source that this build compiles from src.

Usage: check_clang_tidy.py BUILD. A test a folder; skipped where clang-tidy is not installed.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

import tree
from tap import Tap

BATCH = 12  # sources of one run: small enough that all processors end together
FAULT = re.compile(r'^(\S+?:\d+:\d+: (?:warning|error|fatal error): .*)$', re.MULTILINE)


def sources(build):
    """The sources below src, by folder."""
    found = {}
    for entry in json.loads((build / 'compile_commands.json').read_text(encoding='utf-8')):
        path = (build / entry['file']).resolve()
        if path.suffix == '.c' and path.is_relative_to(tree.ROOT / 'src'):
            found.setdefault(path.parent, set()).add(path)
    return {folder: sorted(paths) for folder, paths in sorted(found.items())}


def faults(build, paths):
    run = subprocess.run(['clang-tidy', '-p', build, '--quiet', *paths], capture_output=True,
                         text=True, check=False, cwd=tree.ROOT)
    found = sorted({line.replace(f'{build}/../', '') for line in FAULT.findall(run.stdout)})
    if run.returncode != 0 and not found:
        found = [f'exit {run.returncode}', *run.stderr.splitlines()[-8:]]
    return found


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    tap = Tap()
    tap.need('clang-tidy')
    folders = sources(build)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {folder: [pool.submit(faults, build, paths[at:at + BATCH])
                         for at in range(0, len(paths), BATCH)]
                for folder, paths in folders.items()}
        for folder, parts in runs.items():
            tap.check(f'{tree.name(folder)}: {len(folders[folder])} sources',
                      [line for part in parts for line in part.result()])
    tap.finish()


if __name__ == '__main__':
    main()
