/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A head as one GVariant: sizes, numbers, names, then the arrays in the machine's byte order. */
#include "core/model/head.h"

#include "core/base/error.h"
#include "core/base/words.h"

#define TYPE "(uutdddddduss" "ad" "ad" "ay" "ay)"
#define FORMAT "(uutdddddduss@ad@ad@ay@ay)" /* the same, arrays as variants */

static GVariant *
doubles (const double *from, gsize n)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, from, n, sizeof *from);
}

static GVariant *
floats (const float *from, gsize n)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, from, n * sizeof *from, 1);
}

GBytes *
ay_head_to_bytes (const AyHead *self)
{
  g_autoptr (GVariant) whole = g_variant_ref_sink (g_variant_new (
      FORMAT, self->n_classes, self->n_outputs, (guint64) self->d, self->lambda, self->sum_weight,
      self->objective, self->loss, self->gradient_norm, self->tolerance, self->iterations,
      self->solver, self->lambda_note != NULL ? self->lambda_note : "",
      doubles (self->weights, self->n_outputs * self->d),
      doubles (self->intercept, self->n_outputs), floats (self->centre, self->d),
      floats (self->inv_scale, self->d)));

  return g_variant_get_data_as_bytes (whole);
}

/* NULL where it has not the wanted size. */
static gconstpointer
array (GVariant *from, gsize n, gsize size)
{
  gsize found;
  gconstpointer data = g_variant_get_fixed_array (from, &found, size);

  return found == n ? data : NULL;
}

AyHead *
ay_head_from_bytes (GBytes *bytes, GError **error)
{
  g_autoptr (GVariant) whole
      = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (TYPE), bytes, FALSE));
  g_autoptr (GVariant) weights = NULL, intercept = NULL, centre = NULL, inv_scale = NULL;
  g_autofree char *solver = NULL, *note = NULL;
  AyHead head = { 0 };
  guint64 d = 0;

  if (g_variant_is_normal_form (whole))
    {
      g_variant_get (whole, FORMAT, &head.n_classes, &head.n_outputs, &d, &head.lambda,
                     &head.sum_weight, &head.objective, &head.loss, &head.gradient_norm,
                     &head.tolerance, &head.iterations, &solver, &note, &weights, &intercept,
                     &centre, &inv_scale);
      head.d = d;
      head.solver = g_intern_string (solver);
      head.lambda_note = *note != '\0' ? note : NULL;
      head.weights = (double *) array (weights, head.n_outputs * d, sizeof (double));
      head.intercept = (double *) array (intercept, head.n_outputs, sizeof (double));
      head.centre = (float *) array (centre, d * sizeof (float), 1);
      head.inv_scale = (float *) array (inv_scale, d * sizeof (float), 1);
    }
  if (head.weights != NULL && head.intercept != NULL && head.centre != NULL
      && head.inv_scale != NULL)
    return ay_head_copy (&head);
  g_set_error_literal (error, AY_ERROR, AY_ERROR_INPUT, N_ ("the kept head is damaged"));
  return NULL;
}
