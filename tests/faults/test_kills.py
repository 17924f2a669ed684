#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job killed at random moments: test_kills.py [N] kills it N times (default 20).

Steps run one after the other until SIGKILL comes. Then the workspace opens, all steps that were
reported done are there, the one that was hit is there whole or not at all, and the job goes on from
there.
"""
import random
import subprocess
import sys

import job
from job import assay
from tap import Tap

RANDOM = random.Random(17)
SEEN = {'kills': 0, 'steps': 0, 'jobs': 0, 'unsaid': 0, 'midway': 0}


def visible(state):
    return {name: value for name, value in state.items() if not job.LEFT.match(name)}


def run_until_killed(states, at):
    """Runs steps from the at-th on, each for a random part of what it takes; the index of the one
    that was killed, or how many there are."""
    while at < len(states.names):
        name = states.names[at]
        process = subprocess.Popen([assay.CLI, *job.words_of(states.folder, name)],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, env=job.environment(states.folder))
        try:
            _, message = process.communicate(timeout=RANDOM.uniform(0.0, 1.25)
                                             * states.seconds[name])
        except subprocess.TimeoutExpired:
            process.kill()
            _, message = process.communicate()
            if process.returncode < 0:
                return at
        assert process.returncode == 0, (name, process.returncode, message)
        SEEN['steps'] += 1
        at += 1
    return at


def check(states, at):
    """Everything is as before or after the step; returns where to go on."""
    folder, name = states.folder, states.names[at]
    SEEN['midway'] += any(folder.glob('*.assay-journal'))
    for work in folder.glob('*.assay'):
        if not work.name.startswith('.'):
            assay.run('--quiet', 'info', work)
    found = visible(job.state_of(folder))
    not_before = states.differences(name, states.before[name], found)
    not_after = states.differences(name, states.after[name], found)
    if not not_after:
        SEEN['unsaid'] += 1
        return at + 1
    # Of files that come together some may have their names; a workspace is one or the other.
    wrong = [key for key in not_before
             if key in not_after or (': ' in key and name not in job.SEVERAL)]
    assert not wrong, (name, wrong)
    return at


def test_kills(states, times):
    at = 0
    while SEEN['kills'] < times:
        at = run_until_killed(states, at)
        if at < len(states.names):
            SEEN['kills'] += 1
            at = check(states, at)
        if at == len(states.names):
            states.start(states.names[0])
            SEEN['jobs'] += 1
            at = 0


def main():
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    tap = Tap()
    with assay.Folder() as root:
        states = job.States(root, [])
        states.run_again()
        states.start(states.names[0])
        tap.run(f'{times} kills', test_kills, states, times)
    print('# {kills} kills: {kills} good opens; {midway} left a transaction behind, {unsaid} came '
          'after the step was done and before it said so; {steps} steps, {jobs} whole jobs'
          .format(**SEEN))
    tap.finish()


if __name__ == '__main__':
    main()
