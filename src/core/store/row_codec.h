/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/bitset.h"

G_BEGIN_DECLS

/* A set of rows as few bytes: runs of neighbouring rows, or one bit a row where that is shorter. */

/* (transfer full) */
GBytes *ay_rows_encode (const AyBitset *rows);
/* Called for rows first .. end - 1. */
typedef void (*AyRunFunc) (gsize first, gsize end, gpointer data);
/* All runs in ascending order. FALSE when the bytes are no set of rows or hold one >= n: func may
 * have been called before that was seen. */
gboolean ay_rows_each_run (GBytes *rows, gsize n, AyRunFunc func, gpointer data);
/* Number of rows; G_MAXSIZE when ay_rows_each_run() would fail. */
gsize ay_rows_count (GBytes *rows, gsize n);
/* (transfer full); NULL when ay_rows_each_run() would fail. */
AyBitset *ay_rows_decode (GBytes *rows, gsize n);

G_END_DECLS
