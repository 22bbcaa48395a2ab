"""Digest and version of the shipped model: no other file is opened in its place (see `make model`)."""

SHIPPED_DIGEST = "4300e57e39a771366ff7a875d3ea6c1b539a74b4b371d5b7e741445134b1d109"
SHIPPED_VERSION = "1-227-d1b31d7f"
