"""Tokens, features, training, prediction, explanation, evaluation, saving and loading."""
