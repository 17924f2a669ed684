/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UMAP's layout by negative sampling, the same bytes for any number of threads.
 *
 * umap-learn draws each edge w / max w times an epoch; both its points then move along the
 * gradient of the attraction, and the first moves away from five points drawn at random. Here
 * every point is moved by its own row of edges alone (an edge stands in both rows, so nothing is
 * lost), against the positions at the start of the round: a sweep is ROUNDS rounds of
 * neighbouring points, a round's points move independently on all cores, and are written back
 * together. An edge is drawn in epoch e when floor ((e + 1) w / max w) > floor (e w / max w),
 * which is umap-learn's schedule in closed form; negatives come from a hash of seed, sweep and
 * edge. Nothing depends on which thread moves a point.
 *
 * A point moves twice a drawn edge and epoch, once for each end that drew it. An epoch therefore
 * is two sweeps with half of the negatives each: two pulls in a row at a neighbour that stands
 * still overshoot it. A point's edges move it one after the other, so the last has the most to
 * say; where rows that are near also stand near (by time, say) one fixed order drags each point
 * along the rows. So a sweep begins at a hashed edge and goes round, the second one backwards.
 *
 * A block of points is first made into a list of draws; as many points as a vector has lanes are
 * then moved at once, each through its own draws in order (umap_kernel.inc).
 * Cost: about 12 draws an edge-epoch of seven evaluations, one to two nanoseconds each; 8 bytes an
 * edge and 16 a point. */
#include "core/project/umap_layout.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"

#include <math.h>
#include <string.h>
#if defined __x86_64__ && !defined __clang__ /* which passes the target pragmas over */
#include <immintrin.h>
#endif

/* Vectors wider than the machine's are passed between static functions only. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define ROUNDS 8      /* an epoch */
#define BLOCK 256     /* points */

#define GLUE_(a, b) a##_##b
#define GLUE(a, b) GLUE_ (a, b)
#define LAYOUT(name) GLUE (umap_##name, SUFFIX)

#define SUFFIX plain
#define UMAP_NAME "128 bits"
#define WIDTH 4
#define MULTIPLY_EVEN(a, b) (((a) & 0xffffffffu) * (b))
#define LEAST(a, b) CHOOSE ((a) < (b), a, b)
#define MOST(a, b) CHOOSE ((a) > (b), a, b)
#include "core/project/umap_kernel.inc"
#undef SUFFIX
#undef UMAP_NAME
#undef WIDTH
#undef MULTIPLY_EVEN
#undef LEAST
#undef MOST

#if defined __x86_64__ && !defined __clang__
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define SUFFIX avx2
#define UMAP_NAME "AVX2"
#define WIDTH 8
#define MULTIPLY_EVEN(a, b) ((umap_uvec64_avx2) _mm256_mul_epu32 ((__m256i) (a), (__m256i) (b)))
#define LEAST(a, b) ((umap_vec_avx2) _mm256_min_ps ((__m256) (a), (__m256) (b)))
#define MOST(a, b) ((umap_vec_avx2) _mm256_max_ps ((__m256) (a), (__m256) (b)))
#include "core/project/umap_kernel.inc"
#undef SUFFIX
#undef UMAP_NAME
#undef WIDTH
#undef MULTIPLY_EVEN
#undef LEAST
#undef MOST
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,fma")
#define SUFFIX avx512
#define UMAP_NAME "AVX-512"
#define WIDTH 16
#define MULTIPLY_EVEN(a, b) ((umap_uvec64_avx512) _mm512_mul_epu32 ((__m512i) (a), (__m512i) (b)))
#define LEAST(a, b) ((umap_vec_avx512) _mm512_min_ps ((__m512) (a), (__m512) (b)))
#define MOST(a, b) ((umap_vec_avx512) _mm512_max_ps ((__m512) (a), (__m512) (b)))
#include "core/project/umap_kernel.inc"
#undef SUFFIX
#undef UMAP_NAME
#undef WIDTH
#undef MULTIPLY_EVEN
#undef LEAST
#undef MOST
#pragma GCC pop_options
#endif

/* The widest text on any machine, so that a test can run it where AVX-512 is absent. */
#define SUFFIX wide
#define UMAP_NAME "512 bits, plain"
#define WIDTH 16
#define MULTIPLY_EVEN(a, b) (((a) & 0xffffffffu) * (b))
#define LEAST(a, b) CHOOSE ((a) < (b), a, b)
#define MOST(a, b) CHOOSE ((a) > (b), a, b)
#include "core/project/umap_kernel.inc"
#undef SUFFIX
#undef UMAP_NAME
#undef WIDTH
#undef MULTIPLY_EVEN
#undef LEAST
#undef MOST

const AyUmapKernel *
ay_umap_kernel_nth (guint index)
{
  const AyUmapKernel *all[4] = { NULL, NULL, NULL, NULL };
  guint n = 0;

#if defined __x86_64__ && !defined __clang__
  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512dq"))
    all[n++] = &umap_kernel_avx512;
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    all[n++] = &umap_kernel_avx2;
#endif
  all[n++] = &umap_kernel_plain;
  all[n++] = &umap_kernel_wide;
  return index < n ? all[index] : NULL;
}

/* One round. */
typedef struct
{
  const AyLayoutGraph *graph;
  const AyUmapKernel *kernel;
  AyUmapMoves moves;     /* what is the same for every block */
  gsize size;            /* points a round */
  gsize first, last;     /* its points */
  guint negatives;       /* of both sweeps */
  AyRng rng;
  guint epoch;
  gboolean back;         /* edges from last to first */
  guint32 key;           /* of the sweep */
  gsize room;            /* most draws of a block */
  guint32 *draws;        /* of each worker: 3 x room */
} Round;

/* Wellons's lowbias32: neighbouring edges draw unrelated negatives. */
static inline guint32
mix (guint32 x)
{
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  return x ^ (x >> 16);
}

static void
move_block (gsize block, guint worker, gpointer data)
{
  const Round *self = data;
  const AyLayoutGraph *graph = self->graph;
  gsize first = self->first + block * BLOCK, last = MIN (first + BLOCK, self->last), count = 0;
  guint32 *head = self->draws + 3 * self->room * worker;
  guint32 *tail = head + self->room, *key = tail + self->room;
  float before = (float) self->epoch, after = before + 1.0f;
  AyUmapMoves moves = self->moves;

  memcpy (moves.next + 2 * first, moves.xy + 2 * first, 2 * (last - first) * sizeof (float));
  for (gsize i = first; i < last; i++)
    {
      gsize begin = graph->offset[i], degree = graph->offset[i + 1] - begin;
      gsize at = degree > 0 ? mix ((guint32) i + self->key) % degree : 0;

      for (gsize left = degree; left > 0; left--)
        {
          gsize e = begin + (self->back ? degree - 1 - at : at);
          float rate = graph->weight[e];

          head[count] = (guint32) i;
          tail[count] = graph->tail[e];
          key[count] = mix ((guint32) e ^ self->key);
          count += (int) (after * rate) > (int) (before * rate);
          at = at + 1 < degree ? at + 1 : 0;
        }
    }
  moves.head = head;
  moves.tail = tail;
  moves.key = key;
  moves.count = count;
  self->kernel->move (&moves);
}

/* Most edges that the points of a block have, and one for the slot written ahead. */
static gsize
most_draws (const AyLayoutGraph *graph, gsize round)
{
  gsize most = 0;

  for (gsize begin = 0; begin < graph->n; begin += round)
    for (gsize first = begin; first < MIN (begin + round, graph->n); first += BLOCK)
      {
        gsize last = MIN (MIN (first + BLOCK, begin + round), graph->n);

        most = MAX (most, graph->offset[last] - graph->offset[first]);
      }
  return most + 1;
}

/* Weights over their largest: how often an epoch an edge is drawn; what would be drawn less than
 * once in all epochs is not drawn. */
static void
weights_to_rates (AyLayoutGraph *graph, guint epochs)
{
  float most = 0.0f;

  for (gsize e = 0; e < graph->offset[graph->n]; e++)
    most = MAX (most, graph->weight[e]);
  for (gsize e = 0; e < graph->offset[graph->n] && most > 0.0f; e++)
    {
      float rate = graph->weight[e] / most;

      graph->weight[e] = rate * (float) epochs >= 1.0f ? rate : 0.0f;
    }
}

static gboolean
run_sweep (Round *round, float *xy, AyJob *job, GError **error)
{
  gsize n = round->graph->n;

  for (gsize first = 0; first < n; first += round->size)
    {
      gsize last = MIN (first + round->size, n);

      round->first = first;
      round->last = last;
      if (!ay_parallel_for (ay_n_blocks (last - first, BLOCK), move_block, round, job, error))
        return FALSE;
      memcpy (xy + 2 * first, round->moves.next + 2 * first, 2 * (last - first) * sizeof (float));
    }
  return TRUE;
}

static gboolean
run_epoch (Round *round, float *xy, AyJob *job, GError **error)
{
  for (guint sweep = 0; sweep < 2; sweep++)
    {
      round->back = sweep == 1;
      round->key = (guint32) ay_rng_next (&round->rng);
      round->moves.negatives = (round->negatives + 1 - sweep) / 2;
      if (!run_sweep (round, xy, job, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
ay_umap_layout (AyLayoutGraph *graph, const AyUmapOptions *options, AyLayout *layout,
                const AyLayoutWatch *watch, AyJob *job, GError **error)
{
  guint epochs = ay_umap_epochs (options, graph->n);
  Round round = { .graph = graph, .kernel = ay_umap_kernel_nth (0),
                  .size = ay_n_blocks (ay_n_blocks (graph->n, ROUNDS), BLOCK) * BLOCK,
                  .negatives = options->negatives };
  AyLayoutLoop loop = { .watch = watch, .job = job };
  g_autofree float *next = ay_try_alloc (2 * graph->n, sizeof (float), "the map", error);
  g_autofree guint32 *draws = NULL;
  gboolean stopped = FALSE;
  double a, b;

  round.room = most_draws (graph, round.size);
  draws = next != NULL ? ay_try_alloc (3 * round.room * ay_threads (), sizeof (guint32),
                                       "the draws of the map", error)
                       : NULL;
  if (draws == NULL)
    return FALSE;
  round.draws = draws;
  ay_umap_curve (options->min_dist, options->spread, &a, &b);
  ay_rng_init (&round.rng, options->seed, 0x2b);
  weights_to_rates (graph, epochs);
  round.moves = (AyUmapMoves) { .n = graph->n, .xy = layout->xy, .next = next, .a = (float) a,
                                .b = (float) b, .repulsion = (float) options->repulsion };
  ay_job_set_phase (job, "laying out the map");
  layout->planned = epochs;
  for (guint epoch = 0; epoch < epochs && !stopped; epoch++)
    {
      round.epoch = epoch;
      round.moves.rate = (float) (options->rate * (1.0 - (double) epoch / epochs));
      if (!run_epoch (&round, layout->xy, job, error))
        return FALSE;
      layout->rounds = epoch + 1;
      stopped = !ay_layout_round (&loop, layout->xy, layout->n, epoch + 1, epochs);
    }
  return TRUE;
}
