/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_audit.h"

#include "cli/cli_json.h"
#include "cli/cli_text.h"

#include <math.h>
#include <stdio.h>

static void
add_strategies (JsonArray *array, const AyAudit *audit)
{
  for (guint s = 0; s < audit->n_strategies; s++)
    {
      const AyAuditStrategy *one = &audit->strategies[s];
      JsonObject *object;

      if (one->n_rounds == 0)
        continue;
      object = cmd_json_append (array);
      cmd_json_text (object, "strategy", one->strategy->id);
      cmd_json_text (object, "same_as", one->same_as != G_MAXUINT
                                            ? audit->strategies[one->same_as].strategy->id : NULL);
      cmd_json_count (object, "n_rounds", one->n_rounds);
      cmd_json_count (object, "n_taken", one->n_taken);
      cmd_json_count (object, "n_shared", one->n_shared);
      ay_json_put_number (object, "expected", one->expected);
      ay_json_put_number (object, "p", one->p);
      ay_json_put_number (object, "rank", one->rank);
      cmd_json_count (object, "n_first", one->n_first);
    }
}

static void
add_rounds (JsonArray *array, const AyAudit *audit)
{
  for (guint r = 0; r < audit->n_rounds; r++)
    {
      const AyAuditRound *one = &audit->rounds[r];
      JsonObject *object = cmd_json_append (array);
      JsonArray *first;

      json_object_set_int_member (object, "number", one->number);
      cmd_json_count (object, "n_pool", one->n_pool);
      cmd_json_count (object, "n_scored", one->n_scored);
      cmd_json_count (object, "n_taken", one->n_taken);
      cmd_json_count (object, "n_shared", one->n_shared);
      first = cmd_json_array (object, "first");
      for (guint s = 0; s < audit->n_strategies; s++)
        if (one->first[s])
          json_array_add_string_element (first, audit->strategies[s].strategy->id);
      ay_json_put_number (object, "accuracy", one->accuracy);
      ay_json_put_number (object, "accuracy_again", one->accuracy_again);
      ay_json_put_number (object, "loss", one->loss);
      ay_json_put_number (object, "loss_again", one->loss_again);
    }
}

static void
print_json (const AyHistory *history, const AyAudit *audit)
{
  g_autoptr (JsonObject) object = json_object_new ();

  cmd_json_text (object, "name", history->name);
  cmd_json_text (object, "sentence", audit->sentence);
  cmd_json_text (object, "best", audit->best != G_MAXUINT
                                     ? audit->strategies[audit->best].strategy->id : NULL);
  cmd_json_bool (object, "from_logits", audit->from_logits);
  cmd_json_bool (object, "on_judged", audit->on_judged);
  ay_json_put_number (object, "worst_accuracy", audit->worst_accuracy);
  ay_json_put_number (object, "worst_loss", audit->worst_loss);
  add_strategies (cmd_json_array (object, "strategies"), audit);
  add_rounds (cmd_json_array (object, "rounds"), audit);
  cmd_json_print (object);
}

static void
print_strategies (const AyAudit *audit)
{
  g_autoptr (CmdTable) table = cmd_table_new ("lrrrrr");

  cmd_table_row (table, "strategy", "would have taken", "by chance", "p", "rank", "first in", NULL);
  for (guint s = 0; s < audit->n_strategies; s++)
    {
      const AyAuditStrategy *one = &audit->strategies[s];
      char share[CMD_TEXT_SIZE], chance[CMD_TEXT_SIZE], p[CMD_TEXT_SIZE], rank[CMD_TEXT_SIZE];
      char first[CMD_TEXT_SIZE];
      g_autofree char *name = NULL;

      if (one->n_rounds == 0)
        continue;
      name = one->same_as == G_MAXUINT
                 ? g_strdup (one->strategy->id)
                 : g_strdup_printf ("%s = %s", one->strategy->id,
                                    audit->strategies[one->same_as].strategy->id);
      g_snprintf (p, sizeof p, "%.2g", one->p);
      g_snprintf (rank, sizeof rank, "%.3f", one->rank);
      g_snprintf (first, sizeof first, "%u of %u", one->n_first, one->n_rounds);
      cmd_table_row (table, name,
                     cmd_text_percent ((double) one->n_shared / one->n_taken, share),
                     cmd_text_percent (one->expected / one->n_taken, chance), p,
                     isnan (one->rank) ? "" : rank, first, NULL);
    }
  cmd_table_print (table, 0);
}

static void
print_again (const AyAudit *audit)
{
  gsize pool = 0, scored = 0;
  char accuracy[CMD_TEXT_SIZE], loss[CMD_TEXT_SIZE];

  for (guint r = 0; r < audit->n_rounds; r++)
    {
      pool += audit->rounds[r].n_pool;
      scored += audit->rounds[r].n_scored;
    }
  if (scored > 0)
    printf ("%.1f %% of the rows that could be taken were scored; these scores were used\n",
            100.0 * scored / pool);
  else
    puts ("No scores were logged: heads were fitted again to the labels of each round");
  if (!isnan (audit->worst_accuracy) || !isnan (audit->worst_loss))
    printf ("Metrics found again with a head on the features, on %s: largest difference of "
            "accuracy %s, of loss %s\n", audit->on_judged ? "the same rows" : "valid, other rows",
            cmd_text_number (audit->worst_accuracy, accuracy),
            cmd_text_number (audit->worst_loss, loss));
}

void
cmd_audit_print (const CmdRun *run, const AyHistory *history, const AyAudit *audit)
{
  if (run->json)
    {
      print_json (history, audit);
      return;
    }
  puts (audit->sentence);
  print_strategies (audit);
  print_again (audit);
}
