/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/class_names.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/words.h"

#include <json-glib/json-glib.h>
#include <string.h>

static AyClassNames *
names_new (const char *path, GPtrArray *codes, GPtrArray *names, gboolean is_list)
{
  AyClassNames *self = g_new0 (AyClassNames, 1);

  self->path = g_strdup (path);
  self->n = names->len;
  g_ptr_array_add (codes, NULL);
  g_ptr_array_add (names, NULL);
  self->codes = (char **) g_ptr_array_steal (codes, NULL);
  self->names = (char **) g_ptr_array_steal (names, NULL);
  self->is_list = is_list;
  return self;
}

static gboolean
fail (GError **error, const char *path, const char *what)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s: %s", path, what);
  return FALSE;
}

static gboolean
read_lines (const char *path, const char *text, GPtrArray *codes, GPtrArray *names, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gsize n = g_strv_length (lines);

  while (n > 0 && *g_strstrip (lines[n - 1]) == '\0')
    n--;
  for (gsize i = 0; i < n; i++)
    {
      g_strstrip (lines[i]);
      if (*lines[i] == '\0')
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s:%zu: empty class name"),
                       path, i + 1);
          return FALSE;
        }
      g_ptr_array_add (codes, g_strdup_printf ("%" G_GSIZE_FORMAT, i));
      g_ptr_array_add (names, g_strdup (lines[i]));
    }
  return TRUE;
}

/* A string or number of JSON as text; NULL for anything else. */
static char *
dup_scalar (JsonNode *node)
{
  if (!JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  return NULL;
}

static gboolean
read_array (const char *path, JsonArray *array, GPtrArray *codes, GPtrArray *names, GError **error)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      char *name = dup_scalar (json_array_get_element (array, i));

      if (name == NULL)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("%s: element %u is not a class name"), path, i);
          return FALSE;
        }
      g_ptr_array_add (codes, g_strdup_printf ("%u", i));
      g_ptr_array_add (names, name);
    }
  return TRUE;
}

static gboolean
read_object (const char *path, JsonObject *object, GPtrArray *codes, GPtrArray *names,
             GError **error)
{
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *l = members; l != NULL; l = l->next)
    {
      JsonNode *node = json_object_get_member (object, l->data);
      char *value = dup_scalar (node);
      gboolean reversed = value != NULL && json_node_get_value_type (node) == G_TYPE_INT64;

      if (value == NULL)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: \"%s\" has no class name"), path,
                       (const char *) l->data);
          return FALSE;
        }
      g_ptr_array_add (codes, reversed ? value : g_strdup (l->data));
      g_ptr_array_add (names, reversed ? g_strdup (l->data) : value);
    }
  return TRUE;
}

static gboolean
check_distinct (const char *path, GPtrArray *texts, const char *what, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < texts->len; i++)
    if (!g_hash_table_add (seen, texts->pdata[i]))
      {
        g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: class %s \"%s\" occurs twice"), path,
                     what, (const char *) texts->pdata[i]);
        return FALSE;
      }
  return TRUE;
}

AyClassNames *
ay_class_names_read (const char *path, GError **error)
{
  g_autoptr (GPtrArray) codes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) cause = NULL;
  g_autofree char *text = NULL;
  gsize length;
  const char *start;
  gboolean ok, is_object = FALSE;

  if (!g_file_get_contents (path, &text, &length, &cause))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO, "%s: %s", path, cause->message);
      return NULL;
    }
  if (!g_utf8_validate_len (text, length, NULL))
    return fail (error, path, N_ ("not UTF-8 text")), NULL;
  start = g_str_has_prefix (text, "\xef\xbb\xbf") ? text + 3 : text;
  while (g_ascii_isspace (*start))
    start++;
  if (*start == '[' || *start == '{')
    {
      g_autoptr (JsonNode) root = ay_json_read (start, -1, &cause);

      if (root == NULL)
        return fail (error, path, cause->message), NULL;
      is_object = JSON_NODE_HOLDS_OBJECT (root);
      ok = is_object ? read_object (path, json_node_get_object (root), codes, names, error)
                     : read_array (path, json_node_get_array (root), codes, names, error);
    }
  else
    ok = read_lines (path, start, codes, names, error);
  if (ok && names->len == 0)
    ok = fail (error, path, N_ ("no class names"));
  if (!ok || !check_distinct (path, codes, "code", error)
      || !check_distinct (path, names, "name", error))
    return NULL;
  return names_new (path, codes, names, !is_object);
}

void
ay_class_names_free (AyClassNames *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_strfreev (self->codes);
  g_strfreev (self->names);
  g_free (self);
}

const char *
ay_class_names_find (const AyClassNames *self, const char *code)
{
  for (gsize i = 0; i < self->n; i++)
    if (strcmp (self->codes[i], code) == 0)
      return self->names[i];
  return NULL;
}
