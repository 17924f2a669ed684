/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/column.h"
#include "core/graph/neighbours.h"

G_BEGIN_DECLS

/* What the nearest other row says of a row: how alone it stands, and whether it is of its kind. */

/* d / (d + D), d the distance to the nearest other row, D its median over the rows with d > 0: 0
 * for copies, 1/2 at the median; NaN for a row without neighbours. out: n values. */
void ay_uniqueness_fill (const AyNeighbours *neighbours, double *out);

/* Among the rows whose value in a column another row has too: how many have it in common with
 * their nearest. `chance`: the share expected of a nearest drawn from all other rows. */
typedef struct
{
  gsize rows, same;
  double chance; /* NaN without rows */
} AyAgreement;

/* column: as many rows as neighbours; any type, compared as text, missing and empty left out. */
AyAgreement ay_agreement_of (const AyNeighbours *neighbours, const AyColumn *column);

G_END_DECLS
