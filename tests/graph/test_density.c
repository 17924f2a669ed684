/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/points_data.h"

#include "core/base/error.h"
#include "core/graph/density.h"

#include <string.h>

/* HDBSCAN in the plainest way, from its definition: a set of points is connected at a height; its
 * parts below that height are looked at one by one. */
typedef struct
{
  gsize n, min_size;
  double *reach; /* n x n, as float */
  GArray *clusters;
  guint32 *in;   /* n: cluster a point fell out of */
  double cap;
} Plain;

typedef struct
{
  gint parent;
  double birth, stability;
} PlainCluster;

static gint
plain_new (Plain *self, gint parent, double birth)
{
  PlainCluster cluster = { parent, birth, 0.0 };

  g_array_append_val (self->clusters, cluster);
  return (gint) self->clusters->len - 1;
}

/* Marks the points of `set` that hang together with `first` by reaches below h. */
static gsize
plain_part (const Plain *self, const guint8 *set, gsize first, double h, guint8 *part)
{
  g_autofree gsize *queue = g_new (gsize, self->n);
  gsize head = 0, tail = 0;

  memset (part, 0, self->n);
  part[first] = 1;
  queue[tail++] = first;
  for (; head < tail; head++)
    for (gsize j = 0; j < self->n; j++)
      if (set[j] && !part[j] && self->reach[queue[head] * self->n + j] < h)
        {
          part[j] = 1;
          queue[tail++] = j;
        }
  return tail;
}

/* The smallest height at which the set is one: among its pairs' reaches. */
static double
plain_height (const Plain *self, const guint8 *set, gsize size)
{
  g_autofree guint8 *in = g_new0 (guint8, self->n);
  g_autofree double *near = g_new (double, self->n);
  double height = 0.0;
  gsize at = 0;

  while (!set[at])
    at++;
  for (gsize j = 0; j < self->n; j++)
    near[j] = INFINITY;
  for (gsize k = 1; k < size; k++) /* Prim's tree: its longest edge */
    {
      gsize next = self->n;

      in[at] = 1;
      for (gsize j = 0; j < self->n; j++)
        if (set[j] && !in[j])
          {
            near[j] = MIN (near[j], self->reach[at * self->n + j]);
            if (next == self->n || near[j] < near[next])
              next = j;
          }
      height = MAX (height, near[next]);
      at = next;
    }
  return height;
}

static void
plain_split (Plain *self, const guint8 *set, gsize size, gint cluster)
{
  g_autofree guint8 *left = g_memdup2 (set, self->n), *part = g_new (guint8, self->n);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) sizes = g_array_new (FALSE, FALSE, sizeof (gsize));
  double h = size > 1 ? plain_height (self, set, size) : 0.0;
  double lambda = h > 0.0 ? 1.0 / h : self->cap;
  guint large = 0;

  for (gsize i = 0; i < self->n; i++)
    if (left[i])
      {
        gsize count = plain_part (self, set, i, h, part);

        for (gsize j = 0; j < self->n; j++)
          left[j] = left[j] && !part[j];
        g_ptr_array_add (parts, g_memdup2 (part, self->n));
        g_array_append_val (sizes, count);
        large += count >= self->min_size;
      }
  for (guint p = 0; p < parts->len; p++)
    {
      gsize count = g_array_index (sizes, gsize, p);
      PlainCluster *own = &g_array_index (self->clusters, PlainCluster, cluster);

      if (count >= self->min_size && large == 1)
        {
          plain_split (self, parts->pdata[p], count, cluster);
          continue;
        }
      own->stability += count * (lambda - own->birth);
      if (count >= self->min_size)
        plain_split (self, parts->pdata[p], count, plain_new (self, cluster, lambda));
      else
        for (gsize j = 0; j < self->n; j++)
          if (((guint8 *) parts->pdata[p])[j])
            self->in[j] = (guint32) cluster;
    }
}

static double
plain_best (const Plain *self, gint cluster, guint8 *chosen)
{
  double parts = 0.0, own = g_array_index (self->clusters, PlainCluster, cluster).stability;

  for (gint c = cluster + 1; c < (gint) self->clusters->len; c++)
    if (g_array_index (self->clusters, PlainCluster, c).parent == cluster)
      parts += plain_best (self, c, chosen);
  chosen[cluster] = cluster > 0 && own >= parts;
  return chosen[cluster] ? own : parts;
}

/* Labels that stand for clusters, G_MAXUINT32 for noise. (transfer full) */
static guint32 *
plain_density (const AyNeighbours *all, guint min_size, guint min_samples)
{
  gsize n = all->n;
  Plain self = { n, min_size, g_new (double, n * n),
                 g_array_new (FALSE, FALSE, sizeof (PlainCluster)), g_new (guint32, n), 0.0 };
  g_autofree guint8 *set = g_new (guint8, n), *chosen = NULL;
  guint32 *label = g_new (guint32, n);
  double least = INFINITY;

  for (gsize i = 0; i < n; i++)
    for (guint c = 0; c < all->k; c++)
      {
        gsize j = all->index[i * all->k + c];
        double core_i = all->distances[i * all->k + min_samples - 2];
        double core_j = all->distances[j * all->k + min_samples - 2];
        double reach = MAX (all->distances[i * all->k + c], MAX (core_i, core_j));

        self.reach[i * n + j] = reach;
        if (reach > 0.0)
          least = MIN (least, reach);
      }
  self.cap = isinf (least) ? 1.0 : 1.0 / least;
  memset (set, 1, n);
  plain_split (&self, set, n, plain_new (&self, -1, 0.0));
  chosen = g_new0 (guint8, self.clusters->len);
  plain_best (&self, 0, chosen);
  for (gsize i = 0; i < n; i++)
    {
      label[i] = AY_DENSITY_NOISE;
      for (gint c = (gint) self.in[i]; c >= 0;
           c = g_array_index (self.clusters, PlainCluster, c).parent)
        if (chosen[c])
          label[i] = (guint32) c;
    }
  g_array_unref (self.clusters);
  g_free (self.reach);
  g_free (self.in);
  return label;
}

static void
assert_same_parts (const guint32 *a, const guint32 *b, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_assert_cmpuint (a[i] == G_MAXUINT32, ==, b[i] == G_MAXUINT32);
      for (gsize j = 0; j < i; j++)
        g_assert_cmpuint (a[i] == a[j], ==, b[i] == b[j]);
    }
}

static AyNeighbours *
graph_of (AyMatrix *matrix, guint k, AyDistance distance)
{
  AyPoints points = { matrix, NULL, ay_matrix_rows (matrix), NULL, NULL, distance, NULL };
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  AyNeighbours *graph;

  options.k = k;
  graph = ay_neighbours_find (&points, &options, NULL, &error);
  g_assert_no_error (error);
  return graph;
}

static AyDensity *
density (const AyNeighbours *graph, guint min_size, guint min_samples)
{
  AyDensityOptions options = { min_size, min_samples };
  g_autoptr (GError) error = NULL;
  AyDensity *self = ay_density_new (graph, &options, NULL, &error);
  gsize noise = 0;

  g_assert_no_error (error);
  for (guint c = 0; c < self->k; c++)
    {
      gsize size = 0;

      for (gsize i = 0; i < self->n; i++)
        size += self->cluster[i] == c;
      g_assert_cmpuint (size, ==, self->size[c]);
      g_assert_cmpuint (size, >=, min_size);
      g_assert_true (c == 0 || self->size[c] <= self->size[c - 1]);
    }
  for (gsize i = 0; i < self->n; i++)
    noise += self->cluster[i] == AY_DENSITY_NOISE;
  g_assert_cmpuint (noise, ==, self->n_noise);
  return self;
}

/* Blobs of several spreads, and points anywhere; `round` makes many distances equal. */
static float *
blobs (gsize n, guint64 seed, gboolean round)
{
  float *x = g_new (float, n * 2);
  AyRng rng;

  ay_rng_init (&rng, seed, 9);
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < 2; j++)
      {
        guint blob = (guint) (i % (4 + seed % 3));
        double value = blob == 0 ? 20.0 * ay_rng_uniform (&rng)
                                 : 5.0 * (blob % 2 + j * (blob / 2) * 1.3)
                                       + (0.2 + 0.3 * blob) * ay_rng_normal (&rng);

        x[2 * i + j] = (float) (round ? floor (2.0 * value) : value);
      }
  return x;
}

/* With every point a neighbour it is HDBSCAN: the same clusters as by its definition. */
static void
test_definition (void)
{
  guint clusters = 0;

  for (guint64 seed = 0; seed < 12; seed++)
    {
      gsize n = 90 + 10 * (seed % 4);
      g_autofree float *x = blobs (n, seed, seed % 3 == 2);
      g_autoptr (AyMatrix) matrix = points_matrix (n, 2, x);
      g_autoptr (AyNeighbours) graph = graph_of (matrix, (guint) n - 1, AY_DISTANCE_EUCLIDEAN);
      guint min_size = 4 + (guint) seed % 5, min_samples = seed % 2 ? min_size : 2;
      g_autoptr (AyDensity) found = density (graph, min_size, min_samples);
      g_autofree guint32 *wanted = plain_density (graph, min_size, min_samples);

      g_test_message ("seed %u: %u clusters, %u noise", (guint) seed, found->k,
                      (guint) found->n_noise);
      assert_same_parts (found->cluster, wanted, n);
      g_assert_cmpuint (found->n_pieces, ==, 1);
      clusters += found->k;
    }
  g_assert_cmpuint (clusters, >=, 24); /* there was something to find */
}

/* Blobs in noise are found, each whole, with a few neighbours only; and under another order of the
 * points the same. */
static void
test_planted (void)
{
  gsize n = 1200, d = 5;
  g_autofree float *x = g_new (float, n * d), *y = g_new (float, n * d);
  g_autofree guint32 *order = NULL, *again = g_new (guint32, n);
  g_autoptr (AyMatrix) matrix = NULL, shuffled = NULL;
  g_autoptr (AyNeighbours) graph = NULL, other = NULL;
  g_autoptr (AyDensity) found = NULL, moved = NULL;
  AyRng rng;

  ay_rng_init (&rng, 4, 0);
  for (gsize i = 0; i < n; i++)
    for (gsize j = 0; j < d; j++)
      x[i * d + j] = (float) (i % 4 == 3 ? 60.0 * ay_rng_uniform (&rng) - 30.0
                                         : (j == i % 4 ? 15.0 : 0.0)
                                               + (i % 4 + 1) * 0.5 * ay_rng_normal (&rng));
  order = ay_rng_sample (&rng, n, n);
  for (gsize i = 0; i < n; i++)
    memcpy (y + i * d, x + order[i] * d, d * sizeof (float));
  matrix = points_matrix (n, d, x);
  shuffled = points_matrix (n, d, y);
  graph = graph_of (matrix, 20, AY_DISTANCE_EUCLIDEAN);
  other = graph_of (shuffled, 20, AY_DISTANCE_EUCLIDEAN);
  found = density (graph, 30, 10);
  moved = density (other, 30, 10);
  g_assert_cmpuint (found->k, ==, 3);
  for (gsize i = 0; i < n; i++)
    {
      again[order[i]] = moved->cluster[i];
      if (i % 4 == 3 || found->cluster[i] == AY_DENSITY_NOISE)
        continue;
      for (gsize j = 0; j < 40; j++) /* never two blobs in one */
        g_assert_true (j % 4 == 3 || j % 4 == i % 4 || found->cluster[i] != found->cluster[j]
                       || found->cluster[j] == AY_DENSITY_NOISE);
    }
  for (gsize b = 0; b < 3; b++)
    {
      gsize in = 0;

      for (gsize i = b; i < n; i += 4)
        in += found->cluster[i] != AY_DENSITY_NOISE;
      g_assert_cmpuint (in, >, 240);
    }
  assert_same_parts (found->cluster, again, n);
}

static void
test_edges (void)
{
  float equal[30], zero[60] = { 0 };
  g_autoptr (AyMatrix) same = NULL, half = NULL;
  g_autoptr (AyNeighbours) graph = NULL, cosine = NULL;
  g_autoptr (AyDensity) none = NULL, parts = NULL;
  AyDensityOptions options = { 1, 0 };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < 30; i++)
    {
      equal[i] = 3.0f;
      zero[2 * i] = i % 3 == 0 ? 0.0f : i % 3 == 1 ? 1.0f : -0.01f * (i % 5);
      zero[2 * i + 1] = i % 3 == 0 ? 0.0f : i % 3 == 1 ? 0.01f * (i % 7) : 1.0f;
    }
  same = points_matrix (30, 1, equal);
  graph = graph_of (same, 5, AY_DISTANCE_EUCLIDEAN);
  none = density (graph, 5, 3); /* all the same, in pieces as the graph has them */
  g_assert_cmpuint (none->n_noise + 5 * none->k, <=, 30);
  {
    float nothing[20] = { 0 };
    g_autoptr (AyMatrix) empty = points_matrix (10, 2, nothing);
    g_autoptr (AyNeighbours) loose = graph_of (empty, 3, AY_DISTANCE_COSINE);
    g_autoptr (AyDensity) all = density (loose, 2, 2); /* no edge at all */

    g_assert_cmpuint (all->n_noise, ==, 10);
    g_assert_cmpuint (all->n_pieces, ==, 10);
  }
  half = points_matrix (30, 2, zero);
  cosine = graph_of (half, 8, AY_DISTANCE_COSINE);
  parts = density (cosine, 4, 3);
  g_assert_cmpuint (parts->k, >=, 2);
  for (gsize i = 0; i < 30; i += 3)
    g_assert_cmpuint (parts->cluster[i], ==, AY_DENSITY_NOISE); /* zero rows */
  g_assert_null (ay_density_new (graph, &options, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/density/definition", test_definition);
  g_test_add_func ("/density/planted", test_planted);
  g_test_add_func ("/density/edges", test_edges);
  return g_test_run ();
}
