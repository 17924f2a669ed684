/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

G_BEGIN_DECLS

/* The order of a session's tasks: a list of AssayTask, kept until their threads have ended. Of
 * those that work on a workspace one runs at a time; the others start at once. */
void assay_task_queue_add (GListStore *tasks, AssaySession *session, AssayTask *task);
/* All that work on this one. */
void assay_task_queue_cancel (GListStore *tasks, AyWork *work);

G_END_DECLS
