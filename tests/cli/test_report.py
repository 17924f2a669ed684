#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""report: every number is what the commands print; same bytes; sound PDF and HTML; locales."""
import base64
import csv
import html.parser
import json
import re
import shutil
import struct
import subprocess
import zlib

import assay
import numpy
from tap import Skip, Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'
RECIPE = FOLDER / 'recipe.json'
DATE = ('--date', '2026-11-28')
VOID = {'meta', 'img', 'br', 'path', 'rect', 'use', 'image'}
FRONT = ['Curating digits', 'What is in the data', 'Before and after', 'Some of the examples',
         'Who is affected', 'How far this goes', 'Money and CO2', 'What we ask you to decide']
HEADINGS = [*FRONT, 'More of the examples', 'Where the examples lie',
            'How many examples are needed',
            'What the order of labelling would have brought', 'Appendix',
            'Data card', 'Recipe', 'Proof', 'Scores and their certificates',
            'Inputs and formulas of the savings', 'Words']


def report(name, *more, env=None):
    found = assay.run_json('report', WORK, '--recipe', RECIPE, '--random', '4', *DATE, '-o',
                           FOLDER / name, *more, env=env)
    missing = assay.keys_of(found) - assay.documented_words('report')
    assert not missing, f'keys that the man page has not: {missing}'
    return found


def tool(*command):
    if shutil.which(command[0]) is None:
        raise Skip(f'no {command[0]}')
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def plain(text):
    """Words with single blanks: where lines break says nothing."""
    return ' '.join(text.replace('\xa0', ' ').replace('\u202f', ' ').split())


class Page(html.parser.HTMLParser):
    """Text, tags that are open, and what the page refers to."""

    def __init__(self):
        super().__init__()
        self.open, self.text, self.links, self.images, self.tags = [], [], [], [], []
        self.hidden = 0

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append(tag)
        self.links += [found[a] for a in ('src', 'href', 'xlink:href') if a in found]
        if tag == 'img':
            self.images.append(found.get('alt'))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if 'style' not in self.open:
            self.text.append(data)


def read_html(path):
    page = Page()
    page.feed(path.read_text(encoding='utf-8'))
    assert page.open == []
    return page


def sources():
    """What the commands print, by name."""
    redundancy = assay.run_json('redundancy', WORK, '--threshold', '0.99')
    flagged = assay.run('select', WORK, '--where', 'label_issue = 1').split()
    curate = assay.run_json('curate', WORK, '--recipe', RECIPE, '--prove', '--random', '4')
    savings = assay.run_json('savings', WORK, '--recipe', RECIPE)
    for key in ('inputs', 'savings'):
        savings[key] = {one['id']: one for one in savings[key]}
    return {'curate': curate, 'savings': savings, 'info': assay.run_json('info', WORK),
            'figure': assay.run_json('figure', WORK, 'retention', 'influence', '-o',
                                     FOLDER / 'retention.svg'),
            'redundancy': {'n_dropped': redundancy['n_redundant'],
                           'leaks': {'n': len(redundancy['leaks']['ids'])}},
            'check': {'label_issues': {'n': len(flagged)}}}


def look_up(all_of, path):
    at = all_of
    for name in path.split('.'):
        if isinstance(at, list):
            at = len(at) if name == 'length' else at[int(name)]
        else:
            at = at[name]
    return at


def read_number(text):
    return float(re.sub(r'[^0-9.\-+]', '', text.replace('\u2212', '-')))


COUNTS = re.compile(r'info\.(rows|parts\.\w+)|curate\.(n_(before|left|dropped|relabelled)|'
                    r'steps\.\d+\.n_(took|left|alone)|proof\.(n_part|classes\.\d+\.n))|'
                    r'figure\.numbers\.points\.\d+\.n|'
                    r'redundancy\.(n_dropped|leaks\.n)|check\.label_issues\.n|'
                    r'finding\.findings\.\d+\.n')


def check_rows(facts):
    """Every number stands in words and has rows; a number of rows has as many"""
    for one in facts:
        assert one['text'] in one['statement'], one
        assert one['about'], one
        if COUNTS.fullmatch(one['id']):
            assert one['n_rows'] == one['value'], one
        else:
            assert one['n_rows'] > 0, one
    assert 'no number' in assay.fail('report', WORK, '--rows', 'curate.nothing')


def select(where):
    return assay.run('select', WORK, '--where', where).split()


def taken():
    """What each step takes in its turn, and what it would take alone."""
    out = FOLDER / 'taken.csv'
    assay.run('curate', WORK, '--recipe', RECIPE, '--no-coverage', '-o', out)
    recorded = json.loads(out.with_name('taken.csv.recipe.json').read_text(encoding='utf-8'))
    alone = []
    for step in json.loads(RECIPE.read_text(encoding='utf-8'))['steps']:
        one, dropped = FOLDER / 'one.json', FOLDER / 'dropped.csv'
        one.write_text(json.dumps({'assay_recipe': 1, 'steps': [step]}), encoding='utf-8')
        assay.run('curate', WORK, '--recipe', one, '--no-coverage', '--dropped', dropped)
        with open(dropped, encoding='utf-8', newline='') as file:
            alone.append([row['id'] for row in csv.DictReader(file)])
    return [step['took'] for step in recorded['steps']], alone


def smallest():
    """The rows of most influence, as many as the retention curve's smallest point has."""
    found = assay.run_json('figure', WORK, 'retention', 'influence', '-o',
                           FOLDER / 'retention.svg')['numbers']
    n = next(one['n'] for one in found['points'] if one['share'] == found['minimal']['share'])
    rows = assay.run_json('select', WORK, '--where', "split = 'train'", '--columns',
                          'id,influence')['rows']
    return {row['id'] for row in sorted(rows, key=lambda row: -float(row['influence']))[:n]}


def rows_of_words():
    """What a number is about -> the ids that other commands print of that."""
    train = select("split = 'train'")
    groups = assay.run_json('redundancy', WORK, '--threshold', '0.99')
    copies = {row for group in groups['groups'] for row in group['ids'] if group['keep']} \
        & set(train) - {group['keep'] for group in groups['groups']}
    took, alone = taken()
    gone = {row for step in took for row in step}
    found = {'examples that go': gone, 'examples that may go': train,
             'examples that stay': set(train) - gone, 'all examples': select('1'),
             'test examples': select("split = 'test'"), 'training examples': train,
             'examples by which rows are chosen': select("split = 'valid'"),
             'examples without a label': select("split = 'pool'"),
             'near copies, which could go': copies,
             'held-out examples with a near copy': groups['leaks']['ids'],
             'examples whose label is doubted': select('label_issue = 1'),
             'the smallest set tried that is no worse': smallest()}
    for k, name in enumerate(('Near copies', 'Likely label errors', 'By a condition')):
        found[f'what goes by: {name}'] = took[k]
        found[f'what is left after: {name}'] = set(train) - {
            row for step in took[:k + 1] for row in step}
        found[f'curate.steps.{k}.n_alone'] = alone[k]
    for value in range(10):
        found[f'judged examples of {value}'] = select(f"split = 'test' AND label = '{value}'")
    return found


def test_rows():
    """The ids behind every number are those that the other commands print of the same"""
    known = rows_of_words()
    facts = report('digits.html')['facts']
    checked = set()
    for one in facts:
        told = assay.run_json('report', WORK, '--recipe', RECIPE, '--random', '4', '--rows',
                              one['id'])
        want = known.get(one['id']) or known[one['about']]
        assert told['about'] == one['about'], (one, told['about'])
        assert len(told['ids']) == one['n_rows'] and sorted(told['ids']) == sorted(want), one
        checked.add(one['about'])
    assert len(checked) >= 24, checked


def test_numbers():
    """Every number in both forms is what the command that it names prints"""
    found = report('digits.html')
    assert report('digits.pdf')['facts'] == found['facts'] and len(found['facts']) > 80
    page = plain(' '.join(read_html(FOLDER / 'digits.html').text))
    for one in found['facts']:
        assert plain(one['text']) in page, one
    printed = sources()
    for one in found['facts']:
        value = look_up(printed, one['id'])
        assert one['value'] == value, (one, value)
        shown = read_number(one['text'])
        times = 100 if '%' in one['text'] or one['text'][0] in '+\u2212' else 1
        digits = len(one['text'].rstrip(' \xa0%').partition('.')[2])
        assert abs(shown - times * value) <= 0.5000001 * 10 ** -digits, one
    steps = [one for one in found['facts'] if one['id'].startswith('curate.proof.steps.')]
    assert len(steps) >= 2 and steps[-1]['value'] == look_up(
        printed, 'curate.proof.test_accuracy_refit'), steps
    check_rows(found['facts'])
    kinds = {one['id'].split('.')[0] for one in found['facts']}
    assert kinds == {'curate', 'savings', 'info', 'redundancy', 'check', 'figure'}


def test_same_bytes():
    """The same workspace and date give the same bytes; another date does not"""
    report('digits.html')
    report('digits.pdf')
    first = {name: (FOLDER / name).read_bytes() for name in ('digits.pdf', 'digits.html')}
    for name, then in first.items():
        report('again.' + name.split('.')[1], '--threads', '3')
        assert (FOLDER / ('again.' + name.split('.')[1])).read_bytes() == then, name
    report('later.pdf', '--date', '2027-01-01')
    assert (FOLDER / 'later.pdf').read_bytes() != first['digits.pdf']
    assay.run('report', WORK, '--recipe', RECIPE, '--random', '4', '-o', FOLDER / 'epoch.html',
              env={'SOURCE_DATE_EPOCH': '1795824000'})
    assert (FOLDER / 'epoch.html').read_bytes() == first['digits.html']


def test_html():
    """HTML: one file, no script, nothing from elsewhere, alt text, all sections in order"""
    page = read_html(FOLDER / 'digits.html')
    assert 'script' not in page.tags and 'link' not in page.tags
    assert page.images and all(page.images) and len(page.images) == 12
    for link in page.links:
        assert link.startswith(('data:image/png;base64,', '#')), link[:80]
    text = (FOLDER / 'digits.html').read_text('utf-8')
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'https?://[^"\' )]+', text)) <= {'http://www.w3.org/2000/svg',
                                                           'http://www.w3.org/1999/xlink'}
    titles = re.findall(r'<h[12][^>]*>([^<]+)</h', text)
    assert titles == HEADINGS and '<svg' in text and 'role="img"' in text
    assert tool('tidy', '-q', '-e', FOLDER / 'digits.html')[0] == 0


def test_pdf():
    """PDF: sound, small, fonts embedded, outline and text in reading order, each sentence once"""
    path = FOLDER / 'digits.pdf'
    assert path.stat().st_size <= 3e6
    status, out, problems = tool('qpdf', '--check', path)
    assert status == 0, out + problems
    text = plain(tool('pdftotext', path, '-')[1])
    at = [text.index(one) for one in HEADINGS]
    assert at == sorted(at)
    for one in report('digits.pdf')['facts']:
        assert plain(one['text']) in text, one
    front = plain(tool('pdftotext', '-l', '1', path, '-')[1])
    assert all(one in front for one in FRONT) and 'More of' not in front, 'page one is one page'
    fonts = tool('pdffonts', path)[1].splitlines()[2:]
    assert fonts and all(line.split()[-5] == 'yes' for line in fonts), fonts
    outline = json.dumps(json.loads(tool('qpdf', '--json', '--json-key=outlines', path)[1]))
    assert all(one in outline for one in HEADINGS)
    assert 'Title:           Curating digits' in tool('pdfinfo', path)[1]
    page = plain(' '.join(read_html(FOLDER / 'digits.html').text))
    for sentence in re.findall(r'[A-Z][^.]{40,120}\.', page)[:20]:
        if 'in 3 steps' in sentence or 'points' in sentence or 'curve' in sentence:
            continue  # name and description of a drawing
        assert len(re.findall(re.escape(sentence), page)) == 1, sentence


def test_locales():
    """Numbers and paper follow the environment's locale; the values do not"""
    where = FOLDER / 'locales'
    where.mkdir()
    for name, number, size in (('de_DE', '1.438', '595.276 x 841.89'),
                               ('en_US', '1,438', '612 x 792')):
        done = subprocess.run(['localedef', '-i', name, '-f', 'UTF-8', where / f'{name}.UTF-8'],
                              capture_output=True, check=False)
        if not (where / f'{name}.UTF-8').exists():
            raise Skip(f'localedef: {done.stderr.decode()[:80]}')
        env = {'LC_ALL': f'{name}.UTF-8', 'LANG': f'{name}.UTF-8', 'LOCPATH': str(where)}
        found = report(f'{name}.pdf', env=env)
        facts = {one['id']: one for one in reversed(found['facts'])}
        assert facts['curate.n_before']['text'] == number
        assert facts['curate.n_before']['value'] == 1438
        assert size in tool('pdfinfo', FOLDER / f'{name}.pdf')[1]
        if name == 'de_DE':
            assert re.search(r'\d,\d\d\xa0%', facts['curate.proof.test_accuracy_before']['text'])
    report('paper.pdf', '--paper', 'letter')
    assert '612 x 792' in tool('pdfinfo', FOLDER / 'paper.pdf')[1]


def test_refusals():
    """A bad name, date, paper, title is a usage error or named; a read-only folder says so"""
    for arguments in ([], ['-o', FOLDER / 'x.pdf', '--date', '2026-13-01'],
                      ['-o', FOLDER / 'x.pdf', '--date', 'soon'],
                      ['-o', FOLDER / 'x.pdf', '--date', '20ab-01-02'],
                      ['-o', FOLDER / 'x.pdf', '--paper', 'a3'],
                      ['-o', FOLDER / 'x.pdf', '--random', '1']):
        assay.fail('report', WORK, *arguments, status=2)
    assert '.pdf or .html' in assay.fail('report', WORK, '-o', FOLDER / 'x.doc')
    assert 'x.pdf' in assay.fail('report', WORK, '--recipe', RECIPE, '-o',
                                 FOLDER / 'none' / 'x.pdf')


def test_nothing_to_leave_out():
    """A recipe that takes nothing, or only relabels, is said so, without a drawing of steps"""
    empty = FOLDER / 'empty.json'
    empty.write_text('{"assay_recipe": 1, "steps": []}', encoding='utf-8')
    assay.run('report', WORK, '--recipe', empty, '-o', FOLDER / 'empty.html', *DATE)
    text = plain(' '.join(read_html(FOLDER / 'empty.html').text))
    assert 'Before and after' not in text and 'step by step' not in text
    step = '{"step": "relabel_label_issues", "follow": "ranking"}'
    empty.write_text(f'{{"assay_recipe": 1, "steps": [{step}]}}', encoding='utf-8')
    assay.run('report', WORK, '--recipe', empty, '--random', '0', '-o', FOLDER / 'relabel.html',
              *DATE)
    relabelled = plain(' '.join(read_html(FOLDER / 'relabel.html').text))
    assert 'No example goes; labels change.' in relabelled and 'step by step' not in relabelled
    pool = FOLDER / 'pool.csv'
    pool.write_text('id,label,x,y\n' + ''.join(
        f'r{i},{"ab"[i % 2] if i < 300 else ""},{i % 2 + i % 7 / 9},{i % 13}\n'
        for i in range(400)), encoding='utf-8')
    assay.run('new', FOLDER / 'pool.assay', pool)
    empty.write_text(json.dumps({'assay_recipe': 1, 'steps': [
        {'step': 'drop_where', 'where': "split = 'pool'"}]}), encoding='utf-8')
    assay.run('report', FOLDER / 'pool.assay', '--recipe', empty, '-o', FOLDER / 'pool.html', *DATE)
    said = plain(' '.join(read_html(FOLDER / 'pool.html').text))
    assert 'Without 100 of' in said and 'none of these has a label' in said, said[:400]
    empty.write_text('{"assay_recipe": 1, "steps": []}', encoding='utf-8')
    assert 'Nothing was found to leave out: all 1 438 training examples stay.' in text
    assert 'Proof ' not in text.split('Appendix')[1].split('Words')[0].replace('Proof it', '')


def chromium(*options):
    folder = FOLDER / 'chromium'
    status, _, problems = tool(
        'chromium', '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars',
        '--host-resolver-rules=MAP * ~NOTFOUND', f'--user-data-dir={folder}', *options,
        (FOLDER / 'digits.html').as_uri())
    assert status == 0, problems


def test_chromium():
    """HTML in headless Chromium: the same picture on a dark desktop; prints every number"""
    report('digits.html')
    for name, more in (('light', ()), ('dark', ('--blink-settings=preferredColorScheme=0',)),
                       ('forced', ('--force-prefers-reduced-motion',))):
        chromium('--window-size=900,2600', f'--screenshot={FOLDER / name}.png', *more)
    first = (FOLDER / 'light.png').read_bytes()
    assert all((FOLDER / f'{name}.png').read_bytes() == first for name in ('dark', 'forced'))
    found = tool('identify', '-format', '%w %h %k', FOLDER / 'light.png')[1].split()
    assert found[:2] == ['900', '2600'] and int(found[2]) > 100, found
    paper = tool('convert', FOLDER / 'light.png', '-format', '%[pixel:p{5,5}]', 'info:')[1]
    assert paper.strip() in ('white', 'srgb(255,255,255)', 'srgba(255,255,255,1)'), paper
    chromium('--no-pdf-header-footer', f'--print-to-pdf={FOLDER / "printed.pdf"}')
    text = plain(tool('pdftotext', FOLDER / 'printed.pdf', '-')[1])
    at = [text.index(one) for one in HEADINGS]
    assert at == sorted(at)
    for one in report('digits.html')['facts']:
        assert plain(one['text']) in text, one


CAMERA = b'GPSLatitude 48.85 quokka-camera'


def write_photo(path, number, side=640):
    """A picture like a photograph, without a library: smooth, in colours, with edges."""
    at = numpy.indices((side, side)) / side
    wave = numpy.sin(at[0] * (3 + number)) * numpy.cos(at[1] * (5 + number % 3)) / 2 + .5
    disc = (at[0] - .3 - number / 30) ** 2 + (at[1] - .5) ** 2 < .03
    pixels = numpy.stack([255 * wave, 200 * at[1] + 55 * wave, 255 * (1 - at[0])], 2)
    pixels[disc] = 255 - pixels[disc]
    lines = b''.join(b'\0' + row.tobytes() for row in pixels.astype(numpy.uint8))
    chunks = ((b'IHDR', struct.pack('>IIBBBBB', side, side, 8, 2, 0, 0, 0)),
              (b'tEXt', b'Comment\0' + CAMERA), (b'eXIf', b'II*\0\x08\0\0\0\0\0' + CAMERA),
              (b'IDAT', zlib.compress(lines, 1)), (b'IEND', b''))
    path.write_bytes(b'\x89PNG\r\n\x1a\n' + b''.join(
        struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
        for kind, data in chunks))


def test_photos():
    """Twelve photographs as evidence: scaled to print, as JPEG in both forms, at most 3 MB"""
    folder = FOLDER / 'photos'
    for number in range(24):
        kind = folder / ('a' if number % 2 else 'b')
        kind.mkdir(parents=True, exist_ok=True)
        write_photo(kind / f'{number:02}.png', number)
    work, recipe = FOLDER / 'photos.assay', FOLDER / 'photos.json'
    assay.run('new', work, folder)
    recipe.write_text(json.dumps({'assay_recipe': 1, 'keep_representatives': True, 'steps': [
        {'step': 'budget', 'rows': 4}]}), encoding='utf-8')
    for ending in ('pdf', 'html'):
        assay.run('report', work, '--recipe', recipe, '--random', '0', *DATE, '-o',
                  FOLDER / f'photos.{ending}')
    page = read_html(FOLDER / 'photos.html')
    pictures = [link for link in page.links if link.startswith('data:image/jpeg;base64,')]
    assert len(pictures) == 12 == len(set(pictures)), len(pictures)
    size = (FOLDER / 'photos.pdf').stat().st_size
    listed = tool('pdfimages', '-list', FOLDER / 'photos.pdf')[1].splitlines()[2:]
    assert len(listed) == 12 and all(line.split()[8] == 'jpeg' and line.split()[3] == '320'
                                     for line in listed), listed
    assert 50e3 < size <= 3e6, size
    assert tool('qpdf', '--check', FOLDER / 'photos.pdf')[0] == 0
    # Drawn anew: what a camera wrote beside the pictures is left behind.
    tool('qpdf', '--stream-data=uncompress', FOLDER / 'photos.pdf', FOLDER / 'plain.pdf')
    found = b''.join((FOLDER / name).read_bytes() for name in ('photos.html', 'plain.pdf',
                                                               'photos.assay'))
    assert CAMERA not in found and base64.b64encode(b'camera')[:-2] not in found
    assert CAMERA in b''.join(path.read_bytes() for path in folder.rglob('*.png'))


def main():
    assay.run('new', WORK, assay.SAMPLE)
    RECIPE.write_text(json.dumps({'assay_recipe': 1, 'steps': [
        {'step': 'drop_duplicates', 'threshold': 0.98}, {'step': 'drop_label_issues'},
        {'step': 'drop_where', 'where': "label = '1' AND id < 'd0300'", 'why': 'too many'}]}),
        encoding='utf-8')
    assay.run('map', WORK, 'pca')
    assay.run('score', WORK, 'influence')
    assay.run('figure', WORK, 'retention', 'influence', '-o', FOLDER / 'retention.svg')
    assay.run('simulate', WORK, '--strategy', 'margin,random', '--rounds', '3', '--repeats', '2')
    assay.run('savings', WORK, '--recipe', RECIPE, '--country', 'France', '-p', 'training_hours=8',
              '-p', 'training_power=0.4,0.5,0.7', '-p', 'training_rate=2')
    tap = Tap()
    for test in (test_numbers, test_rows, test_same_bytes, test_html, test_pdf, test_locales,
                 test_refusals, test_nothing_to_leave_out, test_photos, test_chromium):
        tap.run(test.__doc__, test)
    tap.finish()


if __name__ == '__main__':
    main()
