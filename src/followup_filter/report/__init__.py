"""Scorecards (numbers only), then one renderer a format."""
