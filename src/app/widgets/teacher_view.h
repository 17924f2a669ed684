/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* What the teachers of the last simulation did, one below the other: probability of each arm,
 * reward, and regret beside the even mixture and the best arm. */
#define ASSAY_TYPE_TEACHER_VIEW (assay_teacher_view_get_type ())
G_DECLARE_FINAL_TYPE (AssayTeacherView, assay_teacher_view, ASSAY, TEACHER_VIEW, AssaySessionBin)

G_END_DECLS
