#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/fixtures/npy: arrays of every dtype, byte order and memory order as numpy writes
them, and expected.tsv with their values. Columns: file, key, shape, values (in C order; numbers as
17 digits, strings as the hexadecimal of their UTF-8, "error:WORDS" where reading is refused)."""
import os
import sys

import numpy as np

out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures", "npy")
os.makedirs(out, exist_ok=True)
rows = []


def values(array):
    if array.dtype.kind == "U":
        return " ".join(v.encode().hex() or "-" for v in array.ravel())
    if array.dtype.kind == "S":
        return " ".join(v.hex() or "-" for v in array.ravel())
    return " ".join("%.17g" % float(v) for v in array.ravel())


def shape(array):
    return ",".join(str(s) for s in array.shape)


def write(name, array, version=(1, 0), expect=None):
    with open(os.path.join(out, name), "wb") as f:
        np.lib.format.write_array(f, array, version=version, allow_pickle=True)
    rows.append((name, "", shape(array), expect or values(array)))


rng = np.random.default_rng(0)
base = {
    "f2": np.array([[0, 1, -2.5, 65504], [2.0 ** -24, 2.0 ** -14, -0.0, 1 / 3],
                    [np.nan, np.inf, -np.inf, 2.0 ** -15]]),
    "f4": np.array([[0, 1e38, -1.5, 1e-45], [3.14159274, -0.0, np.inf, 7], [8, 9, 10, 0.1]]),
    "f8": np.array([[0, 1e308, 5e-324, 0.1], [-np.pi, np.nan, -np.inf, 2], [3, 4, 5, 6]]),
    "b1": np.array([[0, 1, 1, 0], [1, 0, 0, 0], [1, 1, 1, 1]]),
}
for kind in "iu":
    for size in (1, 2, 4, 8):
        info = np.iinfo(kind + str(size))
        base[kind + str(size)] = np.array(
            [[info.min, info.max, 0, 1], [2, 3, 100, info.max // 3],
             [info.min // 3, 7, info.max - 1, 5]], dtype=kind + str(size))

arrays = {}
for name, array in base.items():
    for order in "<>" if name[1] != "1" else "|":
        for layout in "CF":
            key = "%s_%s_%s" % (name, {"<": "le", ">": "be", "|": "na"}[order], layout)
            with np.errstate(over="ignore"):
                arrays[key] = np.array(array.astype(order + name), order=layout)
arrays["labels"] = np.array(["cat", "dog", "Übermut", "猫", "", "a\U0001F600b"])
arrays["unaligned_filler"] = np.arange(3, dtype="u1")
arrays["cube"] = rng.integers(0, 256, (3, 4, 5)).astype("u1")
for name, save in (("dtypes_stored.npz", np.savez), ("dtypes_deflated.npz", np.savez_compressed)):
    save(os.path.join(out, name), **arrays)
    for key, array in arrays.items():
        rows.append((name, key, shape(array), values(array)))

grid = np.arange(12, dtype="<f4").reshape(3, 4) / 7
write("version1.npy", grid)
write("version2.npy", grid, (2, 0))
write("version3.npy", grid, (3, 0))
write("scalar.npy", np.array(2.5))
write("vector.npy", np.arange(5, dtype=">i4"))
write("one_row_fortran.npy", np.asfortranarray(np.arange(4.0).reshape(1, 4)))
write("one_column_fortran.npy", np.asfortranarray(np.arange(4.0).reshape(4, 1)))
cube = rng.normal(size=(2, 3, 4))
write("cube.npy", cube)
write("cube_fortran.npy", np.asfortranarray(cube))
write("hyper_fortran.npy", np.asfortranarray(rng.integers(-9, 9, (300, 3, 1, 2)).astype(">i2")))
write("flat_fortran.npy", np.asfortranarray(rng.integers(0, 9, (3, 1, 4)).astype("<u2")))
write("unicode.npy", arrays["labels"])
write("unicode_be.npy", arrays["labels"].astype(">U8"))
write("unicode_column.npy", arrays["labels"].reshape(-1, 1))
write("bytes.npy", np.array([b"x", b"", b"long text", "é".encode()]))
write("object.npy", np.array([1, "a", None], dtype=object), expect="error:Python objects")
write("record.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]), expect="error:records")
write("void.npy", np.zeros(2, dtype="V4"), expect="error:records")
write("complex.npy", np.zeros(2, dtype="<c8"), expect="error:complex numbers")
write("dates.npy", np.zeros(2, dtype="<M8[ns]"), expect="error:dates")
write("durations.npy", np.zeros(2, dtype="<m8[s]"), expect="error:durations")
write("longdouble.npy", np.zeros(2, dtype=np.longdouble), expect="error:extended floats")
write("unicode_table.npy", np.array([["a", "b"], ["c", "d"]]), expect="error:more than one column")
write("empty_rows.npy", np.zeros((0, 5)), expect="error:the array is empty")
write("empty_columns.npy", np.zeros((5, 0)), expect="error:the array is empty")
write("bad_bytes.npy", np.array([b"ok", b"\xff\xfe"]), expect="error:no text of UTF-8")
lone = np.array(["ok", "xx"])
lone.view("<u4")[1] = 0xD800
write("lone_surrogate.npy", lone, expect="error:no text of Unicode")

with open(os.path.join(out, "expected.tsv"), "w") as f:
    for row in rows:
        f.write("\t".join(row) + "\n")
print(len(rows), "arrays,", sum(os.path.getsize(os.path.join(out, n)) for n in os.listdir(out)),
      "bytes", file=sys.stderr)
