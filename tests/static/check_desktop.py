#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that a desktop reads of Assay are valid and agree with each other."""
import configparser
import pathlib
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import tree
from tap import Skip, Tap

ID = 'io.github.assay_app.Assay'
DATA = tree.ROOT / 'data'
THEME = pathlib.Path('/usr/share/icons/Adwaita')
# of the resources, where GTK looks
FOLDERS = ('icons/scalable/actions', 'icons/scalable/apps', 'icons/symbolic/apps')


def run(*command):
    if shutil.which(command[0]) is None:
        raise Skip(f'no {command[0]}')
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)


def desktop_file():
    done = run('desktop-file-validate', DATA / f'{ID}.desktop')
    assert done.returncode == 0, done.stdout + done.stderr


def metainfo():
    """That there is no home page is all that newer versions may warn of."""
    done = run('appstreamcli', 'validate', '--no-net', DATA / f'{ID}.metainfo.xml')
    warned = [line for line in done.stdout.splitlines() if re.match(r'[EW]: ', line)]
    assert done.returncode == 0 or [line.split()[-1] for line in warned] \
        == ['url-homepage-missing'], done.stdout + done.stderr


def desktop_entry():
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read(DATA / f'{ID}.desktop', encoding='utf-8')
    return parser['Desktop Entry']


def names_agree():
    """Identifier, icon, mime type and program are the same in every file."""
    entry = desktop_entry()
    info = ElementTree.parse(DATA / f'{ID}.metainfo.xml').getroot()
    mime = ElementTree.parse(DATA / f'{ID}.xml').getroot()
    space = '{http://www.freedesktop.org/standards/shared-mime-info}'
    made = mime.find(f'{space}mime-type').get('type')
    build = (tree.ROOT / 'meson.build').read_text(encoding='utf-8')
    assert entry['Icon'] == info.findtext('id') == ID and f"'{ID}'" in build
    assert info.findtext('launchable') == f'{ID}.desktop'
    assert made in entry['MimeType'].split(';')
    assert made in [e.text for e in info.iter('mediatype')]
    assert entry['Exec'].split()[0] in [e.text for e in info.iter('binary')]
    version = re.search(r"version: '([0-9.]+)'", build).group(1)
    assert info.find('releases/release').get('version') == version


def resources():
    """The file of each name in the program's own resources."""
    root = ElementTree.parse(tree.ROOT / 'ui' / 'assay.gresource.xml').getroot()
    return {file.get('alias', file.text): file.text for file in root.iter('file')}


def icons_are_drawings():
    """Icons are SVG that parse, square, in a folder that GTK looks into; all are built in."""
    built_in = {name: text for name, text in resources().items() if name.startswith('icons/')}
    drawn = [path.relative_to(folder).as_posix() for folder in (DATA, tree.ROOT / 'ui')
             for path in (folder / 'icons').rglob('*.svg')]
    assert sorted(drawn) == sorted(built_in.values()), (drawn, built_in)
    for name, text in built_in.items():
        path = next(path for path in (DATA / text, tree.ROOT / 'ui' / text) if path.exists())
        root = ElementTree.parse(path).getroot()
        assert root.tag.endswith('svg') and root.get('width') == root.get('height'), name
        assert pathlib.PurePath(name).parent.as_posix() in FOLDERS, name


def icons_exist():
    """What the window names is an icon of its own or of the desktop's theme."""
    if not THEME.is_dir():
        raise Skip(f'no {THEME}')
    there = {path.stem for path in map(pathlib.PurePath, resources())}
    there |= {path.name.split('-symbolic')[0] + '-symbolic' for path in THEME.rglob('*-symbolic*')}
    named = {}
    for path in [*tree.ROOT.glob('src/app/**/*.c'), *tree.ROOT.glob('ui/**/*.ui')]:
        for name in re.findall(r'[">]([\w.-]+-symbolic)["<]', path.read_text('utf-8')):
            named[name] = path.name
    missing = {name: where for name, where in named.items() if name not in there}
    assert len(named) > 20 and not missing, missing


def main():
    tap = Tap()
    tap.run('desktop-file-validate accepts the desktop file', desktop_file)
    tap.run('appstreamcli accepts the metainfo', metainfo)
    tap.run('identifier, icon, mime type and program agree', names_agree)
    tap.run('icons are drawings and built in', icons_are_drawings)
    tap.run('every icon that the window names exists', icons_exist)
    tap.finish()


if __name__ == '__main__':
    main()
