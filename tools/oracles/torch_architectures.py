"""Compares Incept with torchvision's own networks: logits and inner activations within 1e-4 of the largest.

Usage: torch_architectures.py [--incept PATH] [--models DIR] [--device DEVICE] [--accuracy A] [NAME ...]

Every network gets random weights whose batch norms are calibrated, so that activations stay sane, and its state_dict is
saved as torch saves it, auxiliary heads and counters included. The files stay in DIR for the next run.
"""
import argparse
import os
import sys

import numpy as np
import torch
from common import TOLERANCE, add_arguments, outputs, pictures
from torch_common import calibrate, images, torchvision

BATCH = 2
CALIBRATION = 12
# Size of the pictures, how torchvision makes the network, and the parameters that its documentation counts.
NETWORKS = {
    "googlenet": (224, {"init_weights": False, "transform_input": True}, 13_004_888),
    "resnet50": (224, {}, 25_557_032),
    "inception_v3": (299, {"init_weights": False, "transform_input": True}, 27_161_264),
}
# torchvision's modules whose results are compared as well.
INNER = {
    "googlenet": ["conv1", "maxpool1", "conv3", "maxpool2", "inception3a.branch3", "inception3a.branch4.0", "inception3b",
                  "maxpool3", "inception4a", "inception4e", "maxpool4", "inception5a.branch2.0", "inception5b", "avgpool"],
    "resnet50": ["conv1", "bn1", "maxpool", "layer1.0.downsample.1", "layer1.2", "layer2.0.bn2", "layer2.0", "layer3.5",
                 "layer4.0.conv2", "layer4.2", "avgpool"],
    "inception_v3": ["Conv2d_2b_3x3", "Mixed_5d", "Mixed_6a", "Mixed_7c"],
}
# Sequential modules are called by their last part in Incept.
SEQUENTIAL = {"inception3a.branch3": "inception3a.branch3.1"}


def make(name, folder):
    """Writes a network's file, an input, logits and inner activations, where they are not there yet."""
    base = os.path.join(folder, f"torch_{name}")
    if os.path.exists(f"{base}.done"):
        return base
    size, options, parameters = NETWORKS[name]
    random = np.random.default_rng(sum(name.encode()))
    torch.manual_seed(1)
    model = getattr(torchvision.models, name)(weights=None, **options)
    counted = sum(parameter.numel() for parameter in model.parameters())
    assert counted == parameters, f"{name} has {counted} parameters"
    calibrate(model, random, images(pictures(random, CALIBRATION, size)))
    torch.save(model.state_dict(), f"{base}.pth")
    batch = images(pictures(random, BATCH, size))
    np.save(f"{base}.input.npy", batch.numpy())
    # In double: torch's own rounding is no part of the comparison.
    model = model.double()
    inner = {}
    for path in INNER[name]:
        def keep(module, inputs, output, path=path):
            inner[path] = output.clone()
        model.get_submodule(path).register_forward_hook(keep)
    with torch.no_grad():
        result = model(batch.double())
    np.savez(f"{base}.reference.npz", logits=result.numpy(), **{k: v.numpy() for k, v in inner.items()})
    open(f"{base}.done", "w").close()
    return base


def agrees(name, title, value, expected):
    """A line of the report; whether the value agrees."""
    if value.size != expected.size:
        print(f"{name:20}{title:32}shape {value.shape} instead of {expected.shape}")
        return False
    if value.ndim == 4 and value.shape != expected.shape:
        value = value.transpose(0, 3, 1, 2)
    error = np.abs(value.reshape(expected.shape) - expected).max() / np.abs(expected).max()
    print(f"{name:20}{title:32}{error:9.1e}  {'ok' if error <= TOLERANCE else 'DIFFERS'}", flush=True)
    return bool(error <= TOLERANCE)


def compare(arguments, name, base):
    """Lines of the report; the number of values that differ."""
    reference = np.load(f"{base}.reference.npz")
    inner = {SEQUENTIAL.get(path, path): path for path in INNER[name]}
    try:
        # Inner values as exact as they can be: what faster algorithms may add is said of results.
        model, image = f"{base}.pth", f"{base}.input.npy"
        found = outputs(arguments, model, image, ["--outputs", ",".join(inner)], accuracy="exact")
        results = outputs(arguments, model, image)
    except RuntimeError as error:
        print(f"{name:20}failed: {error}")
        return 1
    lines = [(path, found[node], reference[path]) for node, path in inner.items()]
    lines.append(("logits, exact", found["logits"], reference["logits"]))
    lines.append((f"logits, {arguments.accuracy}", results["logits"], reference["logits"]))
    return sum(not agrees(name, *line) for line in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("names", nargs="*", default=list(NETWORKS))
    arguments = parser.parse_args()
    os.makedirs(arguments.models, exist_ok=True)
    failures = 0
    if not arguments.make_only:
        print(f"{'NETWORK':20}{'VALUE':32}error / max |value|")
    for name in arguments.names:
        base = make(name, arguments.models)
        if not arguments.make_only:
            failures += compare(arguments, name, base)
    if failures:
        sys.exit(f"{failures} values differ")


main()
