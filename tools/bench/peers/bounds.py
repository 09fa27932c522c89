"""What each case must reach and what it aims at: two cores, PoCL, medians of engines that took turns."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Bound:
    """An upper bound of one figure (a key of a row) of one of Incept's rows."""

    case: str
    accuracy: str
    figure: str
    must: float
    aim: float
    text: str

    def verdict(self, value):
        """`meets aim`, `meets must` or `misses`."""
        return "meets aim" if value <= self.aim else "meets must" if value <= self.must else "misses"


BOUNDS = [
    Bound("inception", "high", "to_openvino", 0.60, 0.54, "Inception V3, batch 1, to OpenVINO f32"),
    Bound("inception", "fast", "to_openvino", 0.58, 0.50, "Inception V3, batch 1, to OpenVINO f32"),
    Bound("inception-b8", "high", "to_openvino", 0.60, 0.54, "Inception V3, batch 8, to OpenVINO f32"),
    Bound("inception-1t", "high", "to_openvino", 0.60, 0.54, "Inception V3, one thread, to OpenVINO f32"),
    Bound("inception-busy", "high", "to_openvino", 0.50, 0.40, "Inception V3, a busy process, to OpenVINO f32"),
    Bound("mobilenet", "high", "to_better", 1.3, 0.9, "MobileNet 0.25, to the better peer"),
    Bound("digits", "high", "median_ms", 0.10, 0.05, "digit CNN, ms"),
    Bound("cold", "high", "median_ms", 8000, 4000, "first run ever, start to labels, ms"),
    Bound("warm", "high", "median_ms", 1000, 500, "warm start, start to labels, ms"),
    Bound("warm", "high", "rss_mb", 350, 290, "peak RSS of the warm run, MB"),
    Bound("error", "high", "error", 7e-5, 5e-5, "logits against float64, of the largest"),
]


def verdicts(rows):
    """(bound, row, value, verdict) for each bound whose case was measured.

    A build without the bound's accuracy is judged by `exact`; the row tells which it was.
    """
    found = []
    for bound in BOUNDS:
        of_case = {row["accuracy"]: row for row in rows if row["case"] == bound.case and row.get("accuracy")}
        row = of_case.get(bound.accuracy) or of_case.get("exact")
        if row is not None and row.get(bound.figure) is not None:
            value = row[bound.figure]
            found.append((bound, row, value, bound.verdict(value)))
    return found


def text(rows):
    """The verdicts as lines."""
    lines = []
    for bound, row, value, verdict in verdicts(rows):
        name = f"{bound.text} ({bound.accuracy})"
        if row["accuracy"] != bound.accuracy:
            verdict += f" (measured with {row['accuracy']})"
        lines.append(f"  {name:58} {value:9.3g}  must {bound.must:6g}  aim {bound.aim:6g}  {verdict}")
    return lines
