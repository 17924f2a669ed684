/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model/task_queue.h"

static void task_ended (AssayTask *task, GObject *session);

static void
start_next (GListModel *tasks, AssaySession *session)
{
  guint n = g_list_model_get_n_items (tasks);
  gboolean taken = FALSE;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AssayTask) task = g_list_model_get_item (tasks, i);
      gboolean apart = assay_task_get_work (task) == NULL;

      if ((apart || !taken) && !assay_task_has_started (task))
        assay_task_start (task, G_OBJECT (session), task_ended);
      taken = taken || !apart;
    }
}

static void
task_ended (AssayTask *task, GObject *session)
{
  GListModel *tasks = assay_session_get_tasks (ASSAY_SESSION (session));
  guint position;

  if (g_list_store_find (G_LIST_STORE (tasks), task, &position))
    g_list_store_remove (G_LIST_STORE (tasks), position);
  start_next (tasks, ASSAY_SESSION (session));
}

void
assay_task_queue_add (GListStore *tasks, AssaySession *session, AssayTask *task)
{
  g_list_store_append (tasks, task);
  start_next (G_LIST_MODEL (tasks), session);
}

void
assay_task_queue_cancel (GListStore *tasks, AyWork *work)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (tasks));

  for (guint i = 0; work != NULL && i < n; i++)
    {
      g_autoptr (AssayTask) task = g_list_model_get_item (G_LIST_MODEL (tasks), i);

      if (assay_task_get_work (task) == work)
        assay_task_cancel (task);
    }
}
