/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alectio-lite's database (DuckDB), as its EXPORT DATABASE writes it to CSV: a file a table, called
 * after it, with columns ix and val. After the logger's source: table and loop stand in the name
 * alone; ix is the row in the data; val is the record's name in data_map_N and selected_indices_N,
 * in logits_N the row's numbers as numpy prints them, with 5 digits. DuckDB before 0.9 wrote no
 * titles. */
#include "core/select/history_private.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/source.h"
#include "core/shim/number.h"

#include <math.h>
#include <string.h>

typedef struct
{
  guint n;
  gint64 *ix;
  char **val; /* NULL where it is empty */
} Lines;

static void
lines_clear (Lines *self)
{
  for (guint i = 0; i < self->n; i++)
    g_free (self->val[i]);
  g_free (self->val);
  g_free (self->ix);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lines, lines_clear)

static gboolean
row_of (const char *text, gint64 *row)
{
  return text != NULL && g_ascii_string_to_signed (text, 10, G_MININT32, G_MAXINT32, row, NULL);
}

static gboolean
add_line (Lines *self, const char *path, const char *ix, char *val, GError **error)
{
  self->val[self->n] = val;
  if (row_of (ix, &self->ix[self->n++]))
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: \"%s\" in the column ix is no row number"),
               path, ix != NULL ? ix : "");
  return FALSE;
}

/* The first line is one of the table when it is no title. */
static gboolean
read_lines (AyHistoryFiles *self, const char *path, Lines *lines, GError **error)
{
  g_autoptr (AySource) source = ay_source_open (path, NULL, NULL, self->job, error);
  AyColumn *ix, *val;
  gsize n;
  gint64 row;
  gboolean good = TRUE;

  if (source == NULL)
    return FALSE;
  if (source->table == NULL || ay_table_n_columns (source->table) != 2)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: two columns are expected, ix and val, as Alectio-lite exports them"),
                   path);
      return FALSE;
    }
  ix = ay_table_column (source->table, 0);
  val = ay_table_column (source->table, 1);
  n = ay_table_rows (source->table);
  lines->ix = g_new0 (gint64, n + 1);
  lines->val = g_new0 (char *, n + 1);
  if (row_of (ay_column_name (ix), &row))
    good = add_line (lines, path, ay_column_name (ix), g_strdup (ay_column_name (val)), error);
  for (gsize i = 0; good && i < n; i++)
    {
      g_autofree char *text = ay_column_dup_text (ix, i);

      good = add_line (lines, path, text, ay_column_dup_text (val, i), error);
    }
  return good;
}

/* The logger inserts tables of earlier loops anew in each loop: what stands there twice was taken
 * once. */
static gboolean
take_selected (AyHistoryFiles *self, const char *path, gint64 loop, GError **error)
{
  AyDraft *draft = ay_history_files_draft (self, "", "alectio", TRUE);
  AyDraftRound *round = ay_draft_round (draft, loop);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autofree char *base = g_path_get_basename (path);
  g_auto (Lines) lines = { 0 };
  guint again = 0;

  if (!read_lines (self, path, &lines, error))
    return FALSE;
  for (guint i = 0; i < lines.n; i++)
    if (g_hash_table_add (seen, &lines.ix[i]))
      ay_draft_take_row (round, lines.ix[i]);
    else
      again++;
  if (again > 0)
    ay_diagnostics_add (draft->scratch->notes, "again",
                        N_ ("%s: %u lines name a row of this table again (the logger inserts "
                            "earlier tables anew in each loop): each was taken once"), base,
                        again);
  return TRUE;
}

/* "[1.2e+00,-0.5,\n 3.]"; how many there are, at most `most` of them put; 0: no such text, or one
 * that numpy shortened. */
static guint
numbers_of (const char *text, float *into, guint most)
{
  g_auto (GStrv) parts = g_strsplit_set (text != NULL ? text : "", "[], \t\r\n", -1);
  guint n = 0;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *end;
      double value = g_ascii_strtod (parts[i], &end);

      if (*parts[i] == '\0')
        continue;
      if (*end != '\0' || n == G_MAXUINT16)
        return 0;
      if (into != NULL && n < most)
        into[n] = (float) value;
      n++;
    }
  return n;
}

static void
say_of_logits (AyDraft *draft, const char *base, AyScored *scored, const Lines *lines)
{
  gboolean local = TRUE;

  ay_history_tell_scored (draft, scored, base, NULL);
  for (guint i = 0; i < lines->n; i++)
    local = local && lines->ix[i] == i;
  if (local)
    ay_diagnostics_add (draft->scratch->notes, "local",
                        N_ ("%s: ix counts from 0 without a gap: if the export came before the "
                            "logger put rows there, these are places in the loop's pool and no "
                            "rows"), base);
}

static gboolean
take_logits (AyHistoryFiles *self, const char *path, gint64 loop, GError **error)
{
  AyDraft *draft = ay_history_files_draft (self, "", "alectio", TRUE);
  g_autofree char *base = g_path_get_basename (path);
  g_auto (Lines) lines = { 0 };
  AyScored *scored;
  guint width;

  if (!read_lines (self, path, &lines, error))
    return FALSE;
  width = lines.n > 0 ? numbers_of (lines.val[0], NULL, 0) : 0;
  if (width == 0 || lines.n > G_MAXUINT32 / width)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: val is no list of numbers (numpy shortens one of more than 1000 by "
                       "...)"),
                   path);
      return FALSE;
    }
  scored = ay_round_need_scored (ay_draft_round (draft, loop + 1)->head, AY_SCORED_LOGITS, lines.n,
                                 width);
  for (guint i = 0; i < lines.n; i++)
    {
      if (numbers_of (lines.val[i], scored->values + (gsize) i * width, width) != width)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("%s: row %lld has no list of %u numbers"), path, (long long) lines.ix[i],
                       width);
          return FALSE;
        }
      scored->row[i] = lines.ix[i] >= 0 && (guint64) lines.ix[i] < self->data->n
                           ? (guint32) lines.ix[i] : AY_ROW_NONE;
    }
  say_of_logits (draft, base, scored, &lines);
  return TRUE;
}

static gboolean
is_table (const char *path, const char *table, gint64 *loop)
{
  return ay_history_numbered (path, table, ".csv", loop);
}

gboolean
ay_history_is_lite (const char *path)
{
  static const char *const tables[]
      = { "selected_indices_", "logits_", "data_map_", "unlabeled_indices_", "boxes_" };
  gint64 loop;

  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    if (is_table (path, tables[i], &loop))
      return TRUE;
  return FALSE;
}

gboolean
ay_history_read_lite (AyHistoryFiles *self, const char *path, GError **error)
{
  g_autofree char *base = g_path_get_basename (path);
  gint64 loop;

  if (is_table (path, "selected_indices_", &loop))
    return take_selected (self, path, loop, error);
  if (is_table (path, "logits_", &loop))
    return take_logits (self, path, loop, error);
  g_ptr_array_add (self->said, g_strdup_printf ("%s says nothing of rounds, and was not read",
                                                base));
  return TRUE;
}
