/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an owner tells the others, and what it does not.
 *
 * Rules: with a row divided by its own number, a gradient (p - y) (x) z of one row is the row; sums
 * over n < d rows show what they span; the difference of two sums is the sum over the rows in which
 * they differ. So a sum is over 0 or 20 rows of each class, over 2 d rows, and over rows that
 * differ from every earlier release's, in each class, by 0 or 20. Three releases may still be
 * combined to one of fewer rows; only noise bounds what any number of them tell.
 *
 * Noise: Gaussian, of `noise` sensitivities; a release costs rho = 1 / (2 noise^2) of
 * zero-concentrated privacy loss, which adds up over releases (Bun and Steinke 2016), for adding or
 * removing a row. It is drawn in double by a generator seeded by the system, which does not hide
 * what the last bits of a number may tell. */
#include "core/model/release.h"

#include "core/base/error.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/random.h>

#ifdef ASSAY_LEAK
/* A test's own: puts into a message what must not be there. */
void ay_release_leak (const AyRelease *self, AyReleaseKind kind, double *mine, gsize n);
#endif

static const AyReleaseMeaning meanings[AY_N_RELEASES] = {
  [AY_RELEASE_FACTS] = { "facts", "hashes of what all owners must have alike: columns, classes, "
                         "validation rows, options; nothing of an owner's own rows", FALSE },
  [AY_RELEASE_VERDICT] = { "verdict", "whether the owner takes part, or which rule keeps it out",
                           FALSE },
  [AY_RELEASE_MEANS] = { "means", "number of rows and sums of the features, for the common means",
                         TRUE },
  [AY_RELEASE_SPREADS] = { "spreads", "sums of the features' differences from the common means, "
                           "and of their squares, for the common deviations", TRUE },
  [AY_RELEASE_FIT] = { "fit", "number of rows and sums of loss, gradient and Hessian at the common "
                       "head: of numbers, the Gram matrix", TRUE },
  [AY_RELEASE_GRADIENT] = { "gradient", "number of rows and sums of loss and gradient at the "
                            "common head", TRUE },
  [AY_RELEASE_PRODUCT] = { "product", "sums of the Hessian's product with a vector that all have, "
                           "for a step or a score", TRUE },
  [AY_RELEASE_SITES] = { "sites", "the same sums at the head of some of the owners, for the value "
                         "of each", TRUE },
  [AY_RELEASE_N_LISTED] = { "listed", "number of rows on the owner's list", FALSE },
  [AY_RELEASE_LIST] = { "list", "opaque id, score and cluster of the owner's rows that may be "
                        "picked", FALSE },
  [AY_RELEASE_KEPT] = { "kept", "the last stage that the owner has kept of the run before", FALSE },
  [AY_RELEASE_DONE] = { "done", "that the owner has kept its results", FALSE },
};

const AyReleaseMeaning *
ay_release_meaning (AyReleaseKind kind)
{
  return &meanings[kind];
}

const char *
ay_verdict_text (AyVerdict verdict)
{
  static const char *const texts[] = {
    [AY_VERDICT_TAKES_PART] = "takes part",
    [AY_VERDICT_NO_ROWS] = "has no labelled row",
    [AY_VERDICT_WEIGHTS] = "has rows of unequal weight",
    [AY_VERDICT_SMALL_CLASS] = "has a class of too few rows",
    [AY_VERDICT_FEW_ROWS] = "has too few rows for its features",
    [AY_VERDICT_NEAR_EARLIER] = "differs from an earlier release by too few rows",
  };

  return texts[verdict];
}

AyRelease *
ay_release_new (AyRanks *ranks, const AyReleaseRules *rules, const char *record)
{
  AyRelease *self = g_new0 (AyRelease, 1);
  guint64 seed = 0;

  self->ranks = ranks;
  self->rules = *rules;
  self->record = g_strdup (record);
  self->size = ranks != NULL ? ranks->size : 1;
  self->verdict = g_new0 (guint8, self->size);
  self->messages = g_array_new (FALSE, FALSE, sizeof (AyMessage));
  if (getrandom (&seed, sizeof seed, 0) != sizeof seed)
    g_error ("the system gives no random numbers");
  ay_rng_init (&self->rng, seed, ay_ranks_own (ranks));
  return self;
}

void
ay_release_free (AyRelease *self)
{
  if (self == NULL)
    return;
  g_free (self->record);
  g_free (self->verdict);
  g_free (self->why);
  g_clear_pointer (&self->rows, g_array_unref);
  g_array_unref (self->messages);
  g_free (self);
}

/* The one way out. */
static gboolean
send (AyRelease *self, AyReleaseKind kind, gconstpointer mine, const gsize *sizes, gpointer all,
      GError **error)
{
  AyMessage message = { kind, sizes[ay_ranks_own (self->ranks)],
                        meanings[kind].sums ? self->n_rows : 0 };

  g_array_append_val (self->messages, message);
  return ay_ranks_gather (self->ranks, meanings[kind].name, mine, sizes, all, error);
}

static gboolean
send_each (AyRelease *self, AyReleaseKind kind, gconstpointer mine, gsize size, gpointer all,
           GError **error)
{
  g_autofree gsize *sizes = g_new (gsize, self->size);

  for (guint r = 0; r < self->size; r++)
    sizes[r] = size;
  return send (self, kind, mine, sizes, all, error);
}

gboolean
ay_release_agree (AyRelease *self, const char *const *names, const guint64 *facts, gsize n,
                  GError **error)
{
  g_autofree guint64 *all = g_new (guint64, self->size * n);

  if (!send_each (self, AY_RELEASE_FACTS, facts, n * sizeof *facts, all, error))
    return FALSE;
  for (guint r = 1; r < self->size; r++)
    for (gsize k = 0; k < n; k++)
      if (all[r * n + k] != all[k])
        {
          g_set_error (error, AY_ERROR, AY_ERROR_CHANGED, "owner %u has other %s than owner 0", r,
                       names[k]);
          return FALSE;
        }
  return TRUE;
}

/* --- the rules --- */

static AyVerdict
judge_counts (AyRelease *self)
{
  const AyProblem *own = self->own;
  gsize d = ay_matrix_cols (own->features);
  g_autofree gsize *count = g_new0 (gsize, own->n_classes + 1);

  self->n_rows = 0;
  for (gsize i = 0; i < own->n; i++)
    {
      double weight = ay_problem_weight (own, i);

      if (weight > 0.0 && weight != 1.0)
        return AY_VERDICT_WEIGHTS; /* a heavy row stands out of its sum */
      if (!(weight > 0.0))
        continue;
      self->n_rows++;
      if (own->n_classes > 0 && own->label[i] >= 0)
        count[own->label[i]]++;
    }
  if (self->n_rows == 0)
    return AY_VERDICT_NO_ROWS;
  for (guint c = 0; c < own->n_classes; c++)
    if (count[c] > 0 && count[c] < self->rules.least_rows)
      {
        self->why = g_strdup_printf ("class %u has %zu rows, at least %zu are needed", c, count[c],
                                     self->rules.least_rows);
        return AY_VERDICT_SMALL_CLASS;
      }
  if (self->n_rows < MAX (self->rules.per_feature * d, self->rules.least_rows))
    {
      self->why = g_strdup_printf ("%zu rows of %zu features, at least %zu are needed",
                                   self->n_rows, d, MAX (self->rules.per_feature * d,
                                                         self->rules.least_rows));
      return AY_VERDICT_FEW_ROWS;
    }
  return AY_VERDICT_TAKES_PART;
}

static AyVerdict
judge_record (AyRelease *self, GPtrArray *record)
{
  self->rho_before = 0.0;
  for (guint k = 0; k < record->len; k++)
    {
      const AyReleased *one = record->pdata[k];
      gsize other = ay_released_difference (one->rows, self->rows);

      self->rho_before += one->rho;
      if (other == 0 || other >= self->rules.least_rows)
        continue;
      self->why = g_strdup_printf ("in a class %zu rows differ from release %u of %s, at least %zu "
                                   "must", other, k + 1, self->record, self->rules.least_rows);
      return AY_VERDICT_NEAR_EARLIER;
    }
  return AY_VERDICT_TAKES_PART;
}

/* Adds what is about to be sent. */
static gboolean
keep (AyRelease *self, double rho, AyVerdict *verdict, GError **error)
{
  g_autoptr (GPtrArray) record = NULL;

  if (self->record == NULL)
    return TRUE;
  record = ay_release_record_read (self->record, error);
  if (record == NULL)
    return FALSE;
  if (verdict != NULL)
    *verdict = judge_record (self, record);
  if (verdict != NULL && *verdict != AY_VERDICT_TAKES_PART)
    return TRUE;
  ay_release_record_add (record, self->rows, rho);
  return ay_release_record_write (self->record, record, error);
}

gboolean
ay_release_rows (AyRelease *self, const AyProblem *own, const AyRowIdentity *identity,
                 GError **error)
{
  guint rank = ay_ranks_own (self->ranks);
  AyVerdict verdict = self->verdict[rank];
  g_autofree guint8 *all = g_new (guint8, self->size);
  g_autofree AyRowIdentity *found = NULL;
  guint8 mine;

  self->own = own;
  if (identity == NULL)
    found = ay_row_identities (own->features, own->rows, own->n, own->target);
  g_clear_pointer (&self->rows, g_array_unref);
  self->rows = ay_released_rows (own, identity != NULL ? identity : found);
  if (verdict == AY_VERDICT_TAKES_PART)
    verdict = judge_counts (self);
  if (verdict == AY_VERDICT_TAKES_PART && !keep (self, 0.0, &verdict, error))
    return FALSE;
  mine = (guint8) verdict;
  if (!send_each (self, AY_RELEASE_VERDICT, &mine, 1, all, error))
    return FALSE;
  memcpy (self->verdict, all, self->size);
  for (guint r = 0; r < self->size; r++)
    if (ay_release_takes_part (self, r))
      return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
               "no owner may release sums of its rows: owner %u %s", rank,
               ay_verdict_text (verdict));
  return FALSE;
}

/* --- sums --- */

gboolean
ay_release_sums (AyRelease *self, AyReleaseKind kind, guint64 members, double *mine, gsize n,
                 double sensitivity, double *all, GError **error)
{
  guint rank = ay_ranks_own (self->ranks);

  if (!ay_release_takes_part (self, rank) || (members >> rank & 1) == 0)
    memset (mine, 0, n * sizeof *mine);
  else if (sensitivity > 0.0 && self->rules.noise > 0.0)
    {
      double rho = 0.5 / (self->rules.noise * self->rules.noise);

      for (gsize j = 0; j < n; j++)
        mine[j] += self->rules.noise * sensitivity * ay_rng_normal (&self->rng);
      self->rho += rho;
      if (!keep (self, rho, NULL, error))
        return FALSE;
    }
#ifdef ASSAY_LEAK
  ay_release_leak (self, kind, mine, n);
#endif
  return send_each (self, kind, mine, n * sizeof *mine, all, error);
}

double
ay_release_epsilon (double rho, double delta)
{
  return rho + 2.0 * sqrt (rho * log (1.0 / delta));
}

/* --- lists --- */

gpointer
ay_release_lists (AyRelease *self, gconstpointer mine, gsize n, gsize size, guint64 **n_each,
                  GError **error)
{
  g_autofree guint64 *counts = g_new (guint64, self->size);
  g_autofree gsize *sizes = g_new (gsize, self->size);
  g_autofree char *all = NULL;
  guint64 own = n;
  gsize total = 0;

  if (!send_each (self, AY_RELEASE_N_LISTED, &own, sizeof own, counts, error))
    return NULL;
  for (guint r = 0; r < self->size; r++)
    total += sizes[r] = counts[r] * size;
  all = g_malloc (MAX (total, 1));
  if (!send (self, AY_RELEASE_LIST, mine, sizes, all, error))
    return NULL;
  *n_each = g_steal_pointer (&counts);
  return g_steal_pointer (&all);
}

guint8 *
ay_release_kept (AyRelease *self, guint8 mine, GError **error)
{
  g_autofree guint8 *all = g_new (guint8, self->size);

  return send_each (self, AY_RELEASE_KEPT, &mine, 1, all, error) ? g_steal_pointer (&all) : NULL;
}

gboolean
ay_release_done (AyRelease *self, GError **error)
{
  g_autofree guint8 *all = g_new (guint8, self->size);
  guint8 done = 1;

  return send_each (self, AY_RELEASE_DONE, &done, 1, all, error);
}

char *
ay_release_log (const AyRelease *self)
{
  GString *text = g_string_new (NULL);

  for (guint k = 0; k < self->messages->len; k++)
    {
      const AyMessage *message = &g_array_index (self->messages, AyMessage, k);
      const AyReleaseMeaning *meaning = ay_release_meaning (message->kind);

      g_string_append_printf (text, "%u\t%s\t%" G_GUINT64_FORMAT "\t%zu\t%s\n", k + 1,
                              meaning->name, message->bytes, message->rows, meaning->meaning);
    }
  return g_string_free (text, FALSE);
}
