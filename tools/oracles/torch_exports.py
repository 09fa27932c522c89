"""Compares Incept with PyTorch on torchvision's networks, exported to ONNX by both of PyTorch's exporters.

Usage: torch_exports.py [--incept PATH] [--models DIR] [--size PIXELS] [--device DEVICE] [--accuracy A] [NAME ...]

Every network gets random weights whose batch norms are calibrated, so that activations stay sane. The exporter of
TorchScript writes with a batch of free size, the one of torch.export with a fixed one; both leave batch norms as
they are in a second file of their own (exporters otherwise fold them into convolutions). The files stay in DIR.
"""
import argparse
import copy
import os
import sys
import warnings

import numpy as np
import torch
from common import add_arguments, compare, heading, pictures

try:
    import torchvision
except RuntimeError:
    # torchvision's binary part belongs to another build of PyTorch. Its networks don't use it; importing it only wants
    # two of its operators to have a name.
    detection = torch.library.Library("torchvision", "DEF")
    for operator in ["nms", "qnms"]:
        detection.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision

BATCH = 2
SIZE = 96
CALIBRATION = 16
NETWORKS = {
    "SqueezeNet": "squeezenet1_1",
    "ResNet18": "resnet18",
    "GoogLeNet": "googlenet",
    "MobileNetV2": "mobilenet_v2",
    "ShuffleNetV2": "shufflenet_v2_x1_0",
    "DenseNet": "densenet121",
    "EfficientNet": "efficientnet_b0",
    "ConvNeXt-tiny": "convnext_tiny",
}
FORMS = ["torchscript", "torchscript.unfolded", "dynamo"]


def construct(name):
    """The network in evaluation mode, without weights of anyone."""
    extra = {"aux_logits": False, "init_weights": False} if name == "GoogLeNet" else {}
    return getattr(torchvision.models, NETWORKS[name])(weights=None, **extra)


def calibrate(model, random, images):
    """Random weights, and batch norms with the statistics of a batch."""
    norms = []
    for module in model.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            inputs = module.weight[0].numel()
            module.weight.data = torch.from_numpy(random.normal(0, np.sqrt(2 / inputs), module.weight.shape)).float()
            if module.bias is not None:
                module.bias.data = torch.from_numpy(random.normal(0, 0.1, module.bias.shape)).float()
        elif isinstance(module, torch.nn.BatchNorm2d):
            module.weight.data = torch.from_numpy(random.uniform(0.8, 1.2, module.weight.shape)).float()
            module.bias.data = torch.from_numpy(random.normal(0, 0.1, module.bias.shape)).float()
            norms.append((module, module.momentum))
            module.momentum = 1.0
    if norms:
        model.train()
        # Dropout and dropped paths are training's as well, and would leave other statistics than the network sees.
        for module in model.modules():
            if not isinstance(module, torch.nn.BatchNorm2d) and not list(module.children()):
                module.eval()
            if isinstance(module, torchvision.ops.StochasticDepth):
                module.eval()
        with torch.no_grad():
            model(images)
        for module, momentum in norms:
            module.momentum = momentum
    model.eval()


def export(model, images, form, path):
    """Writes one form of a network."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if form == "dynamo":
            torch.onnx.export(model, (images,), path, dynamo=True, verbose=False, external_data=False)
            return
        unfolded = form.endswith("unfolded")
        training = torch.onnx.TrainingMode.PRESERVE if unfolded else torch.onnx.TrainingMode.EVAL
        torch.onnx.export(model, (images,), path, dynamo=False, opset_version=17, training=training,
                          do_constant_folding=not unfolded, input_names=["image"], output_names=["logits"],
                          dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}})


def make(name, folder, size):
    """Writes a network's files, an input and PyTorch's logits, where they are not there yet."""
    base = os.path.join(folder, f"torch_{name}_{size}")
    if os.path.exists(f"{base}.done"):
        return base
    torch.manual_seed(1)
    random = np.random.default_rng(sum(name.encode()))
    model = construct(name)
    layout = (0, 3, 1, 2)
    calibrate(model, random, torch.from_numpy(pictures(random, CALIBRATION, size).transpose(layout)).float())
    images = torch.from_numpy(np.ascontiguousarray(pictures(random, BATCH, size).transpose(layout))).float()
    np.save(f"{base}.input.npy", images.numpy())
    # In double: PyTorch's own rounding is no part of the comparison.
    with torch.no_grad():
        np.save(f"{base}.logits.npy", copy.deepcopy(model).double()(images.double()).numpy())
    for form in FORMS:
        export(model, images, form, f"{base}.{form}.onnx")
    open(f"{base}.done", "w").close()
    return base


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--size", type=int, default=SIZE, help="of the pictures")
    parser.add_argument("names", nargs="*", default=list(NETWORKS))
    arguments = parser.parse_args()
    os.makedirs(arguments.models, exist_ok=True)
    if not arguments.make_only:
        heading()
    failures = 0
    for name in arguments.names:
        base = make(name, arguments.models, arguments.size)
        if arguments.make_only:
            continue
        expected = np.load(f"{base}.logits.npy")
        for form in FORMS:
            agrees = compare(arguments, name, form, expected, f"{base}.{form}.onnx", f"{base}.input.npy")
            failures += not agrees
    if failures:
        sys.exit(f"{failures} files differ")


main()
