"""How near each layer is to what bounds it: layers.py PROFILE.json [--gflops N] [--gbytes N] [--markdown].

PROFILE.json comes from `incept profile MODEL --format json`. A layer's bound is the longer of two times: the multiply-adds
that the chosen algorithm executes (with the operations of Winograd's transforms, each as one) at --gflops, and its bytes,
each moved once, at --gbytes. Both default to what two cores of the machine of docs/performance.md reach: a plain matrix
product, and reads from the last-level cache.
"""
import argparse
import json
import sys


def bound(layer, gflops, gbytes):
    """(microseconds, what bounds) of a layer of a profile."""
    arithmetic = 2 * layer["executed_macs"] / gflops / 1e3
    memory = layer["bytes"] / gbytes / 1e3
    return (arithmetic, "arithmetic") if arithmetic >= memory else (memory, "bytes")


def rows(profile, gflops, gbytes):
    """Name, variant, shortest time, bound, what bounds, and the part of the time that the bound is, per layer."""
    result = []
    for layer in profile["layers"]:
        least, kind = bound(layer, gflops, gbytes)
        time = layer["time_us"]["min"]
        result.append((layer["name"], layer["variant"], time, least, kind, least / time if time > 0 else 0.0))
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("profile")
    parser.add_argument("--gflops", type=float, default=227)
    parser.add_argument("--gbytes", type=float, default=70)
    parser.add_argument("--markdown", action="store_true")
    arguments = parser.parse_args()
    with open(arguments.profile, encoding="utf-8") as file:
        profile = json.load(file)
    if not str(profile.get("schema", "")).startswith("incept.profile/"):
        sys.exit(f"layers: {arguments.profile}: expected a document of `incept profile --format json`")
    table = rows(profile, arguments.gflops, arguments.gbytes)
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
