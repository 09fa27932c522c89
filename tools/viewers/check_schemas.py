"""Validates the JSON of every command against docs/schemas, and that the schemas notice missing and misspelt keys."""

import copy
import json
import shutil

from jsonschema import Draft202012Validator

from common import OUT, ROOT, Checks, incept, parsed
from models import all_models, odd, one

SAMPLE = "Samples/digit-0-a.png"
checks = Checks()
checked = {}


def validator(name):
    schema = json.loads((ROOT / f"docs/schemas/{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def validate(name, text, told):
    """Checks a document, and remembers it for the negative checks."""
    document = parsed(text)
    errors = sorted(validator(name).iter_errors(document), key=lambda error: error.path)
    for error in errors[:3]:
        checks.expect(False, f"{told}: {list(error.absolute_path)}: {error.message[:300]}")
    checks.expect(list(document)[0] == "schema", f"{told}: schema comes first")
    checked.setdefault(name, []).append(document)


def commands():
    folder = OUT / "schemas"
    folder.mkdir(parents=True, exist_ok=True)
    digits = ["digits_cnn"]
    before = folder / "before.json"
    incept("profile", *digits, "--runs", "2", "--format", "json", "-o", before)
    for name, arguments in [
        ("devices", ["devices", "--measure"]),
        ("devices", ["devices"]),
        ("devices-check", ["devices", "--check"]),
        ("models", ["models"]),
        ("models", ["models", "inception_v3"]),
        ("run", ["run", *digits, SAMPLE]),
        ("bench", ["bench", *digits, "--runs", "2"]),
        ("profile", ["profile", *digits, "--runs", "2"]),
        ("profile", ["profile", *digits, "--runs", "2", "--sort", "order", "--accuracy", "fast"]),
        ("profile", ["profile", *digits, "--runs", "2", "--roofline", "--queue", "out-of-order"]),
        ("profile", ["profile", "inception_v3", "--weights", "synthetic", "--runs", "2"]),
        ("profile", ["profile", before]),
        ("memory", ["profile", *digits, "--dry-run"]),
        ("memory", ["profile", one(), "--dry-run"]),
        ("memory", ["profile", "inception_v3", "--dry-run", "--memory-limit", "150M"]),
        ("profile-difference", ["profile", *digits, "--runs", "2", "--against", before]),
        ("profile-difference", ["profile", *digits, "--runs", "2", "--against", before, "--all"]),
        ("profile-difference", ["profile", before, "--against", before]),
        ("evaluate", ["evaluate", *digits, "--data", digit_folders(folder)]),
        ("tune", ["tune", *digits, "--budget", "3"]),
        ("compare", ["compare", *digits, SAMPLE]),
        ("filter", ["filter", SAMPLE, "--filter", "gabor", "--size", "3", "--repeat", "2"]),
        ("filter", ["filter", SAMPLE, "--filter", "sobel", "-o", folder / "sobel.svg", "--padding", "1"]),
        ("cache", ["cache", "ls"]),
        ("cache", ["cache", "prune"]),
        ("cache-why", ["cache", "why", *digits]),
        ("fetch", ["fetch"]),
        ("arithmetic", ["arithmetic", "-o", folder / "conv.gif"]),
        ("arithmetic", ["arithmetic", "--transposed", "--stride", "2", "--padding", "1"]),
        ("features", ["features", *digits, SAMPLE, "--layer", "conv1", "-o", folder / "maps.png"]),
        ("features", ["features", *digits, "--filters"]),
        ("feature-layers", ["features", *digits]),
        ("convert", ["convert", *digits, folder / "digits.safetensors"]),
        ("passes", ["graph", *digits, "--after", "list"]),
        ("graph", ["graph", "inception_v3", "--after", "fuse-bias"]),
        ("graph", ["graph", "inception_v3", "--filter", "Mixed_5b"]),
        ("graph", ["graph", *digits, "--stage", "plan", "--filter", "conv2d"]),
        ("graph", ["graph", "inception_v3", "--stage", "plan", "--precision", "fp16"]),
    ]:
        validate(name, incept(*arguments, "--format", "json"), " ".join(map(str, arguments)))
    without_peaks(before, folder)
    for name, model in all_models(checks).items():
        for stage in ["imported", "optimised", "plan"]:
            text = incept("graph", model, "--stage", stage, "--format", "json")
            validate("graph", text, f"graph {name} --stage {stage}")
    for model in [one(), odd()]:
        validate("profile", incept("profile", model, "--runs", "1", "--format", "json"), f"profile {model.stem}")
    validate("compare", incept("compare", odd(), "--format", "json"), "compare odd")


def digit_folders(folder):
    """The samples in a folder for each class; one of them lies in a wrong one, so that there is a mistake."""
    data = folder / "digits"
    for sample in sorted((ROOT / "Samples").glob("digit-*.png")):
        name = sample.stem.split("-")[1]
        (data / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(sample, data / name)
    # A three among the zeros.
    shutil.copy(ROOT / "Samples" / "digit-3-a.png", data / "0" / "wrong.png")
    return data


def without_peaks(profile, folder):
    """Profiles as devices that were not measured, or give no time stamps, have them."""
    document = parsed(profile.read_text())
    document.pop("peaks", None)
    for layer in document["layers"]:
        layer.pop("roofline", None)
    path = folder / "plain.json"
    path.write_text(json.dumps(document))
    validate("profile", incept("profile", path, "--format", "json"), "profile without peaks")
    document.pop("timeline", None)
    for layer in document["layers"]:
        layer["clock"] = "host"
        layer["flaw"] = "missing"
        layer.pop("timeline", None)
    path.write_text(json.dumps(document))
    validate("profile", incept("profile", path, "--format", "json"), "profile without time stamps")


def objects(document, path=()):
    """Every object of a document with its path."""
    if isinstance(document, dict):
        yield path, document
        for key, value in document.items():
            yield from objects(value, (*path, key))
    elif isinstance(document, list) and document:
        # Elements of a list are alike.
        yield from objects(document[0], (*path, 0))


def at(document, path):
    for step in path:
        document = document[step]
    return document


def negative():
    """A schema must refuse each key removed, unless it is optional, and each key misspelt."""
    refused = 0
    for name, documents in checked.items():
        schema, document = validator(name), documents[0]
        for path, value in list(objects(document)):
            if path and path[-1] == "attributes":
                continue
            for key in value:
                changed = copy.deepcopy(document)
                at(changed, path)[key + "s_"] = at(changed, path).pop(key)
                checks.expect(not schema.is_valid(changed), f"{name}: {path} may have {key}s_")
                refused += 1
                changed = copy.deepcopy(document)
                del at(changed, path)[key]
                if schema.is_valid(changed):
                    checks.expect(is_optional(schema.schema, path, key), f"{name}: {path} may lack {key}")
                changed = copy.deepcopy(document)
                at(changed, path)[key] = {"wrong": {}}
                checks.expect(not schema.is_valid(changed), f"{name}: {path} {key} may be anything")
    return refused


def is_optional(root, path, key):
    """Whether a schema says that a key may be left out."""
    schema = root
    for step in path:
        schema = resolved(root, schema)
        schema = schema["items"] if isinstance(step, int) else schema["properties"][step]
    return key not in resolved(root, schema)["required"]


def resolved(root, schema):
    if "$ref" in schema:
        return root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


commands()
count = negative()
names = {path.name.removesuffix(".schema.json") for path in (ROOT / "docs/schemas").iterdir()}
checks.expect(names == set(checked), f"schemas without a document: {sorted(names ^ set(checked))}")
documents = sum(map(len, checked.values()))
checks.finish(f"{documents} documents against {len(checked)} schemas, {count} misspelt keys refused")
