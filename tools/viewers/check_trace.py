"""`incept profile --format trace` against the Trace Event Format, strictly, and profiles against themselves.

Perfetto's trace processor is not on PyPI: the package `perfetto` downloads it when it is used. So the rules that it and
chrome://tracing read by are checked here: "Trace Event Format", the Chromium project.
"""

import collections
import json
import math

import models
from common import OUT, Checks, incept, parsed

checks = Checks()
FOLDER = OUT / "trace"
# Keys of each phase: those that must be there, and those that may.
PHASES = {
    "M": ({"name", "args"}, set()),
    "X": ({"name", "cat", "ts", "dur"}, {"args"}),
    "b": ({"name", "cat", "ts", "id"}, {"args"}),
    "e": ({"name", "cat", "ts", "id"}, {"args"}),
    "s": ({"name", "cat", "ts", "id"}, {"args"}),
    "f": ({"name", "cat", "ts", "id", "bp"}, {"args"}),
    "C": ({"name", "ts", "args"}, set()),
}
METADATA = {"process_name": str, "thread_name": str, "process_sort_index": int}
# Clocks count nanoseconds; in microseconds that is so much.
ROUNDING = 0.002


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def check_events(name, document):
    """Every event by itself."""
    checks.expect(set(document) == {"displayTimeUnit", "otherData", "traceEvents"}, f"{name}: keys {list(document)}")
    checks.expect(document["displayTimeUnit"] in ("ms", "ns"), f"{name}: unit {document['displayTimeUnit']}")
    for event in document["traceEvents"]:
        told = f"{name}: {json.dumps(event)[:200]}"
        phase = event.get("ph")
        if not checks.expect(phase in PHASES, f"{told}: a phase that is not used"):
            continue
        needed, more = PHASES[phase]
        keys = set(event) - {"ph", "pid", "tid"}
        checks.expect(needed <= keys <= needed | more, f"{told}: keys {keys}")
        checks.expect(all(type(event.get(key)) is int for key in ("pid", "tid")), f"{told}: process and thread")
        checks.expect(isinstance(event["name"], str) and event["name"] != "", f"{told}: a name")
        for key in {"ts", "dur"} & keys:
            checks.expect(is_number(event[key]) and event[key] >= 0, f"{told}: {key}")
        if "args" in event:
            checks.expect(isinstance(event["args"], dict), f"{told}: arguments")
        if phase == "M":
            kind = METADATA.get(event["name"])
            value = event["args"].get("sort_index" if kind is int else "name")
            checks.expect(kind and isinstance(value, kind), f"{told}: metadata")
        if phase == "C":
            checks.expect(event["args"] and all(map(is_number, event["args"].values())), f"{told}: numbers")
        if phase == "f":
            checks.expect(event["bp"] == "e", f"{told}: binds to the slice around it")


def check_tracks(name, events):
    """Every process and thread that is used has a name, once."""
    used = {(event["pid"], event["tid"]) for event in events if event["ph"] != "M"}
    for kind in METADATA:
        found = [(event["pid"], event["tid"]) for event in events if event["ph"] == "M" and event["name"] == kind]
        checks.expect(len(set(found)) == len(found), f"{name}: {kind} twice")
        checks.expect(used <= set(found), f"{name}: {kind} is missing for {used - set(found)}")


def check_slices(name, events):
    """Slices of a thread lie in each other or beside each other; the slices by thread."""
    threads = collections.defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            threads[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"], event["name"]))
    for thread, slices in threads.items():
        around = []
        for start, end, title in sorted(slices, key=lambda one: (one[0], -one[1])):
            while around and around[-1] <= start + ROUNDING:
                around.pop()
            inside = not around or end <= around[-1] + ROUNDING
            checks.expect(inside, f"{name}: {title[:40]} of {thread} ends after the slice around it")
            around.append(end)
    return threads


def check_pairs(name, events, threads):
    """What begins ends, once, later; arrows begin and end in slices."""
    for first, last in [("b", "e"), ("s", "f")]:
        ends = {}
        for phase in (first, last):
            found = [event for event in events if event["ph"] == phase]
            ends[phase] = {(event["cat"], event["id"], event["name"]): event for event in found}
            checks.expect(len(ends[phase]) == len(found), f"{name}: {phase} twice with one id")
        checks.expect(set(ends[first]) == set(ends[last]), f"{name}: {first} without {last}, or the other way")
        for key in set(ends[first]) & set(ends[last]):
            begin, end = ends[first][key], ends[last][key]
            checks.expect(begin["ts"] <= end["ts"] + ROUNDING, f"{name}: {key} ends before it begins")
            if first == "b":
                checks.expect((begin["pid"], begin["tid"]) == (end["pid"], end["tid"]), f"{name}: {key} changes its track")
                continue
            for event in (begin, end):
                slices = threads[event["pid"], event["tid"]]
                inside = any(start - ROUNDING <= event["ts"] <= stop + ROUNDING for start, stop, _ in slices)
                checks.expect(inside, f"{name}: the arrow {key} at {event['ts']} is in no slice")


def check_counters(name, events):
    """Counters go on in time, are never negative, and end with nothing waiting."""
    counters = collections.defaultdict(list)
    for event in events:
        if event["ph"] == "C":
            counters[event["pid"], event["name"]].append((event["ts"], event["args"]["value"]))
    for key, values in counters.items():
        times = [time for time, _ in values]
        checks.expect(times == sorted(times), f"{name}: {key} goes back in time")
        checks.expect(min(value for _, value in values) >= 0, f"{name}: {key} is negative")
        checks.expect(values[-1][1] == 0, f"{name}: {key} ends with {values[-1][1]}")


def check_times(name, document, profile):
    """The device's slices are the profile's kernels."""
    events = document["traceEvents"]
    kernels = [event for event in events if event["ph"] == "X" and event["cat"] in ("kernel", "host-timed")]
    layers = sorted(profile["layers"], key=lambda layer: layer["index"])
    checks.expect([event["name"] for event in kernels] == [layer["name"] for layer in layers], f"{name}: names of kernels")
    stamped = [layer["timeline"] for layer in layers if "ended_us" in layer.get("timeline", {})]
    if len(stamped) == len(layers):
        wanted = sum(one["ended_us"] - one["started_us"] for one in stamped)
    else:
        wanted = sum(layer["time_us"]["median"] for layer in layers)
    found = sum(event["dur"] for event in kernels)
    # Where kernels overlap, a slice begins when the one before ends.
    checks.expect(abs(found - wanted) <= ROUNDING * len(layers) + 1e-3 * wanted, f"{name}: slices take {found} us, kernels {wanted}")


def check_sum(name, profile):
    """Kernels, gaps, and the time before and after are the run."""
    total = profile["total"]
    parts = total["kernel_ms"] + total["gap_ms"] + total.get("lead_ms", 0) + total.get("tail_ms", 0)
    off = abs(parts / total["wall_ms"] - 1)
    print(f"    {name}: kernels {total['kernel_ms']:.2f}, gaps {total['gap_ms']:.2f}, before {total.get('lead_ms', 0):.2f}, "
          f"after {total.get('tail_ms', 0):.2f} of {total['wall_ms']:.2f} ms, off by {off:.2%}")
    checks.expect(off <= 0.03, f"{name}: the parts are {off:.2%} away from the run")
    # On a busy machine the two kinds of runs see different neighbours.
    cost = total["wall_ms"] / total["unprofiled_wall_ms"] - 1
    print(f"    {name}: profiling adds {cost:.2%}")


def compare(name, first, second):
    """Prints how many layers of two profiles differ by less than their noise; other work on the machine may be in it."""
    after = {layer["index"]: layer for layer in second["layers"]}
    same = 0
    for layer in first["layers"]:
        other = after[layer["index"]]
        difference = abs(layer["time_us"]["min"] - other["time_us"]["min"])
        same += difference <= layer["noise_us"] + other["noise_us"]
    totals = [one["total"] for one in (first, second)]
    runs = [total["unprofiled_min_ms"] for total in totals]
    noise = sum(total["noise_ms"] for total in totals)
    print(f"    {name}, twice: {same} of {len(after)} layers differ by less than their noise; a run takes at least "
          f"{runs[0]:.2f} and {runs[1]:.2f} ms, the noise of both is {noise:.2f} ms (not asserted)")


def check(name, profile_path):
    """A trace of a saved profile."""
    document = parsed(incept("profile", profile_path, "--format", "trace"))
    events = document["traceEvents"]
    check_events(name, document)
    check_tracks(name, events)
    threads = check_slices(name, events)
    check_pairs(name, events, threads)
    check_counters(name, events)
    check_times(name, document, parsed(profile_path.read_text()))
    return len(events)


def measure(name, *arguments):
    path = FOLDER / f"{name}.json"
    incept("profile", *arguments, "--format", "json", "-o", path)
    return path


def without_stamps(path):
    """A profile as of a device whose time stamps are of no use."""
    profile = parsed(path.read_text())
    profile.pop("timeline", None)
    for layer in profile["layers"]:
        layer |= {"clock": "host", "flaw": "missing"}
        for key in ["queued_us", "submitted_us", "started_us", "ended_us"]:
            layer.get("timeline", {}).pop(key, None)
    changed = path.with_name("host-timed.json")
    changed.write_text(json.dumps(profile))
    return changed


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    checks.skip("Perfetto's trace processor", "PyPI's package downloads its program; the format is checked strictly instead")
    inception = ["inception_v3", "--weights", "synthetic"]
    pooling = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    cases = {
        "digits": ["digits_cnn"], "one": [models.one()], "long": [models.long(), "--runs", "3"],
        "hostile": [models.hostile("hostile-pools", "MaxPool", **pooling)], "odd": [models.odd()],
        "inception": inception, "in-order": [*inception, "--runs", "3", "--queue", "in-order"],
        "out-of-order": [*inception, "--runs", "3", "--queue", "out-of-order"],
    }
    for name, path in models.fixture_models(checks, ".onnx", ".pb", ".keras").items():
        cases[name] = [path, "--runs", "3"]
    for name, arguments in cases.items():
        print(f"    {name}: {check(name, measure(name, *arguments))} events", flush=True)
    check("host-timed", without_stamps(FOLDER / "inception.json"))
    first, second = (parsed((FOLDER / "inception.json").read_text()), parsed(measure("again", *inception).read_text()))
    check_sum("inception", first)
    compare("inception", first, second)
    # Measured and written at once, without a file between.
    document = parsed(incept("profile", "digits_cnn", "--format", "trace"))
    check_events("direct", document)
    checks.finish("traces")


if __name__ == "__main__":
    main()
