/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session's filters, one kind at a time. */
#include "app/model/session_private.h"

#include "core/shim/number.h"

#include <math.h>

static gboolean
change_where (AssaySession *self, const char *where, gboolean open, GError **error)
{
  const AssayFilters *before = assay_session_get_filters (self);
  AssayFilters *after;
  AyBitset *matches = NULL;

  if (before == NULL)
    return TRUE;
  if (where != NULL && *where == '\0')
    where = NULL;
  if (g_strcmp0 (where, before->where) == 0)
    return TRUE;
  if (where != NULL)
    {
      matches = ay_work_select (assay_session_get_work (self), where, NULL, error);
      if (matches == NULL)
        return FALSE;
    }
  after = assay_filters_copy (before);
  g_free (after->where);
  ay_bitset_free (after->matches);
  after->where = g_strdup (where);
  after->matches = matches;
  assay_session_take_filters (self, after, open);
  return TRUE;
}

gboolean
assay_session_set_filter (AssaySession *self, const char *where, GError **error)
{
  gboolean ok = change_where (self, where, FALSE, error);

  assay_session_close_step (self);
  return ok;
}

gboolean
assay_session_type_filter (AssaySession *self, const char *where, GError **error)
{
  return change_where (self, where, TRUE, error);
}

void
assay_session_set_hidden_classes (AssaySession *self, const AyBitset *hidden)
{
  const AssayFilters *before = assay_session_get_filters (self);
  AssayFilters *after;

  if (before == NULL)
    return;
  after = assay_filters_copy (before);
  g_clear_pointer (&after->hidden, ay_bitset_free);
  if (hidden != NULL && ay_bitset_count (hidden) > 0)
    after->hidden = ay_bitset_copy (hidden);
  assay_session_take_filters (self, after, FALSE);
}

const AyBitset *
assay_session_get_hidden_classes (AssaySession *self)
{
  const AssayFilters *filters = assay_session_get_filters (self);

  return filters != NULL ? filters->hidden : NULL;
}

void
assay_session_set_brush (AssaySession *self, const char *column, double low, double high)
{
  const AssayFilters *before = assay_session_get_filters (self);
  AssayFilters *after;

  if (before == NULL)
    return;
  after = assay_filters_copy (before);
  assay_filters_set_brush (after, column, low, high);
  assay_session_take_filters (self, after, FALSE);
}

gboolean
assay_session_get_brush (AssaySession *self, const char *column, double *low, double *high)
{
  const AssayFilters *filters = assay_session_get_filters (self);
  const AssayBrush *brush = filters != NULL ? assay_filters_find_brush (filters, column) : NULL;

  if (brush == NULL)
    return FALSE;
  *low = brush->low;
  *high = brush->high;
  return TRUE;
}

void
assay_session_clear_filters (AssaySession *self)
{
  const AssayFilters *before = assay_session_get_filters (self);

  if (before != NULL && !assay_filters_is_empty (before))
    assay_session_take_filters (self, assay_filters_new (), FALSE);
}

/* A name or a text as SQL has it. (transfer full) */
static char *
quoted (const char *text, const char *mark)
{
  g_auto (GStrv) parts = g_strsplit (text, mark, -1);
  g_autofree char *twice = g_strconcat (mark, mark, NULL);
  g_autofree char *inner = g_strjoinv (twice, parts);

  return g_strconcat (mark, inner, mark, NULL);
}

static void
add_part (GString *where, const char *part)
{
  g_string_append_printf (where, "%s%s", where->len > 0 ? " AND " : "", part);
}

/* A brush, whose ends may be open. */
static void
add_brush (GString *where, const AssayBrush *brush)
{
  g_autofree char *column = quoted (brush->column, "\"");
  const double ends[2] = { brush->low, brush->high };

  for (int side = 0; side < 2; side++)
    if (isfinite (ends[side]))
      {
        char number[AY_NUMBER_SIZE];
        g_autofree char *part = NULL;

        ay_number_format (ends[side], number);
        part = g_strdup_printf ("%s %s %s", column, side == 0 ? ">=" : "<=", number);
        add_part (where, part);
      }
}

static void
add_hidden (GString *where, const AyBitset *hidden, const AyDataset *data)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree char *part = NULL;

  for (gsize c = ay_bitset_next (hidden, 0); c < MIN (hidden->n, data->n_classes);
       c = ay_bitset_next (hidden, c + 1))
    {
      g_autofree char *name = quoted (data->class_names[c], "'");

      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", name);
    }
  if (names->len == 0)
    return;
  part = g_strdup_printf ("label NOT IN (%s)", names->str);
  add_part (where, part);
}

char *
assay_session_dup_where (AssaySession *self)
{
  const AssayFilters *filters = assay_session_get_filters (self);
  g_autoptr (GString) where = g_string_new (NULL);

  if (filters == NULL || assay_filters_is_empty (filters))
    return NULL;
  if (filters->where != NULL)
    {
      g_autofree char *part = filters->hidden != NULL || filters->brushes->len > 0
                                  ? g_strdup_printf ("(%s)", filters->where)
                                  : g_strdup (filters->where);

      add_part (where, part);
    }
  if (filters->hidden != NULL)
    add_hidden (where, filters->hidden, assay_session_get_data (self));
  for (guint i = 0; i < filters->brushes->len; i++)
    add_brush (where, &g_array_index (filters->brushes, AssayBrush, i));
  return where->len > 0 ? g_string_free (g_steal_pointer (&where), FALSE) : NULL;
}
