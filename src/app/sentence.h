/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Core's sentences are records, English everywhere: files, certificates and the command line have
 * them as they are. The window says them in the person's language: a sentence is known by the
 * format that core printed it with (those that it marks with N_ (), listed when the program is
 * built), and printed again with that format's translation, numbers with the person's decimal mark.
 * Several lines, and sentences in a row, are taken one by one; what is not known stays as it is.
 * Main thread. NULL stays NULL. (transfer full) */
char *assay_sentence (const char *text);

/* The same with other formats (ending with NULL), translations and decimal mark, for tests. */
typedef const char *(*AssayTranslate) (const char *text);
char *assay_sentence_by (const char *text, const char *const *formats, AssayTranslate translate,
                         const char *decimal);

G_END_DECLS
