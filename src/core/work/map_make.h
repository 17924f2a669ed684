/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/scales.h"
#include "core/work/work_private.h"

G_BEGIN_DECLS

/* What work_map.c stores; nobody else includes this. */

/* The parameters of a request as they were given or default. */
typedef struct
{
  const AyMapMethod *method;
  GHashTable *given;   /* nullable */
  AyDistance metric;
  gboolean honesty;
  guint trust_k;
  gsize trust_sample, approximate_above;
} AyMapOptions;

gboolean ay_map_options_read (AyMapOptions *self, const AyMapRequest *request, GError **error);
/* A parameter as a number of at least `least`, or a whole number of lowest..G_MAXUINT. */
gboolean ay_map_option_number (const AyMapOptions *self, const char *name, double *value,
                               GError **error);
gboolean ay_map_option_count (const AyMapOptions *self, const char *name, guint *value,
                              GError **error);
/* As given, or the default. */
const char *ay_map_option (const AyMapOptions *self, const char *name);

/* The rows of the data as a map's points: scaled as the head's options say; under cosine without
 * zero rows. */
typedef struct
{
  AyPoints points;
  AyScales scales;
  guint32 *rows;             /* nullable */
} AyMapPoints;

gboolean ay_map_points_init (AyMapPoints *self, AyWork *work, AyDistance metric, AyJob *job,
                             GError **error);
void ay_map_points_clear (AyMapPoints *self);

/* A map that was made. */
typedef struct
{
  double *x, *y;       /* n of the data set, NaN: not placed */
  double *share;       /* (nullable) n */
  JsonObject *certificate;
} AyMapMade;

gboolean ay_map_make (AyWork *work, const AyMapRequest *request, AyMapMade *out, AyJob *job,
                      GError **error);
void ay_map_made_clear (AyMapMade *self);
/* Stores it and shows it. */
gboolean ay_map_keep (AyWork *work, const char *id, const AyMapMade *made, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyMapPoints, ay_map_points_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyMapMade, ay_map_made_clear)

G_END_DECLS
