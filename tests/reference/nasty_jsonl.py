#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/fixtures/nasty.jsonl, and beside it what Python's json makes of it.

Objects are flattened here with the rules that reader_jsonl.h states, written out a second time.
Run in the top folder: /usr/bin/python3 tests/reference/nasty_jsonl.py"""
import json
import math
import random

rng = random.Random(9)
TEXTS = ['plain', '', 'quote " inside', 'back\\slash', 'line\nbreak', 'tab\t', 'naïve', '日本語', '🙏🏿',
         '\u2028', '/', 'null', '12', '{"a": 1}', '[', 'x' * 200, '\x7f', ' ']
NUMBERS = ['0', '-0', '0.0', '1', '-1.5', '1e5', '1E-7', '2.5e+10', '123456789012345678e-3',
           '9007199254740992', '-9007199254740992', '0.1', '0.30000000000000004', '5e-324',
           '1.7976931348623157e308', '2.2250738585072014e-308', '3.141592653589793238462643383279',
           'NaN', '1e23', '12345678901234567.5']


def text(value):
    """A JSON string, its letters escaped at random."""
    return json.dumps(value, ensure_ascii=rng.random() < .5)


def blank():
    return rng.choice(['', '', ' ', '\t', '  '])


def member(key, value):
    return text(key) + blank() + ':' + blank() + value


def numbers(count):
    return '[' + ','.join(blank() + rng.choice(NUMBERS[:12]) + blank() for _ in range(count)) + ']'


def line(i):
    members = [member('id', str(i)), member('words', text(rng.choice(TEXTS))),
               member('value', rng.choice(NUMBERS)), member('naïve key', rng.choice(NUMBERS)),
               member('flag', rng.choice(['true', 'false', 'null'])),
               member('wide', rng.choice(['9007199254740993', '1', '-18446744073709551615'])),
               member('vector', numbers(3)), member('ragged', numbers(rng.randrange(4))),
               member('mixed', rng.choice(['1', '"1"', 'true', 'null', '[1,"x",{"a":[]}]',
                                           '2.50'])),
               member('nothing', 'null'),
               member('meta', '{' + blank() + ', '.join([
                   member('a', text(rng.choice(TEXTS))),
                   member('b', '{' + member('c', str(i % 7)) + ',' + member('v', numbers(2)) + '}'),
                   member('empty', '{}')]) + '}'),
               member('texts', '["a", "b\\n"]')]
    if i % 11 == 3:
        del members[rng.randrange(1, len(members))]
    if i > 20 and rng.random() < .3:
        rng.shuffle(members)
    if i > 300:
        members.append(member('late', str(i)))
    if i % 50 == 7:
        members.append(member('value', '77'))  # a key twice: the last counts
    return blank() + '{' + blank() + (',' + blank()).join(members) + blank() + '}' + blank()


class Written(float):
    """A number that remembers how it was written."""


def number(written):
    value = Written(written)
    value.written = written
    return value


def flatten(prefix, value, row):
    for key, item in value.items():
        if isinstance(item, dict):
            flatten(prefix + key + '.', item, row)
        else:
            row[prefix + key] = item


def spans(source):
    """The source text of each array, by path: the reader keeps that where it is no vector."""
    found = {}
    decoder = json.JSONDecoder(parse_float=number, parse_int=number, parse_constant=number)

    def walk(prefix, at):
        at = skip(at + 1)
        while source[at] != '}':
            key, at = decoder.raw_decode(source, at)
            at = skip(skip(at) + 1)
            if source[at] == '{':
                at = walk(prefix + key + '.', at)
            else:
                _, end = decoder.raw_decode(source, at)
                found[prefix + key] = source[at:end]
                at = end
            at = skip(at)
            if source[at] == ',':
                at = skip(at + 1)
        return at + 1

    def skip(at):
        while source[at] in ' \t':
            at += 1
        return at
    walk('', skip(0))
    return found


def is_number(v):
    return isinstance(v, Written)


def is_vector(v):
    return isinstance(v, list) and len(v) > 0 and all(is_number(x) for x in v)


def fits(v):
    return not (v.written.lstrip('-').isdigit() and abs(int(v.written)) > 2 ** 53)


def shown(v):
    return None if v is None or math.isnan(v) else float(v).hex()


def main():
    lines = [line(i) for i in range(400)]
    with open('tests/fixtures/nasty.jsonl', 'w', encoding='utf8', newline='') as f:
        for i, each in enumerate(lines):
            f.write(each + ('\r\n' if i % 3 == 0 else '\n') + ('\n' if i % 60 == 9 else ''))
    rows, sources, names = [], [], []
    for each in lines:
        row = {}
        flatten('', json.loads(each, parse_float=number, parse_int=number, parse_constant=number),
                row)
        rows.append(row)
        sources.append(spans(each))
        names += [name for name in row if name not in names]
    fields = []
    for name in names:
        values = [row.get(name) for row in rows]
        there = [v for v in values if v is not None]
        if all(is_number(v) and fits(v) for v in there):
            kind, values = 'number', [shown(v) for v in values]
        elif all(is_vector(v) for v in there) and len(set(map(len, there))) == 1:
            kind = 'vector'
            values = [None if v is None else [shown(x) for x in v] for v in values]
        else:
            kind = 'text'
            values = [v if v is None or isinstance(v, str) else sources[i][name]
                      for i, v in enumerate(values)]
        fields.append({'name': name, 'type': kind, 'values': values})
    with open('tests/fixtures/nasty.jsonl.json', 'w', encoding='utf8') as f:
        json.dump(fields, f)
        f.write('\n')
    print([(f['name'], f['type'], sum(v is None for v in f['values'])) for f in fields])


main()
