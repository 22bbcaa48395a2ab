"""Measurements that are no tests: peers, speed and scale, each a ratio within one run."""
