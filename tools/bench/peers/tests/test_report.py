import csv
import json
import tempfile
import unittest
from pathlib import Path

from peers import bounds, report

ROW = {"case": "inception", "engine": "Incept high", "version": "1", "accuracy": "high", "threads": 2, "batch": 1,
       "rounds": 3, "min_ms": 1.23456789, "median_ms": 2.0, "p90_ms": 3.0, "to_openvino": 0.55}
MACHINE = {"date": "2026-01-01T00:00:00+00:00", "revision": "abc", "cpu": "some, with a comma"}


class Bounds(unittest.TestCase):
    def verdict(self, value, accuracy="high"):
        return [found[3] for found in bounds.verdicts([ROW | {"to_openvino": value, "accuracy": accuracy}])]

    def test_verdicts_know_aim_must_and_misses(self):
        self.assertEqual(self.verdict(0.54), ["meets aim"])
        self.assertEqual(self.verdict(0.60), ["meets must"])
        self.assertEqual(self.verdict(0.61), ["misses"])

    def test_exact_stands_in_for_an_accuracy_that_the_build_lacks_and_says_so(self):
        row = ROW | {"accuracy": "exact"}
        self.assertEqual(len(bounds.verdicts([row])), 2)
        self.assertTrue(all("(measured with exact)" in line for line in bounds.text([row])))

    def test_the_row_of_the_right_accuracy_is_judged(self):
        found = bounds.verdicts([ROW, ROW | {"accuracy": "exact", "to_openvino": 1.0}])
        self.assertEqual([(b.accuracy, value) for b, _, value, _ in found], [("high", 0.55), ("fast", 1.0)])

    def test_peers_are_not_judged(self):
        self.assertEqual(bounds.verdicts([ROW | {"accuracy": None}]), [])

    def test_every_bound_is_of_a_column(self):
        for bound in bounds.BOUNDS:
            self.assertIn(bound.figure, report.COLUMNS)
            self.assertLess(bound.aim, bound.must)


class Report(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "new" / "peers.csv"

    def test_a_table_has_a_line_per_row_and_a_dash_for_what_is_not_known(self):
        lines = report.table("title", [ROW])
        self.assertEqual(len(lines), 3)
        self.assertRegex(lines[2], r"Incept high +1\.235 +2\.000 +3\.000 +0\.550 +- +- +-$")

    def test_rows_are_appended_under_one_heading(self):
        report.CSVFile(self.path).append(MACHINE, [ROW])
        report.CSVFile(self.path).append(MACHINE, [ROW, ROW])
        with open(self.path, newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), 3)
        self.assertEqual(rows[2]["cpu"], "some, with a comma")
        self.assertEqual(rows[2]["min_ms"], "1.23457")
        self.assertEqual(rows[2]["rss_mb"], "")

    def test_a_file_of_other_columns_is_refused_and_left_alone(self):
        self.path.parent.mkdir()
        self.path.write_text("a,b\n1,2\n")
        with self.assertRaisesRegex(ValueError, "expected the columns date,.*found a,b"):
            report.CSVFile(self.path)
        self.assertEqual(self.path.read_text(), "a,b\n1,2\n")

    def test_json_has_rows_bounds_and_failures(self):
        report.write_json(self.path, MACHINE, [ROW], bounds.verdicts([ROW]), ["x"])
        document = json.loads(self.path.read_text())
        self.assertEqual(document["schema"], "incept.bench-peers/1")
        self.assertEqual(document["bounds"][0]["verdict"], "meets must")
        self.assertEqual([document["rows"][0]["min_ms"], document["failures"]], [1.23457, ["x"]])
        self.assertEqual([entry.name for entry in self.path.parent.iterdir()], ["peers.csv"])
