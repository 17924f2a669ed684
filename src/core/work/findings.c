/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/findings.h"

#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/store/row_codec.h"
#include "core/work/work_private.h"

#include <string.h>

#define KIND "finding"
#define SETTING_LAST "findings" /* the last number given */

void
ay_finding_free (AyFinding *self)
{
  if (self == NULL)
    return;
  g_free (self->sentence);
  g_free (self->view);
  g_free (self->state);
  g_free (self->time);
  g_clear_pointer (&self->rows, ay_bitset_free);
  g_free (self);
}

char *
ay_finding_now (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  return g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");
}

AyFinding *
ay_finding_copy (const AyFinding *self)
{
  AyFinding *copy = g_new0 (AyFinding, 1);

  copy->number = self->number;
  copy->sentence = g_strdup (self->sentence);
  copy->view = g_strdup (self->view);
  copy->state = g_strdup (self->state);
  copy->time = g_strdup (self->time);
  copy->rows = ay_bitset_copy (self->rows);
  return copy;
}

static char *
describe (const AyFinding *finding, const char *time)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_node_take_object (node, object);
  json_object_set_int_member (object, "number", finding->number);
  json_object_set_string_member (object, "sentence", finding->sentence);
  json_object_set_string_member (object, "view", finding->view);
  json_object_set_string_member (object, "state", finding->state);
  json_object_set_string_member (object, "time", time);
  return ay_json_to_text (node, FALSE);
}

static guint
last_number (AyWork *self)
{
  g_autofree char *json = NULL;

  if (ay_workspace_has (self->store, AY_KIND_SETTING, SETTING_LAST))
    json = ay_workspace_get_json (self->store, AY_KIND_SETTING, SETTING_LAST, NULL);
  return json != NULL ? (guint) g_ascii_strtoull (json, NULL, 10) : 0;
}

static gboolean
put (AyWork *self, const AyFinding *finding, const char *time, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%u", finding->number);
  g_autofree char *json = describe (finding, time);
  g_autoptr (GBytes) rows = ay_rows_encode (finding->rows);
  AyItem item = { .kind = (char *) KIND, .name = name, .json = json, .bytes = rows };

  return ay_workspace_put (self->store, &item, error);
}

gboolean
ay_work_pin (AyWork *self, const AyFinding *finding, guint *number, GError **error)
{
  AyFinding mine = *finding;
  g_autofree char *time = finding->time != NULL ? g_strdup (finding->time) : ay_finding_now ();
  g_autofree char *last = NULL;

  if (finding->sentence == NULL || *finding->sentence == '\0'
      || finding->rows->n != self->data->n)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("a finding has %s"),
                   finding->rows->n != self->data->n ? N_ ("rows of this data")
                                                     : N_ ("a sentence"));
      return FALSE;
    }
  mine.number = *number = last_number (self) + 1;
  last = g_strdup_printf ("%u", mine.number);
  if (!ay_workspace_begin (self->store, error))
    return FALSE;
  if (put (self, &mine, time, error)
      && ay_workspace_put_json (self->store, AY_KIND_SETTING, SETTING_LAST, last, error))
    return ay_workspace_commit (self->store, error);
  ay_workspace_rollback (self->store);
  return FALSE;
}

gboolean
ay_work_pin_again (AyWork *self, const AyFinding *finding, GError **error)
{
  return put (self, finding, finding->time, error);
}

gboolean
ay_work_unpin (AyWork *self, guint number, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%u", number);

  if (ay_workspace_has (self->store, KIND, name))
    return ay_workspace_delete (self->store, KIND, name, error);
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%s: there is no finding %u"),
               ay_work_path (self), number);
  return FALSE;
}

static AyFinding *
read_finding (AyWork *self, const char *name, GError **error)
{
  g_autoptr (AyItem) item = ay_workspace_get (self->store, KIND, name, error);
  g_autoptr (JsonNode) node = item != NULL ? ay_json_read (item->json, -1, error) : NULL;
  g_autoptr (AyFinding) finding = g_new0 (AyFinding, 1);
  JsonObject *object;

  if (node == NULL)
    return NULL;
  object = json_node_get_object (node);
  finding->number = (guint) json_object_get_int_member (object, "number");
  finding->sentence = g_strdup (json_object_get_string_member (object, "sentence"));
  finding->view = g_strdup (json_object_get_string_member (object, "view"));
  finding->state = g_strdup (json_object_get_string_member_with_default (object, "state", NULL));
  finding->time = g_strdup (json_object_get_string_member (object, "time"));
  finding->rows = item->bytes != NULL ? ay_rows_decode (item->bytes, self->data->n) : NULL;
  if (finding->rows != NULL)
    return g_steal_pointer (&finding);
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: finding %s is damaged"),
               ay_work_path (self), name);
  return NULL;
}

static int
by_number (gconstpointer a, gconstpointer b)
{
  const AyFinding *x = *(AyFinding *const *) a, *y = *(AyFinding *const *) b;

  return x->number < y->number ? -1 : x->number > y->number;
}

GPtrArray *
ay_work_findings (AyWork *self, GError **error)
{
  g_autoptr (GPtrArray) items = ay_workspace_list (self->store, KIND, error);
  g_autoptr (GPtrArray) findings
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_finding_free);

  if (items == NULL)
    return NULL;
  for (guint i = 0; i < items->len; i++)
    {
      AyFinding *one = read_finding (self, ((const AyItem *) items->pdata[i])->name, error);

      if (one == NULL)
        return NULL;
      g_ptr_array_add (findings, one);
    }
  g_ptr_array_sort (findings, by_number);
  return g_steal_pointer (&findings);
}
