#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""finding: pinned, listed, unpinned, carried into the report; refusals."""
import html

import assay
from tap import Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'
HARD = 'Zwölf "Nullen" & <Einsen> stehen falsch'


def finding(*arguments):
    found = assay.run_json('finding', WORK, *arguments)
    missing = assay.keys_of(found) - assay.documented_words('finding')
    assert not missing, missing
    return found


def test_pin():
    """pin keeps sentence and rows; numbers are never given twice"""
    assert finding('list') == {'findings': []}
    threes = assay.run('select', WORK, '--where', "label = '3'").split()
    first = finding('pin', '--sentence', 'Threes are rare', '--where', "label = '3'")
    assert first == {'number': 1, 'n': len(threes)}
    finding('pin', '--sentence', HARD, '--where', "id < 'd0012'")
    one, two = finding('list')['findings']
    assert one['ids'] == threes and one['sentence'] == 'Threes are rare' and one['n'] == len(threes)
    assert two['sentence'] == HARD and two['ids'] == [f'd{i:04d}' for i in range(12)]
    finding('unpin', '2')
    finding('pin', '--sentence', HARD, '--where', "id < 'd0012'")
    assert [f['number'] for f in finding('list')['findings']] == [1, 3]
    assert 'Threes are rare' in assay.run('finding', WORK, 'list')


def test_report():
    """Findings stand in the report with their number of rows, as a fact"""
    path = FOLDER / 'report.html'
    found = assay.run_json('report', WORK, '--random', '0', '--date', '2026-11-28', '-o', path)
    facts = {one['id']: one['value'] for one in found['facts']}
    listed = finding('list')['findings']
    text = html.unescape(path.read_text('utf-8'))
    for i, one in enumerate(listed):
        assert facts[f'finding.findings.{i}.n'] == one['n']
        assert one['sentence'] in text


def test_refusals():
    """No sentence, a bad number, an unknown verb, a bad condition are named"""
    for arguments in (['pin'], ['burn'], ['unpin'], ['unpin', 'x']):
        assay.fail('finding', WORK, *arguments, status=2)
    assert '9' in assay.fail('finding', WORK, 'unpin', '9')
    assert 'sentence' in assay.fail('finding', WORK, 'pin', '--sentence', '')
    assert 'nope' in assay.fail('finding', WORK, 'pin', '--sentence', 'x', '--where', 'nope = 1')


def main():
    assay.run('new', WORK, assay.SAMPLE)
    tap = Tap()
    for test in (test_pin, test_report, test_refusals):
        tap.run(test.__doc__, test)
    tap.finish()


if __name__ == '__main__':
    main()
