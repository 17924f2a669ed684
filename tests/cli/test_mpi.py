#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""assay-mpi: the plain run's bytes on 1, 2 and 4 ranks; what is wrong ends all ranks at once."""
import csv
import os
import shutil
import signal
import subprocess
import time

import numpy

import assay
from tap import Skip, Tap

FOLDER = assay.Folder().__enter__()
PROGRAM = os.environ.get('ASSAY_MPI', '')
SCORES = 'influence,loo,self_influence'
NEIGHBOURS = 'knn_shapley,knn_banzhaf,knn_beta'
ALLOWED = {'OMPI_ALLOW_RUN_AS_ROOT': '1', 'OMPI_ALLOW_RUN_AS_ROOT_CONFIRM': '1',
           'OMPI_MCA_rmaps_base_oversubscribe': '1', 'OMPI_MCA_mpi_yield_when_idle': '1'}


def command(ranks, *arguments):
    return ['mpirun', '--oversubscribe', '-n', str(ranks), PROGRAM, 'score',
            *map(str, arguments), '--threads', '1']


def mpi(ranks, *arguments):
    """Runs it; returns the finished process and its seconds."""
    if not PROGRAM or shutil.which('mpirun') is None:
        raise Skip('no MPI: nothing is known of assay-mpi here')
    env = dict(os.environ, **ALLOWED, XDG_CACHE_HOME=str(assay.CACHE))
    began = time.monotonic()
    done = subprocess.run(command(ranks, *arguments), capture_output=True, text=True, check=False,
                          env=env, timeout=400)
    return done, time.monotonic() - began


def shards(name, features, cuts):
    paths = []
    for k, part in enumerate(numpy.split(features.astype(numpy.float32), cuts)):
        paths.append(FOLDER / f'{name}{k}.npy')
        numpy.save(paths[-1], part)
    return paths


def column(path, name):
    with open(path, encoding='utf-8') as file:
        return numpy.array([float(row[name] or 'nan') for row in csv.DictReader(file)])


def digits():
    with open(assay.SAMPLE, encoding='utf-8') as file:
        rows = list(csv.reader(file))[1:]
    numpy.save(FOLDER / 'digit.npy', numpy.array([int(row[1]) for row in rows]))
    return shards('digits', numpy.array([row[2:] for row in rows], dtype=float), [500, 700, 1200])


def exported(work, scores):
    out = work.with_suffix('.csv')
    assay.run('export', work, '--columns', f'id,split,label,{scores}', '-o', out)
    described = assay.run_json('info', work)
    return out.read_bytes(), described.get('scores')


def compare(name, paths, *roles, scores=SCORES, parameters=()):
    plain = FOLDER / f'{name}-plain.assay'
    assay.run('new', plain, *paths, *roles)
    assay.run('score', plain, *scores.split(','), *parameters)
    expected = exported(plain, scores)
    for ranks in 1, 2, 4:
        work = FOLDER / f'{name}-{ranks}.assay'
        done, _ = mpi(ranks, *paths, *roles, '-m', scores, *parameters, '-o', work)
        assert done.returncode == 0, done.stderr
        assert done.stderr.count(f' of {ranks} sent ') == ranks, done.stderr
        assert exported(work, scores) == expected, f'{name}: {ranks} ranks, not the plain run'
    return expected[1]


def test_digits():
    """Softmax and neighbour values: digits in four shards"""
    compare('digits', digits(), '--label', FOLDER / 'digit.npy', scores=f'{SCORES},{NEIGHBOURS}')
    near = compare('nearest', digits(), '--label', FOLDER / 'digit.npy', scores=NEIGHBOURS,
                   parameters=['-p', 'nearest=200'])
    said = {score['id']: score['certificate'] for score in near}['knn_shapley']
    assert said['rows_ordered'] == 200 and 0 < said['error_at_most'] < 1 / 200, said
    assert said['exact'] == 'approximate: nearest', said
    whole = column(FOLDER / 'digits-plain.csv', 'knn_shapley')
    part = column(FOLDER / 'nearest-plain.csv', 'knn_shapley')
    worst = numpy.nanmax(numpy.abs(whole - part))
    print(f'# nearest=200: {worst:.2g} from all rows, at most {said["error_at_most"]:.2g}')
    assert 0 < worst <= said['error_at_most'], worst


def test_mixture():
    """Softmax, neighbour values and ridge: a mixture of 20000 rows in three shards"""
    random = numpy.random.default_rng(3)
    label = random.integers(0, 5, 20000)
    x = random.normal(size=(10, 32))[label] * .5 + random.normal(size=(20000, 32))
    paths = shards('mixture', x, [7000, 14000])
    numpy.save(FOLDER / 'class.npy', label)
    numpy.save(FOLDER / 'number.npy', 2 * x[:, 0] - x[:, 3] + random.normal(size=20000))
    compare('mixture', paths, '--label', FOLDER / 'class.npy', scores=f'{SCORES},{NEIGHBOURS}',
            parameters=['-p', 'nearest=500'])
    compare('numbers', paths, '--target', FOLDER / 'number.npy')


def refuse(said, *arguments):
    work = FOLDER / 'refused.assay'
    done, seconds = mpi(2, *arguments, '--label', FOLDER / 'digit.npy', '-o', work)
    assert done.returncode != 0 and said in done.stderr, done.stderr
    assert 'assay-mpi: rank ' in done.stderr, done.stderr
    assert seconds < 30, seconds
    assert not [path for path in FOLDER.iterdir() if 'refused' in path.name]


def test_wrong_shards():
    """A missing, a short and a narrow shard are named, and nothing is written"""
    first, *others = digits()
    refuse('none.npy', first, FOLDER / 'none.npy', *others[1:])
    short = FOLDER / 'short.npy'
    short.write_bytes(others[0].read_bytes()[:-100])
    refuse('short.npy', first, short, *others[1:])
    narrow = FOLDER / 'narrow.npy'
    numpy.save(narrow, numpy.zeros((200, 63), dtype=numpy.float32))
    refuse('63', first, narrow, *others[1:])
    refuse('density', first, *others, '-m', 'density')
    refuse('not shared out', first, *others, '-m', 'knn_shapley', '-p', 'utility=threshold')


def test_killed_rank():
    """A rank that is killed ends the run in seconds; nothing is written"""
    if not PROGRAM or shutil.which('mpirun') is None:
        raise Skip('no MPI: nothing is known of assay-mpi here')
    random = numpy.random.default_rng(5)
    paths = shards('killed', random.normal(size=(60000, 100)), [30000])
    numpy.save(FOLDER / 'many.npy', random.integers(0, 10, 60000))
    work = FOLDER / 'killed.assay'
    run = subprocess.Popen(command(2, *paths, '--label', FOLDER / 'many.npy', '-o', work),
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                           env=dict(os.environ, **ALLOWED, XDG_CACHE_HOME=str(assay.CACHE)))
    ranks = []
    while len(ranks) < 2 and run.poll() is None:
        listed = subprocess.run(['pgrep', '-P', str(run.pid), '-f', 'assay-mpi score'],
                                capture_output=True, text=True, check=False)
        ranks = listed.stdout.split()
    assert len(ranks) == 2, run.stderr.read()
    os.kill(int(ranks[1]), signal.SIGKILL)
    began = time.monotonic()
    said = run.communicate(timeout=60)[1]
    seconds = time.monotonic() - began
    print(f'# ended {seconds:.1f} s after the kill')
    assert run.returncode != 0 and seconds < 20, (seconds, said)
    assert not [path for path in FOLDER.iterdir() if path.name.startswith(('killed.assay', '.k'))]


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        shutil.rmtree(FOLDER)
