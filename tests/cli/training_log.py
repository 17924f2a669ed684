# SPDX-License-Identifier: GPL-3.0-or-later
"""A workspace with the log of a training run, of which a row's epochs are drawn."""
import numpy

import assay


def make(work):
    """Writes the run's files beside work, and makes it; returns (logits by epoch, labels)."""
    rng = numpy.random.default_rng(4)
    labels = rng.integers(0, 3, 60)
    log = rng.normal(size=(7, 60, 3)) + 1.5 * numpy.eye(3)[labels]
    numpy.save(work.with_name('log.npy'), log)
    numpy.save(work.with_name('last.npy'), log[-1])
    rows = work.with_name('run.csv')
    rows.write_text('\n'.join(['label', *(f'c{y}' for y in labels)]) + '\n')
    assay.run('new', work, rows, '--label', 'label', '--features', work.with_name('last.npy'),
              '--dynamics', work.with_name('log.npy'))
    return log, labels
