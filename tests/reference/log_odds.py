#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that set groups of texts apart: the log-odds ratio with an informative Dirichlet prior.

Monroe, Colaresi and Quinn, "Fightin' Words", Political Analysis 2008, equations 15, 16 and 18-22,
written from the paper: each group against all other texts, the prior in proportion to a word's
share of all words and worth PRIOR words. Words of fewer than FEWEST occurrences are not ranked.
"""
import collections
import re

import numpy

PRIOR = 500.0
FEWEST = 3


def ranking(texts, groups):
    """A dictionary from group to [(word, z, count in the group)], largest z first."""
    tokens = [re.findall(r'\w+', text.lower()) for text in texts]
    total = collections.Counter(word for words in tokens for word in words)
    everything = sum(total.values())
    vocabulary = sorted(word for word, count in total.items() if count >= FEWEST)
    whole = numpy.array([total[word] for word in vocabulary], dtype=float)
    alpha = PRIOR * whole / everything
    found = {}
    for group in sorted(set(groups)):
        inside = collections.Counter()
        for words, own in zip(tokens, groups):
            if own == group:
                inside.update(words)
        n_in = sum(inside.values())
        y = numpy.array([inside[word] for word in vocabulary], dtype=float)
        rest, n_rest = whole - y, everything - n_in
        delta = (numpy.log((y + alpha) / (n_in + PRIOR - y - alpha))
                 - numpy.log((rest + alpha) / (n_rest + PRIOR - rest - alpha)))
        z = delta / numpy.sqrt(1 / (y + alpha) + 1 / (rest + alpha))
        order = sorted(range(len(vocabulary)), key=lambda i: (-z[i], vocabulary[i]))
        found[group] = [(vocabulary[i], z[i], int(y[i])) for i in order if z[i] > 0]
    return found
