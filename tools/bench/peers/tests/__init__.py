"""Tests of what needs no engine: python3 -m unittest discover -s tools/bench -t tools/bench."""
