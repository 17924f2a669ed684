#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times of the real window under Xvfb, beside their limits: one million rows, and the sample.

ASSAY_BENCH_WINDOW names the program, ASSAY_BENCH_ROWS (default 1000000) the rows.
"""
import os
import pathlib
import shutil
import statistics
import subprocess
import time

os.environ.setdefault('ASSAY_SCREEN', '1400x900')

import drive  # pylint: disable=wrong-import-position

BENCH = os.environ.get('ASSAY_BENCH_WINDOW', str(drive.ROOT / 'build/tests/gui/bench-window'))
ROWS = int(os.environ.get('ASSAY_BENCH_ROWS', '1000000'))
STARTS = 5


def values(*arguments):
    """What the program prints, as numbers."""
    done = subprocess.run([BENCH, *map(str, arguments)], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    return {name: float(value) for name, value in
            (line.split() for line in done.stdout.splitlines() if ' ' in line)}


def machine():
    lines = pathlib.Path('/proc/cpuinfo').read_text(encoding='utf-8').splitlines()
    name = next((line.split(':')[1].strip() for line in lines if line.startswith('model name')),
                'unknown')
    return f'{name}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}'


def tell(what, value, limit, unit, cpu=None):
    spent = '' if cpu is None else f'  ({cpu:.1f} {unit} of CPU, all threads)'
    ratio = value / limit
    print(f'{what:<50} {value:8.1f} {unit:<2} limit {limit:5.0f}  ratio {ratio:5.2f}{spent}',
          flush=True)


def tell_time(what, found, name, limit, unit):
    scale = 1e3 if unit == 'ms' else 1
    tell(what, scale * found[name], limit, unit, scale * found[name + '_cpu'])


def bench_rows():
    folder = drive.folder()
    values('make', folder, ROWS)
    features = (folder / 'features.npy').stat().st_size
    found = values('open', folder / 'bench.assay')
    print(f'# {ROWS} rows x 64 features, 10 classes, 5 scores; frames of 1400 x 900')
    tell_time('frame, full quality', found, 'frame_full', 8, 'ms')
    tell_time('frame while moving', found, 'frame_moving', 8, 'ms')
    tell_time('recolour', found, 'recolor', 50, 'ms')
    tell_time('lasso: rows inside and the selection shown', found, 'lasso', 50, 'ms')
    tell_time('lasso: rows inside alone', found, 'lasso_rows', 50, 'ms')
    tell_time('open the scored workspace, to the map', found, 'open', 3, 's')
    tell('memory beyond the feature file, opened',
         (found['memory_open'] - features) / 1e6, 600, 'MB')
    tell('memory beyond the feature file, the head judged',
         (found['memory_settled'] - features) / 1e6, 600, 'MB')
    tell_time('first switch to Samples', found, 'samples_first', 1000, 'ms')
    tell_stalls(found)


def tell_stalls(found):
    """The longest times that the main loop was away, of opening and of each page as first shown."""
    stalls = sorted(((value, name[len('stall_'):]) for name, value in found.items()
                     if name.startswith('stall_') and not name.endswith('_cpu')), reverse=True)
    for _, name in stalls[:3]:
        tell(f'main loop away at worst, {name}', 1e3 * found[f'stall_{name}'], 50, 'ms')
        print(f'  of it {1e3 * found[f"stall_{name}_cpu"]:.1f} ms of its thread on a processor')
    tell('processor used while nobody does anything', 100 * found['idle_cpu'] / found['idle'], 1,
         '%')


def bench_start():
    runs = []
    for _ in range(STARTS):
        data = shutil.copy(drive.SAMPLE, drive.folder() / 'digits.csv')
        runs.append(values('start', data, time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000))
    median = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    print('# the bundled sample, from the start of the process; median of '
          f'{STARTS} starts, files in memory')
    tell_time('window', median, 'start_window', 1, 's')
    tell_time('usable: data shown', median, 'start_usable', 1, 's')
    tell_time('scored and coloured', median, 'start_colored', 3, 's')
    tell_time('first switch to Samples', median, 'samples_first', 1000, 'ms')
    tell('memory, every page shown', median['memory'] / 1e6, 400, 'MB')
    tell_stalls(median)


def run():
    try:
        bench()
    except AssertionError as error:  # the standard error of what runs inside goes nowhere
        print(f'# failed: {error}', flush=True)
        raise


def bench():
    print('#', machine(), flush=True)
    bench_start()
    bench_rows()


drive.main(globals())
