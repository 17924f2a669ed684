#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that a desktop reads of Assay are valid and agree with each other."""
import configparser
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import tree
from tap import Skip, Tap

ID = 'io.github.assay_app.Assay'
DATA = tree.ROOT / 'data'


def validate(*command):
    if shutil.which(command[0]) is None:
        raise Skip(f'no {command[0]}')
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def desktop_file():
    validate('desktop-file-validate', DATA / f'{ID}.desktop')


def metainfo():
    validate('appstreamcli', 'validate', '--no-net', DATA / f'{ID}.metainfo.xml')


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


def icons_are_drawings():
    """Both icons are SVG that parse, square, and in the program's own resources."""
    resources = (tree.ROOT / 'ui' / 'assay.gresource.xml').read_text(encoding='utf-8')
    for name in (f'scalable/apps/{ID}.svg', f'symbolic/apps/{ID}-symbolic.svg'):
        root = ElementTree.parse(DATA / 'icons' / 'hicolor' / name).getroot()
        assert root.tag.endswith('svg') and root.get('width') == root.get('height'), name
        assert f'icons/hicolor/{name}' in resources, name


def main():
    tap = Tap()
    tap.run('desktop-file-validate accepts the desktop file', desktop_file)
    tap.run('appstreamcli accepts the metainfo', metainfo)
    tap.run('identifier, icon, mime type and program agree', names_agree)
    tap.run('icons are drawings and built in', icons_are_drawings)
    tap.finish()


if __name__ == '__main__':
    main()
