/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies among texts: by the bytes, and by the words alone. One hash table of strings a kind, in
 * file order; memory: the texts once more while it runs. */
#include "core/score/redundancy_private.h"

#include <string.h>

#define CHECK_EVERY 4096

static void
normalise (const char *text, gsize length, GString *out)
{
  gboolean blank = FALSE;

  g_string_truncate (out, 0);
  for (gsize i = 0; i < length; i++)
    {
      char c = g_ascii_tolower (text[i]);

      if (!g_ascii_islower (c) && !g_ascii_isdigit (c))
        {
          blank = out->len > 0;
          continue;
        }
      if (blank)
        g_string_append_c (out, ' ');
      blank = FALSE;
      g_string_append_c (out, c);
    }
}

/* The first row with this text, row itself when it is new. Row r is stored as r + 1. */
static guint32
first_with (GHashTable *table, GStringChunk *texts, const GString *text, guint32 row)
{
  gpointer known = g_hash_table_lookup (table, text->str);

  if (known != NULL)
    return GPOINTER_TO_UINT (known) - 1;
  g_hash_table_insert (table, g_string_chunk_insert_len (texts, text->str, (gssize) text->len),
                       GUINT_TO_POINTER (row + 1));
  return row;
}

static void
count_groups (const guint32 *first, gsize n, gsize *groups, gsize *surplus)
{
  g_autofree guint8 *seen = g_new0 (guint8, n);

  for (gsize i = 0; i < n; i++)
    if (first[i] != i)
      {
        *groups += !seen[first[i]];
        seen[first[i]] = 1;
        (*surplus)++;
      }
}

static gsize
count_conflicts (const guint32 *first, const AyDataset *data)
{
  g_autofree gint32 *label = NULL;
  g_autofree guint8 *seen = NULL;
  gsize count = 0;

  if (data->label == NULL)
    return 0;
  label = g_memdup2 (data->label, data->n * sizeof *label); /* of the group: the first one known */
  seen = g_new0 (guint8, data->n);
  for (gsize i = 0; i < data->n; i++)
    {
      guint32 to = first[i];

      if (to == i || data->label[i] == AY_LABEL_MISSING)
        continue;
      if (label[to] == AY_LABEL_MISSING)
        label[to] = data->label[i];
      if (label[to] != data->label[i] && !seen[to])
        {
          seen[to] = 1;
          count++;
        }
    }
  return count;
}

static gboolean
find_same (const AyColumn *text, gboolean words_only, guint32 *first, AyJob *job, GError **error)
{
  g_autoptr (GHashTable) table = g_hash_table_new (g_str_hash, g_str_equal);
  GStringChunk *texts = g_string_chunk_new (1 << 16);
  g_autoptr (GString) one = g_string_new (NULL);
  gboolean done = TRUE;

  for (gsize i = 0; i < ay_column_rows (text) && done; i++)
    {
      gsize length = 0;
      const char *bytes = ay_column_text (text, i, &length);

      first[i] = (guint32) i;
      if (i % CHECK_EVERY == 0)
        done = ay_job_check (job, error);
      if (bytes == NULL || length == 0)
        continue;
      if (words_only)
        normalise (bytes, length, one);
      else
        {
          g_string_truncate (one, 0);
          g_string_append_len (one, bytes, (gssize) length);
        }
      first[i] = first_with (table, texts, one, (guint32) i);
    }
  g_string_chunk_free (texts);
  return done;
}

gboolean
ay_redundancy_find_text (AyRedundancy *self, AyJob *job, GError **error)
{
  AyTextCopies *text = &self->text;
  gsize n = self->data->n;

  if (self->data->text == NULL || ay_column_type (self->data->text) == AY_COLUMN_NUMBER)
    return TRUE;
  ay_job_set_phase (job, "comparing texts");
  text->exact = g_new (guint32, n);
  text->same = g_new (guint32, n);
  if (!find_same (self->data->text, FALSE, text->exact, job, error)
      || !find_same (self->data->text, TRUE, text->same, job, error))
    return FALSE;
  count_groups (text->exact, n, &text->exact_groups, &text->exact_surplus);
  count_groups (text->same, n, &text->normalised_groups, &text->normalised_surplus);
  text->conflicts = count_conflicts (text->same, self->data);
  return TRUE;
}
