#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Gains page: split, the waterfall by mouse and keys, the rows of a round selected and ranked,
all rounds with the two attributions, the cut; what it says is what assay-cli gains says."""
import csv
import json
import re
import shutil

import drive
from drive import cli, until

HISTORY = 'simulated margin 1'
LONG = 'simulated entropy 1'  # of ten rounds, whose order-free attribution takes its time
ROUNDS = 4


def near(text, value):
    """A number of the page, of four digits; a dash where there is none."""
    return text == '–' if value is None else abs(float(text) - value) <= 6e-4 * abs(value) + 1e-12


def lines(window, name):
    """Title and numbers by column of each line of a table."""
    table = window.find(name, 'list')
    found = []
    for one in window.all('.*; .*', 'list item', table):
        title, *cells = one.name.split('; ')
        found.append((title, dict(cell.rsplit(' ', 1) for cell in cells)))
    return found


def detail(window, number):
    found = [text for text in window.labels() if text.startswith(f'Round {number}, margin: ')]
    return found and found[0]


def label_rounds(work, label):
    """Two rounds of the live loop, which says why it takes each row."""
    for _ in range(2):
        taken = cli('suggest', work, '--strategy', 'two_phase', '--count', '10', '--record')['rows']
        answers = work.with_name('answers.csv')
        answers.write_text('id,label\n' + ''.join(f"{row['id']},{label[row['id']]}\n"
                                                  for row in taken), encoding='utf-8')
        assert cli('history', work, 'label', answers)['closed']


def workspace():
    """The sample, the labels of each ninth row hidden: mapped, clustered, with a live loop, two
    simulated histories, one with news, one of two annotators, and one of other data."""
    work = drive.folder() / 'gains.assay'
    with open(drive.SAMPLE, encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    label = {row['id']: row['label'] for row in rows}
    data = work.with_suffix('.csv')
    with open(data, 'w', encoding='utf-8', newline='') as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows({**row, 'label': '' if at % 9 == 4 else row['label']}
                         for at, row in enumerate(rows))
    cli('new', work, data, '--label', 'label', '--id', 'id')
    cli('map', work, 'pca')
    cli('cluster', work, 'kmeans', '--k', '5')
    label_rounds(work, label)
    bring_news(work)
    bring_answers(work)
    other = work.with_name('elsewhere.csv')
    other.write_text('loop,order,index\n0,0,90001\n1,0,90002\n', encoding='utf-8')
    cli('history', work, 'import', other)
    cli('simulate', work, '--strategy', 'entropy', '--rounds', '10', '--batch', '40',
        '--repeats', '1')
    cli('simulate', work, '--strategy', 'margin', '--rounds', ROUNDS, '--repeats', '1')
    return work


def check_round(window, gains, number):
    """The sentence, the ranked rows, the selection."""
    one = gains['rounds'][number - 1]
    said = until(f'round {number}', lambda: detail(window, number))
    for value in (one['loss_before'], one['loss_after'], one['gain'], one['positive'],
                  one['negative']):
        assert f'{value:.4g}'.lstrip('-') in said, (said, value)
    rows = sorted((row for row in one['rows'] if abs(row['credit']) > one['floor']),
                  key=lambda row: -row['credit'])
    told = until('its rows', lambda: len(lines(window, 'Credits of the Rows')) == len(rows)
                 and lines(window, 'Credits of the Rows'))
    for (title, cells), row in zip(told, rows):
        assert title.startswith(row['id'] + ' '), (title, row)
        assert near(cells['credit'], row['credit']), (cells, row)
        assert near(cells['influence'], row['influence_before']), (cells, row)
    until('the selection', lambda: window.labels() and any(
        text.startswith(f"{one['n_taken']} rows selected") for text in window.labels()))
    return rows


def check_proofs(window, work, rows):
    """Over folds, from the menu, and of the full pipeline, by its keys: the sentences of
    assay-cli whatif about the same rows."""
    listed = ', '.join(f"'{row['id']}'" for row in rows)
    want = cli('whatif', work, '--where', f'id IN ({listed})', '--verify', '--folds', '5',
               '--pipeline')
    window.click('Other Proofs', done=lambda: window.all('Over 5 Folds'))
    until('the focus in it', lambda: window.focused().said == 'Over 5 Folds')
    window.picture('gains-light-proofs')
    window.xdo('key', 'Return')
    until('the folds', lambda: want['folds']['sentence'] in window.labels())
    assert not [text for text in window.labels() if text.startswith('Refitted: ')]
    window.keys('ctrl+alt+Return')
    said = until('the pipeline', lambda: [text for text in window.labels()
                                          if text.startswith('Refitted: ')])[0]
    refit, pipeline = said.split('\n')
    assert pipeline == want['pipeline']['sentence'], (pipeline, want)
    change = want['test']['loss_refit'] - want['test']['loss_before']
    assert f'test {change:+.4g} ' in refit and refit.endswith(want['sentence']), (refit, want)


def check_width(window):
    """However high the bar below is, the page stays between the panes at its sides."""
    x, _, width, _ = window.box(window.find('validation loss in .* steps.*'))
    left, _, side, _ = window.box(window.find('Clear Filters', 'push button'))
    right = window.box(window.find('Explain This Row', 'push button'))[0]
    assert left + side <= x and x + width <= right, (left + side, x, x + width, right)


def check_rounds(window, gains):
    window.click('All Rounds', done=lambda: lines(window, 'Gains of the Rounds'))
    for (title, cells), one in zip(lines(window, 'Gains of the Rounds'), gains['rounds']):
        assert title == f"{one['round']} {one['strategy']}"
        random = one.get('random') or {}
        for name, value in (('rows', one['n']), ('gain', one['gain']),
                            ('helped by', one['positive']), ('hurt by', one['negative']),
                            ('order-free', one.get('shapley')), ('random', random.get('gain')),
                            ('selection', random.get('selection'))):
            assert near(cells[name], value), (name, cells, value)


def check_cut(window, column, by):
    window.click('Cut', done=lambda: lines(window, 'Credits by Value'))
    wanted = [one['value'] or 'not said' for one in by]

    def listed():
        told = lines(window, 'Credits by Value')
        return told if [title for title, _ in told] == wanted else None
    if not listed():
        window.choose('Cut By', column, listed)
    told = listed()
    for (_, cells), one in zip(told, by):
        for name, value in (('rows', one['n']), ('credit', one['credit']),
                            ('helped by', one['positive']), ('hurt by', one['negative'])):
            assert near(cells[name], value), (name, cells, one)
    window.click(re.escape(told[0][0]) + '; rows.*', 'list item')
    count = by[0]['n']
    until('rows of the value', lambda: any(re.match(
        rf'{count} rows? selected', text) for text in window.labels()))


def refuse(window):
    """A history of other data is refused in words, and nothing is drawn of it."""
    window.choose('History', 'elsewhere', lambda: window.all('elsewhere', 'label'))
    window.click('Split Gains', 'push button')
    until('why not', lambda: any('none of its rows is in this data set' in text
                                 for text in window.labels()))
    window.picture('gains-light-refused')
    window.keys('Escape')
    window.gone('That did not work')
    window.idle()
    assert any(text.startswith('Not split yet') for text in window.labels())
    assert not window.all('validation loss in .* steps.*')


def click_through(work, other, gains):
    """Split in the window, in light colours, mostly by mouse; other: the same for the command."""
    with drive.Window(work) as window:
        window.keys('ctrl+8')
        until('what is to be done', lambda: any(text.startswith('Not split yet')
                                                for text in window.labels()))
        refuse(window)
        cancel(window)
        window.choose('History', HISTORY, lambda: window.all(HISTORY, 'label'))
        window.click('Order-Free')
        window.click('Beside Random')
        window.click('Split Gains', 'push button',
                     done=lambda: window.all('validation loss in .* steps.*'))
        window.idle()
        fall = window.find('validation loss in .* steps.*')
        assert f"from {gains['rounds'][0]['loss_before']:.3g} to " in fall.name, fall.name
        window.click('validation loss in .* steps.*', at=(0.55, 0.5),
                     done=lambda: any(detail(window, k) for k in range(1, ROUNDS + 1)))
        window.keys('Home', 'Right', 'Right')
        rows = check_round(window, gains, 3)
        assert 'Shapley' in detail(window, 3) and '20 random batches' in detail(window, 3)
        window.picture('gains-light-round')
        check_proofs(window, other, gains['rounds'][2]['rows'])
        window.picture('gains-light-proved')
        check_width(window)
        in_gallery(window, cli('history', other, 'show', HISTORY)['rounds'][2]['ids'])
        window.click(f"{rows[0]['id']} .*; credit.*", 'list item')
        until('one row', lambda: any(text.startswith('1 row selected') for text in
                                     window.labels()))
        check_rounds(window, gains)
        assert not window.unnamed(), window.unnamed()
        window.picture('gains-light-rounds')
        check_cut(window, 'label', gains['by'])
        window.picture('gains-light-cut')
        check_cut(window, 'cluster', cli('gains', other, HISTORY, '--by', 'cluster')['by'])
        check_refused(window, cli('gains', other, HISTORY, '--steps', '100', '--rate', '100')
                      ['stopped_early'])
        check_said(window, other)
        window.click('Show on Map', 'push button', done=lambda: window.all('Map: .*'))


def bring_news(work):
    """A history with an empty round, a class first seen in the next, and rows that only judge."""
    rows = [(at, row['split'], str(row['label'])) for at, row in enumerate(
        cli('select', work, '--columns', 'split,label')['rows'])]
    known = [at for at, split, label in rows if split == 'train' and label != '7']
    sevens = [at for at, split, label in rows if split == 'train' and label == '7']
    valid = [at for at, split, _ in rows if split == 'valid']
    rounds = (known[:90], known[90:110], [], sevens[:4] + known[110:116], valid[:5])
    path = work.with_name('news.jsonl')
    path.write_text('\n'.join(
        json.dumps(line) for loop, of in enumerate(rounds)
        for line in [{'loop': loop, 'order': order, 'index': row} for order, row in enumerate(of)]
        or [{'loop': loop, 'accuracy': .5}]) + '\n', encoding='utf-8')
    assert cli('history', work, 'import', path)['histories'][0]['name'] == 'news'


def bring_answers(work):
    """A history whose answers are of two annotators on two days."""
    rows = [(at, row['label']) for at, row in enumerate(
        cli('select', work, '--columns', 'split,label')['rows']) if row['split'] == 'train'][:80]
    path = work.with_name('answers.csv')
    path.write_text('loop,order,index,label,annotator,timestamp\n' + ''.join(
        f"{max(0, k // 10 - 5)},{k},{at},{label},{('ann', 'bo')[k % 2]},2026-03-0{1 + k % 3 // 2}\n"
        for k, (at, label) in enumerate(rows)), encoding='utf-8')
    assert cli('history', work, 'import', path)['histories'][0]['name'] == 'answers'


def is_split(window):
    return window.all('validation loss in .* steps.*')


def cancel(window):
    """A split that runs is cancelled: nothing is kept of it, and it can be started again."""
    window.choose('History', LONG, lambda: window.all(LONG, 'label'))
    both = ('Order-Free', 'Beside Random')
    for name in both:
        window.click(name)
    x, y, _, height = window.box(window.find('Split Gains', 'push button'))
    window.click('Split Gains', 'push button',
                 done=lambda: not window.all('Split Gains', 'push button'))
    window.xdo('mousemove', x + 20, y + height // 2, 'click', 1)  # it says Cancel now
    window.settle()
    window.find('Split Gains', 'push button')
    window.idle()
    assert any(text.startswith('Not split yet') for text in window.labels()), window.labels()
    assert not is_split(window) and not window.all('That did not work')
    for name in both:
        window.click(name)


def cancel_by_keys(window):
    """Likewise by access keys alone: Order-Free, Beside Random, Split Gains, Cancel."""
    window.choose('History', LONG, lambda: window.all(LONG, 'label'))
    window.keys('alt+d', 'alt+n', 'alt+g')  # a button pressed by a key waits a quarter second
    window.gone('Split Gains', 'push button')  # it says Cancel now, as one of the opening does
    window.keys('alt+c')
    window.find('Split Gains', 'push button')
    window.idle()
    assert any(text.startswith('Not split yet') for text in window.labels()), window.labels()
    assert not is_split(window) and not window.all('That did not work')


def tab_to_waterfall(window):
    def on_waterfall():
        focus = window.focused()
        return focus is not None and 'steps from' in focus.name
    for _ in range(40):
        if on_waterfall():
            break
        window.keys('Tab')
    assert on_waterfall()


def check_refused(window, early):
    """Steps that are too large: their credits do not add up, and none is shown."""
    window.choose('Head Fitted', 'Stopped Early', lambda: window.all('Rate of the Steps'))
    window.number('Rate of the Steps', '100')
    window.click('Split Gains', 'push button',
                 done=lambda: any('do not add up' in text for text in window.labels()))
    window.idle()
    window.click('All Rounds', done=lambda: lines(window, 'Gains of the Rounds'))
    told = lines(window, 'Gains of the Rounds')
    assert len(told) == len(early['rounds'])
    for (_, cells), one in zip(told, early['rounds']):
        assert not one['adds_up'] and near(cells['gain'], one['gain']), (cells, one)
        assert {cells[name] for name in ('by them', 'helped by', 'hurt by', 'by others',
                                         'penalty')} == {'–'}, cells
    said = ' '.join(window.labels())
    for one in early['rounds']:
        assert f"Round {one['round']} is not split: {one['why']}" in said, said
    window.picture('gains-light-refused-credits')
    window.click('Round', done=lambda: window.all('Credits of the Rows', 'list'))
    tab_to_waterfall(window)
    window.keys('End')
    text = until('the last round', lambda: detail(window, early['rounds'][-1]['round']))
    assert early['rounds'][-1]['why'] in text, text
    assert not lines(window, 'Credits of the Rows')
    window.choose('Head Fitted', 'To the Optimum', lambda: not window.all('Rate of the Steps'))


def in_gallery(window, ids):
    """The rows of the bar as pictures; returns once exactly these show."""
    window.click('Show in Samples', 'push button', done=lambda: window.all('Samples', 'tree table'))
    window.click('Gallery', 'push button', lambda: window.all('Gallery', 'table'))
    window.click('Only selected', done=lambda: any(text.startswith(f'{len(ids)} of ')
                                                   for text in window.labels()))
    shown = until('the pictures', lambda: [one.said for one in window.all(
        '.+', 'table cell', window.find('Gallery', 'table'))])
    assert sorted(re.match(r'\w+', text)[0] for text in shown) == sorted(ids), (shown, ids)
    window.picture('gains-light-gallery')
    window.click('Only selected')
    window.click('Table', 'push button', done=lambda: window.all('Samples', 'tree table'))
    window.keys('ctrl+8')


def check_said(window, other):
    """What a history says of its rows: by annotator, by day; and by the loop's reasons."""
    live = cli('history', other, 'list')['histories'][0]['name']
    for history, column in (('answers', 'annotator'), ('answers', 'day'), (live, 'reason')):
        want = cli('gains', other, history, '--by', column)
        window.choose('History', history, lambda name=history: window.all(name, 'label'))
        if not is_split(window):
            window.click('Split Gains', 'push button', done=lambda: is_split(window))
            window.idle()
        check_cut(window, column, want['by'])
        assert column != 'day' or {one['value'] for one in want['by']} == {'2026-03-01',
                                                                           '2026-03-02'}


def check_news(window):
    """Split here: a class first seen has its line; an empty round and one that only judges are not
    split, and say so."""
    window.choose('History', 'news', lambda: window.all('news', 'label'))
    window.click('Split Gains', 'push button',
                 done=lambda: window.all('validation loss in .* steps.*'))
    window.click('All Rounds', done=lambda: len(lines(window, 'Gains of the Rounds')) == 5)
    told = lines(window, 'Gains of the Rounds')
    assert [near(cells['gain'], None) for _, cells in told] == [True, False, True, False, True]
    said = ' '.join(window.labels())
    assert 'Round 3: class 7 became known by 4 rows' in said, said
    for number in (2, 4):
        assert f'Round {number} is not split: none of its rows is a training row' in said, said


def check_advice(window, want):
    """The table of what to collect, and the selection of a kind's training rows."""
    window.click('What to Collect', 'push button',
                 done=lambda: lines(window, 'What to Collect by Kind'))
    told = lines(window, 'What to Collect by Kind')
    assert [title.split(' ')[0] for title, _ in told] == [one['value'] for one in want['groups']]
    for (title, cells), one in zip(told, want['groups']):
        assert ('wasted' in title) == (one['verdict'] == 'less'), (title, one)
        for name, key in (('rows', 'n'), ('one more', 'gain'), ('50 more', 'gain_more'),
                          ('predicted', 'predicted'), ('realised', 'realised')):
            assert near(cells[name], one[key]), (name, cells, one)
    said = ' '.join(window.labels())
    assert want['sentence'] in said, said
    assert want['wasted'] is None or want['wasted'] in said, said


def check_early(window, early):
    """A head that is stopped early: asked for here, the rounds are those of gains --steps 100."""
    window.choose('Head Fitted', 'Stopped Early', lambda: window.all('Rate of the Steps'))
    until('what is to be done', lambda: any(text.startswith('Not followed along gradient steps')
                                            for text in window.labels()))
    window.click('Split Gains', 'push button',
                 done=lambda: window.all('validation loss in .* steps.*'))
    window.click('All Rounds', done=lambda: lines(window, 'Gains of the Rounds'))
    told = lines(window, 'Gains of the Rounds')
    assert len(told) == len(early['rounds'])
    for (_, cells), one in zip(told, early['rounds']):
        for name, key in (('rows', 'n'), ('gain', 'gain'), ('by them', 'by_new'),
                          ('helped by', 'positive'), ('hurt by', 'negative'),
                          ('by others', 'by_old'), ('penalty', 'by_penalty')):
            assert near(cells[name], one[key]), (name, cells, one)


def walk(work, gains):
    """What assay-cli stored, in dark colours, by keys."""
    with drive.Window(work, dark=True) as window:
        window.keys('ctrl+8')
        window.choose('History', HISTORY, lambda: window.all('validation loss in .* steps.*'))

        tab_to_waterfall(window)
        window.keys('End')
        check_round(window, gains, ROUNDS)
        window.picture('gains-dark')
        check_early(window, gains['stopped_early'])
        window.picture('gains-dark-early')
        window.choose('Head Fitted', 'To the Optimum', lambda: not window.all('Rate of the Steps'))
        check_news(window)
        window.picture('gains-dark-news')
        window.click('Advice', done=lambda: window.all('What to Collect', 'push button'))
        window.click('What to Collect', 'push button',
                     done=lambda: lines(window, 'What to Collect by Kind'))
        window.picture('gains-dark-advice')


def test_page():
    """Gains split, clicked and walked through, in light and dark colours"""
    work = workspace()
    other = shutil.copy(work, work.with_name('other.assay'))  # one program writes at a time
    gains = cli('gains', other, HISTORY, '--shapley', '--random', '20', '--by', 'label', '--steps',
                '100')
    click_through(work, other, gains)
    cli('gains', other, HISTORY)  # without a head that is stopped early
    walk(other, gains)


def test_cancel():
    """Cancelled by keys, in dark colours, while a filter is set, whose button has a key too"""
    work = workspace()
    with drive.Window(work, dark=True) as window:
        window.find('Map', 'page tab')
        window.search("label = '3'")
        window.keys('ctrl+a', 'ctrl+8')
        cancel_by_keys(window)
        assert not window.clashes(), window.clashes()


def test_empty():
    """Without a history the page says what to do"""
    bare = drive.folder() / 'bare.assay'
    cli('new', bare, drive.SAMPLE)
    want = cli('advice', bare)
    with drive.Window(bare) as window:
        window.keys('ctrl+8')
        window.find('No History Yet')
        check_advice(window, want)
        window.click(f"{want['groups'][0]['value']}.*; rows.*", 'list item')
        count = want['groups'][0]['n']
        until('its rows', lambda: any(text.startswith(f'{count} rows selected')
                                      for text in window.labels()))
        assert not window.unnamed(), window.unnamed()
        window.picture('gains-light-advice')
        window.click('To History', 'push button', done=lambda: window.all('Simulate'))


drive.main(globals())
