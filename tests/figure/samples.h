/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "figure/figure.h"

/* Figures of every kind with friendly and with hostile inputs. Everything lives until the program
 * ends. */
#define N_SAMPLES 35

typedef struct
{
  const char *name;
  AyFigureSpec spec;
} Sample;

/* (transfer none): N_SAMPLES of them. */
const Sample *samples (void);
