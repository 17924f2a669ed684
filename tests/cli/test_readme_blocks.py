#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every block of assay-cli's commands in the README is run as it is written, in order, in a folder
that holds what they name, that of assay-mpi on two ranks. Left out, with the reason: LEFT_OUT; only
read for their syntax: MACHINES."""
import os
import pathlib
import re
import shutil
import subprocess
import time

import numpy

import assay
from tap import Skip, Tap

FOLDER = assay.Folder().__enter__()
MPI = pathlib.Path(assay.CLI).resolve().parents[1] / 'mpi' / 'assay-mpi'
TEXT = (assay.ROOT / 'README.md').read_text(encoding='utf-8')
# The first words of a block, and why it is not run here.
LEFT_OUT = {
    'src/run': 'runs this very suite, and opens a window',
    'assay-cli suggest work.assay': 'a person labels between its lines; test cli_loop',
    'assay-cli arms digits.assay': 'a training of the reader is between its lines; test cli_arms',
    'assay-cli history digits.assay import': 'needs the files of another tool; test cli_history',
}
# What a block has that needs other machines.
MACHINES = ['--hostfile', 'srun ']
MPIRUN = {'OMPI_ALLOW_RUN_AS_ROOT': '1', 'OMPI_ALLOW_RUN_AS_ROOT_CONFIRM': '1',
          'OMPI_MCA_rmaps_base_oversubscribe': '1', 'OMPI_MCA_mpi_yield_when_idle': '1'}


def prepare():
    """The files that the reader has: a next version of the digits, texts, vectors, a matrix."""
    rng = numpy.random.default_rng(1)
    (FOLDER / 'data').symlink_to(assay.ROOT / 'data')
    (FOLDER / 'bin').mkdir()
    (FOLDER / 'bin' / 'assay-cli').symlink_to(assay.CLI)
    if MPI.exists():
        (FOLDER / 'bin' / 'assay-mpi').symlink_to(MPI)
    lines = assay.SAMPLE.read_text(encoding='utf-8').splitlines(keepends=True)
    (FOLDER / 'digits2.csv').write_text(''.join(lines[:-20]), encoding='utf-8')
    words = [['good', 'fine', 'great'], ['bad', 'poor', 'awful'], ['late', 'lost', 'slow']]
    with open(FOLDER / 'reviews.csv', 'w', encoding='utf-8') as file:
        file.write('review,category\n')
        for i in range(300):
            kind = i % 3
            text = ' '.join(rng.choice(words[kind] + ['it', 'was', 'the', 'parcel'], 8))
            file.write(f'{text},c{kind}\n')
    labels = numpy.arange(300) % 3
    vectors = (rng.normal(size=(300, 8)) + 2 * labels[:, None]).astype(numpy.float32)
    (FOLDER / 'labels.csv').write_text('id,label\n' + ''.join(
        f'r{i},c{c}\n' for i, c in enumerate(labels)), encoding='utf-8')
    numpy.save(FOLDER / 'embeddings.npy', vectors)
    numpy.savez(FOLDER / 'mine.npz', features=vectors, label=labels.astype(str))
    for i in range(3):
        numpy.save(FOLDER / f'part-{i}.npy', vectors[100 * i:100 * (i + 1)])
    numpy.save(FOLDER / 'labels.npy', labels)
    (FOLDER / 'parts.csv').write_text('split\n' + ''.join(
        ('valid', 'test', 'train', 'train', 'train')[i % 5] + '\n' for i in range(300)),
        encoding='utf-8')


def blocks():
    for match in re.finditer(r'^```(\w*)\n(.*?)^```$', TEXT, re.MULTILINE | re.DOTALL):
        if match.group(1) in ('sh', ''):
            yield match.group(2)


def run(block):
    for start, why in LEFT_OUT.items():
        if block.startswith(start):
            raise Skip(why)
    there = any(words in block for words in MACHINES)
    if 'assay-mpi' in block and not there and not (MPI.exists() and shutil.which('mpirun')):
        raise Skip('no MPI here: README is not known to be right on assay-mpi')
    if 'trak.npy' in block:
        parts = assay.run_json('info', FOLDER / 'digits.assay')['parts']
        rng = numpy.random.default_rng(2)
        numpy.save(FOLDER / 'trak.npy', rng.normal(size=(parts['valid'], parts['train'])))
    if block.startswith('assay-cli new mine.assay'):
        (FOLDER / 'mine.assay').unlink(missing_ok=True)  # two ways to the same
    begin = time.monotonic()
    env = assay.environment(PATH=f'{FOLDER}/bin:{os.environ["PATH"]}', **MPIRUN)
    done = subprocess.run(['bash', '-n' if there else '-e', '-c', block], cwd=FOLDER,
                          capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=580, env=env)
    print(f'# {time.monotonic() - begin:5.1f} s')
    assert done.returncode == 0, (block, done.returncode, done.stdout[-2000:], done.stderr)


def main():
    tap = Tap()
    prepare()
    for block in blocks():
        tap.run(block.split('\n', 1)[0][:90].replace('#', ' '), run, block)
    tap.finish()


if __name__ == '__main__':
    try:
        main()
    finally:
        assay.shutil.rmtree(FOLDER)
