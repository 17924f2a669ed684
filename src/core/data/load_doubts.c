/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns that are meant as numbers but for a few cells. A reader makes categories of a column as
 * soon as one cell is no number, and the features are then made without it, or worse, of it as a
 * category of as many values as rows: the one odd cell is what a person must be told. Columns are
 * judged by their first rows and then, if those are numbers, by all: a table of texts costs nothing
 * to speak of. */
#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/loading.h"
#include "core/data/roles.h"
#include "core/shim/number.h"

#include <string.h>

#define LOOK_ROWS 200
#define SHARE 0.9 /* of the cells that are present: then the rest are odd ones */

typedef enum { CELL_WORD, CELL_NUMBER, CELL_INF, CELL_VECTOR } Cell;

typedef struct
{
  gsize count[CELL_VECTOR + 1];
  gsize first[CELL_VECTOR + 1]; /* row */
  gsize present;
} Cells;

/* inf in words, or digits beyond double precision. */
static gboolean
is_inf (const char *text, gsize length)
{
  static const char *const words[] = { "inf", "infinity" };
  gboolean sign = length > 0 && (*text == '-' || *text == '+');
  const char *rest = text + sign;

  length -= sign;
  for (gsize k = 0; k < G_N_ELEMENTS (words); k++)
    if (strlen (words[k]) == length && g_ascii_strncasecmp (rest, words[k], length) == 0)
      return TRUE;
  if (length == 0 || length > 64 || !g_ascii_isdigit (*rest))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (strchr ("0123456789.eE+", rest[i]) == NULL)
      return FALSE;
  return memchr (rest, 'e', length) != NULL || memchr (rest, 'E', length) != NULL;
}

static gboolean
is_vector (const char *text, gsize length)
{
  if (length < 3 || text[0] != '[' || text[length - 1] != ']')
    return FALSE;
  for (gsize i = 1; i + 1 < length; i++)
    if (strchr ("0123456789.,eE+- ", text[i]) == NULL
        && !(text[i] == 'n' && length - i > 4 && strncmp (text + i, "null", 4) == 0 && (i += 3)))
      return FALSE;
  return TRUE;
}

static Cell
kind_of (const char *text, gsize length)
{
  double number;

  if (ay_number_parse (text, length, &number))
    return CELL_NUMBER;
  if (is_inf (text, length))
    return CELL_INF;
  return is_vector (text, length) ? CELL_VECTOR : CELL_WORD;
}

/* FALSE as soon as it is plain that most are words. */
static gboolean
look (const AyColumn *column, Cells *cells)
{
  gsize n = ay_column_rows (column);

  memset (cells, 0, sizeof *cells);
  for (gsize i = 0; i < n; i++)
    {
      gsize length = 0;
      const char *text = ay_column_text (column, i, &length);
      Cell kind;

      if (i == LOOK_ROWS && cells->count[CELL_WORD] > (1.0 - SHARE) * cells->present)
        return FALSE;
      if (text == NULL)
        continue;
      kind = kind_of (text, length);
      cells->present++;
      if (cells->count[kind]++ == 0)
        cells->first[kind] = i;
    }
  return TRUE;
}

static gboolean
is_feature (const AyLoading *self, const AyColumn *column)
{
  for (guint b = 0; b < self->blocks->len; b++)
    if (g_ptr_array_find (((AyFeatureBlock *) self->blocks->pdata[b])->columns, column, NULL))
      return TRUE;
  return FALSE;
}

/* Arrays of numbers that are no matrix: of several lengths, or with a gap. As a feature that is a
 * fault; as a column beside others it is said. */
static gboolean
check_vectors (AyLoading *self, const AyColumn *column, GError **error)
{
  g_autofree char *usual = ay_column_dup_text (column, 0);
  gsize n = ay_column_rows (column), commas = 0, row = 0;

  for (const char *at = usual; *at != '\0'; at++)
    commas += *at == ',';
  for (; row < n; row++)
    {
      g_autofree char *text = ay_column_dup_text (column, row);
      gsize own = 0;

      for (const char *at = text; *at != '\0'; at++)
        own += *at == ',';
      if (*text != '\0' && (own != commas || strstr (text, "null") != NULL))
        break;
    }
  if (is_feature (self, column))
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: row %zu, column \"%s\": the "
                     "arrays are not all of one length and of numbers"),
                 self->where, MIN (row, n - 1), ay_column_name (column));
  else
    ay_diagnostics_add (self->diagnostics, "not-all-numbers",
                        N_ ("column \"%s\": its arrays are not all of one length and of numbers "
                            "(row %zu): it is no feature"), ay_column_name (column),
                        MIN (row, n - 1));
  return !is_feature (self, column);
}

static gboolean
check_column (AyLoading *self, const AyColumn *column, GError **error)
{
  g_autofree char *text = NULL;
  Cell kind = CELL_WORD;
  gsize odd;
  Cells cells;

  if (!look (column, &cells) || cells.present == 0)
    return TRUE;
  if (cells.count[CELL_VECTOR] >= SHARE * cells.present)
    return check_vectors (self, column, error);
  odd = cells.present - cells.count[CELL_NUMBER];
  if (odd == 0 || cells.count[CELL_NUMBER] < SHARE * cells.present)
    return TRUE;
  if (odd == cells.count[CELL_INF])
    {
      text = ay_column_dup_text (column, cells.first[CELL_INF]);
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: row %zu, column \"%s\": "
                       "\"%s\" is no finite number"),
                   self->where, cells.first[CELL_INF], ay_column_name (column), text);
      return FALSE;
    }
  while (kind == CELL_NUMBER || cells.count[kind] == 0)
    kind++;
  text = ay_column_dup_text (column, cells.first[kind]);
  ay_diagnostics_add (self->diagnostics, "not-all-numbers",
                      odd == 1 ? N_ ("column \"%s\" is numbers but for %zu row (row %zu: \"%s\"): "
                                     "it is taken for a category%s")
                               : N_ ("column \"%s\" is numbers but for %zu rows (row %zu: \"%s\"): "
                                     "it is taken for a category%s"),
                      ay_column_name (column), odd, cells.first[kind], text,
                      is_feature (self, column) ? "" : N_ (" and is no feature"));
  return TRUE;
}

gboolean
ay_loading_check_columns (AyLoading *self, GError **error)
{
  g_autoptr (GPtrArray) columns = ay_roles_roleless_columns (self->table, self->options);

  for (guint c = 0; c < columns->len; c++)
    if (ay_column_type (columns->pdata[c]) != AY_COLUMN_NUMBER
        && !check_column (self, columns->pdata[c], error))
      return FALSE;
  return TRUE;
}
