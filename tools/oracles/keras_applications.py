"""Compares Incept with Keras on Keras Applications: logits of every file form within 1e-4 of the largest.

Usage: keras_applications.py [--incept PATH] [--models DIR] [--size PIXELS] [--device DEVICE] [--accuracy A] [NAME ...]

Every network gets random weights whose batch norms are calibrated, so that activations stay sane, and is saved as
`.keras`, as `.h5` with its architecture, and where Incept has the architecture built in as weights alone, in both
layouts. The files stay in DIR for the next run.
"""
import argparse
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import numpy as np
from common import add_arguments, compare, heading, pictures

BATCH = 2
NAMES = ["MobileNet", "MobileNetV2", "VGG16", "ResNet50V2", "DenseNet121", "InceptionV3", "Xception",
         "EfficientNetB0", "NASNetMobile", "InceptionResNetV2", "ConvNeXtTiny", "EfficientNetV2B0",
         "MobileNetV3Small", "ResNet50"]
# Smaller pictures leave one pixel before the last convolutions, whose batch norms then have next to no statistics.
SIZES = {"InceptionV3": 139, "InceptionResNetV2": 139}
SIZE = 96
CALIBRATION = 16
# Built-in architectures: their name for --weights, and the node before softmax.
BUILT_IN = {
    "MobileNet": ("mobilenet_v1", "reshape_2"),
    "ResNet50V2": ("resnet50_v2", "predictions.logits"),
    "InceptionV3": ("inception_v3:keras", "predictions.logits"),
    "InceptionResNetV2": ("inception_resnet_v2", "predictions.logits"),
}


def calibrate(keras, model, random, image):
    """Gives a model random weights, and its batch norms the statistics of a random batch."""
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for weight in model.weights:
        shape, name = tuple(weight.shape), weight.path.split("/")[-1]
        if "kernel" in name:
            inputs = shape[0] * shape[1] if "depthwise" in weight.path or "_dw" in weight.path else np.prod(shape[:-1])
            weight.assign(random.normal(0, np.sqrt(2 / inputs), shape).astype("f4"))
        elif name == "gamma":
            weight.assign(random.uniform(0.8, 1.2, shape).astype("f4"))
        elif name in ("beta", "bias"):
            weight.assign(random.normal(0, 0.1, shape).astype("f4"))
    momenta = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    model(image, training=True)
    for layer, momentum in zip(norms, momenta):
        layer.momentum = momentum


def make(name, folder, size):
    """Writes a network's files, an input and Keras's logits, where they are not there yet."""
    base = os.path.join(folder, f"{name}_{size}")
    if os.path.exists(f"{base}.done"):
        return base
    import h5py
    import keras
    from keras.src.legacy.saving import legacy_h5_format

    keras.utils.set_random_seed(1)
    random = np.random.default_rng(sum(name.encode()))
    constructor = getattr(keras.applications, name)
    shape = (size, size, 3)
    model = constructor(weights=None, input_shape=shape, classifier_activation=None)
    scale = 127.5 if name.startswith(("EfficientNet", "MobileNetV3", "ConvNeXt")) else 1.0
    offset = 127.5 if name.startswith(("EfficientNet", "MobileNetV3", "ConvNeXt")) else 0.0
    calibrate(keras, model, random, (pictures(random, CALIBRATION, size) * scale + offset).astype("f4"))
    image = (pictures(random, BATCH, size) * scale + offset).astype("f4")
    np.save(f"{base}.input.npy", image)
    # In double: Keras's own rounding is no part of the comparison.
    config = json.loads(json.dumps(model.get_config()).replace('"float32"', '"float64"'))
    double = type(model).from_config(config)
    double.set_weights(model.get_weights())
    np.save(f"{base}.logits.npy", np.asarray(double(image.astype("f8"), training=False)))
    model.save(f"{base}.keras")
    model.save(f"{base}.h5", include_optimizer=False)
    if name in BUILT_IN:
        model.save_weights(f"{base}.weights.h5")
        with h5py.File(f"{base}.legacy_weights.h5", "w") as file:
            legacy_h5_format.save_weights_to_hdf5_group(file, model)
    open(f"{base}.done", "w").close()
    return base


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--size", type=int, help="of the pictures, where not each network's own")
    parser.add_argument("names", nargs="*", default=NAMES)
    arguments = parser.parse_args()
    os.makedirs(arguments.models, exist_ok=True)
    failures = 0
    if not arguments.make_only:
        heading()
    for name in arguments.names:
        base = make(name, arguments.models, arguments.size or SIZES.get(name, SIZE))
        if arguments.make_only:
            continue
        expected, image = np.load(f"{base}.logits.npy"), f"{base}.input.npy"
        for suffix in [".keras", ".h5"]:
            failures += not compare(arguments, name, suffix, expected, base + suffix, image)
        if name in BUILT_IN:
            # Weights alone run at the size the architecture was made for; inputs of another size are allowed.
            extra, output = ("--outputs", BUILT_IN[name][1]), BUILT_IN[name][1]
            for suffix in [".weights.h5", ".legacy_weights.h5"]:
                failures += not compare(arguments, name, suffix, expected, base + suffix, image, extra, output)
    if failures:
        sys.exit(f"{failures} files differ")


main()
