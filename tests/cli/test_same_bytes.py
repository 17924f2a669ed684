#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same bytes: for any number of threads, for two runs, in any locale."""
import pathlib
import subprocess

import numpy

import assay
from tap import Tap, Skip

FOLDER = assay.Folder().__enter__()
SCORES = ['influence', 'loo', 'self_influence', 'self_confidence', 'normalized_margin',
          'label_issue']


def exported(name, inputs, threads, env=None):
    """Bytes of the exported scores of a workspace made from nothing."""
    work, path = FOLDER / f'{name}.assay', FOLDER / f'{name}.csv'
    options = {'env': env}
    assay.run('--threads', threads, 'new', work, *inputs, **options)
    assay.run('--threads', threads, 'score', work, *SCORES, **options)
    assay.run('--threads', threads, 'map', work, 'pca', **options)
    assay.run('export', work, '--columns', ','.join(['id', 'split', *SCORES, 'map_x', 'map_y']),
              '-o', path, **options)
    return path.read_bytes()


def mixture():
    """Enough rows for several blocks of every loop: 3000 x 40, 7 classes."""
    random = numpy.random.default_rng(3)
    labels = random.integers(0, 7, 3000)
    centres = random.normal(size=(7, 40))
    values = centres[labels] + random.normal(size=(3000, 40))
    numpy.save(FOLDER / 'x.npy', values.astype(numpy.float32))
    (FOLDER / 'y.csv').write_text('y\n' + ''.join(f'k{k}\n' for k in labels), encoding='utf-8')
    return [FOLDER / 'y.csv', '--features', FOLDER / 'x.npy', '--label', 'y']


def test_threads_on_digits():
    """Digits: 1 thread, 2 threads, 3 threads, a second run"""
    first = exported('d1', [assay.SAMPLE], 1)
    assert first.count(b'\n') == 1798
    assert first == exported('d2', [assay.SAMPLE], 2), '1 and 2 threads differ'
    assert first == exported('d3', [assay.SAMPLE], 3), '1 and 3 threads differ'
    assert first == exported('d4', [assay.SAMPLE], 2), 'two runs differ'


def test_threads_on_a_mixture():
    """A mixture of 3000 x 40: 1 and 2 threads"""
    inputs = mixture()
    assert exported('m1', inputs, 1) == exported('m2', inputs, 2)


def test_seed():
    """Another seed draws other parts, the same seed the same"""
    def parts(name, seed):
        work = FOLDER / f'{name}.assay'
        assay.run('new', work, assay.SAMPLE, '--seed', seed)
        return assay.run('select', work, '--where', "split = 'train'")

    assert parts('s5', 5) == parts('s5b', 5) != parts('s6', 6)


def test_locale():
    """German and French locales change no number"""
    base = exported('c', [assay.SAMPLE], 2)
    plain = assay.run('info', FOLDER / 'c.assay', cwd=FOLDER)
    for name in ('de_DE', 'fr_FR'):
        where = FOLDER / 'locales'
        where.mkdir(exist_ok=True)
        done = subprocess.run(['localedef', '-i', name, '-f', 'UTF-8', where / f'{name}.UTF-8'],
                              capture_output=True, check=False)
        if not pathlib.Path(where / f'{name}.UTF-8').is_dir():
            raise Skip(f'localedef: {done.stderr.decode()[:80]}')
        env = {'LC_ALL': f'{name}.UTF-8', 'LANG': f'{name}.UTF-8', 'LOCPATH': str(where)}
        grouped = subprocess.run(['python3', '-c', 'import locale; locale.setlocale(locale.LC_ALL, '
                                  '""); print(locale.localeconv()["decimal_point"])'],
                                 capture_output=True, text=True, check=True,
                                 env=assay.environment(**env))
        assert grouped.stdout == ',\n', 'the locale itself is not in force'
        assert exported(name, [assay.SAMPLE], 2, env) == base, name
        text = assay.run('info', FOLDER / 'c.assay', cwd=FOLDER, env=env)
        assert text == plain, name


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        assay.shutil.rmtree(FOLDER)
