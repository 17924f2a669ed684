/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/graph/neighbours.h"
#include "core/project/layout.h"
#include "core/score/score.h"

G_BEGIN_DECLS

typedef struct _AyWork AyWork;

/* The maps there are, for CLI and window to list from. */
typedef struct
{
  const char *id, *title, *sentence;
  const AyScoreParameter *parameters; /* ends with a NULL name */
} AyMapMethod;

const AyMapMethod *ay_map_methods (guint *n);
/* (nullable) */
const AyMapMethod *ay_map_find (const char *id);

typedef struct
{
  const char *method;         /* "pca", "umap" or "tsne" */
  GHashTable *parameters;     /* (nullable) of the method, or of the head (standardise) */
  guint64 seed;
  const AyLayoutWatch *watch; /* (nullable) umap and tsne: show gets a place for every row */
} AyMapRequest;

/* Makes a map, stores it beside those of other methods and shows it: columns map_x, map_y and
 * map_trust (the share of a row's nearest rows that are near on the map; not with honesty=no) are
 * those of the map made or shown last. Told to stop, it keeps the layout as it stands, and its
 * certificate says how far it came. Cancelled or failed, everything is as before. AY_ERROR_RANGE:
 * no such map, parameter or value. */
gboolean ay_work_map (AyWork *self, const AyMapRequest *request, AyJob *job, GError **error);

typedef struct
{
  char *id;
  gboolean shown;          /* map_x and map_y are its */
  JsonObject *certificate;
} AyMapInfo;

void ay_map_info_free (AyMapInfo *self);
/* Stored maps in the order in which they were first made. (transfer full) (element-type
 * AyMapInfo) */
GPtrArray *ay_work_maps (AyWork *self, GError **error);
/* Makes a stored map the one that map_x, map_y and map_trust are of. */
gboolean ay_work_show_map (AyWork *self, const char *id, GError **error);
/* A stored map's places, n of the data set, NaN: not placed. (transfer full) */
gboolean ay_work_map_places (AyWork *self, const char *id, double **x, double **y,
                             GError **error);

/* The k rows nearest to `row` in the data, as the map shown saw it (its distance and scaling),
 * ascending; fewer when there are not so many. (transfer full) */
guint32 *ay_work_nearest (AyWork *self, gsize row, guint k, guint *count, AyJob *job,
                          GError **error);

/* A set of rows with the AY_GROW_BY nearest ones of each of them; or, to shrink, without those that
 * have one outside the set among these: its rim. Nearest as above. rows: n of the data set.
 * (transfer full) Costs one pass over the data a row of the set. */
#define AY_GROW_BY 3
AyBitset *ay_work_grow (AyWork *self, const AyBitset *rows, gboolean shrink, AyJob *job,
                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyMapInfo, ay_map_info_free)

G_END_DECLS
