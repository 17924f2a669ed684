/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/shim/number.h"

#include <charconv>
#include <cmath>

template <typename T>
static int
format (T value, char *buffer)
{
  std::to_chars_result end = std::to_chars (buffer, buffer + AY_NUMBER_SIZE - 1, value);

  *end.ptr = '\0';
  return static_cast<int> (end.ptr - buffer);
}

int
ay_number_format (double value, char *buffer)
{
  return format (std::isnan (value) ? std::fabs (value) : value, buffer);
}

int
ay_number_format_f32 (float value, char *buffer)
{
  return format (std::isnan (value) ? std::fabs (value) : value, buffer);
}

gboolean
ay_number_parse (const char *text, gsize length, double *value)
{
  const char *end = text + length;

  if (length > 1 && *text == '+' && text[1] != '-')
    text++;
  /* from_chars also takes "inf" and "nan"; a number starts with a digit, a sign or a point. */
  const char *digit = text < end && *text == '-' ? text + 1 : text;
  if (digit >= end || !((*digit >= '0' && *digit <= '9') || *digit == '.'))
    return FALSE;
  std::from_chars_result result = std::from_chars (text, end, *value);
  return result.ec == std::errc () && result.ptr == end;
}
