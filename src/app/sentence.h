/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Core's sentences are records, English everywhere: files, certificates and the command line have
 * them as they are. The window says them in the person's language: a sentence is known by the
 * format that core printed it with (those that it marks with N_ (), listed when the program is
 * built), and printed again with that format's translation, numbers with the person's decimal mark.
 * Several lines, and sentences in a row, are taken one by one, and what a sentence is said of, as
 * in "FILE: sentence", stays; so does what is not known. Errors of core are such sentences. Main
 * thread. NULL stays NULL. (transfer full) */
char *assay_sentence (const char *text);

/* Shows it in a label; NULL empties the label. */
void assay_sentence_show (GtkLabel *label, const char *text);

/* The formats of core, ending with NULL: one that could print what another prints too comes after
 * it, as it has fewer letters of its own. (transfer none) */
const char *const *assay_sentence_formats (void);

/* As assay_sentence (), with other formats (ending with NULL), translations and decimal mark, for
 * tests. */
typedef const char *(*AssayTranslate) (const char *text);
char *assay_sentence_by (const char *text, const char *const *formats, AssayTranslate translate,
                         const char *decimal);

G_END_DECLS
