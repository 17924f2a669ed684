/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/matrix.h"

G_BEGIN_DECLS

/* Numbers as files hold them: any type, either byte order (swapped: not this machine's), at any
 * address. */
typedef struct
{
  AyDtype dtype;
  gboolean swapped;
  const void *data;
} AyNumbers;

/* n numbers from number `first`, converted. A double becomes the nearest float. */
void ay_convert_f32 (const AyNumbers *numbers, gsize first, gsize n, float *out);
void ay_convert_f64 (const AyNumbers *numbers, gsize first, gsize n, double *out);

/* The first among n numbers from number `first` that is NaN, inf or, of doubles, inf once it is a
 * float; counted from there; n when there is none. */
gsize ay_first_not_finite (const AyNumbers *numbers, gsize first, gsize n);
/* For tests: from now on as on a machine without AVX2. The results are the same. */
void ay_convert_set_portable (gboolean without_avx2);

G_END_DECLS
