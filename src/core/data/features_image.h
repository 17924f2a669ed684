/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/column.h"
#include "core/data/pixels.h"

G_BEGIN_DECLS

/* Features made of images that come without any: area-averaged pixels, gradient histograms over a
 * grid of cells (after Dalal and Triggs, CVPR 2005), and a colour histogram. A modest stand-in for
 * the embeddings of a trained network, and said to be that. */
typedef enum
{
  AY_IMAGE_COLOUR_AUTO, /* grey when every image is grey */
  AY_IMAGE_COLOUR_GREY,
  AY_IMAGE_COLOUR_RGB,
} AyImageColour;

typedef struct
{
  guint side;             /* 4..256: pixels a side after averaging */
  AyImageColour colour;
  gboolean pixels, gradients, colours; /* the groups that are made; colours only of RGB */
} AyImageFeatureOptions;
#define AY_IMAGE_FEATURE_OPTIONS_INIT { 32, AY_IMAGE_COLOUR_AUTO, TRUE, TRUE, TRUE }

/* Features of the image files that `paths` names, relative to `base` (nullable: as they are), each
 * brought to side x side. n x d floats in 0..1; *names (nullable out) gets d names ("pixel_r3_c7",
 * "pixel_red_r3_c7", "gradient_b0_r0_c1_o4", "colour_r0_g3_b1"), NULL-terminated. Missing paths and
 * files that cannot be decoded are AY_ERROR_INPUT naming the row or file; AY_ERROR_RANGE (options);
 * AY_ERROR_NOMEM; AY_ERROR_CANCELLED. Same bytes for any number of threads. (transfer full) */
AyMatrix *ay_image_features_of_files (const AyColumn *paths, const char *base,
                                      const AyImageFeatureOptions *options, char ***names,
                                      AyJob *job, GError **error);
/* The same of rows that are images; those smaller than side x side keep their size. AUTO is grey
 * for one channel, else RGB. */
AyMatrix *ay_image_features_of_pixels (const AyPixels *pixels, const AyImageFeatureOptions *options,
                                       char ***names, AyJob *job, GError **error);

G_END_DECLS
