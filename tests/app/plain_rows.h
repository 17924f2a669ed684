/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/group_list.h"
#include "app/model/history.h"
#include "app/model/row_model.h"
#include "app/widgets/map_frame.h"
#include "app_place.h"

/* The rules of selecting, filtering, deciding and undoing, on arrays of booleans: what test_rows.c
 * holds the window's models against. */

#define N PLACE_ROWS
#define MAX_STEPS 200 /* of undo */
#define CLUSTERS 6

typedef struct
{
  int where;         /* of conditions; -1: none */
  gboolean hidden[PLACE_CLASSES];
  gboolean brushed;
  double low, high;  /* on score */
} Filters;

typedef struct
{
  int kind;          /* AyDecisionKind */
  gboolean rows[N];
} Decision;

typedef struct
{
  AssayStepKind kind;
  gboolean rows[2][N];
  Filters filters[2];
  int cluster, name[2]; /* of names of clusters */
} Step;

typedef struct
{
  Place *place;
  AyRng rng;
  AssaySession *session;
  AssayRowModel *rows;
  AssayPointColors *colors;
  AssayGroupList *groups;
  float *x, *y;

  double threshold;  /* of groups: what two rows of one are apart at most */
  int name[CLUSTERS]; /* 0: none */
  Filters filters;
  gboolean selected[N];
  GArray *decisions; /* of Decision */
  guint n_decided;   /* of them, active */
  GArray *steps;     /* of Step */
  guint at;
  const char *sort;
  gboolean descending, only_selected;
} World;

static int
decided (World *world, int row)
{
  int state = AY_DECIDED_NONE;

  for (guint i = 0; i < world->n_decided; i++)
    {
      const Decision *decision = &g_array_index (world->decisions, Decision, i);

      if (decision->rows[row])
        state = decision->kind == AY_DECISION_DROP ? AY_DECIDED_DROP : AY_DECIDED_KEEP;
    }
  return state;
}

typedef struct
{
  const char *sql;
  gboolean (*holds) (World *world, int row);
} Condition;

static gboolean
score_negative (World *world, int row)
{
  return world->place->score[row] < 0;
}

static gboolean
class_two_or_missing (World *world, int row)
{
  return world->place->label[row] == 2 || isnan (world->place->score[row]);
}

static gboolean
not_dropped (World *world, int row)
{
  return decided (world, row) != AY_DECIDED_DROP;
}

static gboolean
noted (World *world, int row)
{
  return world->place->note[row] != NULL && strstr (world->place->note[row], "number 1") != NULL;
}

static const Condition conditions[] = {
  { "score < 0", score_negative },
  { "label = 'c2' OR score IS NULL", class_two_or_missing },
  { "decision != 'drop'", not_dropped },
  { "note LIKE '%number 1%'", noted },
};

static gboolean
is_visible (World *world, int row)
{
  const Filters *filters = &world->filters;
  double score = world->place->score[row];

  return (filters->where < 0 || conditions[filters->where].holds (world, row))
         && !filters->hidden[world->place->label[row]]
         && (!filters->brushed || (score >= filters->low && score <= filters->high));
}

static void
push (World *world, Step *step)
{
  g_array_set_size (world->steps, world->at);
  g_array_append_vals (world->steps, step, 1);
  if (world->steps->len > MAX_STEPS)
    g_array_remove_index (world->steps, 0);
  world->at = world->steps->len;
}

static void
expect_filters (World *world, const Filters *after)
{
  Step step = { .kind = ASSAY_STEP_FILTERS, .filters = { world->filters, *after } };

  push (world, &step);
  world->filters = *after;
}

/* The rule of assay_select_mode() for rows that a gesture touched. */
static void
expect_selected (World *world, const gboolean *touched, AssaySelectMode mode)
{
  Step step = { .kind = ASSAY_STEP_SELECTION };

  for (int i = 0; i < N; i++)
    {
      gboolean was = world->selected[i];
      gboolean hit = touched[i] && is_visible (world, i);

      step.rows[0][i] = was;
      step.rows[1][i] = mode == ASSAY_SELECT_REPLACE    ? hit
                        : mode == ASSAY_SELECT_ADD      ? was || hit
                        : mode == ASSAY_SELECT_SUBTRACT ? was && !touched[i]
                                                        : was != hit;
    }
  if (memcmp (step.rows[0], step.rows[1], sizeof step.rows[0]) == 0)
    return;
  push (world, &step);
  memcpy (world->selected, step.rows[1], sizeof world->selected);
}

static void
expect_moved (World *world, const Step *step, int side)
{
  switch (step->kind)
    {
    case ASSAY_STEP_SELECTION:
      memcpy (world->selected, step->rows[side], sizeof world->selected);
      break;
    case ASSAY_STEP_FILTERS: world->filters = step->filters[side]; break;
    case ASSAY_STEP_DECISION: world->n_decided += side == 0 ? -1 : 1; break;
    case ASSAY_STEP_COLUMN: world->name[step->cluster] = step->name[side]; break;
    case ASSAY_STEP_FINDING: break;
    }
}

static void
expect_undo (World *world)
{
  if (world->at > 0)
    expect_moved (world, &g_array_index (world->steps, Step, --world->at), 0);
}

static void
expect_redo (World *world)
{
  if (world->at < world->steps->len)
    expect_moved (world, &g_array_index (world->steps, Step, world->at++), 1);
}

/* Rows of one text stand together, wherever the first of them lies. */
static int
first_of_text (const World *world, int row)
{
  char *const *note = world->place->note;

  for (int i = 0; note[row] != NULL && i < row; i++)
    if (g_strcmp0 (note[i], note[row]) == 0)
      return i;
  return row;
}

static gboolean
are_copies (const World *world, int a, int b)
{
  const double *u = world->place->at[first_of_text (world, a)];
  const double *v = world->place->at[first_of_text (world, b)];

  return hypot (u[0] - v[0], u[1] - v[1]) <= world->threshold;
}

/* The rows that are joined to a row by steps from copy to copy: its group, found plainly. */
static void
find_group (World *world, int row, gboolean *in)
{
  int queue[N], n = 1;

  memset (in, 0, N * sizeof *in);
  in[row] = TRUE;
  queue[0] = row;
  for (int k = 0; k < n; k++)
    for (int i = 0; i < N; i++)
      if (!in[i] && are_copies (world, queue[k], i))
        {
          in[i] = TRUE;
          queue[n++] = i;
        }
}
