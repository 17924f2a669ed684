#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogues of the window hold what the sources say, and only that; po/update mends them."""
import importlib.machinery
import importlib.util
import pathlib
import re
import shutil
import subprocess
import tempfile

import tree
from tap import Skip, Tap

HOW = 'run po/update, write the translation into po/{0}.po, try po/update --list'
# Files of core whose errors no person meets in the window: ranks, owners apart, and records that
# only the command line makes or reads again.
NOT_IN_WINDOW = re.compile(
    r'mpi/|base/ranks\.c|model/(class_blocks|owners|release|site_)'
    r'|work/(arms|owner_|owners|rank_|release|replay|work_(owners|rank)|load_ranks)')
STRING = r'"(?:[^"\\\n]|\\.)*"'
# Where xgettext learns to read the templates and the metainfo from, and their Debian packages.
RULES = {'gtk4builder.its': 'libgtk-4-dev', 'metainfo.its': 'appstream'}


def po_update():
    """po/update as a module: it has no ending, being a command."""
    loader = importlib.machinery.SourceFileLoader('po_update', str(tree.ROOT / 'po' / 'update'))
    spec = importlib.util.spec_from_loader('po_update', loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


PO = po_update()


def needs_gettext():
    for program in ('xgettext', 'msgfmt', 'msgcat'):
        if shutil.which(program) is None:
            raise Skip(f'no {program}')


def none(faults):
    faults = list(faults)
    assert not faults, '\n' + '\n'.join(faults)


def files_named():
    """Every file with words to translate stands in POTFILES.in, and no other."""
    there, named = set(PO.sources()), PO.listed()
    none([f'po/POTFILES.in lacks {name}: run po/update' for name in sorted(there - set(named))]
         + [f'po/POTFILES.in names {name}, which has no words: run po/update'
            for name in sorted(set(named) - there)]
         + [f'po/POTFILES.in is not sorted at {b}' for a, b in zip(named, named[1:]) if a >= b])


def formats_valid():
    """msgfmt finds no fault in a catalogue: format strings, plurals, header, keyboard letters."""
    needs_gettext()
    for language in PO.languages():
        done = subprocess.run(['msgfmt', '--check', '--check-format', '--check-accelerators=_',
                               '-o', '/dev/null', PO.PO / f'{language}.po'],
                              capture_output=True, text=True, check=False)
        faults = done.stderr.strip()
        assert done.returncode == 0 and not faults, faults


def none_fuzzy():
    needs_gettext()
    none(f'{language}: {files}: fuzzy: "{msgid}"; ' + HOW.format(language)
         for language in PO.languages()
         for _, msgid, files, flags, _ in PO.entries(PO.PO / f'{language}.po')
         if 'fuzzy' in flags)


def with_template(function):
    """Calls the function with the strings as they stand in the sources now."""
    needs_gettext()
    for rule, package in RULES.items():
        if not pathlib.Path('/usr/share/gettext/its', rule).exists():
            raise Skip(f'no {rule} (of {package})')
    with tempfile.TemporaryDirectory() as folder:
        pot = pathlib.Path(folder) / 'assay.pot'
        warnings = PO.template(pot)
        assert not warnings, warnings
        function(pot)


def all_translated(pot):
    none(f'{language}: {files}: {what}: "{msgid}"; ' + HOW.format(language)
         for language, files, what, msgid in PO.missing(pot))


def none_unused(pot):
    none(f'{language}: no file says "{msgid}" any more: run po/update'
         for language, msgid in PO.unused(pot))


def notes_marked():
    """What core notes of files and methods is marked for the catalogues; "%s" passes on what is."""
    call = re.compile(r'\bay_diagnostics_add \((?:[^;"{]|"(?:[^"\\\n]|\\.)*")*;')
    none(f'{path.relative_to(tree.ROOT)}: not marked with N_ (): {" ".join(found[0].split())}'
         for path in sorted((tree.ROOT / 'src' / 'core').rglob('*.c'))
         for found in call.finditer(path.read_text(encoding='utf-8'))
         if 'N_ (' not in found[0] and '"%s"' not in found[0])


def errors_marked():
    """So is what core refuses, where it is set or given to what sets it: sentences, of two words or
    more. Names of data and what is put together of parts, as "%s: %s", have none of their own."""
    call = re.compile(r'\b(?:g_set_error(?:_literal)?|fail|refuse|bad|damaged|stop|unsupported'
                      r'|no_history|complain|set_error|\w+_(?:refuse|fail|fail_line|malformed)) \('
                      rf'(?:[^;"{{]|{STRING})*;')
    marked = re.compile(rf'N_ \((?:\s*{STRING})+\)')
    sentence = re.compile(r"[a-z]{2,}[^a-z]*[ %].*[a-z]{2,}")
    none(f'{path.relative_to(tree.ROOT)}: not marked with N_ (): {text[0]}'
         for path in sorted((tree.ROOT / 'src' / 'core').rglob('*.c'))
         if not NOT_IN_WINDOW.match(str(path.relative_to(tree.ROOT / 'src' / 'core')))
         for found in call.finditer(path.read_text(encoding='utf-8'))
         for text in re.finditer(STRING, marked.sub('', found[0]))
         if sentence.search(re.sub(r'%[-+ #0-9.*]*[a-z]+|\\.', '%', text[0])))


def main():
    tap = Tap()
    tap.run('POTFILES.in names the files with words, sorted', files_named)
    tap.run('format strings, plurals and headers are valid', formats_valid)
    tap.run('nothing fuzzy', none_fuzzy)
    tap.run('every note of core is marked', notes_marked)
    tap.run('every error of core is marked that a person may meet', errors_marked)
    tap.run('nothing that is not said any more', with_template, none_unused)
    tap.run('everything is translated', with_template, all_translated)
    tap.finish()


if __name__ == '__main__':
    main()
