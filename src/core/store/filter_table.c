/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/store/filter_table.h"

#include <math.h>
#include <string.h>

/* The virtual table `samples`: SQLite's bytecode asks for a value at a time, which costs about
 * 50 ns each, so comparisons of a column with a constant (column < 0, label = '7') are tested here
 * as well while stepping from row to row, at 1 to 3 ns each, and only rows that pass get to the
 * bytecode. That tests them again (the constraints are never "omitted"), so this here may let
 * a row through too many but must not lose one: whatever is not plainly the same comparison as
 * SQLite's (other types, other collations, integers that no double holds) is left to SQLite.
 *
 * Time: n rows a scan. Memory: none that grows with n; texts are handed over in place. */

#define MAX_TESTS 16
#define POLL_ROWS 65536

typedef struct
{
  guint column;
  int op; /* SQLITE_INDEX_CONSTRAINT_... */
} Plan;

/* One comparison with a constant. */
typedef struct
{
  int op;
  const double *numbers; /* NUMBER, NULL also for the row number */
  gboolean is_row;
  double value;
  const guint32 *codes;  /* CATEGORY: met[code] */
  guint8 *met;
  AyColumn *texts;       /* TEXT: equal to the constant */
  char *text;
  gsize length;
} Test;

typedef struct
{
  sqlite3_vtab base;
  AyFilterSource *source;
} Table;

typedef struct
{
  sqlite3_vtab_cursor base;
  gsize row;
  guint n_tests;
  Test tests[MAX_TESTS];
} Cursor;

static AyFilterSource *
source_of (Cursor *cursor)
{
  return ((Table *) (gpointer) cursor->base.pVtab)->source;
}

static const char *
declared_type (const AyColumn *column)
{
  if (column == NULL || (ay_column_type (column) == AY_COLUMN_NUMBER
                         && ay_column_is_integral (column)))
    return "INTEGER";
  return ay_column_type (column) == AY_COLUMN_NUMBER ? "REAL" : "TEXT";
}

static int
table_connect (sqlite3 *db, void *data, int argc, const char *const *argv, sqlite3_vtab **table,
               char **message)
{
  AyFilterSource *source = data;
  g_autoptr (GString) sql = g_string_new ("CREATE TABLE samples (");
  Table *self;
  int rc;

  for (guint i = 0; i < source->n; i++)
    {
      char *quoted = sqlite3_mprintf ("\"%w\"", source->columns[i].name);

      g_string_append_printf (sql, "%s%s %s", i > 0 ? ", " : "", quoted,
                              declared_type (source->columns[i].column));
      sqlite3_free (quoted);
    }
  g_string_append_c (sql, ')');
  rc = sqlite3_declare_vtab (db, sql->str);
  if (rc != SQLITE_OK)
    {
      *message = sqlite3_mprintf ("%s", sqlite3_errmsg (db));
      return rc;
    }
  self = sqlite3_malloc (sizeof *self);
  if (self == NULL)
    return SQLITE_NOMEM;
  memset (self, 0, sizeof *self);
  self->source = source;
  *table = &self->base;
  return SQLITE_OK;
}

static int
table_disconnect (sqlite3_vtab *table)
{
  sqlite3_free (table);
  return SQLITE_OK;
}

/* Can the comparison be tested here? The constant's type is only known in cursor_filter(). */
static gboolean
can_test (const AyFilterSource *source, sqlite3_index_info *info, int i)
{
  const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];
  const AyColumn *column;

  if (!constraint->usable || constraint->iColumn < 0)
    return FALSE;
  switch (constraint->op)
    {
    case SQLITE_INDEX_CONSTRAINT_EQ:
    case SQLITE_INDEX_CONSTRAINT_GT:
    case SQLITE_INDEX_CONSTRAINT_LE:
    case SQLITE_INDEX_CONSTRAINT_LT:
    case SQLITE_INDEX_CONSTRAINT_GE: break;
    default: return FALSE;
    }
#if SQLITE_VERSION_NUMBER >= 3038000
  /* x IN (...) comes as an equality and would mean a scan for each of its values. */
  if (sqlite3_vtab_in (info, i, -1))
    return FALSE;
#endif
  column = source->columns[constraint->iColumn].column;
  if (column == NULL || ay_column_type (column) == AY_COLUMN_NUMBER)
    return TRUE;
  return g_strcmp0 (sqlite3_vtab_collation (info, i), "BINARY") == 0
         && (ay_column_type (column) == AY_COLUMN_CATEGORY
             || constraint->op == SQLITE_INDEX_CONSTRAINT_EQ);
}

static int
table_best_index (sqlite3_vtab *table, sqlite3_index_info *info)
{
  const AyFilterSource *source = ((Table *) (gpointer) table)->source;
  Plan *plan = sqlite3_malloc (MAX_TESTS * sizeof *plan);
  double kept = (double) source->rows;
  int n = 0;

  if (plan == NULL)
    return SQLITE_NOMEM;
  for (int i = 0; i < info->nConstraint && n < MAX_TESTS; i++)
    if (can_test (source, info, i))
      {
        plan[n].column = (guint) info->aConstraint[i].iColumn;
        plan[n].op = info->aConstraint[i].op;
        info->aConstraintUsage[i].argvIndex = ++n;
        kept /= 4;
      }
  info->idxNum = n;
  info->idxStr = (char *) plan;
  info->needToFreeIdxStr = 1;
  info->estimatedCost = (double) source->rows / 10 + kept;
  info->estimatedRows = (sqlite3_int64) kept;
  return SQLITE_OK;
}

static int
table_open (sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
  Cursor *self = sqlite3_malloc (sizeof *self);

  if (self == NULL)
    return SQLITE_NOMEM;
  memset (self, 0, sizeof *self);
  *cursor = &self->base;
  return SQLITE_OK;
}

static void
clear_tests (Cursor *self)
{
  for (guint i = 0; i < self->n_tests; i++)
    {
      g_free (self->tests[i].met);
      g_free (self->tests[i].text);
    }
  self->n_tests = 0;
}

static int
cursor_close (sqlite3_vtab_cursor *cursor)
{
  clear_tests ((Cursor *) (gpointer) cursor);
  sqlite3_free (cursor);
  return SQLITE_OK;
}

static inline gboolean
compare (int op, double a, double b)
{
  switch (op)
    {
    case SQLITE_INDEX_CONSTRAINT_EQ: return a == b;
    case SQLITE_INDEX_CONSTRAINT_GT: return a > b;
    case SQLITE_INDEX_CONSTRAINT_LE: return a <= b;
    case SQLITE_INDEX_CONSTRAINT_LT: return a < b;
    default: return a >= b;
    }
}

/* Is the constant a number that a double holds exactly? */
static gboolean
get_number (sqlite3_value *value, double *number)
{
  if (sqlite3_value_type (value) == SQLITE_INTEGER)
    {
      gint64 integer = sqlite3_value_int64 (value);

      *number = (double) integer;
      return ABS (*number) <= 9007199254740992.0;
    }
  *number = sqlite3_value_double (value);
  return sqlite3_value_type (value) == SQLITE_FLOAT;
}

static gboolean
make_category_test (Test *test, AyColumn *column, sqlite3_value *value)
{
  guint n_names = 0;
  const char *const *names = ay_column_categories (column, &n_names);
  const char *text = (const char *) sqlite3_value_text (value);
  gsize length = (gsize) sqlite3_value_bytes (value);

  test->codes = ay_column_codes (column);
  test->met = g_new0 (guint8, MAX (n_names, 1));
  for (guint i = 0; i < n_names; i++)
    {
      gsize own = strlen (names[i]);
      int order = memcmp (names[i], text, MIN (own, length));

      if (order == 0)
        order = (own > length) - (own < length);
      test->met[i] = compare (test->op, order, 0);
    }
  return TRUE;
}

/* FALSE: left to SQLite alone. */
static gboolean
make_test (Test *test, const AyFilterSource *source, const Plan *plan, sqlite3_value *value)
{
  AyColumn *column = source->columns[plan->column].column;

  memset (test, 0, sizeof *test);
  test->op = plan->op;
  if (column == NULL || ay_column_type (column) == AY_COLUMN_NUMBER)
    {
      test->is_row = column == NULL;
      test->numbers = column != NULL ? ay_column_numbers (column) : NULL;
      return get_number (value, &test->value);
    }
  if (sqlite3_value_type (value) != SQLITE_TEXT)
    return FALSE;
  if (ay_column_type (column) == AY_COLUMN_CATEGORY)
    return make_category_test (test, column, value);
  test->texts = column;
  test->length = (gsize) sqlite3_value_bytes (value);
  test->text = g_memdup2 (sqlite3_value_text (value), test->length + 1);
  return TRUE;
}

static inline gboolean
passes (const Test *test, gsize row)
{
  const char *text;
  gsize length = 0;

  if (test->numbers != NULL)
    return compare (test->op, test->numbers[row], test->value); /* NaN: never */
  if (test->is_row)
    return compare (test->op, (double) row, test->value);
  if (test->met != NULL)
    return test->codes[row] != AY_CODE_MISSING && test->met[test->codes[row]];
  text = ay_column_text (test->texts, row, &length);
  return text != NULL && length == test->length && memcmp (text, test->text, length) == 0;
}

/* To the first row from self->row on that passes. */
static int
seek (Cursor *self)
{
  const AyFilterSource *source = source_of (self);
  gsize row = self->row;

  for (; row < source->rows; row++)
    {
      guint i = 0;

      while (i < self->n_tests && passes (&self->tests[i], row))
        i++;
      if (i == self->n_tests)
        break;
      if (row % POLL_ROWS == 0 && ay_job_is_cancelled (source->job))
        return SQLITE_INTERRUPT;
    }
  self->row = row;
  return SQLITE_OK;
}

static int
cursor_filter (sqlite3_vtab_cursor *cursor, int n_plans, const char *plans, int argc,
               sqlite3_value **argv)
{
  Cursor *self = (Cursor *) (gpointer) cursor;
  const Plan *plan = (const Plan *) (gconstpointer) plans;

  clear_tests (self);
  for (int i = 0; i < n_plans && i < argc; i++)
    self->n_tests += make_test (&self->tests[self->n_tests], source_of (self), &plan[i], argv[i]);
  self->row = 0;
  return seek (self);
}

static int
cursor_next (sqlite3_vtab_cursor *cursor)
{
  Cursor *self = (Cursor *) (gpointer) cursor;

  self->row++;
  return seek (self);
}

static int
cursor_eof (sqlite3_vtab_cursor *cursor)
{
  Cursor *self = (Cursor *) (gpointer) cursor;

  return self->row >= source_of (self)->rows;
}

static void
result_number (sqlite3_context *context, double value, gboolean integral)
{
  if (isnan (value))
    sqlite3_result_null (context);
  else if (integral && fabs (value) < 9223372036854775808.0)
    sqlite3_result_int64 (context, (sqlite3_int64) value);
  else
    sqlite3_result_double (context, value);
}

static int
cursor_column (sqlite3_vtab_cursor *cursor, sqlite3_context *context, int i)
{
  Cursor *self = (Cursor *) (gpointer) cursor;
  const AyColumn *column = source_of (self)->columns[i].column;
  const char *text;
  gsize length = 0;

  if (column == NULL)
    sqlite3_result_int64 (context, (sqlite3_int64) self->row);
  else if (ay_column_type (column) == AY_COLUMN_NUMBER)
    result_number (context, ay_column_numbers (column)[self->row], ay_column_is_integral (column));
  else if ((text = ay_column_text (column, self->row, &length)) == NULL)
    sqlite3_result_null (context);
  else
    sqlite3_result_text64 (context, text, length, SQLITE_STATIC, SQLITE_UTF8);
  return SQLITE_OK;
}

static int
cursor_rowid (sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid)
{
  *rowid = (sqlite3_int64) ((Cursor *) (gpointer) cursor)->row;
  return SQLITE_OK;
}

int
ay_filter_table_declare (sqlite3 *db, AyFilterSource *source)
{
  /* No xCreate: the table exists by its name alone and cannot be made a second time. No xUpdate:
   * it is read-only. */
  static const sqlite3_module module = {
    .iVersion = 1,
    .xConnect = table_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = table_open,
    .xClose = cursor_close,
    .xFilter = cursor_filter,
    .xNext = cursor_next,
    .xEof = cursor_eof,
    .xColumn = cursor_column,
    .xRowid = cursor_rowid,
  };

  return sqlite3_create_module_v2 (db, "samples", &module, source, NULL);
}
