/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/plain_name.h"

gboolean
ay_is_plain_name (const char *name)
{
  if (!g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return FALSE;
  return TRUE;
}

char *
ay_plain_name (const char *name)
{
  char *plain = g_utf8_make_valid (name, -1);

  for (char *at = plain; *at != '\0'; at++)
    *at = g_ascii_iscntrl (*at) ? ' ' : *at;
  return plain;
}
