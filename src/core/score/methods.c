/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of scores. */
#include "core/score/score_private.h"

#include "core/base/words.h"

#include <string.h>

static const AyScoreParameter influence_parameters[] = {
  { "of", "", "id of one labelled row: influence on its loss alone, instead of on all valid rows" },
  { "relative", "no", "yes: divided by the length of the row's own gradient" },
  { NULL, NULL, NULL },
};

static const AyScoreParameter loo_parameters[] = {
  { "refit_above", "0.5", "rows whose largest eigenvalue of W K is above this are refitted" },
  { "max_refits", "200", "at most so many rows, of highest leverage first" },
  { NULL, NULL, NULL },
};

#define LABEL_PARAMETERS                                                                          \
  { "probabilities", "auto",                                                                      \
    "whose probabilities judge: given (with the data), head, folds (the head's of five), or "      \
    "auto (given where there are any, else head)" },                                              \
  { "adjusted", "no",                                                                             \
    "yes: subtract each class's mean confidence first, for classes the model is less sure of" },  \
  { "test_rows", "leave",                                                                         \
    "leave: rows of the test part are not judged; judge: they are, and no report on them holds" }

static const AyScoreParameter label_parameters[] = { LABEL_PARAMETERS, { NULL, NULL, NULL } };

static const AyScoreParameter issue_parameters[] = {
  LABEL_PARAMETERS,
  { "filter", "low_normalized_margin",
    "which rows are flagged: low_normalized_margin, low_self_confidence, prune_by_noise_rate, "
    "prune_by_class, both, confident_learning or predicted_neq_given" },
  { NULL, NULL, NULL },
};

#define KNN_PARAMETERS                                                                            \
  { "neighbours", "10", "K, the neighbours that vote" },                                          \
  { "utility", "hard",                                                                            \
    "hard: matches among the K nearest by K; soft: by as many as there are; threshold: the share "\
    "of matches within radius" },                                                                 \
  { "weights", "equal", "equal, or distance: a match counts exp (-(distance / radius)^2)" },      \
  { "radius", "auto",                                                                             \
    "of weights and threshold; auto is the median distance to the K-th nearest" },                \
  { "metric", "euclidean", "euclidean or cosine, on the standardised features" },                 \
  { "nearest", "all", "order only so many rows; the others enter by their mean" },                \
  { "precision", "f32", "f32, or f64: distances in double" }

static const AyScoreParameter knn_parameters[] = { KNN_PARAMETERS, { NULL, NULL, NULL } };

static const AyScoreParameter knn_banzhaf_parameters[] = {
  KNN_PARAMETERS,
  { "p", "0.5", "probability with which each other row is in" },
  { NULL, NULL, NULL },
};

static const AyScoreParameter knn_beta_parameters[] = {
  KNN_PARAMETERS,
  { "a", "16", "Beta (a, b): a above b favours small sets" },
  { "b", "1", "Beta (a, b): b above a favours large sets" },
  { NULL, NULL, NULL },
};

#define LOG_PARAMETERS                                                                            \
  { "logits", "auto",                                                                             \
    "whose run: given (with the data), run (of a linear head, made here), a folder with a file "   \
    "an epoch, or auto (given where there is one, else run)" },                                   \
  { "epochs", "10", "of a run made here" },                                                       \
  { "batch", "64", "rows of a step of a run made here" },                                         \
  { "step", "0.5", "of a run made here, times 2 / (mean squared length of a row)" }

static const AyScoreParameter dynamics_parameters[] = {
  LOG_PARAMETERS,
  { "test_rows", "leave",
    "leave: rows of the test part are not judged; judge: they are, and no report on them holds" },
  { NULL, NULL, NULL },
};

static const AyScoreParameter tracin_parameters[] = { LOG_PARAMETERS, { NULL, NULL, NULL } };

static const AyScoreParameter neighbourhood_parameters[] = {
  { "neighbours", "20", "how many nearest rows are looked at" },
  { "metric", "euclidean", "euclidean or cosine, on the standardised features" },
  { "approximate_above", "0", "rows above which neighbours are searched approximately; 0: never" },
  { NULL, NULL, NULL },
};

static const AyScoreParameter banzhaf_parameters[] = {
  { "models", "500", "random halves of train that the head is refitted on" },
  { "method", "sample",
    "sample, or of at most 16 training rows exact or exact_shapley, which train on every set" },
  { NULL, NULL, NULL },
};

static const AyScoreParameter oob_parameters[] = {
  { "models", "100", "bootstraps of train that the head is refitted on" },
  { NULL, NULL, NULL },
};

static const AyScoreParameter dvrl_parameters[] = {
  { "iterations", "600", "of the network, in each repeat" },
  { "batch", "256", "rows an iteration draws" },
  { "repeats", "5", "runs with seeds of their own; values are their mean" },
  { NULL, NULL, NULL },
};

static const AyScoreParameter trivial_parameters[] = {
  { "confidence", "0.95", "least probability of the label by a head that has not seen the row" },
  { "share", "0.3", "at most this share of the training rows, those of highest probability first" },
  { NULL, NULL, NULL },
};

static const AyScoreParameter outdated_parameters[] = {
  { "windows", "by size", "parts of about equal size that train is cut into by time: 4, or fewer, "
                          "2 at least, where one would have under 50 rows a class" },
  { "shuffles", "50", "of time, that the difference of what two times teach is compared with" },
  { "fdr", "0.1", "share of the flagged rows that may be chance" },
  { "remains", "0.2", "at most this share of its worth for its own time is left for the latest" },
  { NULL, NULL, NULL },
};

static const AyScoreParameter copies_parameters[] = {
  { "threshold", "0.99", "least cosine of two copies, or largest Euclidean distance" },
  { "metric", "cosine", "cosine, or euclidean: then a threshold must be given" },
  { "linkage", "single", "single: chains hang together; complete: all of a group are that near" },
  { "keep", "central", "which row of a group stays: central, first, newest or longest" },
  { "standardise_copies", "auto",
    "features to deviation 1 first: yes, no, or auto (columns of a table, not vectors)" },
  { NULL, NULL, NULL },
};

static const AyScoreParameter spread_parameters[] = {
  { "neighbours", "7", "rows are joined where one is among the so many nearest of the other" },
  { "alpha", "0.2", "how much of a row is its neighbours', rather than its own label; below 1" },
  { "approximate_above", "0", "rows above which neighbours are searched approximately; 0: never" },
  { NULL, NULL, NULL },
};

static const AyScoreMethod methods[] = {
  { .id = "influence",
    .title = N_ ("Influence"),
    .sentence = N_ ("Change of the mean validation loss if the row were removed from training, to "
                    "first order; above 0 the row helps."),
    .kind = AY_SCORE_VALUE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = N_ ("nats"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_VALID, .parameters = influence_parameters,
    .run = ay_run_influence_asked },
  { .id = "loo",
    .title = N_ ("Leave-one-out"),
    .sentence = N_ ("Change of the mean validation loss if the row were removed from training and "
                    "the head refitted; above 0 the row helps."),
    .kind = AY_SCORE_VALUE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = N_ ("nats"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_VALID, .parameters = loo_parameters, .run = ay_run_loo },
  { .id = "self_influence",
    .title = N_ ("Self-influence"),
    .sentence = N_ ("How much the loss on the row itself would rise if it were removed from "
                    "training: rows that only they themselves support stand out."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_LOW_GOOD, .unit = N_ ("nats"),
    .needs = AY_NEEDS_LABEL, .run = ay_run_self_influence },
  { .id = "self_confidence",
    .title = N_ ("Self-confidence"),
    .sentence = N_ ("Probability of the row's own label by a model that has not seen the row; low "
                    "ones may be mislabelled."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = N_ ("probability"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .parameters = label_parameters,
    .run = ay_run_self_confidence },
  { .id = "normalized_margin",
    .title = N_ ("Margin"),
    .sentence = N_ ("How far the row's own label leads the next likeliest class, 0 to 1, by a "
                    "model that has not seen the row; below 0.5 another class is likelier."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = "",
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .parameters = label_parameters,
    .run = ay_run_normalized_margin },
  { .id = "confidence_weighted_entropy",
    .title = N_ ("Confidence-weighted entropy"),
    .sentence = N_ ("Near 1 where a model that has not seen the row is sure of the row's own "
                    "label, near 0 where it is unsure and leaves that label little probability."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = "",
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .parameters = label_parameters,
    .run = ay_run_confidence_weighted_entropy },
  { .id = "label_issue",
    .title = N_ ("Label issue"),
    .sentence = N_ ("1 for rows that confident learning takes for mislabelled: as many rows of "
                    "lowest margin as it estimates errors."),
    .kind = AY_SCORE_FLAG, .direction = AY_DIRECTION_LOW_GOOD, .unit = "0/1",
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .parameters = issue_parameters,
    .run = ay_run_label_issue },
  { .id = "knn_shapley",
    .title = N_ ("Neighbour Shapley"),
    .sentence = N_ ("Shapley value of the row for a nearest-neighbour classifier judged on the "
                    "validation rows; above 0 the row raises the share of right votes."),
    .kind = AY_SCORE_VALUE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = N_ ("share of votes"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES | AY_NEEDS_VALID, .no_head = TRUE,
    .parameters = knn_parameters, .run = ay_run_knn_shapley },
  { .id = "knn_banzhaf",
    .title = N_ ("Neighbour Banzhaf"),
    .sentence = N_ ("Banzhaf value of the row for a nearest-neighbour classifier judged on the "
                    "validation rows: its mean effect on a random half of the others."),
    .kind = AY_SCORE_VALUE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = N_ ("share of votes"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES | AY_NEEDS_VALID, .no_head = TRUE,
    .parameters = knn_banzhaf_parameters, .run = ay_run_knn_banzhaf },
  { .id = "knn_beta",
    .title = N_ ("Neighbour Beta Shapley"),
    .sentence = N_ ("Beta Shapley value of the row for a nearest-neighbour classifier judged on "
                    "the validation rows: like Shapley, with more weight on small sets of others."),
    .kind = AY_SCORE_VALUE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = N_ ("share of votes"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES | AY_NEEDS_VALID, .no_head = TRUE,
    .parameters = knn_beta_parameters, .run = ay_run_knn_beta },
  { .id = "el2n",
    .title = N_ ("EL2N"),
    .sentence = N_ ("Mean length of the error of the probabilities over a training run: near 0 for "
                    "easy rows, up to 1.41 for rows that are sure and wrong."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_LOW_GOOD, .unit = "",
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .no_head = TRUE,
    .parameters = dynamics_parameters, .run = ay_run_el2n },
  { .id = "grand",
    .title = N_ ("Gradient norm"),
    .sentence = N_ ("Mean length of the row's gradient of the last layer over a training run: how "
                    "much the row pulls at the model."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_LOW_GOOD, .unit = "",
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .no_head = TRUE,
    .parameters = dynamics_parameters, .run = ay_run_grand },
  { .id = "forgetting",
    .title = N_ ("Forgetting"),
    .sentence = N_ ("How often in a training run the row was right and in the next epoch wrong."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_LOW_GOOD, .unit = N_ ("events"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .no_head = TRUE,
    .parameters = dynamics_parameters, .run = ay_run_forgetting },
  { .id = "aum",
    .title = N_ ("Area under the margin"),
    .sentence = N_ ("Mean lead over a training run of the label's logit over the largest other; "
                    "below 0 the label may be wrong."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = N_ ("logit"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .no_head = TRUE,
    .parameters = dynamics_parameters, .run = ay_run_aum },
  { .id = "confidence",
    .title = N_ ("Confidence"),
    .sentence = N_ ("Mean probability of the row's label over a training run: high for rows that "
                    "are easy to learn."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = N_ ("probability"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .no_head = TRUE,
    .parameters = dynamics_parameters, .run = ay_run_confidence },
  { .id = "variability",
    .title = N_ ("Variability"),
    .sentence = N_ ("Standard deviation of the probability of the row's label over a training run: "
                    "high for ambiguous rows."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_NONE, .unit = N_ ("probability"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .no_head = TRUE,
    .parameters = dynamics_parameters, .run = ay_run_variability },
  { .id = "correctness",
    .title = N_ ("Correctness"),
    .sentence = N_ ("In how many epochs of a training run the row was right."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = N_ ("epochs"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .no_head = TRUE,
    .parameters = dynamics_parameters, .run = ay_run_correctness },
  { .id = "tracin",
    .title = N_ ("TracIn"),
    .sentence = N_ ("How much steps on the row lowered the validation loss along a training run, "
                    "to first order, for the last layer; above 0 the row helps."),
    .kind = AY_SCORE_VALUE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = N_ ("nats"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES | AY_NEEDS_VALID, .no_head = TRUE,
    .parameters = tracin_parameters, .run = ay_run_tracin },
  { .id = "banzhaf",
    .title = N_ ("Data Banzhaf"),
    .sentence = N_ ("Mean change of the probability of the right class on the validation rows when "
                    "the row joins a random half of the others and the head is refitted; above 0 "
                    "the row helps."),
    .kind = AY_SCORE_VALUE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = N_ ("probability"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES | AY_NEEDS_VALID,
    .parameters = banzhaf_parameters, .run = ay_run_banzhaf },
  { .id = "data_oob",
    .title = N_ ("Out-of-bag agreement"),
    .sentence = N_ ("Share of heads, each trained on a bootstrap without the row, that predict the "
                    "row's label; low ones may be mislabelled."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = N_ ("share of votes"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES,
    .parameters = oob_parameters, .run = ay_run_data_oob },
  { .id = "redundant",
    .title = N_ ("Redundant"),
    .sentence = N_ ("1 for training and pool rows that may go because a near copy of them stays; 0 "
                    "stays."),
    .kind = AY_SCORE_FLAG, .direction = AY_DIRECTION_LOW_GOOD, .unit = "0/1",
    .needs = 0, .no_head = TRUE, .parameters = copies_parameters, .run = ay_run_redundant },
  { .id = "group",
    .title = N_ ("Near-duplicate group"),
    .sentence = N_ ("Number of the group of near copies that the row is in."),
    .kind = AY_SCORE_FLAG, .direction = AY_DIRECTION_NONE, .unit = "",
    .needs = 0, .no_head = TRUE, .parameters = copies_parameters, .run = ay_run_group },
  { .id = "outdated",
    .title = N_ ("Outdated"),
    .sentence = N_ ("1 for training rows whose label rows of their own time bear out and the "
                    "latest hardly do, beyond what shuffled times give."),
    .kind = AY_SCORE_FLAG, .direction = AY_DIRECTION_LOW_GOOD, .unit = "0/1",
    .needs = AY_NEEDS_LABEL, .parameters = outdated_parameters, .run = ay_run_outdated },
  { .id = "trivial",
    .title = N_ ("Trivial"),
    .sentence = N_ ("1 for training rows whose label a head that has not seen them is sure of: "
                    "they may teach it little."),
    .kind = AY_SCORE_FLAG, .direction = AY_DIRECTION_NONE, .unit = "0/1",
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .parameters = trivial_parameters,
    .run = ay_run_trivial },
  { .id = "dvrl",
    .title = N_ ("Learned value"),
    .sentence = N_ ("Probability with which a small network, trained by reinforcement on the "
                    "validation loss, chooses the row for training; low ones are of little use."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = N_ ("probability"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES | AY_NEEDS_VALID, .parameters = dvrl_parameters,
    .run = ay_run_dvrl },
  { .id = "density",
    .title = N_ ("Density"),
    .sentence = N_ ("How close the nearest other rows are, 0 to 1: 1 among copies, 0.5 at the "
                    "median, near 0 in empty space."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_NONE, .unit = "",
    .needs = 0, .no_head = TRUE,
    .parameters = neighbourhood_parameters, .run = ay_run_density },
  { .id = "outlier",
    .title = N_ ("Outlier"),
    .sentence = N_ ("Local outlier factor: about 1 inside a cloud of rows, the larger the lonelier "
                    "the row is beside its neighbours."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_LOW_GOOD, .unit = "",
    .needs = 0, .no_head = TRUE,
    .parameters = neighbourhood_parameters, .run = ay_run_outlier },
  { .id = "uniqueness",
    .title = N_ ("Uniqueness"),
    .sentence = N_ ("How far the nearest other row is, 0 to 1: 0 for copies, 0.5 at the median."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_NONE, .unit = "",
    .needs = 0, .no_head = TRUE,
    .parameters = neighbourhood_parameters, .run = ay_run_uniqueness },
  { .id = "pseudo_label",
    .title = N_ ("Spread label"),
    .sentence = N_ ("The label that spreading along the nearest neighbours gives the row, as its "
                    "class's number; for a labelled row, by the labels of others."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_NONE, .unit = N_ ("class"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .no_head = TRUE,
    .parameters = spread_parameters, .run = ay_run_pseudo_label },
  { .id = "pseudo_confidence",
    .title = N_ ("Confidence of the spread label"),
    .sentence = N_ ("Share of the row's spread label among all that reach the row: near 1 where "
                    "its neighbours agree."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = N_ ("probability"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .no_head = TRUE,
    .parameters = spread_parameters, .run = ay_run_pseudo_confidence },
  { .id = "label_disagreement",
    .title = N_ ("Disagreement with neighbours"),
    .sentence = N_ ("1 less the share of the row's own label in what the labels of others, spread "
                    "along the nearest neighbours, say of it; near 1 the label may be wrong."),
    .kind = AY_SCORE_MEASURE, .direction = AY_DIRECTION_LOW_GOOD, .unit = N_ ("probability"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES, .no_head = TRUE,
    .parameters = spread_parameters, .run = ay_run_label_disagreement },
  { .id = "label_value",
    .title = N_ ("Worth of a label"),
    .sentence = N_ ("Expected fall of the mean validation loss if the row of the pool were "
                    "labelled, to first order, by what spreading says of its label; above 0 a "
                    "label helps."),
    .kind = AY_SCORE_VALUE, .direction = AY_DIRECTION_HIGH_GOOD, .unit = N_ ("nats"),
    .needs = AY_NEEDS_LABEL | AY_NEEDS_CLASSES | AY_NEEDS_VALID,
    .parameters = spread_parameters, .run = ay_run_label_value },
};

const AyScoreMethod *
ay_score_methods (guint *n)
{
  *n = G_N_ELEMENTS (methods);
  return methods;
}

const AyScoreMethod *
ay_score_find (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (methods[i].id, id) == 0)
      return &methods[i];
  return NULL;
}

gboolean
ay_score_method_takes (const AyScoreMethod *self, const char *parameter)
{
  for (const AyScoreParameter *p = self->parameters; p != NULL && p->name != NULL; p++)
    if (strcmp (p->name, parameter) == 0)
      return TRUE;
  return FALSE;
}
