/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/page_help.h"

#include <adwaita.h>
#include <glib/gi18n.h>

typedef struct
{
  const char *page, *title;
  const char *shows, *reads, *next; /* what is seen, how it is read, what to do then */
} PageHelp;

static const PageHelp helps[] = {
  { "overview", N_ ("Overview"),
    N_ ("What this data set is: its rows, classes and parts, where its features come from, and how "
        "well a simple model (the head) learns from them."),
    N_ ("A finding is a sentence about rows that deserve a look. Train rows are fitted, validation "
        "rows choose, test rows report. Where the head is weak, nothing here is called a finding."),
    N_ ("Follow a finding to its page: its rows are selected there.") },
  { "map", N_ ("Map"),
    N_ ("One mark a row. Rows whose features are alike lie near each other."),
    N_ ("Near on screen is not always near in the data: Honesty colours each mark by the share "
        "of its true neighbours that lie near it. Distances between far groups mean little. Hollow "
        "marks cannot be told from zero."),
    N_ ("Drag a lasso, or walk with the arrow keys and select with Space; the bar below then says "
        "what removing these rows would do.") },
  { "samples", N_ ("Samples"),
    N_ ("The rows that pass the filters, as a table or as a gallery."),
    N_ ("Of value scores, more than zero helps the model and less than zero hurts it. A hatched "
        "swatch: not told from zero. An empty cell has no value; it is not zero."),
    N_ ("Sort by a title, select rows, then keep, drop, relabel or tag them. Ctrl+C copies the "
        "selected rows.") },
  { "redundancy", N_ ("Redundancy"),
    N_ ("Groups of rows that are copies of each other, or nearly."),
    N_ ("The slider says how alike two rows must be to be joined. A group is a chain: each row is "
        "near another one of it, not to all. The curve shows what a threshold costs before it is "
        "used."),
    N_ ("Choose a threshold and which row of a group stays, then drop the others; undo brings them "
        "back.") },
  { "review", N_ ("Review"),
    N_ ("Rows whose label a person should look at, those with the largest expected gain a minute "
        "first."),
    N_ ("The suggestion is a guess of the model. Validation and test rows come first, since they "
        "judge all the others."),
    N_ ("W takes the suggestion, Q keeps the label, E excludes the row, a digit names the class, Z "
        "takes the last answer back. The stop line says what is left at most.") },
  { "curate", N_ ("Curate"),
    N_ ("A recipe: steps that drop, relabel or balance rows, one after the other, each with its "
        "reason."),
    N_ ("The counts say what each step would take, the estimates what that would do. Nothing is "
        "changed until the recipe is applied."),
    N_ ("Prove the whole recipe by refitting beside as many random rows, then apply it, export the "
        "rows or write the report.") },
  { "scores", N_ ("Scores"),
    N_ ("Every number that can be computed for a row, with what it means and how far it can be "
        "trusted."),
    N_ ("The certificate says from which data and with which method a score was made. The "
        "stability "
        "says how its ranks move when the data is drawn again."),
    N_ ("Compute a score, brush its histogram to filter, compare two of them, or import your "
        "own.") },
  { "history", N_ ("History"),
    N_ ("How rows were chosen for labelling, round by round, and what each round brought."),
    N_ ("Bands are of 95 %. A strategy is only better than random where the band of the difference "
        "stays above zero."),
    N_ ("Replay the rounds on the map, compare two histories, see which strategy explains the "
        "choices, or open a round of your own.") },
  { "gains", N_ ("Gains"),
    N_ ("Which rows drove the model's gains: the validation loss before and after each round, "
        "split "
        "over the rows that came in it."),
    N_ ("The parts add up to the gain; what is left over is shown. A bar down lowers the loss, "
        "which is good."),
    N_ ("Choose a bar for its rows, cut by class, cluster or reason, and see where more data would "
        "help most.") },
  { "report", N_ ("Report"),
    N_ ("What was found and decided, for a reader who knows nothing of models."),
    N_ ("Each number leads back to its rows and is the same that assay-cli prints."),
    N_ ("Pin what matters with Ctrl+B on any page, then write the report as PDF or HTML, print it "
        "with Ctrl+P, or present it with F5.") },
};

void
assay_page_help_show (GtkWindow *parent, const char *page)
{
  for (gsize k = 0; k < G_N_ELEMENTS (helps); k++)
    if (g_str_equal (helps[k].page, page))
      {
        g_autofree char *title = g_strdup_printf (_ ("What Am I Looking At? — %s"),
                                                  _ (helps[k].title));
        g_autofree char *body = g_strjoin ("\n\n", _ (helps[k].shows), _ (helps[k].reads),
                                           _ (helps[k].next), NULL);
        GtkWidget *dialog = adw_message_dialog_new (parent, title, body);

        adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
        gtk_window_present (GTK_WINDOW (dialog));
        return;
      }
}
