/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model/group_list.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>
#include <math.h>

/* --- a group --- */

struct _AssayGroup
{
  GObject parent;
  guint number;
};

G_DEFINE_FINAL_TYPE (AssayGroup, assay_group, G_TYPE_OBJECT)

static void
assay_group_class_init (AssayGroupClass *class)
{
}

static void
assay_group_init (AssayGroup *self)
{
}

guint
assay_group_get_number (AssayGroup *self)
{
  return self->number;
}

/* --- the list --- */

struct _AssayGroupList
{
  GObject parent;
  AssaySession *session;
  AyRedundancy *redundancy; /* (nullable) */
  AyRedundancyCut *cut;     /* (nullable), of it */
  guint32 *order;           /* of the cut's groups */
  AyGroupsOrder order_by;
  double wanted;            /* threshold that waits to be cut at; NaN: none */
  double latest;            /* threshold asked for last */
  gboolean cutting;         /* a thread is at it */
};

static GType get_item_type (GListModel *model);
static guint get_n_items (GListModel *model);
static gpointer get_item (GListModel *model, guint position);

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (AssayGroupList, assay_group_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum
{
  FOUND,
  CUT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GType
get_item_type (GListModel *model)
{
  return ASSAY_TYPE_GROUP;
}

static guint
get_n_items (GListModel *model)
{
  AssayGroupList *self = ASSAY_GROUP_LIST (model);

  return self->cut != NULL ? (guint) self->cut->groups->n_groups : 0;
}

static gpointer
get_item (GListModel *model, guint position)
{
  AssayGroupList *self = ASSAY_GROUP_LIST (model);
  AssayGroup *group;

  if (position >= get_n_items (model))
    return NULL;
  group = g_object_new (ASSAY_TYPE_GROUP, NULL);
  group->number = self->order[position];
  return group;
}

/* Shows another cut, taken over; NULL shows none. */
static void
take_cut (AssayGroupList *self, AyRedundancyCut *cut)
{
  guint before = get_n_items (G_LIST_MODEL (self));

  g_clear_pointer (&self->cut, ay_redundancy_cut_free);
  g_clear_pointer (&self->order, g_free);
  self->cut = cut;
  if (cut != NULL)
    self->order = ay_redundancy_order (cut, self->order_by);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, before, get_n_items (G_LIST_MODEL (self)));
  g_signal_emit (self, signals[CUT], 0);
}

/* --- cutting, in a thread --- */

typedef struct
{
  AyRedundancy *redundancy;
  double threshold;
} Asked;

static void
asked_free (gpointer data)
{
  Asked *self = data;

  ay_redundancy_unref (self->redundancy);
  g_free (self);
}

static void
cut_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Asked *asked = data;

  g_task_return_pointer (task, ay_redundancy_cut (asked->redundancy, asked->threshold),
                         (GDestroyNotify) ay_redundancy_cut_free);
}

static void start_cutting (AssayGroupList *self);

static void
cut_done (GObject *source, GAsyncResult *result, gpointer data)
{
  AssayGroupList *self = ASSAY_GROUP_LIST (source);
  Asked *asked = g_task_get_task_data (G_TASK (result));
  g_autoptr (AyRedundancyCut) cut = g_task_propagate_pointer (G_TASK (result), NULL);

  self->cutting = FALSE;
  if (asked->redundancy == self->redundancy)
    take_cut (self, g_steal_pointer (&cut));
  start_cutting (self);
}

static void
start_cutting (AssayGroupList *self)
{
  g_autoptr (GTask) task = NULL;
  Asked *asked;

  if (self->cutting || isnan (self->wanted) || self->redundancy == NULL)
    return;
  asked = g_new (Asked, 1);
  asked->redundancy = ay_redundancy_ref (self->redundancy);
  asked->threshold = self->wanted;
  self->wanted = NAN;
  self->cutting = TRUE;
  task = g_task_new (self, NULL, cut_done, NULL);
  g_task_set_task_data (task, asked, asked_free);
  g_task_run_in_thread (task, cut_in_thread);
}

void
assay_group_list_set_threshold (AssayGroupList *self, double threshold)
{
  self->wanted = self->latest = threshold;
  start_cutting (self);
}

void
assay_group_list_keep (AssayGroupList *self, const AyRedundancyOptions *options)
{
  g_autoptr (GError) error = NULL;
  AyRedundancy *other;

  if (self->redundancy == NULL || self->cut == NULL)
    return;
  other = ay_work_redundancy_keeping (assay_session_get_work (self->session), self->redundancy,
                                      options, &error);
  if (other == NULL)
    {
      assay_session_fail (self->session, error);
      return;
    }
  ay_redundancy_unref (self->redundancy);
  self->redundancy = other;
  self->wanted = self->latest;
  start_cutting (self);
}

/* --- finding, as a task of the session --- */

typedef struct
{
  AssayGroupList *list;
  AyRedundancyOptions options;
  char *keep_score;
  AyRedundancy *found;
  AyRedundancyCut *cut;
} Search;

static void
search_free (gpointer data)
{
  Search *self = data;

  g_object_unref (self->list);
  g_free (self->keep_score);
  g_clear_pointer (&self->found, ay_redundancy_unref);
  g_clear_pointer (&self->cut, ay_redundancy_cut_free);
  g_free (self);
}

static gboolean
search_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Search *self = data;

  self->found = ay_work_redundancy (work, &self->options, job, error);
  if (self->found == NULL)
    return FALSE;
  self->cut = ay_redundancy_cut (self->found, self->found->options.threshold);
  return TRUE;
}

static void
search_done (GObject *session, gpointer data, const GError *error)
{
  Search *search = data;
  AssayGroupList *self = search->list;

  if (error != NULL)
    {
      assay_session_fail (self->session, error);
      return;
    }
  g_clear_pointer (&self->redundancy, ay_redundancy_unref);
  self->redundancy = g_steal_pointer (&search->found);
  self->wanted = NAN;
  self->latest = self->redundancy->options.threshold;
  g_signal_emit (self, signals[FOUND], 0);
  take_cut (self, g_steal_pointer (&search->cut));
}

void
assay_group_list_find (AssayGroupList *self, const AyRedundancyOptions *options)
{
  Search *search = g_new0 (Search, 1);

  search->list = g_object_ref (self);
  search->options = *options;
  search->keep_score = g_strdup (options->keep_score);
  search->options.keep_score = search->keep_score;
  assay_session_run (self->session, _ ("Finding near copies"), search_in_thread, search_done,
                     search, search_free);
}

/* --- what it is now --- */

void
assay_group_list_set_order (AssayGroupList *self, AyGroupsOrder order)
{
  guint n = get_n_items (G_LIST_MODEL (self));

  self->order_by = order;
  if (self->cut == NULL)
    return;
  g_free (self->order);
  self->order = ay_redundancy_order (self->cut, order);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n, n);
}

AyRedundancy *
assay_group_list_get_redundancy (AssayGroupList *self)
{
  return self->redundancy;
}

const AyRedundancyCut *
assay_group_list_get_cut (AssayGroupList *self)
{
  return self->cut;
}

guint
assay_group_list_position_of (AssayGroupList *self, const AyBitset *rows)
{
  const AyNearGroups *groups = self->cut != NULL ? self->cut->groups : NULL;

  for (guint i = 0; i < get_n_items (G_LIST_MODEL (self)); i++)
    for (gsize m = groups->start[self->order[i]]; m < groups->start[self->order[i] + 1]; m++)
      if (ay_bitset_get (rows, groups->members[m]))
        return i;
  return GTK_INVALID_LIST_POSITION;
}

AyBitset *
assay_group_list_dup_rows (AssayGroupList *self, guint group)
{
  const AyNearGroups *groups = self->cut->groups;
  AyBitset *rows = ay_bitset_new (groups->n);

  for (gsize m = groups->start[group]; m < groups->start[group + 1]; m++)
    ay_bitset_add (rows, groups->members[m]);
  return rows;
}

AyBitset *
assay_group_list_dup_redundant (AssayGroupList *self)
{
  AyBitset *rows;

  if (self->cut == NULL)
    return NULL;
  rows = ay_bitset_new (self->cut->groups->n);
  for (gsize i = 0; i < self->cut->groups->n; i++)
    if (self->cut->redundant[i])
      ay_bitset_add (rows, i);
  return rows;
}

/* Another workspace: what was found is of other rows. */
static void
on_loaded (AssayGroupList *self)
{
  if (self->redundancy == NULL)
    return;
  g_clear_pointer (&self->redundancy, ay_redundancy_unref);
  self->wanted = NAN;
  g_signal_emit (self, signals[FOUND], 0);
  take_cut (self, NULL);
}

static void
assay_group_list_finalize (GObject *object)
{
  AssayGroupList *self = ASSAY_GROUP_LIST (object);

  g_clear_object (&self->session);
  g_clear_pointer (&self->redundancy, ay_redundancy_unref);
  g_clear_pointer (&self->cut, ay_redundancy_cut_free);
  g_free (self->order);
  G_OBJECT_CLASS (assay_group_list_parent_class)->finalize (object);
}

static void
assay_group_list_class_init (AssayGroupListClass *class)
{
  G_OBJECT_CLASS (class)->finalize = assay_group_list_finalize;
  signals[FOUND] = g_signal_new ("found", ASSAY_TYPE_GROUP_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
  signals[CUT] = g_signal_new ("cut", ASSAY_TYPE_GROUP_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 0);
}

static void
assay_group_list_init (AssayGroupList *self)
{
  self->wanted = NAN;
}

AssayGroupList *
assay_group_list_new (AssaySession *session)
{
  AssayGroupList *self = g_object_new (ASSAY_TYPE_GROUP_LIST, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify::title", G_CALLBACK (on_loaded), self,
                           G_CONNECT_SWAPPED);
  return self;
}
