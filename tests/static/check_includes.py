#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrows run one way: each layer includes only the layers below it."""
import re

import tree
from tap import Tap

# What each layer may include besides itself. core/shim is the lowest: C faces of C++ libraries.
BASE = {'core/shim', 'core/base'}
DATA = BASE | {'core/data'}
GRAPH = BASE | {'core/graph'}
MODEL = DATA | GRAPH | {'core/model'}
SCORE = MODEL | {'core/project', 'core/score'}
SELECT = SCORE | {'core/select'}
GAIN = SELECT | {'core/gain'}
CURATE = GAIN | {'core/curate'}
CORE = CURATE | {'core/store', 'core/work'}
ALLOWED = {
    'core/shim': set(),
    'core/base': BASE,
    'core/data': DATA,
    'core/store': DATA,
    'core/graph': GRAPH,
    'core/project': GRAPH,
    'core/model': MODEL,
    'core/score': SCORE,
    'core/select': SELECT,
    'core/gain': GAIN,
    'core/curate': CURATE,
    'core/work': CORE,
    'figure': BASE,
    'report': BASE | {'figure'},
    'cli': CORE | {'figure', 'report'},
    'app': CORE | {'figure', 'report'},
    'mpi': CORE,
}
# Libraries that only some layers may see.
LIBRARIES = {
    re.compile(r'gtk/|gdk/|gsk/|adwaita'): {'app'},
    re.compile(r'cairo|pango/'): {'figure', 'report', 'app'},
    re.compile(r'gdk-pixbuf/'): {'core/data', 'figure', 'report', 'app'},
    re.compile(r'mpi\.h'): {'mpi'},
    re.compile(r'sqlite3'): {'core/store', 'core/work'},
    re.compile(r'simdjson|fast_float|charconv'): {'core/shim'},
}
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^">]+)[">]')
# written when the program is built
MADE = ('assay-config.h', 'app/core_formats.inc')


def layer_of(path):
    """The layer of a path inside src ("core/base/matrix.h" -> "core/base")."""
    parts = path.split('/')
    return '/'.join(parts[:2]) if parts[0] == 'core' else parts[0]


def faults_in(path):
    layer = layer_of(str(path.relative_to(tree.ROOT / 'src')))
    allowed = ALLOWED.get(layer)
    if allowed is None:
        yield f'{tree.name(path)}: a folder that the layers do not know'
        return
    for number, line in tree.lines(path):
        match = INCLUDE.match(line)
        if match is None:
            continue
        quote, target = match.groups()
        where = f'{tree.name(path)}:{number}'
        if quote == '"' and target not in MADE:
            if not (tree.ROOT / 'src' / target).is_file():
                yield f'{where}: "{target}" is not a path from src'
            elif layer_of(target) not in allowed | {layer}:
                yield f'{where}: {layer} may not include {layer_of(target)} ("{target}")'
        for library, layers in LIBRARIES.items():
            if quote == '<' and library.match(target) and layer not in layers:
                yield f'{where}: {layer} may not include <{target}>'


def main():
    tap = Tap()
    sources = tree.files('.c', '.h', '.cc', under=('src',))
    for layer in sorted({layer_of(str(p.relative_to(tree.ROOT / 'src'))) for p in sources}):
        mine = [p for p in sources if layer_of(str(p.relative_to(tree.ROOT / 'src'))) == layer]
        tap.check(f'includes of {layer}', [fault for p in mine for fault in faults_in(p)])
    tap.finish()


if __name__ == '__main__':
    main()
