/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/application.h"
#include "app/paths.h"
#include "app/say.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>
#include <locale.h>

/* GTK's print dialog asks libcups for printers: by the socket of this machine's print service.
 * libcups would open a connection to port 631 where there is none. */
static void
print_by_socket (void)
{
  g_setenv ("CUPS_SERVER", "/run/cups/cups.sock", FALSE);
}

int
main (int argc, char **argv)
{
  g_autoptr (AssayApplication) application = NULL;
  g_autofree char *locale = NULL;

  print_by_socket ();
  /* Words in the person's language; numbers too, but only where they are shown (assay_say): what is
   * kept in certificates, typed into filters and compared is the same everywhere. GTK would set the
   * locale again. */
  gtk_disable_setlocale ();
  setlocale (LC_ALL, "");
  assay_say_init ();
  setlocale (LC_NUMERIC, "C");
  assay_paths_init ();
  locale = assay_paths_locale ();
  bindtextdomain ("assay", locale);
  bind_textdomain_codeset ("assay", "UTF-8");
  textdomain ("assay");
  application = assay_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
