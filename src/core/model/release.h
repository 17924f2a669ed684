/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/rng.h"
#include "core/model/release_record.h"

G_BEGIN_DECLS

/* The one door through which an owner of data says something to other owners, who are the ranks of
 * a run (ranks.h). What passes: facts that all know, sums over enough rows of its own, and, for
 * choosing rows to label, lists of (opaque id, score, cluster). Every message is noted with its
 * kind, size and the rows behind it. Nothing here hides an owner's sums from the other owners. */
typedef enum
{
  AY_RELEASE_FACTS,      /* of the run: hashes of what all owners must have alike */
  AY_RELEASE_VERDICT,    /* whether an owner takes part, or which rule keeps it out */
  AY_RELEASE_MEANS,      /* sums of features */
  AY_RELEASE_SPREADS,    /* sums of squares about the means */
  AY_RELEASE_FIT,        /* sums that a Newton step needs: rows, loss, gradient, Hessian */
  AY_RELEASE_GRADIENT,   /* the same without the Hessian */
  AY_RELEASE_PRODUCT,    /* sums of the Hessian's product with a vector that all have */
  AY_RELEASE_SITES,      /* sums as of a fit for a head of some of the owners */
  AY_RELEASE_N_LISTED,   /* how many rows an owner puts on its list */
  AY_RELEASE_LIST,       /* the list */
  AY_RELEASE_KEPT,       /* how far a run before came */
  AY_RELEASE_DONE,
  AY_N_RELEASES,
} AyReleaseKind;

typedef struct
{
  const char *name, *meaning;
  gboolean sums; /* over rows: the rules hold */
} AyReleaseMeaning;

const AyReleaseMeaning *ay_release_meaning (AyReleaseKind kind);

/* A sum passes when each class has no row of the owner in it or least_rows, the rows are
 * per_feature times the features, and the rows differ from those of every earlier release of the
 * owner, in each class, by none or by least_rows (release_record.h). */
typedef struct
{
  gsize least_rows, per_feature;
  double noise;  /* > 0: Gaussian noise of so many sensitivities on every sum of a fit */
  double delta;  /* the privacy loss is said at */
} AyReleaseRules;
#define AY_RELEASE_RULES_INIT { 20, 2, 0.0, 1e-6 }

typedef enum
{
  AY_VERDICT_TAKES_PART,
  AY_VERDICT_NO_ROWS,
  AY_VERDICT_WEIGHTS,
  AY_VERDICT_SMALL_CLASS,
  AY_VERDICT_FEW_ROWS,
  AY_VERDICT_NEAR_EARLIER,
} AyVerdict;
/* "a class with too few rows" */
const char *ay_verdict_text (AyVerdict verdict);

typedef struct
{
  AyReleaseKind kind;
  guint64 bytes;
  gsize rows;    /* behind it; 0: none */
} AyMessage;

typedef struct
{
  AyRanks *ranks;      /* (nullable) one owner */
  AyReleaseRules rules;
  char *record;        /* (nullable) file in which the owner keeps what it has released */
  guint size;          /* owners */
  guint8 *verdict;     /* by owner: AyVerdict */
  char *why;           /* (nullable) of a verdict on this owner: for itself alone */
  const AyProblem *own; /* the rows that sums are of */
  GArray *rows;        /* the same as the record knows them */
  gsize n_rows;        /* of them with a weight */
  GArray *messages;    /* of AyMessage: what this owner has sent */
  double rho;          /* privacy loss of this run's sums: zero-concentrated, they add up */
  double rho_before;   /* of the record's */
  AyRng rng;           /* of the noise */
} AyRelease;

/* record (nullable): path, need not exist. */
AyRelease *ay_release_new (AyRanks *ranks, const AyReleaseRules *rules, const char *record);
void ay_release_free (AyRelease *self);

/* Facts by name that must be alike at all owners. CHANGED names the first owner and the fact. */
gboolean ay_release_agree (AyRelease *self, const char *const *names, const guint64 *facts,
                           gsize n, GError **error);
/* The rows that the following sums are of (borrowed): judges them by the rules and the record,
 * tells the others the verdict, and writes the record before anything of them is sent. A label may
 * be missing. identity (nullable) by position: the rows as they were read, where `own` has other
 * features. RANGE where no owner is left; IO: the record cannot be kept. */
gboolean ay_release_rows (AyRelease *self, const AyProblem *own, const AyRowIdentity *identity,
                          GError **error);
static inline gboolean
ay_release_takes_part (const AyRelease *self, guint owner)
{
  return self->verdict[owner] == AY_VERDICT_TAKES_PART;
}

/* n numbers of each owner to everybody: all gets size x n; owners that do not take part, or whose
 * bit is not in `members`, count as 0. sensitivity: the most that a row changes the length of the
 * numbers by; > 0 where noise is added, in place. */
gboolean ay_release_sums (AyRelease *self, AyReleaseKind kind, guint64 members, double *mine,
                          gsize n, double sensitivity, double *all, GError **error);
/* Lists of records of `size` bytes. (transfer full): all of them, *n_each (transfer full) by
 * owner. */
gpointer ay_release_lists (AyRelease *self, gconstpointer mine, gsize n, gsize size,
                           guint64 **n_each, GError **error);
/* Of a run that goes on: the last stage that each owner has kept of the one before, by owner.
 * (transfer full) */
guint8 *ay_release_kept (AyRelease *self, guint8 mine, GError **error);
gboolean ay_release_done (AyRelease *self, GError **error);

/* Epsilon at delta of a loss rho: rho + 2 sqrt (rho ln (1 / delta)) (Bun and Steinke 2016). */
double ay_release_epsilon (double rho, double delta);
/* Lines "number, kind, bytes, rows, meaning", tab-separated, of what this owner has sent.
 * (transfer full) */
char *ay_release_log (const AyRelease *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyRelease, ay_release_free)

G_END_DECLS
