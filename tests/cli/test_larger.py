#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Features larger than the memory that is given: everything finishes, with the same values.

Usage: test_larger.py [ROWS [COLUMNS [MEGABYTES]]]. A feature file of float32, eight directions in
ten classes and noise, is scored (head, influence, values of nearest rows), mapped (PCA with its
neighbours compared) and asked for the neighbours of a row; a million rows and more without what
searches the neighbours of all, which takes an hour. Twice: with ASSAY_MEMORY at so many megabytes,
in a control group of its own of that limit where one can be made, and without a limit. Printed are
the peaks of RssAnon.
"""
import os
import pathlib
import resource
import subprocess
import sys
import threading
import time

import numpy

import assay
from tap import Tap

ROWS, COLUMNS, MEGABYTES = [int(a) for a in sys.argv[1:]] + [45000, 1200, 200][len(sys.argv) - 1:]
TESTS = assay.Folder()
FOLDER = TESTS.__enter__()
ALL = ['knn_shapley'] if ROWS < 1e6 else []
JOBS = [('new', '{w}', '--features', FOLDER / 'x.npy', '--label', FOLDER / 'y.npy', '--valid',
         '0.02' if ROWS < 1e6 else '0.002'),
        ('score', '{w}', 'influence', *ALL),
        ('map', '{w}', 'pca', '-p', 'approximate_above=20000', '-p',
         'honesty=' + ('yes' if ALL else 'no')),
        ('nearest', '{w}', '1234', '20'),
        ('export', '{w}', '--columns', ','.join(['id', 'influence', 'map_x', 'map_y', *ALL]
                                                + ['map_trust'] * len(ALL)), '-o', '{w}.csv')]
PROGRAMS = {'nearest': [os.environ['ASSAY_PROBE_NEAREST']]}
PEAKS, SAID = {}, {}


def make_files():
    draw = numpy.random.default_rng(1)
    x = numpy.lib.format.open_memmap(FOLDER / 'x.npy', 'w+', numpy.float32, (ROWS, COLUMNS))
    directions = draw.standard_normal((8, COLUMNS), numpy.float32)
    means = draw.standard_normal((10, 8), numpy.float32) * 1.5
    y = draw.integers(0, 10, ROWS)
    for first in range(0, ROWS, 20000):
        part = y[first:first + 20000]
        inner = draw.standard_normal((len(part), 8), numpy.float32) + means[part]
        x[first:first + 20000] = inner @ directions \
            + draw.standard_normal((len(part), COLUMNS), numpy.float32) * .3
    x.flush()
    os.sync()  # only what is on the disk can be forgotten
    wrong = draw.random(ROWS) < .03
    numpy.save(FOLDER / 'y.npy', numpy.where(wrong, draw.integers(0, 10, ROWS), y))


def make_group():
    """A memory group below our own, with the limit; None where that is not allowed."""
    for line in pathlib.Path('/proc/self/cgroup').read_text(encoding='utf-8').splitlines():
        _, kind, path = line.split(':', 2)
        tree = {'memory': 'memory', '': '.'}.get(kind)
        group = pathlib.Path('/sys/fs/cgroup', tree or '', path[1:], f'assay-test-{os.getpid()}')
        limit = group / ('memory.limit_in_bytes' if kind else 'memory.max')
        if tree is None or not group.parent.is_dir():
            continue
        try:
            group.mkdir()
            if not limit.exists():
                raise OSError('memory is not shared out below this group')
            limit.write_text(str(MEGABYTES << 20), encoding='ascii')
            return group
        except OSError:
            if group.is_dir():
                group.rmdir()
    return None


def watch(process, peak):
    while process.poll() is None:
        try:
            status = pathlib.Path(f'/proc/{process.pid}/status').read_text(encoding='ascii')
        except OSError:
            return
        if 'RssAnon:' in status:
            peak[0] = max(peak[0], int(status.split('RssAnon:')[1].split()[0]) // 1024)
        time.sleep(.005)


def call(words, limited, group):
    """Runs one command; the peak of its memory in MB, and what it printed."""
    env = assay.environment(TMPDIR=str(FOLDER))
    env.pop('LD_PRELOAD', None)
    if limited:
        env['ASSAY_MEMORY'] = str(MEGABYTES)

    def enter():
        if group is None:
            return
        if ROWS >= 1e6:  # pages that are cached already are someone else's; of fewer rows all
            # neighbours are searched, which would read a hundred times as much from the disk
            with open(FOLDER / 'x.npy', 'rb') as features:
                os.posix_fadvise(features.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        (group / 'cgroup.procs').write_text(str(os.getpid()), encoding='ascii')

    def worked():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    started, before, peak = time.monotonic(), worked(), [0]
    program = PROGRAMS[words[0]] + words[1:] if words[0] in PROGRAMS else [assay.CLI, *words]
    with subprocess.Popen(program, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, env=env,
                          preexec_fn=enter if limited else None) as process:
        watcher = threading.Thread(target=watch, args=(process, peak))
        watcher.start()
        printed, errors = process.communicate()
        watcher.join()
    assert process.returncode == 0, f'{words}: exit {process.returncode}: {errors}'
    print(f'# {words[0]}, {f"{MEGABYTES} MB given" if limited else "no limit"}: '
          f'{time.monotonic() - started:.1f} s, {worked() - before:.1f} s of processors, '
          f'at most {peak[0]} MB of its own', flush=True)
    return peak[0], printed


def run_all(limited):
    name = 'limited' if limited else 'free'
    group = make_group() if limited else None
    if limited:
        print(f'# features of {(FOLDER / "x.npy").stat().st_size >> 20} MB; control group: '
              f'{"made" if group else "none"}', flush=True)
    try:
        for words in JOBS:
            words = [str(word).format(w=FOLDER / f'{name}.assay') for word in words]
            PEAKS[name, words[0]], SAID[name, words[0]] = call(words, limited, group)
    finally:
        if group is not None:
            group.rmdir()


def test_limited():
    """Head, influence, values of nearest rows and PCA map of features that memory does not hold"""
    make_files()
    run_all(True)
    for (name, command), peak in PEAKS.items():
        assert peak <= MEGABYTES, f'{name} {command}: {peak} MB'


def test_same():
    """The values are those of a run without a limit"""
    run_all(False)
    limited, free = ((FOLDER / f'{name}.assay.csv').read_bytes() for name in ('limited', 'free'))
    assert limited == free and limited.count(b'\n') == ROWS + 1
    assert SAID['limited', 'nearest'] == SAID['free', 'nearest']
    assert SAID['free', 'nearest'].count('\n') == 20


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        TESTS.__exit__(None, None, None)
