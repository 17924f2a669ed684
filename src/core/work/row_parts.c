/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A figure taken apart over columns and words.
 *
 * Margin: (w_a - w_b) . z + b_a - b_b, z the standardised features. Influence of a training row on
 * the target's mean loss: w r . (S z), S = H^-1 g (influence.c), so sum_j z_j (w sum_c r_c S_cj)
 * and the intercept's w sum_c r_c S_cb. Both are slope . z + constant. A column of the table has
 * the parts of all the features made of it. The text's features are x = z / s + c: slope . z =
 * (slope s) . x - (slope s) . c, the first over the words (text_words.c), the second the same for
 * all rows. Cost: d, and the terms of one text x d; the words' vectors are made once. */
#include "core/work/row_parts.h"

#include "core/base/words.h"
#include "core/data/text_words.h"
#include "core/gain/why.h"
#include "core/score/influence.h"
#include "core/work/work_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  const AyDataset *data;
  AyScoreContext *context;
  const AyHead *head;
  guint32 row;
  double *z;             /* d + 1 */
  const double *slope;   /* d + 1, the constant last */
  GHashTable *columns;   /* column's name -> number + 1 of its part */
  AyRowParts *out;
  AyJob *job;
} Parting;

static void
part_clear (gpointer data)
{
  AyPart *self = data;

  g_free (self->name);
  g_free (self->value);
}

void
ay_row_parts_free (AyRowParts *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->parts);
  g_free (self);
}

char *
ay_row_parts_refuse (const AyDataset *data)
{
  for (guint i = 0; data->feature_spans != NULL && i < data->feature_spans->len; i++)
    if (g_array_index (data->feature_spans, AyFeatureSpan, i).kind != AY_FEATURES_GIVEN)
      return NULL;
  return g_strdup_printf ("the features have no names that mean something to a reader (%s): no "
                          "column or word can be said to carry a part",
                          data->features_from != NULL ? data->features_from : "a matrix");
}

/* --- columns --- */

/* "x" of "x", "x missing" and "x=red": the longest name that is a column's. (nullable) */
static AyColumn *
column_of (const AyDataset *data, const char *feature)
{
  AyColumn *found = ay_table_find (data->table, feature);
  g_autofree char *name = g_strdup (feature);
  char *end;

  if (found == NULL && g_str_has_suffix (name, " missing"))
    {
      name[strlen (name) - strlen (" missing")] = '\0';
      found = ay_table_find (data->table, name);
    }
  while (found == NULL && (end = strrchr (name, '=')) != NULL)
    {
      *end = '\0';
      found = ay_table_find (data->table, name);
    }
  return found;
}

static void
add_column (Parting *self, const char *feature, double part)
{
  AyColumn *column = column_of (self->data, feature);
  const char *name = column != NULL ? ay_column_name (column) : feature;
  guint at = GPOINTER_TO_UINT (g_hash_table_lookup (self->columns, name));

  if (at == 0)
    {
      AyPart one = { g_strdup (name),
                     column != NULL ? ay_column_dup_text (column, self->row) : NULL, 0.0 };

      g_array_append_val (self->out->parts, one);
      at = self->out->parts->len;
      g_hash_table_insert (self->columns, one.name, GUINT_TO_POINTER (at));
    }
  g_array_index (self->out->parts, AyPart, at - 1).part += part;
}

/* --- words --- */

static const AyTextTerms *
terms_of (Parting *self, const AyFeatureSpan *span, GError **error)
{
  g_autofree char *key = g_strdup_printf ("text-terms|%zu", span->first);
  AyTextTerms *terms = ay_score_context_kept (self->context, key);
  AyTextOptions options = AY_TEXT_OPTIONS_INIT;
  g_autofree guint8 *fit = NULL;

  if (terms != NULL)
    return terms;
  fit = g_new (guint8, self->data->n + 1);
  for (gsize i = 0; i < self->data->n; i++)
    fit[i] = self->data->split[i] == AY_SPLIT_TRAIN || self->data->split[i] == AY_SPLIT_POOL;
  options.dimensions = span->dimensions;
  options.seed = span->seed;
  terms = ay_text_terms_new (span->text, fit, &options, self->job, error);
  if (terms != NULL)
    ay_score_context_keep (self->context, key, terms, (GDestroyNotify) ay_text_terms_free);
  return terms;
}

static gboolean
add_words (Parting *self, const AyFeatureSpan *span, GError **error)
{
  const AyTextTerms *terms = terms_of (self, span, error);
  g_autofree double *slope = g_new (double, span->n + 1);
  g_autoptr (GArray) words = NULL;
  gsize length = 0;
  const char *text = ay_column_text (span->text, self->row, &length);

  if (terms == NULL || terms->d != span->n)
    {
      if (terms != NULL)
        g_set_error (error, AY_ERROR, AY_ERROR_CHANGED,
                     N_ ("the words of column \"%s\" no longer make "
                         "the %zu features that the data has"),
                     ay_column_name (span->text), span->n);
      return FALSE;
    }
  for (gsize j = 0; j < span->n; j++)
    {
      slope[j] = self->slope[span->first + j] * self->head->inv_scale[span->first + j];
      self->out->average_text -= slope[j] * self->head->centre[span->first + j];
    }
  words = ay_text_word_parts (terms, text != NULL ? text : "", text != NULL ? length : 0, slope);
  for (guint w = 0; w < words->len; w++)
    {
      AyWordPart *word = &g_array_index (words, AyWordPart, w);
      AyPart one = { word->word != NULL ? g_steal_pointer (&word->word)
                                        : g_strdup ("(signs between words)"), NULL, word->part };

      g_array_append_val (self->out->parts, one);
    }
  return TRUE;
}

/* --- all of it --- */

static int
compare_parts (const void *a, const void *b)
{
  const AyPart *x = a, *y = b;
  double p = fabs (x->part), q = fabs (y->part);

  return p != q ? (p < q) - (p > q) : strcmp (x->name, y->name);
}

static gboolean
take_apart (Parting *self, GError **error)
{
  AyRowParts *out = self->out;
  double sum;

  for (guint i = 0; i < self->data->feature_spans->len; i++)
    {
      const AyFeatureSpan *span = &g_array_index (self->data->feature_spans, AyFeatureSpan, i);

      if (span->kind == AY_FEATURES_TEXT && !add_words (self, span, error))
        return FALSE;
      for (gsize j = span->first; j < span->first + span->n; j++)
        if (span->kind == AY_FEATURES_COLUMNS)
          add_column (self, self->data->feature_names[j], self->slope[j] * self->z[j]);
        else if (span->kind == AY_FEATURES_GIVEN)
          out->unnamed += self->slope[j] * self->z[j];
    }
  out->intercept = self->slope[self->head->d];
  out->total = out->intercept;
  for (gsize j = 0; j < self->head->d; j++)
    out->total += self->slope[j] * self->z[j];
  sum = out->intercept + out->average_text + out->unnamed;
  for (guint i = 0; i < out->parts->len; i++)
    sum += g_array_index (out->parts, AyPart, i).part;
  out->residual = out->total - sum;
  if (out->parts->len > 1)
    qsort (out->parts->data, out->parts->len, sizeof (AyPart), compare_parts);
  return TRUE;
}

static AyRowParts *
parts_new (AyScoreContext *context, guint32 row, const double *slope, AyJob *job, GError **error)
{
  g_autoptr (AyRowParts) out = g_new0 (AyRowParts, 1);
  g_autoptr (GHashTable) columns = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree double *z = NULL;
  Parting self = { .data = ay_score_context_data (context), .context = context, .row = row,
                   .slope = slope, .columns = columns, .out = out, .job = job };

  out->parts = g_array_new (FALSE, FALSE, sizeof (AyPart));
  g_array_set_clear_func (out->parts, part_clear);
  self.head = ay_score_context_head (context, job, error);
  if (self.head == NULL)
    return NULL;
  self.z = z = g_new (double, self.head->d + 1);
  ay_why_row (self.head, self.data->features, row, z);
  return take_apart (&self, error) ? g_steal_pointer (&out) : NULL;
}

AyRowParts *
ay_row_parts_of_margin (AyWork *work, guint32 row, const double *slope, AyJob *job,
                        GError **error)
{
  AyScoreContext *context = ay_work_context (work, job, error);

  return context != NULL ? parts_new (context, row, slope, job, error) : NULL;
}

/* S, kept for the next row. */
static const double *
direction_of (AyScoreContext *context, AyJob *job, GError **error)
{
  double *s = ay_score_context_kept (context, "influence-direction");

  if (s == NULL && (s = ay_influence_direction (context, job, error)) != NULL)
    ay_score_context_keep (context, "influence-direction", s, g_free);
  return s;
}

/* The row's place in the training problem, or n. */
static gsize
place_of (const AyProblem *train, guint32 row)
{
  for (gsize i = 0; i < train->n; i++)
    if (train->rows[i] == row)
      return i;
  return train->n;
}

AyRowParts *
ay_row_parts_of_influence (AyWork *work, guint32 row, AyJob *job, GError **error)
{
  AyScoreContext *context = ay_work_context (work, job, error);
  const AyProblem *train = context != NULL ? ay_score_context_train (context, error) : NULL;
  gsize at = train != NULL ? place_of (train, row) : 0;
  const double *s;
  const AyHead *head;
  AyCurvature *curvature;
  g_autofree double *r = NULL, *slope = NULL;

  if (train == NULL || at == train->n || (s = direction_of (context, job, error)) == NULL)
    return NULL;
  head = ay_score_context_head (context, job, error);
  curvature = ay_hessian_curvature (ay_score_context_hessian (context, job, error), job, error);
  if (curvature == NULL)
    return NULL;
  r = g_new (double, head->n_outputs);
  slope = g_new0 (double, head->d + 1);
  ay_curvature_residual (curvature, at, r);
  for (guint c = 0; c < head->n_outputs; c++)
    for (gsize j = 0; j <= head->d; j++)
      slope[j] += ay_problem_weight (train, at) * r[c]
                  * s[c * (head->d + 1) + j];
  return parts_new (context, row, slope, job, error);
}
