# SPDX-License-Identifier: GPL-3.0-or-later
"""The accessible tree of one program, read in bulk: one question brings all parts that GTK knows,
and their places are asked for at once. Asking part by part costs a round trip each, half a second
a look at the window."""
import json
import re

import gi

gi.require_version('Atspi', '2.0')
gi.require_version('Json', '1.0')
from gi.repository import Atspi, Gio, GLib, Json  # pylint: disable=wrong-import-position

ACCESSIBLE = 'org.a11y.atspi.Accessible'
COMPONENT = 'org.a11y.atspi.Component'
TEXT = 'org.a11y.atspi.Text'
PROPERTIES = 'org.freedesktop.DBus.Properties'
ROOT = '/org/a11y/atspi/accessible/root'
RENAMED = {'button': 'push button'}  # since at-spi 2.52
ROLES = {int(value): RENAMED.get(name, name) for value in map(Atspi.Role, range(130))
         for name in [Atspi.role_get_name(value)]}
ACTIVE, FOCUSABLE, FOCUSED, SENSITIVE = 1, 11, 12, 24  # bits of the states
CHOSEN = (4, 20, 23)  # checked, pressed, selected
TOPS = ('frame', 'application', 'dialog', 'alert', 'window')
LARGE = ('tree table', 'table', 'list', 'grid', 'panel')
LARGE_NAMES = ('Samples', 'Gallery', 'Values of the Row')
ROUNDS = 12
MANY = 150
FORGET = 20


def plain(name):
    """A name without its doubling: GTK 4.8 names a button with a mnemonic "_Drop Drop"."""
    half = len(name or '') // 2
    first, second = (name or '')[:half + 1].strip(), (name or '')[half + 1:]
    return second if '_' in first and first.replace('_', '', 1) == second else name or ''


def access_key(name):
    """The letter that Alt takes to a control of this name, so far as GTK 4.8 tells; or None."""
    found = re.search('_(.)', name or '')
    return found[1].lower() if found and plain(name) != name else None


class Part:
    """One widget as it was when the tree was read; its name and place are those of now."""

    def __init__(self, tree, item):
        (_, self.path), _, (_, self.above), self.index, self.count, interfaces, self.said, \
            role, self.description, states = item
        self.tree = tree
        self.placed = COMPONENT in interfaces
        self.role = ROLES.get(role, '')
        self.states = states[0]
        self.parent, self.parts = None, []

    @property
    def name(self):
        try:
            return self.now(ACCESSIBLE, 'Name')
        except GLib.Error:
            return self.said  # gone meanwhile

    def now(self, interface, name):
        """A property as it is now."""
        return self.tree.ask(self.path, PROPERTIES, 'Get', '(ss)', interface, name)[0]

    def has(self, state):
        return bool(self.states >> state & 1)

    def is_large(self):
        return self.role in LARGE and self.said in LARGE_NAMES

    def extents(self):
        """x, y, width, height in its window."""
        return self.tree.ask(self.path, COMPONENT, 'GetExtents', '(u)', 1)[0]

    def focus(self):
        return self.tree.ask(self.path, COMPONENT, 'GrabFocus', None)[0]

    def act(self):
        """Its first action, as a screen reader would."""
        return self.tree.ask(self.path, 'org.a11y.atspi.Action', 'DoAction', '(i)', 0)[0]

    def has_action(self):
        return self.now('org.a11y.atspi.Action', 'NActions') > 0

    def value(self):
        """Of a spin button or a slider."""
        return self.now('org.a11y.atspi.Value', 'CurrentValue')

    def text(self):
        """What an entry holds."""
        count = self.now(TEXT, 'CharacterCount')
        return self.tree.ask(self.path, TEXT, 'GetText', '(ii)', 0, count)[0]

    def chain(self):
        """Itself and what it is in, up to its window."""
        part, chain = self, []
        while part is not None:
            chain.append(part)
            part = part.parent
        return chain


class Tree:
    """Connects to the accessibility bus of this session."""

    def __init__(self):
        session = Gio.bus_get_sync(Gio.BusType.SESSION)
        address = session.call_sync('org.a11y.Bus', '/org/a11y/bus', 'org.a11y.Bus', 'GetAddress',
                                    None, None, Gio.DBusCallFlags.NONE, -1, None).unpack()[0]
        flags = Gio.DBusConnectionFlags
        self.bus = Gio.DBusConnection.new_for_address_sync(
            address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)
        self.program = None  # its name on the bus
        self.futile = set()  # (path, children, listed) that asking did not change
        self.reads = 0
        self.parts = {}  # as they were last listed
        self.focus = None  # the path that the program last said to have the focus
        self.bus.signal_subscribe(None, 'org.a11y.atspi.Event.Object', 'StateChanged', None, None,
                                  Gio.DBusSignalFlags.NONE, self.on_state)

    def on_state(self, _bus, _sender, path, _interface, _signal, values):
        name, now = values.unpack()[:2]
        if name == 'focused' and now:
            self.focus = path

    def call(self, target, question, then=None):
        path, interface, method, signature, *values = question
        arguments = GLib.Variant(signature, tuple(values)) if signature else None
        return (self.bus.call if then else self.bus.call_sync)(
            target, path, interface, method, arguments, None, Gio.DBusCallFlags.NONE, 20000, None,
            *([then] if then else []))

    def ask(self, *question):
        return self.call(self.program, question).unpack()

    def ask_all(self, questions):
        """Many questions at once; None for those that had no answer."""
        answers, left = [None] * len(questions), [len(questions)]

        def take(bus, result, at):
            left[0] -= 1
            try:
                answers[at] = bus.call_finish(result).unpack()
            except GLib.Error:
                pass  # gone meanwhile

        for at, question in enumerate(questions):
            self.call(self.program, question, lambda bus, result, at=at: take(bus, result, at))
        while left[0] > 0:
            GLib.MainContext.default().iteration(True)
        return answers

    def find_program(self):
        found = self.call('org.a11y.atspi.Registry', (ROOT, ACCESSIBLE, 'GetChildren', None))
        programs = [name for name, _ in found.unpack()[0]]
        self.program = programs[-1] if programs else None
        return self.program is not None

    def tops(self):
        """The program's windows: path and whether it has the focus. Quick; empty when it ended."""
        try:
            paths = [path for _, path in self.ask(ROOT, ACCESSIBLE, 'GetChildren', None)[0]]
            return [(path, bool(self.ask(path, ACCESSIBLE, 'GetState', None)[0][0] >> ACTIVE & 1))
                    for path in paths]
        except GLib.Error:
            return []

    def list_parts(self):
        """Path -> part of all that GTK has listed so far; empty when the program has ended."""
        try:
            answer = self.call(self.program, ('/org/a11y/atspi/cache', 'org.a11y.atspi.Cache',
                                              'GetItems', None))
        except GLib.Error:
            self.program = None
            return {}
        # as JSON, which is read a hundred times faster than the value
        items = json.loads(Json.gvariant_serialize_data(answer.get_child_value(0))[0])
        parts = {item[0][1]: Part(self, item) for item in items}
        for part in parts.values():
            part.parent = parts.get(part.above)
            if part.parent is not None:
                part.parent.parts.append(part)
        self.parts = parts
        return parts

    def at_focus(self):
        """The part that has the focus, by what the program told, without reading the tree; None
        where that is not known."""
        while GLib.MainContext.default().iteration(False):
            pass
        part = self.parts.get(self.focus)
        if part is None:
            return None
        chain = part.chain()
        states, *names = self.ask_all(
            [(part.path, ACCESSIBLE, 'GetState', None)]
            + [(one.path, PROPERTIES, 'Get', '(ss)', ACCESSIBLE, 'Name') for one in chain])
        if self.focus != part.path or states is None or None in names:
            return None
        part.states = states[0][0]
        for one, name in zip(chain, names):
            one.said = name[0]
        return part if part.has(FOCUSED) else None

    def unknown(self, parts, root, deep):
        """Those of which not all children are listed, and are wanted."""
        few = [part for part in parts.values() if len(part.parts) < part.count]
        return {(part.path, part.count, len(part.parts)) for part in few
                if deep or (root is not None and root.path in (one.path for one in part.chain()))
                or not any(one.is_large() for one in part.chain())} - self.futile

    def read(self, root=None, deep=False):
        """Path -> part of all there is. Parts that nobody asked for yet are not listed by GTK:
        what has more children than are listed is asked for them, and those for theirs. Once asked
        for they are listed ever after, so that the thousands of parts of tables and lists of values
        are left alone, but for those of the root, and when deep."""
        self.reads += 1
        if self.reads % FORGET == 0:
            self.futile.clear()
        parts = self.list_parts()
        for _ in range(ROUNDS):
            unknown = self.unknown(parts, root, deep)
            if not unknown:
                break
            paths = [path for path, _, _ in unknown]
            while paths:
                answers = self.ask_all([(path, ACCESSIBLE, 'GetChildren', None) for path in paths])
                paths = [path for answer in answers if answer is not None
                         for _, path in answer[0] if path not in parts]
                if not deep and len(paths) > MANY:
                    break  # the rows of a table: whether they are entered is known when listed
            parts = self.list_parts()
            self.futile |= unknown & self.unknown(parts, root, deep)
        for part in parts.values():
            part.parts.sort(key=lambda one: one.index)
        return parts

    def shown(self, parts):
        """Of these those that show. GTK 4.8 says SHOWING of windows only; what is not mapped, or in
        what is not, has no extent. From the windows down: of hidden pages no more is asked."""
        left, depth = [(one, one.chain()[::-1]) for one in parts], 0
        while any(len(chain) > depth for _, chain in left):
            level = {chain[depth].path for _, chain in left if len(chain) > depth
                     and chain[depth].role not in TOPS and chain[depth].placed}
            hidden = self.hidden(list(level))
            left = [(one, chain) for one, chain in left
                    if len(chain) <= depth or chain[depth].path not in hidden]
            depth += 1
        return [one for one, _ in left]

    def hidden(self, paths):
        """Of these those that have no extent."""
        answers = self.ask_all([(path, COMPONENT, 'GetExtents', '(u)', 1) for path in paths])
        return {path for path, answer in zip(paths, answers)
                if answer is None or answer[0][2] <= 0 or answer[0][3] <= 0}

    def below(self, root=None, deep=False):
        """Parents first, root itself included. Tables and lists of values are entered only when
        they are the root, or when deep."""
        parts = self.read(root, deep)
        if root is not None:
            tops = [parts[root.path]] if root.path in parts else []
        else:
            tops = [part for part in parts.values() if part.above == ROOT and part.path != ROOT]
        stack, found = sorted(tops, key=lambda one: -one.index), []
        while stack:
            part = stack.pop()
            found.append(part)
            if deep or part in tops or not part.is_large():
                stack.extend(reversed(part.parts))
        return found

    def matching(self, pattern, role=None, root=None, deep=False):
        """Those that show whose plain name is the pattern's, in any case."""
        matches = re.compile(pattern, re.I | re.S).fullmatch
        return self.shown([part for part in self.below(root, deep)
                           if (role is None or part.role == role) and matches(plain(part.said))])
