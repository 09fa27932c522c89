"""How near each layer is to what bounds it: layers.py PROFILE.json... [--markdown].

Each PROFILE.json comes from `incept profile MODEL --roofline --sort order --format json`, which knows each layer's bound from
the device's measured peaks (docs/profiling.md). The shortest time of all counts, as other processes only ever make one longer,
beside the least bound, as they only ever make a peak lower.
"""
import argparse
import json
import sys


def rows(profiles):
    """Name, variant, shortest time, bound, what bounds, and the part of the time that the bound is, per layer."""
    result = []
    for layers in zip(*(profile["layers"] for profile in profiles), strict=True):
        if len({(layer["name"], layer["variant"]) for layer in layers}) > 1:
            sys.exit(f"layers: expected profiles of one plan, found {layers[0]['name']} in another form or place")
        time = min(layer["time_us"]["min"] for layer in layers)
        bound = min((layer["roofline"] for layer in layers), key=lambda roofline: roofline["bound_us"])
        least = bound["bound_us"]
        result.append((layers[0]["name"], layers[0]["variant"], time, least, bound["bound"], least / time if time > 0 else 0.0))
    return result


def read(path):
    """A profile that says what bounds each layer."""
    with open(path, encoding="utf-8") as file:
        profile = json.load(file)
    if not str(profile.get("schema", "")).startswith("incept.profile/") or "peaks" not in profile:
        sys.exit(f"layers: {path}: expected a document of `incept profile --roofline --format json`")
    return profile


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("profiles", nargs="+", metavar="PROFILE.json")
    parser.add_argument("--markdown", action="store_true")
    arguments = parser.parse_args()
    table = rows([read(path) for path in arguments.profiles])
    if arguments.markdown:
        print("| layer | variant | us | bound us | by | reached |\n|---|---|---|---|---|---|")
    for name, variant, time, least, kind, part in table:
        name = name if len(name) <= 40 else name[:39] + "…"
        if arguments.markdown:
            print(f"| {name} | {variant} | {time:.0f} | {least:.0f} | {kind} | {100 * part:.0f} % |")
        else:
            print(f"{name:40} {variant:28} {time:8.1f} us  bound {least:8.1f} us by {kind:10} {100 * part:4.0f} %")
    total, floor = sum(row[2] for row in table), sum(row[3] for row in table)
    near = sum(row[2] for row in table if row[5] >= 0.9)
    print(f"\nAll: {total / 1e3:.2f} ms, bounds {floor / 1e3:.2f} ms ({100 * floor / total:.0f} %); "
          f"layers within 10 % of their bound take {100 * near / total:.0f} % of the time")


if __name__ == "__main__":
    main()
