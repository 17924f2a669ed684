/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairs of points of different ranks: a ring of tiles.
 *
 * Every rank cuts its points, in the order of their coordinate along the first direction, into
 * tiles of the same number of points. In a round each sends its next tile - numbers, coordinates
 * along the directions, rows - and has those of the others as visitors, which its own points meet
 * as they meet one another (pair_search.c). Of two ranks the lower one takes all its points with
 * the higher one's even blocks, the higher one its own odd blocks with all that visit from the
 * lower: each pair once, in every round half of them to each.
 *
 * Bytes a rank sends: (4 + 4 m + 4 d) a point (8 d where features are no plain floats), whatever
 * the number of ranks. Memory: a tile of every rank, some 64 MB. */
#include "core/graph/pairs_private.h"

#include "core/base/error.h"

#include <string.h>

#define TILE_BYTES ((gsize) 64 << 20) /* of all visitors' rows */
#define MOST_TILE 2048

typedef struct
{
  AyPairSearch *search;
  AyRanks *ranks;
  gsize d, element;        /* bytes of a feature */
  gboolean floats;
  gsize tile;              /* points */
  guint64 *n;              /* by rank: points */
  gsize *count, *sizes;    /* by rank: points of the present tile; bytes */
  gpointer mine;           /* what of a tile is sent */
  guint32 *numbers;        /* of all visitors, rank by rank, as what follows */
  float *along;            /* m x count each */
  gpointer rows;
  AyPairVisitor *visitors; /* ranks - 1 at most */
  AyPointSet **sets;
  AyMatrix **matrices;
  gsize n_visitors;
} Ring;

static void
let_go (Ring *self)
{
  for (gsize v = 0; v < self->n_visitors; v++)
    {
      self->visitors[v].side.along = NULL; /* a piece of the ring's */
      ay_pair_side_clear (&self->visitors[v].side);
      ay_point_set_free (self->sets[v]);
      g_clear_pointer (&self->matrices[v], ay_matrix_unref);
    }
  self->n_visitors = 0;
}

static void
ring_clear (Ring *self)
{
  let_go (self);
  g_free (self->n);
  g_free (self->count);
  g_free (self->sizes);
  g_free (self->mine);
  g_free (self->numbers);
  g_free (self->along);
  g_free (self->rows);
  g_free (self->visitors);
  g_free (self->sets);
  g_free (self->matrices);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ring, ring_clear)

static gboolean
ring_init (Ring *self, AyPairSearch *search, GError **error)
{
  const AyMatrix *features = search->points->points.features;
  AyRanks *ranks = search->points->points.ranks;
  gsize d = search->points->d, room, item;
  guint64 own = search->own.n;

  *self = (Ring) { .search = search, .ranks = ranks, .d = d,
                   .floats = ay_matrix_is_plain_f32 (features) };
  self->element = self->floats ? sizeof (float) : sizeof (double);
  self->tile = CLAMP (TILE_BYTES / (ranks->size * d * self->element), AY_PAIR_BLOCK, MOST_TILE)
               / AY_PAIR_BLOCK * AY_PAIR_BLOCK;
  self->n = g_new0 (guint64, ranks->size);
  self->count = g_new0 (gsize, ranks->size);
  self->sizes = g_new0 (gsize, ranks->size);
  self->visitors = g_new0 (AyPairVisitor, ranks->size);
  self->sets = g_new0 (AyPointSet *, ranks->size);
  self->matrices = g_new0 (AyMatrix *, ranks->size);
  room = self->tile * ranks->size;
  item = MAX (d * self->element, search->m * sizeof (float));
  self->numbers = g_new (guint32, room);
  self->mine = ay_try_alloc (self->tile, item, "visiting rows", error);
  if (self->mine == NULL)
    return FALSE;
  self->along = ay_try_alloc (room, search->m * sizeof (float), "visiting rows", error);
  if (self->along == NULL)
    return FALSE;
  self->rows = ay_try_alloc (room, d * self->element, "visiting rows", error);
  return self->rows != NULL
         && ay_ranks_gather_each (ranks, "points searched", &own, sizeof own, self->n, error);
}

/* `size` bytes of each point of the present tile to everybody. */
static gboolean
send (Ring *self, const char *what, gsize size, gpointer all, GError **error)
{
  for (guint r = 0; r < self->ranks->size; r++)
    self->sizes[r] = self->count[r] * size;
  return ay_ranks_gather (self->ranks, what, self->mine, self->sizes, all, error);
}

static gboolean
send_tile (Ring *self, gsize first, GError **error)
{
  const AyPairSearch *search = self->search;
  const AyPairSide *own = &search->own;
  const AyMatrix *features = search->points->points.features;
  gsize count = self->count[self->ranks->rank];
  g_autofree guint32 *rows = g_new (guint32, count + 1);

  if (count > 0)
    memcpy (self->mine, own->order + first, count * sizeof (guint32));
  if (!send (self, "visiting numbers", sizeof (guint32), self->numbers, error))
    return FALSE;
  for (guint k = 0; k < search->m && count > 0; k++)
    memcpy ((float *) self->mine + k * count, own->along + k * own->n + first,
            count * sizeof (float));
  if (!send (self, "visiting coordinates", search->m * sizeof (float), self->along, error))
    return FALSE;
  for (gsize i = 0; i < count; i++)
    rows[i] = ay_point_row (search->points, own->order[first + i]);
  if (self->floats)
    ay_matrix_gather_f32 (features, rows, count, self->mine);
  else
    ay_matrix_gather_f64 (features, rows, count, self->mine);
  return send (self, "visiting rows", self->d * self->element, self->rows, error);
}

/* Of rank r's tile, whose points begin at `at` among all that were sent and at `first` among its
 * own. */
static gboolean
receive (Ring *self, guint r, gsize at, gsize first, GError **error)
{
  AyPairVisitor *visitor = self->visitors + self->n_visitors;
  const AyPointSet *points = self->search->points;
  gsize count = self->count[r], v = self->n_visitors;
  const char *from = (const char *) self->rows + at * self->d * self->element;
  AyPoints visiting = points->points;

  self->matrices[v] = ay_matrix_wrap (count, self->d,
                                      self->floats ? AY_DTYPE_F32 : AY_DTYPE_F64, FALSE, FALSE,
                                      from, NULL, NULL);
  visiting.features = self->matrices[v];
  visiting.rows = NULL;
  visiting.n = count;
  visiting.ranks = NULL;
  self->sets[v] = ay_point_set_new (&visiting, points, self->search->job, error);
  *visitor = (AyPairVisitor) { { .points = self->sets[v], .n = count,
                                 .number = self->numbers + at,
                                 .along = self->along + at * self->search->m },
                               r < self->ranks->rank, first / AY_PAIR_BLOCK % 2 == 1 };
  visitor->side.order = g_new (guint32, count);
  visitor->side.length = g_new (float, count);
  self->n_visitors++;
  for (gsize i = 0; i < count && self->sets[v] != NULL; i++)
    {
      visitor->side.order[i] = (guint32) i;
      visitor->side.length[i] = self->sets[v]->square[i];
    }
  return self->sets[v] != NULL;
}

/* A round: tile `number` of each rank. */
static gboolean
run_round (Ring *self, gsize number, GError **error)
{
  guint own = self->ranks->rank;
  gsize at = 0;

  for (guint r = 0; r < self->ranks->size; r++)
    {
      gsize first = MIN (number * self->tile, self->n[r]);

      self->count[r] = MIN (self->tile, self->n[r] - first);
    }
  if (!send_tile (self, MIN (number * self->tile, self->n[own]), error))
    return FALSE;
  for (guint r = 0; r < self->ranks->size; at += self->count[r], r++)
    if (r != own && self->count[r] > 0 && !receive (self, r, at, number * self->tile, error))
      return FALSE;
  if (!ay_pair_search_meet (self->search, self->visitors, self->n_visitors, error))
    return FALSE;
  let_go (self);
  return TRUE;
}

gboolean
ay_pair_ring_run (AyPairSearch *self, GError **error)
{
  AyRanks *ranks = self->points->points.ranks;
  guint64 total;
  g_autofree guint64 *totals = g_new (guint64, ranks->size);
  g_auto (Ring) ring = { 0 };
  gsize most = 0;

  if (!ring_init (&ring, self, error))
    return FALSE;
  for (guint r = 0; r < ranks->size; r++)
    most = MAX (most, ring.n[r]);
  for (gsize number = 0; ranks->size > 1 && number * ring.tile < most; number++)
    if (!run_round (&ring, number, error))
      return FALSE;
  total = self->total;
  if (!ay_ranks_gather_each (ranks, "pairs found", &total, sizeof total, totals, error))
    return FALSE;
  self->total = 0;
  for (guint r = 0; r < ranks->size; r++)
    self->total += totals[r];
  return TRUE;
}
