#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""assay-mpi: the plain run's bytes on 1, 2 and 4 ranks; what is wrong ends all ranks at once."""
import collections
import csv
import os
import shutil
import time

import numpy

import assay
import rank_costs
import ranks
from tap import Tap

FOLDER = assay.Folder().__enter__()
SCORES = 'influence,loo,self_influence'
NEIGHBOURS = 'knn_shapley,knn_banzhaf,knn_beta'


def mpi(n, *arguments):
    """Runs it; returns the finished process and its seconds."""
    return ranks.run(n, 'score', *arguments)


def shards(name, features, cuts):
    paths = []
    for k, part in enumerate(numpy.split(features.astype(numpy.float32), cuts)):
        paths.append(FOLDER / f'{name}{k}.npy')
        numpy.save(paths[-1], part)
    return paths


def column(path, name):
    with open(path, encoding='utf-8') as file:
        return numpy.array([float(row[name] or 'nan') for row in csv.DictReader(file)])


def digits():
    with open(assay.SAMPLE, encoding='utf-8') as file:
        rows = list(csv.reader(file))[1:]
    numpy.save(FOLDER / 'digit.npy', numpy.array([int(row[1]) for row in rows]))
    return shards('digits', numpy.array([row[2:] for row in rows], dtype=float), [500, 700, 1200])


# What is asked of assay-mpi beside scores: how assay-cli makes it, its columns.
MAPS = {'pca': (['map', 'pca', '-p', 'honesty=no'], 'map_x,map_y'),
        'kmeans': (['cluster', 'kmeans'], 'cluster')}
STARTS = 8


def exported(work, scores):
    """The columns, and what is said of them but for how long it took."""
    out = work.with_suffix('.csv')
    columns = [MAPS[score][1] if score in MAPS else score for score in scores.split(',')]
    assay.run('export', work, '--columns', ','.join(['id,split,label', *columns]), '-o', out)
    described = assay.run_json('info', work).get('scores')
    for score in described:
        score['certificate'].pop('seconds', None)
    if 'cluster' in columns:
        described.append(assay.run_json('cluster', work, 'list'))
    return out.read_bytes(), described


def run_of(work, n):
    described = assay.run_json('info', work)
    parts = described['parts']
    return rank_costs.Run(parts['train'], parts['valid'], described['features'],
                          [one['train'] for one in described.get('classes') or []], n,
                          described['rows'])


def rows_alone(run, x):
    """Rows that are not like one before; by rank: how many of its."""
    parts = rank_costs.Parts(run.rows, 512, run.ranks)
    owner = numpy.repeat(range(run.ranks), [parts.own_rows(r) for r in range(run.ranks)])
    _, first = numpy.unique(x, axis=0, return_index=True)
    return [int((owner[first] == r).sum()) for r in range(run.ranks)]


def listed(told, what, size):
    """How many things of this size a list held, whose length was told before."""
    return (sum(bytes_told * rounds for (kind, bytes_told), rounds in told.items()
                if kind == what) - 8) // size


def check_bytes(path, run, scores, parameters, files):
    """Each rank told the others, stage by stage, what the cost model says, to the byte; returns how
    many pairs of near copies were found."""
    paths, roles = files
    alone = rows_alone(run, numpy.concatenate([numpy.load(path) for path in paths]))
    told = collections.defaultdict(collections.Counter)
    for line in path.read_text().splitlines():
        rank, stage, what, size, rounds = line.split('\t')
        if what != 'done':
            told[int(rank), stage][what, int(size)] += int(rounds)
    found, copies = 0, collections.Counter()
    nearest = int(parameters[1].split('=')[1]) if parameters else run.n
    neighbours = [score for score in scores if score.startswith('knn_')]
    for rank in range(run.ranks):
        kinds = collections.defaultdict(collections.Counter)
        for stage in 'head', 'influence', 'loo', 'kmeans':
            kinds[stage] = run.kinds(told[rank, stage])
        passes = (kinds['head']['loss and gradient'] + kinds['head']['Gram matrix']
                  - (run.classes == 0))
        for stage in 'data', 'redundant':
            kinds[stage] = listed(told[rank, stage], 'copies', 8)
            copies[stage] += kinds[stage]
        expected = {'data': run.data(rank, len(scores), len(paths) + len(roles) // 2,
                                     kinds['data']),
                    'head': run.head(rank, passes, kinds['head']['failures'])}
        if 'influence' in scores:
            expected |= {'influence': (run.influence(rank, kinds['influence'])
                                       + run.judgement(rank)),
                         'loo': run.loo(rank, kinds['loo']),
                         'self_influence': run.self_influence(rank)}
        else:
            del expected['head']
        if 'pca' in scores:
            expected['pca'] = run.pca(rank)
        if 'kmeans' in scores:
            expected['kmeans'] = run.kmeans(rank, run.classes or 10, STARTS,
                                            kinds['kmeans']['sums of clusters'],
                                            kinds['kmeans']['farthest point'])
        if 'redundant' in scores:
            pairs = listed(told[rank, 'redundant'], 'pairs', 16)
            expected['redundant'] = run.near_copies(rank, alone, kinds['redundant'], pairs)
            found += pairs
        if neighbours:
            expected[neighbours[0]] = run.neighbours(rank, len(neighbours), nearest)
        for stage in expected.keys() | {stage for who, stage in told if who == rank}:
            messages = expected.get(stage, collections.Counter())
            assert told[rank, stage] == messages, (run.ranks, rank, stage, told[rank, stage],
                                                   messages)
    assert copies['data'] == run.rows - sum(alone), (copies, run.rows, alone)
    assert 'redundant' not in scores or copies['redundant'] == copies['data'], copies
    return found


def make_plain(work, scores, parameters):
    """The same by assay-cli, what is a score at once."""
    asked = [score for score in scores.split(',') if score not in MAPS]
    if asked:
        assay.run('score', work, *asked, *parameters)
    for name, ((command, *options), _) in MAPS.items():
        if name in scores.split(','):
            assay.run(command, work, *options)


def compare(name, paths, *roles, scores=SCORES, parameters=()):
    plain = FOLDER / f'{name}-plain.assay'
    assay.run('new', plain, *paths, *roles)
    make_plain(plain, scores, parameters)
    expected = exported(plain, scores)
    found = set()
    for n in 1, 2, 4:
        work = FOLDER / f'{name}-{n}.assay'
        log = FOLDER / f'{name}-{n}.log'
        done, _ = mpi(n, *paths, *roles, '-m', scores, *parameters, '-o', work, '--log', log)
        assert done.returncode == 0, done.stderr
        assert done.stderr.count(', data: sent ') == n, done.stderr
        found.add(check_bytes(log, run_of(work, n), scores.split(','), parameters,
                              (paths, roles)))
        assert exported(work, scores) == expected, f'{name}: {n} ranks, not the plain run'
    assert len(found) == 1, f'{name}: pairs {found}'
    return expected[1]


def test_digits():
    """Softmax and neighbour values: digits in four shards"""
    compare('digits', digits(), '--label', FOLDER / 'digit.npy',
            scores=f'{SCORES},{NEIGHBOURS},redundant,group,{",".join(MAPS)}')
    near = compare('nearest', digits(), '--label', FOLDER / 'digit.npy', scores=NEIGHBOURS,
                   parameters=['-p', 'nearest=200'])
    said = {score['id']: score['certificate'] for score in near}['knn_shapley']
    assert said['rows_ordered'] == 200 and 0 < said['error_at_most'] < 1 / 200, said
    assert said['exact'] == 'approximate: nearest', said
    whole = column(FOLDER / 'digits-plain.csv', 'knn_shapley')
    part = column(FOLDER / 'nearest-plain.csv', 'knn_shapley')
    worst = numpy.nanmax(numpy.abs(whole - part))
    print(f'# nearest=200: {worst:.2g} from all rows, at most {said["error_at_most"]:.2g}')
    assert 0 < worst <= said['error_at_most'], worst


def test_mixture():
    """Softmax, neighbour values and ridge: a mixture in three shards"""
    n, d = map(int, os.environ.get('ASSAY_MIXTURE', '20000x32').split('x'))
    random = numpy.random.default_rng(3)
    label = random.integers(0, 5, n)
    x = random.normal(size=(10, d))[label] * .5 + random.normal(size=(n, d))
    paths = shards('mixture', x, [n // 3, n // 3 * 2])
    numpy.save(FOLDER / 'class.npy', label)
    numpy.save(FOLDER / 'number.npy', 2 * x[:, 0] - x[:, 3] + random.normal(size=n))
    compare('mixture', paths, '--label', FOLDER / 'class.npy', scores=f'{SCORES},{NEIGHBOURS}',
            parameters=['-p', 'nearest=500'])
    compare('numbers', paths, '--target', FOLDER / 'number.npy', scores=f'{SCORES},pca,kmeans')


def test_many_classes():
    """More parameters than a Hessian is made of: leave-one-out by folds"""
    random = numpy.random.default_rng(9)
    classes, d = 100, 64
    label = numpy.tile(numpy.arange(classes), 60)
    x = random.normal(size=(classes, d))[label] + random.normal(size=(len(label), d))
    numpy.save(FOLDER / 'hundred.npy', label)
    compare('hundred', shards('hundred', x, [2000, 3500]), '--label', FOLDER / 'hundred.npy',
            scores=SCORES)


def test_copies_and_maps():
    """What needs no head: a mixture in three shards, with copies and near ones of rows far away"""
    n, d = map(int, os.environ.get('ASSAY_MIXTURE', '20000x32').split('x'))
    random = numpy.random.default_rng(6)
    label = random.integers(0, 10, n)
    x = (random.normal(size=(10, d))[label] + random.normal(size=(n, d))).astype(numpy.float32)
    rows, of = random.choice(n, (2, n // 10), replace=False)
    x[rows] = x[of]
    near = rows[::2]
    x[near] += .02 * random.normal(size=(len(near), d)).astype(numpy.float32)
    numpy.save(FOLDER / 'copied.npy', label)
    split = FOLDER / 'split.csv' # else the first rank looks for them by itself before it draws
    split.write_text('part\n' + '\n'.join(random.choice(['train', 'valid'], n)) + '\n')
    said = compare('copies', shards('copies', x, [n // 3, n // 3 * 2]), '--label',
                   FOLDER / 'copied.npy', '--split', split,
                   scores=','.join(['redundant', 'group', *MAPS]))
    groups = {score['id']: score['certificate'] for score in said if 'id' in score}['group']
    print(f'# {groups["groups"]} groups by {groups["pairs"]} pairs and {groups["exact_copies"]} '
          'copies')
    assert groups['exact_copies'] == len(rows) - len(near) and groups['pairs'] == len(near), groups


def refuse(said, *arguments):
    work = FOLDER / 'refused.assay'
    done, seconds = mpi(2, *arguments, '--label', FOLDER / 'digit.npy', '-o', work)
    assert done.returncode != 0 and said in done.stderr, done.stderr
    assert 'assay-mpi: rank ' in done.stderr, done.stderr
    assert seconds < 30, seconds
    assert not [path for path in FOLDER.iterdir() if 'refused' in path.name]


def test_wrong_shards():
    """A missing, a short and a narrow shard, and one of other classes, are named"""
    first, *others = digits()
    refuse('none.npy', first, FOLDER / 'none.npy', *others[1:])
    short = FOLDER / 'short.npy'
    short.write_bytes(others[0].read_bytes()[:-100])
    refuse('short.npy', first, short, *others[1:])
    narrow = FOLDER / 'narrow.npy'
    numpy.save(narrow, numpy.zeros((200, 63), dtype=numpy.float32))
    refuse('63', first, narrow, *others[1:])
    bad = numpy.load(others[-1])
    bad[-1, 5] = numpy.nan
    numpy.save(FOLDER / 'bad.npy', bad)
    parts = FOLDER / 'parts.csv' # else the first rank finds it when it looks for near copies
    parts.write_text('part\n' + 'train\ntrain\nvalid\n' * 599)
    refuse(f'bad.npy: row {len(bad) - 1}, column 5: nan', first, *others[:-1], FOLDER / 'bad.npy',
           '--split', parts)
    for name, words in ('words', 'ab'), ('numbers', '01'):
        rows = [f'{i % 7},{words[i % 2]}' for i in range(200)]
        (FOLDER / f'{name}.csv').write_text('\n'.join(['x,y', *rows]) + '\n')
    done, _ = mpi(2, FOLDER / 'words.csv', FOLDER / 'numbers.csv', '--label', 'y', '-o',
                  FOLDER / 'refused.assay')
    assert done.returncode != 0, done.stderr
    assert ('numbers.csv: column "y" has numbers ("0"), in the files before it words ("a")'
            in done.stderr), done.stderr
    refuse('density', first, *others, '-m', 'density')
    refuse('pca.honesty', first, *others, '-m', 'pca', '-p', 'pca.honesty=yes')
    refuse('kmeans.k=0', first, *others, '-m', 'kmeans', '-p', 'kmeans.k=0')
    refuse('pca.metric', first, *others, '-p', 'pca.metric=cosine')
    refuse('not shared out', first, *others, '-m', 'knn_shapley', '-p', 'utility=threshold')


def start(*arguments):
    return ranks.start(2, 'score', *arguments)


def left(name):
    return [path.name for path in FOLDER.iterdir() if f'{name}.assay' in path.name]


KILLED = f'{SCORES},knn_shapley,pca,kmeans,redundant'


def killed_data():
    random = numpy.random.default_rng(5)
    label = random.integers(0, 5, 30000)
    x = random.normal(size=(5, 60))[label] * .3 + random.normal(size=(30000, 60))
    numpy.save(FOLDER / 'many.npy', label)
    return [*shards('killed', x, [15000]), '--label', FOLDER / 'many.npy', '-m',
            KILLED, '-p', 'nearest=100']


def test_killed_rank():
    """Killed before a stage is finished: the run ends in seconds and leaves nothing"""
    seconds = ranks.kill(start(*killed_data(), '-o', FOLDER / 'early.assay'), 1)
    assert seconds is not None
    print(f'# ended {seconds:.1f} s after the kill')
    assert left('early') == [], left('early')


def test_resume():
    """Killed at random moments the run ends by itself, resumes, and gives the same bytes"""
    asked = killed_data()
    whole = FOLDER / 'whole.assay'
    done, seconds = mpi(2, *asked, '-o', whole)
    assert done.returncode == 0, done.stderr
    expected = exported(whole, KILLED)
    random = numpy.random.default_rng()
    resumed = 0
    k = killed = 0
    while killed < int(os.environ.get('ASSAY_KILLS', 3)) and k < 100:
        k += 1
        work = FOLDER / f'kill{k}.assay'
        moment = random.uniform(0, seconds)
        victim = int(random.integers(2))
        ended = ranks.kill_at(start(*asked, '-o', work), moment, victim)
        if ended is None:
            print(f'# {k}: not killed at {moment:.1f} s')
        else:
            killed += 1
            assert not work.exists()
            kept = left(work.stem)
            resumed += bool(kept)
            print(f'# {k}: rank {victim} killed at {moment:.1f} of {seconds:.1f} s, ended '
                  f'{ended:.1f} s later, left {", ".join(kept) or "nothing"}')
            done, again = mpi(2, *asked, '--resume', '-o', work)
            assert done.returncode == 0, done.stderr
            print(f'#    resumed in {again:.1f} s')
        assert exported(work, KILLED) == expected, f'moment {moment}'
        assert left(work.stem) == [work.name], left(work.stem)
    print(f'# {killed} killed, {resumed} had finished stages')


def test_resume_other():
    """What was begun with other options is not resumed, and begun anew without --resume"""
    asked = killed_data()
    work = FOLDER / 'other.assay'
    begun = FOLDER / '.other.assay.begun.assay'
    run = start(*asked, '-o', work)
    while not begun.exists() and run.poll() is None:
        time.sleep(0.01)
    assert ranks.kill(run, 1) is not None
    done, _ = mpi(2, *asked, '-p', 'lambda_mean=0.1', '--resume', '-o', work)
    assert done.returncode != 0 and 'begun with other options' in done.stderr, done.stderr
    assert begun.exists() and not work.exists()
    done, _ = mpi(2, *asked, '-p', 'lambda_mean=0.1', '-o', work)
    assert done.returncode == 0 and left('other') == ['other.assay'], (done.stderr, left('other'))


if __name__ == '__main__':
    try:
        Tap().run_all(globals())
    finally:
        shutil.rmtree(FOLDER)
