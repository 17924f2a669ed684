/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Histories that are Python pickles: Alectio's numbered files, google/active-learning's results,
 * baal's pools and ALiPy's states. Each was written by code that is public; field names are those
 * of its sources. */
#include "core/select/history_private.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/pickle.h"

#include <math.h>
#include <string.h>

gboolean
ay_history_numbered (const char *path, const char *stem, const char *ending, gint64 *number)
{
  g_autofree char *name = g_path_get_basename (path);
  gsize k = strlen (stem);
  char *end;

  if (!g_str_has_prefix (name, stem) || !g_ascii_isdigit (name[k]))
    return FALSE;
  *number = g_ascii_strtoll (name + k, &end, 10);
  return strcmp (end, ending) == 0;
}

static gboolean
no_history (const char *path, const char *what, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s: %s", path, what);
  return FALSE;
}

/* Rows of a list or an array of whole numbers. */
static gboolean
take_rows (AyDraftRound *round, const AyPickleValue *value)
{
  AyArray *array = value != NULL ? ay_pickle_array (value) : NULL;
  gboolean good = array != NULL && array->matrix != NULL && ay_matrix_cols (array->matrix) == 1;

  for (gsize i = 0; good && i < ay_matrix_rows (array->matrix); i++)
    {
      double row = ay_matrix_value (array->matrix, i, 0);

      good = fabs (row) < 9e15 && floor (row) == row;
      if (good)
        ay_draft_take_row (round, (gint64) row);
    }
  if (array != NULL)
    ay_array_unref (array);
  return good || (value != NULL && value->kind == AY_PICKLE_LIST && ay_pickle_size (value) == 0);
}

/* --- Alectio --- */

/* The K numbers of one row of logits: a list, or a dict that holds one under one of these names. */
static const AyPickleValue *
numbers_of (const AyPickleValue *value, const char **name)
{
  static const char *const names[] = { "pre_softmax", "logits", "softmax", "sigmoid" };

  if (value->kind != AY_PICKLE_DICT)
    return value;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (ay_pickle_get (value, names[i]) != NULL)
      {
        *name = names[i];
        return ay_pickle_get (value, names[i]);
      }
  return NULL;
}

static guint
width_of (const AyPickleValue *value)
{
  if (value == NULL)
    return 0;
  if (value->kind == AY_PICKLE_ARRAY)
    return (guint) (ay_matrix_rows (value->is.array->matrix)
                    * ay_matrix_cols (value->is.array->matrix));
  return (guint) MIN (ay_pickle_size (value), G_MAXUINT16);
}

static gboolean
put_numbers (const AyPickleValue *value, guint width, float *into)
{
  double number;

  if (width_of (value) != width)
    return FALSE;
  for (guint j = 0; j < width; j++)
    if (value->kind == AY_PICKLE_ARRAY)
      {
        const AyMatrix *matrix = value->is.array->matrix;

        into[j] = (float) ay_matrix_value (matrix, j / ay_matrix_cols (matrix),
                                           j % ay_matrix_cols (matrix));
      }
    else if (ay_pickle_number (ay_pickle_item (value, j), &number))
      into[j] = (float) number;
    else
      return FALSE;
  return TRUE;
}

static gboolean
sum_to_one (const AyScored *scored)
{
  gsize good = 0;

  for (gsize i = 0; i < scored->n; i++)
    {
      double sum = 0.0;
      gboolean inside = TRUE;

      for (guint j = 0; j < scored->n_classes; j++)
        {
          float p = scored->values[i * scored->n_classes + j];

          sum += p;
          inside = inside && p >= 0.0f && p <= 1.0f;
        }
      good += inside && fabs (sum - 1.0) < 1e-3;
    }
  return scored->n > 0 && good >= scored->n * 99 / 100;
}

void
ay_history_tell_scored (AyDraft *draft, AyScored *scored, const char *base, const char *name)
{
  if (!sum_to_one (scored))
    return;
  scored->kind = AY_SCORED_PROBABILITIES;
  if (g_str_has_prefix (base, "pre_softmax") || g_str_has_prefix (base, "logits")
      || (name != NULL && strcmp (name, "softmax") != 0 && strcmp (name, "sigmoid") != 0))
    ay_diagnostics_add (draft->scratch->notes, "probabilities",
                        N_ ("%s: the rows sum to 1: probabilities, whatever the name says"), base);
}

/* What is logged after loop i is what loop i + 1 chose by. */
static gboolean
read_scored (AyHistoryFiles *self, const char *path, gint64 loop, const AyPickleValue *root,
             GError **error)
{
  AyDraft *draft = ay_history_files_draft (self, "", "alectio", TRUE);
  g_autofree char *base = g_path_get_basename (path);
  const char *name = NULL;
  gsize n = ay_pickle_size (root);
  guint width = n > 0 ? width_of (numbers_of (root->is.items->pdata[1], &name)) : 0;
  AyScored *scored;

  if (root->kind != AY_PICKLE_DICT || n == 0 || width == 0 || n > G_MAXUINT32
      || width > G_MAXUINT32 / n)
    return no_history (path, N_ ("no dict of a row's numbers by the row's index"), error);
  scored = ay_round_need_scored (ay_draft_round (draft, loop + 1)->head, AY_SCORED_LOGITS, n,
                                 width);
  for (gsize i = 0; i < n; i++)
    {
      gint64 row;

      if (!ay_pickle_integer (root->is.items->pdata[2 * i], &row)
          || !put_numbers (numbers_of (root->is.items->pdata[2 * i + 1], &name), width,
                           scored->values + i * width))
        return no_history (path, N_ ("rows of different length, or a key that is no index"), error);
      scored->row[i] = row >= 0 && (guint64) row < self->data->n ? (guint32) row : AY_ROW_NONE;
    }
  ay_history_tell_scored (draft, scored, base, name);
  return TRUE;
}

static void
read_numbers (AyDraftRound *round, const AyPickleValue *root, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i += 2)
    {
      double value;

      if (ay_pickle_number (ay_pickle_get (root, names[i]), &value))
        ay_metrics_set (round->head->metrics, names[i + 1], value);
    }
}

/* What a field means, where it is there and its name says something else. */
static void
say_once (AyHistoryFiles *self, const AyPickleValue *root, const char *field, const char *text)
{
  if (ay_pickle_get (root, field) != NULL
      && !g_ptr_array_find_with_equal_func (self->said, text, g_str_equal, NULL))
    g_ptr_array_add (self->said, g_strdup (text));
}

/* The accuracy of loop `loop` by its predictions, beside what was logged of it. */
static void
check_predictions (AyHistoryFiles *self, const char *base, gint64 loop, const AyPickleValue *root)
{
  AyDraft *draft = ay_history_files_draft (self, "", "alectio", TRUE);
  GArray *metrics = ay_draft_round (draft, loop)->head->metrics;
  const AyArray *truth = self->truth->len > 0 ? self->truth->pdata[0] : NULL;
  g_autoptr (AyArray) said = ay_pickle_array (root);
  gsize n = said != NULL && said->matrix != NULL ? ay_matrix_rows (said->matrix) : 0;
  double logged = ay_metrics_get (metrics, "accuracy"), right = 0.0;

  if (n == 0 || truth == NULL || ay_matrix_rows (truth->matrix) != n)
    {
      ay_diagnostics_add (draft->scratch->notes, "metrics",
                          N_ ("%s: no test_ground_truth.pkl of as many rows stands beside it: "
                              "the accuracy was not found again"), base);
      return;
    }
  for (gsize i = 0; i < n; i++)
    right += ay_matrix_value (said->matrix, i, 0) == ay_matrix_value (truth->matrix, i, 0);
  if (isnan (logged))
    ay_metrics_set (metrics, "accuracy", right / (double) n);
  else if (fabs (logged - right / (double) n) > 1e-6)
    ay_diagnostics_add (draft->scratch->notes, "metrics",
                        N_ ("%s: accuracy %.6g by the predictions, %.6g was logged"), base,
                        right / (double) n, logged);
}

/* Files that a project has beside its rounds: read where they can be held against these, else said
 * to be none. FALSE: another file. */
static gboolean
read_beside (AyHistoryFiles *self, const char *path, const AyPickleValue *root)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autoptr (AyArray) truth = NULL;
  gint64 loop;

  if (ay_history_numbered (path, "test_predictions_", ".pkl", &loop))
    {
      check_predictions (self, base, loop, root);
      return TRUE;
    }
  if (g_str_equal (base, "test_ground_truth.pkl"))
    {
      truth = ay_pickle_array (root);
      if (truth != NULL && truth->matrix != NULL && ay_matrix_cols (truth->matrix) == 1)
        g_ptr_array_add (self->truth, g_steal_pointer (&truth));
      return TRUE;
    }
  if (!g_str_has_prefix (base, "data_map")
      && !ay_history_numbered (path, "meta_temp_", ".pkl", &loop))
    return FALSE;
  g_ptr_array_add (self->said, g_strdup_printf ("%s says nothing of rounds, and was not read",
                                                base));
  return TRUE;
}

static gboolean
read_alectio (AyHistoryFiles *self, const char *path, const AyPickleValue *root, gboolean *known,
              GError **error)
{
  static const char *const metrics[]
      = { "accuracy", "accuracy", "f1_score", "f1_score", "precision", "precision", "recall",
          "recall", "mAP", "mAP", "micro_f1", "micro_f1", "macro_f1", "macro_f1", "hamming_loss",
          "hamming_loss", NULL };
  static const char *const insights[] = { "train_time", "train_seconds", NULL };
  static const char *const scored[] = { "logits_", "infer_outputs_", "pre_softmax_" };
  gint64 loop;

  *known = TRUE;
  if (ay_history_numbered (path, "selected_indices_", ".pkl", &loop))
    return take_rows (ay_draft_round (ay_history_files_draft (self, "", "alectio", TRUE), loop),
                      root)
           || no_history (path, N_ ("no list of row numbers"), error);
  for (gsize i = 0; i < G_N_ELEMENTS (scored); i++)
    if (ay_history_numbered (path, scored[i], ".pkl", &loop))
      return read_scored (self, path, loop, root, error);
  if (ay_history_numbered (path, "metrics_", ".pkl", &loop))
    say_once (self, root, "acc_per_class", "acc_per_class is the recall of each class, and was "
                                            "not read");
  if (ay_history_numbered (path, "metrics_", ".pkl", &loop))
    read_numbers (ay_draft_round (ay_history_files_draft (self, "", "alectio", TRUE), loop), root,
                  metrics);
  else if (ay_history_numbered (path, "insights_", ".pkl", &loop))
    read_numbers (ay_draft_round (ay_history_files_draft (self, "", "alectio", TRUE), loop), root,
                  insights);
  else
    *known = read_beside (self, path, root);
  return TRUE;
}

/* --- google/active-learning --- */

static AyArray *
array_of (const AyPickleValue *dict, const char *key)
{
  const AyPickleValue *value = ay_pickle_get (dict, key);

  return value != NULL ? ay_pickle_array (value) : NULL;
}

/* One run: data_sizes and accuracy a round, selected_inds in order, and indices, which lead from
 * the shuffled training rows to those of the data. Rows up to the first size are the start. */
static void
read_run (AyDraft *draft, const AyPickleValue *key, const AyPickleValue *run)
{
  g_autoptr (AyArray) sizes = array_of (run, "data_sizes"), accuracy = array_of (run, "accuracy");
  g_autoptr (AyArray) selected = array_of (run, "selected_inds");
  g_autoptr (AyArray) indices = array_of (run, "indices");
  gsize rounds = sizes != NULL && sizes->matrix != NULL ? ay_matrix_rows (sizes->matrix) : 0;
  gsize n = selected != NULL && selected->matrix != NULL ? ay_matrix_rows (selected->matrix) : 0;
  gsize n_map = indices != NULL && indices->matrix != NULL ? ay_matrix_rows (indices->matrix) : 0;
  gsize n_accuracy = accuracy != NULL && accuracy->matrix != NULL
                         ? ay_matrix_rows (accuracy->matrix) : 0;
  g_autofree char *sampler = ay_pickle_dup_text (ay_pickle_item (key, 1));
  gsize at = 0;

  for (gsize r = 0; r < rounds; r++)
    {
      AyDraftRound *round = ay_draft_round (draft, (gint64) r);
      double size = ay_matrix_value (sizes->matrix, r, 0);
      gint64 seed;

      ay_metrics_set (round->head->metrics, "n_labelled", size);
      if (r < n_accuracy)
        ay_metrics_set (round->head->metrics, "accuracy",
                        ay_matrix_value (accuracy->matrix, r, 0));
      round->head->strategy = g_strdup (r == 0 ? "start" : sampler);
      if (ay_pickle_integer (ay_pickle_item (key, 10), &seed) && seed >= 0)
        {
          round->head->has_seed = TRUE;
          round->head->seed = (guint64) seed;
        }
      for (; at < n && (double) at < size; at++)
        {
          double row = ay_matrix_value (selected->matrix, at, 0);

          if (row >= 0.0 && row < (double) n_map)
            row = ay_matrix_value (indices->matrix, (gsize) row, 0);
          ay_draft_take_row (round, (gint64) row);
        }
    }
  if (n_map == 0)
    ay_diagnostics_add (draft->scratch->notes, "unread",
                        N_ ("no \"indices\": rows are positions in the tool's own order"));
}

static gboolean
read_google (AyHistoryFiles *self, const char *path, const AyPickleValue *root, GError **error)
{
  guint runs = 0;

  for (gsize i = 0; i < ay_pickle_size (root); i++)
    {
      const AyPickleValue *key = root->is.items->pdata[2 * i];
      const AyPickleValue *run = root->is.items->pdata[2 * i + 1];
      g_autoptr (GString) name = g_string_new (NULL);

      if (key->kind != AY_PICKLE_TUPLE || ay_pickle_get (run, "selected_inds") == NULL)
        continue;
      for (gsize k = 0; k < ay_pickle_size (key); k++)
        {
          g_autofree char *text = ay_pickle_dup_text (ay_pickle_item (key, k));

          if (k <= 1 || k == 10)
            g_string_append_printf (name, "%s%s", k > 0 ? ", " : "", text != NULL ? text : "?");
        }
      read_run (ay_history_files_draft (self, name->str, "google", TRUE), key, run);
      runs++;
    }
  return runs > 0
      || no_history (path, N_ ("\"tuple_keys\", but no run with \"selected_inds\""), error);
}

/* --- baal: labelled_map[i] is the step in which row i was labelled, 0 = not yet --- */

static gboolean
read_baal (AyHistoryFiles *self, const char *path, const AyPickleValue *root, GError **error)
{
  g_autoptr (AyArray) map = array_of (ay_pickle_get (root, "dataset"), "labelled");
  AyDraft *draft;

  if (map == NULL || map->matrix == NULL || ay_matrix_cols (map->matrix) != 1)
    return no_history (path, N_ ("no vector \"labelled\" in \"dataset\""), error);
  draft = ay_history_files_draft (self, "", "baal", TRUE);
  if (ay_matrix_dtype (map->matrix) == AY_DTYPE_BOOL)
    ay_diagnostics_add (draft->scratch->notes, "unread",
                        N_ ("an older version's map says only whether a row is labelled, not "
                            "when: all are one round"));
  for (gsize i = 0; i < ay_matrix_rows (map->matrix); i++)
    {
      double step = ay_matrix_value (map->matrix, i, 0);

      if (step > 0.0 && step < 1e9)
        ay_draft_take_row (ay_draft_round (draft, (gint64) step), (gint64) i);
    }
  ay_diagnostics_add (draft->scratch->notes, "unread",
                      N_ ("the order inside of a round is not stored: rows stand by number"));
  return TRUE;
}

/* --- ALiPy: a StateIO with its States, as inert records --- */

static const AyPickleValue *
field_of (const AyPickleValue *state, const char *key)
{
  const AyPickleValue *inner = ay_pickle_get (state, "_save_seq");

  return ay_pickle_get (inner != NULL ? inner : state, key);
}

static gboolean
read_alipy (AyHistoryFiles *self, const char *path, const AyPickleValue *root, GError **error)
{
  static const char *const lists[] = { "_StateIO__state_list", "__state_list", "state_list" };
  const AyPickleValue *states = NULL;
  AyDraft *draft = ay_history_files_draft (self, "", "alipy", TRUE);

  for (gsize i = 0; i < G_N_ELEMENTS (lists) && states == NULL; i++)
    states = ay_pickle_get (root, lists[i]);
  if (ay_pickle_size (states) == 0)
    return no_history (path, N_ ("a StateIO without its list of states"), error);
  for (gsize i = 0; i < ay_pickle_size (states); i++)
    {
      const AyPickleValue *state = ay_pickle_item (states, i);
      AyDraftRound *round = ay_draft_round (draft, (gint64) i);
      double number;

      if (!take_rows (round, field_of (state, "select_index")))
        return no_history (path, N_ ("a state without \"select_index\""), error);
      if (ay_pickle_number (field_of (state, "performance"), &number))
        ay_metrics_set (round->head->metrics, "performance", number);
      if (ay_pickle_number (field_of (state, "cost"), &number))
        ay_metrics_set (round->head->metrics, "cost", number);
    }
  return TRUE;
}

gboolean
ay_history_read_pickle (AyHistoryFiles *self, const char *path, const char *format,
                        GError **error)
{
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, error);
  g_autoptr (AyPickle) pickle = file != NULL ? ay_pickle_read (file, error) : NULL;
  const AyPickleValue *root = pickle != NULL ? ay_pickle_root (pickle) : NULL;
  gboolean known = FALSE;

  if (root == NULL)
    return FALSE;
  if ((format == NULL || strcmp (format, "alectio") == 0)
      && !read_alectio (self, path, root, &known, error))
    return FALSE;
  if (known)
    return TRUE;
  if (ay_pickle_get (root, "tuple_keys") != NULL)
    return read_google (self, path, root, error);
  if (ay_pickle_get (root, "dataset") != NULL && ay_pickle_get (root, "indices") != NULL)
    return read_baal (self, path, root, error);
  if (root->kind == AY_PICKLE_RECORD)
    return read_alipy (self, path, root, error);
  return no_history (path, N_ ("a pickle, but no history of a kind that is known"), error);
}
