#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed or interrupted at any moment: what was said to be done is there, the rest is not."""
import random
import signal
import subprocess
import time

import numpy

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'big.assay'
RANDOM = random.Random(7)


def start(*arguments):
    return subprocess.Popen([assay.CLI, *map(str, arguments)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env=assay.environment())


def make():
    """A workspace whose scores take long enough to be hit, with one score stored."""
    rng = numpy.random.default_rng(5)
    n, d, k = 4000, 40, 6
    labels = rng.integers(0, k, n)
    values = rng.normal(size=(k, d))[labels] + 2 * rng.normal(size=(n, d))
    numpy.save(FOLDER / 'x.npy', values.astype(numpy.float32))
    (FOLDER / 'y.csv').write_text('y\n' + ''.join(f'k{i}\n' for i in labels), encoding='utf-8')
    assay.run('new', WORK, FOLDER / 'y.csv', '--features', FOLDER / 'x.npy', '--label', 'y')
    assay.run('score', WORK, 'self_influence')


def strangers():
    """Files that a finished run does not leave."""
    known = {'x.npy', 'y.csv', 'big.assay', '.big.assay.lock', 'big.assay-journal'}
    return [p.name for p in FOLDER.iterdir() if p.name not in known]


def exported():
    """The bytes of an export, which is taken away again with its certificate."""
    path = FOLDER / 'x.csv'
    assay.run('export', WORK, '-o', path)
    found = path.read_bytes()
    path.unlink()
    (FOLDER / 'x.csv.certificate.json').unlink()
    return found


def test_kill_during_score():
    """kill -9 during a score: the workspace opens, with what was stored before"""
    make()
    begin = time.monotonic()
    assay.run('score', WORK, 'influence', 'loo')
    whole = time.monotonic() - begin
    before = exported()
    for _ in range(5):
        process = start('score', WORK, 'influence', 'loo')
        time.sleep(RANDOM.uniform(0.05, 1.0) * whole)
        process.kill()
        process.communicate()
        ids = [s['id'] for s in assay.run_json('info', WORK)['scores']]
        assert ids == ['self_influence', 'influence', 'loo'], ids
    assert exported() == before
    assert not strangers(), strangers()


def test_kill_during_decisions():
    """kill -9 during decisions: every one that was confirmed is in the log, in order"""
    confirmed = []
    for i in range(10):
        value = f'tag{i}'
        process = start('decide', WORK, 'tag', '--where', f'row % 10 = {i}', '--value', value)
        time.sleep(RANDOM.uniform(0.0, 0.12))
        process.kill()
        out, _ = process.communicate()
        if out.startswith('decided'):
            confirmed.append(value)
        log = [e['value'] for e in assay.run_json('decide', WORK, 'log')['decisions']]
        assert [v for v in log if v in confirmed] == confirmed, (log, confirmed)
        assert log == sorted(set(log), key=log.index)
    assay.run('decide', WORK, 'keep', '--where', 'row < 5')


def test_kill_during_new_and_export():
    """kill -9 during new and export: a whole file or none"""
    for i in range(5):
        work, path = FOLDER / f'n{i}.assay', FOLDER / f'e{i}.csv'
        for process in (start('new', work, FOLDER / 'y.csv', '--features', FOLDER / 'x.npy',
                              '--label', 'y'), start('export', WORK, '-o', path)):
            time.sleep(RANDOM.uniform(0.0, 0.15))
            process.kill()
            process.communicate()
        if work.exists():
            assert assay.run_json('info', work)['rows'] == 4000
        if path.exists():
            assert path.read_bytes().count(b'\n') == 4001


def test_interrupt():
    """SIGINT: exit 130, nothing changed, at once"""
    before = WORK.read_bytes()
    hit = False
    for wait in (0.4, 0.2, 0.1, 0.05):
        process = start('score', WORK, 'loo', 'influence')
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        if process.returncode == 0:
            before = WORK.read_bytes()
            continue  # it was done first
        if process.returncode == -signal.SIGINT:
            continue  # it came before the program had begun
        assert process.returncode == 130, (process.returncode, err)
        assert out == '' and err == 'assay-cli: interrupted, nothing was changed\n', err
        assert WORK.read_bytes() == before
        hit = True
    assert hit, 'no interrupt came in time'


def test_read_only():
    """A second program while one writes: it reads, and says why it cannot write"""
    import fcntl
    import os
    lock = FOLDER / '.big.assay.lock'
    with open(lock, 'a+b') as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert assay.run_json('info', WORK)['rows'] == 4000
        message = assay.fail('decide', WORK, 'keep', '--where', '1')
        assert 'big.assay' in message and 'read' in message, message
    if os.getuid() != 0:
        os.chmod(WORK, 0o444)
        assert 'read' in assay.fail('decide', WORK, 'keep', '--where', '1')


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        assay.shutil.rmtree(FOLDER)
