#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The why card in the inspector: what it says is what assay-cli explain says of the same row; a
training row is selected by a click, another by keys; the flip set is selected. By the mouse in
light colours, with imports of scores; by keys alone in dark ones, with one import."""
import pathlib
import re
import shutil

import numpy
import scipy.sparse

import drive
from drive import cli, until

ROOT = pathlib.Path(__file__).resolve().parents[2]


def lines(window):
    """The rows of the card: id, label, share, if removed."""
    form = r'(\S+), (\S+): share of the margin (\S+), if removed (\S+)'
    found = [re.fullmatch(form, one.name) for one in window.all('.*if removed [+-].*')]
    return [one.groups() for one in found if one]


def check(window, work, row):
    """All lines and the sum, against the command."""
    want = cli('explain', work, row, '--rows', '10')
    told = until('the card', lambda: len(lines(window)) >= 10 and lines(window))
    for line, one in zip(told, want['rows']):
        assert line[:2] == (one['id'], one['label']), (line, one)
        for text, value in zip(line[2:], (one['share'], one['if_removed'])):
            assert abs(float(text) - value) <= 6e-3 * abs(value), (line, one)
    labels = window.labels()
    assert f"{row}: {want['sentence']}" in labels
    others = want['share_sum'] - sum(one['share'] for one in want['rows'])
    said = next(re.fullmatch(r'All others (\S+), intercept (\S+), margin (\S+)', text)
                for text in labels if text.startswith('All others'))
    for text, value in zip(said.groups(), (others, want['intercept'], want['margin'])):
        assert abs(float(text) - value) <= 1e-3 * abs(value) + 1e-6, (said.group(), value)
    return told


def check_parts(window, work, row):
    """Columns by their part of the margin, and the sums below them, against explain --parts."""
    want = cli('explain', work, row, '--parts')
    form = r'(.+): of the margin (\S+?)(?:, of the influence (\S+))?'
    told = [re.fullmatch(form, one.name).groups() for one in window.all('.*: of the margin .*')]
    parts = want['margin_parts']['parts']
    assert len(told) == min(8, len(parts)), told
    other = {one['name']: one['part']
             for one in (want['influence_parts'] or {'parts': []})['parts']}
    for line, one in zip(told, parts):
        assert line[0] == one['name'] + (f" = {one['value']}" if one['value'] is not None else '')
        assert abs(float(line[1]) - one['part']) <= 6e-3 * abs(one['part']), (line, one)
        assert (line[2] is None) == (not other)
        if other:
            assert abs(float(line[2]) - other[one['name']]) <= 6e-2 * abs(other[one['name']])
    said = next(text for text in window.labels() if text.startswith('Other parts'))
    for line, key in zip(said.split('\n'), ('margin_parts', 'influence_parts')):
        numbers = [float(number) for number in re.findall(r'[+-][0-9.e-]+', line.replace(',', ''))]
        assert abs(sum(numbers[:-1]) + sum(float(one[1 if key == 'margin_parts' else 2])
                                           for one in told) - numbers[-1]) \
            <= 0.05 * sum(abs(float(one[1 if key == 'margin_parts' else 2])) for one in told)
        assert abs(numbers[-1] - want[key]['total']) <= 1e-3 * abs(want[key]['total'])


def shown_row(window):
    return window.labels(window.find('Values of the Row', 'list'))[1]


def what_if(window, work, row, by_keys=False):
    """The selected training row relabelled, counted twice, removed: as assay-cli whatif says."""
    where = ('--where', f"id = '{row}'")
    own = cli('select', work, *where, '--columns', 'label')['rows'][0]['label']
    label = '3' if own != '3' else '5'
    for entry, words, option in (
            (f'Relabel: {label}', f'relabelling 1 training row to "{label}"',
             ['--relabel', label]),
            ('Count Twice', 'counting 1 training row twice', ['--duplicate']),
            ('Remove', 'removing 1 training row', [])):
        want = cli('whatif', work, *where, *option)
        change = want['loss_predicted'] - want['loss_before']
        pick(window, 'What If', entry, lambda now=words: now in window.bar(), by_keys)
        said = re.search(r'validation loss by (\S+)', window.bar()).group(1)
        assert abs(float(said) - change) <= 1e-3 * abs(change) + 1e-12, (said, change)
        if entry.startswith('Relabel'):
            want = cli('whatif', work, *where, *option, '--verify')
            press(window, 'Prove It', by_keys)
            refit = re.search(r'validation loss (\S+)', window.proof()).group(1)
            change = want['loss_refit'] - want['loss_before']
            assert abs(float(refit) - change) <= 1e-3 * abs(change), (refit, change)
            window.picture(f'why-what-if{"-keys" * by_keys}')


def pick(window, drop_down, name, chosen=None, by_keys=False):
    """An entry of a drop-down, which shows what is chosen when nothing else tells."""
    chosen = chosen or (lambda: name in window.labels())
    if not by_keys:
        window.choose(drop_down, name, chosen)
        return
    window.xdo('mousemove', 1, 1)  # a pointer below the list would choose
    walk_to(window, drop_down)
    shown = drive.again('the list', lambda: window.keys('space'), window.open_lists)[0]
    names = [one.said for one in window.all('.+', 'label', shown)]
    window.keys('Home', *['Down'] * names.index(name), 'Return')
    until(f'{name} of {drop_down}', chosen)


def walk_to(window, name):
    def there():
        part = window.focused()
        return part is not None and drive.plain(part.said) == name
    for _ in range(90):
        if there():
            return
        window.keys('Tab')
    raise AssertionError(f'Tab does not lead to {name}')


def press(window, name, by_keys, done=None):
    """A button; by keys Tab leads there."""
    if not by_keys:
        window.click(name, 'push button', done)
        return
    walk_to(window, name)
    window.keys('space')
    if done is not None:
        until(f'what Space on {name} brings', done)


def import_file(window, path, fill_in, found, press=True):
    """By its key and the file dialog; fill_in sets what is asked, found is said before Import."""
    drive.again('the file dialog', lambda: window.keys('ctrl+i'),
                lambda: window.all('Scores to Import'))
    window.type(str(path))
    drive.again('the questions', lambda: window.keys('Return'),
                lambda: window.all('Contents'))
    fill_in()
    until(f'{found} to be said', lambda: any(re.search(found, text) for text in window.labels()))
    window.picture(f'import-{path.stem}')
    window.keys('alt+i' if press else 'Escape')
    window.gone('Contents')
    window.idle()


def remembers(window, *choices, meaning):
    """Nothing is told: what was told the time before is filled in already."""
    def seen():
        labels = window.labels()
        return all(choice in labels for choice in choices) \
            and window.find('Meaning', 'text').text() == meaning
    return lambda: until(f'{choices} and "{meaning}"', seen)


def imported(work, name):
    return {one['id']: one for one in cli('info', work)['scores']}.get(name)


def check_mine(work, largest):
    info = imported(work, 'mine')
    assert info['direction'] == 'low' and info['sentence'] == 'How long it took', info
    assert info['n'] - info['missing'] == 900 and info['certificate']['joined_by'] == 'id'
    assert info['maximum'] == largest, (info, largest)


def undo_and_redo(window, work, first, second):
    """Both imports of one name leave one by one, and come again; the inspector shows what is."""
    def is_so(largest):
        info = imported(work, 'mine')
        listed = 'mine' in window.labels(window.find('Values of the Row', 'list'))
        return (info and info['maximum']) == largest and listed == (info is not None)
    for key, largest in (('ctrl+z', first), ('ctrl+z', None), ('ctrl+shift+z', first),
                         ('ctrl+shift+z', second)):
        window.keys(key)
        until(f'{key}: {largest}', lambda wanted=largest: is_so(wanted))
    check_mine(work, second)


def import_scores(window, work, ids):
    """Told once what it means; a second file of that name is not asked again."""
    mine = pathlib.Path(work).parent / 'mine.csv'

    def write(parts):
        mine.write_text('id,mine\n' + ''.join(f'{one},{k / parts!r}\n' for k, one
                                              in enumerate(ids)) + 'nobody,1\n')
        return 899 / parts

    def tell():
        pick(window, 'Direction', 'Lower is better')
        walk_to(window, 'Meaning')
        window.fill('How long it took')
    first = write(7)
    import_file(window, mine, tell, '900 rows matched')
    check_mine(work, first)
    second = write(3)
    import_file(window, mine, remembers(window, 'Lower is better', meaning='How long it took'),
                '900 rows matched')
    check_mine(work, second)
    undo_and_redo(window, work, first, second)


def import_influence(window, path, again, size):
    """Above 0 hurts, told once; taken back and done again by keys; anew out of another file."""
    kind, found = 'Influence, validation x training', '{} validation rows x {} training rows'

    def tell():
        pick(window, 'Contents', kind)
        pick(window, 'Direction', 'Above 0 hurts')
        walk_to(window, 'Meaning')
        window.fill('Twenty models')
    import_file(window, path, tell, found.format(*size))
    window.find('Influence By')
    window.keys('ctrl+z')
    window.gone('Influence By')
    window.keys('ctrl+shift+z')
    window.find('Influence By')
    import_file(window, again, remembers(window, kind, 'Above 0 hurts', meaning='Twenty models'),
                found.format(*size))


def imports(window, work, row):
    """Scores by id and an influence matrix: what is wrong is said before, then both are there."""
    folder = pathlib.Path(work).parent
    rows = cli('select', work, '--columns', 'id,split')['rows']
    train = [one['id'] for one in rows if one['split'] == 'train']
    valid = [one['id'] for one in rows if one['split'] == 'valid']
    bad = folder / 'bad.csv'
    bad.write_text('name,mine\nd0000,1\n')
    import_file(window, bad, lambda: None, 'no column "id" to join by', press=False)
    import_scores(window, work, [row, *train[:899]])
    matrix = numpy.random.default_rng(1).normal(size=(len(valid), len(train)))
    numpy.save(folder / 'trak.npy', -matrix)
    scipy.sparse.save_npz(folder / 'trak.npz', scipy.sparse.csr_matrix(matrix))
    import_influence(window, folder / 'trak.npy', folder / 'trak.npz', matrix.shape)
    pick(window, 'Influence By', 'trak')
    window.click('Rows For and Against', 'push button')
    lines = until('its rows', lambda: window.all('(for|against) .*', 'list item'))
    want = cli('influence', work, row, '--own', 'trak')['rows'][0]
    told = [drive.plain(one.said) for one in lines]
    assert told == [f"{word} {one['id']} · {one['label']}  {one['influence']:+.3g}"
                    for word, key in (('for', 'helping'), ('against', 'hurting'))
                    for one in want[key]], told
    best = numpy.argsort(matrix[valid.index(row)])[:5]  # above 0 hurts
    assert [one['id'] for one in want['helping']] == [train[k] for k in best]
    assert any('by "trak"' in text for text in window.labels())
    window.picture('import-own')


def look(picture, by_keys, bring):
    data = shutil.copy(ROOT / 'data/samples/digits.csv', drive.folder() / f'{picture}.csv')
    work = pathlib.Path(data).with_suffix('.assay')
    with drive.Window(data, dark=by_keys) as window:
        window.scored()
        wrong = cli('select', work, '--where', "split = 'valid' AND id = 'd0027'",
                    '--columns', 'id')['rows'][0]['id']
        window.search(f"id = '{wrong}'")
        window.keys('ctrl+a')
        until('one row', lambda: window.bar().startswith('1 row selected'))
        bring(window, work, wrong)
        press(window, 'Explain This Row', by_keys, lambda: lines(window))
        told = check(window, work, wrong)
        check_parts(window, work, wrong)
        window.picture(f'{picture}-card')
        window.search('')
        if by_keys:
            walk_to(window, window.all('.*if removed [+-].*')[0].said)
            window.keys('Down', 'Return')
            until('the row', lambda: shown_row(window) == told[1][0])
        else:
            window.click(f'{re.escape(told[1][0])}, .*if removed.*',
                         done=lambda: shown_row(window) == told[1][0])
        window.keys('Down', 'Return')
        until('the next row', lambda: shown_row(window) == told[2][0])
        assert window.bar().startswith('1 row selected: removing 1 training row')
        what_if(window, work, told[2][0], by_keys)
        press(window, 'Find What Flips It', by_keys)
        flip = cli('explain', work, wrong, '--flip')['flip']
        until('the flip set', lambda: flip['sentence'] in window.labels())
        until('its selection', lambda: window.bar().startswith(f"{flip['n']} row"))
        assert not window.unnamed(), window.unnamed()
        window.picture(f'{picture}-flip')


def test_card():
    """The why card and the imports by mouse and keys, in light colours"""
    look('why', False, imports)


def test_card_keys():
    """The why card by keys alone, in dark colours, with an import of scores"""
    def bring(window, work, row):
        mine = pathlib.Path(work).parent / 'took.csv'
        mine.write_text(f'id,took\n{row},2\nnobody,1\n', encoding='utf-8')

        def tell():
            pick(window, 'Direction', 'Lower is better', by_keys=True)
            walk_to(window, 'Meaning')
            window.fill('How long it took')
        import_file(window, mine, tell, '1 row matched')
        info = imported(work, 'took')
        assert info['direction'] == 'low' and info['maximum'] == 2, info
    look('why-keys', True, bring)


drive.main(globals())
