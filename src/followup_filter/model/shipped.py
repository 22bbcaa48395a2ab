"""Digest and version of the shipped model: no other file is opened in its place (see `make model`)."""

SHIPPED_DIGEST = "40db99abd3f5dd212cefb5fbe399071ec946d166bb16b80cb098bcb40ddb4d15"
SHIPPED_VERSION = "4-1311-f8e76dc1"
