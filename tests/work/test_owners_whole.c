/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "assay-config.h"
#include "core/base/error.h"
#include "core/work/work_owners_pick.h"
#include "model/owners_capture.h"

#include <glib/gstdio.h>
#include <stdlib.h>

/* What owners tell each other in whole runs on the digits - heads, scores, values of owners,
 * picks - has none of their rows, labels or ids in it, and all of it passes through the one door,
 * which knows kind and size. */

#define OWNERS 3
#define D 64
#define SAMPLED 7 /* rows of classes are looked for by every so manieth */

/* PRODUCTS: of classes, where the Hessian is too large to send. */
typedef enum { TASK_CLASSES, TASK_PRODUCTS, TASK_NUMBERS, TASK_PICKS } Task;

typedef struct
{
  Task task;
  char *folder;
  Capture captures[OWNERS];
  guint n_messages[OWNERS];
  guint64 n_bytes[OWNERS];
} Run;

/* --- shards --- */

typedef struct
{
  char *id;
  int label;
  double x[D];
  guint owner; /* OWNERS: of the validation set */
} Row;

static void
row_free (gpointer data)
{
  g_free (((Row *) data)->id);
  g_free (data);
}

/* (element-type Row) (transfer full) */
static GPtrArray *
read_digits (void)
{
  g_autofree char *path = g_build_filename (AY_SOURCE_DATADIR, "samples", "digits.csv", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  GPtrArray *rows = g_ptr_array_new_with_free_func (row_free);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint k = 1; lines[k] != NULL && *lines[k] != '\0'; k++)
    {
      g_auto (GStrv) field = g_strsplit (lines[k], ",", -1);
      Row *row = g_new0 (Row, 1);

      row->id = g_strdup_printf ("row-%s", field[0]);
      row->label = atoi (field[1]);
      for (guint j = 0; j < D; j++)
        row->x[j] = g_ascii_strtod (field[2 + j], NULL) + 0.001 * j; /* no row of zeros */
      row->owner = k % 5 == 0 ? OWNERS : (guint) row->label * OWNERS / 10;
      g_ptr_array_add (rows, row);
    }
  return rows;
}

static char *
shard (const Run *self, guint owner)
{
  return g_strdup_printf ("%s/%u.csv", self->folder, owner);
}

static void
write_shards (const Run *self, GPtrArray *rows)
{
  for (guint owner = 0; owner <= OWNERS; owner++)
    {
      g_autoptr (GString) text = g_string_new ("id,label");
      g_autofree char *path = shard (self, owner);
      guint n = 0;

      for (guint j = 0; j < D; j++)
        g_string_append_printf (text, ",x%u", j);
      for (guint k = 0; k < rows->len; k++)
        {
          const Row *row = rows->pdata[k];
          gboolean hidden = self->task == TASK_PICKS && owner < OWNERS && n % 2 == 0;

          if (row->owner != owner)
            continue;
          n++;
          g_string_append_printf (text, "\n%s,", row->id);
          if (!hidden)
            g_string_append_printf (text, "%d", row->label);
          for (guint j = 0; j < D; j++)
            g_string_append_printf (text, ",%.3f", row->x[j]);
        }
      g_string_append_c (text, '\n');
      g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
    }
}

/* --- one owner --- */

static gboolean
run_task (const Run *self, const AyOwnersRun *run, AyOwnersResult *result, GError **error)
{
  AyOwnersPick pick = { .by_cluster = TRUE, .count = 20 };
  gboolean ok;

  if (self->task != TASK_PICKS)
    return ay_work_score_owners (run, result, NULL, error);
  ok = ay_work_pick_owners (run, &pick, result, NULL, error);
  g_clear_pointer (&pick.picks, g_array_unref);
  return ok;
}

static gboolean
run_owner (AyRanks *ranks, gpointer data, GError **error)
{
  static const char *const scores[] = { "influence", "loo", "self_influence", NULL };
  static const char *const influence[] = { "influence", NULL };
  static const char *const none[] = { NULL };
  Run *self = data;
  g_autoptr (AyLoadOptions) load = ay_load_options_new ();
  g_autofree char *path = shard (self, ranks->rank);
  g_autofree char *record = g_strconcat (path, ".releases", NULL);
  g_autofree char *work = g_strconcat (path, ".assay", NULL);
  const char *inputs[] = { path, NULL };
  AyOwnersRun run = { .ranks = ranks, .path = self->task == TASK_PICKS ? NULL : work,
                      .load = load, .ids = self->task == TASK_PICKS      ? none
                                           : self->task == TASK_PRODUCTS ? influence
                                                                         : scores,
                      .most_dense = self->task == TASK_PRODUCTS,
                      .rules = AY_RELEASE_RULES_INIT, .record = record,
                      .sites = self->task == TASK_NUMBERS };
  g_auto (AyOwnersResult) result = { 0 };

  g_strfreev (load->inputs);
  load->inputs = g_strdupv ((char **) inputs);
  load->id = g_strdup ("id");
  *(self->task == TASK_NUMBERS ? &load->target : &load->label) = g_strdup ("label");
  load->valid_features = shard (self, OWNERS);
  load->valid_label = g_strdup ("label");
  load->one_owner = TRUE;
  capture_begin (&self->captures[ranks->rank], ranks);
  if (!run_task (self, &run, &result, error))
    return FALSE;
  self->n_messages[ranks->rank] = result.gate->messages->len;
  for (guint k = 0; k < result.gate->messages->len; k++)
    self->n_bytes[ranks->rank] += g_array_index (result.gate->messages, AyMessage, k).bytes;
  return TRUE;
}

/* --- searches --- */

/* The row in pieces of eight features, as they lie in memory in float and double. */
static gboolean
has_pieces (const Capture *capture, const Row *row)
{
  float narrow[D];

  for (guint j = 0; j < D; j++)
    narrow[j] = (float) row->x[j];
  for (guint j = 0; j < D; j += 8)
    if (capture_has (capture, narrow + j, 8 * sizeof *narrow)
        || capture_has (capture, row->x + j, 8 * sizeof *row->x))
      return TRUE;
  return FALSE;
}

static guint
find_rows (const Run *self, GPtrArray *rows)
{
  guint found = 0;

  for (guint k = 0; k < rows->len; k++)
    {
      const Row *row = rows->pdata[k];

      if (row->owner == OWNERS || (self->task != TASK_NUMBERS && k % SAMPLED != 0))
        continue;
      for (guint owner = 0; owner < OWNERS; owner++)
        {
          const Capture *capture = &self->captures[owner];

          found += has_pieces (capture, row) || capture_has (capture, row->id, strlen (row->id));
          if (self->task == TASK_NUMBERS)
            found += capture_has_direction (capture, row->x, D);
        }
    }
  return found;
}

/* Labels of 30 rows of an owner that follow each other; a run of one digit is no proof. */
static guint
find_labels (const Run *self, GPtrArray *rows)
{
  guint found = 0;

  for (guint owner = 0; owner < OWNERS; owner++)
    {
      guint8 bytes[30];
      gint32 codes[30];
      double numbers[30];
      guint n = 0;

      for (guint k = 0; k < rows->len && n < 30; k++)
        if (((const Row *) rows->pdata[k])->owner == owner)
          {
            bytes[n] = (guint8) ((const Row *) rows->pdata[k])->label;
            codes[n] = bytes[n];
            numbers[n] = bytes[n];
            n++;
          }
      for (guint k = 0; k < OWNERS; k++)
        found += capture_has (&self->captures[k], bytes, sizeof bytes)
                 || capture_has (&self->captures[k], codes, sizeof codes)
                 || capture_has (&self->captures[k], numbers, sizeof numbers);
    }
  return found;
}

/* --- the test --- */

static void
clean (Run *self)
{
  g_autoptr (GDir) folder = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (self->folder);
  g_free (self->folder);
  for (guint k = 0; k < OWNERS; k++)
    capture_clear (&self->captures[k]);
}

static void
check (Task task)
{
  g_autoptr (GPtrArray) rows = read_digits ();
  g_autoptr (GError) error = NULL;
  Run self = { .task = task, .folder = g_dir_make_tmp ("assay-XXXXXX", NULL) };

  for (guint k = 0; k < OWNERS; k++)
    capture_init (&self.captures[k]);
  write_shards (&self, rows);
  g_assert_true (ay_ranks_in_process (OWNERS, run_owner, &self, &error));
  g_assert_no_error (error);
  for (guint k = 0; k < OWNERS; k++)
    {
      const Capture *capture = &self.captures[k];
      guint64 bytes = 0;

      for (guint i = 0; i < capture->mine->len; i++)
        bytes += g_bytes_get_size (capture->mine->pdata[i]);
      g_test_message ("owner %u: %u messages, %" G_GUINT64_FORMAT " bytes", k, capture->mine->len,
                      bytes);
      g_assert_cmpuint (capture->mine->len, ==, self.n_messages[k]); /* nothing beside the door */
      g_assert_cmpuint (bytes, ==, self.n_bytes[k]);
    }
  g_assert_cmpuint (find_rows (&self, rows), ==, 0);
  g_assert_cmpuint (find_labels (&self, rows), ==, 0);
  clean (&self);
}

static void
test_classes (void)
{
  check (TASK_CLASSES);
}

static void
test_products (void)
{
  check (TASK_PRODUCTS);
}

static void
test_numbers (void)
{
  check (TASK_NUMBERS);
}

static void
test_picks (void)
{
  check (TASK_PICKS);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/owners_whole/classes", test_classes);
  g_test_add_func ("/owners_whole/products", test_products);
  g_test_add_func ("/owners_whole/numbers", test_numbers);
  g_test_add_func ("/owners_whole/picks", test_picks);
  return g_test_run ();
}
