"""Seconds of an epoch of `incept train` beside PyTorch's, the two taking turns: bench.py [--turns 5] [--epochs 4] [--sets digits,mnist].

Both train the same network (three convolutions of 16, 32 and 32 channels, 3x3, strides 1, 2 and 2, and two dense layers) on the same
pictures with AdamW and batches of 32. PyTorch runs as well as it can here: pictures normalised once and in one tensor, channels last where
that is faster (--channels-last), no DataLoader, as many threads as processors. Its epoch has loss, right answers and the last, smaller batch,
as Incept's has. Judging by the held-out pictures is left out of both. `mnist` is 60,000 pictures of 28x28, the digits enlarged.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

TORCH = """
import gzip, json, sys, time
import numpy, torch
from torch import nn
images, labels = (numpy.load(path) for path in sys.argv[1:3])
epochs, batch, channels_last = int(sys.argv[3]), int(sys.argv[4]), sys.argv[5] == "1"
torch.manual_seed(1)
x = torch.from_numpy((images / images.max()).astype("float32")[:, None])
x = (x - x.mean()) / x.std()
y = torch.from_numpy(labels.astype("int64"))
side = x.shape[-1]
reduced = (((side + 1) // 2) + 1) // 2
net = nn.Sequential(nn.Conv2d(1, 16, 3, 1, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 32, 3, 2, 1), nn.ReLU(),
                    nn.Flatten(), nn.Linear(32 * reduced * reduced, 32), nn.ReLU(), nn.Linear(32, 10))
if channels_last:
    x, net = x.contiguous(memory_format=torch.channels_last), net.to(memory_format=torch.channels_last)
optimizer = torch.optim.AdamW(net.parameters(), lr=0.002, foreach=True)
criterion = nn.CrossEntropyLoss()
seconds = []
for epoch in range(epochs):
    start = time.perf_counter()
    order, total, right = torch.randperm(len(x)), 0.0, 0
    for first in range(0, len(x), batch):
        rows = order[first:first + batch]
        optimizer.zero_grad(set_to_none=True)
        logits = net(x[rows])
        loss = criterion(logits, y[rows])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(rows)
        right += (logits.argmax(1) == y[rows]).sum().item()
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": seconds, "loss": total / len(x), "accuracy": right / len(x)}))
"""


def digits(path):
    import gzip

    import numpy
    table = numpy.loadtxt(gzip.open(path, "rt"), delimiter=",")
    return table[:, :-1].reshape(-1, 8, 8), table[:, -1].astype("uint8")


def enlarged(images, labels, count):
    """`count` pictures of 28x28 from 8x8 ones, each scaled by bilinear interpolation and shifted."""
    import numpy
    random = numpy.random.default_rng(1)
    rows = random.integers(0, len(images), count)
    places = numpy.clip((numpy.arange(28) + 0.5) * 8 / 28 - 0.5, 0, 7)
    low = numpy.minimum(places.astype(int), 6)
    part = places - low
    weights = numpy.zeros((28, 8))
    weights[numpy.arange(28), low] += 1 - part
    weights[numpy.arange(28), low + 1] += part
    large = numpy.einsum("ij,njk,lk->nil", weights, images[rows], weights) * 255 / 16
    return numpy.clip(numpy.rint(large), 0, 255).astype("uint8"), labels[rows]


def write_idx(folder, images, labels):
    import struct
    with open(os.path.join(folder, "train-images-idx3-ubyte"), "wb") as file:
        file.write(struct.pack(">IIII", 0x803, *images.shape) + images.tobytes())
    with open(os.path.join(folder, "train-labels-idx1-ubyte"), "wb") as file:
        file.write(struct.pack(">II", 0x801, len(labels)) + labels.tobytes())


def main():
    import numpy
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fixtures", required=True)
    parser.add_argument("--incept", default=".build/release/incept")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--sets", default="digits,mnist")
    parser.add_argument("--channels-last", action="store_true")
    arguments = parser.parse_args()
    small, labels = digits(os.path.join(arguments.fixtures, "digits/digits.csv.gz"))
    for name in arguments.sets.split(","):
        images, classes = (small.astype("uint8"), labels) if name == "digits" else enlarged(small, labels, 60_000)
        epochs = arguments.epochs * (5 if name == "digits" else 1)
        with tempfile.TemporaryDirectory() as folder:
            write_idx(folder, images, classes)
            numpy.save(f"{folder}/images.npy", images)
            numpy.save(f"{folder}/labels.npy", classes)
            # Two are held out, one less than nothing being impossible.
            own = [arguments.incept, "train", "--data", folder, "--epochs", str(epochs), "--batch", str(arguments.batch),
                   "--validation-rows", f"{folder}/rows.txt", "-o", f"{folder}/out.safetensors", "--format", "json"]
            with open(f"{folder}/rows.txt", "w", encoding="utf-8") as file:
                file.write("0\n1\n")
            peer = [sys.executable, "-c", TORCH, f"{folder}/images.npy", f"{folder}/labels.npy", str(epochs), str(arguments.batch),
                    "1" if arguments.channels_last else "0"]
            ours, theirs = [], []
            for turn in range(arguments.turns):
                for command, times in ((own, ours), (peer, theirs)):
                    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
                    if result.returncode != 0:
                        sys.exit(f"bench: {' '.join(command[:3])} failed: {result.stderr[-500:]}")
                    document = json.loads(result.stdout)
                    seconds = document["seconds"] if command is peer else [epoch["seconds"] for epoch in document["epochs"]]
                    # The first epoch compiles and allocates.
                    times.append(statistics.median(seconds[1:]))
                print(f"{name}, turn {turn + 1}: incept {ours[-1]:.4f} s, torch {theirs[-1]:.4f} s, ratio {ours[-1] / theirs[-1]:.3f}", flush=True)
            ratio = statistics.median(own / other for own, other in zip(ours, theirs))
            print(f"{name}: {len(images):,} pictures of {images.shape[1]}x{images.shape[2]}, batch {arguments.batch}: an epoch takes "
                  f"{statistics.median(ours):.4f} s, torch's {statistics.median(theirs):.4f} s, ratio {ratio:.3f}")


if __name__ == "__main__":
    main()
