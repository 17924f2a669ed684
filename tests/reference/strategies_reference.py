#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference of test_strategies.c: every strategy written out plainly in numpy, full matrices
and loops, and heads by scipy. Writes strategies.json: the picks of five rounds of ten on the
first 300 of the bundled digits, pixels / 16, two labelled rows a class at the start."""
import csv
import json
import math
import re
import pathlib

import numpy as np
from scipy.optimize import minimize

HERE = pathlib.Path(__file__).resolve().parent
MASK = (1 << 64) - 1
ROWS, BATCH, ROUNDS, SEED, CLASSES, LAMBDA = 300, 10, 5, 7, 10, 1.0


class Rng:
    """xoshiro256** seeded by splitmix64, as in core/base/rng.h."""

    def __init__(self, seed, stream):
        self.state = seed
        self.state = self.mix() ^ (stream * 0xd1342543de82ef95 & MASK)
        self.s = [self.mix() for _ in range(4)]

    def mix(self):
        self.state = self.state + 0x9e3779b97f4a7c15 & MASK
        z = self.state
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9 & MASK
        z = (z ^ z >> 27) * 0x94d049bb133111eb & MASK
        return z ^ z >> 31

    def next(self):
        s = self.s
        rotate = lambda x, k: (x << k | x >> 64 - k) & MASK
        result = rotate(s[1] * 5 & MASK, 7) * 9 & MASK
        t = s[1] << 17 & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 45)
        return result

    def uniform(self):
        return (self.next() >> 11) * 2.0 ** -53

    def below(self, n):
        product = self.next() * n
        while product & MASK < (1 << 64) % n:
            product = self.next() * n
        return product >> 64

    def normal(self):
        while True:
            u, v = 2 * self.uniform() - 1, 2 * self.uniform() - 1
            s = u * u + v * v
            if 0 < s < 1:
                return u * math.sqrt(-2 * math.log(s) / s)

    def sample(self, n, k):
        rows = list(range(n))
        for i in range(k):
            j = i + self.below(n - i)
            rows[i], rows[j] = rows[j], rows[i]
        return rows[:k]


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def fit(z1, y, weight=None):
    """Multinomial logistic regression in sum form; the intercept (last column) is free."""
    weight = np.ones(len(y)) if weight is None else weight
    onehot, d = np.eye(CLASSES)[y], z1.shape[1]

    def value(theta):
        w = theta.reshape(CLASSES, d)
        p = softmax(z1 @ w.T)
        free = w.copy()
        free[:, -1] = 0
        loss = -(weight * np.log(p[np.arange(len(y)), y])).sum() + LAMBDA / 2 * (free ** 2).sum()
        return loss, ((weight[:, None] * (p - onehot)).T @ z1 + LAMBDA * free).ravel()

    best = minimize(value, np.zeros(CLASSES * d), jac=True, method='L-BFGS-B',
                    options={'maxiter': 20000, 'maxfun': 40000, 'ftol': 1e-16, 'gtol': 1e-9,
                             'maxcor': 50})
    return best.x.reshape(CLASSES, d)


def kmeans(x, k, seed, most=100):
    """k-means++ with 2 + ln k draws, then Lloyd's rounds; one start, as core/graph/kmeans.h."""
    rng, n = Rng(seed, 0), len(x)
    x = x - x.mean(axis=0)
    draws, nearest, centres = 2 + int(math.log(k)), np.full(n, np.inf), []
    while len(centres) < k and (not centres or nearest.sum() > 0):
        if not centres:
            drawn = [rng.below(n)]
        else:
            drawn = []
            for _ in range(draws):
                left, last = rng.uniform() * nearest.sum(), 0
                for i in range(n):
                    if nearest[i] > 0:
                        last = i
                        left -= nearest[i]
                        if left < 0:
                            break
                drawn.append(last)
        after = [np.minimum(nearest, ((x - x[i]) ** 2).sum(axis=1)) for i in drawn]
        best = int(np.argmin([a.sum() for a in after]))
        nearest = after[best]
        centres.append(x[drawn[best]])
    centres = np.array(centres)
    cluster, stop = np.full(n, -1), 1e-6 * (x ** 2).mean()
    settled, rounds = False, 0
    while True:
        square = ((x[:, None, :] - centres[None]) ** 2).sum(axis=2)
        new = square.argmin(axis=1)
        changed = (new != cluster).any()
        cluster = new
        if settled or rounds >= most:
            break
        moved, away = 0.0, square.min(axis=1)
        for c in range(len(centres)):
            if not (cluster == c).any():
                far = int(away.argmax())
                centres[c], away[far], moved = x[far], 0.0, np.inf
                continue
            mean = x[cluster == c].mean(axis=0)
            moved += ((mean - centres[c]) ** 2).sum()
            centres[c] = mean
        settled = not changed or moved <= stop
        rounds += 1
    present = sorted(set(cluster))
    return np.array([present.index(c) for c in cluster])


class State:
    """What a strategy sees."""

    def __init__(self, x, y, labelled, number):
        self.x, self.number = x, number
        self.labelled = sorted(labelled)
        self.pool = [i for i in range(len(x)) if i not in set(labelled)]
        self.y = y
        self.z = np.hstack([x, np.ones((len(x), 1))])
        self.w = fit(self.z[self.labelled], y[self.labelled])
        self.p = softmax(self.z @ self.w.T)

    def rng(self, stream):
        return Rng(SEED, self.number * 64 + stream)

    def kmeans(self, rows, k):
        return kmeans(self.x[rows], k, SEED * 1000 + self.number)

    def top(self, value, count=BATCH, tie=None):
        """The pool's rows of highest value (one a row of all), then of highest tie."""
        tie = np.zeros(len(self.x)) if tie is None else tie
        return sorted(self.pool, key=lambda i: (-value[i], -tie[i], i))[:count]


def entropy_of(p):
    return -(p * np.log(np.maximum(p, 1e-300))).sum(axis=-1)


def margin_of(p):
    ordered = np.sort(p, axis=1)
    return 1 - (ordered[:, -1] - ordered[:, -2])


def random(s):
    return [s.pool[i] for i in s.rng(0).sample(len(s.pool), BATCH)]


def least_confidence(s):
    return s.top(1 - s.p.max(axis=1))


def margin(s):
    return s.top(margin_of(s.p))


def entropy(s):
    return s.top(entropy_of(s.p))


def egl(s):
    value = np.zeros(len(s.x))
    for i in range(len(s.x)):
        for k in range(CLASSES):
            gradient = np.outer(s.p[i] - np.eye(CLASSES)[k], s.z[i])
            value[i] += s.p[i, k] * np.linalg.norm(gradient)
    return s.top(value)


def density(s):
    unit = s.x / np.linalg.norm(s.x, axis=1, keepdims=True)
    return s.top(entropy_of(s.p) * (unit @ unit.T).mean(axis=1))


def qbc(s):
    rng, votes = s.rng(1), np.zeros((len(s.x), CLASSES))
    for _ in range(8):
        weight = np.array([-math.log(1 - rng.uniform()) for _ in s.labelled])
        w = fit(s.z[s.labelled], s.y[s.labelled], weight)
        votes[np.arange(len(s.x)), (s.z @ w.T).argmax(axis=1)] += 1 / 8
    return s.top(np.round(entropy_of(votes), 12), tie=margin_of(s.p))


def bald(s):
    d = s.z.shape[1]
    hessian = LAMBDA * np.eye(CLASSES * d)
    for i in s.labelled:
        w = np.diag(s.p[i]) - np.outer(s.p[i], s.p[i])
        hessian += np.kron(w, np.outer(s.z[i], s.z[i]))
    factor, rng = np.linalg.cholesky(hessian), s.rng(2)
    mean, inside = np.zeros_like(s.p), np.zeros(len(s.x))
    for _ in range(32):
        e = np.array([rng.normal() for _ in range(CLASSES * d)])
        w = s.w + np.linalg.solve(factor.T, e).reshape(CLASSES, d)
        p = softmax(s.z @ w.T)
        mean += p / 32
        inside += entropy_of(p) / 32
    return s.top(entropy_of(mean) - inside)


def squares(x):
    return ((x[:, None, :] - x[None]) ** 2).sum(axis=2)


def k_center(s):
    square, picks = squares(s.x), []
    for _ in range(BATCH):
        least = square[:, s.labelled + picks].min(axis=1)
        picks.append(int(least.argmax()))
    return picks


def cover(s, similarity):
    """similarity[i, j]: how well j covers i. Naive greedy."""
    picks = []
    for _ in range(BATCH):
        best = similarity[:, s.labelled + picks].max(axis=1, initial=0)
        gain = {j: np.maximum(similarity[:, j] - best, 0).sum() for j in s.pool if j not in picks}
        picks.append(max(gain, key=lambda j: (gain[j], -j)))
    return picks


def nearest_only(distance, value, k):
    """value where j is among the k nearest others of i, 1 on the diagonal, else 0."""
    n = len(distance)
    out = np.eye(n)
    for i in range(n):
        others = sorted((j for j in range(n) if j != i), key=lambda j: (distance[i, j], j))[:k]
        out[i, others] = value[i, others]
    return np.round(out * 2 ** 20) / 2 ** 20


def single(x):
    return np.float64(np.float32(x))


def facility(s):
    unit = s.x / np.linalg.norm(s.x, axis=1, keepdims=True)
    cosine = unit @ unit.T
    return cover(s, nearest_only(1 - cosine, 1 - single(1 - cosine), 50))


def maxherding(s):
    away = np.sqrt(squares(s.x))
    width = np.median(single(np.sort(away, axis=1)[:, 10]))
    return cover(s, nearest_only(away, np.exp(-(single(away) / width) ** 2), 50))


def probcover(s):
    away = np.sqrt(squares(s.x))
    cluster = s.kmeans(list(range(len(s.x))), CLASSES)
    other = [away[i][cluster != cluster[i]].min() for i in range(len(s.x))]
    radius = math.sqrt(np.quantile(np.square(other), 0.05))
    return cover(s, (away ** 2 <= np.float32(radius ** 2)).astype(float))


def badge(s):
    gradient = {i: np.outer(s.p[i] - np.eye(CLASSES)[s.p[i].argmax()], s.z[i]).ravel()
                for i in s.pool}
    rng = s.rng(3)
    picks = [max(s.pool, key=lambda i: (np.linalg.norm(gradient[i]), -i))]
    while len(picks) < BATCH:
        nearest = {i: min(((gradient[i] - gradient[j]) ** 2).sum() for j in picks) for i in s.pool}
        left = rng.uniform() * sum(nearest.values())
        for i in s.pool:
            if nearest[i] > 0:
                last = i
                left -= nearest[i]
                if left < 0:
                    break
        picks.append(last)
    return picks


def typiclust(s):
    cluster = s.kmeans(list(range(len(s.x))), min(len(s.labelled) + BATCH, 500))
    away, picks = np.sqrt(squares(s.x)), []
    for _ in range(BATCH):
        known, keys = s.labelled + picks, []
        for c in sorted(set(cluster)):
            inside = np.flatnonzero(cluster == c)
            free = [i for i in inside if i not in known]
            if free:
                n_known = sum(cluster[i] == c for i in known)
                keys.append((len(inside) <= 5, n_known, -len(inside), c))
        c = min(keys)[3]
        inside = np.flatnonzero(cluster == c)
        mean = {}
        for i in inside:
            if i not in known:
                others = np.sort([away[i, j] for j in inside if j != i])[:20]
                mean[i] = others.mean() if len(others) else 0.0
        picks.append(int(min(mean, key=lambda i: (mean[i], i))))
    return picks


def cluster_margin(s):
    value = margin_of(s.p)
    order = s.top(value, 10 * BATCH)
    rows = sorted(order)
    cluster = dict(zip(rows, s.kmeans(rows, BATCH)))
    picks, seen = [], set()
    for i in order:
        if cluster[i] not in seen and len(picks) < BATCH:
            seen.add(cluster[i])
            picks.append(i)
    return picks + [i for i in order if i not in picks][:BATCH - len(picks)]


def information(s):
    g = 1 - (s.p ** 2).sum(axis=1)
    one = [g[i] * np.outer(s.z[i], s.z[i]) for i in range(len(s.x))]
    known = LAMBDA * np.eye(s.z.shape[1]) + sum(one[i] for i in s.labelled)
    return one, known, sum(one[i] for i in s.pool)


def bait(s):
    one, known, target = information(s)
    left = lambda m: np.trace(np.linalg.solve(m, target))
    picks = []
    while len(picks) < 2 * BATCH:
        worth = {i: left(known + one[i]) for i in s.pool if i not in picks}
        picks.append(min(worth, key=lambda i: (worth[i], i)))
        known = known + one[picks[-1]]
    while len(picks) > BATCH:
        worth = {i: left(known - one[i]) for i in picks}
        out = min(picks, key=lambda i: worth[i])
        picks.remove(out)
        known = known - one[out]
    return picks


def expected_influence(s):
    one, known, target = information(s)
    inverse = np.linalg.inv(known)
    return s.top(np.array([np.trace(m @ inverse @ target @ inverse) for m in one]))


def two_phase(s):
    return typiclust(s) if len(s.labelled) < 5 * CLASSES else cluster_margin(s)


ARMS = [random, margin, typiclust, entropy]


def mixture(s):
    batches, picks = [arm(s) for arm in ARMS], []
    for i in range(BATCH):
        batch = batches[(i + s.number) % len(ARMS)]
        picks.append(next(row for row in batch if row not in picks))
    return picks


def policy(s):
    """The arm that the frozen weights put first in this context."""
    text = (HERE.parent.parent / 'src/core/select/policy_weights.inc').read_text(encoding='utf-8')
    weights = np.array([[float(w) for w in line.split(',')]
                        for line in re.findall(r'^{(.*)},$', text, re.M)])
    count = np.bincount(s.y[s.labelled], minlength=CLASSES) / len(s.labelled)
    k = min(4 * CLASSES, 60, len(s.x))
    clusters = kmeans(s.x, k, SEED, 10)
    context = [1, math.log(len(s.labelled) / CLASSES), margin_of(s.p)[s.pool].mean(),
               entropy_of(s.p)[s.pool].mean() / math.log(CLASSES),
               len(set(clusters[s.labelled].tolist())) / k, entropy_of(count) / math.log(CLASSES)]
    return ARMS[int((weights @ np.array(context)).argmax())](s)


STRATEGIES = [random, least_confidence, margin, entropy, egl, qbc, bald, density, k_center,
              facility, badge, typiclust, probcover, maxherding, cluster_margin, bait,
              expected_influence, two_phase, mixture, policy]


def main():
    with open(HERE.parent.parent / 'data' / 'samples' / 'digits.csv', encoding='utf-8') as file:
        rows = list(csv.reader(file))[1:ROWS + 1]
    y = np.array([int(row[1]) for row in rows])
    x = np.array([[float(value) for value in row[2:66]] for row in rows]) / 16
    start = [i for c in range(CLASSES) for i in np.flatnonzero(y == c)[:2].tolist()]
    out = {}
    for strategy in STRATEGIES:
        labelled, out[strategy.__name__] = list(start), []
        for number in range(ROUNDS):
            picks = [int(i) for i in strategy(State(x, y, labelled, number))]
            out[strategy.__name__].append(picks)
            labelled += picks
        print(strategy.__name__, flush=True)
    text = ',\n'.join(f' "{name}": {json.dumps(picks)}' for name, picks in out.items())
    (HERE / 'strategies.json').write_text('{\n' + text + '\n}\n', encoding='utf-8')


if __name__ == '__main__':
    main()
