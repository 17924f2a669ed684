/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/score/training_log.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/ids.h"
#include "core/data/source.h"
#include "core/score/sgd_run.h"

#include <math.h>
#include <string.h>

/* Where the logits of one epoch are: rows base + place[row] of a matrix. */
typedef struct
{
  AyMatrix *matrix;
  gsize base;
  guint32 *place; /* (nullable) n: of this epoch alone */
} Epoch;

struct _AyTrainingLog
{
  AyDataset *data;
  guint n_classes;
  GArray *epochs;     /* of Epoch; empty for a run */
  guint32 *place;     /* (nullable) n: row in an epoch, or AY_ROW_NONE; where epochs say nothing */
  gboolean *listed;   /* (nullable) n: in some epoch */
  AySgdRun *run;      /* (nullable) */
  guint n_epochs, now;
  gboolean probabilities;
  char *text;
};

static void
epoch_clear (gpointer data)
{
  Epoch *epoch = data;

  ay_matrix_unref (epoch->matrix);
  g_free (epoch->place);
}

static AyTrainingLog *
log_new (AyDataset *data)
{
  AyTrainingLog *self = g_new0 (AyTrainingLog, 1);

  self->data = ay_dataset_ref (data);
  self->n_classes = data->n_classes;
  self->epochs = g_array_new (FALSE, TRUE, sizeof (Epoch));
  g_array_set_clear_func (self->epochs, epoch_clear);
  return self;
}

void
ay_training_log_free (AyTrainingLog *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->epochs);
  ay_sgd_run_free (self->run);
  g_free (self->place);
  g_free (self->listed);
  g_free (self->text);
  ay_dataset_unref (self->data);
  g_free (self);
}

/* Rows of the first epoch that look like probabilities: all of up to 1000. */
static gboolean
look_like_probabilities (const AyTrainingLog *self)
{
  g_autofree double *p = g_new (double, self->n_classes);
  gsize seen = 0;

  for (guint32 row = 0; row < self->data->n && seen < 1000; row++)
    {
      double sum = 0.0;

      if (!ay_training_log_has_now (self, row))
        continue;
      ay_training_log_read (self, &row, 1, p);
      for (guint k = 0; k < self->n_classes; k++)
        {
          if (!(p[k] >= 0.0))
            return FALSE;
          sum += p[k];
        }
      if (fabs (sum - 1.0) > 1e-2)
        return FALSE;
      seen++;
    }
  return seen > 0;
}

static void
finish (AyTrainingLog *self, const char *from)
{
  self->n_epochs = self->epochs->len;
  self->probabilities = look_like_probabilities (self);
  self->text = g_strdup_printf ("%s of %u epochs, %s", self->probabilities ? "probabilities"
                                                                           : "logits",
                                self->n_epochs, from);
}

AyTrainingLog *
ay_training_log_of_data (AyDataset *data, GError **error)
{
  g_autoptr (AyTrainingLog) self = log_new (data);
  g_autoptr (AyMatrix) flat = NULL;
  gsize epochs = data->dynamics != NULL ? ay_matrix_rows (data->dynamics) : 0;

  if (epochs > 0 && data->row_of_dynamics != NULL)
    flat = ay_matrix_reshape (data->dynamics, epochs * data->rows_of_dynamics, data->n_classes);
  if (flat == NULL || epochs * data->rows_of_dynamics >= G_MAXUINT32)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                           N_ ("the data set has no training log that can be read"));
      return NULL;
    }
  self->place = g_memdup2 (data->row_of_dynamics, data->n * sizeof (guint32));
  for (gsize e = 0; e < epochs; e++)
    {
      Epoch epoch = { ay_matrix_ref (flat), e * data->rows_of_dynamics, NULL };

      g_array_append_val (self->epochs, epoch);
    }
  finish (self, "of the training log given with the data");
  return g_steal_pointer (&self);
}

/* --- a folder --- */

/* The last number in a name, or -1. */
static gint64
number_in (const char *name)
{
  const char *end = name + strlen (name);

  while (end > name && !g_ascii_isdigit (end[-1]))
    end--;
  while (end > name && g_ascii_isdigit (end[-1]))
    end--;
  return g_ascii_isdigit (*end) ? g_ascii_strtoll (end, NULL, 10) : -1;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const char *x = *(const char *const *) a, *y = *(const char *const *) b;
  gint64 n = number_in (x), m = number_in (y);

  return n != m ? (n > m) - (n < m) : strcmp (x, y);
}

static GPtrArray *
list_files (const char *path, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = g_dir_open (path, 0, error);
  const char *name;

  if (folder == NULL)
    return NULL;
  while ((name = g_dir_read_name (folder)) != NULL)
    if (*name != '.')
      g_ptr_array_add (files, g_build_filename (path, name, NULL));
  g_ptr_array_sort (files, compare_names);
  if (files->len > 0)
    return g_steal_pointer (&files);
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: has no file of an epoch"), path);
  return NULL;
}

/* The array of a file that is the logits: its only one, or "logits...". */
static AyMatrix *
logits_of (AySource *source, GError **error)
{
  for (guint k = 0; source->keys->len > 1 && k < source->keys->len; k++)
    if (g_str_has_prefix (source->keys->pdata[k], "logits"))
      return ay_source_array (source, source->keys->pdata[k], error);
  return ay_source_array (source, NULL, error);
}

static gboolean
check_epoch (const AyTrainingLog *self, const AySource *source, const Epoch *epoch,
             GError **error)
{
  gsize rows = ay_matrix_rows (epoch->matrix);

  if (ay_matrix_cols (epoch->matrix) != self->n_classes)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: has logits of %zu classes, the labels %u"), source->path,
                 ay_matrix_cols (epoch->matrix), self->n_classes);
  else if (epoch->place == NULL && rows != self->data->n)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: has %zu rows, the data %zu"),
                 source->path, rows, self->data->n);
  else
    return TRUE;
  return FALSE;
}

static gboolean
add_file (AyTrainingLog *self, const char *path, AyJob *job, GError **error)
{
  AySourceOptions options = AY_SOURCE_OPTIONS_INIT;
  g_autoptr (AySource) source = ay_source_open (path, &options, NULL, job, error);
  AyColumn *guid;
  Epoch epoch = { 0 };

  if (source == NULL)
    return FALSE;
  epoch.matrix = logits_of (source, error);
  if (epoch.matrix == NULL)
    return FALSE;
  ay_matrix_ref (epoch.matrix);
  guid = source->table != NULL ? ay_table_find (source->table, "guid") : NULL;
  if (guid != NULL)
    {
      AyIdFault fault;

      if (!ay_ids_check (guid, &fault))
        g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                     N_ ("%s:%zu: a guid is missing or stands twice"), path,
                     MIN (fault.first, fault.second) + 1);
      else
        epoch.place = ay_ids_join (self->data->id, guid, NULL);
    }
  if ((guid != NULL && epoch.place == NULL) || !check_epoch (self, source, &epoch, error))
    {
      epoch_clear (&epoch);
      return FALSE;
    }
  g_array_append_val (self->epochs, epoch);
  return TRUE;
}

/* Which rows stand in some epoch. */
static gboolean
list_rows (AyTrainingLog *self, const char *path, GError **error)
{
  gsize found = 0;

  self->place = g_new (guint32, MAX (self->data->n, 1));
  self->listed = g_new0 (gboolean, MAX (self->data->n, 1));
  for (gsize i = 0; i < self->data->n; i++)
    self->place[i] = (guint32) i;
  for (guint e = 0; e < self->epochs->len; e++)
    {
      const guint32 *place = g_array_index (self->epochs, Epoch, e).place;

      for (gsize i = 0; i < self->data->n; i++)
        self->listed[i] |= place == NULL || place[i] != AY_ROW_NONE;
    }
  for (gsize i = 0; i < self->data->n; i++)
    found += self->listed[i];
  if (found > 0)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: no guid is an id of the data"), path);
  return FALSE;
}

AyTrainingLog *
ay_training_log_of_folder (AyDataset *data, const char *path, AyJob *job, GError **error)
{
  g_autoptr (AyTrainingLog) self = log_new (data);
  g_autoptr (GPtrArray) files = list_files (path, error);
  g_autofree char *from = g_strdup_printf ("a file an epoch in %s", path);

  if (files == NULL)
    return NULL;
  for (guint k = 0; k < files->len; k++)
    if (!add_file (self, files->pdata[k], job, error))
      return NULL;
  if (!list_rows (self, path, error))
    return NULL;
  finish (self, from);
  return g_steal_pointer (&self);
}

/* --- a run --- */

AyTrainingLog *
ay_training_log_of_run (AyDataset *data, const AyProblem *train, const AyRunOptions *options,
                        AyJob *job, GError **error)
{
  g_autoptr (AyTrainingLog) self = log_new (data);

  self->run = ay_sgd_run_new (train, options, job, error);
  if (self->run == NULL)
    return NULL;
  self->n_epochs = options->epochs;
  self->text = g_strdup_printf ("of a linear head trained here by SGD on the standardised features "
                                "(%u epochs, batches of %u, step %.4g, seed %" G_GUINT64_FORMAT
                                "): not comparable with a deep network's", options->epochs,
                                options->batch, ay_sgd_run_step (self->run), options->seed);
  return g_steal_pointer (&self);
}

/* --- reading --- */

guint
ay_training_log_n_epochs (const AyTrainingLog *self)
{
  return self->n_epochs;
}

const char *
ay_training_log_describe (const AyTrainingLog *self)
{
  return self->text;
}

gboolean
ay_training_log_is_own_run (const AyTrainingLog *self)
{
  return self->run != NULL;
}

gboolean
ay_training_log_has (const AyTrainingLog *self, gsize row)
{
  if (self->run != NULL)
    return self->data->split[row] != AY_SPLIT_POOL;
  return self->listed != NULL ? self->listed[row] : self->place[row] != AY_ROW_NONE;
}

/* A row's place in the present epoch. */
static guint32
place_of (const AyTrainingLog *self, gsize row)
{
  const guint32 *place = g_array_index (self->epochs, Epoch, self->now).place;

  return place != NULL ? place[row] : self->place[row];
}

gboolean
ay_training_log_has_now (const AyTrainingLog *self, gsize row)
{
  return self->run != NULL ? ay_training_log_has (self, row)
                           : place_of (self, row) != AY_ROW_NONE;
}

double
ay_training_log_step (const AyTrainingLog *self)
{
  return self->run != NULL ? ay_sgd_run_step (self->run) / ay_sgd_run_batch (self->run) : 1.0;
}

gboolean
ay_training_log_go_to (AyTrainingLog *self, guint epoch, AyJob *job, GError **error)
{
  self->now = epoch;
  return self->run == NULL ? ay_job_check (job, error)
                           : ay_sgd_run_epoch (self->run, epoch, job, error);
}

void
ay_training_log_read (const AyTrainingLog *self, const guint32 *rows, gsize count, double *out)
{
  const Epoch *epoch;
  g_autofree guint32 *at = NULL;

  if (self->run != NULL)
    {
      ay_sgd_run_logits (self->run, self->data->features, rows, count, out);
      return;
    }
  epoch = &g_array_index (self->epochs, Epoch, self->now);
  at = g_new (guint32, count + 1);
  for (gsize i = 0; i < count; i++)
    {
      guint32 place = place_of (self, rows[i]);

      at[i] = place != AY_ROW_NONE ? (guint32) epoch->base + place : 0;
    }
  ay_matrix_gather_f64 (epoch->matrix, at, count, out);
  for (gsize i = 0; i < count; i++)
    for (gsize k = 0; k < self->n_classes; k++)
      {
        double *z = out + i * self->n_classes + k;

        *z = place_of (self, rows[i]) == AY_ROW_NONE ? NAN : self->probabilities ? log (*z) : *z;
      }
}
