"""Digest and version of the model that ships: no other file is opened in its place (written by `make model`)."""

SHIPPED_DIGEST = "d261fa656d9375c0792dc318a6af5ca14deae086e3e94d1d56990fd8a8254745"
SHIPPED_VERSION = "1-227-d1b31d7f"
