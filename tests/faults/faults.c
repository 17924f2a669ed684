/* SPDX-License-Identifier: GPL-3.0-or-later */
#undef _FILE_OFFSET_BITS /* mmap and mmap64 are two functions here */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

/* Loaded before a program (LD_PRELOAD), makes one of its calls fail, or counts them.
 *
 *   ASSAY_FAULT=KIND:K    the K-th call of the kind fails; KIND:K+ that one and all after it;
 *                         KIND:0 none
 *   ASSAY_FAULT_ERRNO=N   with this error (default EIO; ENOMEM for map and alloc)
 *   ASSAY_FAULT_UNDER=DIR calls on files below this folder alone are counted
 *   ASSAY_FAULT_BYTES=N   for alloc: blocks of at least N bytes (default 1 MiB)
 *   ASSAY_FAULT_REPORT=F  at the end "N failed" is written there, N the number of calls of the kind
 *                         that there were, failed how many of them were made to fail
 *
 *   ASSAY_FAULT_CLOCK=N   the time of day is N seconds later than it is
 *
 * write, short (half the bytes are written, no error), read, sync, rename, truncate, unlink and
 * create are system calls: a seccomp filter raises SIGSYS for each, whoever makes it (the C
 * library's own streams call no function that could be put in place of theirs), and the handler
 * makes the call itself with a sixth argument, which none of these calls has, that the filter lets
 * pass. map (of a file), shrink (a file is cut to nothing right after it was mapped) and alloc are
 * functions, put in the place of the C library's. */

#define MAGIC 0x51c0ffeeUL

#if defined __x86_64__
#define ARGUMENT(context, i) \
  ((long) (context)->uc_mcontext.gregs[argument_registers[i]])
static const int argument_registers[] = { REG_RDI, REG_RSI, REG_RDX, REG_R10, REG_R8 };
#define RESULT(context) ((context)->uc_mcontext.gregs[REG_RAX])
#elif defined __aarch64__
#define ARGUMENT(context, i) ((long) (context)->uc_mcontext.regs[i])
#define RESULT(context) ((context)->uc_mcontext.regs[0])
#else
#error "the registers of this machine are not known here"
#endif

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *block, size_t size);
extern void *__libc_memalign (size_t alignment, size_t size);

static const struct
{
  const char *kind;
  int number;
} calls[] = {
  { "write", SYS_write }, { "write", SYS_pwrite64 }, { "write", SYS_writev },
  { "write", SYS_pwritev }, { "short", SYS_write }, { "short", SYS_pwrite64 },
  { "read", SYS_read }, { "read", SYS_pread64 }, { "read", SYS_readv },
  { "sync", SYS_fsync }, { "sync", SYS_fdatasync },
  { "truncate", SYS_ftruncate }, { "truncate", SYS_fallocate },
  { "rename", SYS_renameat }, { "rename", SYS_renameat2 }, { "rename", SYS_linkat },
  { "unlink", SYS_unlinkat }, { "create", SYS_openat }, { "create", SYS_mkdirat },
#ifdef SYS_rename
  { "rename", SYS_rename }, { "rename", SYS_link }, { "unlink", SYS_unlink },
  { "create", SYS_open }, { "create", SYS_mkdir },
#endif
};

static char kind[16], under[4096], report[4096];
static long first, error_number;
static int and_on, is_alloc, is_map, is_shrink;
static size_t large = 1 << 20;
static atomic_long seen, failed;

/* Counts one call of the kind; whether it shall fail. */
static int
its_turn (void)
{
  long turn = atomic_fetch_add (&seen, 1) + 1;
  int fails = first > 0 && (turn == first || (and_on && turn > first));

  if (fails)
    atomic_fetch_add (&failed, 1);
  return fails;
}

static int
is_under (const char *path)
{
  return strncmp (path, under, strlen (under)) == 0;
}

static int
descriptor_counts (int fd)
{
  char link[64], path[4096];
  struct stat st;
  ssize_t length;

  if (syscall (SYS_fstat, fd, &st) != 0 || !(S_ISREG (st.st_mode) || S_ISDIR (st.st_mode)))
    return 0;
  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  length = syscall (SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  path[length > 0 ? length : 0] = '\0';
  return is_under (path);
}

static int
counts (int number, const long *a)
{
  switch (number)
    {
    case SYS_openat: return (a[2] & O_CREAT) != 0 && is_under ((const char *) a[1]);
    case SYS_renameat:
    case SYS_renameat2:
    case SYS_linkat:
    case SYS_mkdirat:
    case SYS_unlinkat: return is_under ((const char *) a[1]);
#ifdef SYS_rename
    case SYS_open: return (a[1] & O_CREAT) != 0 && is_under ((const char *) a[0]);
    case SYS_rename:
    case SYS_link:
    case SYS_mkdir:
    case SYS_unlink: return is_under ((const char *) a[0]);
#endif
    default: return descriptor_counts ((int) a[0]);
    }
}

static void
on_call (int sent, siginfo_t *info, void *data)
{
  ucontext_t *context = data;
  int before = errno, number = info->si_syscall;
  long a[5], result;

  for (int i = 0; i < 5; i++)
    a[i] = ARGUMENT (context, i);
  if (counts (number, a) && its_turn ())
    {
      if (strcmp (kind, "short") != 0)
        {
          RESULT (context) = -error_number;
          errno = before;
          return;
        }
      a[2] = (a[2] + 1) / 2;
    }
  result = syscall (number, a[0], a[1], a[2], a[3], a[4], MAGIC);
  RESULT (context) = result == -1 ? -errno : result;
  errno = before;
}

/* Of the calls of the kind those without our mark are trapped, all else is allowed. */
static void
trap (void)
{
  enum { LOW_OF_SIXTH = offsetof (struct seccomp_data, args[5]) };
  struct sock_filter filter[8 + 2 * sizeof calls / sizeof *calls];
  struct sock_fprog program = { 0, filter };
  unsigned short n = 0;
  struct sigaction action = { .sa_sigaction = on_call, .sa_flags = SA_SIGINFO | SA_NODEFER };

  filter[n++] = (struct sock_filter) BPF_STMT (BPF_LD | BPF_W | BPF_ABS, LOW_OF_SIXTH);
  filter[n++] = (struct sock_filter) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, MAGIC, 0, 1);
  filter[n++] = (struct sock_filter) BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  filter[n++] = (struct sock_filter) BPF_STMT (BPF_LD | BPF_W | BPF_ABS,
                                               offsetof (struct seccomp_data, nr));
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
    {
      if (strcmp (calls[i].kind, kind) != 0)
        continue;
      filter[n++] = (struct sock_filter) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K,
                                                   (unsigned) calls[i].number, 0, 1);
      filter[n++] = (struct sock_filter) BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_TRAP);
    }
  filter[n++] = (struct sock_filter) BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  program.len = n;
  sigaction (SIGSYS, &action, NULL);
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
      || prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    {
      fprintf (stderr, "faults: no seccomp filter: %s\n", strerror (errno));
      _exit (97);
    }
}

static void
copy (char *into, size_t size, const char *variable)
{
  const char *value = getenv (variable);

  if (value != NULL)
    snprintf (into, size, "%s", value);
}

__attribute__ ((constructor)) static void
begin (void)
{
  const char *fault = getenv ("ASSAY_FAULT");
  const char *number = getenv ("ASSAY_FAULT_ERRNO");
  const char *bytes = getenv ("ASSAY_FAULT_BYTES");
  const char *colon = fault != NULL ? strchr (fault, ':') : NULL;

  if (colon == NULL || (size_t) (colon - fault) >= sizeof kind)
    return;
  copy (under, sizeof under, "ASSAY_FAULT_UNDER");
  copy (report, sizeof report, "ASSAY_FAULT_REPORT");
  first = strtol (colon + 1, NULL, 10);
  and_on = strchr (colon, '+') != NULL;
  error_number = number != NULL ? strtol (number, NULL, 10) : EIO;
  if (bytes != NULL)
    large = strtoul (bytes, NULL, 10);
  memcpy (kind, fault, (size_t) (colon - fault));
  is_alloc = strcmp (kind, "alloc") == 0;
  is_map = strcmp (kind, "map") == 0;
  is_shrink = strcmp (kind, "shrink") == 0;
  if (!is_alloc && !is_map && !is_shrink)
    trap ();
}

__attribute__ ((destructor)) static void
end (void)
{
  char text[64];
  int fd, length;

  if (*report == '\0')
    return;
  length = snprintf (text, sizeof text, "%ld %ld\n", atomic_load (&seen), atomic_load (&failed));
  fd = (int) syscall (SYS_openat, AT_FDCWD, report, O_WRONLY | O_CREAT | O_TRUNC, 0600, 0L, MAGIC);
  if (fd < 0 || syscall (SYS_write, fd, text, (long) length, 0L, 0L, MAGIC) != length)
    _exit (98);
  close (fd);
}

/* GLib asks for the time of day by this. */
int
gettimeofday (struct timeval *now, void *zone)
{
  const char *later = getenv ("ASSAY_FAULT_CLOCK");
  int failure = (int) syscall (SYS_gettimeofday, now, zone);

  if (failure == 0 && later != NULL)
    now->tv_sec += strtol (later, NULL, 10);
  return failure;
}

static int
refuses (size_t size)
{
  if (size < large || !is_alloc || !its_turn ())
    return 0;
  errno = ENOMEM;
  return 1;
}

void *
malloc (size_t size)
{
  return refuses (size) ? NULL : __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  return size != 0 && n <= SIZE_MAX / size && refuses (n * size) ? NULL : __libc_calloc (n, size);
}

void *
realloc (void *block, size_t size)
{
  return refuses (size) ? NULL : __libc_realloc (block, size);
}

void *
memalign (size_t alignment, size_t size)
{
  return refuses (size) ? NULL : __libc_memalign (alignment, size);
}

void *
aligned_alloc (size_t alignment, size_t size)
{
  return memalign (alignment, size);
}

int
posix_memalign (void **block, size_t alignment, size_t size)
{
  *block = memalign (alignment, size);
  return *block != NULL ? 0 : ENOMEM;
}

static void
cut_short (int fd)
{
  char link[64];

  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  if (truncate (link, 0) != 0)
    _exit (96);
}

void *
mmap (void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
  int turn = (is_map || is_shrink) && fd >= 0 && descriptor_counts (fd) && its_turn ();
  void *block;

  if (turn && is_map)
    {
      errno = ENOMEM;
      return MAP_FAILED;
    }
  block = (void *) syscall (SYS_mmap, at, size, protection, flags, fd, offset);
  if (turn)
    cut_short (fd);
  return block;
}

void *
mmap64 (void *at, size_t size, int protection, int flags, int fd, off64_t offset)
{
  return mmap (at, size, protection, flags, fd, offset);
}
