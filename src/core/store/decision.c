/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/decision.h"

#include "core/base/error.h"

#include <string.h>

static const char *const kind_names[AY_N_DECISION_KINDS]
  = { "keep", "drop", "relabel", "tag", "untag", "clear", "column" };

const char *
ay_decision_kind_name (AyDecisionKind kind)
{
  g_return_val_if_fail (kind < AY_N_DECISION_KINDS, NULL);
  return kind_names[kind];
}

gboolean
ay_decision_kind_parse (const char *name, AyDecisionKind *kind)
{
  for (guint i = 0; i < AY_N_DECISION_KINDS; i++)
    if (g_strcmp0 (name, kind_names[i]) == 0)
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

gboolean
ay_decision_kind_takes_value (AyDecisionKind kind)
{
  return kind == AY_DECISION_RELABEL || kind == AY_DECISION_TAG || kind == AY_DECISION_UNTAG
         || kind == AY_DECISION_COLUMN;
}

gboolean
ay_decision_check (const AyDecision *self, GError **error)
{
  const char *kind = ay_decision_kind_name (self->kind);
  gboolean wants = ay_decision_kind_takes_value (self->kind);
  gboolean given = self->value != NULL && *self->value != '\0';
  gboolean is_tag = self->kind == AY_DECISION_TAG || self->kind == AY_DECISION_UNTAG;
  const char *what = NULL;

  if (self->rows == NULL || ay_bitset_count (self->rows) == 0)
    what = "there are no rows to decide about";
  else if (wants && !given)
    what = self->kind == AY_DECISION_RELABEL  ? "needs the new label as its value"
           : self->kind == AY_DECISION_COLUMN ? "needs the columns' names as its value"
                                              : "needs the tag as its value";
  else if (!wants && given)
    what = "takes no value";
  else if ((given && !g_utf8_validate (self->value, -1, NULL))
           || (self->why != NULL && !g_utf8_validate (self->why, -1, NULL)))
    what = "value and reason must be UTF-8";
  else if (is_tag && strchr (self->value, ',') != NULL)
    what = "a tag has no comma";
  if (what != NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "%s: %s", kind, what);
  return what == NULL;
}
