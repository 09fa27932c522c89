"""Tables for people, CSV for keeping, JSON for programs. Nothing but the standard library."""
import csv
import json
import os

COLUMNS = [
    "date", "revision", "cpu", "others", "case", "engine", "version", "accuracy", "threads", "batch", "rounds",
    "min_ms", "median_ms", "p90_ms", "to_openvino", "to_openvino_min", "to_better", "error", "error_rms",
    "import_ms", "without_import_ms", "load_ms", "build_ms", "first_ms", "rss_mb",
]

# Per kind of case: heading, key and format of each figure.
LATENCY = [
    ("min ms", "min_ms", "{:.3f}"), ("median", "median_ms", "{:.3f}"), ("p90", "p90_ms", "{:.3f}"),
    ("to OpenVINO", "to_openvino", "{:.3f}"), ("(of minima)", "to_openvino_min", "{:.3f}"),
    ("to the better", "to_better", "{:.3f}"), ("error", "error", "{:.1e}"),
]
START = [
    ("min ms", "min_ms", "{:.0f}"), ("median", "median_ms", "{:.0f}"),
    ("without import", "without_import_ms", "{:.0f}"),
    ("import", "import_ms", "{:.0f}"), ("load", "load_ms", "{:.0f}"), ("build", "build_ms", "{:.0f}"),
    ("first", "first_ms", "{:.0f}"), ("peak MB", "rss_mb", "{:.0f}"),
]
ERROR = [("largest", "error", "{:.1e}"), ("rms", "error_rms", "{:.1e}")]


def columns_of(case):
    """The figures that a case's table shows."""
    return {"error": ERROR, "warm": START, "cold": START}.get(case, LATENCY)


def table(title, rows):
    """A case's rows as lines of text; `-` where an engine has no such figure."""
    columns = columns_of(rows[0]["case"])
    cells = [["", *(heading for heading, _, _ in columns)]]
    for row in rows:
        cells.append([row["engine"], *(
            "-" if row.get(key) is None else form.format(row[key]) for _, key, form in columns)])
    widths = [max(len(line[place]) for line in cells) for place in range(len(cells[0]))]
    lines = [title]
    for line in cells:
        first = line[0].ljust(widths[0])
        lines.append("  ".join(["", first, *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:]))]).rstrip())
    return lines


class CSVFile:
    """A file that rows are appended to. One with other columns is refused before anything is measured."""

    def __init__(self, path):
        self.path = path
        self.is_new = not os.path.exists(path) or os.path.getsize(path) == 0
        if self.is_new:
            os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
            return
        with open(path, newline="") as file:
            found = next(csv.reader(file), [])
        if found != COLUMNS:
            raise ValueError(
                f"{path}: expected the columns {','.join(COLUMNS)}, found {','.join(found)[:200]}; name another file")

    def append(self, machine, rows):
        """Appends rows, each with what is known of the machine."""
        with open(self.path, "a", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
            if self.is_new:
                writer.writeheader()
                self.is_new = False
            for row in rows:
                writer.writerow({key: rounded(value) for key, value in (machine | row).items()})


def rounded(value):
    """Six digits of a number, which is more than any clock here gives."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def write_json(path, machine, rows, verdicts, failures):
    """Writes everything as one document, first under a temporary name."""
    document = {
        "schema": "incept.bench-peers/1", "machine": machine,
        "rows": [{key: rounded(value) for key, value in row.items() if value is not None} for row in rows],
        "bounds": [
            {"case": bound.case, "accuracy": bound.accuracy, "measured_accuracy": row["accuracy"],
             "figure": bound.figure, "value": rounded(value), "must": bound.must, "aim": bound.aim, "verdict": verdict}
            for bound, row, value, verdict in verdicts],
        "failures": failures,
    }
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    part = f"{path}.{os.getpid()}.part"
    with open(part, "w") as file:
        json.dump(document, file, indent=1)
        file.write("\n")
    os.replace(part, path)
