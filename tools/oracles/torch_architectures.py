"""Compares Incept with torchvision's own networks: logits and inner activations within 1e-4 of the largest.

Usage: torch_architectures.py [--incept PATH] [--models DIR] [--device DEVICE] [--accuracy A] [NAME ...]

Every network gets random weights whose batch norms are calibrated, so that activations stay sane, and its state_dict is
saved as torch saves it, auxiliary heads and counters included. The files stay in DIR for the next run.
"""
import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch

try:
    import torchvision
except RuntimeError:
    # Where torchvision was built for another torch, its compiled operators are missing; the networks need none of them.
    operators = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    for name in [module for module in sys.modules if module.startswith("torchvision")]:
        del sys.modules[name]
    import torchvision

TOLERANCE = 1e-4
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


def pictures(random, count, size):
    """Random pictures that differ in the large as well, as those of keras_applications.py."""
    corners = random.normal(0, 1, (count, 3, 5, 5))
    smooth = torch.nn.functional.interpolate(
        torch.tensor(corners), size=(size, size), mode="bilinear", align_corners=True)
    return smooth + torch.tensor(random.normal(0, 0.3, smooth.shape))


def calibrate(model, random, images):
    """Gives a network random weights, and its batch norms the statistics of a random batch."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            shape = tuple(parameter.shape)
            if name.endswith("weight") and len(shape) > 1:
                value = random.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape)
            elif name.endswith("weight"):
                value = random.uniform(0.8, 1.2, shape)
            else:
                value = random.normal(0, 0.1, shape)
            parameter.copy_(torch.tensor(value))
        norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
        for norm in norms:
            norm.momentum = 1.0
        model.train()
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.eval()
        model(images)
        model.eval()


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
    calibrate(model, random, pictures(random, CALIBRATION, size).float())
    torch.save(model.state_dict(), f"{base}.pth")
    image = pictures(random, BATCH, size).float()
    np.save(f"{base}.input.npy", image.numpy())
    # In double: torch's own rounding is no part of the comparison.
    model = model.double()
    inner = {}
    for path in INNER[name]:
        def keep(module, inputs, output, path=path):
            inner[path] = output.clone()
        model.get_submodule(path).register_forward_hook(keep)
    with torch.no_grad():
        result = model(image.double())
    np.savez(f"{base}.reference.npz", logits=result.numpy(), **{k: v.numpy() for k, v in inner.items()})
    open(f"{base}.done", "w").close()
    return base


def incept(arguments, base, accuracy, outputs=()):
    """What Incept computes, by name."""
    with tempfile.TemporaryDirectory() as folder:
        command = [arguments.incept, "run", f"{base}.pth", "--input", f"x={base}.input.npy", "--output-dir", folder,
                   "--accuracy", accuracy]
        if outputs:
            command += ["--outputs", ",".join(outputs)]
        if arguments.device:
            command += ["--device", arguments.device]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return {path.removesuffix(".npy"): np.load(os.path.join(folder, path)) for path in os.listdir(folder)}


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
        found = incept(arguments, base, "exact", inner)
        results = incept(arguments, base, arguments.accuracy)
    except RuntimeError as error:
        print(f"{name:20}failed: {error}")
        return 1
    lines = [(path, found[node], reference[path]) for node, path in inner.items()]
    lines.append(("logits, exact", found["logits"], reference["logits"]))
    lines.append((f"logits, {arguments.accuracy}", results["logits"], reference["logits"]))
    return sum(not agrees(name, *line) for line in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--incept", default=".build/release/incept")
    parser.add_argument("--models", default=".build/oracles")
    parser.add_argument("--device")
    parser.add_argument("--accuracy", default="high")
    parser.add_argument("--make-only", action="store_true", help="write the models and stop")
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
