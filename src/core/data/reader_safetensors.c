/* SPDX-License-Identifier: GPL-3.0-or-later */
/* safetensors, after the specification of the format (its README, "Format"). */
#include "core/data/reader_safetensors.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/words.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define MAX_HEADER 100000000 /* the specification's own limit */

typedef struct
{
  char *name, *type;
  AyShape shape;
  gsize begin, end; /* in the data */
} Tensor;

struct _AySafetensors
{
  AyMappedFile *file;
  GPtrArray *tensors; /* of Tensor, in the order of their bytes */
  const char *data;   /* behind the header */
  gsize size;
};

static gboolean
fail (AyMappedFile *file, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
fail (AyMappedFile *file, GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_strdelimit (text, "\n\r", ' ');
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s: %s", ay_mapped_file_path (file), text);
  return FALSE;
}

static const struct
{
  const char *name;
  gsize size;
  int dtype; /* -1: cannot be read */
} types[] = {
  { "F64", 8, AY_DTYPE_F64 }, { "F32", 4, AY_DTYPE_F32 }, { "F16", 2, AY_DTYPE_F16 },
  { "I64", 8, AY_DTYPE_I64 }, { "I32", 4, AY_DTYPE_I32 }, { "I16", 2, AY_DTYPE_I16 },
  { "I8", 1, AY_DTYPE_I8 },   { "U64", 8, AY_DTYPE_U64 }, { "U32", 4, AY_DTYPE_U32 },
  { "U16", 2, AY_DTYPE_U16 }, { "U8", 1, AY_DTYPE_U8 },   { "BOOL", 1, AY_DTYPE_BOOL },
  { "BF16", 2, -1 },          { "F8_E4M3", 1, -1 },       { "F8_E5M2", 1, -1 },
};

static int
find_type (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (strcmp (types[i].name, name) == 0)
      return (int) i;
  return -1;
}

static void
tensor_free (gpointer data)
{
  Tensor *tensor = data;

  g_free (tensor->name);
  g_free (tensor->type);
  g_free (tensor);
}

static gboolean
read_size (JsonArray *array, guint i, gsize *size)
{
  JsonNode *node = json_array_get_element (array, i);
  gint64 value;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  value = json_node_get_int (node);
  *size = (gsize) value;
  return value >= 0;
}

static JsonArray *
get_array (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/* The members of one tensor; what they claim is checked by check_tensor(). */
static gboolean
parse_tensor (Tensor *tensor, JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *type = object != NULL ? json_object_get_member (object, "dtype") : NULL;
  JsonArray *shape = object != NULL ? get_array (object, "shape") : NULL;
  JsonArray *offsets = object != NULL ? get_array (object, "data_offsets") : NULL;

  if (type == NULL || !JSON_NODE_HOLDS_VALUE (type)
      || json_node_get_value_type (type) != G_TYPE_STRING || shape == NULL || offsets == NULL
      || json_array_get_length (offsets) != 2 || json_array_get_length (shape) > AY_MAX_DIMS)
    return FALSE;
  tensor->type = g_strdup (json_node_get_string (type));
  tensor->shape.n_dims = json_array_get_length (shape);
  for (guint i = 0; i < tensor->shape.n_dims; i++)
    if (!read_size (shape, i, &tensor->shape.size[i]))
      return FALSE;
  return read_size (offsets, 0, &tensor->begin) && read_size (offsets, 1, &tensor->end);
}

static gboolean
check_tensor (const AySafetensors *self, const Tensor *tensor, GError **error)
{
  int type = find_type (tensor->type);
  gsize bytes = type >= 0 ? types[type].size : 0;

  if (type < 0)
    return fail (self->file, error, N_ ("tensor \"%s\": unknown type \"%s\""), tensor->name,
                 tensor->type);
  for (guint i = 0; i < tensor->shape.n_dims; i++)
    if (!g_size_checked_mul (&bytes, bytes, tensor->shape.size[i]))
      return fail (self->file, error, N_ ("tensor \"%s\": its shape is too large"), tensor->name);
  if (tensor->begin > tensor->end || tensor->end > self->size
      || tensor->end - tensor->begin != bytes)
    return fail (self->file, error,
                 N_ ("tensor \"%s\": bytes %zu to %zu do not fit its shape and the file's size"),
                 tensor->name, tensor->begin, tensor->end);
  return TRUE;
}

static int
by_offset (gconstpointer a, gconstpointer b)
{
  const Tensor *first = *(Tensor *const *) a, *second = *(Tensor *const *) b;

  if (first->begin != second->begin)
    return first->begin < second->begin ? -1 : 1;
  return first->end < second->end ? -1 : first->end > second->end;
}

static gboolean
check_order (AySafetensors *self, GError **error)
{
  gsize at = 0;

  g_ptr_array_sort (self->tensors, by_offset);
  for (guint i = 0; i < self->tensors->len; i++)
    {
      const Tensor *tensor = g_ptr_array_index (self->tensors, i);

      if (tensor->begin != at)
        return fail (self->file, error,
                     N_ ("tensor \"%s\": overlaps another, or a gap is before it"), tensor->name);
      at = tensor->end;
    }
  if (at != self->size)
    return fail (self->file, error, N_ ("%zu bytes after the last tensor"),
                 self->size - at);
  return self->tensors->len > 0 || fail (self->file, error, N_ ("holds no tensor"));
}

static gboolean
parse_header (AySafetensors *self, const char *header, gsize size, GError **error)
{
  g_autoptr (JsonNode) root = g_utf8_validate (header, (gssize) size, NULL)
                                ? ay_json_read (header, (gssize) size, NULL) : NULL;
  JsonObjectIter iter;
  JsonNode *node;
  const char *name;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return fail (self->file, error, N_ ("byte 8: the header is not a JSON object"));
  json_object_iter_init_ordered (&iter, json_node_get_object (root));
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      Tensor *tensor;

      if (strcmp (name, "__metadata__") == 0)
        continue;
      tensor = g_new0 (Tensor, 1);
      tensor->name = g_strdup (name);
      g_ptr_array_add (self->tensors, tensor);
      if (!parse_tensor (tensor, node))
        return fail (self->file, error, N_ ("tensor \"%s\": no dtype, shape and data_offsets"),
                     name);
      if (!check_tensor (self, tensor, error))
        return FALSE;
    }
  return check_order (self, error);
}

static guint64
header_size (const char *data)
{
  guint64 size;

  memcpy (&size, data, 8);
  return GUINT64_FROM_LE (size);
}

gboolean
ay_is_safetensors (const char *data, gsize size)
{
  return size >= 10 && header_size (data) <= MIN (size - 8, MAX_HEADER) && data[8] == '{'
         && header_size (data) >= 2;
}

AySafetensors *
ay_safetensors_open (AyMappedFile *file, GError **error)
{
  g_autoptr (AySafetensors) self = g_new0 (AySafetensors, 1);
  gsize size;
  const char *data = ay_mapped_file_data (file, &size);
  guint64 header;

  self->file = ay_mapped_file_ref (file);
  self->tensors = g_ptr_array_new_with_free_func (tensor_free);
  if (size < 8 || header_size (data) > MIN (size - 8, MAX_HEADER))
    {
      fail (file, error, N_ ("byte 0: no safetensors file, or cut short"));
      return NULL;
    }
  header = header_size (data);
  self->data = data + 8 + header;
  self->size = size - 8 - (gsize) header;
  return parse_header (self, data + 8, (gsize) header, error) ? g_steal_pointer (&self) : NULL;
}

void
ay_safetensors_free (AySafetensors *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->tensors);
  ay_mapped_file_unref (self->file);
  g_free (self);
}

guint
ay_safetensors_count (const AySafetensors *self)
{
  return self->tensors->len;
}

const char *
ay_safetensors_name (const AySafetensors *self, guint i)
{
  return ((const Tensor *) g_ptr_array_index (self->tensors, i))->name;
}

const AyShape *
ay_safetensors_shape (const AySafetensors *self, guint i)
{
  return &((const Tensor *) g_ptr_array_index (self->tensors, i))->shape;
}

static void
unref_file (gpointer file)
{
  ay_mapped_file_unref (file);
}

AyArray *
ay_safetensors_read (const AySafetensors *self, guint i, GError **error)
{
  const Tensor *tensor = g_ptr_array_index (self->tensors, i);
  int type = find_type (tensor->type);
  gsize rows = tensor->shape.n_dims > 0 ? tensor->shape.size[0] : 1, cols = 1;

  if (types[type].dtype < 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED, N_ ("%s:%s: numbers of type %s"),
                   ay_mapped_file_path (self->file), tensor->name, tensor->type);
      return NULL;
    }
  if (tensor->begin == tensor->end)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s:%s: is empty"),
                   ay_mapped_file_path (self->file), tensor->name);
      return NULL;
    }
  for (guint k = 1; k < tensor->shape.n_dims; k++)
    cols *= tensor->shape.size[k];
  return ay_array_take (&tensor->shape,
                        ay_matrix_wrap (rows, cols, (AyDtype) types[type].dtype, FALSE,
                                        G_BYTE_ORDER != G_LITTLE_ENDIAN,
                                        self->data + tensor->begin,
                                        ay_mapped_file_ref (self->file), unref_file),
                        NULL);
}
