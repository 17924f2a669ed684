/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storetest.h"

#include "core/base/rng.h"
#include "core/store/journal.h"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process changes a workspace step by step and says through a pipe when each is done. It is
 * killed at a random moment; then the file must hold all steps that it spoke of, at most one more,
 * nothing by halves, and be sound. The next one goes on from there. */

#define KILLS 40
#define ROWS 1000

static gboolean
put_pair (AyWorkspace *workspace, int step)
{
  g_autofree char *block = g_malloc0 (200000);
  g_autoptr (GBytes) bytes = g_bytes_new_static (block, 200000);
  g_autofree char *name = g_strdup_printf ("%06d", step);
  g_autofree char *old = g_strdup_printf ("%06d", step - 3);
  AyItem items[]
    = { { .kind = "left", .name = name, .bytes = bytes }, { .kind = "right", .name = name } };

  memset (block, step, 200000);
  return ay_workspace_begin (workspace, NULL) && ay_workspace_delete (workspace, "left", old, NULL)
         && ay_workspace_put_all (workspace, items, 2, NULL)
         && ay_workspace_delete (workspace, "right", old, NULL)
         && ay_workspace_commit (workspace, NULL);
}

static gboolean
decide (AyJournal *journal, AyDecisionKind kind, const char *value, int step)
{
  g_autoptr (AyBitset) rows = ay_bitset_new (ROWS);
  AyDecision decision = { kind, rows, value, "step" };

  ay_bitset_add (rows, (gsize) step % ROWS);
  return ay_journal_decide (journal, &decision, NULL);
}

/* Steps 2 and 5 of twelve: a drop and its undo; 8 and 11: a keep and a tag. */
static gboolean
do_step (AyWorkspace *workspace, AyJournal *journal, int step)
{
  g_autofree char *json = g_strdup_printf ("%d", step);

  switch (step % 12)
    {
    case 2: return decide (journal, AY_DECISION_DROP, NULL, step);
    case 5: return ay_journal_undo (journal, NULL);
    case 8: return decide (journal, AY_DECISION_KEEP, NULL, step);
    case 11: return decide (journal, AY_DECISION_TAG, "seen", step);
    default:
      if (step % 3 == 0)
        return ay_workspace_put_json (workspace, "counter", "last", json, NULL);
      return put_pair (workspace, step);
    }
}

static void
work_until_killed (const char *path, int step, int out)
{
  AyWorkspace *workspace = ay_workspace_open (path, AY_WORKSPACE_WRITE, NULL);
  AyJournal *journal = workspace != NULL ? ay_journal_open (workspace, ROWS, NULL) : NULL;

  for (; journal != NULL && do_step (workspace, journal, step); step++)
    if (write (out, "x", 1) != 1)
      break;
  _exit (1);
}

/* Was the file left as it is after `steps` steps? */
static gboolean
pair_is (AyWorkspace *workspace, int steps)
{
  int last = (steps + 1) / 3 * 3 - 2; /* greatest below steps with remainder 1 */
  g_autofree char *name = g_strdup_printf ("%06d", last);
  g_autoptr (GPtrArray) left = ay_workspace_list (workspace, "left", NULL);
  g_autoptr (GPtrArray) right = ay_workspace_list (workspace, "right", NULL);
  g_autoptr (AyItem) item = NULL;
  const guint8 *bytes;

  if (last < 0)
    return left->len == 0 && right->len == 0;
  if (left->len != 1 || right->len != 1
      || !g_str_equal (((AyItem *) left->pdata[0])->name, name)
      || !g_str_equal (((AyItem *) right->pdata[0])->name, name))
    return FALSE;
  item = ay_workspace_get (workspace, "left", name, NULL);
  g_assert_nonnull (item);
  bytes = g_bytes_get_data (item->bytes, NULL);
  return g_bytes_get_size (item->bytes) == 200000 && bytes[0] == (guint8) last
         && bytes[199999] == (guint8) last;
}

static gboolean
counter_is (AyWorkspace *workspace, int steps)
{
  g_autofree char *json = ay_workspace_get_json (workspace, "counter", "last", NULL);
  g_autofree char *expected = steps > 0 ? g_strdup_printf ("%d", (steps - 1) / 3 * 3) : NULL;

  return g_strcmp0 (json, expected) == 0;
}

static gboolean
journal_is (AyWorkspace *workspace, int steps)
{
  g_autoptr (AyJournal) journal = ay_journal_open (workspace, ROWS, NULL);
  gsize at = 0;

  g_assert_nonnull (journal);
  for (int step = 2; step < steps; step += 3)
    {
      const AyJournalEntry *entry;
      gboolean undone = step % 12 == 2 && step + 3 < steps;

      if (step % 12 == 5)
        continue;
      if (at >= ay_journal_n_entries (journal))
        return FALSE;
      entry = ay_journal_entry (journal, at++);
      if (entry->active == undone || entry->count != 1)
        return FALSE;
    }
  return at == ay_journal_n_entries (journal);
}

static gboolean
is_after (const char *path, int steps, AyWorkspaceMode mode)
{
  g_autoptr (AyWorkspace) workspace = ay_workspace_open (path, mode, NULL);

  g_assert_nonnull (workspace);
  g_assert_true (ay_workspace_is_read_only (workspace) == (mode == AY_WORKSPACE_READ));
  g_assert_true (ay_workspace_check (workspace, NULL));
  return counter_is (workspace, steps) && pair_is (workspace, steps)
         && journal_is (workspace, steps);
}

/* Starts a worker, kills it after some time, and returns how many steps it spoke of. */
static int
run_and_kill (const char *path, int steps, gulong microseconds)
{
  int said[2];
  char bytes[512];
  int acknowledged = 0;
  gssize got;
  pid_t pid;

  g_assert_cmpint (pipe (said), ==, 0);
  pid = fork ();
  if (pid == 0)
    work_until_killed (path, steps, said[1]);
  close (said[1]);
  /* The time counts from the first step: else most would be killed while they open the file. */
  poll (&(struct pollfd) { .fd = said[0], .events = POLLIN }, 1, 20000);
  g_usleep (microseconds);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  while ((got = read (said[0], bytes, sizeof bytes)) > 0)
    acknowledged += (int) got;
  close (said[0]);
  return acknowledged;
}

static void
test_kill (void)
{
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "work.assay", NULL);
  g_autofree char *journal = g_strconcat (path, "-journal", NULL);
  AyWorkspace *workspace;
  int steps = 0, unspoken = 0, midway = 0;
  AyRng rng;

  ay_workspace_unref (ay_workspace_create (path, NULL, NULL));
  ay_rng_init (&rng, 11, 0);
  for (int i = 0; i < KILLS; i++)
    {
      int acknowledged = run_and_kill (path, steps, (gulong) ay_rng_below (&rng, 12000));

      AyWorkspaceMode mode = i % 2 == 0 ? AY_WORKSPACE_WRITE : AY_WORKSPACE_READ;

      g_assert_cmpint (acknowledged, >, 0);
      steps += acknowledged;
      midway += g_file_test (journal, G_FILE_TEST_EXISTS);
      if (!is_after (path, steps, mode))
        {
          /* done, and killed before it could say so */
          g_assert_true (is_after (path, steps + 1, mode));
          steps++;
          unspoken++;
        }
    }
  g_test_message ("%d kills, %d within a transaction; %d steps, %d done but not spoken of", KILLS,
                  midway, steps, unspoken);
  /* A journal that was begun and never used may be left: the next change takes it away. */
  workspace = ay_workspace_open (path, AY_WORKSPACE_WRITE, NULL);
  g_assert_true (ay_workspace_put_json (workspace, "counter", "last", "0", NULL));
  ay_workspace_unref (workspace);
  g_assert_cmpuint (test_count_files (folder), ==, 1);
  drop_folder (folder);
  g_free (folder);
}

/* A file that may not grow any further stands for a full disk. */
static void
fill_up (const char *path)
{
  AyWorkspace *workspace = ay_workspace_open (path, AY_WORKSPACE_WRITE, NULL);
  g_autofree char *block = g_malloc0 (3 << 20);
  g_autoptr (GBytes) bytes = g_bytes_new_static (block, 3 << 20);
  AyItem small = { .kind = "k", .name = "small" }, large = { "k", "large", "{}", bytes };
  struct rlimit limit = { 1 << 20, 1 << 20 };

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  for (int nested = 0; nested < 2; nested++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) after = NULL;

      if (nested)
        {
          g_assert_true (ay_workspace_begin (workspace, NULL));
          g_assert_true (ay_workspace_put (workspace, &small, NULL));
        }
      g_assert_false (ay_workspace_put (workspace, &large, &error));
      test_assert_message (error, path);
      g_assert_error (error, AY_ERROR, AY_ERROR_IO);
      /* What follows in the same transaction either holds together with it or fails. */
      if (nested && ay_workspace_put_json (workspace, "k", "more", "1", &after))
        {
          g_assert_true (ay_workspace_commit (workspace, &after));
          g_assert_true (ay_workspace_has (workspace, "k", "small"));
        }
      else if (nested)
        ay_workspace_rollback (workspace);
      g_assert_true (ay_workspace_has (workspace, "k", "more")
                     == ay_workspace_has (workspace, "k", "small"));
      g_assert_false (ay_workspace_has (workspace, "k", "large"));
    }
  g_assert_true (ay_workspace_put_json (workspace, "k", "last", "1", NULL));
  ay_workspace_unref (workspace);
  _exit (0);
}

static void
test_no_space (void)
{
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "work.assay", NULL);
  AyWorkspace *workspace = ay_workspace_create (path, NULL, NULL);
  int status = 0;
  pid_t pid;

  g_assert_true (ay_workspace_put_json (workspace, "k", "before", "1", NULL));
  ay_workspace_unref (workspace);
  pid = fork ();
  if (pid == 0)
    fill_up (path);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (status, ==, 0);
  workspace = ay_workspace_open (path, AY_WORKSPACE_WRITE, NULL);
  g_assert_true (ay_workspace_has (workspace, "k", "before"));
  g_assert_true (ay_workspace_has (workspace, "k", "last"));
  g_assert_true (ay_workspace_check (workspace, NULL));
  ay_workspace_unref (workspace);
  drop_folder (folder);
  g_free (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crash/kill", test_kill);
  g_test_add_func ("/crash/no-space", test_no_space);
  return g_test_run ();
}
