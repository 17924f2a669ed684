/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"
#include "core/work/work_redundancy.h"

#include <gtk/gtk.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What the Redundancy page asks for: how rows are compared, how far, how they are joined and which
 * row of a group stays. The controls are the page's; main thread. */
typedef struct
{
  AssaySession *session;
  GtkDropDown *metric, *linkage, *keep;
  GtkSpinButton *floor;
  gboolean filling; /* the rules of what stays are being filled in: no choice of a person */
} AssayRedundancyAsked;

/* Names the controls and watches them; their parent keeps self. */
void assay_redundancy_asked_init (AssayRedundancyAsked *self);
/* With the session set: what is typed and is no floor is told. */
void assay_redundancy_asked_bind (AssayRedundancyAsked *self, AssaySession *session);

/* The rules that the data and its scores allow; the one that was chosen is found by its name. */
void assay_redundancy_asked_fill_rules (AssayRedundancyAsked *self);
/* Only what stays, into options; a score's name belongs to the session. */
void assay_redundancy_asked_read_rule (AssayRedundancyAsked *self, AyRedundancyOptions *options);
/* Everything, with the usual threshold to start from. */
void assay_redundancy_asked_read (AssayRedundancyAsked *self, AyRedundancyOptions *options);

/* As members of an object, and back from one: metric, linkage, floor. */
void assay_redundancy_asked_save (AssayRedundancyAsked *self, JsonObject *state);
void assay_redundancy_asked_restore (AssayRedundancyAsked *self, JsonObject *state);
/* Whether what was found (nullable) is what is asked for. */
gboolean assay_redundancy_asked_is (AssayRedundancyAsked *self, const AyRedundancy *found);

G_END_DECLS
