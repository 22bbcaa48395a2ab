"""Digest and version of the shipped model: no other file is opened in its place (see `make model`)."""

SHIPPED_DIGEST = "469de83f0057b778fe28fc351ee7ffe820538bacf2ca27f7a30ce9fd09b82ad3"
SHIPPED_VERSION = "2-1236-42ddfaad"
