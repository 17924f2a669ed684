/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/score/score.h"

G_BEGIN_DECLS

/* For the families of scores and the registry only. */

/* The families' runs. */
gboolean ay_run_influence (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);
gboolean ay_run_loo (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);
gboolean ay_run_self_influence (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                                GError **error);
gboolean ay_run_self_confidence (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                                 GError **error);
gboolean ay_run_normalized_margin (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                                   GError **error);
gboolean ay_run_confidence_weighted_entropy (AyScoreContext *context, AyScoreResult *out,
                                             AyJob *job, GError **error);
gboolean ay_run_label_issue (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                             GError **error);
gboolean ay_run_knn_shapley (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                             GError **error);
gboolean ay_run_knn_banzhaf (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                             GError **error);
gboolean ay_run_knn_beta (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);

/* What a certificate says under "probabilities" where no head had a part in them. */
#define AY_PROBABILITIES_GIVEN "given with the data"
gboolean ay_run_el2n (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);
gboolean ay_run_grand (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);
gboolean ay_run_forgetting (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                            GError **error);
gboolean ay_run_aum (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);
gboolean ay_run_confidence (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                            GError **error);
gboolean ay_run_variability (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                             GError **error);
gboolean ay_run_correctness (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                             GError **error);
gboolean ay_run_tracin (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);
gboolean ay_run_density (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);
gboolean ay_run_outlier (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);
gboolean ay_run_uniqueness (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                            GError **error);
gboolean ay_run_banzhaf (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);
gboolean ay_run_data_oob (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);
gboolean ay_run_trivial (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);
gboolean ay_run_redundant (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);
gboolean ay_run_group (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);
gboolean ay_run_outdated (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);
gboolean ay_run_dvrl (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);
gboolean ay_run_pseudo_label (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                              GError **error);
gboolean ay_run_pseudo_confidence (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                                   GError **error);
gboolean ay_run_label_disagreement (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                                    GError **error);
gboolean ay_run_label_value (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                             GError **error);
/* influence, on the target or on one row, relative or not. */
gboolean ay_run_influence_asked (AyScoreContext *context, AyScoreResult *out, AyJob *job,
                                 GError **error);

/* n numbers, all missing. NULL with NOMEM. */
double *ay_score_blank (gsize n, GError **error);
/* Says something of the score that a reader must know: into the certificate's "flags", and into the
 * data set's diagnostics, once an id. */
void ay_score_flag (AyScoreContext *context, AyScoreResult *out, const char *id,
                    const char *format, ...) G_GNUC_PRINTF (4, 5);
/* A number into the certificate; NaN as null. */
void ay_score_number (AyScoreResult *out, const char *name, double value);
void ay_score_count (AyScoreResult *out, const char *name, gsize value);
void ay_score_text (AyScoreResult *out, const char *name, const char *text);

G_END_DECLS
