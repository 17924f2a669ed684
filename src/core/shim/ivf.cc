/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/shim/ivf.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexIVFFlat.h>
#include <omp.h>

#include <exception>
#include <memory>

/* Its name has moved between FAISS's versions. */
using Number = decltype (faiss::Index::ntotal);

struct _AyIvf
{
  faiss::IndexFlatL2 cells;
  faiss::IndexIVFFlat lists;

  _AyIvf (gsize d, guint n_cells) : cells (d), lists (&cells, d, n_cells, faiss::METRIC_L2) {}
};

namespace
{
template <typename Work>
gboolean
guarded (char **what, Work work)
{
  try
    {
      omp_set_num_threads (1); /* of this thread: the caller has its own */
      work ();
      return TRUE;
    }
  catch (const std::exception &error)
    {
      *what = g_strdup (error.what ());
    }
  catch (...)
    {
      *what = g_strdup ("unknown failure");
    }
  return FALSE;
}
}

AyIvf *
ay_ivf_new (const float *rows, gsize n, gsize d, guint n_cells, guint64 seed, char **what)
{
  std::unique_ptr<AyIvf> self;
  gboolean done = guarded (what, [&] {
    self = std::make_unique<AyIvf> (d, n_cells);
    self->lists.cp.seed = static_cast<int> (seed & 0x7fffffff);
    self->lists.cp.min_points_per_centroid = 1;
    self->lists.train (static_cast<Number> (n), rows);
  });

  return done ? self.release () : nullptr;
}

void
ay_ivf_free (AyIvf *self)
{
  delete self;
}

gboolean
ay_ivf_assign (const AyIvf *self, const float *rows, gsize n, gint64 *cells, char **what)
{
  return guarded (what, [&] {
    self->cells.assign (static_cast<Number> (n), rows,
                        reinterpret_cast<Number *> (cells), 1);
  });
}

gboolean
ay_ivf_add (AyIvf *self, const float *rows, gsize n, const gint64 *cells, const gint64 *numbers,
            char **what)
{
  return guarded (what, [&] {
    self->lists.add_core (static_cast<Number> (n), rows,
                          reinterpret_cast<const Number *> (numbers),
                          reinterpret_cast<const Number *> (cells));
  });
}

gboolean
ay_ivf_search (const AyIvf *self, const float *rows, gsize n, guint k, guint probes,
               float *squares, gint64 *numbers, char **what)
{
  return guarded (what, [&] {
    faiss::IVFSearchParameters how; /* SearchParametersIVF by its older name too */

    how.nprobe = probes;
    how.max_codes = 0;
    std::unique_ptr<Number[]> nearest (new Number[n * probes]);
    std::unique_ptr<float[]> distances (new float[n * probes]);
    self->cells.search (static_cast<Number> (n), rows, probes, distances.get (),
                        nearest.get ());
    self->lists.search_preassigned (static_cast<Number> (n), rows, k, nearest.get (),
                                    distances.get (), squares,
                                    reinterpret_cast<Number *> (numbers), false, &how);
  });
}
