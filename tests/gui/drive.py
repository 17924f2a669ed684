# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the window as a person would, through pointer, keys and the accessibility bus.

A test program ends with `drive.main(globals())`: it is run again inside a private X server, window
manager, session bus and home, all of which end with it. ASSAY_APP and ASSAY_CLI name the programs,
ASSAY_PICTURES the folder that pictures go to.

Nothing waits for a time to pass: keys are sent when a window of the program has the focus, clicks
when what is clicked stands still, and after both the program is asked something, so that it has
seen them. What a key or a click must bring is waited for; where the program may have looked away
(a list that closes, a dialog that opens) the one key or click is done again until it has come.
"""
import contextlib
import csv
import importlib.util
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests'))
from tap import Skip, Tap  # pylint: disable=wrong-import-position
with contextlib.suppress(ImportError, ValueError):  # then main() says what is missing
    import a11y_tree as tree
    from a11y_tree import access_key, plain

SAMPLE = ROOT / 'data' / 'samples' / 'digits.csv'
APP = os.environ.get('ASSAY_APP', str(ROOT / 'build' / 'src' / 'app' / 'assay'))
CLI = os.environ.get('ASSAY_CLI', str(ROOT / 'build' / 'src' / 'cli' / 'assay-cli'))
PICTURES = pathlib.Path(os.environ.get('ASSAY_PICTURES', str(ROOT / 'build' / 'pictures')))
INSIDE = 'ASSAY_DRIVE_FOLDER'
SCREEN = os.environ.get('ASSAY_SCREEN', '1360x900')
PATIENCE = int(os.environ.get('ASSAY_PATIENCE', '60'))
NOISE = re.compile(r'(CRITICAL|WARNING) \*\*|-(CRITICAL|WARNING)|AddressSanitizer|runtime error')
MOST_BORDER = 40
PAGES = ('Overview', 'Map', 'Samples', 'Redundancy', 'Curate', 'Scores', 'History', 'Gains',
         'Report', 'Review')  # Ctrl+1 to Ctrl+0
ENTRIES = ('text', 'entry', 'spin button')
AGAIN = PATIENCE / 6  # after so many seconds a click or key without effect is done again


def missing():
    """Why the window cannot be driven here; empty when it can."""
    programs = [name for name in ('Xvfb', 'openbox', 'dbus-run-session', 'xdotool', 'xprop',
                                  'import') if shutil.which(name) is None]
    if importlib.util.find_spec('pyatspi') is None or 'tree' not in globals():
        programs.append('pyatspi')
    return ', '.join(programs)


def environment(folder):
    env = {name: value for name, value in os.environ.items()
           if not name.startswith(('MALLOC_', 'G_DEBUG', 'LD_PRELOAD', 'WAYLAND_', 'DBUS_'))}
    home = folder / 'home'
    run = folder / 'run'
    home.mkdir()
    run.mkdir(mode=0o700)
    settings = home / '.config' / 'gtk-4.0' / 'settings.ini'
    settings.parent.mkdir(parents=True)
    settings.write_text('[Settings]\ngtk-enable-animations=false\ngtk-cursor-blink=false\n')
    env.update(HOME=str(home), XDG_RUNTIME_DIR=str(run), XDG_CONFIG_HOME=f'{home}/.config',
               XDG_DATA_HOME=f'{home}/.local/share', XDG_CACHE_HOME=f'{home}/.cache',
               XDG_STATE_HOME=f'{home}/.local/state', GTK_A11Y='atspi', GDK_BACKEND='x11',
               GSK_RENDERER='cairo', LIBGL_ALWAYS_SOFTWARE='1', GSETTINGS_BACKEND='memory',
               LC_ALL='C.UTF-8', GTK_USE_PORTAL='0')
    env[INSIDE] = str(folder)
    return env


def run_outside():
    """Starts the private display and bus and this program again in them; returns its status."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix='assay-gui-'))
    env = environment(folder)
    read, write = os.pipe()
    # Without -noreset the server starts anew whenever its last client leaves, as the first ones
    # here do, and turns away who comes meanwhile: there would be no window manager.
    server = subprocess.Popen(['Xvfb', '-displayfd', str(write), '-screen', '0', SCREEN + 'x24',
                               '-nolisten', 'tcp', '-noreset'], pass_fds=[write],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as numbers:
            env['DISPLAY'] = ':' + numbers.readline().strip()
        session = subprocess.Popen(['dbus-run-session', '--', sys.executable, *sys.argv], env=env,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            return session.wait()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(session.pid, signal.SIGTERM)
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def start_helpers():
    """The accessibility bus and a window manager that gives each new window the focus, at once."""
    quiet = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}
    bus = subprocess.Popen(['/usr/libexec/at-spi-bus-launcher', '--launch-immediately'], **quiet)
    log = pathlib.Path(os.environ[INSIDE]) / 'openbox.log'
    config = pathlib.Path(__file__).with_name('openbox.xml')
    with open(log, 'w', encoding='utf-8') as file:
        manager = subprocess.Popen(['openbox', '--config-file', str(config)], stdout=file,
                                   stderr=subprocess.STDOUT)

    def answers():
        assert manager.poll() is None, 'no window manager: ' + log.read_text(errors='replace')
        return subprocess.run(['xdotool', 'get_desktop'], check=False, **quiet).returncode == 0
    until('the window manager', answers)
    return [bus, manager]


def main(namespace):
    lacking = missing()
    if lacking:
        print(f'1..0 # SKIP cannot drive a window here: no {lacking}')
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that all that was started ends too
    if INSIDE not in os.environ:
        sys.exit(run_outside())
    helpers = []
    try:
        helpers = start_helpers()
        namespace.get('run', lambda: Tap().run_all(namespace))()
    finally:
        for helper in helpers:
            helper.terminate()
            helper.wait()


def folder():
    """A new folder inside what is removed at the end."""
    return pathlib.Path(tempfile.mkdtemp(dir=os.environ[INSIDE]))


def locale_of(name):
    """The environment of a person with this locale, which is made here: few machines have it."""
    where = folder()
    done = subprocess.run(['localedef', '-i', name, '-f', 'UTF-8', where / f'{name}.UTF-8'],
                          capture_output=True, check=False)
    if not (where / f'{name}.UTF-8').is_dir():
        raise Skip(f'localedef: {done.stderr.decode()[:80]}')
    return {'LC_ALL': f'{name}.UTF-8', 'LOCPATH': str(where), 'LANGUAGE': name[:2]}


def cli(*arguments):
    """What assay-cli --json says."""
    done = subprocess.run([CLI, '--json', *map(str, arguments)], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def read_csv(path):
    with open(path, encoding='utf-8', newline='') as file:
        return list(csv.DictReader(file))


def until(what, function, patience=PATIENCE):
    """Waits until the function returns something true, and returns that."""
    end = time.monotonic() + patience
    while True:
        found = function()
        if found:
            return found
        assert time.monotonic() < end, f'waited {patience:g} s: {what}'
        time.sleep(0.04)


def again(what, action, done):
    """Does the action until done() is true; once, as a rule. Returns what done() did."""
    for _ in range(3):
        action()
        try:
            return until(what, done, AGAIN)
        except AssertionError as reason:
            print(f'# done again: {reason}', flush=True)
    action()
    return until(what, done)


class Window:
    """The program with one window; a context manager that ends it and reads its complaints."""

    def __init__(self, *arguments, dark=False, **environ):
        env = dict(os.environ, ADW_DEBUG_COLOR_SCHEME='prefer-dark' if dark else 'prefer-light',
                   **environ)
        self.log = tempfile.NamedTemporaryFile(dir=os.environ[INSIDE])
        self.map = self.bar_box = None
        self.word = lambda text: text  # the window's words, of another language where it has one
        self.tree = tree.Tree()
        self.program = subprocess.Popen([APP, *map(str, arguments)], stdout=self.log,
                                        stderr=subprocess.STDOUT, env=env)

    def __enter__(self):
        until('the window', lambda: self.tree.find_program() and self.tree.read())
        self.ready()
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.picture('failed-' + pathlib.Path(sys.argv[0]).stem)
            self.tell()
        status = self.program.poll()
        if status is None:
            self.program.terminate()
            self.program.wait(20)
        noise = [line for line in pathlib.Path(self.log.name).read_text(errors='replace')
                 .splitlines() if NOISE.search(line)]
        assert status in (None, 0), f'ended with status {status}'
        assert not noise, '\n'.join(noise[:20])

    def tell(self):
        """What stands in the window, for who reads the log of a test that failed."""
        with contextlib.suppress(Exception):  # it may be gone
            parts = self.tree.read().values()
            print('# focus:', [part.said for part in parts if part.has(tree.FOCUSED)])
            print('# chosen:', [part.said for part in parts
                                if any(part.has(state) for state in tree.CHOSEN)])
            print('# says:', self.labels())

    def close(self):
        self.keys('ctrl+q')
        assert self.program.wait(PATIENCE) == 0

    # --- what shows ---

    def all(self, pattern, role=None, within=None):
        return self.tree.matching(pattern, role, within)

    def find(self, pattern, role=None, patience=PATIENCE, within=None):
        def best():
            found = self.all(pattern, role, within)
            found.sort(key=lambda one: one.role in ('label', 'filler', 'panel', 'image'))
            return found[:1]
        return until(f'{role or "a widget"} named {pattern}', best, patience)[0]

    def gone(self, pattern, role=None):
        until(f'{pattern} to be gone', lambda: not self.all(pattern, role))

    def labels(self, within=None):
        return [one.said for one in self.tree.matching('.+', 'label', within)]

    def lists(self, *names):
        return self.tree.matching('|'.join(map(re.escape, names)), 'list')

    def unnamed(self):
        """Focusable widgets that show and have no name of their own."""
        def nameless(one):
            name = plain(one.said).strip()
            inside = one.role in ('list', 'list item') \
                and any(above.role == 'combo box' for above in one.chain()[1:5])
            # how a row of libadwaita shows its choice: the row takes the focus
            return one.has(tree.FOCUSABLE) and not inside \
                and one.role not in ('panel', 'filler', 'scroll pane', *tree.TOPS) \
                and (name == '' or re.match(r'(Gtk|Adw|Assay)[A-Z]', name))
        found = self.tree.shown([one for one in self.tree.below(deep=True) if nameless(one)])
        return [f'{one.role} {plain(one.said)!r} at {self.box(one)}' for one in found]

    def clashes(self):
        """Controls of which two that show answer to the same access key."""
        def apart(one, other):
            """In two windows, or on two pages of a stack: one lies over the other."""
            chains = [part.chain()[::-1] for part in (one, other)]
            here, there = next(pair for pair in zip(*chains) if pair[0] is not pair[1])
            if not (here.placed and there.placed):
                return True
            (x, y, wide, high), (left, top, width, height) = self.box(here), self.box(there)
            both = (max(0, min(x + wide, left + width) - max(x, left))
                    * max(0, min(y + high, top + height) - max(y, top)))
            return 2 * both > min(wide * high, width * height)
        found = self.tree.shown([one for one in self.tree.below(deep=True)
                                 if access_key(one.said) and one.has(tree.SENSITIVE)])
        return [f'Alt+{access_key(one.said)}: {plain(one.said)}, {plain(other.said)}'
                for one, other in itertools.combinations(found, 2)
                if access_key(one.said) == access_key(other.said) and not apart(one, other)]

    def is_chosen(self, tab, role=None):
        """Whether it is the tab that shows: what other pages hold is listed all the same."""
        return any(self.find(tab, role).has(state) for state in tree.CHOSEN)

    def focused(self):
        """The part that has the keyboard focus, of the active window; or None."""
        found = self.tree.at_focus()
        if found is not None:
            return found
        for deep in (False, True):
            found = [one for one in self.tree.read(deep=deep).values() if one.has(tree.FOCUSED)]
            if found:
                return found[-1]
        return None

    @staticmethod
    def geometry(window=None):
        """x, y, width, height of a window of the screen, by number or the active one; None when it
        is gone."""
        which = ['getwindowgeometry', '--shell', window] if window \
            else ['getactivewindow', 'getwindowgeometry', '--shell']
        out = subprocess.run(['xdotool', *which],
                             capture_output=True, text=True, check=False).stdout
        at = dict(line.split('=') for line in out.split() if '=' in line)
        return tuple(int(at[name]) for name in ('X', 'Y', 'WIDTH', 'HEIGHT')) \
            if 'HEIGHT' in at else None

    def box(self, one):
        """Its place on the screen, in the active window; GTK counts within the window's border."""
        left, top, whole, _ = until('an active window', self.geometry)
        inner = [part for part in one.chain() if part.placed][-1].extents()
        border = (whole - inner[0] - inner[2]) // 2
        border = border if 0 < border < MOST_BORDER else 0
        x, y, width, height = one.extents()
        return left + border + x, top + border + y, width, height

    # --- acting ---

    @staticmethod
    def xdo(*arguments):
        subprocess.run(['xdotool', *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)

    def settle(self):
        """Until the program has taken what was sent: it answers in between, one by one."""
        for _ in range(6):
            if self.tree.program is None or not self.tree.tops():
                return

    def has_focus(self):
        """GTK says of windows that they are active, of dialogs the X server must be asked."""
        if any(active for _, active in self.tree.tops()):
            return True
        found = subprocess.run(['xdotool', 'getwindowfocus', 'getwindowpid'], capture_output=True,
                               text=True, check=False).stdout.split()
        return found == [str(self.program.pid)]

    def ready(self):
        """Until one of the program's windows has the focus: keys reach it then."""
        end = time.monotonic() + AGAIN

        def active():
            nonlocal end
            if not self.has_focus() and time.monotonic() > end:
                end = time.monotonic() + AGAIN
                subprocess.run(['xdotool', 'search', '--onlyvisible', '--pid',
                                str(self.program.pid), '--name', '.', 'windowactivate'],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            return self.has_focus()
        until('a window to be active', active)

    def keys(self, *chords):
        for chord in chords:
            self.ready()
            self.xdo('key', chord)
            self.settle()

    def type(self, text):
        self.ready()
        self.xdo('type', '--delay', 4, '--', text)
        self.settle()

    def fill(self, text):
        """Puts text into the entry that has the focus, instead of what is there."""
        def entered():
            entry = self.focused()
            return entry is not None and entry.role in ENTRIES and entry.text() == text

        def enter():
            self.keys('ctrl+a')
            self.type(text) if text else self.keys('BackSpace')
        again(f'{text!r} to be entered', enter, entered)

    def number(self, pattern, text, reach=None, key='Return'):
        """Into the entry of a spin button, instead of what is there, taken with the key. reach()
        brings the keyboard's focus there; without it a click does."""
        def is_there():
            part = self.focused()
            return part is not None and any(
                one.role == 'spin button' and re.fullmatch(pattern, plain(one.said))
                for one in part.chain())

        def point():
            x, y, _, height = self.box(self.find(pattern, 'spin button'))
            self.xdo('mousemove', x + 15, y + height // 2, 'click', 1)  # its buttons are at the end
            self.settle()
        again(f'the focus at {pattern}', reach or point, is_there)
        self.fill(str(text))
        self.keys(key)

    def click(self, pattern, role=None, done=None, within=None, at=(0.5, 0.5)):
        """With the pointer, on the middle or at another share of its width and height; until
        done(), when given. within: a part that it is in, where another page that was shown has one
        of its name."""
        def click_once():
            part = self.find(pattern, role, within=within)

            def stands():
                before = self.box(part)
                x, y, width, height = before
                self.xdo('mousemove', int(x + at[0] * width), int(y + at[1] * height))
                return before == self.box(part) and before[2] > 0
            until(f'{pattern} to stand still', stands)
            self.xdo('click', 1)
            self.settle()
        if done is None:
            click_once()
            return None
        return again(f'what a click on {pattern} brings', click_once, done)

    def lasso(self, pattern, points):
        """Drags through points, given as fractions of a widget."""
        x, y, width, height = self.box(self.find(pattern))
        path = [(int(x + fx * width), int(y + fy * height)) for fx, fy in points]
        moves = []
        for (x0, y0), (x1, y1) in zip(path, path[1:]):
            for k in range(1, 5):
                moves += ['mousemove', x0 + (x1 - x0) * k // 4, y0 + (y1 - y0) * k // 4, 'sleep',
                          0.03]  # else the toolkit takes several moves for one
        self.xdo('mousemove', *path[0], 'mousedown', 1, *moves, 'mouseup', 1)
        self.settle()

    def picture(self, name):
        self.settle()
        time.sleep(0.1)  # until it is drawn
        PICTURES.mkdir(parents=True, exist_ok=True)
        subprocess.run(['import', '-window', 'root', str(PICTURES / f'{name}.png')], check=True)

    def popup_box(self):
        """Place and size of the popup that is open: a window of its own."""
        active, *found = (subprocess.run(['xdotool', *what], capture_output=True, text=True,
                                         check=False).stdout.split()
                          for what in (['getactivewindow'], ['search', '--onlyvisible', '--pid',
                                                             str(self.program.pid)]))
        popups = [window for window in found[0] if window not in active] if active else []
        return self.geometry(popups[0]) if popups else None

    @staticmethod
    def brightness(x, y):
        """Of one pixel of the screen, 0 to 1."""
        out = subprocess.run(['import', '-window', 'root', '-crop', f'1x1+{x}+{y}', '-colorspace',
                              'Gray', '-format', '%[fx:mean]', 'info:'], capture_output=True,
                             text=True, check=True).stdout
        return float(out)

    # --- the program's own ---

    def open_lists(self):
        """Lists of drop-downs: GTK 4.8 names them by their class, newer not at all, and leaves
        them in their place when they are closed."""
        return [one for one in self.all('GtkListView|', 'list')
                if any(above.role == 'combo box' for above in one.chain())
                ] if self.popup_box() else []

    def list_gone(self):
        until('the list to be gone', lambda: not self.open_lists())

    def click_list(self, drop_down, done=None):
        """Its button, which newer GTK takes for a toggle."""
        role = 'push button' if self.all(drop_down, 'push button') else 'toggle button'
        self.click(drop_down, role, done)

    def open_list(self, drop_down, key):
        """By the pointer, or by its access key and space; until the focus is in it."""
        def opened():
            found = self.open_lists()
            focus = self.focused() if found else None
            inside = focus is not None and 'button' not in focus.role \
                and any(plain(one.said) == drop_down for one in focus.chain())
            return found if inside else None

        def open_it():
            if self.open_lists():
                return
            if key is None:
                self.click_list(drop_down)
            else:
                self.keys(key, 'space')
        return again(f'the list of {drop_down}', open_it, opened)[0]

    def entry_at(self):
        """Of a list that is open: the name of the entry that has the focus; None without one."""
        focus = self.focused()
        return focus is not None and next(
            (part.said for part in self.tree.below(focus) if part.role == 'label'), None)

    def choose(self, drop_down, name, chosen, key=None):
        """An entry of a drop-down, until chosen() is true."""
        return again(f'{name} of {drop_down} to be chosen',
                     lambda: self.choose_once(drop_down, name, key), chosen)

    def choose_once(self, drop_down, name, key):
        shown = self.open_list(drop_down, key)
        entries = self.all('.+', 'label', shown)
        names = [one.said for one in entries]
        if key is not None:
            self.keys('Down')  # out of the search, to one of the entries
            away = names.index(name) - names.index(until('an entry', self.entry_at))
            self.keys(*(['Down'] * away if away > 0 else ['Up'] * -away), 'Return')
        else:
            x, y, width, height = until('the popup', self.popup_box)
            at, whole = entries[names.index(name)].extents(), shown.extents()
            edge = (width - whole[2]) // 2  # a shadow; the list reaches down to it
            self.xdo('mousemove', x + edge + at[0] - whole[0] + 5,
                     y + height - edge - whole[3] + at[1] - whole[1] + at[3] // 2, 'click', 1)
            self.settle()
        self.list_gone()

    def idle(self, patience=PATIENCE):
        """Until no task runs."""
        until('tasks to end', lambda: not self.all('Running Tasks'), patience)

    def scored(self):
        """Shows the map; until it is coloured by influence and no task runs. Where no influence is
        told from zero it is coloured by the label first."""
        self.find('Map', 'page tab')
        self.keys('ctrl+2')
        self.map = self.find('Map: .*coloured by (influence|label)')
        self.bar_box = self.find('Tag…', 'push button').parent.parent  # its buttons are a box
        self.idle()
        if self.colored_by() != 'influence':
            self.color_by('influence', key='alt+o')

    def colored_by(self):
        return self.map.name.rsplit('coloured by ', 1)[1]

    def color_by(self, column, key=None):
        self.choose('Colour By', column, lambda: self.map.name.endswith('coloured by ' + column),
                    key)

    def selected(self):
        return int(re.search(r'(\d+) selected', self.map.name).group(1))

    def search(self, text):
        """The condition, into the entry of Ctrl+F; the focus leaves it for the first row above."""
        def in_entry():
            entry = self.focused()
            return entry is not None and plain(entry.said) == self.word('Search Rows')
        again('the search', lambda: self.keys('ctrl+f'), in_entry)
        self.fill(text)
        self.keys('Return', 'shift+Tab')  # in the entry Ctrl+A is of its text

    def bar(self):
        """What the bar at the bottom says of the selection, once it has answered."""
        def answered():
            found = [text for text in self.labels(self.bar_box)
                     if re.match(r'(Nothing selected|\d+ rows? selected: (?!estimating))', text)]
            return found and found[0]
        self.settle()
        return until('the estimate', answered)

    def proof(self):
        return until('the proof', lambda: [text for text in self.labels(self.bar_box)
                                           if text.startswith('Refitted: ')])[0]

    def export(self, path, keyboard=False):
        """Through the dialog, with the rows that it offers."""
        button = self.word('Choose File…')
        again('the export dialog', lambda: self.keys('ctrl+e'), lambda: self.all(button))

        def ask():
            if keyboard:
                self.keys('alt+' + access_key(self.find(button).said))
            else:
                self.click(button)
        again('the file dialog', ask, lambda: self.all(self.word('Export Rows')))
        self.fill(str(path))
        self.keys('Return')
        until(f'{path.name} to be written', path.exists)
        self.gone(button)
        self.ready()
        return read_csv(path)


__all__ = ['Skip', 'Tap', 'Window', 'again', 'cli', 'folder', 'locale_of', 'main', 'read_csv',
           'until']
