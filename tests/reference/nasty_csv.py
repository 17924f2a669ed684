#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/fixtures/nasty.csv, and beside it what pandas and Python make of it.

The cells come from pandas (all as text, nothing dropped), what is missing and what is a number from
the rules of pandas and of float(), written out here a second time.
Run in the top folder: /usr/bin/python3 tests/reference/nasty_csv.py"""
import json
import random

import pandas as pd

HEADER = ["id", "", "value", "text", "value", "wide", "mixed", "label", "spaced", "exact", "text"]
NA = ["", "NA", "NaN", "nan", "N/A", "n/a", "null", "NULL", "None", "<NA>", "#NA", "#N/A",
      "-nan", "-NaN", "#N/A N/A", "1.#QNAN", "1.#IND", "-1.#QNAN", "-1.#IND"]
TEXTS = ['plain', 'comma, inside', 'quote " inside', '""', '"', ',', 'line\nbreak', 'line\r\nbreak',
         'ends in newline\n', '\nbegins', 'naïve café', '日本語', '🙏🏿', ' spaces ', '\ttab',
         "'single'",
         'a,"b",c', '12 apples', '-', '.', '1e', '0x10', 'nana', 'NA ', 'Null', "x" * 300,
         '"quoted"', ',,,,', '"\n"', 'last']
NUMBERS = ['0', '-0', '1', '-1', '+7', '3.25', '-0.001', '1e5', '1E-7', '-2.5e+10', '.5', '5.',
           '00012', '123456789012345', '1234567890.123456', '0.1', '0.30000000000000004',
           '2.2250738585072014e-308', '1.7976931348623157e308', '5e-324', '9007199254740992',
           '-9007199254740992', '9007199254740993.5', '3.141592653589793238462643383279',
           '0.000000000000000000000000000001', '1234567890123456.7',
           '179769313486231570000.0', '8.41', '65.613616999999977', '1e22', '1e23', '123456.7e3']
rng = random.Random(7)


def quote(cell, force):
    if force or any(c in cell for c in ',"\n\r'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def main():
    lines = [",".join(HEADER)]
    rows = 400
    for i in range(rows):
        na = lambda: rng.choice(NA) if rng.random() < .15 else None
        number = lambda: na() or rng.choice(NUMBERS)
        spaced = rng.choice(["  ", "", "\t"]) + rng.choice(NUMBERS) + rng.choice(["  ", ""])
        row = [str(i), str(i * i), number(), na() or rng.choice(TEXTS) + str(i % 90), number(),
               rng.choice(["9007199254740993", "18446744073709551615", "12"]),
               rng.choice(NUMBERS) if i < 390 else "odd one out",
               rng.choice(["cat", "dog", "bird", "NA"]),
               spaced, rng.choice(NUMBERS[-12:]), rng.choice(TEXTS)]
        cells = [quote(c, rng.random() < .2 and c == c.strip()) for c in row]
        if i % 37 == 5:
            cells[3] = '"opened" and closed'
        lines.append(",".join(cells))
        if i % 50 == 3:
            lines.append("")
    data = "\ufeff"
    for line in lines:
        data += line + rng.choice(["\n", "\r\n"])
    data = data.rstrip("\r\n")
    with open("tests/fixtures/nasty.csv", "w", encoding="utf8", newline="") as f:
        f.write(data)

    frame = pd.read_csv("tests/fixtures/nasty.csv", dtype=str, keep_default_na=False,
                        encoding="utf-8-sig")
    assert len(frame) == rows
    columns = []
    for k, name in enumerate(frame.columns):
        cells = [None if c in NA else c for c in frame.iloc[:, k]]
        try:
            values = [None if c is None or not c.strip(" \t") else float(c) for c in cells]
            whole = [c for c in cells if c is not None and c.strip(" \t").lstrip("+-").isdigit()]
            if any(abs(int(c)) > 2 ** 53 for c in whole):
                raise ValueError
            kind = "number"
        except ValueError:
            values, kind = cells, "text"
        columns.append({"name": "c%d" % k if name.startswith("Unnamed") else name, "type": kind,
                        "values": [v.hex() if isinstance(v, float) else v for v in values]})
    with open("tests/fixtures/nasty.csv.json", "w", encoding="utf8") as f:
        json.dump(columns, f, ensure_ascii=True)
        f.write("\n")
    print([(c["name"], c["type"], sum(v is None for v in c["values"])) for c in columns])


main()
