#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is private stays: no raw sample in a workspace, no path in what is handed on, no network."""
import os
import shutil
import struct
import subprocess
import tempfile

import numpy

import assay
from tap import Skip, Tap

FOLDER = assay.Folder().__enter__() / 'Blackthorn Quarterly'
WORK = FOLDER / 'job.assay'
N = 240
RANDOM = numpy.random.default_rng(3)
SECRETS = [f'quokka{i}zanzibar' for i in range(N)]
POINTS = RANDOM.normal(size=(N, 6)) + numpy.arange(N)[:, None] % 3 * 2


def make():
    """Texts, each with a word that nothing else has, and numbers beside them."""
    FOLDER.mkdir()
    words = ['alpha beta gamma', 'delta epsilon zeta', 'eta theta iota']
    with open(FOLDER / 'letters.csv', 'w', encoding='utf-8') as file:
        file.write('id,label,text\n')
        for i in range(N):
            file.write(f'r{i},c{i % 3 if i % 17 else 0},{words[i % 3]} {SECRETS[i]}\n')
    numpy.save(FOLDER / 'points.npy', POINTS.astype(numpy.float32))


def main_job(run=assay.run):
    """Opens, scores, groups, maps, decides; writes a subset, a report, a figure, exports."""
    run('new', WORK, FOLDER / 'letters.csv', '--label', 'label', '--text', 'text', '--features',
        FOLDER / 'points.npy')
    run('score', WORK, 'influence', 'self_confidence', 'label_issue', 'outlier')
    run('map', WORK, 'pca')
    run('cluster', WORK, 'kmeans')
    run('decide', WORK, 'drop', '--where', 'label_issue = 1', '--why', 'likely label error')
    run('whatif', WORK, '--where', 'label_issue = 1', '--verify')
    run('export', WORK, '--columns', 'id,influence', '-o', FOLDER / 'ids.csv')
    run('figure', WORK, 'map', '-o', FOLDER / 'map.svg')
    run('figure', WORK, 'map', '-o', FOLDER / 'map.png')
    run('curate', WORK, '-o', FOLDER / 'kept.csv')
    run('report', WORK, '-o', FOLDER / 'report.html')
    run('report', WORK, '-o', FOLDER / 'report.pdf')


def test_no_raw_sample():
    """A workspace without --embed holds no word that one row alone has, and no row's numbers"""
    make()
    main_job()
    found = WORK.read_bytes()
    assert not [word for word in SECRETS if word.encode() in found]
    for kind in ('<f4', '<f8'):
        rows = POINTS.astype('<f4').astype(kind)
        assert not [i for i in range(N) if rows[i].tobytes() in found], kind
    assert struct.pack('<3f', *POINTS[5, :3].astype('<f4')) not in found
    embedded = FOLDER / 'embedded.assay'  # the search finds them where they are
    assay.run('new', embedded, FOLDER / 'letters.csv', '--label', 'label', '--text', 'text',
              '--features', FOLDER / 'points.npy', '--embed')
    found = embedded.read_bytes()
    assert SECRETS[7].encode() in found
    assert POINTS[7].astype('<f4').tobytes() in found


def readable(path):
    """The file's bytes; of a PDF those of its streams, unpacked, too."""
    if path.suffix != '.pdf' or shutil.which('qpdf') is None:
        return path.read_bytes()
    plain = path.with_suffix('.plain')
    subprocess.run(['qpdf', '--qdf', '--stream-data=uncompress', path, plain], check=True)
    text = subprocess.run(['pdftotext', path, '-'], capture_output=True, check=True).stdout
    return plain.read_bytes() + text


def test_no_path():
    """Report, figures, exports and their certificates name no folder"""
    names = ['ids.csv', 'ids.csv.certificate.json', 'map.svg', 'map.png', 'report.html',
             'report.pdf', 'kept.csv', *sorted(p.name for p in FOLDER.iterdir()
                                               if p.name.startswith('kept.'))]
    places = [b'Blackthorn', FOLDER.parent.name.encode(), str(assay.ROOT).encode(),
              os.path.expanduser('~').encode() + b'/']
    for name in dict.fromkeys(names):
        found = readable(FOLDER / name)
        assert found, name
        assert not [place for place in places if place in found], (name, places)


def traced(*arguments):
    """Runs the program without network interfaces, its system calls on networks written down."""
    log = FOLDER / 'calls.txt'
    done = subprocess.run(['unshare', '--user', '--map-root-user', '--net', 'strace', '-f', '-qq',
                           '-e', 'trace=network', '-o', log, assay.CLI, *map(str, arguments)],
                          capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
                          env=assay.environment(LD_PRELOAD=''), timeout=580)
    assert done.returncode == 0, (arguments, done.stderr)
    calls = log.read_text(encoding='utf-8').splitlines()
    assert not [call for call in calls if 'AF_INET' in call or 'AF_PACKET' in call], calls
    return calls


def test_no_network():
    """The main job without a network interface makes no call of AF_INET or AF_INET6"""
    if shutil.which('strace') is None:
        raise Skip('strace is not installed')
    if 'ASSAY_PRELOAD' not in os.environ:
        raise Skip('the leak checker of the sanitizers cannot run under strace')
    with tempfile.TemporaryFile() as log:
        done = subprocess.run(['unshare', '--user', '--map-root-user', '--net', 'strace', '-f',
                               '-e', 'trace=network', '/usr/bin/python3', '-c',
                               'import socket; socket.socket(socket.AF_INET)'],
                              stderr=log, check=False)
        log.seek(0)
        if done.returncode != 0:
            raise Skip(f'unshare or strace is not allowed here: {log.read().decode()[:200]}')
        log.seek(0)
        assert b'AF_INET' in log.read(), 'the trace sees nothing'
    for path in FOLDER.iterdir():
        if path.name not in ('letters.csv', 'points.npy'):
            path.unlink()
    calls = []
    main_job(lambda *arguments: calls.extend(traced(*arguments)))
    print(f'# {len(calls)} calls about sockets of any kind')


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        assay.shutil.rmtree(FOLDER.parent)
