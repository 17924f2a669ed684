#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which draw of 20 labels gives the known figures of label spreading on digits (plain head .646,
spread to the rest of the pool .806, distilled head on test .835)? By scikit-learn alone, 20 seeds.

Prints, mean and deviation:  two of each class      .760 .839 .864   (.047 .035 .035)
                             one of each, then any  .617 .802 .835   (.056 .062 .064)
                             any                    .581 .721 .748   (.060 .094 .100)
So it is the second: tests/model/test_spread_claim.c draws by it."""
import numpy
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.semi_supervised import LabelSpreading


def judge(pool, test, pixels, label, taken):
    """Accuracy of the plain head, of spreading on the rest of the pool, of the distilled head."""
    given = numpy.where(numpy.isin(pool, taken), label[pool], -1)
    free = given < 0
    plain = LogisticRegression(max_iter=500).fit(pixels[taken], label[taken])
    spread = LabelSpreading(kernel='knn', n_neighbors=7, alpha=.2, max_iter=100)
    spread.fit(pixels[pool], given)
    weight = numpy.nan_to_num(spread.label_distributions_.max(1)) + 1e-6
    told = numpy.where(free, spread.transduction_, given)
    distilled = LogisticRegression(max_iter=500).fit(pixels[pool], told, sample_weight=weight)
    return (plain.score(pixels[test], label[test]), (told == label[pool])[free].mean(),
            distilled.score(pixels[test], label[test]))


def main():
    pixels, label = load_digits(return_X_y=True)
    pixels = pixels / 16
    found = {}
    for seed in range(20):
        pool, test = train_test_split(numpy.arange(len(label)), test_size=540, stratify=label,
                                      random_state=seed)
        order = numpy.random.default_rng(seed).permutation(pool)
        of_class = [order[label[order] == c] for c in range(10)]
        one = numpy.array([rows[0] for rows in of_class])
        draws = {'two of each class': numpy.concatenate([rows[:2] for rows in of_class]),
                 'one of each, then any': numpy.r_[one, order[~numpy.isin(order, one)][:10]],
                 'any': order[:20]}
        for name, taken in draws.items():
            found.setdefault(name, []).append(judge(pool, test, pixels, label, taken))
    for name, figures in found.items():
        print(f'{name:24}', numpy.mean(figures, 0).round(3), numpy.std(figures, 0).round(3))


if __name__ == '__main__':
    main()
