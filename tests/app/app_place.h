/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"
#include "core/base/rng.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* A folder with data.csv: rows of five classes in two features, a score with gaps, a note with
 * repeats and gaps. The arrays are what was written, to be compared with. */
#define PLACE_ROWS 300
#define PLACE_CLASSES 5

typedef struct
{
  char *folder, *csv, *assay;
  char *id[PLACE_ROWS], *note[PLACE_ROWS]; /* note: NULL where it is missing */
  int label[PLACE_ROWS];
  double score[PLACE_ROWS];
  double at[PLACE_ROWS][2];                /* the features, to four digits */
} Place;

static inline void
place_write_row (Place *place, GString *text, AyRng *rng, int i)
{
  int label = (int) ay_rng_below (rng, PLACE_CLASSES);
  gboolean gap = ay_rng_below (rng, 8) == 0;

  place->label[i] = label;
  place->id[i] = g_strdup_printf ("r%03d", (i * 7) % PLACE_ROWS);
  place->score[i] = gap ? NAN : (double) (gint) ay_rng_below (rng, 60) / 4.0 - 7.0;
  place->note[i] = ay_rng_below (rng, 6) == 0
                       ? NULL
                       : g_strdup_printf ("a note that is long enough to be taken for a text and "
                                          "not for a category, number %u",
                                          (guint) ay_rng_below (rng, 200));
  place->at[i][0] = round (1e4 * (label + ay_rng_normal (rng))) / 1e4;
  place->at[i][1] = round (1e4 * ((label == 2) * 3 + ay_rng_normal (rng))) / 1e4;
  g_string_append_printf (text, "%s,c%d,%s,%.4f,%.4f,", place->id[i], label,
                          i % 6 == 0 ? "valid" : i % 6 == 1 ? "test" : "train", place->at[i][0],
                          place->at[i][1]);
  if (!gap)
    g_string_append_printf (text, "%.2f", place->score[i]);
  g_string_append_printf (text, ",\"%s\"\n", place->note[i] != NULL ? place->note[i] : "");
}

static inline Place *
place_new (guint64 seed)
{
  g_autoptr (GString) text = g_string_new ("id,label,split,x,y,score,note\n");
  Place *place = g_new0 (Place, 1);
  AyRng rng;

  ay_rng_init (&rng, seed, 0);
  for (int i = 0; i < PLACE_ROWS; i++)
    place_write_row (place, text, &rng, i);
  place->folder = g_dir_make_tmp ("assay-app-XXXXXX", NULL);
  place->csv = g_build_filename (place->folder, "data.csv", NULL);
  place->assay = g_build_filename (place->folder, "data.assay", NULL);
  g_assert_true (g_file_set_contents (place->csv, text->str, (gssize) text->len, NULL));
  return place;
}

static inline void
place_free (Place *place)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (place->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (place->folder);
  for (int i = 0; i < PLACE_ROWS; i++)
    {
      g_free (place->id[i]);
      g_free (place->note[i]);
    }
  g_free (place->folder);
  g_free (place->csv);
  g_free (place->assay);
  g_free (place);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Place, place_free)

static inline AyLoadOptions *
place_roles (Place *place)
{
  AyLoadOptions *roles = ay_load_options_new ();
  const char *const inputs[] = { place->csv, NULL };

  g_strfreev (roles->inputs);
  roles->inputs = g_strdupv ((char **) inputs);
  roles->features = g_strdup ("x,y");
  roles->label = g_strdup ("label");
  return roles;
}

/* Makes the workspace, or opens it again. */
static inline AyWork *
place_work (Place *place)
{
  g_autoptr (AyLoadOptions) roles = place_roles (place);
  g_autoptr (GError) error = NULL;
  AyWork *work = g_file_test (place->assay, G_FILE_TEST_EXISTS)
                     ? ay_work_open (place->assay, AY_WORKSPACE_WRITE, NULL, NULL, &error)
                     : ay_work_new (place->assay, roles, NULL, &error);

  g_assert_no_error (error);
  return work;
}

static inline AssaySession *
place_session (Place *place)
{
  AssaySession *session = assay_session_new ();
  g_autoptr (AyWork) work = place_work (place);

  assay_session_set_work (session, work);
  return session;
}

/* Until no task runs or waits. */
static inline void
place_settle (AssaySession *session)
{
  while (g_list_model_get_n_items (assay_session_get_tasks (session)) > 0)
    g_main_context_iteration (NULL, TRUE);
}
