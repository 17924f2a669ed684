/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/words.h"
#include "core/graph/near_groups.h"
#include "core/model/scales.h"

#include <json-glib/json-glib.h>
#include <math.h>

G_BEGIN_DECLS

/* Near-duplicate groups of a data set's rows: found once down to a floor, then cut at any
 * threshold as a slider moves, looked at, and stored. A threshold is the least cosine, or the
 * largest Euclidean distance, of two copies. Cosines are compared with 1e-12 of tolerance, so that
 * 1 means copies up to rounding. */

/* Which row of a group stays. Ties, and rows that lack what the rule asks for, by file order. */
typedef enum
{
  AY_KEEP_CENTRAL, /* nearest to the group's mean */
  AY_KEEP_SCORE,   /* highest value of a score */
  AY_KEEP_FIRST,   /* in file order */
  AY_KEEP_NEWEST,  /* latest time */
  AY_KEEP_LONGEST, /* longest text */
} AyKeepRule;

const char *ay_keep_rule_name (AyKeepRule rule); /* "central" ... */
gboolean ay_keep_rule_parse (const char *name, AyKeepRule *rule);

typedef struct
{
  AyDistance distance;
  double threshold;        /* NaN: .99 for cosine; must be given for Euclidean */
  double floor;            /* pairs are found down to here; NaN: the threshold */
  AyLinkage linkage;
  AyKeepRule keep;
  const char *keep_score;  /* of AY_KEEP_SCORE: the name of the column */
  const double *keep_values; /* and its n numbers, NaN = missing; read while groups are found */
  int standardise;         /* 1, 0; -1: yes where the features are columns of a table, whose units
                              differ, no for vectors and pixels */
  gsize max_pairs;
  guint64 seed;
  AyRanks *ranks;          /* (nullable) who find pairs together; each gets all of it */
} AyRedundancyOptions;
#define AY_REDUNDANCY_OPTIONS_INIT                                                                \
  { AY_DISTANCE_COSINE, NAN, NAN, AY_LINKAGE_SINGLE, AY_KEEP_CENTRAL, NULL, NULL,                 \
    -1, (gsize) 64 << 20, 0, NULL }

/* Texts that are equal as they stand, or once normalised: lower case, every run of bytes outside
 * a-z0-9 one blank, trimmed. Surplus: rows beyond the first of each group. */
typedef struct
{
  gsize exact_groups, exact_surplus, normalised_groups, normalised_surplus;
  gsize conflicts;      /* normalised groups with more than one label */
  guint32 *exact, *same; /* n: the first row of the same text (exactly; normalised) */
} AyTextCopies;

typedef struct _AyRedundancy
{
  gatomicrefcount ref;
  AyDataset *data;
  AyRedundancyOptions options; /* resolved: no NaN; floor as it came out */
  char *keep_score;
  AyScales scales;             /* of the features; NULL: not standardised */
  AyPointSet *points;          /* all rows, position = row */
  AyPairs *pairs;
  AyMerges *merges;
  AyTextCopies text;           /* all 0 and NULL without a text column */
  double *preference;          /* (nullable) n: higher stays; NULL for central */
  struct _AyRedundancy *whole; /* (nullable) owns all but the rule and what it prefers */
} AyRedundancy;

/* (transfer full) Rows of all parts. Errors: RANGE (threshold, floor; no such score, no time, no
 * text for the rule), and those of ay_pairs_find(). */
AyRedundancy *ay_redundancy_find (AyDataset *data, const AyRedundancyOptions *options, AyJob *job,
                                  GError **error);
/* The same pairs and merges, shared, with the rule (keep, keep_score, keep_values) of `options` for
 * what stays; as a new search by that rule would find, in one pass over the rows. Errors: RANGE as
 * above. (transfer full) */
AyRedundancy *ay_redundancy_keeping (AyRedundancy *self, const AyRedundancyOptions *options,
                                     GError **error);
AyRedundancy *ay_redundancy_ref (AyRedundancy *self);
void ay_redundancy_unref (AyRedundancy *self);

/* Why near copies by this distance say nothing of these rows; NULL: they do. Rows of fewer than
 * eight columns of features point the same way by chance, so that a cosine is no sign of copies.
 * (transfer full) (nullable) */
#define AY_REDUNDANCY_LEAST_COLUMNS 8
char *ay_redundancy_by_chance (const AyDataset *data, AyDistance distance);

/* A threshold as a distance and back. */
double ay_redundancy_distance (AyDistance distance, double threshold);
double ay_redundancy_threshold (AyDistance distance, double value);

/* The groups at a threshold. Only training and pool rows may go; a group's representative is one
 * of its training rows where it has any, else a pool row. */
typedef struct
{
  double threshold;
  AyNearGroups *groups;    /* members are rows */
  guint32 *representative; /* a group: the row that stays; G_MAXUINT32: none may go */
  guint8 *conflict;        /* a group: 1 = more than one label among its rows */
  guint8 *parts;           /* a group: bit 1 << AySplit for each part it has rows in */
  guint8 *redundant;       /* n: 1 = goes */
  gsize n_redundant, n_conflicts;
  gsize n_leaks;           /* groups with rows in more than one of train, valid and test */
} AyRedundancyCut;

/* (transfer full) Linear; a few ms for 100000 rows but for AY_KEEP_CENTRAL, which reads the
 * members' features. */
AyRedundancyCut *ay_redundancy_cut (const AyRedundancy *self, double threshold);
/* The same without choosing what stays: representative and redundant are not filled in, n_redundant
 * is counted. Never reads features: for a slider in motion. */
AyRedundancyCut *ay_redundancy_count (const AyRedundancy *self, double threshold);
void ay_redundancy_cut_free (AyRedundancyCut *self);
/* Whether a group has rows in more than one of train, valid and test. */
gboolean ay_redundancy_leaks_in (const AyRedundancyCut *cut, gsize group);
/* Numbers of the groups: largest, weakest link, those with conflicting labels, or those across
 * parts first (then by size). (transfer full) */
typedef enum
{
  AY_GROUPS_BY_SIZE,
  AY_GROUPS_BY_LINK,
  AY_GROUPS_BY_CONFLICT,
  AY_GROUPS_BY_LEAK,
} AyGroupsOrder;
guint32 *ay_redundancy_order (const AyRedundancyCut *cut, AyGroupsOrder order);

/* n numbers: the group of each row, NaN for rows alone, and 1 for those that go, else 0. */
#define AY_REDUNDANCY_ALONE N_ ("the row is like no other at this threshold")
void ay_redundancy_groups (const AyRedundancy *self, const AyRedundancyCut *cut, double *out);
void ay_redundancy_flags (const AyRedundancy *self, const AyRedundancyCut *cut, double *out);

/* About n_points distances to cut at, ascending, without repeats, at which the rows that go rise in
 * about equal steps: tightest merge to the floor, and the threshold `present`. (transfer full) */
double *ay_redundancy_distances (const AyRedundancy *self, double present, guint n_points,
                                 gsize *n);
/* The threshold of such a distance: exactly `present` where it is that. */
double ay_redundancy_threshold_at (const AyRedundancy *self, double present, double distance);
/* Puts into a certificate how the groups were found and cut, and how many rows would go at other
 * thresholds (curve_threshold, curve_redundant: what the figure "groups" draws). cut (nullable):
 * without it only what distances are of. */
void ay_redundancy_certify (const AyRedundancy *self, const AyRedundancyCut *cut,
                            JsonObject *certificate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyRedundancy, ay_redundancy_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyRedundancyCut, ay_redundancy_cut_free)

G_END_DECLS
