/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/note_title.h"

#include <glib/gi18n.h>

#define CLASSES N_ ("Classes")
#define COPIES N_ ("Copies of rows")
#define FEATURES N_ ("Features")
#define GAPS N_ ("Missing values")
#define GIVEN N_ ("Given predictions")
#define IMAGES N_ ("Images")
#define NAMES N_ ("Names of columns")
#define ORDER N_ ("Order of the rows")
#define PARTS N_ ("Parts")
#define READING N_ ("How the file was read")
#define ROLES N_ ("Roles of columns")
#define SEEN N_ ("Features and labels")

static const struct
{
  const char *id, *title;
} titles[] = {
  { "array-length", READING },
  { "blank-header", NAMES },
  { "blank-lines", READING },
  { "class-absent-train", CLASSES },
  { "class-absent-valid", CLASSES },
  { "class-unused", CLASSES },
  { "constant-column", FEATURES },
  { "copies-split", COPIES },
  { "decimal-comma", READING },
  { "digit-groups", READING },
  { "duplicate-header", NAMES },
  { "empty-column", GAPS },
  { "empty-text", GAPS },
  { "features-saw-labels", SEEN },
  { "few-columns", COPIES },
  { "header-guessed", NAMES },
  { "images-not-there", IMAGES },
  { "imputed", GAPS },
  { "in-sample-probabilities", GIVEN },
  { "joined-by-id", ORDER },
  { "latin1", READING },
  { "leak", COPIES },
  { "literal-quotes", READING },
  { "missing-array", READING },
  { "near-copies", COPIES },
  { "no-test", PARTS },
  { "not-a-feature", FEATURES },
  { "not-all-numbers", READING },
  { "not-used", FEATURES },
  { "other-files", IMAGES },
  { "owners-head", N_ ("Scores") },
  { "parts-drawn", PARTS },
  { "pool", PARTS },
  { "probabilities", GIVEN },
  { "probabilities-as-features", GIVEN },
  { "probabilities-out-of-sample", GIVEN },
  { "ragged-rows", READING },
  { "role-guessed", ROLES },
  { "row-counter", FEATURES },
  { "row-order", ORDER },
  { "rows-dropped", GAPS },
  { "seen-labels", SEEN },
  { "seen-labels-score", SEEN },
  { "split-not-used", PARTS },
  { "stray-quotes", READING },
  { "unreadable-images", IMAGES },
  { "unstable-ranking", N_ ("Stability") },
  { "valid-drawn", PARTS },
  { "valid-ids", PARTS },
  { "zero-rows", FEATURES },
};

const char *
assay_note_title (const char *id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    if (g_str_equal (titles[i].id, id))
      return _ (titles[i].title);
  return id;
}
