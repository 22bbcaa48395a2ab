"""Digest and version of the shipped model: no other file is opened in its place (see `make model`)."""

SHIPPED_DIGEST = "906edf695d0d3a36d045357919f1996544436d429089fc5e9762d73942d13581"
SHIPPED_VERSION = "4-3237-fcb24ae5"
