"""What the comparisons with the frameworks share: pictures, running Incept, and a line of the report."""
import os
import subprocess
import tempfile

import numpy as np

TOLERANCE = 1e-4
"""The largest error of a logit, as a part of the largest logit."""


def pictures(random, count, size):
    """Random pictures that differ in the large as well: networks see no difference between pictures of mere noise, and
    batch norms that were calibrated with such would amplify rounding."""
    corners = random.normal(0, 1, (count, 5, 5, 3))
    places = np.linspace(0, 4, size)
    low = np.minimum(places.astype(int), 3)
    share = (places - low)[:, None]
    rows = corners[:, low] * (1 - share[..., None]) + corners[:, low + 1] * share[..., None]
    smooth = rows[:, :, low] * (1 - share) + rows[:, :, low + 1] * share
    return smooth + random.normal(0, 0.3, smooth.shape)


def add_arguments(parser):
    """The arguments that every comparison takes."""
    parser.add_argument("--incept", default=".build/release/incept")
    parser.add_argument("--models", default=".build/oracles")
    parser.add_argument("--device")
    parser.add_argument("--accuracy", default="high")
    parser.add_argument("--make-only", action="store_true", help="write the models and stop")


def outputs(arguments, model, image, extra=()):
    """The tensors that Incept computes, by name."""
    with tempfile.TemporaryDirectory() as folder:
        command = [arguments.incept, "run", model, "--input", f"x={image}", "--output-dir", folder,
                   "--accuracy", arguments.accuracy, *extra]
        if arguments.device:
            command += ["--device", arguments.device]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return {name.removesuffix(".npy"): np.load(os.path.join(folder, name)) for name in os.listdir(folder)}


def compare(arguments, network, form, expected, model, image, extra=(), output=None):
    """One line of the report; whether Incept's result for this file agrees with the framework's."""
    try:
        found = outputs(arguments, model, image, extra)
    except RuntimeError as error:
        print(f"{network:20}{form:24}failed: {error}", flush=True)
        return False
    found = found[output] if output else next(iter(found.values()))
    if found.shape != expected.shape:
        print(f"{network:20}{form:24}shape {found.shape} instead of {expected.shape}", flush=True)
        return False
    error = np.abs(found - expected).max() / np.abs(expected).max()
    agrees = bool(error <= TOLERANCE)
    print(f"{network:20}{form:24}{error:9.1e}  {'ok' if agrees else 'DIFFERS'}", flush=True)
    return agrees


def heading():
    """The first line of the report."""
    print(f"{'NETWORK':20}{'FILE':24}error / max |logit|")
