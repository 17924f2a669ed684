# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job, step by step, and what a folder holds after each: for tests that break it."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import time

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'cli'))
import assay  # noqa: E402  pylint: disable=wrong-import-position

# Hidden files that a process which cannot clean up leaves behind.
LEFT = re.compile(r'(.*/)?(\..*\.lock|.*-journal|\..*\.[A-Za-z0-9]{6}(/.*)?)$')
# A report proves first, which is counted and kept, and is written then: two changes, in this order.
SEVERAL = ('report-html', 'report-pdf')
# What counts the looks at the test part: one more where a step was killed after its look.
LOOKS = re.compile(r': (setting test|proof .*)$|^report\.|\.certificate\.json$')
LIKELY = "label_issue = 1 AND split = 'train'"


def write_inputs(folder, n=240, d=6):
    """A table with texts, a matrix of features, scores from elsewhere."""
    rng = numpy.random.default_rng(3)
    folder.mkdir()
    words = ['alpha beta gamma', 'delta epsilon zeta', 'eta theta iota']
    with open(folder / 'rows.csv', 'w', encoding='utf-8') as file:
        file.write('id,label,text\n')
        for i in range(n):
            file.write(f'r{i},c{i % 3 if i % 17 else 0},{words[i % 3]} word{i}\n')
    values = rng.normal(size=(n, d)) + numpy.arange(n)[:, None] % 3 * 2
    values[n - 20:n - 10] = values[:10]
    numpy.save(folder / 'x.npy', values.astype(numpy.float32))
    with open(folder / 'mine.csv', 'w', encoding='utf-8') as file:
        file.write('id,mine\n' + ''.join(f'r{i},{i % 13}\n' for i in range(n)))


def steps(folder):
    """(name, words of the command) of the whole job, in order."""
    work, data = folder / 'job.assay', folder / 'rows.csv'
    return [
        ('new', ['new', work, data, '--label', 'label', '--features', folder / 'x.npy']),
        ('score', ['score', work, 'influence', 'self_confidence', 'label_issue']),
        ('import', ['import', work, folder / 'mine.csv']),
        ('redundancy', ['redundancy', work]),
        ('map', ['map', work, 'pca']),
        ('cluster', ['cluster', work, 'kmeans']),
        ('drop', ['decide', work, 'drop', '--where', LIKELY, '--why', 'likely label error']),
        ('tag', ['decide', work, 'tag', '--where', 'row < 9', '--value', 'seen']),
        ('undo', ['decide', work, 'undo']),
        ('prove', ['whatif', work, '--where', LIKELY, '--verify']),
        ('pin', ['finding', work, 'pin', '--where', LIKELY, '--sentence', 'These hurt.']),
        ('simulate', ['simulate', work, '--strategy', 'margin', '--repeats', '1', '--rounds', '3']),
        ('csv', ['export', work, '-o', folder / 'all.csv']),
        ('npz', ['export', work, '--columns', 'influence', '-o', folder / 'influence.npz']),
        ('svg', ['figure', work, 'map', '-o', folder / 'map.svg']),
        ('png', ['figure', work, 'map', '-o', folder / 'map.png']),
        ('pdf', ['figure', work, 'map', '-o', folder / 'map.pdf']),
        ('curate', ['curate', work, '-o', folder / 'kept.csv', '--dropped', folder / 'gone.csv']),
        ('apply', ['curate', work, '--apply']),
        ('report-html', ['report', work, '-o', folder / 'report.html']),
        ('report-pdf', ['report', work, '-o', folder / 'report.pdf']),
        ('embed', ['new', folder / 'inside.assay', data, '--label', 'label', '--text', 'text',
                   '--embed']),
    ]


def words_of(folder, step):
    return ['--quiet', *map(str, dict(steps(folder))[step])]


def environment(folder, **more):
    """Nothing is preloaded but what is asked for, and made features are kept in the folder."""
    env = {name: value for name, value in os.environ.items()
           if name not in ('LD_PRELOAD', 'ASSAY_CACHE')}
    env.update(ASSAY_CACHE=str(folder / 'cache'), XDG_CACHE_HOME=str(folder / 'cache'), **more)
    return env


def call(folder, step, **more):
    return subprocess.run([assay.CLI, *words_of(folder, step)], capture_output=True, text=True,
                          check=False, stdin=subprocess.DEVNULL, timeout=300, cwd=folder,
                          env=environment(folder, **more))


def copy_into(source, target):
    """The folder target becomes as source is."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)


def workspace_state(path):
    """What a workspace holds, by name; times of day are left out."""
    state = {}
    with sqlite3.connect(f'file:{path}?mode=ro', uri=True) as db:
        assert db.execute('PRAGMA integrity_check').fetchall() == [('ok',)], path
        for key, kind, name, text, *more, size in db.execute(
                'SELECT id, kind, name, json, type, rows, size FROM item').fetchall():
            data = b''.join(bytes(part) for (part,) in db.execute(
                'SELECT data FROM chunk WHERE item = ? ORDER BY part', (key,)))
            assert len(data) == (size or 0), (path, kind, name, size, len(data))
            if text is not None:
                json.loads(text)
            state[f'{path.name}: {kind} {name}'] = (more, size, text,
                                                    hashlib.sha256(data).hexdigest())
        assert db.execute('SELECT count (*) FROM chunk WHERE item NOT IN (SELECT id FROM item)'
                          ).fetchone() == (0,), path
        for seq, *more in db.execute('SELECT seq, parent, kind, value, why, count, rows'
                                     ' FROM decision').fetchall():
            state[f'{path.name}: decision {seq}'] = more
        state[f'{path.name}: pointer'] = db.execute('SELECT head, tip FROM pointer').fetchone()
    db.close()
    return state


def state_of(folder):
    """What the folder holds: its files and what is in its workspaces. The cache is left out."""
    state = {}
    for path in sorted(folder.rglob('*')):
        name = path.relative_to(folder)
        if path.is_dir() or name.parts[0] == 'cache':
            continue
        state[str(name)] = True
        if path.suffix == '.assay':
            state.update(workspace_state(path))
        else:
            state[str(name)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return state


class States:
    """What the job's folder is before and after each step, kept as folders to start from."""

    def __init__(self, root, chosen=None):
        self.root = root
        self.folder = root / 'job'  # where every run takes place: paths must not differ
        self.names = [name for name, _ in steps(self.folder)]
        self.before, self.after, self.loose, self.seconds = {}, {}, {}, {}
        write_inputs(self.folder)
        for name in self.names:
            copy_into(self.folder, root / 'before' / name)
            self.before[name] = state_of(self.folder)
            if chosen is None or name in chosen:
                other = self._run(name)
                copy_into(root / 'before' / name, self.folder)
                second = int(time.time())
                while int(time.time()) == second:  # times of day are whole seconds
                    time.sleep(0.02)
            self.after[name] = self._run(name)
            if chosen is None or name in chosen:
                # What differs between two runs of the same (times, durations) is not compared.
                self.loose[name] = {key for key, value in self.after[name].items()
                                    if other.get(key) != value}

    def _run(self, name):
        done = call(self.folder, name)
        assert done.returncode == 0 and done.stderr == '', (name, done.stderr)
        return state_of(self.folder)

    def start(self, name):
        """Puts the folder back to what it is before the step."""
        copy_into(self.root / 'before' / name, self.folder)

    def run_again(self):
        """Runs the whole job once more: what differs then is not compared from now on."""
        self.start(self.names[0])
        loose = set()
        for name in self.names:
            began = time.monotonic()
            state = self._run(name)
            self.seconds[name] = time.monotonic() - began
            for key, value in state.items():
                if self.after[name].get(key) != value or LOOKS.search(key):
                    loose.add(key)
        self.loose = dict.fromkeys(self.names, loose)

    def differences(self, name, expected, found):
        """Keys that differ between two states, times aside."""
        return sorted(key for key in expected.keys() | found.keys()
                      if key not in found or key not in expected
                      or (key not in self.loose[name] and expected[key] != found[key]))
