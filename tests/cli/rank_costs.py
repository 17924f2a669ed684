# SPDX-License-Identifier: GPL-3.0-or-later
"""What the ranks of assay-mpi tell each other, predicted from the sizes alone: the messages of a
stage and their bytes, for heads whose Hessian fits a matrix."""
import collections
import math


def clamp(x, low, high):
    return int(max(low, min(x, high)))


def blocks(n, size):
    return -(-n // size)


class Parts:
    """Rows cut into parts, of which rank r owns some that follow each other."""

    def __init__(self, n, rows, ranks):
        self.n, self.rows, self.ranks = n, rows, ranks
        self.parts = blocks(n, rows)

    @classmethod
    def most(cls, n, ranks, least, most):
        """At most so many parts, of at least `least` rows, a power of two."""
        rows, limit = 64, max(most, 1) * max(n >> 24, 1)
        while rows < least or blocks(n, rows) > limit:
            rows *= 2
        return cls(n, rows, ranks)

    def own(self, r):
        return self.parts * r // self.ranks, self.parts * (r + 1) // self.ranks

    def own_rows(self, r):
        first, last = self.own(r)
        return min(last * self.rows, self.n) - min(first * self.rows, self.n)

    def nodes(self, r):
        """How many whole subtrees a rank's parts are: what it has to give of a sum."""
        first, last = self.own(r)
        count = 0
        while first < last:
            size = first & -first if first else 1 << (last - first).bit_length() - 1
            while first + size > last:
                size >>= 1
            first += size
            count += 1
        return count

    def sum(self, what, r, size, rounds=1):
        """A sum of so many numbers, by slices that keep within memory."""
        most = max((4 << 20) // sum(self.nodes(k) for k in range(self.ranks)), 1)
        return [(what, self.nodes(r) * min(most, size - at) * 8, rounds)
                for at in range(0, size, most)]

    def values(self, what, r, size, rounds=1):
        """So many bytes by row."""
        return what, self.own_rows(r) * size, rounds


class Run:
    """n training rows, m validation rows, others beside; classes 0: ridge."""

    def __init__(self, n, m, d, classes, ranks, rows=None):
        """classes: how many training rows each has."""
        self.n, self.m, self.d, self.classes, self.ranks = n, m, d, len(classes), ranks
        self.counts, classes = classes, len(classes)
        self.rows = rows or n + m
        self.outputs = max(classes, 1)
        self.free = classes - 1 if classes else 1

    def data(self, r, scores, files, copies):
        """files: how many; copies: rows that rank r found to be like one before."""
        tell = [('whether it was begun', 1, 1), ('parts', self.rows, 1),
                ('kept scores', scores, 1), ('kept share of doubted labels', 24, 1),
                ('kept head', 8, 1), ('kept head', 0, 1)]
        hashes = Parts(self.rows, max(1, (1 << 20) // (4 * self.d)), self.ranks)
        return said(('facts of the data', 48, 1), ('facts of the data', 8, 1),
                    hashes.values('hashes of rows', r, 8), ('copies', 8, 1),
                    ('copies', copies * 8, 1),
                    ('hashes of files', len(range(r, files, self.ranks)) * 152, 1),
                    *((what, size if r == 0 else 0, rounds) for what, size, rounds in tell))

    def means(self, r, rows=None):
        parts = Parts.most(rows or self.n, self.ranks, (1 << 18) // self.d, 256)
        return 'feature means', parts.nodes(r) * (2 * self.d + 1) * 8, 1

    def head(self, r, passes, refined=0):
        """passes: how often the solver read the rows; refined: how often the metric in which it
        steps was, which it may be above some rows (of every step-th row where these are many)."""
        d = self.d
        if self.classes:
            size = self.free * blocks(d + 1, 16) * 16 + 8
            parts = Parts.most(self.n, self.ranks, 1, clamp((64 << 20) / (8 * size), 2, 64))
            rows = blocks(self.n, blocks(self.n * self.classes, 6 << 20))
            return said(self.means(r), ('loss and gradient', parts.nodes(r) * size * 8, passes),
                        self.probabilities(r, rows, False, refined),
                        *self.class_blocks(r, refined))
        nodes = Parts.most(self.n, self.ranks, 256,
                           clamp((256 << 20) / (8 * d * d + 1), 2, 16)).nodes(r)
        return said(self.means(r), ('Gram matrix', nodes * (d + 1) * 8, passes),
                    ('Gram matrix', nodes * d * d * 8, 1))

    def hessian(self, r):
        """Panels of 64 columns of up to nine blocks of classes."""
        nodes = Parts.most(self.n, self.ranks, 256, 16).nodes(r)
        pairs = self.free * (self.free + 1) // 2
        for at in range(0, self.d + 1, 64):
            width = min(64, self.d + 1 - at)
            for first in range(0, pairs, 9):
                yield 'Hessian', nodes * (at + width) * min(9, pairs - first) * width * 8, 1

    def class_blocks(self, r, rounds=1):
        """What conjugate gradients are preconditioned by: a factor of each class by a rank, and
        whether any of them was none. A ridge's are made by every rank of all rows it looks at."""
        stride = self.d + 1
        if self.classes > 1:
            yield ('factors of classes',
                   Parts(self.classes, 1, self.ranks).own_rows(r) * stride * (stride + 1) // 2 * 4,
                   rounds)
            yield 'failures', 1, rounds

    @property
    def in_double(self):
        """Whether products with the rows are in double, which float would not make cheaper."""
        return self.n * self.outputs * (self.d + 1) <= 1e7

    @property
    def hessian_is_cheap(self):
        """Else a single solve is by conjugate gradients, and the matrix is made for its inverse."""
        stride = self.d + 1
        return (self.free * stride <= 2048 and
                self.free * (self.free + 1) / 2 * 1.15 * self.n * stride ** 2 <= 2e10)

    @property
    def evaluation(self):
        """Operations of judging every training row's step on every validation row."""
        numbers = self.free * (self.d + 1)
        return self.n * (2 * numbers ** 2 + self.m * (2 * numbers + 60 * self.outputs))

    def passing(self, rows, in_double=True, vectors=1):
        """The parts of a pass over so many rows with so many vectors, and a sum's bytes."""
        columns, stride = vectors * self.outputs, self.d + 1
        if not in_double and columns <= 40: # relative to the last class, padded for vectors
            columns -= vectors if self.classes > 1 else 0
            stride = blocks(stride, 16) * 16
        size = blocks(columns * stride, 8) * 8
        wanted = clamp((64 << 20) / (8 * size), 4, clamp((8 << 20) / (8 * size), 16, 64))
        block = clamp((40 << 10) // (self.d + 1 + 2 * self.outputs) // 16 * 16, 16, 512)
        return Parts.most(rows, self.ranks, block, wanted), size * 8

    def probabilities(self, r, rows, in_double, rounds=1):
        """Of each of so many rows, which every rank has in the end."""
        parts, _ = self.passing(rows, in_double)
        return parts.values('values by row', r, self.outputs * (8 if in_double else 4), rounds)

    def products(self, r, in_double, rounds, rows=None):
        """Of the Hessian with a vector, or gradients of so many rows."""
        parts, size = self.passing(rows or self.n, in_double)
        return 'sums over rows', parts.nodes(r) * size, rounds

    def influence(self, r, told=None):
        """Gradients of the validation loss and of its halves, a solve for both, and one pass over
        the rows. told, of the kinds of messages: how many there were; of conjugate gradients it
        has the rounds."""
        parts, _ = self.passing(self.n, self.in_double, 2)
        found = said(self.probabilities(r, self.m, True, 2), self.products(r, True, 2, self.m),
                     self.probabilities(r, self.n, self.in_double),
                     parts.values('values by row', r, 2 * 8))
        if not self.hessian_is_cheap:
            rounds = told['sums over rows'] - 2
            return found + said(*self.class_blocks(r), self.products(r, self.in_double, rounds))
        found += said(*self.hessian(r), self.products(r, self.in_double, 2))
        if self.evaluation <= 2e10: # of standard errors
            found += said(Parts(self.n, 64, self.ranks).values('values by row', r, 4 * 8))
        return found

    def judgement(self, r, k=15):
        """Of the head, with the first score that needs it: its fit, and the nearest rows of 2000
        validation rows at most."""
        return said(*(('fit of the head', Parts.most(rows, self.ranks, self.block, 1024).nodes(r)
                       * 32, 1) for rows in (self.n, self.m)),
                    Parts(min(self.m, 2000), 64, self.ranks).values('nearest to judged rows', r,
                                                                    4 * k))

    def loo(self, r, told):
        """By row: its step, outputs, two lengths, and four numbers of what leaving it out changes,
        or one to first order and four of the 1000 largest. Rows that bear much are left out by
        refits, each some products and moves, whose number `told` has, as influence's."""
        if (self.d + 1) * self.outputs > 6000:
            return self.loo_by_folds(r, told)
        rows = Parts(self.n, 64, self.ranks)
        found = said(*(rows.values('values by row', r, numbers * 8)
                       for numbers in (self.free, self.outputs, 1, 1)))
        if not self.hessian_is_cheap:
            found += said(*self.hessian(r))
        if self.evaluation <= 4e11:
            found += said(rows.values('values by row', r, 4 * 8))
        else:
            found += said(self.probabilities(r, self.m, True), self.products(r, True, 1, self.m),
                          self.probabilities(r, self.n, True, not self.in_double),
                          self.products(r, True, told['sums over rows'] - 1),
                          rows.values('values by row', r, 8),
                          Parts(min(self.n, 1000), 64, self.ranks).values('values by row', r, 32))
        counted = self.kinds(found)
        return found + said(
            ('fit of the head', Parts.most(self.m, self.ranks, self.block, 1024).nodes(r) * 32,
             told['fit of the head']),
            self.products(r, self.in_double, told['sums over rows'] - counted['sums over rows']),
            self.probabilities(r, self.n, self.in_double,
                               told['values by row'] - counted['values by row']))

    @property
    def block(self):
        """Rows of which outputs are made at once."""
        return clamp((64 << 10) // (self.d + self.outputs), 4, 1024)

    @staticmethod
    def kinds(messages):
        """How many of each kind."""
        counted = collections.Counter()
        for (what, _), rounds in messages.items():
            counted[what] += rounds
        return counted

    def loo_by_folds(self, r, told):
        """Five heads, each without a fold, from the head; the fold's outputs; effects to first
        order. Rows of a class take turns in the folds, each class from another one on."""
        folds = [sum(len(range((fold - k) % 5, count, 5)) for k, count in enumerate(self.counts))
                 for fold in range(5)]
        fits = (self.head(r, told['loss and gradient'], told['failures'])
                - said(self.means(r)))
        found = fits + said(
            *(Parts(count, self.block, self.ranks).values('outputs of the head', r,
                                                          8 * self.outputs) for count in folds),
            self.probabilities(r, self.m, True), self.products(r, True, 1, self.m),
            self.probabilities(r, self.n, True, not self.in_double),
            Parts(self.n, 64, self.ranks).values('values by row', r, 8))
        rounds = told['sums over rows'] - 1
        if self.in_double: # of the refined solve
            return found + said(self.products(r, True, rounds))
        return found + said(self.products(r, False, rounds - told['measured']),
                            self.products(r, True, told['measured']))

    def self_influence(self, r):
        """Where rows are left out by folds, each row's outputs by the head of all."""
        by_folds = (self.d + 1) * self.outputs > 6000
        return said(Parts(self.n, self.block, self.ranks).values(
            'outputs of the head', r, 8 * self.outputs, by_folds))

    def neighbours(self, r, laws, nearest, k=10):
        """Tiles of validation rows; lists of the nearest rows."""
        n, m = self.n, self.m
        depth = 2 * k + int(10 * k ** .5) + 40
        listed = min(n, nearest + depth)
        groups = clamp((256 << 20) // (n * 16), 2, 64) & ~1
        tile = min(clamp((512 << 20) // 4 // n, 64, 512) // groups * groups, m)
        own = Parts(n, 256, self.ranks).own_rows(r)
        found = said(self.means(r), ('values by row', own * 8, 4 * laws))
        for first in range(0, m, tile):
            count = min(tile, m - first)
            found += said(
                ('validation rows', Parts(count, 1, self.ranks).own_rows(r) * self.d * 4, 1),
                ('nearest rows', count * min(own, listed) * 8, 1),
                ('distances in doubt', count * min(own, listed, 4 * depth) * 16, 1))
        return found


    def pca(self, r):
        """Two components of all rows, of at most 4096 columns (and no fewer rows): scales, the
        covariance, and each row's place."""
        d = self.d
        parts = Parts.most(self.rows, self.ranks, 8192, clamp((1 << 30) / (8 * d * d), 4, 64))
        return said(self.means(r, self.rows), *parts.sum('covariance', r, d * d),
                    *parts.sum('covariance', r, d),
                    Parts(self.rows, 256, self.ranks).values('projections', r, 2 * 4))


    def points(self, r, unit=False):
        """The points of a search: their mean and lengths. unit: of length 1."""
        parts = Parts.most(self.rows, self.ranks, 1024, 64)
        return said(*parts.sum('means of the points', r, self.d),
                    ('lengths of the points', parts.own_rows(r) * 8, unit),
                    Parts(self.rows, 1024, self.ranks).values('lengths of the points', r, 4))

    def kmeans(self, r, k, starts, passes, filled=0):
        """Rounds of all starts are `passes`; `filled`: how often a cluster had lost its points.
        Not standardised, not by cosine."""
        d = self.d
        most = clamp((64 << 20) / (8 * k * d), 4, 32)
        clusters = Parts.most(self.rows, self.ranks, 256, most)
        means = Parts.most(self.rows, self.ranks, 256,
                           clamp((64 << 20) / 8 / (k * (d + 1)), 1, 32))
        sample = Parts.most(min(self.rows, max((64 << 20) // (4 * d), 1024)), self.ranks, 256, 1024)
        first, last = sample.own(r)
        draws = min(2 + int(math.log(k)), 12)
        return (said(*sample.sum('sums of draws', r, 1, starts),
                     *sample.sum('sums of draws', r, draws, starts * (k - 1)),
                     ('points drawn', draws * 8, starts * (k - 1)),
                     ('what is left', (last - first) * 8, starts * k),
                     *clusters.sum('sums of clusters', r, k * (d + 1) + 2, passes),
                     ('farthest point', 16, filled), clusters.values('clusters of points', r, 4),
                     *Parts.most(self.rows, self.ranks, 256, 1024).sum('sum of squares', r, 1),
                     *means.sum('means of clusters', r, k * (d + 1)),
                     ('rows nearest to means', k * 3 * 16, 1))
                + self.points(r) + self.points(r))


    def near_copies(self, r, searched, copies, pairs, element=4):
        """Pairs of rows by cosine, not standardised. By rank: rows that are searched, which are no
        copies and not zero; copies and pairs that rank r found. element: bytes of a feature."""
        hashes = Parts(self.rows, 512, self.ranks)
        tile = clamp((64 << 20) // (self.ranks * self.d * element), 512, 2048) // 512 * 512
        found = said(hashes.values('hashes of rows', r, 8), ('copies', 8, 1),
                     ('copies', copies * 8, 1), ('points searched', 8, 1), ('pairs found', 8, 1),
                     ('pairs', 8, 1), ('pairs', pairs * 16, 1))
        for first in range(0, max(searched) if self.ranks > 1 else 0, tile):
            count = clamp(searched[r] - first, 0, tile)
            found += said(('visiting numbers', count * 4, 1),
                          ('visiting coordinates', count * min(16, self.d) * 4, 1),
                          ('visiting rows', count * self.d * element, 1))
        return found + self.points(r, True) + self.points(r, True)


def said(*messages):
    """(kind, bytes, rounds) each, as a count of (kind, bytes)."""
    found = collections.Counter()
    for what, size, rounds in messages:
        if rounds > 0:
            found[what, size] += rounds
    return found


def total(messages):
    return sum(size * rounds for (_, size), rounds in messages.items())
