/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Histories in a workspace: what is stored reads back whole, and damage is an error. */
#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/work/work_history.h"
#include "folders.h"

#include <math.h>
#include <string.h>

/* Two rounds after a start, with everything that a history can hold. */
static AyHistory *
make_history (const char *name)
{
  AyHistory *history = ay_history_new (name, "loop", 100);
  const guint32 start[] = { 7, 3, 99 };
  AyRound *round = ay_history_add_round (history, 0, 3);
  AyScored *scored;

  history->has_seed = TRUE;
  history->seed = G_MAXUINT64;
  history->options = g_strdup ("{\"batch\": 3}");
  ay_history_set_start (history, start, G_N_ELEMENTS (start));
  ay_metrics_set (history->start_metrics, "accuracy", 0.5);
  round->strategy = g_strdup ("margin");
  round->row[0] = 12;
  round->row[1] = AY_ROW_NONE;
  round->row[2] = 4;
  ay_round_need_id (round)[1] = g_strdup ("gone \"row\"\n");
  ay_round_need_score (round)[2] = 1e-300;
  ay_round_need_seconds (round)[0] = 3.25;
  ay_round_need_reason (round)[0] = g_strdup ("margin .01");
  ay_round_answer (round, 0, "a", "anna", "2026-01-02T03:04:05Z", 3.25);
  ay_round_answer (round, 0, "b", NULL, NULL, NAN);
  ay_metrics_set (round->metrics, "accuracy", 1.0 / 3.0);
  ay_metrics_set (round->metrics, "loss", NAN);
  ay_metrics_set (round->metrics, "accuracy", 2.0 / 3.0);
  scored = ay_round_need_scored (round, AY_SCORED_PROBABILITIES, 2, 3);
  scored->row[0] = 12;
  scored->row[1] = 4;
  for (guint i = 0; i < 6; i++)
    scored->values[i] = (float) i / 7.0f;
  round = ay_history_add_round (history, 5, 2);
  round->open = TRUE;
  round->has_seed = TRUE;
  round->seed = 1;
  round->row[0] = 1;
  round->row[1] = 2;
  ay_diagnostics_add (history->notes, "gap", "rounds 1 to 4 are missing");
  return history;
}

static void
assert_equal (const AyHistory *a, const AyHistory *b)
{
  g_autofree char *json_a = NULL, *json_b = NULL;
  g_autoptr (GBytes) bytes_a = NULL, bytes_b = NULL;

  ay_history_encode (a, &json_a, &bytes_a);
  ay_history_encode (b, &json_b, &bytes_b);
  g_assert_cmpstr (json_a, ==, json_b);
  g_assert_true (g_bytes_equal (bytes_a, bytes_b));
}

static void
check_whole (const AyHistory *read)
{
  const AyRound *round = ay_history_round (read, 0);
  const AyGivenLabel *answer = (const AyGivenLabel *) (gconstpointer) round->answers->data;

  g_assert_cmpstr (read->source, ==, "loop");
  g_assert_true (read->has_seed && read->seed == G_MAXUINT64);
  g_assert_cmpuint (read->start[2], ==, 99);
  g_assert_cmpuint (ay_history_n_labelled (read, -1), ==, 3);
  g_assert_cmpuint (ay_history_n_labelled (read, 1), ==, 8);
  g_assert_cmpuint (round->row[1], ==, AY_ROW_NONE);
  g_assert_cmpstr (round->id[1], ==, "gone \"row\"\n");
  g_assert_null (round->id[0]);
  g_assert_cmpfloat (round->score[2], ==, 1e-300);
  g_assert_true (isnan (round->score[0]));
  g_assert_null (round->cost);
  g_assert_cmpfloat (round->seconds[0], ==, 3.25);
  g_assert_cmpuint (round->answers->len, ==, 2);
  g_assert_cmpstr (answer->annotator, ==, "anna");
  g_assert_null (answer[1].annotator);
  g_assert_true (isnan (answer[1].seconds));
  g_assert_cmpfloat (ay_metrics_get (round->metrics, "accuracy"), ==, 2.0 / 3.0);
  g_assert_true (isnan (ay_metrics_get (round->metrics, "loss")));
  g_assert_cmpint (round->scored->kind, ==, AY_SCORED_PROBABILITIES);
  g_assert_cmpfloat (round->scored->values[5], ==, 5.0f / 7.0f);
  g_assert_true (ay_history_open_round (read) == ay_history_round (read, 1));
  g_assert_cmpstr (ay_diagnostics_get (read->notes, 0)->text, ==, "rounds 1 to 4 are missing");
}

static void
test_copy (void)
{
  g_autoptr (AyHistory) history = make_history ("h"), copy = ay_history_copy (history);

  g_assert_nonnull (copy);
  assert_equal (history, copy);
  check_whole (copy);
}

/* Cut short at every place, longer than it says, or with any bit of the text turned: an error or a
 * history, and no access outside. */
static void
test_damaged (void)
{
  g_autoptr (AyHistory) history = make_history ("h");
  g_autofree char *json = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  AyRng rng;

  ay_history_encode (history, &json, &bytes);
  size = g_bytes_get_size (bytes);
  for (gsize i = 0; i < size; i++)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, 0, i);
      g_autoptr (GError) error = NULL;

      g_assert_null (ay_history_decode (json, part, &error));
      g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
    }
  ay_rng_init (&rng, 5, 0);
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *bad = g_strdup (json);
      AyHistory *read;

      for (guint k = 0; k < 1 + i % 3; k++)
        bad[ay_rng_below (&rng, strlen (json))] = (char) (1 + ay_rng_below (&rng, 126));
      read = ay_history_decode (bad, bytes, NULL);
      if (read != NULL)
        ay_history_unref (read);
    }
}

static AyWork *
make_work (const char *folder)
{
  g_autoptr (AyLoadOptions) options = ay_load_options_new ();
  g_autofree char *csv = g_build_filename (folder, "data.csv", NULL);
  g_autofree char *assay = g_build_filename (folder, "w.assay", NULL);
  const char *const inputs[] = { csv, NULL };
  g_autoptr (GString) text = g_string_new ("label,x\n");
  g_autoptr (GError) error = NULL;
  AyWork *work;

  for (guint i = 0; i < 100; i++)
    g_string_append_printf (text, "%c,%u\n", 'a' + i % 2, i * 7 % 31);
  put_file (folder, "data.csv", text->str, text->len);
  g_strfreev (options->inputs);
  options->inputs = g_strdupv ((char **) inputs);
  work = ay_work_new (assay, options, NULL, &error);
  g_assert_no_error (error);
  return work;
}

static void
test_store (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (AyWork) work = make_work (folder);
  g_autoptr (AyHistory) first = make_history ("loop"), second = make_history ("other");
  g_autoptr (AyHistory) read = NULL, none = NULL;
  g_autoptr (GPtrArray) both = g_ptr_array_new (), names = NULL;
  g_autofree char *unused = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (both, first);
  g_ptr_array_add (both, second);
  g_assert_true (ay_work_put_histories (work, both, &error));
  g_assert_no_error (error);
  names = ay_work_history_names (work, &error);
  g_assert_cmpuint (names->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (names, 1), ==, "other");
  read = ay_work_history (work, "other", &error);
  g_assert_no_error (error);
  assert_equal (second, read);
  check_whole (read);
  unused = ay_work_free_history_name (work, "loop");
  g_assert_cmpstr (unused, ==, "loop 2");
  g_assert_true (ay_work_delete_history (work, "loop", &error));
  none = ay_work_history (work, "loop", &error);
  g_assert_null (none);
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  drop_folder (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/work-history/copy", test_copy);
  g_test_add_func ("/work-history/damaged", test_damaged);
  g_test_add_func ("/work-history/store", test_store);
  return g_test_run ();
}
