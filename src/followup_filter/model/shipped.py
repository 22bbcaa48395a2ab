"""Digest and version of the shipped model: no other file is opened in its place (see `make model`)."""

SHIPPED_DIGEST = "8e9f268fa12c015e3dd51805e84b4a52a1bb7e68d0dd99018cc50daef7d903d7"
SHIPPED_VERSION = "1-250-2477c332"
