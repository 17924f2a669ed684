/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/curate/savings.h"

#include "core/base/install.h"
#include "core/base/words.h"
#include "core/data/reader_csv.h"

#include <math.h>
#include <string.h>

#define NAME "grid-intensity.csv"

void
ay_grid_clear (AyGrid *self)
{
  g_clear_pointer (&self->country, g_free);
  g_clear_pointer (&self->from, g_free);
}

char *
ay_grid_path (void)
{
  g_autofree char *own = g_build_filename (g_get_user_config_dir (), "assay", NAME, NULL);

  if (g_file_test (own, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&own);
  return ay_install_data (NAME);
}

static gboolean
matches (const AyTable *table, gsize row, const char *country)
{
  g_autofree char *name = ay_column_dup_text (ay_table_find (table, "country"), row);
  g_autofree char *code = ay_column_dup_text (ay_table_find (table, "code"), row);

  return g_ascii_strcasecmp (country != NULL ? country : "WORLD", code) == 0
         || (country != NULL && g_ascii_strcasecmp (country, name) == 0);
}

static gboolean
take_row (const AyTable *table, const char *path, gsize row, AyGrid *out, GError **error)
{
  g_autofree char *year = ay_column_dup_text (ay_table_find (table, "year"), row);
  g_autofree char *source = ay_column_dup_text (ay_table_find (table, "source"), row);

  out->intensity = ay_column_numbers (ay_table_find (table, "g_per_kwh"))[row];
  if (!(out->intensity >= 0.0) || *year == '\0' || *source == '\0')
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s:%zu: a row has g_per_kwh, year and source"), path, row + 2);
      return FALSE;
    }
  out->country = ay_column_dup_text (ay_table_find (table, "country"), row);
  out->from = g_strdup_printf ("%s %s, %s", out->country, year, source);
  return TRUE;
}

gboolean
ay_grid_find (const char *path, const char *country, AyGrid *out, GError **error)
{
  static const char *const needed[] = { "country", "code", "g_per_kwh", "year", "source" };
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, error);
  g_autoptr (AyDiagnostics) diagnostics = ay_diagnostics_new ();
  AyCsvOptions options = AY_CSV_OPTIONS_INIT;
  g_autoptr (AyTable) table = NULL;

  memset (out, 0, sizeof *out);
  table = file != NULL ? ay_csv_read (file, &options, diagnostics, NULL, error) : NULL;
  if (table == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    if (ay_table_find (table, needed[i]) == NULL)
      {
        g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: there is no column \"%s\""), path,
                     needed[i]);
        return FALSE;
      }
  if (ay_column_type (ay_table_find (table, "g_per_kwh")) != AY_COLUMN_NUMBER)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: g_per_kwh holds no numbers"), path);
      return FALSE;
    }
  for (gsize row = 0; row < ay_table_rows (table); row++)
    if (matches (table, row, country))
      return take_row (table, path, row, out, error);
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%s: there is no country \"%s\""), path,
               country != NULL ? country : "WORLD");
  return FALSE;
}
