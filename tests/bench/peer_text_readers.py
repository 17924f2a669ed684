#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The peer of bench_text_readers.c: seconds of pandas, or of Python's json, on a file.

    peer_text_readers.py csv FILE RUNS      pandas.read_csv, its default (not correctly rounded)
    peer_text_readers.py exact FILE RUNS    pandas.read_csv, float_precision="round_trip"
    peer_text_readers.py jsonl FILE RUNS    pandas.read_json (lines=True)
    peer_text_readers.py json FILE RUNS     json.loads, line by line

Prints: median min max cpu crc, where crc is the CRC-32 of all number columns as doubles, in their
order (csv, exact)."""
import json
import sys
import time
import zlib

import pandas as pd

TASKS = {
    'csv': pd.read_csv,
    'exact': lambda path: pd.read_csv(path, float_precision='round_trip'),
    'jsonl': lambda path: pd.read_json(path, lines=True),
    'json': lambda path: [json.loads(line) for line in open(path, encoding='utf8')],
}


def main():
    task, path, runs = TASKS[sys.argv[1]], sys.argv[2], int(sys.argv[3])
    times, crc = [], 0
    cpu = time.process_time()
    for run in range(runs):
        result = None
        start = time.perf_counter()
        result = task(path)
        times.append(time.perf_counter() - start)
    cpu = (time.process_time() - cpu) / runs
    if sys.argv[1] in ('csv', 'exact'):
        for name in result.columns:
            if result[name].dtype != object:
                crc = zlib.crc32(result[name].to_numpy(float).tobytes(), crc)
    times.sort()
    print(times[len(times) // 2], times[0], times[-1], cpu, crc)


main()
