# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job in the window, checked against assay-cli on the same workspace."""
import json
import math
import re

import drive
from drive import cli, until

NUMBER = r'([+-][0-9.e+-]+|[+-]?nan)'
HARMFUL = "influence < 0 AND split = 'train'"
SMALL = [(0.45, 0.6), (0.5, 0.55), (0.53, 0.62), (0.49, 0.66), (0.45, 0.6)]
LASSO = [(0.35, 0.45), (0.6, 0.35), (0.75, 0.6), (0.55, 0.8), (0.35, 0.7), (0.35, 0.45)]


def close(said, truth, decimals=None):
    """A printed number is the true one, rounded as it is printed."""
    slack = 0.5001 * 10.0 ** -decimals if decimals is not None else 6e-4 * abs(truth) + 1e-12
    assert math.isclose(said, truth, rel_tol=0, abs_tol=slack), f'said {said}, is {truth}'


def close_band(said, of):
    """The band of the approximation, of two digits. The step that it looks ahead by is solved to a
    tenth: from a window's factor it ends elsewhere than from a command's."""
    band = of['loss_predicted_high'] - of['loss_predicted']
    assert math.isclose(float(said), band, rel_tol=0.25, abs_tol=1e-12), (said, band)


def check_classes(text, what, part):
    """Who loses most and who wins most, in the order of assay-cli whatif --by label: by the loss,
    or by the share found where a class has lost all its rows, and its loss no bound."""
    found = re.fullmatch(rf'({part} loss|Recall) by class: worse off(.*); better off(.*)', text)
    assert found, text
    recall = found[1] == 'Recall'
    key, sign = ('accuracy', -1) if recall else ('loss', 1)
    changes = [(one['name'], sign * (one[f'{key}_after'] - one[f'{key}_before']))
               for one in what['groups']]
    for said, sides in ((found[2], [one for one in changes if one[1] > 0]),
                        (found[3], [one for one in changes[::-1] if one[1] < 0])):
        told = re.findall(rf'(\S+) {NUMBER}', said)
        assert [name for name, _ in told] == [name for name, _ in sides[:3]], (text, changes)
        for (_, number), (_, change) in zip(told, sides):
            told_change = -float(number) / 100 if recall else float(number)
            assert math.isclose(told_change, change, rel_tol=0.06, abs_tol=6e-5), (number, change)
        assert ('more' in said) == (len(sides) > 3) and ('none' in said) == (not sides), text


def by_class(window, part):
    return until('the classes', lambda: [text for text in window.labels(window.bar_box)
                                         if text.startswith((f'{part} loss by class',
                                                             'Recall by class'))])[0]


def check_estimate(text, what):
    found = re.match(rf'\d+ rows? selected: removing (\d+) training rows? changes validation loss '
                     rf'by {NUMBER} \(estimate(, rough)?; a refit within ±([0-9.e-]+)\), accuracy '
                     rf'by {NUMBER} points', text)
    assert found, text
    assert int(found[1]) == what['n']
    close(float(found[2]), what['loss_predicted'] - what['loss_before'])
    close_band(found[4], what)
    close(float(found[5]), 100 * (what['accuracy_predicted'] - what['accuracy_before']), 2)
    assert bool(found[3]) == what['rough']


def check_proof(text, what):
    beside = rf'estimate {NUMBER} ±([0-9.e-]+)'
    found = re.match(rf'Refitted: validation loss {NUMBER} \(a preview; {beside}\)'
                     rf'(?:; test {NUMBER} \({beside}, opened (\d+) times?\))?; (.*)', text, re.S)
    assert found, text
    said = iter(found.groups())
    for of in (what, what['test']):
        refit, estimate, band = next(said), next(said), next(said)
        assert (refit is None) == (of is None)
        if of is not None:
            close(float(refit), of['loss_refit'] - of['loss_before'])
            close(float(estimate), of['loss_predicted'] - of['loss_before'])
            close_band(band, of)
    openings = next(said)
    assert openings is None or int(openings) == what['test_openings'] - 1
    assert next(said) == what['sentence']


def where_ids(ids):
    quoted = ', '.join("'" + str(one).replace("'", "''") + "'" for one in ids)
    return f'id IN ({quoted})'


def count(work, where):
    return cli('select', work, '--where', where, '--count')['n']


def harmful_words(work):
    below = count(work, 'influence < 0')
    influence = next(one for one in cli('info', work)['scores'] if one['id'] == 'influence')
    if 'rows_told_from_zero' not in influence['certificate']:
        return f'{below} training rows raise the validation loss by their influence; much of that'
    told = count(work, 'influence < 0 AND influence_told = 1')
    if told:
        return (f'{told} training rows raise the validation loss, told from noise at a false '
                f'discovery rate of 10 %; {below - told} others are below 0')
    return f'no finding: {below} training rows are below 0, and none of them can be told from noise'


def check_overview(window, work):
    """The page says these sentences, and no other number that assay-cli does not give."""
    info = cli('info', work)
    parts = info['parts']
    issues = count(work, 'label_issue = 1')
    labels = ' '.join(window.labels()).replace('\n', ' ')
    judges = not info['head']['weak'] and not info['head']['may_have_seen']
    wanted = [
        f"{info['rows']} rows, {info['features']} features, {len(info['classes'])} classes",
        f"{parts['train']} train (fitted), {parts['valid']} validation (chosen by), "
        f"{parts['test']} test (reported by), {parts['pool']} without a label; drawn with the seed",
        info['features_from'], info['head']['sentence'],
        harmful_words(work),
        f'{issues} rows whose label the head contradicts' if judges
        else f'{issues} rows rank lowest; no finding',
    ]
    for text in wanted:
        assert text in labels, f'{text!r} is not said'
    known = json.dumps(info, ensure_ascii=False) + ' '.join(wanted)
    for part in window.lists('What is in this data', 'Findings to follow',
                             'To know about this data'):
        for text in window.labels(part):
            for number in re.findall(r'\d+(?:\.\d+)?', text):
                assert number in known, f'{number} of {text!r} is not known to assay-cli'


def check_legend(window, work, where):
    """Counts of the side: of all rows, and of those that the filter leaves."""
    info = cli('info', work)
    shown = {}
    for row in cli('select', work, '--where', where, '--columns', 'label')['rows']:
        shown[str(row['label'])] = shown.get(str(row['label']), 0) + 1
    left = sum(shown.values())
    labels = window.labels()
    assert f"{left} of {info['rows']} rows visible" in labels
    counts = {name: said for name, said, button in zip(labels, labels[1:], labels[2:])
              if button == 'only'}
    for one in info['classes']:
        whole = one['train'] + one['valid'] + one['test']
        part = shown.get(one['name'], 0)
        said = counts[one['name']]
        assert said == (str(whole) if part == whole else f'{part}/{whole}'), \
            f"{one['name']}: {said}, {part} of {whole}"


def check_histogram(window, work):
    info = next(one for one in cli('info', work)['scores'] if one['id'] == 'influence')
    said = window.find('Histogram of influence .*').name.replace('\u2212', '-')
    found = re.search(rf'over (\d+) rows: .*half of them below ({NUMBER[1:-1]}|[0-9.e-]+)', said)
    assert int(found[1]) == info['n'] - info['missing'], said
    assert math.isclose(float(found[2].rstrip('.;,')), info['median'], rel_tol=6e-3), said
    assert f"{info['missing']} without a value" in said, said


def as_shown(value):
    """A cell as views show it."""
    if value is None:
        return '\u2013'
    if isinstance(value, float) and value != int(value):
        return f'{value:.4g}'
    return str(int(value)) if isinstance(value, float) else str(value)


def check_inspector(window, work, row_id):
    """Every value of the row that the inspector shows."""
    window.xdo('mousemove', 1, 1)  # off the map: a row under the pointer comes first
    columns = ','.join(cli('info', work)['columns'])
    row = cli('select', work, '--where', where_ids([row_id]), '--columns', columns)['rows'][0]
    values = until('the inspector to show the row', lambda: [
        window.labels(one) for one in window.all('Values of the Row', 'list')
        if window.labels(one)[:2] == ['id', str(row_id)]])[0]
    values = [one for one in values if not one.startswith('±')]  # how sure a score is
    said = dict(zip(values[::2], values[1::2]))
    assert 'influence' in said
    for name, text in said.items():
        assert text == as_shown(row[name]), f'{name}: said {text}, is {row[name]}'


def check_file(path, work, where):
    """Byte for byte what assay-cli exports."""
    columns = path.read_text(encoding='utf-8').splitlines()[0]
    again = path.with_name('again-' + path.name)
    cli('export', work, '--where', where, '--columns', columns, '-o', again)
    assert path.read_bytes() == again.read_bytes()


def dropped(work):
    return cli('select', work, '--where', "decision = 'drop'")['ids']


def check_whole(window):
    """What the bar says stands inside the window: nothing is cut off."""
    _, top, _, height = window.geometry()
    for one in window.all('.+', 'label', window.bar_box):
        _, y, _, high = window.box(one)
        assert y + high <= top + height, f'cut off: {one.said!r}'


def by_mouse(window, folder, picture):
    """Colour, lasso, estimate, proof, export, drop, undo. Returns what was said and written."""
    window.color_by('label')
    window.color_by('influence')
    window.click('Lasso', 'push button')
    window.lasso('Map: .*', LASSO)
    until('a selection', window.selected)
    if 'loss unbounded' in window.bar():  # where the map lies the other way round, it holds a class
        window.lasso('Map: .*', SMALL)
        until('fewer rows', lambda: 'loss unbounded' not in window.bar())
    chosen = until('a selection', window.selected)
    estimate = window.bar(), by_class(window, 'Validation')
    window.click('Prove It', 'push button')
    proof = window.proof(), by_class(window, 'Test')
    check_whole(window)
    window.picture(f'{picture}-map')
    rows = window.export(folder / 'lasso.csv')
    assert len(rows) == chosen
    window.click('Drop', 'push button')
    after = window.export(folder / 'dropped.csv')
    assert [row['id'] for row in after] == [row['id'] for row in rows]
    assert {row['decision'] for row in after} == {'drop'}
    window.keys('ctrl+z')
    undone = window.export(folder / 'undone.csv')
    assert undone == rows, 'undo brings every cell back'
    return rows, estimate, proof


def by_keyboard(window, folder, work, picture):
    """Colour, filter, select all, drop, undo, redo, export with keys alone. Returns the rows
    dropped."""
    window.color_by('split', key='alt+o')
    window.color_by('influence', key='alt+o')
    window.keys('ctrl+shift+a')
    until('no selection', lambda: window.selected() == 0)
    window.search(HARMFUL)
    until('the filter', lambda: not re.search(r'Map: (\d+) of \1 points', window.map.name))
    window.keys('ctrl+a')
    until('all visible rows', window.selected)
    window.keys('ctrl+d', 'ctrl+z', 'ctrl+shift+z')
    check_legend(window, work, HARMFUL)
    window.keys('ctrl+3')
    window.find('Samples', 'tree table')
    window.picture(f'{picture}-samples')
    window.keys('ctrl+2')
    rows = window.export(folder / 'keys.csv', keyboard=True)
    assert {row['decision'] for row in rows} == {'drop'}
    return rows


def read_pages(window, work, picture):
    """What the pages say of the data, before anything is done."""
    window.keys('ctrl+1')
    window.find('Head')
    until('the head to be judged', lambda: 'being judged\u2026' not in window.labels())
    window.picture(f'{picture}-overview')
    check_overview(window, work)
    check_legend(window, work, '1 = 1')
    check_histogram(window, work)
    unnamed = window.unnamed()
    assert not unnamed, '\n'.join(unnamed)
    window.keys('ctrl+2')


def check_theme(window, dark):
    """A corner of the map is background."""
    x, y, _, height = window.box(window.map)
    bright = window.brightness(x + 6, y + height - 6)
    assert bright < 0.3 if dark else bright > 0.7, f'brightness {bright}'


def run(data, picture, dark=False):
    folder = data.parent
    work = data.with_suffix('.assay')
    with drive.Window(data, dark=dark) as window:
        window.scored()
        check_theme(window, dark)
        read_pages(window, work, picture)
        rows, estimate, proof = by_mouse(window, folder, picture)
        check_inspector(window, work, rows[0]['id'])
        kept = by_keyboard(window, folder, work, picture)
        window.close()
    ids = [row['id'] for row in rows]
    what = cli('whatif', work, '--where', where_ids(ids), '--by', 'label')
    check_estimate(estimate[0], what)
    check_classes(estimate[1], what, 'Validation')
    what = cli('whatif', work, '--where', where_ids(ids), '--verify', '--by', 'label')
    check_proof(proof[0], what)
    check_classes(proof[1], what, 'Test')
    assert [str(one) for one in dropped(work)] == [row['id'] for row in kept]
    told = cli('select', work, '--where', HARMFUL, '--columns', 'id,influence')
    assert [str(row['id']) for row in told['rows']] == [row['id'] for row in kept]
    assert [row['influence'] for row in told['rows']] == [float(row['influence']) for row in kept]
    check_file(folder / 'keys.csv', work, HARMFUL)
    cli('decide', work, 'undo')
    check_file(folder / 'lasso.csv', work, where_ids(ids))
