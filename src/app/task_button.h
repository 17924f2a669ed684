/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* Shows in the header bar that something is being computed; its popover lists the tasks with
 * phase, bar and Cancel. Property: session. */
#define ASSAY_TYPE_TASK_BUTTON (assay_task_button_get_type ())
G_DECLARE_FINAL_TYPE (AssayTaskButton, assay_task_button, ASSAY, TASK_BUTTON, AssaySessionBin)

G_END_DECLS
