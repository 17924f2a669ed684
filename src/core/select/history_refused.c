/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of known loops that hold no history which can be read here: each is told by its first
 * bytes, its name or its titles, and refused with what it is and what to do instead. */
#include "core/select/history_private.h"

#include "core/base/error.h"
#include "core/base/file.h"

#include <string.h>

#define INSTEAD "write the rows taken as CSV with columns loop,index"

static const struct
{
  gsize at;          /* where its mark stands */
  const char *mark;
  const char *what;
} binaries[] = {
  { 0, "SQLite format 3",
    "an SQLite database, as Alectio's infer_outputs_N.db of detection: not read; " INSTEAD
    " (sqlite3 -csv -header FILE 'SELECT ...')" },
  { 8, "DUCK",
    "a DuckDB database, as of Alectio-lite: not read; import the selected_indices_N.csv of its "
    "EXPORT DATABASE 'DIR' (FORMAT CSV), or " INSTEAD },
  { 0, "PAR1", "Parquet: not read; " INSTEAD },
};

static gboolean
is_yaml (const char *path)
{
  return g_str_has_suffix (path, ".yaml") || g_str_has_suffix (path, ".yml");
}

/* The titles of a table that Alectio-lite's EXPORT DATABASE wrote. */
static gboolean
is_duckdb_table (const char *head, gsize n)
{
  static const char *const titles[] = { "ix,val\n", "ix,val\r\n", "\"ix\",\"val\"\n",
                                        "ix\tval\n", "ix|val\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    if (n >= strlen (titles[i]) && memcmp (head, titles[i], strlen (titles[i])) == 0)
      return TRUE;
  return FALSE;
}

static const char *
what_it_is (const char *path, const char *head, gsize n)
{
  for (gsize i = 0; i < G_N_ELEMENTS (binaries); i++)
    if (n >= binaries[i].at + strlen (binaries[i].mark)
        && memcmp (head + binaries[i].at, binaries[i].mark, strlen (binaries[i].mark)) == 0)
      return binaries[i].what;
  if (is_yaml (path))
    return "YAML, as Alectio's description of an experiment or a strategy: it says what was asked "
           "for, not which rows were taken; import selected_indices_N.pkl, or " INSTEAD;
  if (is_duckdb_table (head, n) && !ay_history_is_lite (path))
    return "a table of Alectio-lite's DuckDB export, with columns ix and val: which table and loop "
           "it is stands in its name alone; call it selected_indices_N.csv or logits_N.csv, as it "
           "was exported, or " INSTEAD;
  return NULL;
}

gboolean
ay_history_refuse (const char *path, GError **error)
{
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, NULL);
  gsize n = 0;
  const char *head = file != NULL ? ay_mapped_file_data (file, &n) : NULL;
  const char *what = what_it_is (path, head, n);

  if (what == NULL)
    return FALSE;
  g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED, "%s: %s", path, what);
  return TRUE;
}
