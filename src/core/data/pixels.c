/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/pixels.h"

#include "core/base/error.h"
#include "core/base/words.h"

#include <math.h>
#include <string.h>

#define MAX_SIDE 4096
#define RANGE_ROWS 4096

/* The usual codings of brightness, narrowest first. */
static const double ranges[][2] = { { 0, 1 }, { -1, 1 }, { 0, 16 }, { 0, 255 } };

static void
observed_range (const AyMatrix *rows, double *low, double *high)
{
  gsize cols = ay_matrix_cols (rows), n = MIN (ay_matrix_rows (rows), RANGE_ROWS);
  g_autofree double *row = g_new (double, MAX (cols, 1));

  *low = INFINITY;
  *high = -INFINITY;
  for (gsize i = 0; i < n; i++)
    {
      ay_matrix_get_f64 (rows, i, 1, row);
      for (gsize j = 0; j < cols; j++)
        {
          *low = row[j] < *low ? row[j] : *low;
          *high = row[j] > *high ? row[j] : *high;
        }
    }
}

static void
find_range (AyPixels *self)
{
  double low, high;

  self->low = 0.0;
  self->high = 255.0;
  if (ay_matrix_dtype (self->rows) == AY_DTYPE_U8)
    return;
  observed_range (self->rows, &low, &high);
  if (!(low <= high) || !isfinite (low) || !isfinite (high))
    return;
  self->low = low;
  self->high = high > low ? high : low + 1.0;
  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    if (low >= ranges[i][0] && high <= ranges[i][1])
      {
        self->low = ranges[i][0];
        self->high = ranges[i][1];
        return;
      }
}

AyPixels *
ay_pixels_new (AyMatrix *rows, const AyPixelShape *shape, GError **error)
{
  AyPixels *self;

  if (shape->height < 1 || shape->height > MAX_SIDE || shape->width < 1 || shape->width > MAX_SIDE
      || (shape->channels != 1 && shape->channels != 3)
      || ay_matrix_cols (rows) != (gsize) shape->height * shape->width * shape->channels)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("rows of %zu values are no images of %u x %u with %u channels"),
                   ay_matrix_cols (rows), shape->height, shape->width, shape->channels);
      return NULL;
    }
  self = g_new0 (AyPixels, 1);
  g_atomic_ref_count_init (&self->ref);
  self->rows = ay_matrix_ref (rows);
  self->height = shape->height;
  self->width = shape->width;
  self->channels = shape->channels;
  self->planar = shape->planar && shape->channels == 3;
  find_range (self);
  return self;
}

AyPixels *
ay_pixels_ref (AyPixels *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_pixels_unref (AyPixels *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  ay_matrix_unref (self->rows);
  g_free (self);
}

void
ay_pixels_get (const AyPixels *self, gsize row, float *out)
{
  gsize area = (gsize) self->height * self->width, n = area * self->channels;
  g_autofree float *planes = self->planar ? g_new (float, n) : NULL;
  float low = (float) self->low, scale = (float) (1.0 / (self->high - self->low));

  ay_matrix_get_f32 (self->rows, row, 1, planes != NULL ? planes : out);
  for (gsize i = 0; planes != NULL && i < n; i++)
    out[i] = planes[i % 3 * area + i / 3];
  for (gsize i = 0; i < n; i++)
    out[i] = CLAMP ((out[i] - low) * scale, 0.0f, 1.0f);
}

static gboolean
set_shape (AyPixelShape *shape, gsize height, gsize width, gsize channels, gboolean planar)
{
  if (height < 2 || width < 2 || height > MAX_SIDE || width > MAX_SIDE)
    return FALSE;
  *shape = (AyPixelShape) { (guint) height, (guint) width, (guint) channels, planar };
  return TRUE;
}

gboolean
ay_pixel_shape_of_array (const gsize *size, guint n_dims, AyPixelShape *shape)
{
  if (n_dims == 3)
    return set_shape (shape, size[1], size[2], 1, FALSE);
  if (n_dims == 4 && (size[3] == 1 || size[3] == 3))
    return set_shape (shape, size[1], size[2], size[3], FALSE);
  if (n_dims == 4 && (size[1] == 1 || size[1] == 3))
    return set_shape (shape, size[2], size[3], size[1], size[1] == 3);
  return FALSE;
}

static gsize
square_side (gsize length)
{
  gsize side = (gsize) floor (sqrt ((double) length) + 0.5);

  return side >= 4 && side <= MAX_SIDE && side * side == length ? side : 0;
}

gboolean
ay_pixel_shape_of_length (gsize length, AyPixelShape *shape)
{
  gsize side = square_side (length);

  if (side > 0)
    return set_shape (shape, side, side, 1, FALSE);
  side = length % 3 == 0 ? square_side (length / 3) : 0;
  return side > 0 && set_shape (shape, side, side, 3, FALSE);
}

/* The numbers in a name: "pixel_3_12" has 3 and 12. Digits glued together, as in p37, are one. */
static guint
numbers_of (const char *name, guint64 numbers[2])
{
  guint count = 0;

  while (*name != '\0')
    if (!g_ascii_isdigit (*name))
      name++;
    else
      {
        if (count == 2)
          return 3;
        numbers[count++] = g_ascii_strtoull (name, (char **) &name, 10);
      }
  return count;
}

static gboolean
same_prefix (const char *a, const char *b)
{
  gsize k = strcspn (a, "0123456789");

  return strncmp (a, b, k) == 0 && g_ascii_isdigit (b[k]);
}

/* Row and column by two numbers, from 0 or from 1. */
static gboolean
is_grid (const char *const *names, gsize d, AyPixelShape *shape)
{
  guint64 first[2], last[2], at[2];
  gsize width;

  if (numbers_of (names[0], first) != 2 || numbers_of (names[d - 1], last) != 2
      || first[0] > 1 || first[1] > 1 || last[0] < first[0] || last[1] < first[1]
      || last[1] - first[1] >= MAX_SIDE)
    return FALSE;
  width = last[1] - first[1] + 1;
  for (gsize i = 0; i < d; i++)
    if (numbers_of (names[i], at) != 2 || at[0] != first[0] + i / width
        || at[1] != first[1] + i % width)
      return FALSE;
  return d % width == 0 && d / width >= 4 && width >= 4
         && set_shape (shape, d / width, width, 1, FALSE);
}

/* p00, p01 .. p77: row and column by a digit each. */
static gboolean
is_digit_grid (const char *const *names, gsize d, AyPixelShape *shape)
{
  gsize k = strcspn (names[0], "0123456789"), side = square_side (d);

  if (side == 0 || side > 10)
    return FALSE;
  for (gsize i = 0; i < d; i++)
    if (strlen (names[i]) != k + 2 || names[i][k] != (char) ('0' + i / side)
        || names[i][k + 1] != (char) ('0' + i % side))
      return FALSE;
  return set_shape (shape, side, side, 1, FALSE);
}

/* pixel0 .. pixel783, from 0 or from 1. */
static gboolean
is_count (const char *const *names, gsize d, AyPixelShape *shape)
{
  guint64 first[2], at[2];

  if (g_ascii_strncasecmp (names[0], "pix", 3) != 0 || numbers_of (names[0], first) != 1
      || first[0] > 1)
    return FALSE;
  for (gsize i = 0; i < d; i++)
    if (numbers_of (names[i], at) != 1 || at[0] != first[0] + i)
      return FALSE;
  return ay_pixel_shape_of_length (d, shape);
}

gboolean
ay_pixel_shape_of_names (const char *const *names, gsize d, AyPixelShape *shape)
{
  if (d < 16)
    return FALSE;
  for (gsize i = 1; i < d; i++)
    if (!same_prefix (names[0], names[i]))
      return FALSE;
  return is_grid (names, d, shape) || is_digit_grid (names, d, shape)
         || is_count (names, d, shape);
}
