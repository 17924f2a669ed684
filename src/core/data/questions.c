/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/questions.h"

#include "core/base/words.h"

#include <math.h>

#define PROBABILITY_GAP 0.1
#define TRAIN_ACCURACY 0.995

typedef struct
{
  gsize n;
  double p_label; /* mean */
  double accuracy;
} Fit;

static Fit
fit_of (const AyDataset *data, AySplit split)
{
  guint k = data->n_classes;
  g_autofree guint32 *rows = NULL;
  g_autofree double *p = g_new (double, k);
  Fit fit = { 0, 0.0, 0.0 };

  rows = ay_dataset_rows_of (data, split, &fit.n);
  for (gsize i = 0; i < fit.n; i++)
    {
      gint32 label = data->label[rows[i]];
      gboolean right = TRUE;

      ay_matrix_get_f64 (data->probabilities, rows[i], 1, p);
      for (guint c = 0; c < k; c++)
        right = right && (p[c] < p[label] || (gint32) c == label);
      fit.p_label += p[label] / fit.n;
      fit.accuracy += right ? 1.0 / fit.n : 0.0;
    }
  return fit;
}

static void
ask_probabilities (const AyDataset *data, AyAnswer out_of_sample)
{
  Fit train = fit_of (data, AY_SPLIT_TRAIN), valid = fit_of (data, AY_SPLIT_VALID);

  if (train.n > 0 && valid.n > 0 && train.p_label - valid.p_label > PROBABILITY_GAP)
    ay_diagnostics_add (data->diagnostics, "in-sample-probabilities",
                        N_ ("the given probabilities seem to be in sample: the mean probability "
                            "of the label is %.3f on train, %.3f on valid; label errors are "
                            "hidden by that"), train.p_label, valid.p_label);
  else if (train.n > 0 && train.accuracy >= TRAIN_ACCURACY)
    ay_diagnostics_add (data->diagnostics, "in-sample-probabilities",
                        N_ ("the given probabilities seem to be in sample: they are right on "
                            "%.1f %% of the training rows; label errors are hidden by that"),
                        100.0 * train.accuracy);
  else if (out_of_sample == AY_ANSWER_NO)
    ay_diagnostics_add (data->diagnostics, "in-sample-probabilities",
                        N_ ("the given probabilities are in sample: label errors are hidden by "
                            "that"));
  else if (out_of_sample == AY_ANSWER_UNKNOWN)
    ay_diagnostics_add (data->diagnostics, "probabilities-out-of-sample",
                        N_ ("are the given probabilities out of sample (made by models that had "
                            "not seen the row)? If not, label errors are hidden"));
}

void
ay_questions_ask (const AyDataset *data, AyAnswer features_saw_labels,
                  AyAnswer probabilities_out_of_sample, gboolean given_matrix)
{
  if (features_saw_labels == AY_ANSWER_YES)
    ay_diagnostics_add (data->diagnostics, "seen-labels",
                        N_ ("features have seen the labels: errors are hidden"));
  else if (features_saw_labels == AY_ANSWER_UNKNOWN && given_matrix)
    ay_diagnostics_add (data->diagnostics, "features-saw-labels",
                        N_ ("was the encoder of the features trained on these labels? If so, label "
                            "errors are hidden"));
  if (data->probabilities != NULL && data->label != NULL)
    ask_probabilities (data, probabilities_out_of_sample);
}
