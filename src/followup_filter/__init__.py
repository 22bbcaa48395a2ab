"""followup-filter: what came by mail after a networking event, and who is waiting for an answer."""

__version__ = "0.1.0"
