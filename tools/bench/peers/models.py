"""The models, their images, and the answers they must give: everything that the engines share."""
import csv
import gzip
import json
import lzma
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

# Each engine's largest distance from the expected answer, of the answer's largest magnitude. It is there to tell a
# wrong network from rounding: `fast` is allowed 8 times the 2.3e-5 of PyTorch's float32.
TOLERANCE = 2.5e-4


@dataclass(frozen=True)
class Problem:
    """A model with one input: files for Incept and for the peers, the input, and what comes out (rows of the batch)."""

    name: str
    incept: str
    onnx: Path
    input: Path
    batch: int
    # Float64 results, or None where the fixtures have none: then the first engine's answer is expected of the others.
    expected: np.ndarray | None
    # The index of the largest result of each row.
    classes: list
    image: str


def error(answer, expected):
    """(largest distance, root mean square distance), each relative to the expectation's."""
    distance = answer.astype(np.float64) - expected
    return (float(np.abs(distance).max() / np.abs(expected).max()),
            float(np.sqrt(np.square(distance).mean() / np.square(expected).mean())))


class Fixtures:
    """Models and images at `folder`; unpacked models and made inputs go to `work`."""

    IMAGES = ("chelsea.png", "coffee.png", "astronaut.png")

    def __init__(self, folder, work):
        self.folder, self.work = Path(folder), Path(work)
        self.work.mkdir(parents=True, exist_ok=True)

    def problem(self, model, batch=1, image=0):
        """The problem of a model; `image` is the first image of the batch, the others follow in turn."""
        return {"inception": self.inception, "mobilenet": self.mobilenet, "digits": self.digits}[model](batch, image)

    def unpacked(self, name):
        target = self.work / name
        if not target.exists():
            part = target.with_name(f"{name}.{os.getpid()}.part")
            with lzma.open(self.folder / "models" / f"{name}.xz") as source, open(part, "wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)
            part.rename(target)
        return target

    def saved(self, name, array):
        path = self.work / f"{name}.npy"
        part = self.work / f"{name}.{os.getpid()}.part.npy"
        np.save(part, np.ascontiguousarray(array, np.float32))
        part.rename(path)
        return path

    def picture(self, name):
        return Image.open(self.folder / "images" / name).convert("RGB")

    def crop(self, name, size=299):
        """X and Y of the square that the references were made from."""
        width, height = self.picture(name).size
        return (100, 0) if name == "chelsea.png" else ((width - size) // 2, (height - size) // 2)

    def inception(self, batch, image):
        names = [self.IMAGES[(image + number) % len(self.IMAGES)] for number in range(batch)]
        mean, deviation = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
        inputs = []
        for name in names:
            x, y = self.crop(name)
            pixels = np.asarray(self.picture(name), np.float64)[y:y + 299, x:x + 299] / 255
            inputs.append(((pixels - mean) / deviation).transpose(2, 0, 1))
        reference = json.loads((self.folder / "models/inception_v3_torchvision.reference.json").read_text())
        expected = np.array([reference[name]["logits"] for name in names])
        return Problem(
            "inception", str(self.unpacked("inception_v3_torchvision.pth")),
            self.unpacked("inception_v3_torchvision.onnx"),
            self.saved(f"inception-{batch}-{names[0].removesuffix('.png')}", np.stack(inputs)),
            batch, expected, expected.argmax(1).tolist(), names[0])

    def mobilenet(self, batch, image):
        name = self.IMAGES[image]
        pixels = np.asarray(self.picture(name).resize((224, 224), Image.Resampling.BILINEAR), np.float64)
        top = json.loads((self.folder / "models/mobilenet_v1_025_224.top5.json").read_text())[name]
        models = self.folder / "models"
        return Problem(
            "mobilenet", str(models / "mobilenet_v1_025_224.h5"), models / "mobilenet_v1_025_224.onnx",
            self.saved("mobilenet-1", pixels[None] / 127.5 - 1), 1, None, [top[0][0]], name)

    def digits(self, batch, image):
        models = self.folder / "models"
        reference = json.loads((models / "digits_cnn_torch.reference.json").read_text())
        with gzip.open(self.folder / "digits/digits.csv.gz", "rt") as file:
            row = list(csv.reader(file))[reference["rows"][image]]
        pixels = np.array([float(value) for value in row[:64]]).reshape(1, 1, 8, 8) / 16
        expected = np.array([reference["logits"][image]])
        return Problem(
            "digits", str(models / "digits_cnn_torch.safetensors"), models / "digits_cnn_torch.onnx",
            self.saved("digits-1", pixels), 1, expected, expected.argmax(1).tolist(), f"row {reference['rows'][image]}")
