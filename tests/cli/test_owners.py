#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""assay-mpi --private: owners who keep their rows come to what all rows together would give."""
import csv
import json
import math
import os
import shutil
import time

import numpy

import assay
import ranks
from tap import Tap

FOLDER = assay.Folder().__enter__()
JUDGED = ['--id', 'id', '--valid-features', FOLDER / 'valid.csv', '--valid-label', 'label']
LABEL = ['--label', 'label', *JUDGED]


def start(verb, shards, *arguments):
    return ranks.start(len(shards), '--private', verb, *shards, *arguments)


def private(verb, shards, *arguments):
    return ranks.run(len(shards), '--private', verb, *shards, *arguments)[0]


def run(verb, shards, *arguments):
    done = private(verb, shards, *arguments)
    assert done.returncode == 0, done.stderr
    return done


def table(path):
    with open(path, encoding='utf-8') as file:
        return list(csv.DictReader(file))


def write(path, rows):
    with open(path, 'w', encoding='utf-8', newline='') as file:
        out = csv.DictWriter(file, rows[0].keys(), lineterminator='\n')
        out.writeheader()
        out.writerows(rows)
    return path


def digits():
    """The validation rows, and the others by class."""
    rows = table(assay.SAMPLE)
    write(FOLDER / 'valid.csv', rows[::5])
    return sorted((row for k, row in enumerate(rows) if k % 5), key=lambda row: int(row['label']))


def sites(name, n, rows):
    """Files of n sites, cut at borders of classes, and one of all rows."""
    of = [[row for row in rows if int(row['class']) * n // 10 == k] for k in range(n)]
    for row in rows:
        del row['class']
    return ([write(FOLDER / f'{name}-{k}.csv', part) for k, part in enumerate(of)],
            write(FOLDER / f'{name}.csv', rows))


def with_class(rows):
    return [dict(row, **{'class': row['label']}) for row in rows]


def pooled(path, *parameters):
    work = path.with_suffix('.assay')
    assay.run('new', work, path, *LABEL)
    assay.run('score', work, 'influence', 'loo', *parameters)
    return {row['id']: row for row in exported(work)}


def exported(work, scores='influence,loo'):
    out = work.with_suffix('.out.csv')
    assay.run('export', work, '--columns', f'id,split,{scores}', '-o', out)
    return table(out)


def check_scores(n):
    shards, whole = sites(f'score{n}', n, with_class(digits()))
    expected = pooled(whole, '-p', 'max_refits=0')
    done = run('score', shards, *LABEL, '-o', FOLDER / f'own{n}.assay',
               '--head', FOLDER / 'head.json')
    print(f'# {n} sites: {[line for line in done.stdout.splitlines() if "rounds" in line][0]}')
    seen = set()
    for k, shard in enumerate(shards):
        work = FOLDER / f'own{n}.{k}.assay'
        ids = {row['id'] for row in table(shard)}
        rows = exported(work)
        assert {row['id'] for row in rows if row['split'] == 'train'} == ids, 'rows of others'
        for score in 'influence', 'loo':
            most = max(abs(float(row[score])) for row in expected.values() if row[score])
            worst = max(abs(float(row[score]) - float(expected[row['id']][score]))
                        for row in rows if row['id'] in ids)
            assert worst < 1e-5 * most, (n, k, score, worst / most)
        seen |= ids
        told = [note['id'] for note in assay.run_json('info', work)['diagnostics']]
        assert 'owners-head' in told, told
    assert len(seen) == 1437
    with open(FOLDER / 'head.json', encoding='utf-8') as file:
        assert json.load(file)['rows'] == 1437


def test_three():
    """Three sites of sorted classes: own rows' scores are those of all rows together"""
    check_scores(3)


def test_ten():
    """Ten sites of one class each"""
    check_scores(10)


def test_many_parameters():
    """Where the Hessian is too large to send: products with it; influence is that of all rows"""
    random = numpy.random.default_rng(8)
    k, d = 100, 64 # 6500 parameters
    label = numpy.tile(range(k), 60)
    x = random.normal(size=(k, d))[label] + random.normal(size=(len(label), d))
    rows = [{'id': str(i), 'label': str(label[i]), **{f'x{j}': f'{x[i, j]:.6g}' for j in range(d)}}
            for i in range(len(label))]
    judging = write(FOLDER / 'many-valid.csv', rows[:10 * k])
    judged = ['--id', 'id', '--label', 'label', '--valid-features', judging, '--valid-label',
              'label', '-p', 'lambda_mean=0.01']
    shards = [write(FOLDER / 'many-0.csv', rows[10 * k:35 * k]),
              write(FOLDER / 'many-1.csv', rows[35 * k:])]
    whole = FOLDER / 'many.assay'
    assay.run('new', whole, write(FOLDER / 'many.csv', rows[10 * k:]), *judged[:-2])
    assay.run('score', whole, 'influence', *judged[-2:])
    expected = {row['id']: row for row in exported(whole, 'influence')}
    most = max(abs(float(row['influence'])) for row in expected.values() if row['influence'])
    done = run('score', shards, *judged, '-m', 'influence', '-o', FOLDER / 'products.assay',
               '--log', FOLDER / 'products')
    print(f'# {[line for line in done.stdout.splitlines() if "rounds" in line][0]}')
    assert 'products of the Hessian' in done.stdout, done.stdout
    for owner in range(2):
        own = [row for row in exported(FOLDER / f'products.{owner}.assay', 'influence')
               if row['split'] == 'train']
        worst = max(abs(float(row['influence']) - float(expected[row['id']]['influence']))
                    for row in own)
        print(f'# owner {owner}: influence at most {worst / most:.2g} of the largest apart')
        assert len(own) == 25 * k and worst < 1e-3 * most, worst / most
    sizes = {line.split('\t')[1]: int(line.split('\t')[2])
             for line in (FOLDER / 'products.1').read_text().splitlines()}
    r = (k - 1) * (d + 1)
    assert sizes['product'] == 8 * r and sizes['gradient'] == 8 * (2 + r), sizes
    done = private('score', shards, *judged, '-o', FOLDER / 'none.assay')
    assert done.returncode == 1 and 'loo of 6500 parameters is refused' in done.stderr, done.stderr


def test_log():
    """Every message is listed with its kind, size, rows and meaning, by its sender alone"""
    shards, _ = sites('log', 3, with_class(digits()))
    done = run('fit', shards, *LABEL, '--log', FOLDER / 'messages')
    rounds = int(done.stdout.split(' rounds of sums')[0].rsplit(' ', 1)[1])
    r = 9 * 65
    expected = ([('facts', 56, 0), ('verdict', 1, 0), ('means', 8 * 65, 1),
                 ('spreads', 8 * 129, 1)] + rounds * [('fit', 8 * (2 + r + r * (r + 1) // 2), 1)]
                + [('done', 1, 0)])
    for k, shard in enumerate(shards):
        n = len(table(shard))
        lines = [line.split('\t') for line
                 in (FOLDER / f'messages.{k}').read_text().splitlines()]
        assert [(kind, int(size), int(rows)) for _, kind, size, rows, _ in lines] \
            == [(kind, size, n * rows) for kind, size, rows in expected], lines
        assert all(len(meaning) > 20 for *_, meaning in lines)
        sent = sum(int(line[2]) for line in lines)
        assert f'owner {k}: sent {sent} bytes in {len(lines)} messages' in done.stderr


def site_values(text):
    return [float(line.rsplit(' ', 1)[1]) for line in text.splitlines()
            if ': site value ' in line]


def test_sites():
    """Site values add up to what all owners take off the loss; numbers up to twelve owners"""
    shards, _ = sites('value', 3, with_class(digits()))
    done = run('fit', shards, *LABEL, '--sites')
    values = site_values(done.stdout)
    none, everybody = (float(done.stdout.split(what)[0].rsplit(' ', 1)[1])
                       for what in (' with none', ' with all'))
    print(f'# site values {values}, loss {none} to {everybody}')
    assert len(values) == 3 and all(value > 0 for value in values)
    assert abs(none - math.log(10)) < 1e-4
    assert math.isclose(sum(values), none - everybody, rel_tol=1e-4)
    rows = digits()
    shards = [write(FOLDER / f'number-{k}.csv', rows[k::10]) for k in range(10)]
    done = run('fit', shards, '--target', 'label', *JUDGED, '--sites')
    values = site_values(done.stdout)
    assert len(values) == 10 and 'exact over 1024 groups' in done.stdout, done.stdout
    assert max(values) < 1.5 * min(values), values # ten shares by chance are alike
    shards, _ = sites('seven', 7, with_class(digits()))
    done = private('fit', shards, *LABEL, '--sites')
    assert done.returncode == 1 and 'up to 6 owners, not 7' in done.stderr, done.stderr


def test_refused():
    """What needs rows of others is refused by name; so is what singles rows out"""
    shards, _ = sites('refuse', 3, with_class(digits()))
    for said, *arguments in (
            ('knn_shapley is refused among owners', '-m', 'knn_shapley'),
            ('redundant is refused among owners', '-m', 'redundant'),
            ('lambda_mean=auto', '-p', 'lambda_mean=auto'),
            ('slice= is refused', '-p', "slice=label = '1'"),
            ('give --clip', '--noise', '1')):
        done = private('score', shards, *LABEL, *arguments, '-o', FOLDER / 'none.assay')
        assert done.returncode != 0 and said in done.stderr, (said, done.stderr)
    done = private('fit', [*shards[:2], FOLDER / 'missing.csv'], *LABEL)
    assert done.returncode != 0 and 'assay-mpi: rank 2: ' in done.stderr, done.stderr
    assert 'missing.csv' in done.stderr, done.stderr
    done = private('fit', shards, '--label', 'label')
    assert done.returncode != 0 and 'one validation set that all of them hold' in done.stderr
    assert not [path.name for path in FOLDER.iterdir() if 'none.' in path.name]


def test_rules():
    """An owner under the rules stays out, by name, and its rows with it"""
    rows = with_class(digits())
    few = [row for row in rows if row['class'] != '7'] + [row for row in rows
                                                          if row['class'] == '7'][:19]
    shards, _ = sites('few', 3, few)
    work = FOLDER / 'few.assay'
    done = run('score', shards, *LABEL, '-o', work)
    assert 'owner 2: has a class of too few rows' in done.stdout, done.stdout
    assert 'class 7 has 19 rows, at least 20 are needed' in done.stderr, done.stderr
    n = len(table(shards[0])) + len(table(shards[1]))
    assert f'head of {n} rows' in done.stdout, done.stdout
    assert sorted(path.name for path in FOLDER.glob('few.*.assay')) == ['few.0.assay',
                                                                        'few.1.assay']


def test_near_earlier():
    """A release that differs from an earlier one by few rows is refused, whatever is asked"""
    shards, _ = sites('near', 3, with_class(digits()))
    rows = table(shards[1])
    assert 'takes part' in run('fit', shards, *LABEL).stdout
    write(shards[1], rows[1:])
    for role in LABEL, ['--target', 'label', *JUDGED]:
        done = run('fit', shards, *role)
        assert 'owner 1: differs from an earlier release by too few rows' in done.stdout
    assert 'in a class 1 rows differ from release 1' in done.stderr, done.stderr
    rows[0]['label'] = rows[-1]['label'] # a row that changes its class
    write(shards[1], rows)
    assert 'owner 1: differs' in run('fit', shards, *LABEL).stdout
    rows = [row for k, row in enumerate(table(FOLDER / 'near.csv'))
            if 3 <= int(row['label']) <= 6][20:]
    write(shards[1], rows)
    assert 'owner 1: takes part' in run('fit', shards, *LABEL).stdout


def test_noise():
    """With noise the privacy loss is stated, and adds up over rounds and runs"""
    shards, _ = sites('noise', 3, with_class(digits()))
    noise = ['--noise', '4', '--delta', '1e-5', '--clip', '70', '-p', 'lambda=5']

    def epsilon(rounds):
        rho = rounds / (2 * 4 ** 2)
        return rho + 2 * math.sqrt(rho * math.log(1e5))

    done = run('fit', shards, *LABEL, *noise)
    for k in range(3):
        assert (f'owner {k}: privacy loss epsilon {epsilon(8):.4g} at delta 1e-05 by this run, '
                f'{epsilon(8):.4g} with those before') in done.stdout, done.stdout
    done = run('fit', shards, *LABEL, *noise, '--rounds', '3')
    assert (f'owner 0: privacy loss epsilon {epsilon(3):.4g} at delta 1e-05 by this run, '
            f'{epsilon(11):.4g} with those before') in done.stdout, done.stdout


def test_suggest():
    """One budget over all owners: the same rows as from one pool, each owner told its own"""
    rows = with_class(digits())
    for k, row in enumerate(rows):
        row['label'] = row['label'] if k % 2 else ''
    shards, whole = sites('pool', 3, rows)
    work = FOLDER / 'pool.assay'
    assay.run('new', work, whole, *LABEL)
    for strategy, *parameters in ('margin',), ('cluster_margin', '-p', 'clusters=valid'):
        found = assay.run_json('suggest', work, '--strategy', strategy, '--count', '30',
                               *parameters)
        expected = [row['id'] for row in found['rows']]
        done = run('suggest', shards, *LABEL, '--strategy', strategy, '--count', '30', '-o',
                   FOLDER / 'picks.csv', '--log', FOLDER / 'lists')
        own = [table(FOLDER / f'picks.{k}.csv') for k in range(3)]
        for picks, shard in zip(own, shards):
            assert {row['id'] for row in picks} <= {row['id'] for row in table(shard)}
        picks = sorted((row for part in own for row in part), key=lambda row: int(row['order']))
        assert [row['id'] for row in picks] == expected, strategy
        print(f'# {strategy}: {[len(part) for part in own]} of 30, {done.stdout.splitlines()[0]}')
        kinds = [line.split('\t')[1] for line in (FOLDER / 'lists.1').read_text().splitlines()]
        assert set(kinds) == {'facts', 'verdict', 'means', 'spreads', 'fit', 'listed', 'list',
                              'done'}, kinds


def stopped_before_the_end(name, *arguments):
    """A run of three sites whose second owner cannot keep its workspace, at first."""
    shards, _ = sites(name, 3, with_class(digits()))
    block = FOLDER / f'.{name}.1.assay.begun.assay'
    block.mkdir()
    asked = ['score', shards, *LABEL, *arguments, '-o', FOLDER / f'{name}.assay']
    done = private(*asked)
    assert done.returncode == 1 and 'rank 1: ' in done.stderr, done.stderr
    assert not list(FOLDER.glob(f'{name}.*.assay'))
    kept = [FOLDER / f'{name}-{k}.csv.releases.begun' for k in range(3)]
    assert all(path.exists() for path in kept), kept
    block.rmdir()
    return asked, kept


def kinds(log):
    return [line.split('\t')[1] for line in log.read_text().splitlines()]


def test_resume():
    """A run that ended before it was done goes on without telling its sums again"""
    asked, kept = stopped_before_the_end('resume', '--sites')
    for refused in ['--resume', '-p', 'lambda_mean=0.1'], ['--resume', '--seed', '3']:
        done = private(*asked, *refused)
        assert done.returncode == 1 and 'begun with other rows or options' in done.stderr, \
            done.stderr
    done = run(*asked, '--resume', '--log', FOLDER / 'resumed')
    assert kinds(FOLDER / 'resumed.1') == ['facts', 'kept', 'verdict', 'done']
    assert not any(path.exists() for path in kept)
    resumed = [exported(FOLDER / f'resume.{k}.assay') for k in range(3)]
    for path in FOLDER.glob('resume.*.assay'):
        path.unlink()
    whole = run(*asked)
    assert done.stdout == whole.stdout, (done.stdout, whole.stdout)
    assert resumed == [exported(FOLDER / f'resume.{k}.assay') for k in range(3)]


def test_resume_noise():
    """With noise, what was told before is not paid for again"""
    noise = ['--noise', '4', '--delta', '1e-5', '--clip', '70', '-p', 'lambda=5']
    asked, kept = stopped_before_the_end('paid', *noise)
    kept[2].unlink() # then all begin anew
    block = FOLDER / '.paid.1.assay.begun.assay'
    block.mkdir()
    assert private(*asked, '--resume').returncode == 1
    block.rmdir()
    done = run(*asked, '--resume')
    rho = [rounds / (2 * 4 ** 2) for rounds in (8, 16)]
    epsilon = [x + 2 * math.sqrt(x * math.log(1e5)) for x in rho]
    for k in range(3):
        assert (f'owner {k}: privacy loss epsilon {epsilon[0]:.4g} at delta 1e-05 by this run, '
                f'{epsilon[1]:.4g} with those before') in done.stdout, done.stdout


def test_resume_damaged():
    """Stages of a run that were cut short are refused by name"""
    asked, kept = stopped_before_the_end('cut')
    kept[1].write_bytes(kept[1].read_bytes()[:1000])
    done = private(*asked, '--resume')
    assert done.returncode == 1 and f'{kept[1].name}: ' in done.stderr, done.stderr
    run(*asked)


def test_killed():
    """An owner killed at any moment ends the run; resumed it gives the same bytes"""
    shards, _ = sites('killed', 3, with_class(digits()))
    asked = ['score', shards, *LABEL, '--sites', '-o', FOLDER / 'killed.assay']
    began = time.monotonic()
    expected = run(*asked).stdout
    seconds = time.monotonic() - began
    tables = [exported(FOLDER / f'killed.{k}.assay') for k in range(3)]
    random = numpy.random.default_rng()
    killed = trials = 0
    while killed < int(os.environ.get('ASSAY_KILLS', 3)) and trials < 100:
        trials += 1
        for path in FOLDER.glob('killed.*.assay'):
            path.unlink()
        moment, victim = random.uniform(0.2, seconds), int(random.integers(3))
        ended = ranks.kill_at(start(*asked), moment, victim)
        if ended is None:
            continue
        print(f'# owner {victim} killed at {moment:.2f} s, ended {ended:.1f} s later')
        killed += 1
        for path in FOLDER.glob('killed.?.assay'):
            path.unlink() # it was done already
        assert run(*asked, '--resume').stdout == expected
        assert tables == [exported(FOLDER / f'killed.{k}.assay') for k in range(3)]


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        shutil.rmtree(FOLDER)
