/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a map may be believed: which neighbours on it are neighbours in the data.
 *
 * The shares compare two lists of k neighbours a point. Trustworthiness and continuity want the
 * ranks of the strangers: distances of the sample's points among themselves come from blocked
 * products (float, around the points' mean), those on the map directly; a rank is a count of
 * smaller (distance, position). Source: Venna and Kaski 2001.
 * Cost: m^2 (d + about k) for a sample of m, m d floats and 128 m floats twice a worker. */
#include "core/project/trust.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define BLOCK 512
#define ROWS 64

/* ---- shares ---- */

typedef struct
{
  const AyNeighbours *neighbours;
  const guint32 *plane;
  guint k;
  double *shares;
} Shares;

static void
share_block (gsize block, guint worker, gpointer data)
{
  const Shares *self = data;
  gsize last = MIN ((block + 1) * BLOCK, self->neighbours->n);

  for (gsize i = block * BLOCK; i < last; i++)
    {
      const guint32 *near = self->neighbours->index + i * self->neighbours->k;
      const guint32 *seen = self->plane + i * self->k;
      guint known = 0, kept = 0;

      for (guint a = 0; a < self->k; a++)
        {
          gboolean found = FALSE;

          if (near[a] == G_MAXUINT32)
            continue;
          known++;
          for (guint b = 0; b < self->k; b++)
            found = found || seen[b] == near[a];
          kept += found;
        }
      self->shares[i] = known > 0 ? (double) kept / known : NAN;
    }
}

double *
ay_trust_shares (const AyNeighbours *neighbours, const float *xy, guint k, AyJob *job,
                 GError **error)
{
  Shares self = { .neighbours = neighbours, .k = CLAMP (k, 1, MAX (neighbours->k, 1)) };
  g_autofree double *shares
      = ay_try_alloc (MAX (neighbours->n, 1), sizeof (double), "the shares", error);
  g_autofree guint32 *plane = NULL;

  if (shares == NULL)
    return NULL;
  plane = ay_plane_neighbours (xy, neighbours->n, self.k, job, error);
  if (plane == NULL)
    return NULL;
  self.plane = plane;
  self.shares = shares;
  if (!ay_parallel_for (ay_n_blocks (neighbours->n, BLOCK), share_block, &self, job, error))
    return NULL;
  return g_steal_pointer (&shares);
}

/* ---- ranks ---- */

typedef struct
{
  gsize m;
  guint k;
  gsize d;
  const float *rows;    /* m x d */
  const float *square;  /* m */
  const float *xy;      /* m x 2 */
  float *scratch;       /* of each worker: 2 ROWS x m */
  double *strange[2];   /* of each block: trust, continuity */
} Ranks;

/* The k nearest of point i by (distance, position). */
static void
nearest (const float *distance, gsize m, gsize i, guint k, guint32 *out)
{
  guint count = 0;

  for (gsize j = 0; j < m; j++)
    if (j != i && (count < k || distance[j] < distance[out[k - 1]]))
      {
        guint at = count < k ? count++ : k - 1;

        for (; at > 0 && distance[out[at - 1]] > distance[j]; at--)
          out[at] = out[at - 1];
        out[at] = (guint32) j;
      }
}

/* Points before j in the order of (distance, position), point i left out. */
static gsize
rank_of (const float *distance, gsize m, gsize i, guint32 j)
{
  float limit = distance[j];
  gsize smaller = 0, equal = 0;

  for (gsize l = 0; l < m; l++)
    smaller += distance[l] < limit;
  for (gsize l = 0; l < j; l++)
    equal += distance[l] == limit;
  smaller -= distance[i] < limit;
  equal -= i < j && distance[i] == limit;
  return smaller + equal + 1;
}

/* Excess ranks in `truth` of those of `shown` that are not of `known`. */
static double
excess (const float *truth, gsize m, gsize i, guint k, const guint32 *known, const guint32 *shown)
{
  double sum = 0.0;

  for (guint a = 0; a < k; a++)
    {
      gboolean found = FALSE;

      for (guint b = 0; b < k; b++)
        found = found || known[b] == shown[a];
      if (!found)
        sum += (double) rank_of (truth, m, i, shown[a]) - k;
    }
  return sum;
}

static void
rank_block (gsize block, guint worker, gpointer data)
{
  const Ranks *self = data;
  gsize first = block * ROWS, count = MIN (ROWS, self->m - first), m = self->m;
  float *far = self->scratch + 2 * ROWS * m * worker, *seen = far + ROWS * m;
  g_autofree guint32 *known = g_new (guint32, self->k), *shown = g_new (guint32, self->k);

  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) count, (int) m, (int) self->d, -2.0f,
               self->rows + first * self->d, (int) self->d, self->rows, (int) self->d, 0.0f, far,
               (int) m);
  for (gsize r = 0; r < count; r++)
    {
      gsize i = first + r;
      float *in_data = far + r * m, *on_map = seen + r * m;

      for (gsize j = 0; j < m; j++)
        {
          float dx = self->xy[2 * j] - self->xy[2 * i];
          float dy = self->xy[2 * j + 1] - self->xy[2 * i + 1];

          in_data[j] += self->square[i] + self->square[j];
          on_map[j] = dx * dx + dy * dy;
        }
      nearest (in_data, m, i, self->k, known);
      nearest (on_map, m, i, self->k, shown);
      self->strange[0][block] += excess (in_data, m, i, self->k, known, shown);
      self->strange[1][block] += excess (on_map, m, i, self->k, shown, known);
    }
}

/* Which positions are compared: all, or a sorted sample. */
static guint32 *
draw_sample (gsize n, const AyTrustOptions *options, gsize *m)
{
  guint32 *sample;
  AyRng rng;

  *m = MIN (n, MAX (options->most, 3));
  ay_rng_init (&rng, options->seed, 0x7d);
  sample = ay_rng_sample (&rng, n, *m);
  for (gsize i = 0; i < *m && *m == n; i++)
    sample[i] = (guint32) i;
  return sample;
}

static gboolean
sum_ranks (Ranks *self, AyTrust *out, AyJob *job, GError **error)
{
  gsize blocks = ay_n_blocks (self->m, ROWS);
  g_autofree float *scratch = ay_try_alloc ((gsize) 2 * ROWS * ay_threads (),
                                            self->m * sizeof (float), "the distances", error);
  g_autofree double *strange = g_new0 (double, 2 * blocks);
  double m = (double) self->m, k = self->k, sum[2] = { 0.0, 0.0 }, scale;

  if (scratch == NULL)
    return FALSE;
  self->scratch = scratch;
  self->strange[0] = strange;
  self->strange[1] = strange + blocks;
  if (!ay_parallel_for (blocks, rank_block, self, job, error))
    return FALSE;
  for (gsize b = 0; b < 2 * blocks; b++)
    sum[b / blocks] += strange[b];
  scale = 2.0 / (m * k * (2.0 * m - 3.0 * k - 1.0));
  out->trustworthiness = 1.0 - scale * sum[0];
  out->continuity = 1.0 - scale * sum[1];
  return TRUE;
}

gboolean
ay_trust_measure (const AyPoints *points, const float *xy, const AyTrustOptions *options,
                  AyTrust *out, AyJob *job, GError **error)
{
  g_autoptr (AyPointSet) set = NULL;
  g_autofree guint32 *sample = NULL;
  g_autofree float *rows = NULL, *square = NULL, *places = NULL;
  Ranks ranks = { 0 };
  gsize m;

  *out = (AyTrust) { NAN, NAN, 0, points->n };
  if (points->n < 3)
    return TRUE;
  set = ay_point_set_new (points, NULL, job, error);
  if (set == NULL)
    return FALSE;
  sample = draw_sample (points->n, options, &m);
  rows = ay_try_alloc (m, set->d * sizeof (float), "the sample", error);
  if (rows == NULL)
    return FALSE;
  square = g_new (float, m);
  places = g_new (float, 2 * m);
  ay_point_set_load (set, sample, 0, m, rows);
  for (gsize i = 0; i < m; i++)
    {
      square[i] = set->square[sample[i]];
      places[2 * i] = xy[2 * (gsize) sample[i]];
      places[2 * i + 1] = xy[2 * (gsize) sample[i] + 1];
    }
  ranks = (Ranks) { .m = m, .d = set->d, .rows = rows, .square = square, .xy = places,
                    .k = (guint) CLAMP (MIN ((gsize) options->k, (m - 1) / 2), 1, m - 1) };
  out->k = ranks.k;
  out->sample = m;
  return sum_ranks (&ranks, out, job, error);
}
