#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loops whose head is distilled from spread labels: what they are worth, simulated and live."""
import sys

import assay
import test_loop as loop
from tap import Tap

FOLDER, WHOLE = loop.FOLDER, loop.WHOLE
DIGITS = ('-p', 'standardise=no', '-p', 'scale=0.0625', '-p', 'lambda=1')


def test_thirty_labels():
    """30 labels by TypiClust and the distilled head are worth 90 % on digits; the four ways"""
    worth = {}
    for head in ('plain', 'distilled'):
        found = assay.run_json('simulate', WHOLE, '--strategy', 'typiclust', '--start', '10',
                               '--batch', '20', '--rounds', '1', *DIGITS, '-p', f'head={head}')
        for one in found['strategies']:
            worth[one['strategy'], head] = one['mean'][1]
            print(f'# {one["strategy"]}, {head} head, 30 labels: {100 * one["mean"][1]:.1f} %')
    assert worth['typiclust', 'distilled'] >= .9
    assert worth['random', 'plain'] < worth['typiclust', 'plain'] < worth['typiclust', 'distilled']
    assert worth['random', 'plain'] < worth['random', 'distilled']
    assert 'plain or distilled' in assay.fail('simulate', WHOLE, '-p', 'head=best', status=2)


def test_live():
    """a live loop that was begun with it goes on with it, as simulated"""
    assay.run('simulate', WHOLE, '--strategy', 'margin', '--rounds', '3', '--repeats', '1',
              *DIGITS, '-p', 'head=distilled')
    played = assay.run_json('history', WHOLE, 'show', 'simulated margin 1')
    aside = set(assay.run('select', WHOLE, '--where', "split = 'test'").split())
    live = FOLDER / 'live.assay'
    loop.make_live(live, set(played['start_ids']), set(played['judged_ids']), aside)
    assay.run('score', live, 'self_influence', *DIGITS)  # the head is remembered
    for one in played['rounds']:
        head = ('-p', 'head=distilled') if one['number'] == 1 else ()
        found = assay.run_json('suggest', live, '--strategy', 'margin', '--record', *head)
        assert [row['id'] for row in found['rows']] == one['ids'], one['number']
        said = loop.answer(live, one['ids'])
        assert said['metrics']['accuracy'] == one['metrics']['accuracy']
    assert 'other kind' in assay.fail('suggest', live, '-p', 'head=plain')
    found = assay.run_json('history', WHOLE, 'audit', 'simulated margin 1')
    assert found['best'] == 'margin' and found['worst_accuracy'] == 0


def main():
    tap = Tap()
    loop.LABEL.update({row[0]: row[1] for row in loop.rows_of(assay.SAMPLE)[1:]})
    assay.run('new', WHOLE, assay.SAMPLE)
    for test in (test_thirty_labels, test_live):
        tap.run(test.__doc__, test)
    tap.finish()


if __name__ == '__main__':
    sys.exit(main())
