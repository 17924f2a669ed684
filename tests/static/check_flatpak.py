#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Flatpak manifest: flatpak-builder takes it, it pins what it builds, and lets nothing in."""
import json
import re
import shutil
import subprocess

import tree
from tap import Skip, Tap

MANIFEST = tree.ROOT / 'flatpak' / 'io.github.assay_app.Assay.json'


def read():
    return json.loads(MANIFEST.read_text(encoding='utf-8'))


def accepted():
    if shutil.which('flatpak-builder') is None:
        raise Skip('no flatpak-builder')
    done = subprocess.run(['flatpak-builder', '--show-manifest', MANIFEST], capture_output=True,
                          text=True, check=False, cwd=MANIFEST.parent)
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert [m['name'] for m in shown['modules']] == [m['name'] for m in read()['modules']]


def pinned():
    for module in read()['modules'][:-1]:
        source = module['sources'][0]
        assert source['type'] == 'git' and source['url'].startswith('https://'), source
        assert source['tag'] and re.fullmatch('[0-9a-f]{40}', source['commit']), source
    assert read()['modules'][-1]['sources'] == [{'type': 'dir', 'path': '..'}]


def closed():
    wanted = {'--socket=wayland', '--socket=fallback-x11', '--share=ipc', '--device=dri'}
    assert set(read()['finish-args']) == wanted


def named():
    desktop = (tree.ROOT / 'data' / f'{read()["id"]}.desktop').read_text(encoding='utf-8')
    assert f'\nExec={read()["command"]} ' in desktop


def main():
    tap = Tap()
    tap.run('flatpak-builder takes the manifest', accepted)
    tap.run('modules are tags of upstream, each with its commit', pinned)
    tap.run('no network, no folders, no bus', closed)
    tap.run('identifier and program agree with the desktop file', named)
    tap.finish()


if __name__ == '__main__':
    main()
