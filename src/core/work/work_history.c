/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_history.h"

#include "core/base/words.h"
#include "core/work/work_private.h"

#include <string.h>

#define KIND "history"

gboolean
ay_work_put_history (AyWork *self, const AyHistory *history, GError **error)
{
  g_autofree char *json = NULL;
  g_autoptr (GBytes) bytes = NULL;
  AyItem item = { .kind = (char *) KIND, .name = history->name };

  ay_history_encode (history, &json, &bytes);
  item.json = json;
  item.bytes = bytes;
  return ay_workspace_put (self->store, &item, error);
}

gboolean
ay_work_put_histories (AyWork *self, GPtrArray *histories, GError **error)
{
  if (!ay_workspace_begin (self->store, error))
    return FALSE;
  for (guint i = 0; i < histories->len; i++)
    if (!ay_work_put_history (self, g_ptr_array_index (histories, i), error))
      {
        ay_workspace_rollback (self->store);
        return FALSE;
      }
  return ay_workspace_commit (self->store, error);
}

GPtrArray *
ay_work_history_names (AyWork *self, GError **error)
{
  g_autoptr (GPtrArray) items = ay_workspace_list (self->store, KIND, error);
  GPtrArray *names;

  if (items == NULL)
    return NULL;
  names = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < items->len; i++)
    g_ptr_array_add (names, g_strdup (((AyItem *) g_ptr_array_index (items, i))->name));
  return names;
}

AyHistory *
ay_work_history (AyWork *self, const char *name, GError **error)
{
  g_autoptr (AyItem) item = ay_workspace_get (self->store, KIND, name, error);
  AyHistory *history;

  if (item == NULL)
    return NULL;
  history = ay_history_decode (item->json, item->bytes, error);
  if (history == NULL)
    g_prefix_error (error, "%s: \"%s\": ", ay_work_path (self), name);
  return history;
}

gboolean
ay_work_delete_history (AyWork *self, const char *name, GError **error)
{
  return ay_workspace_delete (self->store, KIND, name, error);
}

char *
ay_work_free_history_name (AyWork *self, const char *name)
{
  char *free_name = g_strdup (name);

  for (guint i = 2; ay_workspace_has (self->store, KIND, free_name); i++)
    {
      g_free (free_name);
      free_name = g_strdup_printf ("%s %u", name, i);
    }
  return free_name;
}

GPtrArray *
ay_work_histories_called (AyWork *self, const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = ay_work_history_names (self, error);
  g_autoptr (GPtrArray) found
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_history_unref);
  g_autofree char *prefix = g_strconcat (name, ": ", NULL);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const char *one = names->pdata[i];
      AyHistory *history;

      if (strcmp (one, name) != 0 && !g_str_has_prefix (one, prefix))
        continue;
      history = ay_work_history (self, one, error);
      if (history == NULL)
        return NULL;
      g_ptr_array_add (found, history);
    }
  if (names == NULL)
    return NULL;
  if (found->len > 0)
    return g_steal_pointer (&found);
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
               N_ ("no history called \"%s\"; history list names them"), name);
  return NULL;
}
