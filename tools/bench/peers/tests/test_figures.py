import unittest

from peers.figures import Summary, better, order_of_turns, percentile, ratio_of_pairs


class Figures(unittest.TestCase):
    def test_percentiles_interpolate(self):
        self.assertEqual(percentile([3, 1, 2], 0.5), 2)
        self.assertAlmostEqual(percentile([0, 10], 0.9), 9)
        self.assertEqual(percentile([7], 0.9), 7)

    def test_a_summary_has_minimum_median_and_p90(self):
        self.assertEqual(Summary.of([4, 2, 3]), Summary(2, 3, percentile([2, 3, 4], 0.9)))

    def test_a_disturbance_of_whole_rounds_cancels_in_pairs(self):
        self.assertAlmostEqual(ratio_of_pairs([1, 10, 1], [2, 20, 2]), 0.5)

    def test_pairs_must_be_pairs(self):
        with self.assertRaises(ValueError):
            ratio_of_pairs([1], [1, 2])

    def test_the_better_is_the_one_of_the_lower_median(self):
        times = {"a": [1, 9, 9], "b": [5, 5, 5], "c": [1, 1, 1]}
        self.assertEqual(better(times, ["a", "b"]), "b")
        self.assertIsNone(better(times, ["d"]))


class Turns(unittest.TestCase):
    def test_every_round_has_every_engine_once(self):
        for number in range(-2, 50):
            self.assertEqual(sorted(order_of_turns("abcd", number)), list("abcd"))

    def test_an_order_is_the_same_in_every_run(self):
        self.assertEqual(order_of_turns(["x", "y", "z"], 3), order_of_turns({"z": 0, "y": 0, "x": 0}, 3))

    def test_whoever_follows_whom_changes(self):
        orders = [order_of_turns("abc", number) for number in range(40)]
        followers = {pair for order in orders for pair in zip(order, order[1:])}
        self.assertEqual(len(followers), 6)
