#!/usr/bin/env python3
"""Makes a set of MNIST's size and form from the digits CSV: 60,000 and 10,000 grey images of 28x28, in IDX files.

    tools/datasets/make-mnist-sized.py DIGITS.csv.gz OUTPUT_FOLDER [--rows HELD_OUT.json] [--train N] [--test N] [--plain]

Each 8x8 digit is scaled to 28x28 (bicubic) and shifted by up to 2 pixels, so that no two images need be equal. Test images are
made of the rows that HELD_OUT.json lists (`test_rows`), else of every fifth row; no row is in both parts. The same
arguments make the same bytes. Needs NumPy and Pillow.
"""

import argparse
import csv
import gzip
import json
import os
import struct

import numpy as np
from PIL import Image


def read(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt") as file:
        rows = np.array([[float(field) for field in row] for row in csv.reader(file)])
    return rows[:, :-1].reshape(-1, 8, 8), rows[:, -1].astype(np.uint8)


def scale(pixels):
    image = Image.fromarray(np.round(pixels * 255 / 16).astype(np.uint8))
    return np.asarray(image.resize((28, 28), Image.Resampling.BICUBIC))


def make(images, labels, count, generator):
    order = np.concatenate(
        [generator.permutation(len(images)) for _ in range(-(-count // len(images)))])[:count]
    shifts = generator.integers(-2, 3, size=(count, 2))
    # The first of each row stays where it is.
    shifts[: min(count, len(images))] = 0
    result = np.zeros((count, 28, 28), np.uint8)
    for place, (row, (down, right)) in enumerate(zip(order, shifts)):
        source = images[row]
        result[
            place, max(0, down):28 + min(0, down), max(0, right):28 + min(0, right)
        ] = source[max(0, -down):28 + min(0, -down), max(0, -right):28 + min(0, -right)]
    return result, labels[order]


def write(path, array, packed):
    header = struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    data = header + array.tobytes()
    if packed:
        path, data = path + ".gz", gzip.compress(data, 6, mtime=0)
    with open(path + ".tmp", "wb") as file:
        file.write(data)
    os.replace(path + ".tmp", path)
    print(f"{path}: {array.shape}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("digits")
    parser.add_argument("folder")
    parser.add_argument("--rows", help="JSON with `test_rows`, the rows of test images")
    parser.add_argument("--train", type=int, default=60_000)
    parser.add_argument("--test", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plain", action="store_true", help="without gzip")
    arguments = parser.parse_args()
    pixels, labels = read(arguments.digits)
    images = np.stack([scale(image) for image in pixels])
    if arguments.rows:
        with open(arguments.rows) as file:
            test = np.array(json.load(file)["test_rows"])
    else:
        test = np.arange(0, len(images), 5)
    train = np.setdiff1d(np.arange(len(images)), test)
    generator = np.random.default_rng(arguments.seed)
    os.makedirs(arguments.folder, exist_ok=True)
    for name, rows, count in [("train", train, arguments.train), ("t10k", test, arguments.test)]:
        made, classes = make(images[rows], labels[rows], count, generator)
        write(os.path.join(arguments.folder, f"{name}-images-idx3-ubyte"), made, not arguments.plain)
        write(os.path.join(arguments.folder, f"{name}-labels-idx1-ubyte"), classes, not arguments.plain)


if __name__ == "__main__":
    main()
