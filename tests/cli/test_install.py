#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `meson install` lays down is whole, and works from wherever it is moved to."""
import json
import os
import pathlib
import re
import subprocess

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
BUILD = pathlib.Path(assay.CLI).resolve().parents[2]
MOVED = FOLDER / 'moved'
ID = 'io.github.assay_app.Assay'
SHELL = ['bin/assay-cli', 'share/man/man1/assay-cli.1', 'share/assay/grid-intensity.csv',
         'share/assay/samples/digits.csv', 'share/assay/samples/digits.md',
         'share/bash-completion/completions/assay-cli',
         'share/fish/vendor_completions.d/assay-cli.fish', 'share/zsh/site-functions/_assay-cli']
MPI = ['bin/assay-mpi', 'share/man/man1/assay-mpi.1']
WINDOW = ['bin/assay', 'share/man/man1/assay.1', f'share/applications/{ID}.desktop',
          f'share/metainfo/{ID}.metainfo.xml', f'share/mime/packages/{ID}.xml',
          f'share/glib-2.0/schemas/{ID}.gschema.xml',
          f'share/icons/hicolor/scalable/apps/{ID}.svg',
          f'share/icons/hicolor/symbolic/apps/{ID}-symbolic.svg',
          'share/locale/de/LC_MESSAGES/assay.mo', 'share/locale/fr/LC_MESSAGES/assay.mo']


def test_whole():
    """Programs, manual pages, completions, data and, with the window, all that a desktop reads"""
    done = subprocess.run(['meson', 'install', '-C', BUILD, '--no-rebuild', '--quiet',
                           '--destdir', FOLDER / 'root'],
                          capture_output=True, text=True, check=False,
                          env=dict(os.environ, PATH='/usr/bin:' + os.environ['PATH']))
    assert done.returncode == 0, done.stdout + done.stderr
    prefix = next((FOLDER / 'root').rglob('bin')).parent
    prefix.rename(MOVED)
    found = {str(path.relative_to(MOVED)) for path in MOVED.rglob('*') if path.is_file()}
    window = (BUILD / 'src/app/assay').exists()
    ranks = MPI if (BUILD / 'src/mpi/assay-mpi').exists() else []
    named = set((SHELL + WINDOW if window else SHELL) + ranks)
    assert not named - found, f'not installed: {named - found}'
    assert not found - named, f'installed, and no one knows why: {found - named}'


def test_moved():
    """The moved program reads the table of grids beside it, not the one that it was built from"""
    env = assay.environment(HOME=str(FOLDER), XDG_CONFIG_HOME=str(FOLDER / 'none'))

    def run(*arguments):
        done = subprocess.run([MOVED / 'bin/assay-cli', *map(str, arguments)], env=env,
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout
    grid = MOVED / 'share/assay/grid-intensity.csv'
    text = grid.read_text(encoding='utf-8')
    changed = re.sub('^world,WORLD,[0-9.]+,', 'world,WORLD,7777,', text, flags=re.MULTILINE)
    assert changed != text
    grid.write_text(changed, encoding='utf-8')
    run('new', FOLDER / 'work.assay', MOVED / 'share/assay/samples/digits.csv')
    run('curate', FOLDER / 'work.assay', '--save', FOLDER / 'recipe.json')
    found = json.loads(run('--json', 'savings', FOLDER / 'work.assay', '--recipe',
                           FOLDER / 'recipe.json'))
    assert [one['likely'] for one in found['inputs'] if one['id'] == 'intensity'] == [7777]


def main():
    tap = Tap()
    for test in (test_whole, test_moved):
        tap.run(test.__doc__, test)
    assay.shutil.rmtree(FOLDER)
    tap.finish()


if __name__ == '__main__':
    main()
