"""Digest and version of the shipped model: no other file is opened in its place (see `make model`)."""

SHIPPED_DIGEST = "6c3648bf2cad8ae27e8b0b6e1d2e87d29e75b4a410bd580e94e80949a000f7e8"
SHIPPED_VERSION = "4-1720-2cf8446e"
