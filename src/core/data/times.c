/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/times.h"

#include "core/base/error.h"
#include "core/base/words.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const char *at, *end;
} Cursor;

typedef enum { ORDER_ISO, ORDER_MONTH_FIRST, ORDER_DAY_FIRST } DateOrder;

/* Reads min..max digits; FALSE when there are fewer. */
static gboolean
take_digits (Cursor *c, int min, int max, int *value)
{
  int digits = 0;

  *value = 0;
  while (c->at < c->end && g_ascii_isdigit (*c->at) && digits < max)
    {
      *value = *value * 10 + (*c->at++ - '0');
      digits++;
    }
  return digits >= min;
}

static gboolean
take_char (Cursor *c, const char *any_of)
{
  if (c->at >= c->end || strchr (any_of, *c->at) == NULL || *c->at == '\0')
    return FALSE;
  c->at++;
  return TRUE;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar (Hinnant's days_from_civil). */
static double
days_of (int year, int month, int day)
{
  int y = month <= 2 ? year - 1 : year;
  int era = (y >= 0 ? y : y - 399) / 400;
  int of_era = y - era * 400;
  int of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

  return era * 146097.0 + (of_era * 365 + of_era / 4 - of_era / 100 + of_year) - 719468;
}

static gboolean
take_zone (Cursor *c, double *seconds)
{
  int hours, minutes = 0, sign;

  if (take_char (c, "Zz"))
    return TRUE;
  if (c->at >= c->end || (*c->at != '+' && *c->at != '-'))
    return TRUE;
  sign = *c->at++ == '-' ? -1 : 1;
  if (!take_digits (c, 2, 2, &hours))
    return FALSE;
  take_char (c, ":");
  if (c->at < c->end && !take_digits (c, 2, 2, &minutes))
    return FALSE;
  *seconds -= sign * (hours * 3600.0 + minutes * 60.0);
  return TRUE;
}

/* [T or blank]HH:MM[:SS[.fraction]][zone], or nothing. */
static gboolean
take_clock (Cursor *c, double *seconds)
{
  int hour, minute, second = 0;
  double unit = 0.1;

  if (c->at == c->end)
    return TRUE;
  if (!take_char (c, "Tt ") || !take_digits (c, 1, 2, &hour) || !take_char (c, ":")
      || !take_digits (c, 2, 2, &minute))
    return FALSE;
  if (take_char (c, ":") && !take_digits (c, 2, 2, &second))
    return FALSE;
  *seconds += hour * 3600.0 + minute * 60.0 + second;
  if (take_char (c, ".,"))
    for (; c->at < c->end && g_ascii_isdigit (*c->at); c->at++, unit /= 10)
      *seconds += (*c->at - '0') * unit;
  take_char (c, " ");
  return hour <= 24 && minute < 60 && second <= 60 && take_zone (c, seconds) && c->at == c->end;
}

static gboolean
parse_date (const char *text, gsize length, DateOrder order, double *seconds)
{
  Cursor c = { text, text + length };
  int a, b, year, month, day = 1;

  if (order == ORDER_ISO)
    {
      if (!take_digits (&c, 4, 4, &year) || !take_char (&c, "-/")
          || !take_digits (&c, 1, 2, &month))
        return FALSE;
      if (take_char (&c, "-/") && !take_digits (&c, 1, 2, &day))
        return FALSE;
    }
  else
    {
      if (!take_digits (&c, 1, 2, &a) || !take_char (&c, "/.-") || !take_digits (&c, 1, 2, &b)
          || !take_char (&c, "/.-") || !take_digits (&c, 4, 4, &year))
        return FALSE;
      month = order == ORDER_MONTH_FIRST ? a : b;
      day = order == ORDER_MONTH_FIRST ? b : a;
    }
  if (month < 1 || month > 12 || day < 1 || day > 31)
    return FALSE;
  *seconds = days_of (year, month, day) * 86400.0;
  return take_clock (&c, seconds);
}

/* First present row that cannot be read in this order; n when all can. */
static gsize
parse_all (const AyColumn *column, DateOrder order, double *out)
{
  gsize n = ay_column_rows (column);

  for (gsize i = 0; i < n; i++)
    {
      gsize length = 0;
      const char *text = ay_column_text (column, i, &length);

      out[i] = NAN;
      if (text != NULL && !parse_date (text, length, order, &out[i]))
        return i;
    }
  return n;
}

static void
set_error (GError **error, const AyColumn *column, gsize row, const char *why)
{
  g_autofree char *text = ay_column_dup_text (column, row);

  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("column \"%s\", row %zu: \"%s\" %s"),
               ay_column_name (column), row, text, why);
}

double *
ay_times_parse (const AyColumn *column, GError **error)
{
  gsize n = ay_column_rows (column), bad_iso, bad_month, bad_day;
  g_autofree double *out = g_new (double, MAX (n, 1));
  g_autofree double *other = NULL;

  if (ay_column_type (column) == AY_COLUMN_NUMBER)
    {
      memcpy (out, ay_column_numbers (column), n * sizeof (double));
      return g_steal_pointer (&out);
    }
  bad_iso = parse_all (column, ORDER_ISO, out);
  if (bad_iso == n)
    return g_steal_pointer (&out);
  other = g_new (double, MAX (n, 1));
  bad_month = parse_all (column, ORDER_MONTH_FIRST, out);
  bad_day = parse_all (column, ORDER_DAY_FIRST, other);
  if (bad_month == n && bad_day == n)
    {
      set_error (error, column, bad_iso,
                 N_ ("may be day/month or month/day: write times as ISO 8601"));
      return NULL;
    }
  if (bad_month == n)
    return g_steal_pointer (&out);
  if (bad_day == n)
    return g_steal_pointer (&other);
  set_error (error, column, bad_iso != 0 ? bad_iso : MAX (bad_month, bad_day),
             N_ ("is not a time (ISO 8601, or a number)"));
  return NULL;
}
