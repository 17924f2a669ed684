/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/roles.h"

#include "core/base/words.h"
#include "core/data/ids.h"
#include "core/data/source_name.h"
#include "core/data/times.h"

#include <math.h>
#include <string.h>

/* A numeric label of unknown name has at most this many values; one named so, ten times as many. */
#define FEW_CLASSES 50
#define LOOK_ROWS 1000
/* So many different numbers or more are classes only with so many rows each, on average. */
#define MANY_NUMBERS 20
#define ROWS_A_NUMBER 8

typedef struct
{
  const AyTable *table;
  AyLoadOptions *options;
  AyDiagnostics *diagnostics;
  GHashTable *taken; /* of AyColumn* */
} Guess;

typedef gboolean (*Fits) (const AyColumn *column);

static const char *const id_names[]
    = { "id", "ids", "uid", "guid", "uuid", "idx", "index", "row_id", "rowid", "sample_id",
        "example_id", "doc_id", "image_id", "Unnamed: 0", "", NULL };
static const char *const split_names[] = { "split", "set", "subset", "partition", "part", NULL };
static const char *const label_names[]
    = { "label", "labels", "class", "class_label", "category", "target", "y", "gold",
        "gold_label", "intent", "sentiment", "species", "diagnosis", "outcome", "survived",
        "churn", "churned", "exited", "attrition", "fraud", "isfraud", "spam", "defaulted",
        "approved", "malignant", "toxic", "emotion", "topic", "variety", "klasse", "classe", "ziel",
        "cible", NULL };
/* As the last word of a name (default_class, is_fraud): these mean the same there. */
static const char *const label_words[]
    = { "label", "labels", "class", "target", "intent", "sentiment", "diagnosis", "outcome",
        "survived", "churn", "churned", "exited", "attrition", "fraud", "spam", "defaulted",
        "approved", "malignant", "toxic", "klasse", "classe", NULL };
/* Numbers that are mostly what is to be predicted. */
static const char *const target_names[]
    = { "price", "saleprice", "sale_price", "medv", "median_house_value", "rating", "quality",
        "progression", "salary", "income", "cnt", NULL };
static const char *const weight_names[] = { "sample_weight", "sample_weights", "instance_weight",
                                            NULL };
static const char *const group_names[]
    = { "group", "group_id", "patient", "patient_id", "subject", "subject_id", "speaker",
        "speaker_id", "user_id", "session_id", NULL };
static const char *const time_names[] = { "timestamp", "datetime", "date_time", "date", "time",
                                          "created_at", "created", NULL };
static const char *const text_names[]
    = { "text", "sentence", "message", "review", "document", "content", "body", "comment",
        "question", "utterance", "prompt", "title", "tweet", "sms", "description", "headline",
        "abstract", "summary", "narrative", NULL };
static const char *const image_names[] = { "image", "image_path", "img", "path", "file",
                                           "filename", "file_name", NULL };
/* Of columns that number the rows: these are meant as nothing else. A blank name reads "c0". */
static const char *const counter_names[]
    = { "", "c0", "x", "#", "no", "nr", "num", "number", "index", "idx", "row", "rowname",
        "rownames", "rownum", "instant", "record", "recno", "seq", "counter", "Unnamed: 0", NULL };

static void
take_role (Guess *guess, AyColumn *column, char **option, const char *role)
{
  *option = g_strconcat ("col:", ay_column_name (column), NULL);
  g_hash_table_add (guess->taken, column);
  ay_diagnostics_add (guess->diagnostics, "role-guessed", N_ ("column \"%s\" is taken for the %s"),
                      ay_column_name (column), role);
}

/* Marks the columns that a list of SOURCEs names; `globs`: also those that its globs match. */
static void
take_named (GHashTable *taken, const AyTable *table, const char *sources, gboolean globs)
{
  g_auto (GStrv) parts = NULL;

  if (sources == NULL)
    return;
  if (ay_table_find (table, sources) != NULL) /* a name with commas */
    {
      g_hash_table_add (taken, ay_table_find (table, sources));
      return;
    }
  parts = ay_source_list_split (sources);
  for (char **part = parts; *part != NULL; part++)
    {
      g_auto (AySourceName) name = { NULL, NULL, NULL };
      AyColumn *column;

      ay_source_name_parse (*part, &name);
      column = name.column != NULL ? ay_table_find (table, name.column) : NULL;
      if (column != NULL)
        g_hash_table_add (taken, column);
      for (guint i = 0; globs && column == NULL && name.column != NULL
                        && i < ay_table_n_columns (table); i++)
        if (g_pattern_match_simple (name.column, ay_column_name (ay_table_column (table, i))))
          g_hash_table_add (taken, ay_table_column (table, i));
    }
}

/* The columns that have a role. (transfer full) */
static GHashTable *
columns_taken (const AyTable *table, const AyLoadOptions *options)
{
  GHashTable *taken = g_hash_table_new (NULL, NULL);
  const char *roles[] = { options->label, options->target, options->id, options->split,
                          options->time, options->text, options->image, options->weight,
                          options->group };

  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    take_named (taken, table, roles[i], FALSE);
  take_named (taken, table, options->probabilities, TRUE);
  return taken;
}

/* The last word of a name: after a blank, a mark, or the change from small to capital letters. */
static const char *
last_word (const char *name)
{
  const char *word = name + strlen (name);

  while (word > name && g_ascii_isalnum (word[-1])
         && !(g_ascii_isupper (*word) && g_ascii_islower (word[-1])))
    word--;
  return word;
}

static gboolean
ends_in (const AyColumn *column, const char *const *names)
{
  const char *word = last_word (ay_column_name (column));

  for (; *names != NULL; names++)
    if (**names != '\0' && g_ascii_strcasecmp (word, *names) == 0)
      return TRUE;
  return FALSE;
}

/* The first free column with one of the names (in their order, whatever the case) that fits. */
static AyColumn *
find_named (const Guess *guess, const char *const *names, Fits fits)
{
  for (; *names != NULL; names++)
    for (guint i = 0; i < ay_table_n_columns (guess->table); i++)
      {
        AyColumn *column = ay_table_column (guess->table, i);

        if (!g_hash_table_contains (guess->taken, column)
            && g_ascii_strcasecmp (ay_column_name (column), *names) == 0 && fits (column))
          return column;
      }
  return NULL;
}

static void
guess_named (Guess *guess, char **option, const char *role, const char *const *names, Fits fits)
{
  AyColumn *column = *option == NULL ? find_named (guess, names, fits) : NULL;

  if (column != NULL)
    take_role (guess, column, option, role);
}

/* The first free column whose name's last word is one of these, that fits. */
static AyColumn *
find_worded (const Guess *guess, const char *const *names, Fits fits)
{
  for (guint i = 0; i < ay_table_n_columns (guess->table); i++)
    {
      AyColumn *column = ay_table_column (guess->table, i);

      if (!g_hash_table_contains (guess->taken, column) && ends_in (column, names)
          && fits (column))
        return column;
    }
  return NULL;
}

/* By the whole name, else by the name's last word. */
static void
guess_worded (Guess *guess, char **option, const char *role, const char *const *names, Fits fits)
{
  AyColumn *column;

  guess_named (guess, option, role, names, fits);
  column = *option == NULL ? find_worded (guess, names, fits) : NULL;
  if (column != NULL)
    take_role (guess, column, option, role);
}

static gboolean
fits_split (const AyColumn *column)
{
  guint n_names;
  const char *const *names;
  AySplit split;

  if (ay_column_type (column) != AY_COLUMN_CATEGORY)
    return FALSE;
  names = ay_column_categories (column, &n_names);
  for (guint i = 0; i < n_names; i++)
    if (!ay_split_parse (names[i], &split))
      return FALSE;
  return n_names > 0;
}

/* A column that is called just "id" is meant as one: its faults are told, not passed over. */
static gboolean
fits_id (const AyColumn *column)
{
  AyIdFault fault;

  if (ay_column_type (column) == AY_COLUMN_NUMBER && !ay_column_is_integral (column))
    return FALSE;
  return g_ascii_strcasecmp (ay_column_name (column), "id") == 0 || ay_ids_check (column, &fault);
}

static gboolean
fits_weight (const AyColumn *column)
{
  const double *values;

  if (ay_column_type (column) != AY_COLUMN_NUMBER)
    return FALSE;
  values = ay_column_numbers (column);
  for (gsize i = 0; i < ay_column_rows (column); i++)
    if (values[i] < 0.0)
      return FALSE;
  return TRUE;
}

/* Some rows share a value, and there is more than one. */
static gboolean
fits_group (const AyColumn *column)
{
  AyIdFault fault;

  return !ay_ids_check (column, &fault) && ay_column_count_missing (column) == 0
         && !(ay_column_type (column) == AY_COLUMN_NUMBER && !ay_column_is_integral (column));
}

/* Texts that are all times; a number only where it can be seconds or milliseconds since 1970. */
static gboolean
fits_time (const AyColumn *column)
{
  g_autofree double *time = ay_times_parse (column, NULL);
  gboolean number = ay_column_type (column) == AY_COLUMN_NUMBER;
  gsize present = 0;

  for (gsize i = 0; time != NULL && i < ay_column_rows (column); i++)
    if (!isnan (time[i]))
      {
        if (number && time[i] < 1e8)
          return FALSE;
        present++;
      }
  return present > 0;
}

/* By name, else the only column of texts that are all times. */
static void
guess_time (Guess *guess)
{
  AyColumn *only = NULL;

  guess_worded (guess, &guess->options->time, "time", time_names, fits_time);
  if (guess->options->time != NULL)
    return;
  for (guint i = 0; i < ay_table_n_columns (guess->table); i++)
    {
      AyColumn *column = ay_table_column (guess->table, i);

      if (g_hash_table_contains (guess->taken, column)
          || ay_column_type (column) == AY_COLUMN_NUMBER || !fits_time (column))
        continue;
      if (only != NULL)
        return; /* several: which one is for a person to say */
      only = column;
    }
  if (only != NULL)
    take_role (guess, only, &guess->options->time, "time");
}

/* Mean number of blanks a text, over the first rows. */
static double
mean_blanks (const AyColumn *column)
{
  gsize n = MIN (ay_column_rows (column), LOOK_ROWS), texts = 0, blanks = 0;

  for (gsize i = 0; i < n; i++)
    {
      gsize length = 0;
      const char *text = ay_column_text (column, i, &length);

      texts += text != NULL;
      for (gsize k = 0; k < length; k++)
        blanks += text[k] == ' ';
    }
  return texts > 0 ? blanks / (double) texts : 0.0;
}

static gboolean
fits_text (const AyColumn *column)
{
  return ay_column_type (column) == AY_COLUMN_TEXT
         || (ay_column_type (column) == AY_COLUMN_CATEGORY && mean_blanks (column) >= 1.0);
}

static gboolean
fits_image (const AyColumn *column)
{
  static const char *const ends[] = { ".png", ".jpg", ".jpeg", ".PNG", ".JPG", ".JPEG" };
  gsize n = MIN (ay_column_rows (column), LOOK_ROWS), images = 0;

  if (ay_column_type (column) == AY_COLUMN_NUMBER)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = ay_column_dup_text (column, i);

      for (gsize k = 0; k < G_N_ELEMENTS (ends); k++)
        images += g_str_has_suffix (path, ends[k]);
    }
  return n > 0 && images == n;
}

/* Number of different values, up to limit + 1. */
static gsize
count_distinct (const AyColumn *column, gsize limit)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (ay_column_type (column) == AY_COLUMN_CATEGORY)
    {
      guint n_names;

      ay_column_categories (column, &n_names);
      return n_names;
    }
  for (gsize i = 0; i < ay_column_rows (column) && g_hash_table_size (seen) <= limit; i++)
    if (!ay_column_is_missing (column, i))
      g_hash_table_add (seen, ay_column_dup_text (column, i));
  return g_hash_table_size (seen);
}

/* Whether values can be classes: a few, and many rows of each; more of numbers, which can be
 * amounts, where they are many. */
static gboolean
is_classes (const AyColumn *column, gsize limit)
{
  gsize n = ay_column_rows (column) - ay_column_count_missing (column);
  gboolean number = ay_column_type (column) == AY_COLUMN_NUMBER;
  gsize distinct;

  if (number && !ay_column_is_integral (column))
    return FALSE;
  distinct = count_distinct (column, limit);
  return distinct >= 2 && distinct <= limit && 2 * distinct <= MAX (n, 4)
         && !(number && distinct > MANY_NUMBERS && distinct * ROWS_A_NUMBER > n);
}

static gboolean
fits_classes (const AyColumn *column)
{
  return is_classes (column, 10 * FEW_CLASSES);
}

static gboolean
fits_label (const AyColumn *column)
{
  return fits_classes (column) || ay_column_type (column) == AY_COLUMN_NUMBER;
}

/* Of no telling name: the only category column; else the last column, when its values are few. */
static AyColumn *
find_unnamed_label (const Guess *guess)
{
  AyColumn *only = NULL, *last = NULL;
  guint n_categories = 0;

  for (guint i = 0; i < ay_table_n_columns (guess->table); i++)
    {
      AyColumn *column = ay_table_column (guess->table, i);

      if (g_hash_table_contains (guess->taken, column))
        continue;
      last = column;
      if (ay_column_type (column) == AY_COLUMN_CATEGORY && is_classes (column, 10 * FEW_CLASSES)
          && mean_blanks (column) < 3.0)
        {
          only = column;
          n_categories++;
        }
    }
  if (n_categories == 1)
    return only;
  return last != NULL && is_classes (last, FEW_CLASSES) ? last : NULL;
}

static gboolean
fits_any (const AyColumn *column)
{
  return TRUE;
}

char *
ay_roles_why_no_label (const AyTable *table, const AyLoadOptions *options)
{
  g_autoptr (GHashTable) taken = columns_taken (table, options);
  Guess guess = { table, NULL, NULL, taken };
  AyColumn *column = find_named (&guess, label_names, fits_any);
  gsize distinct = column != NULL ? count_distinct (column, 10 * FEW_CLASSES) : 0;
  const char *name = column != NULL ? ay_column_name (column) : NULL;

  if (column == NULL)
    return NULL;
  if (fits_label (column))
    return g_strdup_printf ("column \"%s\" is named as a feature", name);
  if (distinct == 0)
    return g_strdup_printf ("column \"%s\" is empty", name);
  if (distinct == 1)
    return g_strdup_printf ("column \"%s\" has one value only, one class", name);
  return g_strdup_printf ("column \"%s\" has %s%" G_GSIZE_FORMAT " different values in %"
                          G_GSIZE_FORMAT " rows, too few rows of each", name,
                          distinct > 10 * FEW_CLASSES ? "over " : "",
                          MIN (distinct, 10 * FEW_CLASSES), ay_column_rows (column));
}

/* A column that is called just "split" is meant as one: that it is not used is told. */
static void
say_unused_split (const Guess *guess)
{
  static const char *const names[] = { "split", NULL };
  AyColumn *column = guess->options->split == NULL ? find_named (guess, names, fits_any) : NULL;

  for (gsize i = 0; column != NULL && i < ay_column_rows (column); i++)
    {
      g_autofree char *text = ay_column_dup_text (column, i);
      AySplit split;

      if (*text == '\0' || ay_split_parse (text, &split))
        continue;
      ay_diagnostics_add (guess->diagnostics, "split-not-used",
                          N_ ("column \"%s\" is not used as the split: row %zu: \"%s\" is no "
                              "part"), ay_column_name (column), i, text);
      return;
    }
}

static void
guess_label (Guess *guess)
{
  AyLoadOptions *options = guess->options;
  AyColumn *column;

  if (options->label != NULL || options->target != NULL)
    return;
  column = find_named (guess, label_names, fits_label);
  if (column == NULL)
    column = find_worded (guess, label_words, fits_classes);
  if (column == NULL)
    column = find_named (guess, target_names, fits_label);
  if (column == NULL)
    column = find_unnamed_label (guess);
  if (column == NULL)
    return;
  if (fits_classes (column))
    take_role (guess, column, &options->label, "label");
  else
    take_role (guess, column, &options->target, "target");
}

/* By name, else the column of the wordiest texts. */
static void
guess_text (Guess *guess)
{
  AyColumn *best = NULL;
  double most = 2.0;

  guess_worded (guess, &guess->options->text, "text", text_names, fits_text);
  if (guess->options->text != NULL)
    return;
  for (guint i = 0; i < ay_table_n_columns (guess->table); i++)
    {
      AyColumn *column = ay_table_column (guess->table, i);

      if (g_hash_table_contains (guess->taken, column)
          || ay_column_type (column) != AY_COLUMN_TEXT)
        continue;
      if (mean_blanks (column) > most)
        {
          most = mean_blanks (column);
          best = column;
        }
    }
  if (best != NULL)
    take_role (guess, best, &guess->options->text, "text");
}

/* prob_a, prob_b, ... or p_a, p_b, ...: one a class. */
static void
guess_probabilities (Guess *guess)
{
  static const char *const prefixes[] = { "prob_", "proba_", "pred_prob_", "p_", NULL };

  if (guess->options->probabilities != NULL)
    return;
  for (int k = 0; prefixes[k] != NULL; k++)
    {
      guint found = 0;

      for (guint i = 0; i < ay_table_n_columns (guess->table); i++)
        {
          AyColumn *column = ay_table_column (guess->table, i);

          found += !g_hash_table_contains (guess->taken, column)
                   && g_str_has_prefix (ay_column_name (column), prefixes[k])
                   && ay_column_type (column) == AY_COLUMN_NUMBER;
        }
      if (found >= 2)
        {
          guess->options->probabilities = g_strconcat ("col:", prefixes[k], "*", NULL);
          ay_diagnostics_add (guess->diagnostics, "role-guessed",
                              N_ ("columns %s* are taken for the probabilities of the classes"),
                              prefixes[k]);
          return;
        }
    }
}

void
ay_roles_guess (const AyTable *table, AyLoadOptions *options, AyDiagnostics *diagnostics)
{
  Guess guess = { table, options, diagnostics, columns_taken (table, options) };
  g_autoptr (GHashTable) taken = guess.taken;

  take_named (taken, table, options->features, FALSE);
  guess_named (&guess, &options->split, "split", split_names, fits_split);
  say_unused_split (&guess);
  guess_worded (&guess, &options->id, "id", id_names, fits_id);
  guess_named (&guess, &options->image, "image", image_names, fits_image);
  guess_time (&guess);
  guess_named (&guess, &options->weight, "weight", weight_names, fits_weight);
  guess_named (&guess, &options->group, "group", group_names, fits_group);
  guess_label (&guess);
  guess_text (&guess);
  guess_probabilities (&guess);
}

gboolean
ay_roles_is_id_name (const AyColumn *column)
{
  return ends_in (column, id_names);
}

gboolean
ay_roles_is_text_name (const AyColumn *column)
{
  return ends_in (column, text_names);
}

gboolean
ay_roles_counts_rows (const AyColumn *column, gboolean *by_name)
{
  gsize n = ay_column_rows (column);
  const double *values;

  if (ay_column_type (column) != AY_COLUMN_NUMBER || n < 3)
    return FALSE;
  values = ay_column_numbers (column);
  if (!(values[0] == 0.0 || values[0] == 1.0))
    return FALSE;
  for (gsize i = 1; i < n; i++)
    if (values[i] != values[0] + (double) i)
      return FALSE;
  *by_name = FALSE;
  for (guint k = 0; counter_names[k] != NULL && !*by_name; k++)
    *by_name = g_ascii_strcasecmp (ay_column_name (column), counter_names[k]) == 0;
  return TRUE;
}

GPtrArray *
ay_roles_free_columns (const AyTable *table, const AyLoadOptions *options, const char *glob,
                       gboolean categories)
{
  g_autoptr (GHashTable) taken = columns_taken (table, options);
  GPtrArray *columns = g_ptr_array_new ();

  for (guint i = 0; i < ay_table_n_columns (table); i++)
    {
      AyColumn *column = ay_table_column (table, i);
      AyColumnType type = ay_column_type (column);

      if (!g_hash_table_contains (taken, column)
          && (type == AY_COLUMN_NUMBER || (categories && type == AY_COLUMN_CATEGORY))
          && (glob == NULL || g_pattern_match_simple (glob, ay_column_name (column))))
        g_ptr_array_add (columns, column);
    }
  return columns;
}

GPtrArray *
ay_roles_roleless_columns (const AyTable *table, const AyLoadOptions *options)
{
  g_autoptr (GHashTable) taken = columns_taken (table, options);
  GPtrArray *columns = g_ptr_array_new ();

  for (guint i = 0; i < ay_table_n_columns (table); i++)
    if (!g_hash_table_contains (taken, ay_table_column (table, i)))
      g_ptr_array_add (columns, ay_table_column (table, i));
  return columns;
}
