"""Digest and version of the shipped model: no other file is opened in its place (see `make model`)."""

SHIPPED_DIGEST = "a6efec974fbaae87fb47611c368c764c9bed6b61c208a548935b7696bf8bbdef"
SHIPPED_VERSION = "3-1236-d1330f12"
