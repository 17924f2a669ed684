/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/words.h"
#include "core/shim/number.h"
#include "core/work/map_make.h"

#include <string.h>

/* The maps there are and their parameters. */

#define SHARED_PARAMETERS                                                                         \
  { "metric", "euclidean", "distance between rows: euclidean or cosine" },                        \
  { "approximate_above", "200000", "rows above which neighbours are approximate; 0: never" },     \
  HONESTY_PARAMETERS
#define HONESTY_PARAMETERS                                                                        \
  { "honesty", "yes", "compare neighbours in the data and on the map: yes or no" },               \
  { "trust_k", "15", "neighbours that are compared" },                                            \
  { "trust_sample", "10000", "most rows that trustworthiness and continuity are taken over" },    \
  { NULL }

static const AyScoreParameter pca_parameters[] = {
  { "metric", "euclidean", "distance that neighbours are compared by: euclidean or cosine" },
  { "approximate_above", "200000", "rows above which neighbours are approximate; 0: never" },
  HONESTY_PARAMETERS
};

static const AyScoreParameter umap_parameters[] = {
  { "neighbours", "15", "neighbours of a row, the row itself counted" },
  { "min_dist", "0.1", "least distance between points on the map" },
  { "spread", "1", "scale of the map's distances" },
  { "epochs", "0", "rounds; 0: 500 up to 10000 rows, 200 above" },
  { "negatives", "5", "points drawn to repel for each that attracts" },
  { "start", "pca", "where points start: pca or spectral" },
  SHARED_PARAMETERS
};

static const AyScoreParameter tsne_parameters[] = {
  { "perplexity", "30", "neighbours that a row feels, softly counted" },
  { "rounds", "750", "steps of descent" },
  { "early_rounds", "250", "of which with exaggerated attraction" },
  { "exaggeration", "12", "of the attraction in the early rounds" },
  { "rate", "0", "step length; 0: rows / exaggeration" },
  SHARED_PARAMETERS
};

static const AyMapMethod methods[] = {
  { "pca", "PCA", N_ ("The two directions in which the standardised features vary most"),
    pca_parameters },
  { "umap", "UMAP", N_ ("Rows near in the data attract, others repel; shows clusters and how they "
                        "join"),
    umap_parameters },
  { "tsne", "t-SNE", N_ ("Keeps each row's nearest rows near; distances between clusters say "
                         "little"),
    tsne_parameters },
};

const AyMapMethod *
ay_map_methods (guint *n)
{
  *n = G_N_ELEMENTS (methods);
  return methods;
}

const AyMapMethod *
ay_map_find (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (methods[i].id, id) == 0)
      return &methods[i];
  return NULL;
}

static const AyScoreParameter *
find_parameter (const AyMapMethod *method, const char *name)
{
  for (const AyScoreParameter *p = method->parameters; p->name != NULL; p++)
    if (strcmp (p->name, name) == 0)
      return p;
  return NULL;
}

const char *
ay_map_option (const AyMapOptions *self, const char *name)
{
  const char *value = self->given != NULL ? g_hash_table_lookup (self->given, name) : NULL;

  return value != NULL ? value : find_parameter (self->method, name)->fallback;
}

static gboolean
bad_value (const AyMapOptions *self, const char *name, const char *wanted, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%s=%s: %s is wanted"), name,
               ay_map_option (self, name), wanted);
  return FALSE;
}

gboolean
ay_map_option_number (const AyMapOptions *self, const char *name, double *value, GError **error)
{
  const char *text = ay_map_option (self, name);

  return (ay_number_parse (text, strlen (text), value) && *value >= 0.0)
         || bad_value (self, name, N_ ("a number of at least 0"), error);
}

gboolean
ay_map_option_count (const AyMapOptions *self, const char *name, guint *value, GError **error)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (ay_map_option (self, name), 10, 0, 1000000000, &number, NULL))
    return bad_value (self, name, N_ ("a whole number"), error);
  *value = (guint) number;
  return TRUE;
}

static gboolean
check_names (const AyMapOptions *self, GError **error)
{
  GHashTableIter iter;
  gpointer name;

  if (self->given == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, self->given);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!ay_work_is_head_parameter (name) && find_parameter (self->method, name) == NULL)
      {
        g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                     N_ ("no parameter of the %s map is called \"%s\""), self->method->title,
                     (char *) name);
        return FALSE;
      }
  return TRUE;
}

gboolean
ay_map_options_read (AyMapOptions *self, const AyMapRequest *request, GError **error)
{
  guint sample, above;

  *self = (AyMapOptions) { .method = ay_map_find (request->method),
                           .given = request->parameters };
  if (self->method == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("no map is called \"%s\" (there are: pca, umap, tsne)"), request->method);
      return FALSE;
    }
  if (!check_names (self, error) || !ay_map_option_count (self, "trust_k", &self->trust_k, error)
      || !ay_map_option_count (self, "trust_sample", &sample, error)
      || !ay_map_option_count (self, "approximate_above", &above, error))
    return FALSE;
  self->trust_sample = sample;
  self->approximate_above = above;
  if (self->trust_k == 0)
    return bad_value (self, "trust_k", N_ ("1 or more"), error);
  if (!ay_distance_parse (ay_map_option (self, "metric"), &self->metric))
    return bad_value (self, "metric", N_ ("euclidean or cosine"), error);
  self->honesty = strcmp (ay_map_option (self, "honesty"), "yes") == 0;
  return self->honesty || strcmp (ay_map_option (self, "honesty"), "no") == 0
         || bad_value (self, "honesty", N_ ("yes or no"), error);
}
