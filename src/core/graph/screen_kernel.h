/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Which pairs of two blocks of points may be near, by products of 8-bit codes.
 *
 * A point is scale x code, whole numbers of -127 to 127; codes are packed in groups of GROUP
 * points, four numbers of each in turn. Those on the right are written with 128 added. */
#define AY_SCREEN_GROUP 32
#define AY_SCREEN_HEIGHT 8 /* rows at a time */

/* The points of one side. A pair passes where the squared distance of its codes is at most the
 * larger of the two points' own reach; INFINITY as square and past: never. */
typedef struct
{
  const float *scale;
  const float *square; /* squared length of scale x code */
  const float *past;   /* square - reach */
} AyScreenSide;

typedef struct
{
  const guint8 *left, *right; /* packed */
  gsize rows, columns;        /* multiples of HEIGHT and GROUP */
  gsize depth;                /* numbers a code, a multiple of 4 */
  const gint32 *start;        /* rows: -128 x the sum of the row's code */
  AyScreenSide row, column;
  guint32 *mask;              /* rows x columns / GROUP; bit j: column GROUP word + j passes */
} AyScreenTile;

typedef struct
{
  void (*screen) (const AyScreenTile *tile);
  /* Inner product of 16-bit numbers, n a multiple of 32; it has to fit 31 bits. */
  gint32 (*dot) (const gint16 *a, const gint16 *b, gsize n);
} AyScreenKernel;

/* Puts a code of depth numbers (a multiple of 4) into its place. offset: 0 left, 128 right. */
void ay_screen_pack_row (const gint8 *code, gsize depth, guint offset, gsize at, guint8 *packed);

/* The best of this machine, or NULL where products of 16 bits are as fast. */
const AyScreenKernel *ay_screen_kernel (void);
/* For tests: kernels by index 0.. until NULL; those this machine cannot run are left out. */
const AyScreenKernel *ay_screen_kernel_nth (guint index);

G_END_DECLS
