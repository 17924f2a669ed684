/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/score_words.h"

#include "app/say.h"

#include "core/base/json_text.h"
#include "core/score/noise.h"

#include <glib/gi18n.h>
#include <math.h>

const char *
assay_score_words_kind (AyScoreKind kind)
{
  switch (kind)
    {
    case AY_SCORE_VALUE: return _ ("value: above 0 the row helps, below 0 it hurts");
    case AY_SCORE_MEASURE: return _ ("measure: keeps its published definition");
    default: return _ ("flag: marks rows, or numbers groups of them");
    }
}

const char *
assay_score_words_direction (AyDirection direction)
{
  switch (direction)
    {
    case AY_DIRECTION_HIGH_GOOD: return _ ("higher is better");
    case AY_DIRECTION_LOW_GOOD: return _ ("lower is better");
    default: return _ ("neither way is good");
    }
}

gboolean
assay_score_words_unstable (const AyScoreInfo *info, double *halves)
{
  double rank = ay_score_info_number (info, "split_half_rank_correlation");

  if (halves != NULL)
    *halves = rank;
  return rank < AY_NOISE_STABLE;
}

char *
assay_score_words_halves (const AyScoreInfo *info)
{
  double rank;
  gboolean unstable = assay_score_words_unstable (info, &rank);

  if (isnan (rank))
    return NULL;
  return assay_say (unstable ? _ ("unstable: the orders by two halves of the validation rows "
                                  "agree with a rank correlation of %.2f")
                             : _ ("the orders by two halves of the validation rows agree "
                                  "with a rank correlation of %.2f"),
                    rank);
}

char *
assay_score_words_stability (const AyScoreInfo *info)
{
  double rank;
  gboolean unstable = assay_score_words_unstable (info, &rank);

  if (isnan (rank))
    return NULL;
  return assay_say (unstable ? _ ("unstable: halves agree %.2f") : _ ("halves agree %.2f"), rank);
}

char *
assay_score_words_told (const AyScoreInfo *info)
{
  double told = ay_score_info_number (info, "rows_told_from_zero");

  if (isnan (told))
    return NULL;
  return assay_say (_ ("%.0f rows, at a false discovery rate of %.0f %%"), told,
                    100.0 * ay_score_info_number (info, "false_discovery_rate"));
}

double
assay_score_words_range (const AyScoreInfo *info)
{
  return ay_score_info_number (info, "median_rank_range");
}

char *
assay_score_words_ranks (const AyScoreInfo *info)
{
  double range = assay_score_words_range (info);

  if (isnan (range))
    return NULL;
  return assay_say (_ ("in nine of ten draws of all values within their errors the rank of a "
                       "row stays among %.0f ranks (median of the rows)"), range);
}

char *
assay_score_words_flags (const AyScoreInfo *info)
{
  JsonNode *node
      = info->certificate != NULL ? json_object_get_member (info->certificate, "flags") : NULL;
  JsonArray *flags = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node)
                                                                  : NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint k = 0; flags != NULL && k < json_array_get_length (flags); k++)
    {
      JsonNode *flag = json_array_get_element (flags, k);

      if (JSON_NODE_HOLDS_VALUE (flag) && json_node_get_string (flag) != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "",
                                json_node_get_string (flag));
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

char *
assay_score_words_certificate (const AyScoreInfo *info)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GList) names
      = info->certificate != NULL ? json_object_get_members (info->certificate) : NULL;

  for (GList *at = names; at != NULL; at = at->next)
    {
      g_autofree char *value
          = ay_json_to_text (json_object_get_member (info->certificate, at->data), FALSE);

      g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "\n" : "", (char *) at->data,
                              value);
    }
  return g_string_free (text, FALSE);
}
