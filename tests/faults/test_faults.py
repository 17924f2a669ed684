#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every step of the main job with one of its system calls failing: the disk full, an error of the
device, half a write, no memory.

    test_faults.py [--every N] [--step NAME] [--kind NAME]

For each step and kind a first run counts the calls; then the K-th fails, for K = 1, 1 + N, ...
Where the step fails it says so in one line, and everything is as before; where it says that it is
done, all of it is there. Either way the workspace opens, and the step can be done again.
"""
import argparse
import os
import re

import job
from job import assay
from tap import Tap

PRELOAD = os.environ['ASSAY_FAULTS']
MORE = {'disk-full': ('write', '+', 28), 'device': ('write', '', 5), 'short': ('short', '', 0),
        'sync': ('sync', '', 5), 'rename': ('rename', '', 5), 'truncate': ('truncate', '', 5),
        'unlink': ('unlink', '', 5), 'create': ('create', '', 28), 'read': ('read', '', 5),
        'map': ('map', '', 12), 'memory': ('alloc', '', 12)}
# cairo 1.16 itself ends by SIGSEGV when the copy of an image for a vector drawing cannot be had.
DRAWN = ('svg', 'pdf', 'report-html', 'report-pdf')
# Its writer of PDF goes on, and says nothing, where zlib gets no memory at the end.
PACKED = ('pdf', 'report-pdf')
# Where no lock can be made a workspace is only read: a proof counts its look there alone.
UNCOUNTED = ('prove', 'create', 'job.assay: setting test')
SEEN = {'runs': 0, 'failed': 0, 'done': 0, 'cairo': 0}


def with_fault(states, step, fault, error):
    """Runs the step; returns the process and how many calls there were and failed."""
    report = states.root / 'report'
    report.unlink(missing_ok=True)
    done = job.call(states.folder, step, LD_PRELOAD=PRELOAD, ASSAY_FAULT=fault,
                    ASSAY_FAULT_ERRNO=str(error), ASSAY_FAULT_UNDER=f'{states.folder}/',
                    ASSAY_FAULT_BYTES=str(1 << 16), ASSAY_FAULT_REPORT=str(report))
    if report.exists():
        return done, *map(int, report.read_text(encoding='ascii').split())
    by_cairo = fault.startswith('alloc') and done.returncode < 0 and step in DRAWN
    SEEN['cairo'] += by_cairo
    assert by_cairo or (done.returncode == 1 and 'not enough memory' in done.stderr), \
        f'{step} {fault}: ended by {done.returncode}: {done.stderr}'
    return done, 0, 1


def check_message(folder, text):
    """One line that names a file of the job, or memory, and says what is wrong."""
    lines = text.splitlines()
    assert len(lines) == 1 and lines[0].startswith('assay-cli: '), text
    assert re.search(r'memory|' + re.escape(str(folder)), text), text
    assert not re.search(r'Success|\(null\)|CRITICAL|WARNING', text), text


def check_one(states, title, step, turn):
    """The step with one fault: it failed and nothing is changed, or it is done and all is there."""
    kind, on, error = MORE[title]
    states.start(step)
    done, _, hit = with_fault(states, step, f'{kind}:{turn}{on}', error)
    where = f'{step}, {title} at {turn}: exit {done.returncode}, {done.stderr}'
    assert hit > 0, where
    SEEN['runs'] += 1
    for work in states.folder.glob('*.assay'):
        if not work.name.startswith('.'):
            assay.run('--quiet', 'info', work)  # it opens
    found = job.state_of(states.folder)
    if done.returncode == 0:
        SEEN['done'] += 1
        assert done.stderr == '', where
        wrong = [name for name in states.differences(step, states.after[step], found)
                 if (step, kind, name) != UNCOUNTED]
        if kind == 'alloc' and step in PACKED and wrong and all(n.endswith('.pdf') for n in wrong):
            SEEN['cairo'] += 1
            wrong = []
    else:
        SEEN['failed'] += 1
        if done.returncode > 0:
            assert done.returncode == 1, where
            check_message(states.folder, done.stderr)
        wrong = states.differences(step, states.before[step], found)
        late = states.differences(step, states.after[step], found)
        if kind in ('sync', 'read') and not late:  # done; then a sync failed, or what it is to say
            wrong = []
        elif step in job.SEVERAL:
            wrong = [name for name in wrong if name in late]
        elif kind == 'rename':  # of two files one has its name: whole, and the other not at all
            wrong = [name for name in wrong if name in late or ': ' in name]
        assert done.stdout == '' or not late, where + done.stdout
    if kind in ('unlink', 'alloc'):  # what cannot be taken away, or not any more, stays
        wrong = [name for name in wrong if not job.LEFT.match(name)]
    assert not wrong, (where, wrong)
    if done.returncode != 0 and states.differences(step, states.after[step], found):
        again = job.call(states.folder, step)
        assert again.returncode == 0, where + again.stderr
        wrong = [name for name in
                 states.differences(step, states.after[step], job.state_of(states.folder))
                 if step not in job.SEVERAL or not job.LOOKS.search(name)]  # it looked twice
        assert kind in ('unlink', 'alloc') or not wrong, (where, wrong)


def check_shrink(states, step):
    """The step with one of the files that it maps cut to nothing at once."""
    calls, refused = 1, 0
    inputs = {'rows.csv', 'x.npy', 'mine.csv'}
    turn = 0
    while turn < calls:
        turn += 1
        states.start(step)
        done, calls, hit = with_fault(states, step, f'shrink:{turn}', 0)
        if hit == 0:
            break
        where = f'{step}, shrink at {turn}: exit {done.returncode}, {done.stderr}'
        found = job.state_of(states.folder)
        if done.returncode == 0:
            wrong = states.differences(step, states.after[step], found)
        else:
            assert done.returncode == 1, where
            check_message(states.folder, done.stderr)
            assert re.search(r'(rows.csv|x.npy|mine.csv|cache\S*): became shorter while it was '
                             'read$', done.stderr.strip()), where
            refused += 1
            wrong = states.differences(step, states.before[step], found)
        assert not set(wrong) - inputs, (where, wrong)
    print(f'# {step}: {refused} of {turn} cuts were refused')


def check_clock(states):
    """Decisions while the clock goes back a day each time: their order stays, undo too."""
    states.start('tag')
    work = states.folder / 'job.assay'
    for i in range(3):
        assay.run('decide', work, 'tag', '--where', 'row < 9', '--value', f't{i}',
                  env={'LD_PRELOAD': PRELOAD, 'ASSAY_FAULT_CLOCK': str(-86400 * i)})
    assay.run('decide', work, 'undo')
    log = assay.run_json('decide', work, 'log')['decisions'][-3:]
    assert [one['value'] for one in log] == ['t0', 't1', 't2'], log
    assert [one['active'] for one in log] == [True, True, False], log
    assert log[0]['time'] > log[1]['time'] > log[2]['time'], log


def check_step(states, title, step, every):
    kind, _, error = MORE[title]
    states.start(step)
    done, calls, _ = with_fault(states, step, f'{kind}:0', error)
    assert done.returncode == 0 and done.stderr == '', done.stderr
    problems = []
    for turn in range(1, calls + 1, every):
        try:
            check_one(states, title, step, turn)
        except AssertionError as problem:
            problems.append(str(problem))
    for problem in problems:
        print('# ' + problem.replace('\n', ' '))
    assert not problems, f'{len(problems)} of {len(range(1, calls + 1, every))} faults of {calls}'
    return calls


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--every', type=int, default=1)
    parser.add_argument('--step', action='append')
    parser.add_argument('--kind', action='append')
    chosen = parser.parse_args()
    tap = Tap()
    with assay.Folder() as root:
        states = job.States(root, chosen.step)
        for step in chosen.step or states.names:
            for title in [kind for kind in chosen.kind or MORE if kind in MORE]:
                tap.run(f'{step}: {title}', check_step, states, title, step, chosen.every)
            if not chosen.kind or 'shrink' in chosen.kind:
                tap.run(f'{step}: input cut short', check_shrink, states, step)
        tap.run('a clock that goes back', check_clock, states)
    print('# {runs} faults: {failed} steps failed and changed nothing ({cairo} of them ended '
          'within cairo), {done} were done all the same'.format(**SEEN))
    tap.finish()


if __name__ == '__main__':
    main()
