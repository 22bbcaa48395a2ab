"""Digest and version of the shipped model: no other file is opened in its place (see `make model`)."""

SHIPPED_DIGEST = "b5fd17b36ad88492e3af3472fed77bb4d5d22b10c8cecd9f9ee361ac346326d4"
SHIPPED_VERSION = "1-604-b937150e"
