/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recipes as JSON text. Members are read strictly: one that is not known is an error, since a
 * misspelt threshold would otherwise be its default. */
#include "core/curate/recipe.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/shim/number.h"

#include <math.h>
#include <string.h>

#define VERSION_MEMBER "assay_recipe"

static gboolean
fail (GError **error, int code, const char *path, const char *format, ...) G_GNUC_PRINTF (4, 5);

static gboolean
fail (GError **error, int code, const char *path, const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, AY_ERROR, code, "%s: %s", path, text);
  return FALSE;
}

/* --- reading --- */

static gboolean
holds (JsonNode *node, GType type)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

static gboolean
read_parameter (AyStep *step, const char *name, JsonNode *node, const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  char number[AY_NUMBER_SIZE];
  const char *value = "";

  if (holds (node, G_TYPE_STRING))
    value = json_node_get_string (node);
  else if (holds (node, G_TYPE_DOUBLE) || holds (node, G_TYPE_INT64))
    {
      number[ay_number_format (json_node_get_double (node), number)] = '\0';
      value = number;
    }
  else if (!JSON_NODE_HOLDS_NULL (node))
    return fail (error, AY_ERROR_INPUT, path, N_ ("%s: \"%s\" is neither text nor a number"),
                 ay_step_type (step)->id, name);
  if (ay_step_set (step, name, value, &local))
    return TRUE;
  return fail (error, AY_ERROR_INPUT, path, "%s", local->message);
}

/* Texts of an array, or NULL. */
static GPtrArray *
read_texts (JsonNode *node)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (!holds (element, G_TYPE_STRING))
        return NULL;
      g_ptr_array_add (texts, g_strdup (json_node_get_string (element)));
    }
  return g_steal_pointer (&texts);
}

static gboolean
read_list (AyStep *step, const char *name, JsonNode *node, const char *path, GError **error)
{
  GPtrArray **into = strcmp (name, "took") == 0         ? &step->took
                     : strcmp (name, "relabelled") == 0 ? &step->relabelled
                                                        : &step->labels;

  if (JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  g_clear_pointer (into, g_ptr_array_unref);
  *into = read_texts (node);
  return *into != NULL
         || fail (error, AY_ERROR_INPUT, path, N_ ("%s: \"%s\" is not a list of texts"),
                  ay_step_type (step)->id, name);
}

static gboolean
read_member (AyStep *step, const char *name, JsonNode *node, const char *path, GError **error)
{
  if (strcmp (name, "step") == 0)
    return TRUE;
  if (strcmp (name, "took") == 0 || strcmp (name, "relabelled") == 0
      || strcmp (name, "labels") == 0)
    return read_list (step, name, node, path, error);
  if (strcmp (name, "on") == 0)
    {
      if (!holds (node, G_TYPE_BOOLEAN))
        return fail (error, AY_ERROR_INPUT, path, N_ ("%s: \"on\" is neither true nor false"),
                     ay_step_type (step)->id);
      step->on = json_node_get_boolean (node);
      return TRUE;
    }
  if (strcmp (name, "why") == 0)
    {
      if (!holds (node, G_TYPE_STRING) && !JSON_NODE_HOLDS_NULL (node))
        return fail (error, AY_ERROR_INPUT, path, N_ ("%s: \"why\" is not a text"),
                     ay_step_type (step)->id);
      g_free (step->why);
      step->why = JSON_NODE_HOLDS_NULL (node) ? NULL : json_node_dup_string (node);
      return TRUE;
    }
  return read_parameter (step, name, node, path, error);
}

static gboolean
read_step (AyRecipe *self, JsonNode *node, guint number, const char *path, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *kind = object != NULL ? json_object_get_member (object, "step") : NULL;
  g_autoptr (GList) names = object != NULL ? json_object_get_members (object) : NULL;
  guint n, which = 0;
  const AyStepType *types = ay_step_types (&n);
  AyStep *step;

  if (kind == NULL || !holds (kind, G_TYPE_STRING))
    return fail (error, AY_ERROR_INPUT, path, N_ ("step %u has no \"step\""), number);
  while (which < n && strcmp (types[which].id, json_node_get_string (kind)) != 0)
    which++;
  if (which == n)
    return fail (error, AY_ERROR_UNSUPPORTED, path,
                 N_ ("step %u: this version knows no step \"%s\""), number,
                 json_node_get_string (kind));
  step = ay_recipe_add (self, (AyStepKind) which);
  for (GList *name = names; name != NULL; name = name->next)
    if (!read_member (step, name->data, json_object_get_member (object, name->data), path, error))
      return FALSE;
  if ((step->relabelled != NULL ? step->relabelled->len : 0)
      != (step->labels != NULL ? step->labels->len : 0))
    return fail (error, AY_ERROR_INPUT, path,
                 N_ ("%s: \"relabelled\" and \"labels\" differ in length"), types[which].id);
  return TRUE;
}

static gboolean
check_version (JsonObject *object, const char *path, GError **error)
{
  JsonNode *node = json_object_get_member (object, VERSION_MEMBER);

  if (node == NULL || !holds (node, G_TYPE_INT64))
    return fail (error, AY_ERROR_INPUT, path, N_ ("not a recipe: there is no \"%s\""),
                 VERSION_MEMBER);
  if (json_node_get_int (node) > AY_RECIPE_VERSION)
    return fail (error, AY_ERROR_UNSUPPORTED, path,
                 N_ ("is a recipe of version %lld, made by a newer Assay (this one "
                     "reads up to %d)"),
                 (long long) json_node_get_int (node), AY_RECIPE_VERSION);
  return TRUE;
}

static gboolean
read_top (AyRecipe *self, JsonObject *object, const char *path, GError **error)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *at = names; at != NULL; at = at->next)
    {
      const char *name = at->data;
      JsonNode *node = json_object_get_member (object, name);

      if (strcmp (name, VERSION_MEMBER) == 0 || strcmp (name, "steps") == 0)
        continue;
      if (strcmp (name, "keep_representatives") == 0 && holds (node, G_TYPE_BOOLEAN))
        self->keep_representatives = json_node_get_boolean (node);
      else if (strcmp (name, "seed") == 0 && holds (node, G_TYPE_INT64)
               && json_node_get_int (node) >= 0)
        self->seed = (guint64) json_node_get_int (node);
      else if (strcmp (name, "applied") == 0 && JSON_NODE_HOLDS_OBJECT (node))
        self->applied = json_node_copy (node);
      else
        return fail (error, AY_ERROR_INPUT, path, N_ ("\"%s\" is not known, or not of its type"),
                     name);
    }
  return TRUE;
}

AyRecipe *
ay_recipe_parse (const char *json, const char *path, GError **error)
{
  g_autoptr (AyRecipe) self = ay_recipe_new ();
  g_autoptr (GError) local = NULL;
  g_autoptr (JsonNode) root = ay_json_read (json, -1, &local);
  JsonNode *steps;
  JsonArray *array;

  if (root == NULL)
    {
      fail (error, AY_ERROR_INPUT, path, "%s", local->message);
      return NULL;
    }
  if (!JSON_NODE_HOLDS_OBJECT (root))
    {
      fail (error, AY_ERROR_INPUT, path, N_ ("not a JSON object"));
      return NULL;
    }
  if (!check_version (json_node_get_object (root), path, error)
      || !read_top (self, json_node_get_object (root), path, error))
    return NULL;
  steps = json_object_get_member (json_node_get_object (root), "steps");
  if (steps == NULL || !JSON_NODE_HOLDS_ARRAY (steps))
    {
      fail (error, AY_ERROR_INPUT, path, N_ ("there is no list \"steps\""));
      return NULL;
    }
  array = json_node_get_array (steps);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!read_step (self, json_array_get_element (array, i), i + 1, path, error))
      return NULL;
  return g_steal_pointer (&self);
}

AyRecipe *
ay_recipe_read (const char *path, GError **error)
{
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, error);
  gsize size;
  const char *data;
  g_autofree char *text = NULL;

  if (file == NULL)
    return NULL;
  data = ay_mapped_file_data (file, &size);
  if (data == NULL || !g_utf8_validate (data, (gssize) size, NULL))
    {
      fail (error, AY_ERROR_INPUT, path, data == NULL ? N_ ("is empty") : N_ ("is not UTF-8 text"));
      return NULL;
    }
  text = g_strndup (data, size);
  return ay_recipe_parse (text, path, error);
}

/* --- writing and copying --- */

static void
add_texts (JsonObject *into, const char *name, const GPtrArray *texts)
{
  JsonArray *array;

  if (texts == NULL)
    return;
  array = json_array_sized_new (texts->len);
  for (guint i = 0; i < texts->len; i++)
    json_array_add_string_element (array, texts->pdata[i]);
  json_object_set_array_member (into, name, array);
}

static JsonObject *
describe_step (const AyStep *step)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "step", ay_step_type (step)->id);
  json_object_set_boolean_member (object, "on", step->on);
  for (const AyStepParameter *p = ay_step_type (step)->parameters; p->name != NULL; p++)
    {
      const char *text = ay_step_text (step, p->name);

      if (*text == '\0')
        json_object_set_null_member (object, p->name);
      else if (p->is_number)
        json_object_set_double_member (object, p->name, ay_step_number (step, p->name));
      else
        json_object_set_string_member (object, p->name, text);
    }
  if (step->why != NULL)
    json_object_set_string_member (object, "why", step->why);
  add_texts (object, "took", step->took);
  add_texts (object, "relabelled", step->relabelled);
  add_texts (object, "labels", step->labels);
  return object;
}

char *
ay_recipe_to_text (const AyRecipe *self)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonArray *steps = json_array_new ();

  json_node_take_object (root, object);
  json_object_set_int_member (object, VERSION_MEMBER, AY_RECIPE_VERSION);
  json_object_set_int_member (object, "seed", (gint64) self->seed);
  json_object_set_boolean_member (object, "keep_representatives", self->keep_representatives);
  json_object_set_array_member (object, "steps", steps);
  for (guint i = 0; i < self->steps->len; i++)
    json_array_add_object_element (steps, describe_step (self->steps->pdata[i]));
  if (self->applied != NULL)
    json_object_set_member (object, "applied", json_node_copy (self->applied));
  return ay_json_to_text (root, TRUE);
}

AyOutput *
ay_recipe_prepare (const AyRecipe *self, const char *path, GError **error)
{
  g_autofree char *text = ay_recipe_to_text (self);
  g_autoptr (AyOutput) output = ay_output_new (path, error);

  if (output == NULL)
    return NULL;
  fprintf (ay_output_stream (output), "%s\n", text);
  return ay_output_finish (output, error) ? g_steal_pointer (&output) : NULL;
}

gboolean
ay_recipe_write (const AyRecipe *self, const char *path, GError **error)
{
  g_autoptr (AyOutput) output = ay_recipe_prepare (self, path, error);

  return output != NULL && ay_output_commit (output, error);
}

AyRecipe *
ay_recipe_copy (const AyRecipe *self)
{
  g_autofree char *text = ay_recipe_to_text (self);

  return ay_recipe_parse (text, "the recipe", NULL); /* what it wrote it reads */
}
