#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check: each rule against what the other commands say, exit status, refusals; banking77."""
import json
import math
import os
import pathlib

import assay
from tap import Skip, Tap

FOLDER = assay.Folder().__enter__()
WORK = FOLDER / 'digits.assay'
RULES = FOLDER / 'rules.json'


def check(rules, work=WORK):
    """The found rules and whether the exit status was 3."""
    RULES.write_text(json.dumps({'assay_rules': 1, 'rules': rules}), encoding='utf-8')
    done = assay.call('--json', 'check', work, RULES)
    found = json.loads(done.stdout)
    missing = assay.keys_of(found) - assay.documented_words('check')
    assert not missing, f'keys that the man page has not: {missing}'
    assert found['n'] == len(rules)
    assert found['n_broken'] == sum(not rule['holds'] for rule in found['rules'])
    assert done.returncode == (3 if found['n_broken'] else 0), done
    return found['rules']


def ids(where):
    return assay.run('select', WORK, '--where', where).split()


def test_rows():
    """rows: the rows that a condition names, listed when there are too many"""
    broken, holds = check([{'rule': 'rows', 'where': "label = '3'", 'why': 'no threes'},
                           {'rule': 'rows', 'where': "label = '3'", 'most': 183}])
    assert not broken['holds'] and broken['ids'] == ids("label = '3'")
    assert broken['why'] == 'no threes'
    assert holds['holds'] and holds['ids'] == []


def test_labels():
    """label_issues and class_rows agree with the score and the parts"""
    issues, rows = check([{'rule': 'label_issues', 'most': 0.0001},
                          {'rule': 'class_rows', 'least': 10}])
    flagged, judged = ids('label_issue = 1'), ids('label_issue IS NOT NULL')
    assert issues['found'] == len(flagged) / len(judged) and issues['ids'] == flagged
    smallest = min(len(ids(f"label = '{k}' AND split = 'train'")) for k in range(10))
    assert rows['found'] == smallest and rows['holds']


def test_head():
    """accuracy is the head's on the validation part"""
    head = assay.run_json('info', WORK)['head']
    high, low = check([{'rule': 'accuracy', 'least': 0.999}, {'rule': 'accuracy', 'least': 0.5}])
    assert high['found'] == head['valid']['accuracy'] and not high['holds'] and low['holds']


def test_copies():
    """leaks and duplicates agree with redundancy"""
    found = assay.run_json('redundancy', WORK, '--threshold', '0.98')
    leaks, duplicates = check([{'rule': 'leaks', 'threshold': 0.98},
                               {'rule': 'duplicates', 'threshold': 0.98, 'most': 0}])
    assert leaks['ids'] == found['leaks']['ids'] and leaks['found'] == len(leaks['ids'])
    assert duplicates['ids'] == ids('redundant = 1')


def test_drift():
    """drift is the stability index of the classes"""
    where = "id < 'd0900' AND label != '4'"
    found, = check([{'rule': 'drift', 'where': where}])
    inside = [len(ids(f"({where}) AND label = '{k}'")) + .5 for k in range(10)]
    outside = [len(ids(f"NOT ({where}) AND label = '{k}'")) + .5 for k in range(10)]
    index = sum((p / sum(inside) - q / sum(outside))
                * math.log((p / sum(inside)) / (q / sum(outside)))
                for p, q in zip(inside, outside))
    assert abs(found['found'] - index) < 1e-12 and not found['holds']


def test_refusals():
    """A rule, member or limit that is not understood is an error with its number"""
    for rules, word in [([{'rule': 'burn'}], 'burn'), ([{'rule': 'label_issues'}], 'most'),
                        ([{'rule': 'rows', 'where': '1', 'least': 3}], 'least'),
                        ([{'rule': 'rows'}], 'where'), ([{'rule': 'leaks', 'threshold': 'x'}],
                                                        'threshold'), ([3], 'object')]:
        RULES.write_text(json.dumps({'assay_rules': 1, 'rules': rules}), encoding='utf-8')
        message = assay.fail('check', WORK, RULES)
        assert 'rules.json: rule 1' in message and word in message, message
    for text in ['', '{', '[]', '{"assay_rules": 2, "rules": []}', '{"assay_rules": 1}']:
        RULES.write_text(text, encoding='utf-8')
        assert 'rules.json: ' in assay.fail('check', WORK, RULES)


def test_banking77():
    """The two conflicts among banking77's equal texts are found, with their four rows"""
    data = os.environ.get('ASSAY_TEST_DATA')
    if data is None:
        raise Skip('ASSAY_TEST_DATA is not set')
    work = FOLDER / 'banking77.assay'
    folder = pathlib.Path(data) / 'banking77'
    assay.run('new', work, folder / 'train.csv', folder / 'test.csv', '--label', 'category',
              '--text', 'text')
    found, = check([{'rule': 'conflicts', 'threshold': 1.0}], work)
    assert found['found'] == 2 and len(found['ids']) == 4, found


def main():
    assay.run('new', WORK, assay.SAMPLE)
    assay.run('score', WORK, 'label_issue')
    tap = Tap()
    for test in (test_rows, test_labels, test_head, test_copies, test_drift, test_refusals,
                 test_banking77):
        tap.run(test.__doc__, test)
    tap.finish()


if __name__ == '__main__':
    main()
