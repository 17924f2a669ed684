/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/sentence.h"

#include "app/say.h"

#include <string.h>

#define HEX "([0-9a-f]+)"
#define NUMBER "([-+]?(?:[0-9][-+.0-9e]*|nan|inf))"
#define FIGURE "\\A" NUMBER "( %)?\\z" /* as a word: 0.25, 97.1 % */
#define MOST_NESTED 3

static const char *const core_formats[] = {
#include "app/core_formats.inc"
  NULL
};

typedef struct
{
  const char *format;
  char *piece;   /* the longest text between its conversions: what lacks it was not printed by it */
  GRegex *regex; /* made once a text has the piece */
} Pattern;

typedef struct
{
  GPtrArray *patterns; /* Pattern, in the order of the formats */
  AssayTranslate translate;
  const char *decimal;
} Known;

/* Length of the conversion that starts at a '%'; its letter is the last one. */
static gsize
conversion (const char *at)
{
  return 1 + strspn (at + 1, "-+ #0123456789.*'$lzhjt") + 1;
}

static const char *
group_of (char conversion_letter)
{
  return conversion_letter == 's' ? "(.*?)" : conversion_letter == 'x' ? HEX : NUMBER;
}

/* What a format prints: a group for each conversion. */
static GRegex *
regex_of (const char *format)
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
        g_string_append (pattern, group_of (at[conversion (at) - 1]));
      at += at[1] == '%' ? 2 : conversion (at);
    }
  g_string_append (pattern, "\\z");
  return g_regex_new (pattern->str, G_REGEX_DOTALL, 0, NULL);
}

static char *
piece_of (const char *format)
{
  const char *longest = format;
  gsize length = 0;

  for (const char *at = format; *at != '\0';)
    {
      gsize plain = strcspn (at, "%");

      if (plain > length)
        {
          longest = at;
          length = plain;
        }
      at += plain;
      if (*at != '\0')
        at += at[1] == '%' ? 2 : conversion (at);
    }
  return g_strndup (longest, length);
}

static void
pattern_free (gpointer data)
{
  Pattern *pattern = data;

  g_free (pattern->piece);
  g_clear_pointer (&pattern->regex, g_regex_unref);
  g_free (pattern);
}

/* Without the formats that would be printed again as they are. */
static GPtrArray *
patterns_of (const char *const *formats, AssayTranslate translate, const char *decimal)
{
  GPtrArray *out = g_ptr_array_new_with_free_func (pattern_free);

  for (; *formats != NULL; formats++)
    if (strcmp (translate (*formats), *formats) != 0 || strcmp (decimal, ".") != 0)
      {
        Pattern *pattern = g_new0 (Pattern, 1);

        pattern->format = *formats;
        pattern->piece = piece_of (*formats);
        g_ptr_array_add (out, pattern);
      }
  return out;
}

static gboolean
matches (Pattern *pattern, const char *text, GMatchInfo **match)
{
  if (strstr (text, pattern->piece) == NULL)
    return FALSE;
  if (pattern->regex == NULL)
    pattern->regex = regex_of (pattern->format);
  if (g_regex_match (pattern->regex, text, 0, match))
    return TRUE;
  g_clear_pointer (match, g_match_info_unref);
  return FALSE;
}

/* The name of a file alone. */
static gboolean
is_path (const char *text)
{
  return *text == '/' && strstr (text, ": ") == NULL;
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
      if ((out->len > 0 && out->str[out->len - 1] == '"') || is_path (value))
        g_string_append (out, value); /* a name, whatever it says */
      else if (at[-1] == 's' && !g_regex_match_simple (FIGURE, value, 0, 0))
        g_string_append (out, said = translate (self, value, nested + 1));
      else
        append_number (out, value, self->decimal);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Of one sentence, by the first format that could have printed it; NULL: none could. */
static char *
translate_whole (const Known *self, const char *text, guint nested)
{
  const char *word = self->translate (text);

  if (strcmp (word, text) != 0)
    return g_strdup (word);
  for (guint k = 0; k < self->patterns->len && nested < MOST_NESTED; k++)
    {
      Pattern *pattern = self->patterns->pdata[k];
      g_autoptr (GMatchInfo) match = NULL;

      if (matches (pattern, text, &match))
        return print (self, self->translate (pattern->format), match, nested);
    }
  return NULL;
}

/* Of one sentence, perhaps said of something: "FILE: sentence", "FILE: column: sentence"; NULL: it
 * is not known. */
static char *
translate_one (const Known *self, const char *text, guint nested)
{
  char *said = translate_whole (self, text, nested);

  for (const char *colon = strstr (text, ": "); said == NULL && colon != NULL;
       colon = strstr (colon + 1, ": "))
    {
      g_autofree char *rest
          = colon[2] != '\0' ? translate_whole (self, colon + 2, nested + 1) : NULL;

      if (rest != NULL)
        said = g_strdup_printf ("%.*s: %s", (int) (colon - text), text, rest);
    }
  return said;
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

const char *const *
assay_sentence_formats (void)
{
  return core_formats;
}

char *
assay_sentence_by (const char *text, const char *const *formats, AssayTranslate translation,
                   const char *decimal)
{
  Known known = { patterns_of (formats, translation, decimal), translation, decimal };
  char *out = text != NULL ? translate_lines (&known, text) : NULL;

  g_ptr_array_unref (known.patterns);
  return out;
}

char *
assay_sentence (const char *text)
{
  static GPtrArray *patterns = NULL;
  Known known = { NULL, assay_word, assay_say_decimal () };
  g_autofree char *said = NULL;

  if (text == NULL)
    return NULL;
  if (patterns == NULL)
    patterns = patterns_of (core_formats, known.translate, known.decimal);
  known.patterns = patterns;
  said = translate_lines (&known, text);
  return assay_say ("%s", said);
}

void
assay_sentence_show (GtkLabel *label, const char *text)
{
  g_autofree char *said = assay_sentence (text);

  gtk_label_set_text (label, said != NULL ? said : "");
}
