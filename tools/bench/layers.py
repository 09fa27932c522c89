"""How near each layer is to what bounds it: layers.py PROFILE.json [--markdown].

PROFILE.json comes from `incept profile MODEL --roofline --sort order --format json`, which knows each layer's bound from the
device's measured peaks (docs/profiling.md). Here the shortest time counts, as other processes only ever make one longer.
"""
import argparse
import json
import sys


def rows(profile):
    """Name, variant, shortest time, bound, what bounds, and the part of the time that the bound is, per layer."""
    result = []
    for layer in profile["layers"]:
        time, roofline = layer["time_us"]["min"], layer["roofline"]
        least = roofline["bound_us"]
        result.append((layer["name"], layer["variant"], time, least, roofline["bound"], least / time if time > 0 else 0.0))
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("profile")
    parser.add_argument("--markdown", action="store_true")
    arguments = parser.parse_args()
    with open(arguments.profile, encoding="utf-8") as file:
        profile = json.load(file)
    if not str(profile.get("schema", "")).startswith("incept.profile/") or "peaks" not in profile:
        sys.exit(f"layers: {arguments.profile}: expected a document of `incept profile --roofline --format json`")
    table = rows(profile)
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
