/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/journal_state.h"

#include "core/store/journal.h"
#include "core/store/row_codec.h"

#include <string.h>

/* Three codes a row. Labels and tag sets are few, so each distinct one is kept once, as text, and a
 * row holds its number. A tag decision maps set to set: the text of the new set is worked out once
 * a set, not once a row. */

typedef struct
{
  GPtrArray *names; /* of char* */
  GHashTable *codes; /* name -> code */
} Dictionary;

struct _AyJournalState
{
  gsize n;
  guint8 *decided;
  guint32 *label;  /* into labels, or AY_CODE_MISSING */
  guint32 *tags;   /* into sets, or AY_CODE_MISSING */
  Dictionary labels;
  Dictionary sets; /* tags sorted and joined by commas */
};

static void
dictionary_init (Dictionary *self)
{
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->codes = g_hash_table_new (g_str_hash, g_str_equal);
}

static void
dictionary_clear (Dictionary *self)
{
  g_hash_table_unref (self->codes);
  g_ptr_array_unref (self->names);
}

static guint32
dictionary_code (Dictionary *self, const char *name)
{
  gpointer code;

  if (g_hash_table_lookup_extended (self->codes, name, NULL, &code))
    return GPOINTER_TO_UINT (code);
  g_ptr_array_add (self->names, g_strdup (name));
  code = GUINT_TO_POINTER (self->names->len - 1);
  g_hash_table_insert (self->codes, self->names->pdata[self->names->len - 1], code);
  return GPOINTER_TO_UINT (code);
}

AyJournalState *
ay_journal_state_new (gsize n_rows)
{
  AyJournalState *self = g_new0 (AyJournalState, 1);

  self->n = n_rows;
  self->decided = g_new (guint8, MAX (n_rows, 1));
  self->label = g_new (guint32, MAX (n_rows, 1));
  self->tags = g_new (guint32, MAX (n_rows, 1));
  dictionary_init (&self->labels);
  dictionary_init (&self->sets);
  ay_journal_state_reset (self);
  return self;
}

void
ay_journal_state_free (AyJournalState *self)
{
  if (self == NULL)
    return;
  dictionary_clear (&self->labels);
  dictionary_clear (&self->sets);
  g_free (self->decided);
  g_free (self->label);
  g_free (self->tags);
  g_free (self);
}

void
ay_journal_state_reset (AyJournalState *self)
{
  memset (self->decided, AY_DECIDED_NONE, self->n);
  memset (self->label, 0xff, self->n * sizeof (guint32));
  memset (self->tags, 0xff, self->n * sizeof (guint32));
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The set with `tag` added or taken away; AY_CODE_MISSING when none is left. */
static guint32
changed_set (AyJournalState *self, guint32 set, const char *tag, gboolean add)
{
  const char *before = set != AY_CODE_MISSING ? self->sets.names->pdata[set] : NULL;
  g_auto (GStrv) old = g_strsplit (before != NULL ? before : "", ",", -1);
  g_autoptr (GPtrArray) tags = g_ptr_array_new ();
  g_autofree char *joined = NULL;

  for (guint i = 0; old[i] != NULL; i++)
    if (!g_str_equal (old[i], tag))
      g_ptr_array_add (tags, old[i]);
  if (add)
    g_ptr_array_add (tags, (gpointer) tag);
  if (tags->len == 0)
    return AY_CODE_MISSING;
  g_ptr_array_sort (tags, compare_texts);
  g_ptr_array_add (tags, NULL);
  joined = g_strjoinv (",", (char **) tags->pdata);
  return dictionary_code (&self->sets, joined);
}

#define NOT_KNOWN (AY_CODE_MISSING - 1)

/* One decision on its way over its rows. */
typedef struct
{
  AyJournalState *state;
  AyDecided decided;
  guint32 label;
  const char *tag;
  gboolean add;   /* the tag */
  guint n_sets;
  guint32 *to;    /* set -> set, the last: of rows without a tag; or NOT_KNOWN */
} Change;

static void
change_decided (gsize first, gsize end, gpointer data)
{
  const Change *change = data;

  memset (change->state->decided + first, change->decided, end - first);
}

static void
change_label (gsize first, gsize end, gpointer data)
{
  const Change *change = data;

  for (gsize i = first; i < end; i++)
    change->state->label[i] = change->label;
}

static void
change_tags (gsize first, gsize end, gpointer data)
{
  Change *change = data;
  guint32 *tags = change->state->tags;

  for (gsize i = first; i < end; i++)
    {
      guint32 at = tags[i] == AY_CODE_MISSING ? change->n_sets : tags[i];

      if (change->to[at] == NOT_KNOWN)
        change->to[at] = changed_set (change->state, tags[i], change->tag, change->add);
      tags[i] = change->to[at];
    }
}

static void
change_all (gsize first, gsize end, gpointer data)
{
  const Change *change = data;

  memset (change->state->decided + first, AY_DECIDED_NONE, end - first);
  memset (change->state->label + first, 0xff, (end - first) * sizeof (guint32));
  memset (change->state->tags + first, 0xff, (end - first) * sizeof (guint32));
}

static void
apply_tag (Change *change, GBytes *rows)
{
  g_autofree guint32 *to = NULL;

  change->n_sets = change->state->sets.names->len;
  to = g_new (guint32, change->n_sets + 1);
  for (guint i = 0; i <= change->n_sets; i++)
    to[i] = NOT_KNOWN;
  change->to = to;
  ay_rows_each_run (rows, change->state->n, change_tags, change);
}

void
ay_journal_state_apply (AyJournalState *self, AyDecisionKind kind, const char *value,
                        GBytes *rows)
{
  Change change = { .state = self, .tag = value, .add = kind == AY_DECISION_TAG };

  switch (kind)
    {
    case AY_DECISION_KEEP:
    case AY_DECISION_DROP:
      change.decided = kind == AY_DECISION_KEEP ? AY_DECIDED_KEEP : AY_DECIDED_DROP;
      ay_rows_each_run (rows, self->n, change_decided, &change);
      break;
    case AY_DECISION_RELABEL:
      change.label = dictionary_code (&self->labels, value);
      ay_rows_each_run (rows, self->n, change_label, &change);
      break;
    case AY_DECISION_TAG:
    case AY_DECISION_UNTAG: apply_tag (&change, rows); break;
    case AY_DECISION_CLEAR: ay_rows_each_run (rows, self->n, change_all, &change); break;
    case AY_DECISION_COLUMN: break;
    }
}

const guint8 *
ay_journal_state_decided (const AyJournalState *self)
{
  return self->decided;
}

AyColumn *
ay_journal_state_column_decision (const AyJournalState *self)
{
  static const char *const names[] = { "none", "keep", "drop", NULL };
  guint32 *codes = g_new (guint32, MAX (self->n, 1));

  for (gsize i = 0; i < self->n; i++)
    codes[i] = self->decided[i];
  return ay_column_take_category ("decision", self->n, codes, g_strdupv ((char **) names));
}

static AyColumn *
column_of (const char *name, gsize n, const guint32 *codes, const Dictionary *dictionary)
{
  guint32 *copy = g_new (guint32, MAX (n, 1));
  char **names = g_new0 (char *, dictionary->names->len + 1);

  memcpy (copy, codes, n * sizeof (guint32));
  for (guint i = 0; i < dictionary->names->len; i++)
    names[i] = g_strdup (dictionary->names->pdata[i]);
  return ay_column_take_category (name, n, copy, names);
}

AyColumn *
ay_journal_state_column_new_label (const AyJournalState *self)
{
  return column_of ("new_label", self->n, self->label, &self->labels);
}

AyColumn *
ay_journal_state_column_tags (const AyJournalState *self)
{
  return column_of ("tags", self->n, self->tags, &self->sets);
}
