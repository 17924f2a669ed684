/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/say.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>
#include <langinfo.h>
#include <locale.h>
#include <string.h>

#define LEFT_TO_RIGHT "\342\200\216" /* U+200E */

static locale_t person = (locale_t) 0; /* the person's for numbers, C for the rest; 0: C */

void
assay_say_init (void)
{
  locale_t all = newlocale (LC_CTYPE_MASK, "", (locale_t) 0);

  person = all != (locale_t) 0 ? newlocale (LC_NUMERIC_MASK, "", all) : (locale_t) 0;
}

/* A sign before digits is taken for one behind them where a line runs from right to left, unless a
 * mark says that it runs from left to right here (Unicode Bidirectional Algorithm, W7). */
static char *
with_marks (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *at = text; *at != '\0'; at++)
    {
      gboolean sign = (*at == '-' || *at == '+') && g_ascii_isdigit (at[1])
                      && (at == text || !g_ascii_isalnum (at[-1]));

      if (sign)
        g_string_append (out, LEFT_TO_RIGHT);
      g_string_append_c (out, *at);
    }
  return g_string_free (out, FALSE);
}

static char *
print (const char *format, va_list arguments)
{
  locale_t before = person != (locale_t) 0 ? uselocale (person) : (locale_t) 0;
  char *text = g_strdup_vprintf (format, arguments), *before_signs;

  if (before != (locale_t) 0)
    uselocale (before);
  if (gtk_widget_get_default_direction () != GTK_TEXT_DIR_RTL)
    return text;
  before_signs = with_marks (text);
  g_free (text);
  return before_signs;
}

const char *
assay_say_decimal (void)
{
  return person != (locale_t) 0 ? nl_langinfo_l (RADIXCHAR, person) : ".";
}

char *
assay_say (const char *format, ...)
{
  va_list arguments;
  char *text;

  va_start (arguments, format);
  text = print (format, arguments);
  va_end (arguments);
  return text;
}

void
assay_say_append (GString *out, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = print (format, arguments);
  va_end (arguments);
  g_string_append (out, text);
}

const char *
assay_word (const char *text)
{
  return text != NULL && *text != '\0' ? _ (text) : text;
}
