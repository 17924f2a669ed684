/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "assay-config.h"
#include "core/base/rng.h"
#include "core/data/features_text.h"
#include "core/model/problem.h"
#include "mixture.h"
#include "testdata.h"

#include <stdlib.h>
#include <string.h>

/* Real labelled sets for tests and benchmarks: features, labels, and parts of their rows. */
typedef struct
{
  AyMatrix *features;
  gint32 *label;
  gsize n;
  guint n_classes;
} Set;

static inline void
set_clear (Set *set)
{
  g_clear_pointer (&set->features, ay_matrix_unref);
  g_clear_pointer (&set->label, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Set, set_clear)

/* The bundled handwritten digits: 1797 x 64 pixels, ten classes. */
static inline Set
set_digits (void)
{
  g_autofree char *path = g_build_filename (AY_SOURCE_DATADIR, "samples", "digits.csv", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  Set set = { .n_classes = 10 };
  float *x;
  char *at;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  for (at = text; (at = strchr (at, '\n')) != NULL; at++)
    set.n++;
  set.n--;
  x = g_new (float, set.n * 64);
  set.label = g_new (gint32, set.n);
  at = strchr (text, '\n') + 1;
  for (gsize i = 0; i < set.n; i++)
    {
      at = strchr (at, ',') + 1;
      set.label[i] = (gint32) strtol (at, &at, 10);
      for (gsize j = 0; j < 64; j++)
        x[i * 64 + j] = (float) strtod (at + 1, &at);
      at = strchr (at, '\n') + 1;
    }
  set.features = ay_matrix_take_f32 (set.n, 64, x);
  return set;
}

/* Rows of a made set of any size, by seed 0. */
static inline Set
set_mixture (gsize n, gsize d, guint n_classes)
{
  Set set = { .n = n, .n_classes = n_classes, .label = g_new (gint32, n) };
  float *x = g_new (float, n * d);
  Mixture mixture;

  mixture_init (&mixture, d, n_classes, 0);
  for (gsize i = 0; i < n; i++)
    set.label[i] = mixture_row (&mixture, x + i * d);
  mixture_clear (&mixture);
  set.features = ay_matrix_take_f32 (n, d, x);
  return set;
}

/* One CSV field, quoted or not; *at moves past its separator. (transfer full) */
static inline char *
set_field (char **at)
{
  GString *field = g_string_new (NULL);
  gboolean quoted = **at == '"';

  for (*at += quoted; **at != '\0'; (*at)++)
    {
      if (quoted && **at == '"' && (*at)[1] == '"')
        (*at)++;
      else if (quoted && **at == '"')
        break;
      else if (!quoted && (**at == ',' || **at == '\n' || **at == '\r'))
        break;
      g_string_append_c (field, **at);
    }
  *at += quoted && **at == '"';
  *at += **at == '\r';
  *at += **at == ',' || **at == '\n';
  return g_string_free (field, FALSE);
}

/* Questions to a bank, 77 intents: text features as the program makes them. n is 0, and the test
 * skipped, where the shared data is absent. */
static inline Set
set_banking (guint dimensions)
{
  g_autofree char *path = test_data ("banking77/train.csv");
  g_autofree char *text = NULL;
  g_autoptr (GHashTable) classes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GArray) offset = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GArray) length = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) label = g_array_new (FALSE, FALSE, sizeof (gint32));
  g_autoptr (GString) all = g_string_new (NULL);
  g_autoptr (AyColumn) column = NULL;
  g_autofree guint8 *fit = NULL;
  AyTextOptions options = AY_TEXT_OPTIONS_INIT;
  Set set = { 0 };
  char *at;

  if (path == NULL || !g_file_get_contents (path, &text, NULL, NULL))
    return set;
  at = strchr (text, '\n') + 1;
  while (*at != '\0')
    {
      g_autofree char *question = set_field (&at);
      char *name = set_field (&at);
      guint64 from = all->len;
      guint32 count = (guint32) strlen (question);
      gint32 code;

      g_string_append (all, question);
      g_array_append_val (offset, from);
      g_array_append_val (length, count);
      if (!g_hash_table_contains (classes, name))
        g_hash_table_insert (classes, g_strdup (name),
                             GUINT_TO_POINTER (g_hash_table_size (classes)));
      code = GPOINTER_TO_INT (g_hash_table_lookup (classes, name));
      g_array_append_val (label, code);
      g_free (name);
    }
  set.n = label->len;
  set.n_classes = g_hash_table_size (classes);
  set.label = (gint32 *) g_array_free (g_steal_pointer (&label), FALSE);
  column = ay_column_take_text ("text", set.n, (guint64 *) g_array_free (g_steal_pointer (&offset),
                                                                         FALSE),
                                (guint32 *) g_array_free (g_steal_pointer (&length), FALSE),
                                all->str, NULL, NULL);
  fit = g_new (guint8, set.n);
  memset (fit, 1, set.n);
  options.dimensions = dimensions;
  set.features = ay_text_features (column, fit, &options, NULL, NULL, NULL);
  return set;
}

/* The rows of the first classes of a set, as a set of their own. */
static inline Set
set_first_classes (const Set *set, guint n_classes)
{
  Set some = { .n_classes = n_classes, .label = g_new (gint32, set->n) };
  gsize d = ay_matrix_cols (set->features);
  float *x = g_new (float, set->n * d);

  for (gsize i = 0; i < set->n; i++)
    if (set->label[i] < (gint32) n_classes)
      {
        for (gsize j = 0; j < d; j++)
          x[some.n * d + j] = (float) ay_matrix_value (set->features, i, j);
        some.label[some.n++] = set->label[i];
      }
  some.features = ay_matrix_take_f32 (some.n, d, x);
  return some;
}

/* Rows of a set as a problem: ascending, owning its arrays. */
static inline AyOwnedProblem *
set_part (const Set *set, guint32 *rows, gsize count)
{
  AyOwnedProblem *part = g_new0 (AyOwnedProblem, 1);
  g_autofree guint8 *in = g_new0 (guint8, set->n);
  gsize k = 0;

  for (gsize i = 0; i < count; i++)
    in[rows[i]] = 1;
  part->rows = g_new (guint32, count);
  part->label = g_new (gint32, count);
  for (gsize i = 0; i < set->n; i++)
    if (in[i])
      {
        part->rows[k] = (guint32) i;
        part->label[k++] = set->label[i];
      }
  part->problem = (AyProblem) { .features = set->features, .rows = part->rows, .n = count,
                                .label = part->label, .n_classes = set->n_classes };
  return part;
}

/* Gives a share of the part's rows another label, uniformly; flipped (nullable): count marks. */
static inline void
set_flip (AyOwnedProblem *part, double share, guint64 seed, guint8 *flipped)
{
  AyRng rng;

  ay_rng_init (&rng, seed, 77);
  for (gsize i = 0; i < part->problem.n; i++)
    {
      gboolean flip = ay_rng_uniform (&rng) < share;
      guint32 by = 1 + (guint32) ay_rng_below (&rng, part->problem.n_classes - 1);

      if (flip)
        part->label[i] = (gint32) ((part->label[i] + by) % part->problem.n_classes);
      if (flipped != NULL)
        flipped[i] = flip;
    }
}
