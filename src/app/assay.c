/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/application.h"
#include "app/paths.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>
#include <locale.h>

int
main (int argc, char **argv)
{
  g_autoptr (AssayApplication) application = NULL;

  /* Words in the person's language, numbers as in every file and command: what is said is also
   * kept in certificates, typed into filters and compared. GTK would set the locale again. */
  gtk_disable_setlocale ();
  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");
  assay_paths_init ();
  bindtextdomain ("assay", assay_paths_locale ());
  bind_textdomain_codeset ("assay", "UTF-8");
  textdomain ("assay");
  application = assay_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
