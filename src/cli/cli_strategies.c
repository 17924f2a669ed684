/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_strategies.h"

#include "cli/cli_json.h"
#include "core/select/strategy.h"

#include <stdio.h>

static void
list_as_json (const AyStrategy *table, guint n)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array = cmd_json_array (object, "strategies");

  for (guint i = 0; i < n; i++)
    {
      JsonObject *one = cmd_json_append (array);
      JsonArray *parameters;

      cmd_json_text (one, "id", table[i].id);
      cmd_json_text (one, "title", table[i].title);
      cmd_json_text (one, "sentence", table[i].sentence);
      cmd_json_text (one, "quantity", table[i].quantity);
      cmd_json_bool (one, "needs_head", table[i].needs_head);
      cmd_json_bool (one, "simulate_only", table[i].run == NULL);
      cmd_json_bool (one, "takes_costs", table[i].takes_costs);
      cmd_json_bool (one, "takes_balance", table[i].takes_balance);
      parameters = cmd_json_array (one, "parameters");
      for (const AyStrategyParameter *p = table[i].parameters; p != NULL && p->name != NULL; p++)
        {
          JsonObject *parameter = cmd_json_append (parameters);

          cmd_json_text (parameter, "name", p->name);
          cmd_json_text (parameter, "default", p->fallback);
          cmd_json_text (parameter, "sentence", p->sentence);
        }
    }
  cmd_json_print (object);
}

void
cmd_list_strategies (gboolean json)
{
  guint n;
  const AyStrategy *table = ay_strategies (&n);

  if (json)
    {
      list_as_json (table, n);
      return;
    }
  for (guint i = 0; i < n; i++)
    {
      printf ("%s: %s (%s)\n  %s\n", table[i].id, table[i].title, table[i].quantity,
              table[i].sentence);
      for (const AyStrategyParameter *p = table[i].parameters; p != NULL && p->name != NULL; p++)
        printf ("    -p %s=%s  %s\n", p->name, p->fallback, p->sentence);
      if (table[i].run == NULL)
        puts ("    only simulate plays it");
      if (table[i].takes_costs)
        puts ("    -p cost=COLUMN  cost of each row, which its value is divided by");
    }
}
