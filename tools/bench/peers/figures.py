"""What is made of times: medians, percentiles, ratios of pairs, and the order of turns. Standard library only."""
import random
import statistics
from dataclasses import dataclass


def percentile(values, share):
    """The value below which `share` (0 to 1) of the values lie, interpolated as numpy does."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def ratio_of_pairs(values, others):
    """The median of value / other, round by round: what disturbs a whole round cancels."""
    if len(values) != len(others):
        raise ValueError(f"ratio of pairs: {len(values)} values beside {len(others)}")
    return statistics.median(a / b for a, b in zip(values, others))


def order_of_turns(engines, number):
    """The engines in the order of round `number`: shuffled, so that who follows whom changes; the same in every run."""
    order = sorted(engines)
    random.Random(number).shuffle(order)
    return order


@dataclass(frozen=True)
class Summary:
    """Times of one engine, in milliseconds."""

    minimum: float
    median: float
    p90: float

    @staticmethod
    def of(times):
        return Summary(min(times), statistics.median(times), percentile(times, 0.9))


def better(times, candidates):
    """The candidate of the lowest median, or None where none has times."""
    present = [name for name in candidates if times.get(name)]
    return min(present, key=lambda name: statistics.median(times[name]), default=None)
