/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file: one GVariant (hash of what is asked, the stages by number) in the machine's byte order;
 * it appears whole or not at all. */
#include "core/work/owner_stages.h"

#include "core/base/error.h"
#include "core/base/file.h"

#include <glib/gstdio.h>
#include <string.h>

#define N_STAGES (AY_OWNER_STAGE_SOLUTION + 1)
#define TYPE "(ta{uv})"

struct _AyOwnerStages
{
  char *path;
  guint64 asked;
  gboolean resume;
  GVariant *stage[N_STAGES]; /* (nullable) this owner's; once agreed, of those that all have */
};

static gboolean
damaged (const AyOwnerStages *self, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               "%s: no stages of this run: remove it, or begin anew without --resume", self->path);
  return FALSE;
}

/* --- the file --- */

static gboolean
take (AyOwnerStages *self, GVariant *whole, GError **error)
{
  g_autoptr (GVariantIter) stages = NULL;
  GVariant *value;
  guint64 asked;
  guint32 at;

  if (!g_variant_is_normal_form (whole))
    return damaged (self, error);
  g_variant_get (whole, TYPE, &asked, &stages);
  if (asked != self->asked)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_CHANGED,
                   "%s: was begun with other rows or options: give the same, or begin anew without "
                   "--resume", self->path);
      return FALSE;
    }
  while (g_variant_iter_next (stages, "{uv}", &at, &value))
    if (at > AY_OWNER_STAGE_NONE && at < N_STAGES && self->stage[at] == NULL)
      self->stage[at] = value;
    else
      {
        g_variant_unref (value);
        return damaged (self, error);
      }
  return TRUE;
}

AyOwnerStages *
ay_owner_stages_new (const char *path, guint64 asked, gboolean resume, GError **error)
{
  g_autoptr (AyOwnerStages) self = g_new0 (AyOwnerStages, 1);
  g_autoptr (GVariant) whole = NULL;
  g_autoptr (GBytes) bytes = NULL;
  char *text;
  gsize size;

  self->path = g_strdup (path);
  self->asked = asked;
  self->resume = resume;
  if (!resume)
    ay_owner_stages_finish (self); /* of a run that is not gone on with */
  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&self);
  if (!g_file_get_contents (path, &text, &size, error))
    return NULL;
  bytes = g_bytes_new_take (text, size);
  whole = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (TYPE), bytes, FALSE));
  return take (self, whole, error) ? g_steal_pointer (&self) : NULL;
}

void
ay_owner_stages_free (AyOwnerStages *self)
{
  if (self == NULL)
    return;
  for (guint k = 0; k < N_STAGES; k++)
    g_clear_pointer (&self->stage[k], g_variant_unref);
  g_free (self->path);
  g_free (self);
}

/* Takes value, a floating one. */
static gboolean
keep (AyOwnerStages *self, AyOwnerStage stage, GVariant *value, GError **error)
{
  g_autoptr (GVariant) own = g_variant_ref_sink (value), whole = NULL;
  g_autoptr (AyOutput) output = NULL;
  GVariantBuilder stages;

  if (self->path == NULL)
    return TRUE;
  g_clear_pointer (&self->stage[stage], g_variant_unref);
  self->stage[stage] = g_steal_pointer (&own);
  g_variant_builder_init (&stages, G_VARIANT_TYPE ("a{uv}"));
  for (guint k = 0; k < N_STAGES; k++)
    if (self->stage[k] != NULL)
      g_variant_builder_add (&stages, "{uv}", k, self->stage[k]);
  whole = g_variant_ref_sink (g_variant_new (TYPE, self->asked, &stages));
  output = ay_output_new (self->path, error);
  if (output == NULL)
    return FALSE;
  fwrite (g_variant_get_data (whole), 1, g_variant_get_size (whole), ay_output_stream (output));
  return ay_output_commit (output, error);
}

void
ay_owner_stages_finish (AyOwnerStages *self)
{
  if (self->path != NULL)
    g_unlink (self->path);
}

/* --- which there are --- */

gboolean
ay_owner_stages_agree (AyOwnerStages *self, AyRelease *gate, GError **error)
{
  g_autofree guint8 *each = NULL;
  guint8 mine = AY_OWNER_STAGE_NONE, all = AY_OWNER_STAGE_SOLUTION;

  if (!self->resume)
    return TRUE;
  for (guint k = 0; k < N_STAGES; k++)
    if (self->stage[k] != NULL)
      mine = (guint8) k;
  each = ay_release_kept (gate, mine, error);
  if (each == NULL)
    return FALSE;
  for (guint r = 0; r < gate->size; r++)
    all = MIN (all, each[r]);
  for (guint k = all + 1; k < N_STAGES; k++)
    g_clear_pointer (&self->stage[k], g_variant_unref);
  if (all == AY_OWNER_STAGE_NONE) /* else a head of this run and one of that before might meet */
    ay_owner_stages_finish (self);
  return TRUE;
}

gboolean
ay_owner_stages_has (const AyOwnerStages *self, AyOwnerStage stage)
{
  return self->stage[stage] != NULL;
}

/* --- values --- */

static GVariant *
doubles (const double *from, gsize n)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, from, from != NULL ? n : 0,
                                    sizeof *from);
}

/* NULL with n = 0 where it is empty. (transfer full) */
static double *
dup_doubles (GVariant *from, gsize *n)
{
  const double *data = g_variant_get_fixed_array (from, n, sizeof *data);

  return *n > 0 ? g_memdup2 (data, *n * sizeof *data) : NULL;
}

static gboolean
is_of (const AyOwnerStages *self, AyOwnerStage stage, const char *type)
{
  return g_variant_is_of_type (self->stage[stage], G_VARIANT_TYPE (type));
}

#define FIT_TYPE "(ayttdduuadad)"
#define FIT_FORMAT "(@ayttdduu@ad@ad)"

gboolean
ay_owner_stages_keep_fit (AyOwnerStages *self, const AyOwnersFit *fit, const AyRelease *gate,
                          GError **error)
{
  g_autoptr (GBytes) head = ay_head_to_bytes (fit->head);

  return keep (self, AY_OWNER_STAGE_HEAD,
               g_variant_new (FIT_FORMAT,
                              g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, head, TRUE),
                              (guint64) fit->r, (guint64) fit->width, gate->rho, fit->worst,
                              fit->rounds, fit->products, doubles (fit->hessian, fit->r * fit->r),
                              doubles (fit->sums, gate->size * fit->width)),
               error);
}

AyOwnersFit *
ay_owner_stages_fit (AyOwnerStages *self, AyRelease *gate, GError **error)
{
  g_autoptr (AyOwnersFit) fit = g_new0 (AyOwnersFit, 1);
  g_autoptr (GVariant) head = NULL, hessian = NULL, sums = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize n_hessian, n_sums;
  guint64 r, width;
  double rho;

  if (!is_of (self, AY_OWNER_STAGE_HEAD, FIT_TYPE))
    {
      damaged (self, error);
      return NULL;
    }
  g_variant_get (self->stage[AY_OWNER_STAGE_HEAD], FIT_FORMAT, &head, &r, &width, &rho, &fit->worst,
                 &fit->rounds, &fit->products, &hessian, &sums);
  bytes = g_variant_get_data_as_bytes (head);
  fit->head = ay_head_from_bytes (bytes, error);
  if (fit->head == NULL)
    return NULL;
  fit->r = r;
  fit->width = width;
  fit->hessian = dup_doubles (hessian, &n_hessian);
  fit->sums = dup_doubles (sums, &n_sums);
  if (fit->head->d != ay_matrix_cols (gate->own->features)
      || fit->head->n_classes != gate->own->n_classes
      || (n_hessian > 0 && n_hessian != r * r) || (n_sums > 0 && n_sums != gate->size * width))
    {
      damaged (self, error);
      return NULL;
    }
  gate->rho = rho;
  gate->rho_before -= rho; /* the record has it */
  return g_steal_pointer (&fit);
}

#define SITES_TYPE "(adddu)"
#define SITES_FORMAT "(@adddu)"

gboolean
ay_owner_stages_keep_sites (AyOwnerStages *self, const AySiteValues *sites, GError **error)
{
  return keep (self, AY_OWNER_STAGE_SITES,
               g_variant_new (SITES_FORMAT, doubles (sites->value, sites->n), sites->none,
                              sites->all, sites->n_heads),
               error);
}

AySiteValues *
ay_owner_stages_sites (AyOwnerStages *self, AyRelease *gate, GError **error)
{
  g_autoptr (AySiteValues) sites = g_new0 (AySiteValues, 1);
  g_autoptr (GVariant) value = NULL;
  gsize n = 0;

  if (is_of (self, AY_OWNER_STAGE_SITES, SITES_TYPE))
    {
      g_variant_get (self->stage[AY_OWNER_STAGE_SITES], SITES_FORMAT, &value, &sites->none,
                     &sites->all, &sites->n_heads);
      sites->value = dup_doubles (value, &n);
    }
  sites->n = gate->size;
  if (n == gate->size)
    return g_steal_pointer (&sites);
  damaged (self, error);
  return NULL;
}

#define SOLUTION_TYPE "(addu)"
#define SOLUTION_FORMAT "(@addu)"

gboolean
ay_owner_stages_keep_solution (AyOwnerStages *self, const AyOwnersSolution *solution,
                               GError **error)
{
  return keep (self, AY_OWNER_STAGE_SOLUTION,
               g_variant_new (SOLUTION_FORMAT, doubles (solution->s, solution->n),
                              solution->residual, solution->rounds),
               error);
}

gboolean
ay_owner_stages_solution (AyOwnerStages *self, AyOwnersSolution *out, GError **error)
{
  g_autoptr (GVariant) s = NULL;
  const double *data;
  gsize n;

  if (!is_of (self, AY_OWNER_STAGE_SOLUTION, SOLUTION_TYPE))
    return damaged (self, error);
  g_variant_get (self->stage[AY_OWNER_STAGE_SOLUTION], SOLUTION_FORMAT, &s, &out->residual,
                 &out->rounds);
  data = g_variant_get_fixed_array (s, &n, sizeof *data);
  if (n != out->n)
    return damaged (self, error);
  memcpy (out->s, data, n * sizeof *data);
  return TRUE;
}
