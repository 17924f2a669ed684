/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/data/load.h"
#include "core/data/source_name.h"

#include <json-glib/json-glib.h>
#include <stddef.h>

/* The members that are SOURCEs (or, where plain, a path), for everything that walks over them. */
typedef struct
{
  const char *name;
  gsize offset;
  gboolean plain; /* a path, not a SOURCE */
} Member;

#define MEMBER(NAME, PLAIN) { #NAME, offsetof (AyLoadOptions, NAME), PLAIN }

static const Member members[] = {
  MEMBER (features, FALSE), MEMBER (label, FALSE), MEMBER (target, FALSE), MEMBER (id, FALSE),
  MEMBER (split, FALSE), MEMBER (time, FALSE), MEMBER (text, FALSE), MEMBER (image, FALSE),
  MEMBER (probabilities, FALSE), MEMBER (weight, FALSE), MEMBER (group, FALSE),
  MEMBER (dynamics, FALSE), MEMBER (class_names, TRUE), MEMBER (valid_features, FALSE),
  MEMBER (valid_label, FALSE),
};

static const char *const ragged_names[] = { "error", "pad", "skip", NULL };
static const char *const missing_names[] = { "impute", "drop", "refuse", NULL };
static const char *const near_names[] = { "auto", "whole", "ignore", NULL };
static const char *const answer_names[] = { "unknown", "no", "yes", NULL };

static char **
member_of (const AyLoadOptions *self, const Member *member)
{
  return (char **) G_STRUCT_MEMBER_P (self, member->offset);
}

AyLoadOptions *
ay_load_options_new (void)
{
  AyLoadOptions *self = g_new0 (AyLoadOptions, 1);

  self->inputs = g_new0 (char *, 1);
  self->valid_fraction = 0.2;
  return self;
}

AyLoadOptions *
ay_load_options_copy (const AyLoadOptions *self)
{
  AyLoadOptions *copy = g_memdup2 (self, sizeof *self);

  copy->inputs = g_strdupv (self->inputs);
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    *member_of (copy, &members[i]) = g_strdup (*member_of (self, &members[i]));
  return copy;
}

void
ay_load_options_free (AyLoadOptions *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->inputs);
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    g_free (*member_of (self, &members[i]));
  g_free (self);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_source (JsonBuilder *builder, const AySourceOptions *source)
{
  json_builder_set_member_name (builder, "source");
  json_builder_begin_object (builder);
  add_string (builder, "ragged", ragged_names[source->ragged]);
  json_builder_set_member_name (builder, "no_header");
  json_builder_add_boolean_value (builder, source->no_header);
  json_builder_set_member_name (builder, "has_header");
  json_builder_add_boolean_value (builder, source->has_header);
  json_builder_set_member_name (builder, "latin1");
  json_builder_add_boolean_value (builder, source->latin1);
  json_builder_end_object (builder);
}

char *
ay_load_options_to_json (const AyLoadOptions *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, self->seed);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "inputs");
  json_builder_begin_array (builder);
  for (char **input = self->inputs; input != NULL && *input != NULL; input++)
    json_builder_add_string_value (builder, *input);
  json_builder_end_array (builder);
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    add_string (builder, members[i].name, *member_of (self, &members[i]));
  json_builder_set_member_name (builder, "valid_fraction");
  json_builder_add_double_value (builder, self->valid_fraction);
  add_source (builder, &self->source);
  add_string (builder, "missing", missing_names[self->missing]);
  add_string (builder, "near_copies", near_names[self->near_copies]);
  add_string (builder, "features_saw_labels", answer_names[self->features_saw_labels]);
  add_string (builder, "probabilities_out_of_sample",
              answer_names[self->probabilities_out_of_sample]);
  add_string (builder, "seed", seed); /* as text: JSON numbers are signed or rounded */
  json_builder_set_member_name (builder, "text_dimensions");
  json_builder_add_int_value (builder, self->text_dimensions);
  json_builder_set_member_name (builder, "embed");
  json_builder_add_boolean_value (builder, self->embed);
  if (self->one_owner)
    {
      json_builder_set_member_name (builder, "one_owner");
      json_builder_add_boolean_value (builder, TRUE);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return ay_json_to_text (root, FALSE);
}

static gboolean
wrong (const char *name, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("load options: bad value of \"%s\""), name);
  return FALSE;
}

/* A member of type value_type, or NULL when it is absent or null; FALSE when it is another type. */
static gboolean
get_value (JsonObject *object, const char *name, GType type, JsonNode **value, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  GType found;

  *value = NULL;
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  found = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  if (found != type && !(type == G_TYPE_DOUBLE && found == G_TYPE_INT64))
    return wrong (name, error);
  *value = node;
  return TRUE;
}

static gboolean
get_string (JsonObject *object, const char *name, char **value, GError **error)
{
  JsonNode *node;

  if (!get_value (object, name, G_TYPE_STRING, &node, error))
    return FALSE;
  if (node != NULL)
    *value = json_node_dup_string (node);
  return TRUE;
}

static gboolean
get_choice (JsonObject *object, const char *name, const char *const *names, guint *value,
            GError **error)
{
  g_autofree char *text = NULL;

  if (!get_string (object, name, &text, error))
    return FALSE;
  for (guint i = 0; text != NULL && names[i] != NULL; i++)
    if (g_str_equal (text, names[i]))
      {
        *value = i;
        return TRUE;
      }
  return text == NULL || wrong (name, error);
}

static gboolean
get_flag (JsonObject *object, const char *name, gboolean *value, GError **error)
{
  JsonNode *node;

  if (!get_value (object, name, G_TYPE_BOOLEAN, &node, error))
    return FALSE;
  if (node != NULL)
    *value = json_node_get_boolean (node);
  return TRUE;
}

static gboolean
get_inputs (AyLoadOptions *self, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "inputs");
  g_autoptr (GStrvBuilder) inputs = g_strv_builder_new ();
  JsonArray *array;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return wrong ("inputs", error);
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (element) || json_node_get_value_type (element) != G_TYPE_STRING)
        return wrong ("inputs", error);
      g_strv_builder_add (inputs, json_node_get_string (element));
    }
  g_strfreev (self->inputs);
  self->inputs = g_strv_builder_end (inputs);
  return TRUE;
}

static gboolean
get_source (AySourceOptions *source, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "source");
  guint ragged = source->ragged;
  JsonObject *inner;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return wrong ("source", error);
  inner = json_node_get_object (node);
  if (!get_choice (inner, "ragged", ragged_names, &ragged, error)
      || !get_flag (inner, "no_header", &source->no_header, error)
      || !get_flag (inner, "has_header", &source->has_header, error)
      || !get_flag (inner, "latin1", &source->latin1, error))
    return FALSE;
  source->ragged = (AyRagged) ragged;
  return TRUE;
}

static gboolean
get_numbers (AyLoadOptions *self, JsonObject *object, GError **error)
{
  g_autofree char *seed = NULL;
  JsonNode *fraction, *dimensions;

  if (!get_string (object, "seed", &seed, error)
      || !get_value (object, "valid_fraction", G_TYPE_DOUBLE, &fraction, error)
      || !get_value (object, "text_dimensions", G_TYPE_INT64, &dimensions, error))
    return FALSE;
  if (seed != NULL && !g_ascii_string_to_unsigned (seed, 10, 0, G_MAXUINT64, &self->seed, NULL))
    return wrong ("seed", error);
  if (fraction != NULL)
    self->valid_fraction = json_node_get_double (fraction);
  if (dimensions != NULL)
    self->text_dimensions = (guint) CLAMP (json_node_get_int (dimensions), 0, G_MAXINT);
  return TRUE;
}

AyLoadOptions *
ay_load_options_from_json (const char *json, GError **error)
{
  g_autoptr (AyLoadOptions) self = ay_load_options_new ();
  g_autoptr (JsonNode) root = ay_json_read (json, -1, NULL);
  guint missing = self->missing, near = self->near_copies;
  guint saw = AY_ANSWER_UNKNOWN, out = AY_ANSWER_UNKNOWN;
  JsonObject *object;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("load options: not a JSON object"));
      return NULL;
    }
  object = json_node_get_object (root);
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    if (!get_string (object, members[i].name, member_of (self, &members[i]), error))
      return NULL;
  if (!get_inputs (self, object, error) || !get_source (&self->source, object, error)
      || !get_numbers (self, object, error) || !get_flag (object, "embed", &self->embed, error)
      || !get_flag (object, "one_owner", &self->one_owner, error)
      || !get_choice (object, "missing", missing_names, &missing, error)
      || !get_choice (object, "near_copies", near_names, &near, error)
      || !get_choice (object, "features_saw_labels", answer_names, &saw, error)
      || !get_choice (object, "probabilities_out_of_sample", answer_names, &out, error))
    return NULL;
  self->missing = (AyMissing) missing;
  self->near_copies = (AyNearCopies) near;
  self->features_saw_labels = (AyAnswer) saw;
  self->probabilities_out_of_sample = (AyAnswer) out;
  return g_steal_pointer (&self);
}

static char *
map_path (const char *path, AyPathMap map, gpointer data)
{
  char *mapped = map (path, data);

  return mapped != NULL ? mapped : g_strdup (path);
}

/* A list of SOURCEs with the path of each file replaced; columns stay as they are written. */
static char *
map_sources (const char *sources, AyPathMap map, gpointer data)
{
  g_auto (GStrv) parts = ay_source_list_split (sources);

  for (char **part = parts; *part != NULL; part++)
    {
      g_auto (AySourceName) name = { NULL, NULL, NULL };

      ay_source_name_parse (*part, &name);
      if (name.path != NULL)
        {
          char *mapped = map_path (name.path, map, data);

          g_free (name.path);
          name.path = mapped;
          g_free (*part);
          *part = ay_source_name_to_string (&name);
        }
    }
  return g_strjoinv (",", parts);
}

void
ay_load_options_map_paths (AyLoadOptions *self, AyPathMap map, gpointer data)
{
  for (char **input = self->inputs; input != NULL && *input != NULL; input++)
    {
      char *mapped = map_path (*input, map, data);

      g_free (*input);
      *input = mapped;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      char **member = member_of (self, &members[i]);
      char *mapped;

      if (*member == NULL)
        continue;
      mapped = members[i].plain ? map_path (*member, map, data) : map_sources (*member, map, data);
      g_free (*member);
      *member = mapped;
    }
}

static char *
collect_path (const char *path, gpointer data)
{
  GPtrArray *files = data;

  if (!g_ptr_array_find_with_equal_func (files, path, g_str_equal, NULL))
    g_ptr_array_add (files, g_strdup (path));
  return NULL;
}

char **
ay_load_options_files (const AyLoadOptions *self)
{
  g_autoptr (AyLoadOptions) copy = ay_load_options_copy (self);
  GPtrArray *files = g_ptr_array_new ();

  ay_load_options_map_paths (copy, collect_path, files);
  g_ptr_array_add (files, NULL);
  return (char **) g_ptr_array_free (files, FALSE);
}
