/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/json_text.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/shim/number.h"

#include <math.h>
#include <string.h>

static void
write_text (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *at = text; *at != '\0'; at++)
    {
      guchar c = (guchar) *at;

      if (c == '"' || c == '\\')
        g_string_append_c (out, '\\');
      if (c == '\n')
        g_string_append (out, "\\n");
      else if (c == '\t')
        g_string_append (out, "\\t");
      else if (c < 0x20 || c == 0x7f)
        g_string_append_printf (out, "\\u%04x", c);
      else
        g_string_append_c (out, (char) c);
    }
  g_string_append_c (out, '"');
}

static void
write_value (GString *out, JsonNode *node)
{
  char number[AY_NUMBER_SIZE];
  GType type = json_node_get_value_type (node);

  if (type == G_TYPE_STRING)
    write_text (out, json_node_get_string (node));
  else if (type == G_TYPE_BOOLEAN)
    g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
  else if (type == G_TYPE_INT64)
    g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
  else if (!isfinite (json_node_get_double (node)))
    g_string_append (out, "null");
  else
    {
      ay_number_format (json_node_get_double (node), number);
      g_string_append (out, number);
      /* Readers that tell whole numbers apart take them for 64-bit ones. */
      if (strpbrk (number, ".e") == NULL && fabs (json_node_get_double (node)) > 1e15)
        g_string_append (out, ".0");
    }
}

/* Depth of text that is all on one line. */
#define FLAT (-1)

static int
deeper (int depth)
{
  return depth == FLAT ? FLAT : depth + 1;
}

static void
new_line (GString *out, int depth)
{
  if (depth != FLAT)
    g_string_append_printf (out, "\n%*s", 2 * depth, "");
}

static void write_node (GString *out, JsonNode *node, int depth);

static void
write_object (GString *out, JsonObject *object, int depth)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *member;
  gboolean first = TRUE;

  g_string_append_c (out, '{');
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &key, &member))
    {
      if (!first)
        g_string_append_c (out, ',');
      first = FALSE;
      new_line (out, deeper (depth));
      write_text (out, key);
      g_string_append (out, ": ");
      write_node (out, member, deeper (depth));
    }
  if (!first)
    new_line (out, depth);
  g_string_append_c (out, '}');
}

/* Arrays of plain values stay on one line. */
static void
write_array (GString *out, JsonArray *array, int depth)
{
  guint n = json_array_get_length (array);
  gboolean plain = TRUE;

  for (guint i = 0; i < n && plain; i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      plain = !JSON_NODE_HOLDS_OBJECT (element) && !JSON_NODE_HOLDS_ARRAY (element);
    }
  g_string_append_c (out, '[');
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append (out, plain ? ", " : ",");
      if (!plain)
        new_line (out, deeper (depth));
      write_node (out, json_array_get_element (array, i), deeper (depth));
    }
  if (!plain)
    new_line (out, depth);
  g_string_append_c (out, ']');
}

static void
write_node (GString *out, JsonNode *node, int depth)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      write_object (out, json_node_get_object (node), depth);
      break;
    case JSON_NODE_ARRAY:
      write_array (out, json_node_get_array (node), depth);
      break;
    case JSON_NODE_VALUE:
      write_value (out, node);
      break;
    case JSON_NODE_NULL:
    default:
      g_string_append (out, "null");
    }
}

char *
ay_json_to_text (JsonNode *node, gboolean indented)
{
  GString *out = g_string_new (NULL);

  write_node (out, node, indented ? 0 : FLAT);
  return g_string_free (out, FALSE);
}

/* The code of the four hexadecimal digits after \u; -1: there are none. */
static int
code_of (const char *at, const char *end)
{
  int code = 0;

  for (int i = 0; i < 4; i++)
    if (at + i >= end || !g_ascii_isxdigit (at[i]))
      return -1;
    else
      code = 16 * code + g_ascii_xdigit_value (at[i]);
  return code;
}

/* The last character of the escape whose backslash is at `at`. NULL: JSON does not have it:
 * json-glib takes \377 for the byte and half a pair of surrogates for a character, which is no
 * text. */
static const char *
skip_escape (const char *at, const char *end)
{
  static const char plain[] = "\"\\/bfnrt";
  int code, low;

  if (++at == end)
    return at;
  if (memchr (plain, *at, sizeof plain - 1) != NULL)
    return at;
  code = *at == 'u' ? code_of (at + 1, end) : -1;
  if (code < 0 || (code & 0xfc00) == 0xdc00)
    return NULL;
  if ((code & 0xfc00) != 0xd800)
    return at + 4;
  low = end - at > 6 && at[5] == '\\' && at[6] == 'u' ? code_of (at + 7, end) : -1;
  return (low & 0xfc00) == 0xdc00 && low > 0 ? at + 10 : NULL;
}

/* Past the text that begins at `at`, or at the end; NULL: it holds an escape that JSON does not
 * have. */
static const char *
skip_text (const char *at, const char *end)
{
  for (at++; at < end && *at != '"'; at++)
    if (*at == '\\')
      {
        at = skip_escape (at, end);
        if (at == NULL)
          return NULL;
      }
  return MIN (at + 1, end);
}

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error_literal (error, AY_ERROR, AY_ERROR_INPUT, what);
  return FALSE;
}

static gboolean
check_form (const char *text, gsize size, GError **error)
{
  int depth = 0;

  for (const char *at = text, *end = text + size; at < end;)
    {
      if (*at == '/' || *at == '\'' || *at == '#')
        return refuse (error, N_ ("a comment or single quote, which JSON does not have"));
      depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
      if (depth > AY_JSON_MAX_DEPTH)
        return refuse (error, N_ ("values nested too deeply"));
      at = *at == '"' ? skip_text (at, end) : at + 1;
      if (at == NULL)
        return refuse (error, N_ ("an escape that JSON does not have"));
    }
  return TRUE;
}

JsonNode *
ay_json_read (const char *text, gssize size, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;

  if (!check_form (text, size < 0 ? strlen (text) : (gsize) size, error)
      || !json_parser_load_from_data (parser, text, size, error))
    return NULL;
  root = json_parser_steal_root (parser);
  if (root == NULL)
    refuse (error, N_ ("no value"));
  return root;
}

double
ay_json_number (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
                 && json_node_get_value_type (node) != G_TYPE_STRING
             ? json_node_get_double (node)
             : NAN;
}

double
ay_json_number_of (JsonObject *object, const char *key)
{
  return ay_json_number (json_object_get_member (object, key));
}

void
ay_json_put_number (JsonObject *object, const char *key, double value)
{
  if (isfinite (value))
    json_object_set_double_member (object, key, value);
  else
    json_object_set_null_member (object, key);
}
