/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdlib.h>
#include <sys/resource.h>

/* What the benchmark programs measure with. */

static inline double
bench_seconds (void)
{
  return (double) g_get_monotonic_time () / 1e6;
}

/* Of this process, all cores: on a busy machine its half is the time that two idle cores take. */
static inline double
bench_cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + 1e-6 * (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* The most resident memory so far, mapped pages among it, in MiB. */
static inline double
bench_peak_megabytes (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) usage.ru_maxrss / 1024.0;
}

static inline int
bench_compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Sorts the n times, least first; the median. */
static inline double
bench_median (double *times, gsize n)
{
  qsort (times, n, sizeof *times, bench_compare);
  return times[n / 2];
}
