/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/error.h"
#include "core/model/owners_fit.h"
#include "sets.h"

/* Rows sorted by class and cut into sites at class borders. */
typedef struct
{
  Set set;
  guint32 *rows;       /* n, by class */
  gint32 *label;       /* by position */
  double *target;      /* by position: the class, and some of the features */
  AyProblem pooled;
  guint n_sites;
  gsize *first;        /* n_sites + 1 */
} Sites;

static inline void
sites_clear (Sites *self)
{
  set_clear (&self->set);
  g_free (self->rows);
  g_free (self->label);
  g_free (self->target);
  g_free (self->first);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sites, sites_clear)

/* Takes the set. */
static inline Sites
sites_of (Set set, guint n_sites, gboolean numbers)
{
  Sites self = { .set = set, .n_sites = n_sites };
  gsize n = 0;

  self.rows = g_new (guint32, set.n);
  self.label = g_new (gint32, set.n);
  self.target = g_new (double, set.n);
  self.first = g_new0 (gsize, n_sites + 1);
  for (guint c = 0; c < set.n_classes; c++)
    {
      for (gsize i = 0; i < set.n; i++)
        if (set.label[i] == (gint32) c)
          {
            self.rows[n] = (guint32) i;
            self.target[n] = c + 0.01 * ay_matrix_value (set.features, i, 3);
            self.label[n++] = c;
          }
      for (guint s = 0; s < n_sites; s++)
        if (c < (s + 1) * set.n_classes / n_sites)
          self.first[s + 1] = n;
    }
  self.pooled = (AyProblem) { .features = set.features, .rows = self.rows, .n = set.n,
                              .label = numbers ? NULL : self.label,
                              .target = numbers ? self.target : NULL,
                              .n_classes = numbers ? 0 : set.n_classes };
  return self;
}

/* The rows of one site. */
static inline AyProblem
site_of (const Sites *self, guint site)
{
  AyProblem own = self->pooled;
  gsize first = self->first[site];

  own.rows += first;
  own.n = self->first[site + 1] - first;
  if (own.label != NULL)
    own.label += first;
  if (own.target != NULL)
    own.target += first;
  return own;
}
