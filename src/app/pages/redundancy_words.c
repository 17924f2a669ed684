/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/redundancy_words.h"

#include "app/say.h"

#include <glib/gi18n.h>

char *
assay_redundancy_words_summary (const AyRedundancyCut *cut)
{
  return g_strdup_printf (
      _ ("Groups: %u, with %u rows. Rows that may go: %u. Groups with differing labels: %u; in "
         "several parts: %u"),
      (guint) cut->groups->n_groups, (guint) cut->groups->n_members, (guint) cut->n_redundant,
      (guint) cut->n_conflicts, (guint) cut->n_leaks);
}

char *
assay_redundancy_words_note (const AyRedundancy *found)
{
  const AyPairs *pairs = found->pairs;
  guint zeros = (guint) pairs->n_zero;

  if (pairs->reach < pairs->asked)
    return assay_say (_ ("Too many pairs: groups are known up to %.6g only"),
                      found->options.floor);
  if (zeros == 0)
    return NULL;
  return g_strdup_printf (g_dngettext (NULL,
                                       "%u row of zeros has no direction: by cosine it is like no "
                                       "other row",
                                       "%u rows of zeros have no direction: by cosine they are "
                                       "like no other row", zeros),
                          zeros);
}

char *
assay_redundancy_words_fate (const AyDataset *data, const AyRedundancyCut *cut, guint group)
{
  guint kept = cut->representative[group], n = 0;
  g_autofree char *id = NULL;

  if (kept == G_MAXUINT32)
    return g_strdup (_ ("No training row: none may go"));
  for (gsize m = cut->groups->start[group]; m < cut->groups->start[group + 1]; m++)
    n += cut->redundant[cut->groups->members[m]];
  id = ay_column_dup_text (data->id, kept);
  return g_strdup_printf (_ ("%s stays, %u may go"), id, n);
}

char *
assay_redundancy_words_leaks (const AyDataset *data, const AyLeaks *leaks)
{
  GString *text = g_string_new (NULL);
  gboolean percent = data->n_classes > 0;
  double unit = percent ? 100.0 : 1.0;

  g_string_append_printf (text, _ ("%u validation and %u test rows have a copy in an earlier part"),
                          (guint) leaks->n_valid, (guint) leaks->n_test);
  if (leaks->judged)
    assay_say_append (text, percent ? _ ("; validation accuracy %.2f %%, without them %.2f %%")
                                    : _ ("; validation R2 %.4f, without them %.4f"),
                      leaks->valid.accuracy * unit, leaks->valid_without.accuracy * unit);
  return g_string_free (text, FALSE);
}

char *
assay_redundancy_words_why (const AyRedundancyOptions *options, double threshold)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (number, sizeof number, "%.6g", threshold);
  return g_strdup_printf ("near copies at %s %s, %s linkage; kept: %s",
                          options->distance == AY_DISTANCE_COSINE ? "cosine" : "distance", number,
                          ay_linkage_name (options->linkage), ay_keep_rule_name (options->keep));
}
