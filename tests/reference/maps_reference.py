#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes maps.json: what umap-learn and scikit-learn say of maps, for tests/project.

Needs python3-numpy, python3-sklearn and umap-learn. Data: the digits of scikit-learn (the bundled
data/samples/digits.csv has the same rows in the same order), with 0.01 sin (64 i + j) added so that
no two distances are equal. With a folder given, its bike_sharing/hour_clean.csv too (a minute).
"""
import json
import pathlib
import sys

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.datasets import load_digits
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities_nn
from sklearn.neighbors import NearestNeighbors
from umap.umap_ import find_ab_params, fuzzy_simplicial_set
import umap


def digits():
    x = load_digits().data
    i, j = np.indices(x.shape)
    return (x + 0.01 * np.sin(64.0 * i + j)).astype(np.float32)


def plane(x):
    """A map of fixed weights, good enough to have some neighbours right."""
    j = np.arange(x.shape[1])
    return (x.astype(np.float64) @ np.stack([np.sin(j + 1.0), np.cos(2.0 * j + 1.0)], 1)).astype(
        np.float32)


def entries(matrix, every):
    matrix = csr_matrix(matrix)
    matrix.sort_indices()
    coo = matrix.tocoo()
    keep = slice(0, None, every)
    return [[int(a), int(b), float(v)] for a, b, v in
            zip(coo.row[keep], coo.col[keep], coo.data[keep])]


def bikes(folder):
    """Trustworthiness at 15 of umap-learn's map of the hours, by every sixth row's ranks."""
    table = np.genfromtxt(folder / "bike_sharing" / "hour_clean.csv", delimiter=",", skip_header=1)
    x = table[:, 3:17].astype(np.float32)  # season .. registered: what Assay takes for features
    x = (x - x.mean(0)) / x.std(0)
    y = umap.UMAP(random_state=0).fit_transform(x)
    wrong, rows = 0, range(0, len(x), 6)
    for i in rows:
        rank = np.empty(len(x), int)
        rank[np.argsort(((x - x[i]) ** 2).sum(1), kind="stable")] = np.arange(len(x))
        far = ((y - y[i]) ** 2).sum(1)
        far[i] = np.inf
        wrong += np.maximum(rank[np.argsort(far)[:15]] - 15, 0).sum()
    return {"trustworthiness": 1 - 2 * wrong / (len(rows) * 15 * (2 * len(x) - 46))}


def main():
    x = digits()
    y = plane(x)
    out = {"trust": [], "curve": [], "umap": {}, "tsne": {}}
    for k in (5, 15):
        out["trust"].append({"k": k, "trustworthiness": trustworthiness(x, y, n_neighbors=k),
                             "continuity": trustworthiness(y, x, n_neighbors=k)})
    for min_dist, spread in ((0.1, 1.0), (0.5, 1.0), (0.25, 2.0)):
        a, b = find_ab_params(spread, min_dist)
        out["curve"].append([min_dist, spread, float(a), float(b)])

    few = x[:300]
    distance, index = NearestNeighbors(n_neighbors=15).fit(few).kneighbors(few)
    distance[:, 0] = 0.0  # rounding leaves a point a millionth from itself
    graph, _, _ = fuzzy_simplicial_set(few, 15, np.random.RandomState(0), "euclidean",
                                       knn_indices=index, knn_dists=distance.astype(np.float32))
    out["umap"] = {"rows": 300, "edges": int(graph.nnz), "sum": float(graph.sum()),
                   "entries": entries(graph, 37)}
    all_map = umap.UMAP(random_state=0).fit_transform(x)
    out["umap"]["trustworthiness"] = trustworthiness(x, all_map, n_neighbors=15)

    near = NearestNeighbors(n_neighbors=30).fit(few).kneighbors_graph(mode="distance")
    near.data **= 2
    joint = _joint_probabilities_nn(near, 10.0, 0)
    out["tsne"] = {"rows": 300, "perplexity": 10.0, "sum": float(joint.sum()),
                   "entries": entries(joint, 37)}
    best = min((TSNE(2, perplexity=30.0, init="pca", learning_rate="auto", random_state=seed,
                     n_iter=1000).fit(x) for seed in range(2)), key=lambda t: t.kl_divergence_)
    out["tsne"]["kl"] = float(best.kl_divergence_)
    out["tsne"]["trustworthiness"] = trustworthiness(x, best.embedding_, n_neighbors=15)
    path = pathlib.Path(__file__).with_name("maps.json")
    out["bikes"] = (bikes(pathlib.Path(sys.argv[1])) if len(sys.argv) > 1
                    else json.loads(path.read_text())["bikes"])
    path.write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
