"""Incept against other engines, taking turns on the same image and weights. See tools/bench/README.md."""
