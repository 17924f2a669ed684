/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Page one, for a reader who knows no machine learning: what is to be decided, in one sentence with
 * its uncertainty; what is in the data; before and after; real examples; who loses; what was not
 * looked at; money; what is asked. Words follow what may be said: nothing is called safe. */
#include "core/work/tell_private.h"

#include "core/base/json_text.h"
#include "core/work/accuracy_words.h"
#include "core/work/work_redundancy.h"

#include <math.h>
#include <string.h>

#define GOOD "\342\227\217 good"
#define LOOK "\342\226\262 look at it"
#define OPEN "\342\227\213 not known"
#define LOSERS 6
#define VANISHED 2 /* said here; the appendix has all */

/* --- the decision --- */

static char *
part_words (AyTelling *self)
{
  gboolean test = strcmp (json_object_get_string_member (self->proof, "part"), "test") == 0;
  const char *n;

  ay_tell_about (self, AY_TELL_JUDGED);
  n = ay_story_count (self->story, "curate.proof.n_part",
                                  (gsize) ay_tell_proof (self, "n_part"));

  return test ? g_strdup_printf ("%s test examples that nobody chose by", n)
              : g_strdup_printf ("%s examples by which rows were also chosen (a preview: there is "
                                 "no test part)", n);
}

static char *
what_changes (AyTelling *self)
{
  AyStory *story = self->story;
  gsize relabelled = ay_bitset_count (self->plan->relabelled);
  const char *n, *of;

  ay_tell_about (self, AY_TELL_GO);
  n = ay_story_count (story, "curate.n_dropped", ay_bitset_count (self->plan->dropped));
  ay_tell_about (self, AY_TELL_MAY_GO);
  of = ay_story_count (story, "curate.n_before", self->plan->n_before);
  ay_tell_about (self, AY_TELL_RELABELLED);

  if (relabelled == 0)
    return g_strdup_printf ("Without %s of %s training examples", n, of);
  return g_strdup_printf ("Without %s of %s training examples and with %s labels corrected", n, of,
                          ay_story_count (story, "curate.n_relabelled", relabelled));
}

static const char *
prefix_of (const AyTelling *self)
{
  return strcmp (json_object_get_string_member (self->proof, "part"), "test") == 0 ? "test_" : "";
}

/* A number of the proof by the part that it is judged on, as a share. */
static const char *
proof_share (AyTelling *self, const char *name)
{
  g_autofree char *key = g_strconcat (prefix_of (self), name, NULL);
  g_autofree char *id = g_strconcat ("curate.proof.", key, NULL);

  return ay_story_percent (self->story, id, ay_tell_proof (self, key), 2);
}

static void
tell_verdict (AyTelling *self)
{
  AyStory *story = self->story;
  g_autofree char *what = what_changes (self), *part = part_words (self);
  const char *verdict = json_object_get_string_member (self->proof, "verdict");
  const char *before = proof_share (self, "accuracy_before");
  const char *after = proof_share (self, "accuracy_refit");
  const char *low = ay_story_points (story, "curate.proof.interval_low",
                                     ay_tell_proof (self, "interval_low"), 2);
  const char *high = ay_story_points (story, "curate.proof.interval_high",
                                      ay_tell_proof (self, "interval_high"), 2);

  ay_story_addf (story, AY_BLOCK_LEAD,
                 "%s, the share of right answers on %s went from %s to %s; in 95 of 100 such tests "
                 "the change lies between %s and %s points.", what, part, before, after, low, high);
  if (strcmp (verdict, "no_loss") == 0)
    ay_story_add (story, AY_BLOCK_LEAD, "No loss larger than half a point was seen.");
  else if (strcmp (verdict, "worse") == 0)
    ay_story_add (story, AY_BLOCK_LEAD, "That is a loss: all of this range is below zero.");
  else if (strcmp (verdict, "too_few") == 0)
    ay_story_addf (story, AY_BLOCK_LEAD,
                   "These test examples are too few to call that no loss within half a point; "
                   "about %s would do.",
                   ay_story_count (story, "curate.proof.needed",
                                   (gsize) ay_tell_proof (self, "needed")));
  else
    ay_story_add (story, AY_BLOCK_LEAD, "A loss of more than half a point is not ruled out.");
}

/* Whether anything goes or is relabelled, be it of the pool. */
static gboolean
changes (const AyTelling *self)
{
  return ay_bitset_count (self->plan->dropped) + ay_bitset_count (self->plan->relabelled) > 0;
}

static void
tell_decision (AyTelling *self)
{
  AyStory *story = self->story;
  g_autofree char *what = NULL;

  if (self->proof == NULL && changes (self))
    {
      what = what_changes (self);
      ay_story_addf (story, AY_BLOCK_LEAD, "%s: none of these has a label to train on, so the "
                     "share of right answers stays as it is.", what);
      return;
    }
  if (self->proof == NULL)
    {
      ay_tell_about (self, AY_TELL_MAY_GO);
      ay_story_addf (story, AY_BLOCK_LEAD, "Nothing was found to leave out: all %s training "
                     "examples stay.",
                     ay_story_count (story, "curate.n_before", self->plan->n_before));
      return;
    }
  if (self->data->n_classes > 0 && json_object_has_member (self->proof, "verdict"))
    {
      tell_verdict (self);
      return;
    }
  what = what_changes (self);
  ay_story_addf (story, AY_BLOCK_LEAD, "%s: %s.", what,
                 json_object_get_string_member (self->proof, "sentence"));
}

static void
tell_random (AyTelling *self)
{
  AyStory *story = self->story;
  JsonObject *random;
  AyMeanBand difference;

  if (self->proof == NULL || json_object_get_null_member (self->proof, "random"))
    return;
  random = json_object_get_object_member (self->proof, "random");
  difference = (AyMeanBand) { json_object_get_double_member (random, "difference"),
                              json_object_get_double_member (random, "difference_low"),
                              json_object_get_double_member (random, "difference_high") };
  ay_tell_about (self, AY_TELL_JUDGED);
  ay_story_addf (story, AY_BLOCK_PARAGRAPH,
                 "Beside leaving out as many examples at random, %s times over, this choice is %s "
                 "points different (95 %% band %s to %s): %s.",
                 ay_story_count (story, "curate.proof.random.repeats",
                                 (gsize) json_object_get_int_member (random, "repeats")),
                 ay_story_points (story, "curate.proof.random.difference", difference.mean, 2),
                 ay_story_points (story, "curate.proof.random.difference_low", difference.low, 2),
                 ay_story_points (story, "curate.proof.random.difference_high", difference.high, 2),
                 ay_accuracy_beside_chance (&difference));
}

/* --- the box --- */

static gsize
count_of (const AyTelling *self, AyTellSet set)
{
  return ay_bitset_count (ay_story_set (self->story, set));
}

/* A line of the box: how many rows a set has. */
static void
say_count (AyTelling *self, AyBlock *box, const char *id, AyTellSet set, const char *words,
           const char *badge)
{
  ay_tell_about (self, set);
  ay_story_row (box, words, ay_story_count (self->story, id, count_of (self, set)),
                badge, NULL);
}

/* Rows that few columns make alike by chance are no copies: what was counted is not known. */
static const char *
judge_copies (const AyTelling *self, AyTellSet set, gboolean by_chance)
{
  return by_chance ? OPEN : count_of (self, set) == 0 ? GOOD : LOOK;
}

static void
tell_box (AyTelling *self)
{
  AyStory *story = self->story;
  const AyDataset *data = self->data;
  AyBlock *box;
  g_autofree char *by_chance = ay_redundancy_by_chance (data, AY_DISTANCE_COSINE);
  gsize n_unlabelled = count_of (self, AY_TELL_POOL);

  ay_story_add (story, AY_BLOCK_HEADING, "What is in the data");
  box = ay_story_table (story, "lrl", NULL);
  box->folded = TRUE;
  ay_story_row (box, "", "found", "", NULL);
  say_count (self, box, "info.rows", AY_TELL_ALL, "examples", GOOD);
  say_count (self, box, "info.parts.train", AY_TELL_TRAIN, "used for training", GOOD);
  say_count (self, box, "info.parts.pool", AY_TELL_POOL, "without a label",
             n_unlabelled == 0 ? GOOD : LOOK);
  ay_tell_about (self, AY_TELL_ALL);
  if (data->n_classes > 0)
    ay_story_row (box, "kinds of answer",
                  ay_story_count (story, "info.classes.length", data->n_classes), GOOD, NULL);
  say_count (self, box, "redundancy.n_dropped", AY_TELL_COPIES,
             by_chance != NULL ? "alike, by chance: few columns" : "near copies, which could go",
             judge_copies (self, AY_TELL_COPIES, by_chance != NULL));
  say_count (self, box, "redundancy.leaks.n", AY_TELL_LEAKS, "test examples with a near copy",
             judge_copies (self, AY_TELL_LEAKS, by_chance != NULL));
  ay_tell_about (self, AY_TELL_DOUBTED);
  if (data->n_classes > 0)
    ay_story_row (box, self->issues_are_findings ? "labels that are likely wrong"
                                                 : "labels in doubt (a ranking, no finding)",
                  ay_story_count (story, "check.label_issues.n",
                                  count_of (self, AY_TELL_DOUBTED)),
                  !self->issues_are_findings                ? OPEN
                  : count_of (self, AY_TELL_DOUBTED) == 0 ? GOOD : LOOK, NULL);
  ay_story_row (box, "licence", "", "\342\227\213 by the owner", NULL);
}

/* --- before and after --- */

/* The share of right answers after a step; "" where it changes nothing. */
static const char *
share_after (AyTelling *self, guint step)
{
  JsonArray *steps
      = self->proof != NULL ? json_object_get_array_member (self->proof, "steps") : NULL;
  g_autofree char *name = NULL;
  g_autofree char *id = NULL;
  double share;

  if (steps == NULL || self->data->n_classes == 0)
    return "";
  name = g_strconcat (prefix_of (self), "accuracy", NULL);
  id = g_strdup_printf ("curate.proof.steps.%u.%s", step, name);
  share = ay_json_number_of (json_array_get_object_element (steps, step), name);
  return isnan (share) ? "" : ay_story_percent (self->story, id, share, 2);
}

/* The head of the table of steps, and the drawing where examples go. */
static void
start_steps (AyTelling *self, AyBlock **table, AyBlock **fall)
{
  AyStory *story = self->story;
  gboolean drawn = ay_bitset_count (self->plan->dropped) > 0;
  const char *before;

  ay_story_add (story, AY_BLOCK_HEADING, "Before and after");
  if (drawn)
    ay_story_add (story, AY_BLOCK_LEFT, NULL);
  *table = ay_story_table (story, "lrrr", drawn ? NULL : "No example goes; labels change.");
  ay_story_row (*table, "", "go", "stay", "right then", NULL);
  ay_tell_about (self, AY_TELL_MAY_GO);
  before = ay_story_count (story, "curate.n_before", self->plan->n_before);
  ay_tell_about (self, AY_TELL_JUDGED);
  ay_story_row (*table, "start", "", before,
                self->proof != NULL && self->data->n_classes > 0
                    ? proof_share (self, "accuracy_before") : "", NULL);
  if (!drawn)
    return;
  ay_story_add (story, AY_BLOCK_RIGHT, NULL);
  *fall = ay_story_steps (story, "examples", (double) self->plan->n_before,
                          "How the training examples become fewer, step by step.");
  ay_story_add (story, AY_BLOCK_WHOLE, NULL);
}

/* Of a recipe that changes nothing the first sentence has said it all. */
static void
tell_steps (AyTelling *self)
{
  AyStory *story = self->story;
  AyBlock *fall = NULL, *table;
  const char *go, *stay;
  guint number = 0;

  if (!changes (self))
    return;
  start_steps (self, &table, &fall);
  for (guint s = 0; s < self->plan->n_steps; s++)
    {
      const AyStepPlan *plan = &self->plan->steps[s];
      g_autofree char *id = g_strdup_printf ("curate.steps.%u.", s);
      g_autofree char *took = g_strconcat (id, "n_took", NULL);
      g_autofree char *left = g_strconcat (id, "n_left", NULL);
      g_autofree char *name = NULL;
      g_autofree char *short_name = NULL;

      if (plan->took == NULL || (plan->n_took == 0 && plan->n_relabelled == 0))
        continue;
      short_name = g_strdup_printf ("%u", ++number);
      name = g_strdup_printf ("%u %s", number, plan->title);
      if (fall != NULL)
        ay_story_step (fall, short_name, (double) plan->n_left);
      ay_tell_about_step (self, s, FALSE);
      go = ay_story_count (story, took, plan->n_took);
      ay_tell_about_step (self, s, TRUE);
      stay = ay_story_count (story, left, plan->n_left);
      ay_tell_about (self, AY_TELL_JUDGED);
      ay_story_row (table, name, go, stay, share_after (self, s), NULL);
    }
}

/* The judged examples of a class. */
static void
about_class (AyTelling *self, const char *name)
{
  const AyDataset *data = self->data;
  AyBitset *rows = ay_bitset_copy (ay_story_set (self->story, AY_TELL_JUDGED));
  g_autofree char *words = g_strdup_printf ("judged examples of %s", name);

  for (gsize i = 0; i < data->n; i++)
    if (data->label[i] == AY_LABEL_MISSING
        || strcmp (data->class_names[data->label[i]], name) != 0)
      ay_bitset_remove (rows, i);
  ay_story_about (self->story, words, rows);
}

static void
tell_affected (AyTelling *self)
{
  AyStory *story = self->story;
  JsonArray *classes
      = self->proof != NULL ? json_object_get_array_member (self->proof, "classes") : NULL;
  guint n = classes != NULL ? json_array_get_length (classes) : 0, lose = 0;
  AyBlock *table;

  if (n == 0)
    return;
  for (guint k = 0; k < n; k++)
    {
      JsonObject *one = json_array_get_object_element (classes, k);

      lose += json_object_get_double_member (one, "recall_refit")
              < json_object_get_double_member (one, "recall_before");
    }
  ay_story_add (story, AY_BLOCK_HEADING, "Who is affected");
  table = ay_story_table (story, "lrrr",
                          lose == 0 ? "No kind of answer loses. Those that gain least come first."
                                    : "Those that lose most come first. Few examples of a kind "
                                      "make its share jump.");
  table->folded = TRUE;
  ay_story_row (table, "answer", "tests", "right before", "after", NULL);
  for (guint k = 0; k < MIN (n, LOSERS); k++)
    {
      JsonObject *one = json_array_get_object_element (classes, k);
      g_autofree char *id = g_strdup_printf ("curate.proof.classes.%u.", k);
      g_autofree char *count = g_strconcat (id, "n", NULL);
      g_autofree char *before = g_strconcat (id, "recall_before", NULL);
      g_autofree char *after = g_strconcat (id, "recall_refit", NULL);

      about_class (self, json_object_get_string_member (one, "class"));
      ay_story_row (
          table, json_object_get_string_member (one, "class"),
          ay_story_count (story, count, (gsize) json_object_get_int_member (one, "n")),
          ay_story_percent (story, before, json_object_get_double_member (one, "recall_before"),
                            1),
          ay_story_percent (story, after, json_object_get_double_member (one, "recall_refit"), 1),
          NULL);
    }
}

/* --- limits, money, the question --- */

static void
tell_limits (AyTelling *self)
{
  AyStory *story = self->story;

  ay_story_add (story, AY_BLOCK_HEADING, "How far this goes");
  ay_story_add (story, AY_BLOCK_PARAGRAPH,
                "Measured with a simple model on the features of these data, trained again without "
                "the examples that go, everything else held the same. It is not the model in use, "
                "and it was not tested on data other than these: where those to come differ, this "
                "may not hold.");
  if (self->fitness->weak)
    ay_story_add (story, AY_BLOCK_PARAGRAPH, "This simple model is too weak to judge labels.");
  if (self->fitness->may_have_seen)
    ay_story_add (story, AY_BLOCK_PARAGRAPH,
                  "The features may have seen the labels: wrong labels may be hidden.");
  for (gsize i = 0, said = 0; i < ay_diagnostics_count (self->plan->warnings); i++)
    if (strcmp (ay_diagnostics_get (self->plan->warnings, i)->id, "vanishes") == 0
        && said++ < VANISHED)
      ay_story_addf (story, AY_BLOCK_PARAGRAPH, "Note: %s.",
                     ay_diagnostics_get (self->plan->warnings, i)->text);
  ay_tell_about (self, AY_TELL_JUDGED);
  if (self->proof != NULL)
    ay_story_addf (story, AY_BLOCK_PARAGRAPH,
                   "Looks at the test examples, this proof's among them: %s. Each one makes them a "
                   "little less of a test.",
                   ay_story_count (story, "curate.proof.test_openings",
                                   (gsize) ay_tell_proof (self, "test_openings")));
}

static void
tell_money (AyTelling *self)
{
  AyStory *story = self->story;
  const AySavingsOutputType *types = ay_savings_output_types ();
  AyBlock *table = NULL;
  g_autoptr (GString) unknown = g_string_new (NULL);

  ay_story_add (story, AY_BLOCK_HEADING, "Money and CO2");
  ay_tell_about (self, AY_TELL_GO);
  for (guint i = 0; i < AY_N_SAVINGS_OUTPUTS; i++)
    {
      const AyRange *range = &self->savings.out[i];
      g_autofree char *id = g_strdup_printf ("savings.savings.%s.", types[i].id);
      g_autofree char *low = g_strconcat (id, "low", NULL);
      g_autofree char *likely = g_strconcat (id, "likely", NULL);
      g_autofree char *high = g_strconcat (id, "high", NULL);

      if (self->savings.why[i] != NULL)
        {
          g_string_append_printf (unknown, "%s%s", unknown->len > 0 ? "; " : "", types[i].title);
          continue;
        }
      if (table == NULL)
        {
          g_autofree char *sentence
              = g_strdup_printf ("Money in %s. Time and energy of training are taken to follow the "
                                 "number of examples. Inputs and formulas stand in the appendix.",
                                 self->inputs.currency);

          table = ay_story_table (story, "lrrr", sentence);
          ay_story_row (table, "saved", "low", "likely", "high", NULL);
        }
      ay_story_row (table, types[i].title, ay_tell_figure (self, low, range->low),
                    ay_tell_figure (self, likely, range->likely),
                    ay_tell_figure (self, high, range->high), NULL);
    }
  if (unknown->len > 0)
    ay_story_addf (story, AY_BLOCK_PARAGRAPH, "Not known: %s. The appendix says for each what it "
                   "would take.", unknown->str);
}

static void
tell_question (AyTelling *self)
{
  AyStory *story = self->story;
  const char *stay;

  ay_story_add (story, AY_BLOCK_HEADING, "What we ask you to decide");
  if (!changes (self))
    {
      ay_story_add (story, AY_BLOCK_PARAGRAPH, "Nothing: all examples stay in use.");
      return;
    }
  ay_tell_about (self, AY_TELL_STAY);
  stay = ay_story_count (story, "curate.n_left", self->plan->n_left);
  ay_tell_about (self, AY_TELL_MAY_GO);
  ay_story_addf (story, AY_BLOCK_PARAGRAPH,
                 "Whether training goes on with the %s examples that stay. If nothing is decided, "
                 "all %s stay in use, those shown above among them; no data is deleted either way.",
                 stay, ay_story_count (story, "curate.n_before", self->plan->n_before));
}

void
ay_tell_front (AyTelling *self)
{
  AyStory *story = self->story;

  ay_story_add (story, AY_BLOCK_TITLE, story->title);
  tell_decision (self);
  tell_random (self);
  tell_box (self);
  tell_steps (self);
  ay_tell_samples (self, TRUE);
  tell_affected (self);
  tell_limits (self);
  tell_money (self);
  tell_question (self);
}
