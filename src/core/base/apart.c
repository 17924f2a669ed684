/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST_PAUSE 50000   /* nanoseconds */
#define LAST_PAUSE 10000000

/* Where coverage is counted: else what the copy ran would not be. */
extern void __gcov_dump (void) __attribute__ ((weak));

typedef struct
{
  void *data;
  gsize size;
} Mapped;

static void
unmap (gpointer data)
{
  Mapped *mapped = data;

  munmap (mapped->data, mapped->size);
  g_free (mapped);
}

static GBytes *
map_result (int from)
{
  struct stat status;
  Mapped *mapped;
  void *data;

  if (fstat (from, &status) != 0)
    return NULL;
  if (status.st_size == 0) /* which cannot be mapped */
    return g_bytes_new (NULL, 0);
  data = mmap (NULL, (gsize) status.st_size, PROT_READ, MAP_SHARED, from, 0);
  if (data == MAP_FAILED)
    return NULL;
  mapped = g_new (Mapped, 1);
  *mapped = (Mapped) { data, (gsize) status.st_size };
  return g_bytes_new_with_free_func (data, mapped->size, unmap, mapped);
}

static void
allow (int resource, guint64 amount)
{
  struct rlimit limit;

  if (getrlimit (resource, &limit) != 0)
    return;
  limit.rlim_cur = MIN (amount, limit.rlim_max);
  setrlimit (resource, &limit);
}

static void
allow_more (int resource, guint64 more)
{
  struct rlimit limit;

  if (getrlimit (resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    allow (resource, limit.rlim_cur + MIN (more, G_MAXINT64));
}

/* Bytes of address space that the process has; 0 where that is not known. */
static guint64
address_space (void)
{
  char text[32] = "";
  int file = open ("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  gssize n = file >= 0 ? read (file, text, sizeof text - 1) : 0;

  if (file >= 0)
    close (file);
  return n > 0 ? strtoull (text, NULL, 10) * (guint64) sysconf (_SC_PAGESIZE) : 0;
}

static void
allow_first (AyApartLimit limit)
{
  guint64 now = address_space ();

  allow (RLIMIT_CPU, limit.seconds);
  if (now > 0)
    allow (RLIMIT_AS, now + limit.bytes);
}

void
ay_apart_more (AyApartLimit more)
{
  allow_more (RLIMIT_CPU, more.seconds);
  allow_more (RLIMIT_AS, more.bytes);
}

/* The copy: ends with whoever wanted it, without traces of how. */
static G_NORETURN void
work (AyApartFunc function, AyApartLimit limit, int to, gpointer data)
{
  static const int faults[]
      = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTERM, SIGINT, SIGXCPU };
  const struct rlimit none = { 0, 0 };
  int nowhere = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  gboolean done;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  setrlimit (RLIMIT_CORE, &none);
  allow_first (limit);
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    signal (faults[i], SIG_DFL);
  if (nowhere >= 0)
    dup2 (nowhere, STDERR_FILENO);
  done = function (to, data);
  if (__gcov_dump != NULL)
    __gcov_dump ();
  _exit (done ? 0 : 1);
}

/* Whether it did what it should. Its end is looked for often at first: most files are small. */
static gboolean
wait_for (pid_t copy, AyJob *job)
{
  struct timespec pause = { 0, FIRST_PAUSE };
  int status = -1;
  pid_t ended;

  while ((ended = waitpid (copy, &status, job != NULL ? WNOHANG : 0)) == 0
         || (ended < 0 && errno == EINTR))
    {
      if (ay_job_is_cancelled (job))
        kill (copy, SIGKILL);
      if (ended == 0)
        nanosleep (&pause, NULL);
      pause.tv_nsec = MIN (pause.tv_nsec * 2, LAST_PAUSE);
    }
  return ended == copy && WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

GBytes *
ay_apart_run (AyApartFunc function, AyApartLimit limit, gpointer data, AyJob *job)
{
  int to = memfd_create ("assay", MFD_CLOEXEC);
  pid_t copy = to >= 0 ? fork () : -1;
  GBytes *result = NULL;

  if (copy == 0)
    work (function, limit, to, data);
  if (copy > 0 && wait_for (copy, job))
    result = map_result (to);
  if (to >= 0)
    close (to);
  return result;
}
