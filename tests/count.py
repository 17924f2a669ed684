#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the results in meson's testlog.json, one for each line of TAP, and shows what failed.

A program that ends badly without a failed line of its own (a crash, a time-out, a broken plan)
counts as one failure more. The last line is "N passed, N failed, N skipped"; the exit status is 1
when anything failed or when there are no results at all.
"""
import json
import re
import sys

TAP_LINE = re.compile(r'(ok|not ok)\b\s*\d*\s*-?\s*(.*?)\s*(?:#\s*(\w+)\S*\s*(.*))?$',
                      re.IGNORECASE)
LINES_SHOWN = 60


def read_tap(text):
    """Yields (outcome, name, reason) for each test line."""
    for line in text.splitlines():
        match = TAP_LINE.match(line)
        if match is None:
            continue
        ok, name, directive, reason = match.groups()
        directive = (directive or '').upper()
        if directive.startswith('SKIP'):
            yield 'skipped', name, reason
        else:  # any other directive marks a failure that is known and expected
            yield ('passed' if ok == 'ok' or directive else 'failed'), name, ''


def outcomes_of(test):
    """Outcomes of one program: at least one, and a failed one if the program failed."""
    found = list(read_tap(test.get('stdout', '')))
    result = test['result']
    name = test['name']
    if result in ('OK', 'EXPECTEDFAIL'):
        return found or [('passed', name, '')]
    if result == 'SKIP':
        return found or [('skipped', name, 'the whole program')]
    if not any(outcome == 'failed' for outcome, _, _ in found):
        found.append(('failed', f'{name}: the program itself ({result}, exit status '
                                f'{test.get("returncode")})', ''))
    return found


def show_failure(test, failed):
    print(f'\n=== {test["name"]} ({test["result"]})')
    for name in failed:
        print(f'not ok: {name}')
    for stream in ('stdout', 'stderr'):
        lines = test.get(stream, '').splitlines()
        if lines:
            print(f'--- {stream}' + (f' (last {LINES_SHOWN} of {len(lines)} lines)'
                                     if len(lines) > LINES_SHOWN else ''))
            print('\n'.join(lines[-LINES_SHOWN:]))


def main():
    try:
        with open(sys.argv[1], encoding='utf-8') as log:
            tests = [json.loads(line) for line in log if line.strip()]
    except OSError as error:
        print(f'no test results: {error}')
        tests = []
    count = {'passed': 0, 'failed': 0, 'skipped': 0}
    skipped = []
    for test in tests:
        outcomes = outcomes_of(test)
        for outcome, name, reason in outcomes:
            count[outcome] += 1
            if outcome == 'skipped':
                skipped.append(f'{test["name"]}: {name}: {reason}')
        failed = [name for outcome, name, _ in outcomes if outcome == 'failed']
        if failed:
            show_failure(test, failed)
    if skipped:
        print('\nSkipped:')
        print('\n'.join(f'  {line}' for line in skipped))
    if not tests:
        count['failed'] = 1
    print('{passed} passed, {failed} failed, {skipped} skipped'.format(**count))
    return 1 if count['failed'] else 0


if __name__ == '__main__':
    sys.exit(main())
