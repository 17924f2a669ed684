/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The neighbours of one row of a workspace, as the window finds them, one number a line:
 *   probe-nearest WORK ROW K */
#include "core/work/work.h"
#include "core/work/work_map.h"

#include <stdio.h>
#include <stdlib.h>

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree guint32 *rows = NULL;
  AyWork *work;
  guint count = 0;

  if (argc != 4)
    return 2;
  work = ay_work_open (argv[1], AY_WORKSPACE_READ, NULL, NULL, &error);
  if (work != NULL)
    rows = ay_work_nearest (work, g_ascii_strtoull (argv[2], NULL, 10),
                            (guint) g_ascii_strtoull (argv[3], NULL, 10), &count, NULL, &error);
  for (guint i = 0; rows != NULL && i < count; i++)
    printf ("%u\n", rows[i]);
  if (error != NULL)
    fprintf (stderr, "%s\n", error->message);
  g_clear_pointer (&work, ay_work_unref);
  return error != NULL;
}
