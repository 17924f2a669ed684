/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model/pinned.h"

#include "app/model/session_private.h"
#include "core/base/json_text.h"

#include <glib/gi18n.h>

void
assay_pinned_view_clear (AssayPinnedView *self)
{
  g_clear_pointer (&self->state, json_object_unref);
  g_clear_pointer (&self->sentence, g_free);
  g_clear_pointer (&self->rows, ay_bitset_free);
}

GPtrArray *
assay_pinned_list (AssaySession *session)
{
  AyWork *work = assay_session_get_work (session);
  g_autoptr (GError) error = NULL;
  GPtrArray *findings = work != NULL ? ay_work_findings (work, &error) : NULL;

  if (error != NULL)
    assay_session_fail (session, error);
  return findings != NULL ? findings : g_ptr_array_new ();
}

/* --- changes, and undo --- */

gboolean
assay_pinned_put (AssaySession *session, const AyFinding *before, const AyFinding *after)
{
  AyWork *work = assay_session_get_work (session);
  g_autoptr (GError) error = NULL;
  gboolean ok = after != NULL ? ay_work_pin_again (work, after, &error)
                              : ay_work_unpin (work, before->number, &error);

  if (!ok)
    assay_session_fail (session, error);
  g_signal_emit_by_name (session, "findings-changed");
  return ok;
}

static AyFinding *
copy_or_null (const AyFinding *finding)
{
  return finding != NULL ? ay_finding_copy (finding) : NULL;
}

static void
record (AssaySession *session, const AyFinding *before, const AyFinding *after)
{
  assay_session_record (session, (AssayStep) { .kind = ASSAY_STEP_FINDING,
                                               .finding = { copy_or_null (before),
                                                            copy_or_null (after) } });
}

gboolean
assay_pinned_remove (AssaySession *session, const AyFinding *finding)
{
  g_autoptr (AyFinding) before = ay_finding_copy (finding); /* the caller's goes with the change */

  if (!assay_pinned_put (session, before, NULL))
    return FALSE;
  record (session, before, NULL);
  return TRUE;
}

gboolean
assay_pinned_say (AssaySession *session, const AyFinding *finding, const char *sentence)
{
  g_autoptr (AyFinding) before = ay_finding_copy (finding);
  g_autoptr (AyFinding) after = ay_finding_copy (finding);

  if (g_strcmp0 (sentence, finding->sentence) == 0)
    return TRUE;
  g_free (after->sentence);
  after->sentence = g_strdup (sentence);
  if (!assay_pinned_put (session, before, after))
    return FALSE;
  record (session, before, after);
  return TRUE;
}

/* --- the state of the views --- */

static void
save_hidden (AssaySession *session, const AyBitset *hidden, JsonObject *into)
{
  char **names = assay_session_get_data (session)->class_names;
  JsonArray *array = json_array_new ();

  for (gsize c = ay_bitset_next (hidden, 0); c < hidden->n; c = ay_bitset_next (hidden, c + 1))
    json_array_add_string_element (array, names[c]);
  json_object_set_array_member (into, "hidden", array);
}

static void
save_brushes (const GArray *brushes, JsonObject *into)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < brushes->len; i++)
    {
      const AssayBrush *brush = &g_array_index (brushes, AssayBrush, i);
      JsonObject *one = json_object_new ();

      json_object_set_string_member (one, "column", brush->column);
      json_object_set_double_member (one, "low", brush->low);
      json_object_set_double_member (one, "high", brush->high);
      json_array_add_object_element (array, one);
    }
  json_object_set_array_member (into, "brushes", array);
}

static void
set_text (JsonObject *into, const char *name, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (into, name, text);
}

static char *
save_state (AssaySession *session, const AssayPinnedView *view)
{
  const AssayFilters *filters = assay_session_get_filters (session);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_node_take_object (node, object);
  set_text (object, "filter", filters->where);
  if (filters->hidden != NULL)
    save_hidden (session, filters->hidden, object);
  save_brushes (filters->brushes, object);
  set_text (object, "color_by", assay_session_get_color_by (session));
  set_text (object, "sort", assay_session_get_sort (session));
  json_object_set_boolean_member (object, "descending", assay_session_get_descending (session));
  json_object_set_boolean_member (object, "selected", view->rows != NULL
                                  || ay_bitset_count (assay_session_get_selection (session)) > 0);
  if (view->state != NULL)
    json_object_set_object_member (object, "page", json_object_ref (view->state));
  return ay_json_to_text (node, FALSE);
}

static char *
dup_sentence (AssaySession *session, const AyBitset *rows)
{
  const char *where = assay_session_get_filters (session)->where;
  guint n = (guint) ay_bitset_count (rows);
  g_autofree char *count
      = g_strdup_printf (g_dngettext (NULL, "%u row of %u", "%u rows of %u", n), n,
                         (guint) rows->n);

  return where != NULL ? g_strdup_printf (_ ("%s, among those where %s"), count, where)
                       : g_steal_pointer (&count);
}

gboolean
assay_pinned_add (AssaySession *session, const char *page, const AssayPinnedView *view)
{
  AyWork *work = assay_session_get_work (session);
  const AyBitset *selection = assay_session_get_selection (session);
  g_autoptr (AyFinding) finding = g_new0 (AyFinding, 1);
  g_autoptr (GError) error = NULL;

  finding->rows = ay_bitset_copy (view->rows != NULL                ? view->rows
                                  : ay_bitset_count (selection) > 0 ? selection
                                        : assay_session_get_visible (session));
  finding->sentence = view->sentence != NULL ? g_strdup (view->sentence)
                                             : dup_sentence (session, finding->rows);
  finding->view = g_strdup (page);
  finding->state = save_state (session, view);
  finding->time = ay_finding_now ();
  if (!ay_work_pin (work, finding, &finding->number, &error))
    {
      assay_session_fail (session, error);
      return FALSE;
    }
  record (session, NULL, finding);
  g_signal_emit_by_name (session, "findings-changed");
  return TRUE;
}

/* --- back to the live view --- */

static AyBitset *
read_hidden (AssaySession *session, JsonArray *names)
{
  AyDataset *data = assay_session_get_data (session);
  AyBitset *hidden = ay_bitset_new (data->n_classes);

  for (guint i = 0; i < json_array_get_length (names); i++)
    for (guint c = 0; c < data->n_classes; c++)
      if (g_strcmp0 (data->class_names[c], json_array_get_string_element (names, i)) == 0)
        ay_bitset_add (hidden, c);
  return hidden;
}

/* (transfer full) */
static AssayFilters *
read_filters (AssaySession *session, JsonObject *state)
{
  AssayFilters *filters = assay_filters_new ();
  g_autoptr (GError) error = NULL;

  filters->where
      = g_strdup (json_object_get_string_member_with_default (state, "filter", NULL));
  if (filters->where != NULL)
    filters->matches
        = ay_work_select (assay_session_get_work (session), filters->where, NULL, &error);
  if (error != NULL) /* a column that is gone: the rows themselves are shown */
    g_clear_pointer (&filters->where, g_free);
  if (json_object_has_member (state, "hidden"))
    filters->hidden = read_hidden (session, json_object_get_array_member (state, "hidden"));
  for (guint i = 0; json_object_has_member (state, "brushes")
                    && i < json_array_get_length (json_object_get_array_member (state, "brushes"));
       i++)
    {
      JsonObject *one = json_array_get_object_element (
          json_object_get_array_member (state, "brushes"), i);

      assay_filters_set_brush (filters, json_object_get_string_member (one, "column"),
                               json_object_get_double_member (one, "low"),
                               json_object_get_double_member (one, "high"));
    }
  return filters;
}

/* The state of a finding; one that was pinned on the command line has its condition only. */
static JsonObject *
read_state (const AyFinding *finding)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;

  if (finding->state != NULL && g_strcmp0 (finding->view, "cli") != 0)
    node = ay_json_read (finding->state, -1, NULL);
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    return json_node_dup_object (node);
  object = json_object_new ();
  if (g_strcmp0 (finding->view, "cli") == 0)
    set_text (object, "filter", finding->state);
  return object;
}

AyBitset *
assay_pinned_visible (AssaySession *session, const AyFinding *finding)
{
  g_autoptr (JsonObject) state = read_state (finding);
  g_autoptr (AssayFilters) filters = read_filters (session, state);
  AyBitset *visible = ay_bitset_new (finding->rows->n);

  assay_filters_apply (filters, assay_session_get_columns (session), visible);
  return visible;
}

static gboolean
all_visible (AssaySession *session, const AyBitset *rows)
{
  g_autoptr (AyBitset) hidden = ay_bitset_copy (rows);

  ay_bitset_subtract (hidden, assay_session_get_visible (session));
  return ay_bitset_count (hidden) == 0;
}

JsonObject *
assay_pinned_show (AssaySession *session, const AyFinding *finding)
{
  g_autoptr (JsonObject) state = read_state (finding);
  const char *color = json_object_get_string_member_with_default (state, "color_by", NULL);
  gboolean same;

  assay_session_take_filters (session, read_filters (session, state), FALSE);
  same = ay_bitset_equal (assay_session_get_visible (session), finding->rows);
  if (json_object_get_boolean_member_with_default (state, "selected", FALSE) || !same)
    {
      if (!all_visible (session, finding->rows))
        assay_session_clear_filters (session);
      assay_session_select (session, finding->rows, ASSAY_SELECT_REPLACE);
    }
  else
    assay_session_select_none (session);
  if (color != NULL && assay_session_find_column (session, color) != NULL)
    assay_session_set_color_by (session, color);
  assay_session_sort (session, json_object_get_string_member_with_default (state, "sort", NULL),
                      json_object_get_boolean_member_with_default (state, "descending", FALSE));
  return json_object_has_member (state, "page")
             ? json_object_ref (json_object_get_object_member (state, "page"))
             : NULL;
}
