/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of clusters. One pass gives the words and how often each occurs, a second one counts those
 * that occur often enough by cluster. Linear in the texts; one thread. */
#include "core/work/cluster_words.h"

#include "core/base/error.h"
#include "core/data/tokens.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_EVERY 1024

typedef struct
{
  gsize total;
  guint32 number; /* G_MAXUINT32: too rare */
} Word;

typedef struct
{
  const AyColumn *text;
  const guint32 *cluster;
  guint k;
  GHashTable *words;   /* char * -> Word * */
  GPtrArray *kept;     /* of char *, by number; the table's own */
  guint32 *count;      /* kept x k */
  gsize *size;         /* k: words of each cluster, rare ones too */
  gsize all;           /* words */
  GArray *scratch, *spans;
  GString *buffer;
  AyJob *job;
} Counting;

static void
counting_clear (Counting *self)
{
  g_clear_pointer (&self->words, g_hash_table_unref);
  g_clear_pointer (&self->kept, g_ptr_array_unref);
  g_free (self->count);
  g_free (self->size);
  g_array_unref (self->scratch);
  g_array_unref (self->spans);
  g_string_free (self->buffer, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Counting, counting_clear)

void
ay_cluster_word_clear (AyClusterWord *self)
{
  g_free (self->word);
}

/* The words of a row, into spans. */
static void
find_words (Counting *self, gsize row)
{
  gsize length = 0;
  const char *text = ay_column_text (self->text, row, &length);

  g_array_set_size (self->spans, 0);
  if (text != NULL)
    ay_tokens_words (text, length, self->scratch, self->spans);
}

static const char *
word_of (Counting *self, guint i)
{
  const AyWordSpan *span = &g_array_index (self->spans, AyWordSpan, i);

  g_string_truncate (self->buffer, 0);
  for (gsize c = 0; c < span->length; c++)
    g_string_append_unichar (self->buffer,
                             g_array_index (self->scratch, gunichar, span->first + c));
  return self->buffer->str;
}

static gboolean
count_all (Counting *self, GError **error)
{
  for (gsize row = 0; row < ay_column_rows (self->text); row++)
    {
      if (row % CHECK_EVERY == 0 && !ay_job_check (self->job, error))
        return FALSE;
      find_words (self, row);
      for (guint i = 0; i < self->spans->len; i++)
        {
          const char *text = word_of (self, i);
          Word *word = g_hash_table_lookup (self->words, text);

          if (word == NULL)
            {
              word = g_new (Word, 1);
              *word = (Word) { 0, G_MAXUINT32 };
              g_hash_table_insert (self->words, g_strdup (text), word);
            }
          word->total++;
        }
      self->all += self->spans->len;
      if (self->cluster[row] < self->k)
        self->size[self->cluster[row]] += self->spans->len;
    }
  return TRUE;
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Numbers the words that are frequent enough, in byte order. */
static void
keep_frequent (Counting *self)
{
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, self->words);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (((Word *) value)->total >= AY_WORDS_FEWEST)
      g_ptr_array_add (self->kept, name);
  if (self->kept->len > 1)
    qsort (self->kept->pdata, self->kept->len, sizeof (char *), compare_names);
  for (guint i = 0; i < self->kept->len; i++)
    ((Word *) g_hash_table_lookup (self->words, self->kept->pdata[i]))->number = i;
}

static gboolean
count_by_cluster (Counting *self, GError **error)
{
  self->count = ay_try_alloc (MAX (self->kept->len, 1), MAX (self->k, 1) * sizeof (guint32),
                              "words of clusters", error);
  if (self->count == NULL)
    return FALSE;
  memset (self->count, 0, (gsize) self->kept->len * self->k * sizeof (guint32));
  for (gsize row = 0; row < ay_column_rows (self->text); row++)
    {
      if (row % CHECK_EVERY == 0 && !ay_job_check (self->job, error))
        return FALSE;
      if (self->cluster[row] >= self->k)
        continue;
      find_words (self, row);
      for (guint i = 0; i < self->spans->len; i++)
        {
          const Word *word = g_hash_table_lookup (self->words, word_of (self, i));

          if (word->number != G_MAXUINT32)
            self->count[(gsize) word->number * self->k + self->cluster[row]]++;
        }
    }
  return TRUE;
}

static double
log_odds (double y, double n, double a)
{
  return log ((y + a) / (n + AY_WORDS_PRIOR - y - a));
}

static double
z_of (const Counting *self, gsize total, double y, guint c)
{
  double a = AY_WORDS_PRIOR * total / self->all, n = self->size[c];
  double rest = total - y, n_rest = self->all - n;

  return (log_odds (y, n, a) - log_odds (rest, n_rest, a))
         / sqrt (1.0 / (y + a) + 1.0 / (rest + a));
}

static int
compare_words (const void *a, const void *b)
{
  const AyClusterWord *x = a, *y = b;

  if (x->z != y->z)
    return x->z > y->z ? -1 : 1;
  return strcmp (x->word, y->word);
}

/* The words of one cluster; where all texts are of one single word there are no odds, and none. */
static GArray *
rank (const Counting *self, guint c, guint most)
{
  GArray *words = g_array_new (FALSE, FALSE, sizeof (AyClusterWord));

  for (guint w = 0; w < self->kept->len; w++)
    {
      guint32 y = self->count[(gsize) w * self->k + c];
      const Word *word = g_hash_table_lookup (self->words, self->kept->pdata[w]);
      AyClusterWord one = { self->kept->pdata[w], z_of (self, word->total, y, c), y };

      if (one.z > 0.0)
        g_array_append_val (words, one);
    }
  if (words->len > 1)
    qsort (words->data, words->len, sizeof (AyClusterWord), compare_words);
  g_array_set_size (words, MIN (words->len, most));
  g_array_set_clear_func (words, (GDestroyNotify) ay_cluster_word_clear);
  for (guint i = 0; i < words->len; i++)
    {
      AyClusterWord *one = &g_array_index (words, AyClusterWord, i);

      one->word = g_strdup (one->word);
    }
  return words;
}

GPtrArray *
ay_cluster_words (const AyColumn *text, const guint32 *cluster, guint k, guint most, AyJob *job,
                  GError **error)
{
  g_auto (Counting) self = { .text = text, .cluster = cluster, .k = k, .job = job };
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);

  self.words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self.kept = g_ptr_array_new ();
  self.size = g_new0 (gsize, MAX (k, 1));
  self.scratch = g_array_new (FALSE, FALSE, sizeof (gunichar));
  self.spans = g_array_new (FALSE, FALSE, sizeof (AyWordSpan));
  self.buffer = g_string_new (NULL);
  ay_job_set_phase (job, "words of the clusters");
  if (!count_all (&self, error))
    return NULL;
  keep_frequent (&self);
  if (!count_by_cluster (&self, error))
    return NULL;
  for (guint c = 0; c < k; c++)
    g_ptr_array_add (all, rank (&self, c, most));
  return g_steal_pointer (&all);
}
