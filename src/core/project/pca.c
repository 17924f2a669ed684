/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Principal components (Pearson 1901; Hotelling 1933).
 *
 * The components are the eigenvectors of the covariance of the rows. Three ways to them, by shape:
 *  - covariance: d <= 4096 columns. The d x d matrix in one pass over the rows (covariance.c), then
 *    its largest eigenpairs. Exact: no sampling, no random start. n d^2 + d^3 operations. Products
 *    are taken in float within a block and summed in double, in double where that is cheap.
 *  - gram: fewer rows than columns, at most 4096. The n x n matrix of inner products has the same
 *    eigenvalues; a component is the combination of rows that its eigenvector u gives, Z'u.
 *  - subspace: both large. A block of vectors is multiplied by Z'Z / n, in passes over the rows,
 *    until the captured variance stands still to 1e-8 (eigen.c).
 * The projection is one more pass: centre a block, multiply, in float.
 *
 * Reads the rows twice (subspace: some tens of times); never holds more than blocks of them, the
 * matrix above and the n x k result. Sums over rows are by parts (parts.h), shared out to ranks
 * where there are any; the eigenpairs, and all of a Gram matrix of at most 4096 rows, every rank
 * finds for itself. Same bytes for any number of threads and ranks. */
#include "core/project/pca.h"

#include "core/base/error.h"
#include "core/base/parts.h"
#include "core/base/words.h"
#include "core/project/centred.h"
#include "core/project/covariance.h"
#include "core/project/eigen.h"
#include "core/project/pca_private.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define MAX_SIDE 4096          /* of a matrix that is held */
#define WIDE_OPERATIONS 4e9    /* multiplications that may be in double */
#define CONSTANT 1e-12         /* a column whose sd is below this share of its mean is constant */
#define PROJECT_ROWS 256
#define COLUMN_VALUES (1 << 17) /* of a worker's block when columns are measured */

static AyPca *
pca_new (gsize n, gsize d, guint k, GError **error)
{
  g_autoptr (AyPca) self = g_new0 (AyPca, 1);

  g_atomic_ref_count_init (&self->ref);
  self->n = n;
  self->d = d;
  self->k = k;
  self->mean = g_new0 (double, d);
  self->inv_scale = g_new0 (double, d);
  self->variance = g_new0 (double, k);
  self->ratio = g_new0 (double, k);
  self->components = ay_try_alloc (k, d * sizeof (double), "the components", error);
  if (self->components == NULL)
    return NULL;
  self->projection = ay_try_alloc (n, k * sizeof (float), "the projection", error);
  return self->projection != NULL ? g_steal_pointer (&self) : NULL;
}

AyPca *
ay_pca_ref (AyPca *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_pca_unref (AyPca *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  g_free (self->mean);
  g_free (self->inv_scale);
  g_free (self->variance);
  g_free (self->ratio);
  g_free (self->components);
  g_free (self->projection);
  g_free (self);
}

/* ---- scales ---- */

static void
say_constant (AyDiagnostics *diagnostics, gsize count, gsize d)
{
  if (count > 0)
    ay_diagnostics_add (diagnostics, "constant-column",
                        N_ ("%zu of %zu feature columns are constant: they play no part in the "
                            "projection"),
                        count, d);
}

/* Mean, scale and total variance from the variances of z (divisor n) and the shift. */
static void
set_scales (AyPcaFit *fit, const double *variance, gsize step, AyDiagnostics *diagnostics)
{
  AyPca *pca = fit->pca;
  gsize constant = 0;

  pca->total_variance = 0.0;
  for (gsize j = 0; j < pca->d; j++)
    {
      double unit = fit->rows->scale[j], sd = sqrt (variance[j * step]) / unit, share;

      pca->mean[j] = fit->rows->centre[j] + fit->shift[j] / unit;
      share = fabs (pca->mean[j]) * CONSTANT;
      if (sd <= share)
        {
          constant++;
          sd = 0.0;
        }
      pca->inv_scale[j] = !fit->options->standardise ? 1.0 : sd > 0.0 ? 1.0 / sd : 0.0;
      fit->factor[j] = sd > 0.0 ? pca->inv_scale[j] / unit : 0.0;
      pca->total_variance += sd * sd * pca->inv_scale[j] * pca->inv_scale[j];
    }
  pca->total_variance *= (double) pca->n / (double) (pca->n - 1);
  say_constant (diagnostics, constant, pca->d);
}

void
ay_pca_set_variances (const AyPcaFit *fit, const double *values)
{
  AyPca *pca = fit->pca;
  double divisor = (double) pca->n / (double) (pca->n - 1);

  for (guint c = 0; c < pca->k; c++)
    {
      pca->variance[c] = MAX (values[c], 0.0) / (fit->unit * fit->unit) * divisor;
      pca->ratio[c] = pca->total_variance > 0.0 ? pca->variance[c] / pca->total_variance : 0.0;
    }
}

/* ---- components and variances; the other two solvers have files of their own ---- */

/* Whether the sample that chose the centre was a fair one: means within a few deviations, and
 * nothing overflowed. */
static gboolean
is_tame (const AyPcaFit *fit, const double *covariance)
{
  gsize d = fit->pca->d;

  for (gsize j = 0; j < d; j++)
    {
      double variance = covariance[j * d + j], shift = fit->shift[j];

      if (!isfinite (variance) || !isfinite (shift) || shift * shift > 16.0 * variance)
        return FALSE;
      if (fit->options->standardise && variance > 0.0 && (variance < 1e-12 || variance > 1e12))
        return FALSE;
    }
  return TRUE;
}

static gboolean
fit_covariance (AyPcaFit *fit, AyDiagnostics *diagnostics, AyJob *job, GError **error)
{
  AyPca *pca = fit->pca;
  gsize n = pca->n, d = pca->d;
  gboolean wide = (double) n * (double) d * (double) d <= WIDE_OPERATIONS;
  g_autofree double *values = g_new (double, pca->k);
  g_autofree double *covariance = ay_try_alloc (d * d, sizeof (double), "the covariance", error);

  if (covariance == NULL
      || !ay_covariance (fit->rows, wide, covariance, fit->shift, job, error))
    return FALSE;
  if (!is_tame (fit, covariance)
      && (!ay_centred_measure (fit->rows, fit->options->standardise, job, error)
          || !ay_covariance (fit->rows, wide, covariance, fit->shift, job, error)))
    return FALSE;
  set_scales (fit, covariance, d + 1, diagnostics);
  for (gsize i = 0; i < d; i++)
    for (gsize j = 0; j < d; j++)
      covariance[i * d + j] *= fit->factor[i] * fit->factor[j];
  pca->solver = "covariance";
  if (!ay_eigen_top_dense (covariance, d, pca->k, fit->options->seed, values, pca->components,
                           &fit->converged, job, error))
    return FALSE;
  ay_pca_set_variances (fit, values);
  return TRUE;
}

typedef struct
{
  const AyPcaFit *fit;
  AyParts parts;
  double *sums; /* own parts x 2 d: of z, of its squares */
} Columns;

static void
sum_columns (gsize part, guint worker, gpointer data)
{
  Columns *self = data;
  gsize d = self->fit->pca->d, end = MIN ((part + 1) * self->parts.rows, self->parts.n);
  gsize block = CLAMP (COLUMN_VALUES / d, 1, self->parts.rows);
  double *sum = self->sums + (part - self->parts.first) * 2 * d, *square = sum + d;
  g_autofree double *z = g_new (double, block * d);

  for (gsize first = part * self->parts.rows; first < end; first += block)
    {
      gsize count = MIN (block, end - first);

      ay_centred_get_f64 (self->fit->rows, first, count, 0, d, z, d);
      for (gsize i = 0; i < count; i++)
        for (gsize j = 0; j < d; j++)
          {
            sum[j] += z[i * d + j];
            square[j] += z[i * d + j] * z[i * d + j];
          }
    }
}

/* Exact centre, so that the shift is rounding only; variances of the columns. */
gboolean
ay_pca_measure_columns (AyPcaFit *fit, AyDiagnostics *diagnostics, AyJob *job, GError **error)
{
  gsize n = fit->pca->n, d = fit->pca->d;
  Columns self = { fit, ay_parts (fit->rows->ranks, n, 256, 16), NULL };
  g_autofree double *sums = NULL, *variance = g_new (double, d);

  if (!ay_centred_measure (fit->rows, fit->options->standardise, job, error))
    return FALSE;
  self.parts.what = "means and variances";
  self.sums = sums = ay_try_alloc (ay_parts_own (&self.parts), 2 * d * sizeof (double),
                                   "sums of columns", error);
  if (sums == NULL || !ay_parts_for (&self.parts, sum_columns, &self, job, error)
      || !ay_parts_sum (&self.parts, sums, 2 * d, job, error))
    return FALSE;
  for (gsize j = 0; j < d; j++)
    {
      fit->shift[j] = sums[j] / (double) n;
      variance[j] = MAX (sums[d + j] / (double) n - fit->shift[j] * fit->shift[j], 0.0);
    }
  set_scales (fit, variance, 1, diagnostics);
  return TRUE;
}

/* Rows of z, multiplied by the factors, are what is projected. The centred reader's scale becomes
 * that product, times one power of two that makes the mean variance about 1. */
void
ay_pca_apply_factors (AyPcaFit *fit)
{
  double mean = fit->pca->total_variance / (double) fit->pca->d;

  if (mean > 0.0)
    fit->unit = ldexp (1.0, CLAMP (-ilogb (sqrt (mean)), -400, 400));
  for (gsize j = 0; j < fit->pca->d; j++)
    {
      fit->rows->scale[j] *= fit->factor[j] * fit->unit;
      fit->shift[j] *= fit->factor[j] * fit->unit;
    }
}

/* ---- signs and projection ---- */

static void
fix_signs (AyPca *pca)
{
  for (guint c = 0; c < pca->k; c++)
    {
      double *v = pca->components + c * pca->d, largest = 0.0;

      for (gsize j = 0; j < pca->d; j++)
        if (fabs (v[j]) > fabs (largest) * (1.0 + 1e-9)) /* ties: the first */
          largest = v[j];
      if (largest < 0.0)
        cblas_dscal ((int) pca->d, -1.0, v, 1);
    }
}

typedef struct
{
  const AyPca *pca;
  const AyCentred *rows;
  float *loadings;  /* k x d */
  double *offset;   /* k: loadings . shift */
  float *blocks;    /* per worker: PROJECT_ROWS x d */
  float *out;       /* n x k */
} Project;

static void
project_rows (gsize block, guint worker, gpointer data)
{
  Project *self = data;
  gsize d = self->pca->d, k = self->pca->k, first = block * PROJECT_ROWS;
  gsize count = MIN (PROJECT_ROWS, self->rows->n - first);
  float *z = self->blocks + (gsize) worker * PROJECT_ROWS * d, *out = self->out + first * k;

  ay_centred_get_f32 (self->rows, first, count, 0, d, z, d);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (int) count, (int) k, (int) d, 1.0f, z,
               (int) d, self->loadings, (int) d, 0.0f, out, (int) k);
  for (gsize i = 0; i < count; i++)
    for (gsize c = 0; c < k; c++)
      out[i * k + c] = (float) (out[i * k + c] - self->offset[c]);
}

/* Rows through the components: z about the reader's centre, so that no large mean cancels in
 * float; what that centre misses is taken off in double. */
static gboolean
project (const AyPca *pca, const AyCentred *rows, float *out, AyJob *job, GError **error)
{
  gsize d = pca->d;
  g_autofree float *loadings
      = ay_try_alloc (pca->k, d * sizeof (float), "the components", error);
  g_autofree double *offset = g_new0 (double, pca->k);
  g_autofree float *blocks = NULL;
  AyParts parts = ay_parts_by (rows->ranks, rows->n, PROJECT_ROWS);
  Project self = { pca, rows, loadings, offset, NULL, out };

  if (loadings == NULL)
    return FALSE;
  self.blocks = blocks
      = ay_try_alloc (ay_threads () * PROJECT_ROWS, d * sizeof (float), "blocks of rows", error);
  if (blocks == NULL)
    return FALSE;
  for (guint c = 0; c < pca->k; c++)
    for (gsize j = 0; j < d; j++)
      {
        double loading = pca->components[c * d + j] * pca->inv_scale[j];

        loadings[c * d + j] = rows->scale[j] != 0.0 ? (float) (loading / rows->scale[j]) : 0.0f;
        offset[c] += loading * (pca->mean[j] - rows->centre[j]);
      }
  parts.what = "projections";
  return ay_parts_for (&parts, project_rows, &self, job, error)
         && ay_parts_gather (&parts, out, pca->k * sizeof (float), error);
}

gboolean
ay_pca_project (const AyPca *self, const AyMatrix *features, const guint32 *rows, gsize count,
                float *out, AyJob *job, GError **error)
{
  g_autoptr (AyCentred) centred = NULL;

  if (ay_matrix_cols (features) != self->d)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("features have %zu columns, the projection %zu"),
                   ay_matrix_cols (features), self->d);
      return FALSE;
    }
  if (count == 0)
    return TRUE;
  centred = ay_centred_new (features, rows, count, FALSE, error);
  if (centred == NULL)
    return FALSE;
  for (gsize j = 0; j < self->d; j++) /* the same numbers whatever rows are asked for */
    {
      centred->centre_f32[j] = (float) self->mean[j];
      centred->centre[j] = centred->floats ? centred->centre_f32[j] : self->mean[j];
      centred->scale[j] = 1.0;
    }
  return project (self, centred, out, job, error);
}

/* ---- fit ---- */

static gboolean
check_options (const AyMatrix *features, const guint32 *rows, gsize n, const AyPcaOptions *options,
               GError **error)
{
  gsize d = ay_matrix_cols (features);

  if (n < 2 || d < 1 || options->components < 1)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("PCA of %zu rows with %zu columns to %u components: at least 2 rows, 1 "
                       "column, 1 component"),
                   n, d, options->components);
      return FALSE;
    }
  for (gsize i = 0; i < (rows != NULL ? n : 1); i++)
    if ((rows != NULL ? rows[i] : n - 1) >= ay_matrix_rows (features))
      {
        g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                     N_ ("row %zu is outside the features' %zu rows"),
                     rows != NULL ? (gsize) rows[i] : n - 1, ay_matrix_rows (features));
        return FALSE;
      }
  return TRUE;
}

static gboolean
solve (AyPcaFit *fit, AyDiagnostics *diagnostics, AyJob *job, GError **error)
{
  gsize n = fit->pca->n, d = fit->pca->d;

  if (n < d && n <= MAX_SIDE)
    return ay_pca_fit_gram (fit, diagnostics, job, error);
  if (d <= MAX_SIDE)
    return fit_covariance (fit, diagnostics, job, error);
  return ay_pca_fit_subspace (fit, diagnostics, job, error);
}

AyPca *
ay_pca_fit (const AyMatrix *features, const guint32 *rows, gsize n, const AyPcaOptions *options,
            AyDiagnostics *diagnostics, AyJob *job, GError **error)
{
  static const AyPcaOptions defaults = AY_PCA_OPTIONS_INIT;
  gsize d = ay_matrix_cols (features), most = MIN (n > 0 ? n - 1 : 0, d);
  g_autoptr (AyPca) pca = NULL;
  g_autoptr (AyCentred) centred = NULL;
  g_autofree double *shift = NULL, *factor = NULL;
  AyPcaFit fit = { .options = options != NULL ? options : &defaults, .unit = 1.0 };

  if (!check_options (features, rows, n, fit.options, error))
    return NULL;
  if (fit.options->components > most)
    ay_diagnostics_add (diagnostics, "pca-components",
                        N_ ("%u components asked for: %zu rows with %zu columns have at most %zu"),
                        fit.options->components, n, d, most);
  fit.pca = pca = pca_new (n, d, (guint) MIN (fit.options->components, most), error);
  if (pca == NULL)
    return NULL;
  fit.rows = centred = ay_centred_new (features, rows, n, fit.options->standardise, error);
  if (centred == NULL)
    return NULL;
  centred->ranks = fit.options->ranks;
  fit.shift = shift = g_new0 (double, d);
  fit.factor = factor = g_new0 (double, d);
  ay_job_set_phase (job, "principal components");
  if (!solve (&fit, diagnostics, job, error))
    return NULL;
  if (!fit.converged)
    ay_diagnostics_add (diagnostics, "pca-not-converged",
                        N_ ("the variance that the projection keeps was still rising by more "
                            "than 1e-7 of it"));
  fix_signs (pca);
  return project (pca, centred, pca->projection, job, error) ? g_steal_pointer (&pca) : NULL;
}
