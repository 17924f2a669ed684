/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/score/parameters.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/shim/number.h"

#include <math.h>
#include <string.h>

#define MOST_COUNT 4294967295.0

gboolean
ay_score_parameter_number (const AyScoreContext *context, const char *name, double *value,
                           GError **error)
{
  const char *text = ay_score_context_get (context, name);
  double number;

  if (text == NULL)
    return TRUE;
  if (ay_number_parse (text, strlen (text), &number) && number >= 0.0)
    {
      *value = number;
      return TRUE;
    }
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%s=%s: a number of at least 0 is wanted"),
               name, text);
  return FALSE;
}

gboolean
ay_score_parameter_count (const AyScoreContext *context, const char *name, gsize least,
                          gsize *value, GError **error)
{
  const char *text = ay_score_context_get (context, name);
  double number;

  if (text == NULL)
    return TRUE;
  if (ay_number_parse (text, strlen (text), &number) && number == floor (number)
      && number >= least && number <= MOST_COUNT)
    {
      *value = (gsize) number;
      return TRUE;
    }
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
               N_ ("%s=%s: a whole number of at least %zu is wanted"), name, text, least);
  return FALSE;
}

gboolean
ay_score_parameter_choice (const AyScoreContext *context, const char *name,
                           const char *const *names, guint *value, GError **error)
{
  const char *text = ay_score_context_get (context, name);
  g_autofree char *all = NULL;

  if (text == NULL)
    return TRUE;
  for (guint k = 0; names[k] != NULL; k++)
    if (strcmp (names[k], text) == 0)
      {
        *value = k;
        return TRUE;
      }
  all = g_strjoinv (" or ", (char **) names);
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%s=%s: %s is wanted"), name, text, all);
  return FALSE;
}
