/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/file_watch.h"

#include "core/base/error.h"
#include "core/base/words.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The handler may take no lock and allocate nothing: it looks through a fixed list, whose entries
 * are seen once `start` is set. An entry is not taken away while anyone reads the file. */

#define SLOTS 256
#define LONGEST 4096

typedef struct
{
  atomic_uintptr_t start; /* 0: free */
  gsize size;
  const char *path;
  int fd;
} Slot;

static Slot slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction before;
static uintptr_t page;
static atomic_int lost; /* 0, 1 while the name is written, 2 */
static char lost_path[LONGEST];

static void
note (const char *path)
{
  int none = 0;

  if (!atomic_compare_exchange_strong (&lost, &none, 1))
    return;
  for (gsize i = 0; i < LONGEST - 1 && (lost_path[i] = path[i]) != '\0'; i++)
    ;
  atomic_store (&lost, 2);
}

static void
on_bus_error (int number, siginfo_t *info, void *context)
{
  uintptr_t at = (uintptr_t) info->si_addr;
  int code = errno;

  for (gsize i = 0; i < SLOTS; i++)
    {
      uintptr_t start = atomic_load (&slots[i].start);
      uintptr_t from = at / page * page;

      if (start == 0 || at < start || at - start >= slots[i].size)
        continue;
      if (mmap ((void *) from, start + slots[i].size - from, PROT_READ,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
        break;
      note (slots[i].path);
      errno = code;
      return;
    }
  sigaction (SIGBUS, &before, NULL); /* none of ours: it is raised again, and ends there */
}

static void
install (void)
{
  struct sigaction action = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO };

  page = (uintptr_t) sysconf (_SC_PAGESIZE);
  sigemptyset (&action.sa_mask);
  sigaction (SIGBUS, &action, &before);
}

int
ay_file_watch (const char *path, const void *data, gsize size, int fd)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  int found = -1;

  pthread_once (&once, install);
  pthread_mutex_lock (&lock);
  if (atomic_load (&lost) == 2 && strcmp (lost_path, path) == 0)
    atomic_store (&lost, 0);
  for (int i = 0; i < SLOTS && found < 0; i++)
    if (atomic_load (&slots[i].start) == 0)
      found = i;
  if (found >= 0)
    {
      slots[found].size = size;
      slots[found].path = path;
      slots[found].fd = fd;
      atomic_store (&slots[found].start, (uintptr_t) data);
    }
  pthread_mutex_unlock (&lock);
  return found;
}

static gboolean
is_shorter (const Slot *slot)
{
  struct stat st;

  return fstat (slot->fd, &st) == 0 && (gsize) st.st_size < slot->size;
}

void
ay_file_unwatch (int slot)
{
  if (slot < 0)
    return;
  pthread_mutex_lock (&lock);
  if (is_shorter (&slots[slot]))
    note (slots[slot].path);
  atomic_store (&slots[slot].start, 0);
  pthread_mutex_unlock (&lock);
}

gboolean
ay_mapped_files_are_lost (void)
{
  return atomic_load_explicit (&lost, memory_order_relaxed) != 0;
}

gboolean
ay_mapped_files_check (GError **error)
{
  pthread_mutex_lock (&lock);
  for (int i = 0; i < SLOTS; i++)
    if (atomic_load (&slots[i].start) != 0 && is_shorter (&slots[i]))
      note (slots[i].path);
  pthread_mutex_unlock (&lock);
  if (!ay_mapped_files_are_lost ())
    return TRUE;
  while (atomic_load (&lost) == 1)
    sched_yield ();
  g_set_error (error, AY_ERROR, AY_ERROR_CHANGED, N_ ("%s: became shorter while it was read"),
               lost_path);
  return FALSE;
}
