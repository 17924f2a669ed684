/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scores that are not asked of all validation rows, but of a slice of them or of one row, or
 * relative to the gradients: each is a column of its own beside that of the whole, whose name tells
 * what it is of. Two conditions may come out as the same words; the second gets a number. */
#include "core/work/work_private.h"

#include "core/base/json_text.h"

#include <string.h>

#define MOST_WORDS 48 /* bytes of a name that tell the condition */

/* What a sign says in a name; those of two characters first. */
static const struct
{
  const char *sign, *word;
} signs[] = {
  { "<=", "at_most" }, { ">=", "at_least" }, { "<>", "not" }, { "!=", "not" },
  { "<", "below" },    { ">", "above" },
};

static void
add_word (GString *name, const char *word)
{
  if (name->len > 0 && name->str[name->len - 1] != '_')
    g_string_append_c (name, '_');
  g_string_append_printf (name, "%s_", word);
}

/* Length of the sign at `at`, which is added; 0: none. */
static gsize
take_sign (GString *name, const char *at)
{
  for (gsize i = 0; i < G_N_ELEMENTS (signs); i++)
    if (g_str_has_prefix (at, signs[i].sign))
      {
        add_word (name, signs[i].word);
        return strlen (signs[i].sign);
      }
  if (*at != '-' || !g_ascii_isdigit (at[1]) || (name->len > 0 && g_ascii_isdigit (at[-1])))
    return 0;
  add_word (name, "minus");
  return 1;
}

/* "label = '8' AND p00 <= 3" as "label_8_and_p00_at_most_3". (transfer full) */
static char *
words_of (const char *text)
{
  GString *name = g_string_new (NULL);
  const char *at = text;

  while (*at != '\0' && name->len < MOST_WORDS)
    {
      gunichar c = g_utf8_get_char (at);
      gsize sign = take_sign (name, at);

      if (sign == 0 && g_unichar_isalnum (c))
        g_string_append_unichar (name, g_unichar_tolower (c));
      else if (sign == 0 && name->len > 0 && name->str[name->len - 1] != '_')
        g_string_append_c (name, '_');
      at = sign > 0 ? at + sign : g_utf8_next_char (at);
    }
  while (name->len > 0 && name->str[name->len - 1] == '_')
    g_string_truncate (name, name->len - 1);
  if (name->len == 0)
    g_string_append (name, "slice");
  return g_string_free (name, FALSE);
}

static const char *
text_of (GHashTable *parameters, const char *name)
{
  const char *text = parameters != NULL ? g_hash_table_lookup (parameters, name) : NULL;

  return text != NULL && *text != '\0' ? text : NULL;
}

/* Whether a score of this name is stored that is of something else. */
static gboolean
is_other (AyWork *work, const char *column, const char *of)
{
  g_autofree char *json = ay_workspace_has (work->store, AY_KIND_SCORE, column)
                              ? ay_workspace_get_json (work->store, AY_KIND_SCORE, column, NULL)
                              : NULL;
  g_autoptr (JsonNode) node = json != NULL ? ay_json_read (json, -1, NULL) : NULL;
  JsonNode *certificate = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                              ? json_object_get_member (json_node_get_object (node), "certificate")
                              : NULL;

  if (json == NULL)
    return FALSE;
  return certificate == NULL || !JSON_NODE_HOLDS_OBJECT (certificate)
         || g_strcmp0 (json_object_get_string_member_with_default (
                           json_node_get_object (certificate), AY_ASKED_OF, NULL), of) != 0;
}

static void
name_column (AyAsked *self, AyWork *work, const char *plain)
{
  self->column = g_strdup (plain);
  for (guint k = 2; self->of != NULL && is_other (work, self->column, self->of); k++)
    {
      g_free (self->column);
      self->column = g_strdup_printf ("%s_%u", plain, k);
    }
}

void
ay_asked_init (AyAsked *self, AyWork *work, const AyScoreMethod *method, GHashTable *parameters)
{
  const char *row = ay_score_method_takes (method, "of") ? text_of (parameters, "of") : NULL;
  const char *slice = row == NULL && (method->needs & AY_NEEDS_VALID)
                          ? text_of (parameters, "slice") : NULL;
  gboolean relative = ay_score_method_takes (method, "relative")
                      && g_strcmp0 (text_of (parameters, "relative"), "yes") == 0;
  g_autofree char *words = row != NULL || slice != NULL ? words_of (row != NULL ? row : slice)
                                                        : NULL;
  g_autofree char *plain
      = g_strconcat (method->id, words == NULL ? "" : row != NULL ? "_on_row_" : "_on_",
                     words != NULL ? words : "", relative ? "_relative" : "", NULL);

  self->of = row != NULL     ? g_strdup_printf ("row %s", row)
             : slice != NULL ? g_strdup_printf ("validation rows where %s", slice)
             : relative      ? g_strdup ("validation rows")
                             : NULL;
  self->title = g_strconcat (method->title,
                             row != NULL     ? " on row "
                             : slice != NULL ? " where "
                                             : "",
                             row != NULL ? row : slice != NULL ? slice : "",
                             relative ? ", relative" : "", NULL);
  self->sentence
      = g_strconcat (method->sentence, row != NULL || slice != NULL ? " Here judged by " : "",
                     row != NULL || slice != NULL ? self->of : "",
                     row != NULL || slice != NULL ? " alone." : "",
                     relative ? " Divided by the length of the row's own gradient: an order, no "
                                "change of loss." : "", NULL);
  self->unit = g_strdup (relative ? "" : method->unit);
  name_column (self, work, plain);
}

void
ay_asked_clear (AyAsked *self)
{
  g_free (self->column);
  g_free (self->title);
  g_free (self->sentence);
  g_free (self->unit);
  g_free (self->of);
}

char *
ay_work_score_column (AyWork *self, const char *id, GHashTable *parameters)
{
  const AyScoreMethod *method = ay_score_find (id);
  AyAsked asked;
  char *column;

  if (method == NULL)
    return g_strdup (id);
  ay_asked_init (&asked, self, method, parameters);
  column = g_steal_pointer (&asked.column);
  ay_asked_clear (&asked);
  return column;
}
