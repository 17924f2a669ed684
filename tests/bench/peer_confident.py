#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The peer of bench_confident.c: the numpy reference of the tests, timed.

    peer_confident.py DIR CLASSES    DIR/p (double), DIR/label (int32), DIR/mark (bytes)"""
import pathlib
import sys
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'reference'))
import label_filters  # noqa: E402

folder, classes = pathlib.Path(sys.argv[1]), int(sys.argv[2])
p = np.fromfile(folder / 'p').reshape(-1, classes)
label = np.fromfile(folder / 'label', np.int32).astype(int)
mark = np.fromfile(folder / 'mark', np.uint8)
start, busy = time.perf_counter(), time.process_time()
_, masks = label_filters.filters(label, p)
print(f'  numpy, all filters     {time.perf_counter() - start:.2f} s, '
      f'{time.process_time() - busy:.2f} CPU-s; marks of prune_by_noise_rate that differ: '
      f'{int((masks["prune_by_noise_rate"] != mark).sum())}')
