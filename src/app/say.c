/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/say.h"

#include <glib/gi18n.h>
#include <locale.h>

static locale_t person = (locale_t) 0; /* the person's for numbers, C for the rest; 0: C */

void
assay_say_init (void)
{
  locale_t all = newlocale (LC_CTYPE_MASK, "", (locale_t) 0);

  person = all != (locale_t) 0 ? newlocale (LC_NUMERIC_MASK, "", all) : (locale_t) 0;
}

static char *
print (const char *format, va_list arguments)
{
  locale_t before = person != (locale_t) 0 ? uselocale (person) : (locale_t) 0;
  char *text = g_strdup_vprintf (format, arguments);

  if (before != (locale_t) 0)
    uselocale (before);
  return text;
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
