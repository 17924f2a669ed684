/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Histories that are tables: the neutral form (a line a row taken; a line a round), a line a round
 * with a list of rows, and the long form (metric, value). Columns are known by their names; several
 * runs in one table are told apart by data set, model, run and seed, and by the strategy where a
 * round has only one line. */
#include "core/select/history_private.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/source.h"
#include "core/shim/number.h"

#include <math.h>
#include <string.h>

typedef enum
{
  ROLE_METRIC,
  ROLE_LOOP,
  ROLE_INDEX,
  ROLE_ORDER,
  ROLE_STRATEGY,
  ROLE_SCORE,
  ROLE_LABEL,
  ROLE_COST,
  ROLE_SECONDS,
  ROLE_ANNOTATOR,
  ROLE_TIME,
  ROLE_SEED,
  ROLE_RUN,
  ROLE_METRIC_NAME,
  ROLE_VALUE,
} Role;

static const struct
{
  const char *name;
  Role role;
} roles[] = {
  { "loop", ROLE_LOOP }, { "round", ROLE_LOOP }, { "iteration", ROLE_LOOP },
  { "cycle", ROLE_LOOP }, { "index", ROLE_INDEX }, { "id", ROLE_INDEX }, { "row", ROLE_INDEX },
  { "ix", ROLE_INDEX }, { "indices", ROLE_INDEX }, { "selected", ROLE_INDEX },
  { "selected_indices", ROLE_INDEX }, { "select_index", ROLE_INDEX }, { "order", ROLE_ORDER },
  { "strategy", ROLE_STRATEGY }, { "method", ROLE_STRATEGY }, { "sampler", ROLE_STRATEGY },
  { "query_strategy", ROLE_STRATEGY }, { "score", ROLE_SCORE }, { "label", ROLE_LABEL },
  { "cost", ROLE_COST }, { "seconds", ROLE_SECONDS }, { "lead_time", ROLE_SECONDS },
  { "annotator", ROLE_ANNOTATOR }, { "timestamp", ROLE_TIME }, { "seed", ROLE_SEED },
  { "dataset", ROLE_RUN }, { "model", ROLE_RUN }, { "run", ROLE_RUN }, { "repeat", ROLE_RUN },
  { "experiment", ROLE_RUN }, { "history", ROLE_RUN }, { "metric", ROLE_METRIC_NAME },
  { "value", ROLE_VALUE },
};

/* Names of metrics that are the same thing. */
static const struct
{
  const char *from, *to;
} metrics[] = {
  { "test_accuracy", "accuracy" }, { "acc", "accuracy" }, { "labels_total", "n_labelled" },
  { "n_labeled", "n_labelled" }, { "test_loss", "loss" }, { "train_time", "train_seconds" },
  { "energy_consumed", "energy_kwh" },
};

typedef struct
{
  guint n;
  char **names;
  Role *roles;
  gboolean *unread;  /* a metric that differs inside of a round */
  gboolean by_lists; /* a line is a round, its index a list */
} Header;

static Role
role_of (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    if (g_ascii_strcasecmp (name, roles[i].name) == 0)
      return roles[i].role;
  return ROLE_METRIC;
}

static const char *
metric_name (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (metrics); i++)
    if (g_ascii_strcasecmp (name, metrics[i].from) == 0)
      return metrics[i].to;
  return name;
}

static const char *
cell_of (const Header *header, char **cells, Role role)
{
  for (guint c = 0; c < header->n; c++)
    if (header->roles[c] == role && cells[c] != NULL && *cells[c] != '\0')
      return cells[c];
  return NULL;
}

static gboolean
has_role (const Header *header, Role role)
{
  for (guint c = 0; c < header->n; c++)
    if (header->roles[c] == role)
      return TRUE;
  return FALSE;
}

static double
number_of (const char *text)
{
  double value;

  return text != NULL && ay_number_parse (text, strlen (text), &value) ? value : NAN;
}

/* What sets the run of a line apart: "wall-robot, extra-trees, random, 3". */
static char *
key_of (const Header *header, char **cells)
{
  gboolean by_round = !has_role (header, ROLE_INDEX) || header->by_lists;
  GString *key = g_string_new (NULL);

  for (guint c = 0; c < header->n; c++)
    {
      gboolean part = header->roles[c] == ROLE_RUN || header->roles[c] == ROLE_SEED
                      || (header->roles[c] == ROLE_STRATEGY && by_round);

      if (part && cells[c] != NULL && *cells[c] != '\0')
        g_string_append_printf (key, "%s%s%s", key->len > 0 ? ", " : "",
                                header->roles[c] == ROLE_SEED ? "seed " : "", cells[c]);
    }
  return g_string_free (key, FALSE);
}

/* "[1, 2, 3]" */
static void
take_list (AyDraftRound *round, const char *text)
{
  g_auto (GStrv) parts = g_strsplit_set (text, "[], \"", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      ay_draft_take (round, parts[i]);
}

static void
set_last (GPtrArray *texts, const char *text)
{
  if (text != NULL)
    g_ptr_array_index (texts, texts->len - 1) = g_strdup (text);
}

static void
take_one (const Header *header, char **cells, AyDraftRound *round, const char *index)
{
  guint last;

  ay_draft_take (round, index);
  last = round->ids->len - 1;
  g_array_index (round->order, double, last) = number_of (cell_of (header, cells, ROLE_ORDER));
  g_array_index (round->score, double, last) = number_of (cell_of (header, cells, ROLE_SCORE));
  g_array_index (round->cost, double, last) = number_of (cell_of (header, cells, ROLE_COST));
  g_array_index (round->seconds, double, last) = number_of (cell_of (header, cells, ROLE_SECONDS));
  set_last (round->labels, cell_of (header, cells, ROLE_LABEL));
  set_last (round->annotators, cell_of (header, cells, ROLE_ANNOTATOR));
  set_last (round->times, cell_of (header, cells, ROLE_TIME));
}

static void
set_metric (Header *header, guint column, AyDraftRound *round, const char *name, const char *text)
{
  double value = number_of (text), before = ay_metrics_get (round->head->metrics, name);

  if (isnan (value))
    return;
  if (!isnan (before) && before != value)
    header->unread[column] = TRUE;
  else
    ay_metrics_set (round->head->metrics, name, value);
}

static void
take_line (Header *header, char **cells, AyDraft *draft, gint64 number)
{
  AyDraftRound *round = ay_draft_round (draft, number);
  const char *strategy = cell_of (header, cells, ROLE_STRATEGY);
  const char *index = cell_of (header, cells, ROLE_INDEX);
  const char *named = cell_of (header, cells, ROLE_METRIC_NAME);
  double seed = number_of (cell_of (header, cells, ROLE_SEED));

  if (strategy != NULL && round->head->strategy == NULL)
    round->head->strategy = g_strdup (strategy);
  else if (strategy != NULL && strcmp (strategy, round->head->strategy) != 0)
    {
      g_free (round->head->strategy);
      round->head->strategy = g_strdup ("mixed");
    }
  if (seed >= 0.0 && seed < 9e15)
    {
      round->head->has_seed = TRUE;
      round->head->seed = (guint64) seed;
    }
  if (index != NULL && header->by_lists)
    take_list (round, index);
  else if (index != NULL)
    take_one (header, cells, round, index);
  for (guint c = 0; c < header->n; c++)
    if (header->roles[c] == ROLE_METRIC)
      set_metric (header, c, round, metric_name (header->names[c]), cells[c]);
    else if (header->roles[c] == ROLE_VALUE && named != NULL)
      set_metric (header, c, round, metric_name (named), cells[c]);
}

/* A table of rounds that follows one of rows belongs to it, whatever it is called. */
static AyDraft *
draft_of_line (AyHistoryFiles *self, const Header *header, char **cells)
{
  g_autofree char *key = key_of (header, cells);

  if (self->answers)
    return ay_history_files_draft (self, "", "table", FALSE);
  if (!has_role (header, ROLE_INDEX) && self->n_before == 1)
    return g_ptr_array_index (self->drafts, 0);
  return ay_history_files_draft (self, key, "table", FALSE);
}

static gboolean
take_lines (AyHistoryFiles *self, const char *path, Header *header, GPtrArray *lines,
            GError **error)
{
  AyDraft *draft = NULL;

  for (guint i = 0; i < lines->len; i++)
    {
      char **cells = g_ptr_array_index (lines, i);
      double number = self->answers ? 0.0 : number_of (cell_of (header, cells, ROLE_LOOP));

      if (!(fabs (number) < 1e15) || floor (number) != number)
        {
          const char *text = cell_of (header, cells, ROLE_LOOP);

          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("%s: line %u: round \"%s\" is no number"), path, i + 2,
                       text != NULL ? text : "");
          return FALSE;
        }
      draft = draft_of_line (self, header, cells);
      take_line (header, cells, draft, (gint64) number);
    }
  for (guint c = 0; draft != NULL && c < header->n; c++)
    if (header->unread[c] && header->roles[c] == ROLE_METRIC)
      ay_diagnostics_add (draft->scratch->notes, "unread",
                          N_ ("column \"%s\" differs inside of a round: its first value was read"),
                          header->names[c]);
  return TRUE;
}

static Header *
header_new (GPtrArray *names)
{
  Header *header = g_new0 (Header, 1);

  header->n = names->len;
  header->names = g_new0 (char *, names->len + 1);
  header->roles = g_new0 (Role, names->len + 1);
  header->unread = g_new0 (gboolean, names->len + 1);
  for (guint c = 0; c < names->len; c++)
    {
      header->names[c] = g_strdup (g_ptr_array_index (names, c));
      header->roles[c] = role_of (header->names[c]);
    }
  return header;
}

static void
header_free (Header *header)
{
  g_strfreev (header->names);
  g_free (header->roles);
  g_free (header->unread);
  g_free (header);
}

static void
free_line (gpointer line)
{
  g_strfreev (line);
}

gboolean
ay_history_take_table (AyHistoryFiles *self, const char *path, GPtrArray *names,
                       GPtrArray *lines, GError **error)
{
  Header *header = header_new (names);
  gboolean good = self->answers ? has_role (header, ROLE_INDEX) && has_role (header, ROLE_LABEL)
                                : has_role (header, ROLE_LOOP);

  if (!good && !self->answers && ay_history_is_emissions (names))
    {
      ay_history_take_emissions (self, names, lines);
      header_free (header);
      return TRUE;
    }
  self->n_before = self->drafts->len;
  for (guint c = 0; c < header->n && lines->len > 0; c++)
    {
      const char *first = ((char **) g_ptr_array_index (lines, 0))[c];

      if (header->roles[c] == ROLE_INDEX && first != NULL && *first == '[')
        header->by_lists = TRUE;
    }
  if (good)
    good = take_lines (self, path, header, lines, error);
  else
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s: %s", path,
                 self->answers
                     ? N_ ("labels are expected in a column \"label\" beside one called \"id\"")
                     : N_ ("no column says the round: expected loop, round, iteration or cycle"));
  header_free (header);
  return good;
}

static char *
matrix_cell (const AyMatrix *matrix, gsize row)
{
  GString *text = g_string_new ("[");

  for (gsize j = 0; j < ay_matrix_cols (matrix); j++)
    {
      char number[AY_NUMBER_SIZE];

      ay_number_format (ay_matrix_value (matrix, row, j), number);
      g_string_append_printf (text, "%s%s", j > 0 ? "," : "", number);
    }
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

gboolean
ay_history_read_table (AyHistoryFiles *self, const char *path, GError **error)
{
  g_autoptr (AySource) source = ay_source_open (path, NULL, NULL, self->job, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (free_line);
  guint columns;

  if (source == NULL)
    return FALSE;
  if (source->table == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: holds no table"), path);
      return FALSE;
    }
  columns = ay_table_n_columns (source->table);
  for (guint c = 0; c < columns; c++)
    g_ptr_array_add (names, (gpointer) ay_column_name (ay_table_column (source->table, c)));
  for (guint k = 0; k < source->keys->len; k++)
    g_ptr_array_add (names, g_ptr_array_index (source->keys, k));
  for (gsize i = 0; i < ay_table_rows (source->table); i++)
    {
      char **cells = g_new0 (char *, names->len + 1);

      for (guint c = 0; c < columns; c++)
        cells[c] = ay_column_dup_text (ay_table_column (source->table, c), i);
      for (guint k = 0; k < source->keys->len; k++)
        cells[columns + k] = matrix_cell (g_ptr_array_index (source->arrays, k), i);
      g_ptr_array_add (lines, cells);
    }
  return ay_history_take_table (self, path, names, lines, error);
}

gboolean
ay_history_has_rows (const char *path)
{
  g_autoptr (AySource) source = ay_source_open (path, NULL, NULL, NULL, NULL);

  for (guint c = 0; source != NULL && source->table != NULL
                    && c < ay_table_n_columns (source->table); c++)
    if (role_of (ay_column_name (ay_table_column (source->table, c))) == ROLE_INDEX)
      return TRUE;
  for (guint k = 0; source != NULL && k < source->keys->len; k++)
    if (role_of (g_ptr_array_index (source->keys, k)) == ROLE_INDEX)
      return TRUE;
  return FALSE;
}
