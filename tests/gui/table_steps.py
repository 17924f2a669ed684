# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the page Samples, for tests: its titles and rows. The whole tree is read in seconds
when a table is in it: only what is asked for is read here."""
from a11y_tree import ACCESSIBLE, PROPERTIES


def names_in(window, path):
    """The names of what is in a part."""
    inside = [one for _, one in window.tree.ask(path, ACCESSIBLE, 'GetChildren', None)[0]]
    answers = window.tree.ask_all([(one, PROPERTIES, 'Get', '(ss)', ACCESSIBLE, 'Name')
                                   for one in inside])
    return [(one, answer[0]) for one, answer in zip(inside, answers) if answer is not None]


def table(window):
    """The titles' row and the rows' list of the table."""
    return [path for path, _ in names_in(window, window.find('Samples', 'tree table').path)]


def title_of(window, titles, column):
    return [path for path, name in names_in(window, titles) if name == column][0]


def click_title(window, titles, column):
    title = title_of(window, titles, column)
    left, top, _, _ = window.geometry()
    x, y, width, height = window.tree.ask(title, 'org.a11y.atspi.Component', 'GetExtents', '(u)',
                                          1)[0]
    window.xdo('mousemove', left + x + width // 2, top + y + height // 2, 'click', 1)
    window.settle()
