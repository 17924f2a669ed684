/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sets.h"

#include "core/graph/neighbours.h"

#include <json-glib/json-glib.h>
#include <math.h>

/* The rows of maps_reference.py, and brute force. */

static inline AyMatrix *
map_digits (gsize *n)
{
  g_auto (Set) digits = set_digits ();
  float *x = g_new (float, digits.n * 64);

  for (gsize i = 0; i < digits.n * 64; i++)
    x[i] = (float) (ay_matrix_value (digits.features, i / 64, i % 64) + 0.01 * sin ((double) i));
  *n = digits.n;
  return ay_matrix_take_f32 (digits.n, 64, x);
}

static inline JsonObject *
map_reference (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "reference", "maps.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

static inline AyNeighbours *
map_neighbours (const AyMatrix *features, gsize n, guint k)
{
  AyPoints points = { .features = features, .n = n };
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyNeighbours *found;

  options.k = k;
  found = ay_neighbours_find (&points, &options, NULL, &error);
  g_assert_no_error (error);
  return found;
}

/* n x d points in `clusters` round clouds. */
static inline AyMatrix *
map_clouds (gsize n, gsize d, guint clusters, guint64 seed)
{
  float *x = g_new (float, n * d);
  AyRng rng;

  ay_rng_init (&rng, seed, 0);
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < d; j++)
      x[i * d + j] = (float) (ay_rng_normal (&rng) + (j == i % clusters % d ? 12.0 : 0.0));
  return ay_matrix_take_f32 (n, d, x);
}

/* Weight of the edge i -> j in a graph's rows; 0: none. */
#define MAP_EDGE(graph, i, j)                                                                     \
  ({                                                                                              \
    double weight_ = 0.0;                                                                         \
    for (gsize e_ = (graph)->offset[i]; e_ < (graph)->offset[(i) + 1]; e_++)                      \
      if ((graph)->tail[e_] == (guint32) (j))                                                     \
        weight_ = (graph)->weight[e_];                                                            \
    weight_;                                                                                      \
  })
