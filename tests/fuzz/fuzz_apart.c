/* SPDX-License-Identifier: GPL-3.0-or-later */

/* In the place of core/base/apart.c: the work is done in this process, where libFuzzer sees what
 * it runs and where a sanitizer's report ends it. What a copy would leave open to its end is closed
 * here: it is all that the HDF5 library knows of files, and the rest now and then. */

#include "core/base/apart.h"

#include <glib/gstdio.h>
#include <hdf5.h>
#include <sys/mman.h>
#include <unistd.h>

#define AT_ONCE 64
#define RUNS 100 /* between two beginnings of the library, which take longer than a small file */

static void
close_all (void)
{
  static guint runs;
  hid_t open[AT_ONCE];
  gssize n;

  while ((n = H5Fget_obj_ids ((hid_t) H5F_OBJ_ALL, H5F_OBJ_ALL, AT_ONCE, open)) > 0)
    for (gssize i = 0; i < n; i++)
      while (H5Iis_valid (open[i]) > 0 && H5Idec_ref (open[i]) > 0)
        ;
  if (++runs % RUNS != 0)
    return;
  H5close ();
  H5open ();
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  H5PLset_loading_state (0);
}

GBytes *
ay_apart_run (AyApartFunc function, G_GNUC_UNUSED AyApartLimit limit,
              gpointer data, G_GNUC_UNUSED AyJob *job)
{
  int to = memfd_create ("assay", MFD_CLOEXEC), copy = dup (to);
  gboolean done;
  GBytes *result;
  off_t size;
  char *bytes;

  g_assert_cmpint (copy, >=, 0);
  done = function (copy, data); /* which closes it, where it comes so far */
  close (copy);
  close_all ();
  size = lseek (to, 0, SEEK_END);
  bytes = g_malloc ((gsize) size);
  g_assert_cmpint (pread (to, bytes, (gsize) size, 0), ==, size);
  close (to);
  result = g_bytes_new_take (bytes, (gsize) size);
  if (!done)
    g_clear_pointer (&result, g_bytes_unref);
  return result;
}

void
ay_apart_more (G_GNUC_UNUSED AyApartLimit more)
{
}
