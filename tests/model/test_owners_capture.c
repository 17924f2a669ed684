/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/site_values.h"
#include "core/model/standardise.h"
#include "model/model_data.h"
#include "model/owners_capture.h"

/* Owners apart say nothing of their rows but sums over enough of them. Every buffer at the one
 * place where ranks talk is kept and searched: for rows as they are and standardised, as they lie
 * in memory and as any multiple, for their labels; and each number sent is asked how many of the
 * owner's rows it depends on, by changing one row after another while the other owners say what
 * they said before.
 *
 * The same file built with ASSAY_LEAK is the proof that this finds something: there the door lets
 * out what it must not, in several ways, and each must be found. */

#define OWNERS 3
#define N 110 /* rows of each */
#define D 6
#define CLASSES 3
#define LEAST 20

typedef struct
{
  Made made;        /* rows of all owners, one after another, then as many to judge by */
  guint n_classes;
  gboolean products; /* the Hessian is not sent, but products with it */
  gboolean must_end; /* what leaks may be no sums that a fit comes to an end with */
  Capture captures[OWNERS];
} Run;

/* --- what a leaking build lets out --- */

typedef enum
{
  LEAK_NONE,
  LEAK_ROW,       /* a row */
  LEAK_FLOATS,    /* a row as it lies in memory */
  LEAK_MULTIPLE,  /* a row times a number: the gradient of one row */
  LEAK_LABELS,
  LEAK_FEW,       /* a sum over 10 rows */
  LEAK_RARE,      /* a number that 19 rows have a part in */
  N_LEAKS,
} Leak;

#ifdef ASSAY_LEAK
static Leak leak;
static gboolean leak_products;

/* The kind of message in which it lies. */
static AyReleaseKind
leaking_kind (void)
{
  if (leak_products)
    return AY_RELEASE_PRODUCT;
  return leak == LEAK_FEW || leak == LEAK_RARE ? AY_RELEASE_MEANS : AY_RELEASE_FIT;
}

void ay_release_leak (const AyRelease *self, AyReleaseKind kind, double *mine, gsize n);

void
ay_release_leak (const AyRelease *self, AyReleaseKind kind, double *mine, gsize n)
{
  const AyProblem *own = self->own;
  double row[D];
  float narrow[D];

  gboolean few = leak == LEAK_FEW || leak == LEAK_RARE;

  if (kind != leaking_kind () || self->ranks->rank != 1)
    return;
  for (gsize i = 0; i < (leak == LEAK_FEW ? 10 : leak == LEAK_RARE ? 19 : 1); i++)
    {
      ay_matrix_get_f64 (own->features, own->rows[7 + i], 1, row);
      ay_matrix_get_f32 (own->features, own->rows[7 + i], 1, narrow);
      for (gsize j = 0; j < D; j++)
        if (few)
          mine[1 + j] = (i > 0 ? mine[1 + j] : 0.0) + row[j];
        else if (leak == LEAK_ROW || leak == LEAK_MULTIPLE)
          mine[2 + j] = (leak == LEAK_ROW ? 1.0 : -0.3) * row[j];
      if (leak == LEAK_FLOATS)
        memcpy (mine + 2, narrow, sizeof narrow);
    }
  for (gsize j = 0; leak == LEAK_LABELS && j < 10; j++)
    mine[2 + j] = own->label != NULL ? own->label[j] : own->target[j];
}
#endif

/* --- one owner --- */

static AyProblem
rows_of (const Run *self, guint part)
{
  AyProblem own = self->made.problem;

  own.rows += part * N;
  own.n = N;
  own.weight = NULL;
  if (own.label != NULL)
    own.label += part * N;
  if (own.target != NULL)
    own.target += part * N;
  return own;
}

static gboolean
run_owner (Run *self, AyRanks *ranks, GError **error)
{
  AyReleaseRules rules = AY_RELEASE_RULES_INIT;
  AyHeadOptions head = AY_HEAD_OPTIONS_INIT;
  AyOwnersOptions options = { .head = &head, .max_rounds = self->must_end ? 50 : 2,
                              .most_dense = self->products ? 1 : 0 };
  AyProblem own = rows_of (self, ranks->rank), valid = rows_of (self, OWNERS);
  g_autoptr (AyRelease) gate = ay_release_new (ranks, &rules, NULL);
  g_autoptr (AyOwnersFit) fit = NULL;
  g_autoptr (AySiteValues) sites = NULL;

  if (!ay_release_rows (gate, &own, NULL, error))
    return FALSE;
  fit = ay_owners_fit (gate, &options, NULL, error);
  sites = fit != NULL ? ay_site_values_new (gate, fit, &valid, 60, NULL, error) : NULL;
  return sites != NULL && ay_release_done (gate, error);
}

static gboolean
run_rank (AyRanks *ranks, gpointer data, GError **error)
{
  Run *self = data;

  capture_begin (&self->captures[ranks->rank], ranks);
  return run_owner (self, ranks, error);
}

/* --- searches --- */

/* The row as it is and as the head sees it, whole and two neighbouring features at a time. */
static gboolean
has_row (const Run *self, const Capture *capture, const AyMoments *moments, guint32 row)
{
  double x[D], z[D];
  float narrow[D], scaled[D];

  ay_matrix_get_f64 (self->made.features, row, 1, x);
  for (gsize j = 0; j < D; j++)
    {
      narrow[j] = (float) x[j];
      scaled[j] = (float) ((x[j] - (float) moments->mean[j]) * (float) (1.0 / moments->sd[j]));
      z[j] = scaled[j];
    }
  for (gsize j = 0; j + 1 < D; j++)
    if (capture_has (capture, x + j, 2 * sizeof *x) || capture_has (capture, z + j, 2 * sizeof *z)
        || capture_has (capture, narrow + j, 2 * sizeof *narrow)
        || capture_has (capture, scaled + j, 2 * sizeof *scaled))
      return TRUE;
  return capture_has_direction (capture, x, D) || capture_has_direction (capture, z, D);
}

/* Ten labels that follow each other, in the widths that they may have. */
static gboolean
has_labels (const Capture *capture, const AyProblem *own, gsize at)
{
  gint32 narrow[10];
  gint64 wide[10];
  guint8 bytes[10];
  double numbers[10];

  for (gsize j = 0; j < 10; j++)
    {
      numbers[j] = own->label != NULL ? own->label[at + j] : own->target[at + j];
      narrow[j] = (gint32) numbers[j];
      wide[j] = narrow[j];
      bytes[j] = (guint8) narrow[j];
    }
  return capture_has (capture, numbers, sizeof numbers)
         || (own->label != NULL
             && (capture_has (capture, narrow, sizeof narrow)
                 || capture_has (capture, wide, sizeof wide)
                 || capture_has (capture, bytes, sizeof bytes)));
}

static guint
find_rows (const Run *self)
{
  AyProblem every = self->made.problem;
  g_autoptr (AyMoments) moments = NULL;
  guint found = 0;

  every.n = OWNERS * N;
  every.weight = NULL;
  moments = ay_moments_of (&every, NULL, NULL);
  for (guint owner = 0; owner < OWNERS; owner++)
    {
      AyProblem own = rows_of (self, owner);

      for (guint k = 0; k < OWNERS; k++) /* in anyone's messages */
        for (gsize i = 0; i < N; i++)
          {
            found += has_row (self, &self->captures[k], moments, own.rows[i]);
            found += i + 10 <= N && has_labels (&self->captures[k], &own, i);
          }
    }
  return found;
}

/* --- how many rows a number depends on --- */

/* The numbers of a message that differ get one more. */
static void
count_changes (GBytes *before, GBytes *after, guint *count)
{
  gsize size, other;
  const guint64 *a = g_bytes_get_data (before, &size), *b = g_bytes_get_data (after, &other);

  g_assert_cmpuint (size, ==, other);
  for (gsize j = 0; j < size / sizeof *a; j++)
    count[j] += a[j] != b[j];
  count[size / sizeof *a] += memcmp (a + size / sizeof *a, b + size / sizeof *a,
                                     size % sizeof *a) != 0;
}

/* The owner runs again with one of its rows changed, the others saying what they said. */
static void
run_changed (Run *self, guint owner, gsize i, gboolean label, guint **counts)
{
  Capture again = { .mine = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref),
                    .all = self->captures[owner].all };
  AyRanks ranks = { .rank = owner, .size = OWNERS, .gather = capture_gather, .data = &again };
  gsize row = owner * N + i;
  float kept[D], *x = (float *) ay_matrix_peek_f32 (self->made.features, row, 1);
  gint32 was = self->made.label[row];
  double target = self->made.target[row];
  g_autoptr (GError) error = NULL;

  memcpy (kept, x, sizeof kept);
  for (gsize j = 0; j < D && !label; j++)
    x[j] += 0.25f + 0.5f * (float) j;
  if (label)
    {
      self->made.label[row] = (was + 1) % CLASSES;
      self->made.target[row] += 1.0;
    }
  g_assert_true (run_owner (self, &ranks, &error) || !self->must_end);
  ay_ranks_clear_log (&ranks);
  memcpy (x, kept, sizeof kept);
  self->made.label[row] = was;
  self->made.target[row] = target;
  g_assert_cmpuint (again.mine->len, ==, self->captures[owner].mine->len);
  for (guint k = 0; k < again.mine->len; k++)
    count_changes (self->captures[owner].mine->pdata[k], again.mine->pdata[k], counts[k]);
  g_ptr_array_unref (again.mine);
}

/* Numbers of an owner that depend on some of its rows, but too few; *n_sums: on enough. */
static guint
find_small_sums (Run *self, guint owner, guint *n_sums)
{
  const Capture *capture = &self->captures[owner];
  guint found = 0;

  for (guint label = 0; label < 2; label++)
    {
      g_autofree guint **counts = g_new (guint *, capture->mine->len);

      for (guint k = 0; k < capture->mine->len; k++)
        counts[k] = g_new0 (guint, g_bytes_get_size (capture->mine->pdata[k]) / 8 + 1);
      for (gsize i = 0; i < N; i++)
        run_changed (self, owner, i, label, counts);
      for (guint k = 0; k < capture->mine->len; k++)
        {
          for (gsize j = 0; j <= g_bytes_get_size (capture->mine->pdata[k]) / 8; j++)
            {
              found += counts[k][j] > 0 && counts[k][j] < LEAST;
              *n_sums += counts[k][j] >= LEAST;
            }
          g_free (counts[k]);
        }
    }
  return found;
}

/* --- the test --- */

static void
run_init (Run *self, guint n_classes, gboolean products, gboolean must_end)
{
  g_autoptr (GError) error = NULL;

  *self = (Run) { .made = made_new ((OWNERS + 1) * N, D, n_classes, 1.5, 17),
                  .n_classes = n_classes, .products = products, .must_end = must_end };
  for (gsize i = 0; i < (OWNERS + 1) * N && n_classes == 0; i++)
    self->made.label[i] = 0;
  for (guint k = 0; k < OWNERS; k++)
    capture_init (&self->captures[k]);
  g_assert_true (ay_ranks_in_process (OWNERS, run_rank, self, &error) || !must_end);
}

static void
run_clear (Run *self)
{
  for (guint k = 0; k < OWNERS; k++)
    capture_clear (&self->captures[k]);
  made_clear (&self->made);
}

static void
check (guint n_classes, gboolean products, Leak which)
{
  gboolean few = which == LEAK_FEW || which == LEAK_RARE;
  guint rows, small = 0, sums = 0;
  Run self;

#ifdef ASSAY_LEAK
  leak = which;
  leak_products = products;
#endif
  run_init (&self, n_classes, products, which == LEAK_NONE || (few && !products));
  rows = find_rows (&self);
  for (guint k = 0; k < OWNERS && (which == LEAK_NONE || few); k++)
    small += find_small_sums (&self, k, &sums);
  g_test_message ("%u classes%s, leak %d: %u rows or labels, %u numbers of too few rows, %u of "
                  "enough", n_classes, products ? " by products" : "", which, rows, small, sums);
  g_assert_true (sums > 100 || (which != LEAK_NONE && !few));
  if (which == LEAK_NONE)
    g_assert_cmpuint (rows + small, ==, 0);
  else
    g_assert_cmpuint (few ? small : rows, >, 0);
  run_clear (&self);
}

static void
test_nothing (void)
{
  check (CLASSES, FALSE, LEAK_NONE);
  check (CLASSES, TRUE, LEAK_NONE);
  check (0, FALSE, LEAK_NONE);
}

#ifdef ASSAY_LEAK
static void
test_leaks (void)
{
  for (Leak k = LEAK_ROW; k < N_LEAKS; k++)
    for (guint products = 0; products < 2; products++)
      check (CLASSES, products, k);
  check (0, FALSE, LEAK_ROW);
}
#endif

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ay_set_threads (1);
  g_test_add_func ("/owners_capture/nothing", test_nothing);
#ifdef ASSAY_LEAK
  g_test_add_func ("/owners_capture/leaks", test_leaks);
#endif
  return g_test_run ();
}
