/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model/session_private.h"

#include "app/model/task_queue.h"
#include "app/sentence.h"
#include "core/base/error.h"

#include <glib/gi18n.h>

struct _AssaySession
{
  GObject parent;
  AyWork *work;
  guint serial;
  AyTable *columns;     /* (nullable) remade on need */
  AyStory *story;       /* (nullable) the report last told */
  GPtrArray *scores;    /* (nullable) likewise */
  AyBitset *selection;  /* of the data set's rows; NULL without a workspace */
  AyBitset *visible;
  AssayFilters *filters;
  AssayHistory *history;
  gint64 hovered;
  char *color_by;
  gboolean density;
  char *sort;           /* (nullable) a column's name */
  gboolean descending;
  GListStore *tasks;    /* the first runs, the others wait */
};

G_DEFINE_FINAL_TYPE (AssaySession, assay_session, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_LOADED,
  PROP_TITLE,
  PROP_N_ROWS,
  PROP_N_SELECTED,
  PROP_N_VISIBLE,
  PROP_HOVERED,
  PROP_COLOR_BY,
  PROP_DENSITY,
  PROP_FILTER,
  PROP_CAN_UNDO,
  PROP_CAN_REDO,
  PROP_BUSY,
  N_PROPS
};

enum
{
  COLUMNS_CHANGED,
  SELECTION_CHANGED,
  VISIBLE_CHANGED,
  SORTED,
  DECIDED,
  FINDINGS_CHANGED,
  MESSAGE,
  FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
notify (AssaySession *self, guint id)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[id]);
}

static void
clear_work (AssaySession *self)
{
  g_clear_pointer (&self->columns, ay_table_unref);
  g_clear_pointer (&self->scores, g_ptr_array_unref);
  g_clear_pointer (&self->selection, ay_bitset_free);
  g_clear_pointer (&self->visible, ay_bitset_free);
  g_clear_pointer (&self->filters, assay_filters_free);
  g_clear_pointer (&self->history, assay_history_free);
  g_clear_pointer (&self->color_by, g_free);
  g_clear_pointer (&self->sort, g_free);
  g_clear_pointer (&self->work, ay_work_unref);
  g_clear_pointer (&self->story, ay_story_unref);
  self->hovered = -1;
  self->descending = FALSE;
}

static void
assay_session_finalize (GObject *object)
{
  AssaySession *self = ASSAY_SESSION (object);

  clear_work (self);
  g_clear_object (&self->tasks);
  G_OBJECT_CLASS (assay_session_parent_class)->finalize (object);
}

static char *
dup_title (AssaySession *self)
{
  return self->work != NULL ? g_path_get_basename (ay_work_path (self->work)) : g_strdup ("");
}

static void
assay_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AssaySession *self = ASSAY_SESSION (object);

  switch (id)
    {
    case PROP_LOADED: g_value_set_boolean (value, self->work != NULL); break;
    case PROP_TITLE: g_value_take_string (value, dup_title (self)); break;
    case PROP_N_ROWS: g_value_set_uint (value, self->work ? self->visible->n : 0); break;
    case PROP_N_SELECTED:
      g_value_set_uint (value, self->work ? ay_bitset_count (self->selection) : 0);
      break;
    case PROP_N_VISIBLE:
      g_value_set_uint (value, self->work ? ay_bitset_count (self->visible) : 0);
      break;
    case PROP_HOVERED: g_value_set_int64 (value, self->hovered); break;
    case PROP_COLOR_BY: g_value_set_string (value, self->color_by); break;
    case PROP_DENSITY: g_value_set_boolean (value, self->density); break;
    case PROP_FILTER:
      g_value_set_string (value, self->filters ? self->filters->where : NULL);
      break;
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, self->work && assay_history_can_undo (self->history));
      break;
    case PROP_CAN_REDO:
      g_value_set_boolean (value, self->work && assay_history_can_redo (self->history));
      break;
    case PROP_BUSY:
      g_value_set_boolean (value, g_list_model_get_n_items (G_LIST_MODEL (self->tasks)) > 0);
      break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
assay_session_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AssaySession *self = ASSAY_SESSION (object);

  switch (id)
    {
    case PROP_HOVERED: assay_session_set_hovered (self, g_value_get_int64 (value)); break;
    case PROP_COLOR_BY: assay_session_set_color_by (self, g_value_get_string (value)); break;
    case PROP_DENSITY:
      self->density = g_value_get_boolean (value);
      notify (self, PROP_DENSITY);
      break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
install_properties (GObjectClass *class)
{
  GParamFlags read = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GParamFlags write = read | G_PARAM_WRITABLE;

  properties[PROP_LOADED] = g_param_spec_boolean ("loaded", NULL, NULL, FALSE, read);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, "", read);
  properties[PROP_N_ROWS] = g_param_spec_uint ("n-rows", NULL, NULL, 0, G_MAXUINT, 0, read);
  properties[PROP_N_SELECTED]
      = g_param_spec_uint ("n-selected", NULL, NULL, 0, G_MAXUINT, 0, read);
  properties[PROP_N_VISIBLE] = g_param_spec_uint ("n-visible", NULL, NULL, 0, G_MAXUINT, 0, read);
  properties[PROP_HOVERED]
      = g_param_spec_int64 ("hovered", NULL, NULL, -1, G_MAXINT64, -1, write);
  properties[PROP_COLOR_BY] = g_param_spec_string ("color-by", NULL, NULL, NULL, write);
  properties[PROP_DENSITY] = g_param_spec_boolean ("density", NULL, NULL, FALSE, write);
  properties[PROP_FILTER] = g_param_spec_string ("filter", NULL, NULL, NULL, read);
  properties[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, read);
  properties[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, read);
  properties[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, read);
  g_object_class_install_properties (class, N_PROPS, properties);
}

static guint
add_signal (const char *name, guint n_parameters, GType a, GType b)
{
  return g_signal_new (name, ASSAY_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                       G_TYPE_NONE, n_parameters, a, b);
}

static void
assay_session_class_init (AssaySessionClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->finalize = assay_session_finalize;
  object_class->get_property = assay_session_get_property;
  object_class->set_property = assay_session_set_property;
  install_properties (object_class);
  signals[COLUMNS_CHANGED] = add_signal ("columns-changed", 0, 0, 0);
  signals[SELECTION_CHANGED] = add_signal ("selection-changed", 0, 0, 0);
  signals[VISIBLE_CHANGED] = add_signal ("visible-changed", 0, 0, 0);
  signals[SORTED] = add_signal ("sorted", 0, 0, 0);
  signals[DECIDED] = add_signal ("decided", 0, 0, 0);
  signals[FINDINGS_CHANGED] = add_signal ("findings-changed", 0, 0, 0);
  signals[MESSAGE] = add_signal ("message", 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
  signals[FAILED] = add_signal ("failed", 1, G_TYPE_STRING, 0);
}

static void
on_tasks_changed (AssaySession *self)
{
  notify (self, PROP_BUSY);
}

static void
assay_session_init (AssaySession *self)
{
  self->hovered = -1;
  self->tasks = g_list_store_new (ASSAY_TYPE_TASK);
  g_signal_connect_swapped (self->tasks, "items-changed", G_CALLBACK (on_tasks_changed), self);
}

AssaySession *
assay_session_new (void)
{
  return g_object_new (ASSAY_TYPE_SESSION, NULL);
}

AyWork *
assay_session_get_work (AssaySession *self)
{
  return self->work;
}

AyDataset *
assay_session_get_data (AssaySession *self)
{
  return self->work != NULL ? ay_work_data (self->work) : NULL;
}

guint
assay_session_get_serial (AssaySession *self)
{
  return self->serial;
}

static void
everything_changed (AssaySession *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  for (guint id = PROP_LOADED; id <= PROP_CAN_REDO; id++)
    notify (self, id);
  g_object_thaw_notify (G_OBJECT (self));
  g_signal_emit (self, signals[COLUMNS_CHANGED], 0);
  g_signal_emit (self, signals[VISIBLE_CHANGED], 0);
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
  g_signal_emit (self, signals[FINDINGS_CHANGED], 0);
}

void
assay_session_take_story (AssaySession *self, AyStory *story)
{
  ay_story_unref (self->story);
  self->story = story;
  g_signal_emit (self, signals[FINDINGS_CHANGED], 0);
}

const AyStory *
assay_session_get_story (AssaySession *self)
{
  return self->story;
}

void
assay_session_set_work (AssaySession *self, AyWork *work)
{
  static guint last_serial;

  /* Their results would be about rows that are no longer shown. */
  assay_task_queue_cancel (self->tasks, self->work);
  clear_work (self);
  self->serial = ++last_serial;
  if (work != NULL)
    {
      gsize n = ay_work_data (work)->n;

      self->work = ay_work_ref (work);
      self->selection = ay_bitset_new (n);
      self->visible = ay_bitset_new (n);
      ay_bitset_fill (self->visible);
      self->filters = assay_filters_new ();
      self->history = assay_history_new ();
    }
  everything_changed (self);
}

AyTable *
assay_session_get_columns (AssaySession *self)
{
  g_autoptr (GError) error = NULL;

  if (self->columns == NULL && self->work != NULL)
    {
      self->columns = ay_work_columns (self->work, &error);
      if (self->columns == NULL)
        assay_session_fail (self, error);
    }
  return self->columns;
}

AyColumn *
assay_session_find_column (AssaySession *self, const char *name)
{
  AyTable *columns = name != NULL ? assay_session_get_columns (self) : NULL;

  return columns != NULL ? ay_table_find (columns, name) : NULL;
}

GPtrArray *
assay_session_get_scores (AssaySession *self)
{
  g_autoptr (GError) error = NULL;

  if (self->scores == NULL && self->work != NULL)
    {
      self->scores = ay_work_scores (self->work, &error);
      if (self->scores == NULL)
        assay_session_fail (self, error);
    }
  if (self->scores == NULL)
    self->scores = g_ptr_array_new ();
  return self->scores;
}

const AyScoreInfo *
assay_session_find_score (AssaySession *self, const char *id)
{
  return id != NULL ? ay_score_info_find (assay_session_get_scores (self), id) : NULL;
}

/* Filters hold over the columns as they are now. */
static void
apply_filters (AssaySession *self)
{
  AyTable *columns = assay_session_get_columns (self);

  if (columns == NULL)
    return;
  assay_filters_apply (self->filters, columns, self->visible);
  notify (self, PROP_N_VISIBLE);
  notify (self, PROP_FILTER);
  g_signal_emit (self, signals[VISIBLE_CHANGED], 0);
}

/* A condition may speak of decisions, and of scores that were computed anew. One that no longer
 * makes sense keeps the rows that it had. */
static void
refresh_matches (AssaySession *self)
{
  AyBitset *matches = self->filters->where != NULL
                          ? ay_work_select (self->work, self->filters->where, NULL, NULL)
                          : NULL;

  if (matches == NULL)
    return;
  ay_bitset_free (self->filters->matches);
  self->filters->matches = matches;
}

void
assay_session_columns_changed (AssaySession *self)
{
  g_clear_pointer (&self->columns, ay_table_unref);
  g_clear_pointer (&self->scores, g_ptr_array_unref);
  if (self->work == NULL)
    return;
  g_signal_emit (self, signals[COLUMNS_CHANGED], 0);
  if (assay_filters_is_empty (self->filters))
    return;
  refresh_matches (self);
  apply_filters (self);
}

/* The workspace keeps its table until something is stored: the same one says that nothing came. */
void
assay_session_check_columns (AssaySession *self)
{
  g_autoptr (AyTable) now = self->work != NULL ? ay_work_columns (self->work, NULL) : NULL;

  if (now == NULL || now != self->columns)
    assay_session_columns_changed (self);
}

const AyBitset *
assay_session_get_selection (AssaySession *self)
{
  return self->selection;
}

const AyBitset *
assay_session_get_visible (AssaySession *self)
{
  return self->visible;
}

void
assay_session_record (AssaySession *self, AssayStep step)
{
  assay_history_record (self->history, step);
  notify (self, PROP_CAN_UNDO);
  notify (self, PROP_CAN_REDO);
}

void
assay_session_close_step (AssaySession *self)
{
  if (self->history != NULL)
    assay_history_close (self->history);
}

void
assay_session_put_selection (AssaySession *self, const AyBitset *rows)
{
  ay_bitset_assign (self->selection, rows);
  notify (self, PROP_N_SELECTED);
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

void
assay_session_take_filters (AssaySession *self, AssayFilters *after, gboolean open)
{
  AssayFilters *before = self->filters;

  self->filters = after;
  if (open && assay_history_amend (self->history, after))
    assay_filters_free (before);
  else
    assay_session_record (self, (AssayStep) { .kind = ASSAY_STEP_FILTERS,
                                              .filters = { before, assay_filters_copy (after) },
                                              .open = open });
  apply_filters (self);
}

const AssayFilters *
assay_session_get_filters (AssaySession *self)
{
  return self->filters;
}

/* After the journal changed. */
static void
decided (AssaySession *self)
{
  g_clear_pointer (&self->columns, ay_table_unref);
  g_signal_emit (self, signals[DECIDED], 0);
  if (!assay_filters_is_empty (self->filters))
    {
      refresh_matches (self);
      apply_filters (self);
    }
}

gboolean
assay_session_decide (AssaySession *self, AyDecisionKind kind, const char *value, const char *why)
{
  return assay_session_decide_rows (self, self->selection, kind, value, why);
}

gboolean
assay_session_decide_rows (AssaySession *self, const AyBitset *rows, AyDecisionKind kind,
                           const char *value, const char *why)
{
  AyDecision decision = { kind, rows, value, why };
  g_autoptr (GError) error = NULL;

  if (self->work == NULL)
    return FALSE;
  if (!ay_work_decide (self->work, &decision, &error))
    {
      assay_session_fail (self, error);
      return FALSE;
    }
  assay_session_record (self, (AssayStep) { .kind = ASSAY_STEP_DECISION });
  decided (self);
  return TRUE;
}

gboolean
assay_session_move_journal (AssaySession *self, int side)
{
  AyJournal *journal = ay_work_journal (self->work);
  const AyJournalEntry *entry
      = side == 0 ? ay_journal_peek_undo (journal) : ay_journal_peek_redo (journal);
  gboolean columns = entry != NULL && entry->kind == AY_DECISION_COLUMN;
  g_autoptr (GError) error = NULL;

  if (!(side == 0 ? ay_work_undo (self->work, &error) : ay_work_redo (self->work, &error)))
    {
      assay_session_fail (self, error);
      return FALSE;
    }
  if (columns)
    assay_session_columns_changed (self);
  else
    decided (self);
  return TRUE;
}

/* Brings back one side of a step: 0 = before, 1 = after. */
static void
restore (AssaySession *self, const AssayStep *step, int side)
{
  switch (step->kind)
    {
    case ASSAY_STEP_SELECTION: assay_session_put_selection (self, step->selection[side]); break;
    case ASSAY_STEP_FILTERS:
      assay_filters_free (self->filters);
      self->filters = assay_filters_copy (step->filters[side]);
      refresh_matches (self);
      apply_filters (self);
      break;
    case ASSAY_STEP_DECISION: assay_session_move_journal (self, side); break;
    case ASSAY_STEP_COLUMN: assay_columns_restore (self, step, side); break;
    case ASSAY_STEP_FINDING:
      assay_pinned_put (self, step->finding[!side], step->finding[side]);
      break;
    }
  notify (self, PROP_CAN_UNDO);
  notify (self, PROP_CAN_REDO);
}

void
assay_session_undo (AssaySession *self)
{
  const AssayStep *step = self->work != NULL ? assay_history_undo (self->history) : NULL;

  if (step != NULL)
    restore (self, step, 0);
}

void
assay_session_redo (AssaySession *self)
{
  const AssayStep *step = self->work != NULL ? assay_history_redo (self->history) : NULL;

  if (step != NULL)
    restore (self, step, 1);
}

gint64
assay_session_get_hovered (AssaySession *self)
{
  return self->hovered;
}

void
assay_session_set_hovered (AssaySession *self, gint64 row)
{
  if (self->hovered == row)
    return;
  self->hovered = row;
  notify (self, PROP_HOVERED);
}

const char *
assay_session_get_color_by (AssaySession *self)
{
  return self->color_by;
}

void
assay_session_set_color_by (AssaySession *self, const char *column)
{
  if (g_strcmp0 (self->color_by, column) == 0)
    return;
  g_free (self->color_by);
  self->color_by = g_strdup (column);
  notify (self, PROP_COLOR_BY);
}

const char *
assay_session_get_sort (AssaySession *self)
{
  return self->sort;
}

gboolean
assay_session_get_descending (AssaySession *self)
{
  return self->descending;
}

void
assay_session_sort (AssaySession *self, const char *column, gboolean descending)
{
  if (g_strcmp0 (column, self->sort) == 0 && descending == self->descending)
    return;
  g_free (self->sort);
  self->sort = g_strdup (column);
  self->descending = descending;
  g_signal_emit (self, signals[SORTED], 0);
}

GListModel *
assay_session_get_tasks (AssaySession *self)
{
  return G_LIST_MODEL (self->tasks);
}

AssayTask *
assay_session_run (AssaySession *self, const char *title, AssayTaskFunc func, AssayTaskDone done,
                   gpointer data, GDestroyNotify free_data)
{
  g_autoptr (AssayTask) task = assay_task_new (title, func, done, data, free_data);

  assay_task_set_work (task, self->work);
  assay_task_queue_add (self->tasks, self, task);
  return task; /* kept by the list until it has ended */
}

AssayTask *
assay_session_run_apart (AssaySession *self, const char *title, AssayTaskFunc func,
                         AssayTaskDone done, gpointer data, GDestroyNotify free_data)
{
  g_autoptr (AssayTask) task = assay_task_new (title, func, done, data, free_data);

  assay_task_queue_add (self->tasks, self, task);
  return task;
}

void
assay_session_tell (AssaySession *self, const char *text, gboolean offer_undo)
{
  g_signal_emit (self, signals[MESSAGE], 0, text, offer_undo);
}

void
assay_session_fail (AssaySession *self, const GError *error)
{
  g_autofree char *why = NULL;

  if (g_error_matches (error, AY_ERROR, AY_ERROR_CANCELLED))
    return;
  why = assay_sentence (error->message);
  g_signal_emit (self, signals[FAILED], 0, why);
}
