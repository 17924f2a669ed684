/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session's filters, one kind at a time. */
#include "app/model/session_private.h"

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
