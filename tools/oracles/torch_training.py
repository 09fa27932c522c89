"""The loss of 50 steps of PyTorch from weights that a rule makes: torch_training.py DIGITS.csv.gz OUT.json

`Tests/InceptTests/TrainingReferenceTests.swift` trains the same networks from the same weights on the same batches. Weights are those of
the flat vector of Incept's parameters (HWIO, [in, out]): element i of a tensor with f inputs of an output is
(hash(i + 1) >> 8) / 2^23 - 1, times sqrt(6 / f), the hash being Wellons's lowbias32; biases are 0, scales 1. Batch s is rows 32 s ... 32 s + 31, from the start again where
they end; pixels are divided by 8, less 1.
"""
import gzip
import json
import sys

import numpy
import torch
from torch import nn


def rule(shape, fan_in):
    bits = numpy.arange(1, int(numpy.prod(shape)) + 1, dtype=numpy.uint32)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        bits = (bits ^ (bits >> numpy.uint32(shift))) * numpy.uint32(factor)
    bits ^= bits >> numpy.uint32(16)
    values = (bits >> numpy.uint32(8)).astype(numpy.float64) / (1 << 23) - 1
    return (values * (6 / fan_in) ** 0.5).astype(numpy.float32).reshape(shape)


def initialise(network):
    previous = None
    for layer in network:
        if isinstance(layer, nn.Conv2d):
            o, i, h, w = layer.weight.shape
            values = rule((h, w, i, o), h * w * i).transpose(3, 2, 0, 1)
        elif isinstance(layer, nn.Linear):
            values = rule((layer.in_features, layer.out_features), layer.in_features)
            if previous is not None:
                # Incept flattens HWC, torch CHW.
                h, w, c = previous
                values = values.reshape(h, w, c, -1).transpose(2, 0, 1, 3).reshape(h * w * c, -1)
            previous, values = None, values.T
        elif isinstance(layer, nn.Flatten):
            previous = layer.shape
            continue
        else:
            continue
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(numpy.ascontiguousarray(values)))
            if layer.bias is not None:
                layer.bias.zero_()


class Flatten(nn.Flatten):
    def __init__(self, *shape):
        super().__init__()
        self.shape = shape


def cnn():
    return nn.Sequential(nn.Conv2d(1, 16, 3, 1, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 32, 3, 2, 1), nn.ReLU(),
                         Flatten(2, 2, 32), nn.Linear(128, 32), nn.ReLU(), nn.Linear(32, 10))


def mlp():
    return nn.Sequential(Flatten(8, 8, 1), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def normalised():
    """Batch norm, pools, a dilated and a grouped convolution."""
    return nn.Sequential(nn.Conv2d(1, 8, 3, 1, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(8, 12, 3, 1, 2, dilation=2, groups=2), nn.Tanh(), nn.AvgPool2d(2), Flatten(2, 2, 12), nn.Linear(48, 10))


OPTIMISERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9),
    "adam": lambda p: torch.optim.Adam(p, lr=0.002, weight_decay=0.01),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.002, weight_decay=0.05),
}


def losses(network, optimiser, clip, x, y):
    initialise(network)
    optimiser = OPTIMISERS[optimiser](network.parameters())
    result = []
    for step in range(50):
        rows = [(32 * step + k) % len(x) for k in range(32)]
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(network(x[rows]), y[rows])
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(network.parameters(), clip)
        optimiser.step()
        result.append(loss.item())
    return result


def main():
    path, out = sys.argv[1:3]
    table = numpy.loadtxt(gzip.open(path, "rt"), delimiter=",")
    x = torch.from_numpy((table[:, :64] / 8 - 1).astype("float32").reshape(-1, 1, 8, 8))
    y = torch.from_numpy(table[:, 64].astype("int64"))
    torch.set_num_threads(1)
    cases = []
    for make in (cnn, mlp, normalised):
        for optimiser in OPTIMISERS:
            for clip in (None, 0.5):
                if clip and (make is not cnn):
                    continue
                cases.append({"network": make.__name__, "optimizer": optimiser, "clip": clip,
                              "losses": losses(make(), optimiser, clip, x, y)})
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"torch": torch.__version__, "cases": cases}, file, indent=1)


if __name__ == "__main__":
    main()
