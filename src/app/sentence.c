/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/sentence.h"

#include "app/say.h"

#include <string.h>

#define NUMBER "([-+]?(?:[0-9][-+.0-9e]*|nan|inf))"
#define FIGURE "\\A" NUMBER "( %)?\\z" /* as a word: 0.25, 97.1 % */
#define MOST_NESTED 3

static const char *const core_formats[] = {
#include "app/core_formats.inc"
  NULL
};

typedef struct
{
  const char *const *formats;
  GPtrArray *regexes;        /* one a format */
  AssayTranslate translate;
  const char *decimal;
} Known;

/* Length of the conversion that starts at a '%'; its letter is the last one. */
static gsize
conversion (const char *at)
{
  return 1 + strspn (at + 1, "-+ #0123456789.*'$lzhjt") + 1;
}

/* What a format prints, as a pattern: a group for each conversion. */
static GRegex *
pattern_of (const char *format)
{
  g_autoptr (GString) pattern = g_string_new ("\\A");
  const char *at = format;

  while (*at != '\0')
    {
      gsize plain = strcspn (at, "%");
      g_autofree char *literal = g_regex_escape_string (at, (int) plain);

      g_string_append (pattern, literal);
      at += plain;
      if (*at == '\0')
        break;
      if (at[1] == '%')
        g_string_append_c (pattern, '%');
      else
        g_string_append (pattern, at[conversion (at) - 1] == 's' ? "(.*?)" : NUMBER);
      at += at[1] == '%' ? 2 : conversion (at);
    }
  g_string_append (pattern, "\\z");
  return g_regex_new (pattern->str, G_REGEX_DOTALL | G_REGEX_OPTIMIZE, 0, NULL);
}

static void
pattern_free (gpointer pattern)
{
  if (pattern != NULL)
    g_regex_unref (pattern);
}

/* NULL for a format that would be printed again as it is. */
static GPtrArray *
patterns_of (const char *const *formats, AssayTranslate translate, const char *decimal)
{
  GPtrArray *out = g_ptr_array_new_with_free_func (pattern_free);

  for (; *formats != NULL; formats++)
    g_ptr_array_add (out, strcmp (translate (*formats), *formats) != 0 || strcmp (decimal, ".") != 0
                              ? pattern_of (*formats)
                              : NULL);
  return out;
}

static void
append_number (GString *out, const char *text, const char *decimal)
{
  const char *dot = strchr (text, '.');

  if (dot == NULL)
    g_string_append (out, text);
  else
    g_string_append_printf (out, "%.*s%s%s", (int) (dot - text), text, decimal, dot + 1);
}

static char *translate (const Known *self, const char *text, guint nested);

/* Prints what was matched by the translation of its format; "%2$s" as of printf. */
static char *
print (const Known *self, const char *format, const GMatchInfo *match, guint nested)
{
  g_autoptr (GString) out = g_string_new (NULL);
  int next = 1;

  for (const char *at = format; *at != '\0';)
    {
      gsize plain = strcspn (at, "%");
      g_autofree char *value = NULL, *said = NULL;
      char *end;
      guint64 place;

      g_string_append_len (out, at, (gssize) plain);
      at += plain;
      if (*at == '\0')
        break;
      if (at[1] == '%')
        {
          g_string_append_c (out, '%');
          at += 2;
          continue;
        }
      place = g_ascii_strtoull (at + 1, &end, 10);
      value = g_match_info_fetch (match, *end == '$' ? (int) place : next++);
      at += conversion (at);
      if (out->len > 0 && out->str[out->len - 1] == '"') /* a name, whatever it says */
        g_string_append (out, value);
      else if (at[-1] == 's' && !g_regex_match_simple (FIGURE, value, 0, 0))
        g_string_append (out, said = translate (self, value, nested + 1));
      else
        append_number (out, value, self->decimal);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Of one sentence; NULL: it is not known. */
static char *
translate_one (const Known *self, const char *text, guint nested)
{
  const char *word = self->translate (text);

  if (strcmp (word, text) != 0)
    return g_strdup (word);
  for (guint k = 0; k < self->regexes->len && nested < MOST_NESTED; k++)
    {
      g_autoptr (GMatchInfo) match = NULL;

      if (self->regexes->pdata[k] != NULL
          && g_regex_match (self->regexes->pdata[k], text, 0, &match))
        return print (self, self->translate (self->formats[k]), match, nested);
    }
  return NULL;
}

/* Where the first of several sentences or parts of one may end: after ".", before ";". NULL: there
 * is no such place from `at` on. */
static const char *
place_to_cut (const char *at)
{
  for (; *at != '\0'; at++)
    if ((at[0] == '.' || at[0] == ';') && at[1] == ' ')
      return at[0] == '.' ? at + 1 : at;
  return NULL;
}

/* As a whole; or else as its longest beginning that is known and the rest. */
static char *
translate (const Known *self, const char *text, guint nested)
{
  g_autofree char *said = *text != '\0' ? translate_one (self, text, nested) : g_strdup (text);
  const char *cut = said == NULL ? place_to_cut (text) : NULL, *known = cut;
  g_autofree char *first = NULL, *rest = NULL;

  if (said != NULL || cut == NULL)
    return said != NULL ? g_steal_pointer (&said) : g_strdup (text);
  for (; cut != NULL; cut = place_to_cut (cut + 1))
    {
      g_autofree char *beginning = g_strndup (text, (gsize) (cut - text));
      char *of = translate_one (self, beginning, nested);

      if (of == NULL)
        continue;
      g_free (said);
      said = of;
      known = cut;
    }
  first = said != NULL ? g_strdup (said) : g_strndup (text, (gsize) (known - text));
  rest = translate_one (self, known, nested); /* one that begins with what parts it */
  if (rest != NULL)
    return g_strconcat (first, rest, NULL);
  rest = translate (self, known + (*known == ';' ? 2 : 1), nested);
  return g_strconcat (first, *known == ';' ? "; " : " ", rest, NULL);
}

/* Line by line. */
static char *
translate_lines (const Known *self, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      char *said = translate (self, *line, 0);

      g_free (*line);
      *line = said;
    }
  return g_strjoinv ("\n", lines);
}

char *
assay_sentence_by (const char *text, const char *const *formats, AssayTranslate translation,
                   const char *decimal)
{
  Known known = { formats, patterns_of (formats, translation, decimal), translation, decimal };
  char *out = text != NULL ? translate_lines (&known, text) : NULL;

  g_ptr_array_unref (known.regexes);
  return out;
}

char *
assay_sentence (const char *text)
{
  static GPtrArray *regexes = NULL;
  Known known = { core_formats, NULL, assay_word, assay_say_decimal () };
  g_autofree char *said = NULL;

  if (text == NULL)
    return NULL;
  if (regexes == NULL)
    regexes = patterns_of (core_formats, known.translate, known.decimal);
  known.regexes = regexes;
  said = translate_lines (&known, text);
  return assay_say ("%s", said);
}
