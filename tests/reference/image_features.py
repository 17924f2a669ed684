#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/fixtures/images: small pictures and the features that features_image.h describes,
computed here with numpy in double, pixel by pixel from the definition."""
import os

import numpy as np

out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures", "images")
os.makedirs(out, exist_ok=True)


def area_matrix(n, m):
    """m x n: row i holds the share of each of n inputs in output i."""
    scale = n / m
    a = np.zeros((m, n))
    for i in range(m):
        for k in range(n):
            a[i, k] = max(0.0, min(k + 1, (i + 1) * scale) - max(k, i * scale)) / scale
    return a


def average(picture, height, width):
    rows = area_matrix(picture.shape[0], height)
    columns = area_matrix(picture.shape[1], width)
    return np.einsum("ia,jb,abc->ijc", rows, columns, picture)


def gradients(grey, grid, bins=9):
    height, width = grey.shape
    padded = np.pad(grey, 1, mode="edge")
    gx = padded[1:-1, 2:] - padded[1:-1, :-2]
    gy = padded[2:, 1:-1] - padded[:-2, 1:-1]
    cells = np.zeros((grid, grid, bins))
    for y in range(height):
        for x in range(width):
            magnitude = np.hypot(gx[y, x], gy[y, x])
            angle = np.mod(np.arctan2(gy[y, x], gx[y, x]), np.pi) / np.pi * bins - 0.5
            row = (y + 0.5) * grid / height - 0.5
            column = (x + 0.5) * grid / width - 0.5
            for r in range(grid):
                for c in range(grid):
                    weight = max(0, 1 - abs(row - r)) * max(0, 1 - abs(column - c)) * magnitude
                    for o in range(bins):
                        distance = min(abs(angle - o), abs(angle - o + bins), abs(angle - o - bins))
                        cells[r, c, o] += weight * max(0, 1 - distance)
    blocks = []
    for r in range(grid - 1):
        for c in range(grid - 1):
            block = cells[r:r + 2, c:c + 2].ravel()
            block = np.minimum(block / np.sqrt((block ** 2).sum() + 1e-4), 0.2)
            blocks.append(block / np.sqrt((block ** 2).sum() + 1e-4))
    return np.concatenate(blocks)


def colours(picture, levels=4):
    histogram = np.zeros((levels,) * 3)
    centres = np.arange(levels)
    for pixel in picture.reshape(-1, 3):
        at = np.clip(pixel * levels - 0.5, 0, levels - 1)
        shares = [np.maximum(0, 1 - np.abs(centres - a)) for a in at]
        histogram += np.einsum("i,j,k->ijk", *shares)
    return np.sqrt(histogram / (picture.size / 3)).ravel()


def features(picture, side):
    height, width = min(side, picture.shape[0]), min(side, picture.shape[1])
    small = average(picture, height, width)
    grey = small @ [0.299, 0.587, 0.114] if small.shape[2] == 3 else small[:, :, 0]
    parts = [small.ravel(), gradients(grey, min(4, min(height, width) // 2))]
    if small.shape[2] == 3:
        parts.append(colours(small))
    return np.concatenate(parts)


rng = np.random.default_rng(3)


def scene(height, width, channels):
    """Smooth blobs, so that gradients are more than noise."""
    y, x = np.mgrid[0:height, 0:width]
    picture = np.zeros((height, width, channels))
    for _ in range(6):
        cy, cx, s = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(2, 8)
        blob = np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * s * s))
        picture += blob[:, :, None] * rng.uniform(0, 1, channels)
    return (np.clip(picture, 0, 1) * 255).astype("u1")


grey = np.stack([scene(28, 28, 1)[:, :, 0] for _ in range(3)] + [np.full((28, 28), 90, "u1")])
colour = np.stack([scene(50, 37, 3) for _ in range(4)])
for name, array in (("grey", grey), ("colour", colour)):
    np.save(os.path.join(out, name + ".npy"), array)
    pictures = array.reshape(array.shape + (1,)) if array.ndim == 3 else array
    expected = np.stack([features(p / 255.0, 32) for p in pictures])
    np.save(os.path.join(out, name + "_features.npy"), expected.astype("f4"))
