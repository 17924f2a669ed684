/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/features_image.h"

G_BEGIN_DECLS

/* The features of one small picture: what they are, and how many. */
typedef struct
{
  guint height, width;
  guint channels;  /* 1 or 3 */
  gboolean pixels;
  guint grid;      /* cells a side for gradients, 0: none */
  gboolean colours;
} AyImageDescriptor;

/* For pictures of this size; gradients need 4 pixels a side. */
AyImageDescriptor ay_image_descriptor (guint height, guint width, guint channels,
                                       const AyImageFeatureOptions *options);
gsize ay_image_descriptor_length (const AyImageDescriptor *self);
/* (transfer full) */
char **ay_image_descriptor_names (const AyImageDescriptor *self);
/* picture: height x width x channels in 0..1; out: length values in 0..1. */
void ay_image_descriptor_run (const AyImageDescriptor *self, const float *picture, float *out);

G_END_DECLS
