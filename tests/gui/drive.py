# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the window as a person would, through pointer, keys and the accessibility bus.

A test program ends with `drive.main(globals())`: it is run again inside a private X server, window
manager, session bus and home, all of which end with it. ASSAY_APP and ASSAY_CLI name the programs,
ASSAY_PICTURES the folder that pictures go to.
"""
import contextlib
import csv
import importlib.util
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

SAMPLE = ROOT / 'data' / 'samples' / 'digits.csv'
APP = os.environ.get('ASSAY_APP', str(ROOT / 'build' / 'src' / 'app' / 'assay'))
CLI = os.environ.get('ASSAY_CLI', str(ROOT / 'build' / 'src' / 'cli' / 'assay-cli'))
PICTURES = pathlib.Path(os.environ.get('ASSAY_PICTURES', '.'))
INSIDE = 'ASSAY_DRIVE_FOLDER'
SCREEN = os.environ.get('ASSAY_SCREEN', '1360x900')
PATIENCE = int(os.environ.get('ASSAY_PATIENCE', '60'))
NOISE = re.compile(r'(CRITICAL|WARNING) \*\*|-(CRITICAL|WARNING)|AddressSanitizer|runtime error')
ACTIONS = ('click', 'activate', 'press', 'toggle')
LARGE = ('tree table', 'table', 'list', 'grid', 'panel')
TOPS = ('frame', 'application', 'dialog', 'alert', 'window')


def plain(name):
    """A name without its doubling: GTK 4.8 names a button with a mnemonic "_Drop Drop"."""
    half = len(name or '') // 2
    first, second = (name or '')[:half + 1].strip(), (name or '')[half + 1:]
    return second if '_' in first and first.replace('_', '', 1) == second else name or ''


def missing():
    """Why the window cannot be driven here; empty when it can."""
    programs = [name for name in ('Xvfb', 'openbox', 'dbus-run-session', 'xdotool', 'import')
                if shutil.which(name) is None]
    if importlib.util.find_spec('pyatspi') is None:
        programs.append('pyatspi')
    return ', '.join(programs)


def environment(folder):
    env = {name: value for name, value in os.environ.items()
           if not name.startswith(('MALLOC_', 'G_DEBUG', 'LD_PRELOAD', 'WAYLAND_', 'DBUS_'))}
    home = folder / 'home'
    run = folder / 'run'
    home.mkdir()
    run.mkdir(mode=0o700)
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
    server = subprocess.Popen(['Xvfb', '-displayfd', str(write), '-screen', '0', SCREEN + 'x24',
                               '-nolisten', 'tcp'], pass_fds=[write], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
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


def main(namespace):
    lacking = missing()
    if lacking:
        print(f'1..0 # SKIP cannot drive a window here: no {lacking}')
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that all that was started ends too
    if INSIDE not in os.environ:
        sys.exit(run_outside())
    quiet = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}
    helpers = [subprocess.Popen(['/usr/libexec/at-spi-bus-launcher', '--launch-immediately'],
                                **quiet), subprocess.Popen(['openbox'], **quiet)]
    end = time.monotonic() + PATIENCE
    while subprocess.run(['xdotool', 'get_desktop'], check=False, **quiet).returncode != 0 \
            and time.monotonic() < end:
        time.sleep(0.1)  # until the window manager answers: it places and focuses windows
    time.sleep(0.3)
    try:
        namespace.get('run', lambda: Tap().run_all(namespace))()
    finally:
        for helper in helpers:
            helper.terminate()
            helper.wait()


def folder():
    """A new folder inside what is removed at the end."""
    return pathlib.Path(tempfile.mkdtemp(dir=os.environ[INSIDE]))


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
        assert time.monotonic() < end, f'waited {patience} s: {what}'
        time.sleep(0.1)


def twice(journey):
    """Pointer and keys can get lost on a loaded machine: what fails is done once more from the
    start, and said. A fault of the program fails both times."""
    try:
        journey()
    except AssertionError as error:
        print(f'# once more, the first time: {str(error).splitlines()[:1]}', flush=True)
        journey()


class Window:
    """The program with one window; a context manager that ends it and reads its complaints."""

    def __init__(self, *arguments, dark=False):
        import pyatspi
        self.a = pyatspi
        env = dict(os.environ, ADW_DEBUG_COLOR_SCHEME='prefer-dark' if dark else 'prefer-light')
        self.log = tempfile.NamedTemporaryFile(dir=os.environ[INSIDE])
        self.map = self.bar_box = None
        self.program = subprocess.Popen([APP, *map(str, arguments)], stdout=self.log,
                                        stderr=subprocess.STDOUT, env=env)

    def __enter__(self):
        until('the window', lambda: any(True for _ in self.walk()))
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.picture('failed-' + pathlib.Path(sys.argv[0]).stem)
        status = self.program.poll()
        if status is None:
            self.program.terminate()
            self.program.wait(20)
        noise = [line for line in pathlib.Path(self.log.name).read_text(errors='replace')
                 .splitlines() if NOISE.search(line)]
        assert status in (None, 0), f'ended with status {status}'
        assert not noise, '\n'.join(noise[:20])

    def close(self):
        self.keys('ctrl+q')
        assert self.program.wait(PATIENCE) == 0

    # --- the accessible tree ---

    def walk(self, node=None, deep=False):
        """What shows, parents first. Tables and lists of values have thousands of parts: they are
        entered only from themselves, or when deep."""
        desktop = self.a.Registry.getDesktop(0)
        stack = [node] if node is not None else [desktop.getChildAtIndex(i)
                                                 for i in range(desktop.childCount)]
        while stack:
            one = stack.pop()
            try:
                if one is None or not self.shows(one):
                    continue
                entered = deep or one is node or one.getRoleName() not in LARGE \
                    or one.name not in ('Samples', 'Gallery', 'Values of the Row')
                children = [one.getChildAtIndex(i) for i in range(one.childCount if entered else 0)]
            except Exception:  # pylint: disable=broad-except
                continue  # gone meanwhile
            yield one
            stack.extend(reversed(children))

    def shows(self, one):
        # GTK 4.8 says SHOWING of windows only; what is not mapped has no extent.
        if one.getRoleName() in TOPS:
            return True
        try:
            extent = one.queryComponent().getExtents(self.a.WINDOW_COORDS)
        except NotImplementedError:
            return True  # the page of a stack: its child tells
        return extent.width > 0 and extent.height > 0

    def all(self, pattern, role=None, within=None):
        matches = re.compile(pattern, re.I | re.S).fullmatch
        found = []
        for one in self.walk(within):
            try:
                if (role is None or one.getRoleName() == role) and matches(plain(one.name)):
                    found.append(one)
            except Exception:  # pylint: disable=broad-except
                continue
        return found

    def find(self, pattern, role=None, patience=PATIENCE):
        def best():
            found = self.all(pattern, role)
            found.sort(key=lambda one: one.getRoleName() in ('label', 'filler', 'panel', 'image'))
            return found[:1]
        return until(f'{role or "a widget"} named {pattern}', best, patience)[0]

    def gone(self, pattern, role=None):
        until(f'{pattern} to be gone', lambda: not self.all(pattern, role))

    def labels(self, within=None):
        return [one.name for one in self.walk(within) if one.getRoleName() == 'label' and one.name]

    def unnamed(self):
        """Focusable widgets that show and have no name of their own."""
        found = []
        for one in self.walk(deep=True):
            if one.getRoleName() in ('list', 'list item') and self.inside(one, 'combo box'):
                continue  # how a row of libadwaita shows its choice: the row takes the focus
            focusable = one.getState().contains(self.a.STATE_FOCUSABLE)
            name = plain(one.name).strip()
            if focusable and one.getRoleName() not in ('panel', 'filler', 'scroll pane', *TOPS) \
                    and (name == '' or re.match(r'(Gtk|Adw|Assay)[A-Z]', name)):
                found.append(f'{one.getRoleName()} {name!r} at {self.box(one)}')
        return found

    @staticmethod
    def inside(one, role):
        for _ in range(4):
            one = one.parent
            if one is None or one.getRoleName() == role:
                break
        return one is not None and one.getRoleName() == role

    def box(self, one):
        extent = one.queryComponent().getExtents(self.a.WINDOW_COORDS)
        out = subprocess.run(['xdotool', 'getactivewindow', 'getwindowgeometry', '--shell'],
                             capture_output=True, text=True, check=False).stdout
        at = dict(line.split('=') for line in out.split() if '=' in line)
        return int(at.get('X', 0)) + extent.x, int(at.get('Y', 0)) + extent.y, extent.width, \
            extent.height

    # --- acting ---

    @staticmethod
    def xdo(*arguments):
        subprocess.run(['xdotool', *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)

    def keys(self, *chords):
        for chord in chords:
            self.xdo('key', chord)
            time.sleep(0.15)

    def type(self, text):
        self.xdo('type', '--delay', 8, text)
        time.sleep(0.1)

    def click(self, pattern, role=None):
        """With the pointer, on the middle."""
        x, y, width, height = self.box(self.find(pattern, role))
        self.xdo('mousemove', x + width // 2, y + height // 2)
        time.sleep(0.15)
        self.xdo('click', 1)
        time.sleep(0.2)

    def lasso(self, pattern, points):
        """Drags through points, given as fractions of a widget."""
        x, y, width, height = self.box(self.find(pattern))
        path = [(int(x + fx * width), int(y + fy * height)) for fx, fy in points]
        self.xdo('mousemove', *path[0])
        self.xdo('mousedown', 1)
        for (x0, y0), (x1, y1) in zip(path, path[1:]):
            for k in range(1, 5):
                self.xdo('mousemove', x0 + (x1 - x0) * k // 4, y0 + (y1 - y0) * k // 4)
                time.sleep(0.02)
        self.xdo('mouseup', 1)
        time.sleep(0.3)

    @staticmethod
    def picture(name):
        PICTURES.mkdir(parents=True, exist_ok=True)
        subprocess.run(['import', '-window', 'root', str(PICTURES / f'{name}.png')], check=True)

    def popup_box(self):
        """Place and size of the popup that is open: a window of its own."""
        active = subprocess.run(['xdotool', 'getactivewindow'], capture_output=True, text=True,
                                check=False).stdout.strip()
        found = subprocess.run(['xdotool', 'search', '--onlyvisible', '--pid',
                                str(self.program.pid)], capture_output=True, text=True,
                               check=False).stdout.split()
        for window in found:
            if window != active:
                out = subprocess.run(['xdotool', 'getwindowgeometry', '--shell', window],
                                     capture_output=True, text=True, check=True).stdout
                at = dict(line.split('=') for line in out.split() if '=' in line)
                return tuple(int(at[name]) for name in ('X', 'Y', 'WIDTH', 'HEIGHT'))
        return None

    @staticmethod
    def brightness(x, y):
        """Of one pixel of the screen, 0 to 1."""
        out = subprocess.run(['import', '-window', 'root', '-crop', f'1x1+{x}+{y}', '-colorspace',
                              'Gray', '-format', '%[fx:mean]', 'info:'], capture_output=True,
                             text=True, check=True).stdout
        return float(out)

    # --- the program's own ---

    def open_list(self, drop_down, key):
        """By the pointer, or by its access key and space. Keys may be lost: tried again, then."""
        for _ in range(4):
            if key is None:
                self.click(drop_down, 'push button')
            else:
                self.keys(key, 'space')
            with contextlib.suppress(AssertionError):
                return until('the list', lambda: self.all('GtkListView', 'list'), PATIENCE / 4)[0]
        raise AssertionError(f'{drop_down} does not open')

    def choose(self, drop_down, name, chosen, key=None):
        """An entry of a drop-down, until chosen() is true: keys may be lost. The first Down goes
        from the search to the entry that is chosen now."""
        for _ in range(3):
            self.choose_once(drop_down, name, key)
            with contextlib.suppress(AssertionError):
                return until(f'{name} to be chosen', chosen, PATIENCE / 4)
        raise AssertionError(f'{name} of {drop_down} cannot be chosen')

    def choose_once(self, drop_down, name, key):
        shown = self.open_list(drop_down, key)
        time.sleep(0.5)  # the focus follows
        entries = [one for one in self.walk(shown) if one.getRoleName() == 'label']
        names = [one.name for one in entries]
        if key is not None:
            away = names.index(name) - names.index(self.colored_by())
            self.keys('Down', *(['Down'] * away if away > 0 else ['Up'] * -away), 'Return')
        else:
            x, y, width, height = until('the popup', self.popup_box)
            at, whole = (one.queryComponent().getExtents(self.a.WINDOW_COORDS)
                         for one in (entries[names.index(name)], shown))
            edge = (width - whole.width) // 2  # a shadow; the list reaches down to it
            self.xdo('mousemove', x + edge + at.x - whole.x + 5,
                     y + height - edge - whole.height + at.y - whole.y + at.height // 2)
            time.sleep(0.2)
            self.xdo('click', 1)
        self.gone('GtkListView', 'list')

    def scored(self):
        """Shows the map; until it is coloured by influence and no task runs."""
        self.find('Map', 'page tab')
        self.keys('ctrl+2')
        self.map = self.find('Map: .*coloured by influence')
        self.bar_box = self.find('Prove It', 'push button').parent
        until('tasks to end', lambda: not self.all('Running Tasks'))

    def colored_by(self):
        return self.map.name.rsplit('coloured by ', 1)[1]

    def color_by(self, column, key=None):
        self.choose('Colour By', column, lambda: self.map.name.endswith('coloured by ' + column),
                    key)

    def selected(self):
        return int(re.search(r'(\d+) selected', self.map.name).group(1))

    def bar(self):
        """What the bar at the bottom says of the selection, once it has answered."""
        def answered():
            found = [text for text in self.labels(self.bar_box)
                     if re.match(r'(Nothing selected|\d+ rows? selected: (?!estimating))', text)]
            return found and found[0]
        time.sleep(0.4)
        return until('the estimate', answered)

    def proof(self):
        return until('the proof', lambda: [text for text in self.labels(self.bar_box)
                                           if text.startswith('Refitted: ')])[0]

    def activate(self):
        """The window manager may leave no window active after a dialog: keys would go nowhere."""
        def active():
            found = subprocess.run(['xdotool', 'getactivewindow', 'getwindowname'], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
            if found.stdout.strip().endswith('Assay'):
                return True
            subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', 'Assay$',
                            'windowactivate'], stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False)
            time.sleep(0.4)
            return False
        until('the window to be active', active)

    def open_export(self, button):
        """A key sent while a dialog is still closing goes nowhere: asked for again, then."""
        for _ in range(4):
            self.activate()
            self.keys('ctrl+e')
            try:
                return self.find(button, patience=15)
            except AssertionError:
                continue
        return self.find(button)

    def export(self, path, keyboard=False):
        """Through the dialog, with the rows that it offers."""
        button = 'Choose File…'
        self.open_export(button)
        time.sleep(0.5)
        if keyboard:
            self.keys('alt+c')
        else:
            self.click(button)
        self.find('Export Rows')
        time.sleep(0.7)
        self.keys('ctrl+a')
        self.type(str(path))
        self.keys('Return')
        until(f'{path.name} to be written', path.exists)
        self.gone('Choose File…')  # keys sent before the window has the focus again are lost
        self.activate()
        time.sleep(0.7)
        return read_csv(path)


__all__ = ['Skip', 'Tap', 'Window', 'cli', 'folder', 'main', 'read_csv', 'twice', 'until']
