# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the source tree, for the checks in this folder."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests'))
FOLDERS = ('src', 'ui', 'data', 'po', 'tests', 'flatpak', '.ci')


def files(*suffixes, under=FOLDERS):
    """Paths of files with these endings ('' = none), sorted; top-level files where under is all."""
    found = [path for folder in under for path in (ROOT / folder).rglob('*')]
    if under is FOLDERS:
        found += ROOT.iterdir()
    return sorted(path for path in found
                  if path.is_file() and path.suffix in suffixes and path.name != '.git'
                  and '__pycache__' not in path.parts)


def name(path):
    return str(path.relative_to(ROOT))


def lines(path):
    """(number, text) of each line."""
    return enumerate(path.read_text(encoding='utf-8').splitlines(), start=1)
