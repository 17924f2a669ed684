# SPDX-License-Identifier: GPL-3.0-or-later
"""The bundled digits with wrong labels, and a person who knows the right ones."""
import csv
import random

import assay


def make(folder, seed, share=0.1):
    """A workspace of it; returns it and the true labels of the rows that were changed."""
    draw = random.Random(seed)
    with open(assay.SAMPLE, encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    truth = {}
    for row in rows:
        if draw.random() < share:
            truth[row['id']] = row['label']
            row['label'] = draw.choice([c for c in '0123456789' if c != row['label']])
    data = folder / f'flipped-{seed}.csv'
    with open(data, 'w', encoding='utf-8', newline='') as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
    work = folder / f'flipped-{seed}.assay'
    assay.run('--seed', seed, 'new', work, data)
    return work, truth


def condition(ids):
    return 'id IN (%s)' % ','.join(f"'{each}'" for each in ids)


def relabel(work, ids, truth):
    """Those that are wrong get their true label; returns the others."""
    for label in '0123456789':
        wrong = [each for each in ids if truth.get(each) == label]
        if wrong:
            assay.run('decide', work, 'relabel', '--where', condition(wrong), '--value', label,
                      '--why', 'review')
    return [each for each in ids if each not in truth]


def answer(work, ids, truth):
    """Right labels are kept."""
    right = relabel(work, ids, truth)
    if right:
        assay.run('decide', work, 'keep', '--where', condition(right), '--why', 'review')
