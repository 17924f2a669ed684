#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""review on the digits with a tenth of the labels changed, 20 times: the first hundred rows hold at
least as many wrong labels as the hundred of lowest self-confidence; after they are answered, what
all other corrections of training labels then bring, refitted, is no more than was said."""
import os
import shutil

import assay
import flipped
from tap import Tap

SEEDS = 20
os.environ.pop('ASSAY_PRELOAD', None)  # the allocator is watched in test_review.py


def lowest(work):
    """Ids of the hundred rows of lowest self-confidence."""
    assay.run('score', work, 'self_confidence')
    found = assay.run_json('select', work, '--sort', 'self_confidence', '--limit', '100',
                           '--columns', 'id')
    return found['ids']


def remaining_gain(work, truth, done):
    """Fall of the refitted validation loss when all other wrong training labels are put right."""
    copy = work.with_suffix('.all.assay')
    shutil.copy(work, copy)
    train = set(assay.run_json('select', work, '--where', "split = 'train'")['ids'])
    flipped.relabel(copy, [each for each in truth if each in train and each not in done], truth)
    before = assay.run_json('review', work, '--limit', '1')
    after = assay.run_json('review', copy, '--limit', '1')
    return before, before['loss_now'] - after['loss_now']


def test_twenty():
    """First hundred rows, and the stop line after them"""
    in_queue = in_lowest = covered = 0
    expected = wrong = 0.0
    with assay.Folder() as folder:
        for seed in range(SEEDS):
            work, truth = flipped.make(folder, seed)
            all_rows = assay.run_json('review', work, '--limit', '100')
            first = [row['id'] for row in all_rows['rows']]
            in_queue += sum(each in truth for each in first)
            in_lowest += sum(each in truth for each in lowest(work))
            flipped.answer(work, first, truth)
            said, gain = remaining_gain(work, truth, first)
            covered += gain <= said['left_most']
            expected += all_rows['expected_wrong']
            wrong += 0.8 * len(truth)
            print(f'# {seed}: left {said["left"]:.4f}, less than {said["left_most"]:.4f}, '
                  f'refitted {gain:.4f}')
    print(f'# of the first hundred {in_queue} of {100 * SEEDS} are wrong, of the hundred of lowest '
          f'self-confidence {in_lowest}; the stop line holds in {covered} of {SEEDS}; '
          f'{expected / wrong:.2f} of the wrong training labels expected')
    assert in_queue >= in_lowest
    assert covered >= 18
    assert 0.6 < expected / wrong < 1.2


if __name__ == '__main__':
    Tap().run_all(globals())
