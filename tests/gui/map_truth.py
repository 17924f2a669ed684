# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the rows of a workspace lie on the map that is seen, by assay-cli's columns alone: what
pointer and keys hit there is held against it."""
import hashlib
import math
import subprocess
import time

from drive import cli, until

MARGIN = 0.05  # of the view that Home brings
NOTCH = math.exp(40 / 200)  # what one turn of the wheel magnifies by


def inside(polygon, at):
    """Whether a point is in a polygon, by the crossings of a ray."""
    x, y = at
    within = False
    for (x0, y0), (x1, y1) in zip(polygon, polygon[1:] + polygon[:1]):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            within = not within
    return within


def cost(start, end, way):
    """Of a step: what lies aside of the way counts twice; infinite against it."""
    x, y = end[0] - start[0], end[1] - start[1]
    along, across = x * way[0] + y * way[1], abs(x * way[1] - y * way[0])
    return along + 2 * across if along > 0 else math.inf


def distance_to_edge(polygon, at):
    def to_side(start, end):
        dx, dy = end[0] - start[0], end[1] - start[1]
        t = ((at[0] - start[0]) * dx + (at[1] - start[1]) * dy) / (dx * dx + dy * dy or 1.0)
        t = min(max(t, 0.0), 1.0)
        return math.dist(at, (start[0] + t * dx, start[1] + t * dy))
    return min(to_side(a, b) for a, b in zip(polygon, polygon[1:] + polygon[:1]))


class Places:
    """Pixels within the map's widget: as Home shows all rows, then as it was moved."""

    def __init__(self, window, work):
        rows = cli('select', work, '--where', '1 = 1', '--columns', 'id,label,map_x,map_y')['rows']
        self.ids = [str(row['id']) for row in rows]
        self.labels = [str(row['label']) for row in rows]
        left, top, width, height = window.box(window.map)
        self.corner, self.size = (left, top), (width, height)
        self.world = [(row['map_x'], row['map_y']) for row in rows]
        self.at = []
        self.fit(self.ids)

    def fit(self, ids):
        """As the map shows when the rows of these ids fill it."""
        shown = set(ids)
        xs, ys = zip(*(at for row_id, at in zip(self.ids, self.world) if row_id in shown))
        width, height = self.size
        unit = max((max(xs) - min(xs)) / width, (max(ys) - min(ys)) / height) * (1 + 2 * MARGIN)
        middle = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
        self.at = [(width / 2 + (x - middle[0]) / unit, height / 2 - (y - middle[1]) / unit)
                   for x, y in self.world]

    def move(self, right, down):
        self.at = [(x + right, y + down) for x, y in self.at]

    def zoom(self, about, factor):
        self.at = [(about[0] + (x - about[0]) * factor, about[1] + (y - about[1]) * factor)
                   for x, y in self.at]

    def screen(self, at):
        return round(self.corner[0] + at[0]), round(self.corner[1] + at[1])

    def alone(self, near, room=11.0, among=None):
        """The row next to a place that no other row is near to, well within the widget."""
        def is_alone(row):
            x, y = self.at[row]
            return 20 < x < self.size[0] - 20 and 20 < y < self.size[1] - 20 \
                and sum(math.dist(one, (x, y)) < room for one in self.at) == 1
        rows = sorted(range(len(self.at)), key=lambda row: math.dist(self.at[row], near))
        return next(row for row in rows
                    if (among is None or self.ids[row] in among) and is_alone(row))

    def most_central(self, names, region):
        """The row of a region that lies nearest to the mean of its places."""
        rows = [row for row, name in enumerate(names) if name == region]
        middle = self.middle(rows)
        return min(rows, key=lambda row: math.dist(self.at[row], middle))

    def middle(self, rows):
        return tuple(sum(self.at[row][axis] for row in rows) / len(rows) for axis in (0, 1))

    def next_point(self, at, way):
        rows = [row for row in range(len(self.at)) if row != at]
        costs = {row: cost(self.at[at], self.at[row], way) for row in rows}
        best = min(rows, key=costs.get)
        return best if costs[best] < math.inf else at

    def next_region(self, names, at, way):
        middles = {name: self.middle([row for row, one in enumerate(names) if one == name])
                   for name in set(names)}
        start = middles.pop(names[at])
        costs = {name: cost(start, middle, way) for name, middle in middles.items()}
        best = min(costs, key=costs.get)
        return best if costs[best] < math.inf else None

    def within(self, polygon, slack=2.0):
        """The ids inside a polygon, and those too near to its edge to be told."""
        sure, edge = set(), set()
        for row_id, at in zip(self.ids, self.at):
            if distance_to_edge(polygon, at) < slack:
                edge.add(row_id)
            elif inside(polygon, at):
                sure.add(row_id)
        return sure, edge


def look_of(window):
    """A number of the pixels of the map as they are on the screen now."""
    x, y, width, height = window.box(window.map)
    pixels = subprocess.run(['import', '-window', 'root', '-crop', f'{width}x{height}+{x}+{y}',
                             '-depth', '8', 'rgb:-'], capture_output=True, check=True).stdout
    return hashlib.sha256(pixels).hexdigest()


def look_at_rest(window):
    """Once it is the same twice, a few frames apart."""
    looks = [look_of(window)]

    def same():
        time.sleep(0.3)
        looks.append(look_of(window))
        return looks[-1] == looks[-2]
    until('the map to rest', same)
    return looks[-1]


def until_looks(window, wanted, what):
    """Until the map looks so that wanted(its look) holds; returns the look."""
    def look():
        found = look_of(window)
        return found if wanted(found) else None
    return until(what, look)
