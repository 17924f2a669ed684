/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A picture given row by row: fills row y, width x channels values. */
typedef void (*AyRowFunc) (gsize y, float *row, gpointer data);

typedef struct
{
  guint width, height, channels;
  AyRowFunc row;
  gpointer data;
} AyPicture;

/* Averages over areas: output pixel (i, j) is the mean of the input over its rectangle
 * [j W/w, (j+1) W/w) x [i H/h, (i+1) H/h), pixels at the edges counted by the share that lies
 * inside. out: out_height x out_width x channels. Every row is asked for once, in order. */
void ay_area_average (const AyPicture *picture, guint out_width, guint out_height, float *out);

G_END_DECLS
