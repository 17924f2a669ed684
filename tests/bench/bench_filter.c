/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "core/store/filter.h"

#include "bench_time.h"

#include <sqlite3.h>
#include <stdio.h>

/* SQL filters over 1 M rows in memory. The peer is SQLite itself: the same rows in a table of an
 * in-memory database, the same WHERE. Median of 5 after one untimed run. */

#define ROWS 1000000
#define RUNS 5

static AyTable *
make_table (void)
{
  double *influence = g_new (double, ROWS);
  double *row_id = g_new (double, ROWS);
  guint32 *codes = g_new (guint32, ROWS);
  guint64 *offset = g_new (guint64, ROWS);
  guint32 *length = g_new (guint32, ROWS);
  GString *arena = g_string_new (NULL);
  char **names = g_new0 (char *, 11);
  AyTable *table = ay_table_new (ROWS);
  char *base;
  AyRng rng;

  ay_rng_init (&rng, 1, 0);
  for (int c = 0; c < 10; c++)
    names[c] = g_strdup_printf ("%d", c);
  for (gsize i = 0; i < ROWS; i++)
    {
      influence[i] = ay_rng_normal (&rng);
      row_id[i] = (double) i;
      codes[i] = (guint32) ay_rng_below (&rng, 10);
      offset[i] = arena->len;
      g_string_append_printf (arena, "sample number %zu of the pool", i * 7919 % ROWS);
      length[i] = (guint32) (arena->len - offset[i]);
    }
  base = g_string_free (arena, FALSE);
  ay_table_take (table, ay_column_take_number ("influence", ROWS, influence, FALSE));
  ay_table_take (table, ay_column_take_number ("id", ROWS, row_id, TRUE));
  ay_table_take (table, ay_column_take_category ("label", ROWS, codes, names));
  ay_table_take (table,
                 ay_column_take_text ("text", ROWS, offset, length, base, base, g_free));
  return table;
}

static sqlite3 *
make_peer (AyTable *table)
{
  sqlite3 *db = NULL;
  sqlite3_stmt *insert = NULL;

  sqlite3_open (":memory:", &db);
  sqlite3_exec (db, "CREATE TABLE samples (row INTEGER PRIMARY KEY, influence REAL, id INTEGER,"
                    " label TEXT, text TEXT); BEGIN", NULL, NULL, NULL);
  sqlite3_prepare_v2 (db, "INSERT INTO samples VALUES (?, ?, ?, ?, ?)", -1, &insert, NULL);
  for (gsize i = 0; i < ROWS; i++)
    {
      gsize length = 0;
      const char *text;

      sqlite3_bind_int64 (insert, 1, (gint64) i);
      sqlite3_bind_double (insert, 2, ay_column_numbers (ay_table_column (table, 0))[i]);
      sqlite3_bind_int64 (insert, 3, (gint64) i);
      text = ay_column_text (ay_table_column (table, 2), i, &length);
      sqlite3_bind_text (insert, 4, text, (int) length, SQLITE_STATIC);
      text = ay_column_text (ay_table_column (table, 3), i, &length);
      sqlite3_bind_text (insert, 5, text, (int) length, SQLITE_STATIC);
      sqlite3_step (insert);
      sqlite3_reset (insert);
    }
  sqlite3_finalize (insert);
  sqlite3_exec (db, "COMMIT", NULL, NULL, NULL);
  return db;
}

static gsize
run_peer (sqlite3 *db, const char *where)
{
  g_autofree char *sql = g_strdup_printf ("SELECT row FROM samples WHERE (%s)", where);
  g_autoptr (AyBitset) rows = ay_bitset_new (ROWS);
  sqlite3_stmt *select = NULL;

  sqlite3_prepare_v2 (db, sql, -1, &select, NULL);
  while (sqlite3_step (select) == SQLITE_ROW)
    ay_bitset_add (rows, (gsize) sqlite3_column_int64 (select, 0));
  sqlite3_finalize (select);
  return ay_bitset_count (rows);
}

static gsize
run_filter (AyFilter *filter, const char *where)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AyBitset) rows = ay_filter_select (filter, where, NULL, &error);

  if (rows == NULL)
    g_error ("%s", error->message);
  return ay_bitset_count (rows);
}

static void
report (AyFilter *filter, sqlite3 *peer, const char *where)
{
  double ours[RUNS], theirs[RUNS], median, peers;
  gsize count = run_filter (filter, where);

  if (run_peer (peer, where) != count)
    g_error ("%s: not the peer's rows", where);
  for (int i = 0; i < RUNS; i++)
    {
      double start = bench_seconds ();

      run_filter (filter, where);
      ours[i] = bench_seconds () - start;
      start = bench_seconds ();
      run_peer (peer, where);
      theirs[i] = bench_seconds () - start;
    }
  median = bench_median (ours, RUNS);
  peers = bench_median (theirs, RUNS);
  printf ("%-58s %7zu rows  %7.1f ms  SQLite's own table %7.1f ms  ratio %.2f\n", where, count,
          1e3 * median, 1e3 * peers, peers / median);
}

int
main (void)
{
  static const char *const wheres[] = {
    "influence < 0 AND label = '7'",
    "influence < 0",
    "influence < 0 OR label = '7'",
    "label IN ('1', '7')",
    "abs (influence) > 2",
    "text LIKE '%number 77%'",
    "text = 'sample number 77 of the pool'",
    "id BETWEEN 1000 AND 2000 AND influence > 0",
    "influence > (SELECT avg (influence) FROM samples)",
  };
  AyTable *table = make_table ();
  g_autoptr (AyFilter) filter = ay_filter_new (table);
  sqlite3 *peer = make_peer (table);

  printf ("filter: %d rows, 1 thread, SQLite %s; goal 500 ms for the first\n", ROWS,
          sqlite3_libversion ());
  for (gsize i = 0; i < G_N_ELEMENTS (wheres); i++)
    report (filter, peer, wheres[i]);
  sqlite3_close (peer);
  ay_table_unref (table);
  return 0;
}
