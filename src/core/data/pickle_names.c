/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names that a pickle may mention, and what they stand for, rebuilt without calling anything.
 * Sources: numpy's __reduce__ of ndarray, dtype and scalars; CPython's of datetime and
 * OrderedDict. */
#include "core/data/pickle_private.h"

#include "core/base/words.h"

#include <string.h>

/* Rebuilt here. */
static const char *const rebuilt[] = {
  "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct",
  "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
  "numpy.core.numeric._frombuffer", "numpy._core.numeric._frombuffer",
  "numpy.ndarray", "numpy.dtype",
  "collections.OrderedDict", "datetime.datetime", "_codecs.encode",
  "builtins.bytes", "__builtin__.bytes",
};

/* Kept as records: their names and fields can be read, they do nothing. */
static const char *const inert[] = {
  "alipy.experiment.state.State", "alipy.experiment.state_io.StateIO",
  "alipy.index.index_collections.IndexCollection",
  "numpy.random.mtrand.RandomState", "numpy.random._pickle.__randomstate_ctor",
  "numpy.random._pickle.__bit_generator_ctor", "numpy.random._mt19937.MT19937",
  "numpy.random.__RandomState_ctor", "numpy.random.mtrand.__RandomState_ctor",
  "copy_reg._reconstructor", "copyreg._reconstructor", "__builtin__.object", "builtins.object",
};

static gboolean
among (const char *name, const char *const *names, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (strcmp (name, names[i]) == 0)
      return TRUE;
  return FALSE;
}

AyPickleValue *
ay_pickle_name (AyPickle *self, const char *module, gsize module_length, const char *name,
                gsize name_length, GError **error)
{
  char full[160];
  AyPickleValue *value;

  if (module_length + name_length + 2 > sizeof full)
    {
      ay_pickle_fail (self, AY_ERROR_UNSUPPORTED, error, N_ ("refused: a name of %u bytes"),
                      (guint) MIN (module_length + name_length, G_MAXUINT32));
      return NULL;
    }
  memcpy (full, module, module_length);
  full[module_length] = '.';
  memcpy (full + module_length + 1, name, name_length);
  full[module_length + 1 + name_length] = '\0';
  if (!among (full, rebuilt, G_N_ELEMENTS (rebuilt)) && !among (full, inert, G_N_ELEMENTS (inert)))
    {
      ay_pickle_fail (self, AY_ERROR_UNSUPPORTED, error, N_ ("refused: it names %s"), full);
      return NULL;
    }
  value = ay_pickle_new_value (self, AY_PICKLE_NAME);
  return ay_pickle_make (self, value, full, strlen (full), error) ? value : NULL;
}

static AyPickleValue *
bad (AyPickle *self, const char *what, GError **error)
{
  ay_pickle_fail (self, AY_ERROR_INPUT, error, N_ ("%s is not as numpy or Python writes it"), what);
  return NULL;
}

/* --- arrays --- */

static gboolean
parse_dtype (const AyPickleValue *value, AyDtype *dtype)
{
  static const struct { const char *name; AyDtype dtype; } known[] = {
    { "f2", AY_DTYPE_F16 }, { "f4", AY_DTYPE_F32 }, { "f8", AY_DTYPE_F64 },
    { "b1", AY_DTYPE_BOOL }, { "i1", AY_DTYPE_I8 }, { "i2", AY_DTYPE_I16 },
    { "i4", AY_DTYPE_I32 }, { "i8", AY_DTYPE_I64 }, { "u1", AY_DTYPE_U8 },
    { "u2", AY_DTYPE_U16 }, { "u4", AY_DTYPE_U32 }, { "u8", AY_DTYPE_U64 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (ay_pickle_is (value, known[i].name))
      {
        *dtype = known[i].dtype;
        return TRUE;
      }
  return FALSE;
}

/* A dtype has two items: its name ("f8"), and whether bytes are in the other order. */
static const AyPickleValue *
dtype_name (const AyPickleValue *dtype)
{
  return dtype != NULL && dtype->kind == AY_PICKLE_DTYPE ? g_ptr_array_index (dtype->is.items, 0)
                                                         : NULL;
}

static gboolean
dtype_swapped (const AyPickleValue *dtype)
{
  const AyPickleValue *swap = g_ptr_array_index (dtype->is.items, 1);

  return swap->is.integer != 0;
}

static gboolean
read_shape (const AyPickleValue *tuple, AyShape *shape)
{
  gsize n = ay_pickle_size (tuple);
  gint64 size;

  if (tuple == NULL || tuple->kind != AY_PICKLE_TUPLE || n > AY_MAX_DIMS)
    return FALSE;
  shape->n_dims = (guint) n;
  for (gsize i = 0; i < n; i++)
    {
      if (!ay_pickle_integer (ay_pickle_item (tuple, i), &size) || size < 0)
        return FALSE;
      shape->size[i] = (gsize) size;
    }
  return TRUE;
}

static void
unref_file (gpointer file)
{
  ay_mapped_file_unref (file);
}

static void
unref_bytes (gpointer bytes)
{
  g_bytes_unref (bytes);
}

/* The bytes as a matrix that keeps alive what they lie in. */
static AyMatrix *
wrap_bytes (AyPickle *self, const AyPickleValue *raw, const AyShape *shape,
            const AyPickleValue *dtype, gboolean fortran)
{
  gsize rows = shape->n_dims > 0 ? shape->size[0] : 1, cols = 1;
  AyDtype type = AY_DTYPE_U8;

  parse_dtype (dtype_name (dtype), &type);
  for (guint i = 1; i < shape->n_dims; i++)
    cols *= shape->size[i];
  if ((const guint8 *) raw->is.bytes >= self->data
      && (const guint8 *) raw->is.bytes < self->data + self->size)
    return ay_matrix_wrap (rows, cols, type, fortran && shape->n_dims == 2, dtype_swapped (dtype),
                           raw->is.bytes, ay_mapped_file_ref (self->file), unref_file);
  for (guint i = self->made->len; i > 0; i--)
    if (g_bytes_get_data (g_ptr_array_index (self->made, i - 1), NULL) == raw->is.bytes)
      return ay_matrix_wrap (rows, cols, type, fortran && shape->n_dims == 2,
                             dtype_swapped (dtype), raw->is.bytes,
                             g_bytes_ref (g_ptr_array_index (self->made, i - 1)), unref_bytes);
  return NULL;
}

/* shape, dtype and bytes into *value: an array, or a list when it holds nothing. */
static gboolean
set_array (AyPickle *self, AyPickleValue *value, const AyPickleValue *shape_value,
           const AyPickleValue *dtype, const AyPickleValue *raw, gboolean fortran, GError **error)
{
  gsize count = 1, bytes;
  AyShape shape;
  AyDtype type;
  AyMatrix *matrix;
  AyArray *array;

  if (!read_shape (shape_value, &shape) || dtype_name (dtype) == NULL || raw == NULL)
    return bad (self, N_ ("an array"), error) != NULL;
  if (!parse_dtype (dtype_name (dtype), &type))
    {
      const AyPickleValue *name = dtype_name (dtype);

      return ay_pickle_fail (self, AY_ERROR_UNSUPPORTED, error, N_ ("an array of dtype \"%.*s\""),
                             (int) MIN (name->length, 40), name->is.bytes);
    }
  for (guint i = 0; i < shape.n_dims; i++)
    if (!g_size_checked_mul (&count, count, shape.size[i]))
      return bad (self, N_ ("an array"), error) != NULL;
  if (raw->kind != AY_PICKLE_BYTES && raw->kind != AY_PICKLE_TEXT)
    return bad (self, N_ ("an array"), error) != NULL;
  if (!g_size_checked_mul (&bytes, count, ay_dtype_size (type)) || bytes != raw->length)
    return ay_pickle_fail (self, AY_ERROR_INPUT, error,
                           N_ ("an array has %u bytes of data, its shape needs another number"),
                           raw->length);
  if (count == 0)
    {
      AyPickleValue *empty = ay_pickle_new_items (self, AY_PICKLE_LIST);

      *value = *empty;
      return TRUE;
    }
  if (fortran && shape.n_dims > 2)
    return ay_pickle_fail (self, AY_ERROR_UNSUPPORTED, error,
                           N_ ("an array of %u dimensions in Fortran order"), shape.n_dims);
  matrix = wrap_bytes (self, raw, &shape, dtype, fortran);
  if (matrix == NULL)
    return bad (self, N_ ("an array"), error) != NULL;
  array = ay_array_take (&shape, matrix, NULL);
  g_ptr_array_add (self->arrays, array);
  value->kind = AY_PICKLE_ARRAY;
  value->is.array = array;
  return TRUE;
}

/* --- calls --- */

static AyPickleValue *
make_dtype (AyPickle *self, AyPickleValue *arguments, GError **error)
{
  AyPickleValue *name = (AyPickleValue *) ay_pickle_item (arguments, 0);
  AyPickleValue *value = ay_pickle_new_items (self, AY_PICKLE_DTYPE);
  AyPickleValue *swap = ay_pickle_new_value (self, AY_PICKLE_BOOL);

  if (name == NULL || name->kind != AY_PICKLE_TEXT)
    return bad (self, N_ ("a dtype"), error);
  g_ptr_array_add (value->is.items, name);
  g_ptr_array_add (value->is.items, swap);
  return value;
}

/* scalar (dtype, bytes) */
static AyPickleValue *
make_scalar (AyPickle *self, AyPickleValue *arguments, GError **error)
{
  const AyPickleValue *dtype = ay_pickle_item (arguments, 0), *raw = ay_pickle_item (arguments, 1);
  AyPickleValue *shape = ay_pickle_new_items (self, AY_PICKLE_TUPLE);
  AyPickleValue *value = ay_pickle_new_value (self, AY_PICKLE_FLOAT);
  AyDtype type;
  double number;

  if (!set_array (self, value, shape, dtype, raw, FALSE, error))
    return NULL;
  type = ay_matrix_dtype (value->is.array->matrix);
  number = ay_matrix_value (value->is.array->matrix, 0, 0);
  value->kind = AY_PICKLE_FLOAT;
  if (type >= AY_DTYPE_BOOL && number > -9e15 && number < 9e15)
    {
      value->kind = type == AY_DTYPE_BOOL ? AY_PICKLE_BOOL : AY_PICKLE_INT;
      value->is.integer = (gint64) number;
    }
  else
    value->is.number = number;
  return value;
}

/* _frombuffer (buffer, dtype, shape, order) */
static AyPickleValue *
make_of_buffer (AyPickle *self, AyPickleValue *arguments, GError **error)
{
  const AyPickleValue *order = ay_pickle_item (arguments, 3);
  AyPickleValue *value = ay_pickle_new_value (self, AY_PICKLE_ARRAY);
  gboolean fortran = order != NULL && order->kind == AY_PICKLE_TEXT && ay_pickle_is (order, "F");

  return set_array (self, value, ay_pickle_item (arguments, 2), ay_pickle_item (arguments, 1),
                    ay_pickle_item (arguments, 0), fortran, error)
             ? value
             : NULL;
}

/* encode (text, "latin1"): how protocol 2 writes bytes. */
static AyPickleValue *
make_encoded (AyPickle *self, AyPickleValue *arguments, GError **error)
{
  const AyPickleValue *text = ay_pickle_item (arguments, 0), *how = ay_pickle_item (arguments, 1);
  AyPickleValue *value = ay_pickle_new_value (self, AY_PICKLE_BYTES);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const char *at, *end;

  if (text == NULL || text->kind != AY_PICKLE_TEXT || how == NULL || how->kind != AY_PICKLE_TEXT
      || !ay_pickle_is (how, "latin1"))
    return bad (self, N_ ("an encoding"), error);
  if (self->made_size > 4 * self->size + 4096)
    return bad (self, N_ ("a text encoded over and over"), error);
  end = text->is.bytes + text->length;
  for (at = text->is.bytes; at < end; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      guint8 byte = (guint8) c;

      if (c > 0xff)
        return bad (self, N_ ("an encoding"), error);
      g_byte_array_append (bytes, &byte, 1);
    }
  return ay_pickle_make (self, value, (const char *) bytes->data, bytes->len, error) ? value : NULL;
}

/* datetime (10 bytes): year (2), month, day, hour, minute, second, microsecond (3). */
static AyPickleValue *
make_time (AyPickle *self, AyPickleValue *arguments, GError **error)
{
  const AyPickleValue *raw = ay_pickle_item (arguments, 0);
  AyPickleValue *value = ay_pickle_new_value (self, AY_PICKLE_TEXT);
  const guint8 *b;
  char text[48];

  if (raw == NULL || (raw->kind != AY_PICKLE_BYTES && raw->kind != AY_PICKLE_TEXT)
      || raw->length != 10)
    return bad (self, N_ ("a datetime"), error);
  b = (const guint8 *) raw->is.bytes;
  g_snprintf (text, sizeof text, "%04u-%02u-%02uT%02u:%02u:%02u", b[0] * 256u + b[1],
              b[2] & 0x7fu, b[3], b[4], b[5], b[6]);
  return ay_pickle_make (self, value, text, strlen (text), error) ? value : NULL;
}

/* OrderedDict ([[key, value], ...]) of Python 2, or without arguments. */
static AyPickleValue *
make_dict (AyPickle *self, AyPickleValue *arguments, GError **error)
{
  const AyPickleValue *pairs = ay_pickle_item (arguments, 0);
  AyPickleValue *value = ay_pickle_new_items (self, AY_PICKLE_DICT);

  for (gsize i = 0; i < ay_pickle_size (pairs); i++)
    {
      const AyPickleValue *pair = ay_pickle_item (pairs, i);

      if (pair == NULL || ay_pickle_size (pair) != 2 || pair->kind == AY_PICKLE_DICT)
        return bad (self, N_ ("an OrderedDict"), error);
      g_ptr_array_add (value->is.items, (gpointer) ay_pickle_item (pair, 0));
      g_ptr_array_add (value->is.items, (gpointer) ay_pickle_item (pair, 1));
    }
  return value;
}

/* An inert record of the class; of _reconstructor (class, ...) the class that it is given. */
static AyPickleValue *
make_record (AyPickle *self, const AyPickleValue *callee, AyPickleValue *arguments)
{
  const AyPickleValue *first = ay_pickle_item (arguments, 0);
  AyPickleValue *record = ay_pickle_new_items (self, AY_PICKLE_RECORD);
  AyPickleValue *name;

  if (first != NULL && first->kind == AY_PICKLE_NAME
      && (ay_pickle_is (callee, "copy_reg._reconstructor")
          || ay_pickle_is (callee, "copyreg._reconstructor")))
    callee = first;
  name = ay_pickle_new_text (self, AY_PICKLE_TEXT, callee->is.bytes, callee->length);
  g_ptr_array_add (record->is.items, name);
  g_ptr_array_add (record->is.items, arguments);
  return record;
}

static gboolean
ends (const AyPickleValue *name, const char *suffix)
{
  gsize k = strlen (suffix);

  return name->length >= k && memcmp (name->is.bytes + name->length - k, suffix, k) == 0;
}

AyPickleValue *
ay_pickle_apply (AyPickle *self, const AyPickleValue *callee, AyPickleValue *arguments,
                 GError **error)
{
  if (ends (callee, "multiarray._reconstruct"))
    return ay_pickle_new_items (self, AY_PICKLE_RECORD); /* its state makes it an array */
  if (ay_pickle_is (callee, "numpy.dtype"))
    return make_dtype (self, arguments, error);
  if (ends (callee, "multiarray.scalar"))
    return make_scalar (self, arguments, error);
  if (ends (callee, "numeric._frombuffer"))
    return make_of_buffer (self, arguments, error);
  if (ay_pickle_is (callee, "_codecs.encode"))
    return make_encoded (self, arguments, error);
  if (ay_pickle_is (callee, "datetime.datetime"))
    return make_time (self, arguments, error);
  if (ay_pickle_is (callee, "collections.OrderedDict"))
    return make_dict (self, arguments, error);
  if (ends (callee, ".bytes") && ay_pickle_size (arguments) == 0)
    return ay_pickle_new_text (self, AY_PICKLE_BYTES, "", 0);
  if (ay_pickle_is (callee, "numpy.ndarray") || ends (callee, ".bytes"))
    return bad (self, N_ ("a call"), error);
  return make_record (self, callee, arguments);
}

gboolean
ay_pickle_build (AyPickle *self, AyPickleValue *value, AyPickleValue *state, GError **error)
{
  if (value->kind == AY_PICKLE_DTYPE)
    {
      const AyPickleValue *order = ay_pickle_item (state, 1);
      AyPickleValue *swap = g_ptr_array_index (value->is.items, 1);

      if (order == NULL || order->kind != AY_PICKLE_TEXT)
        return bad (self, N_ ("a dtype"), error) != NULL;
      swap->is.integer = ay_pickle_is (order, G_BYTE_ORDER == G_LITTLE_ENDIAN ? ">" : "<");
      return TRUE;
    }
  if (value->kind == AY_PICKLE_RECORD && value->is.items->len == 0)
    {
      const AyPickleValue *fortran = ay_pickle_item (state, 3);

      if (ay_pickle_size (state) != 5)
        return bad (self, N_ ("an array"), error) != NULL;
      return set_array (self, value, ay_pickle_item (state, 1), ay_pickle_item (state, 2),
                        ay_pickle_item (state, 4),
                        fortran != NULL && fortran->kind == AY_PICKLE_BOOL
                            && fortran->is.integer != 0,
                        error);
    }
  if (value->kind == AY_PICKLE_RECORD)
    {
      g_ptr_array_add (value->is.items, state);
      return TRUE;
    }
  return ay_pickle_fail (self, AY_ERROR_UNSUPPORTED, error,
                         N_ ("refused: a state for a plain value"));
}
