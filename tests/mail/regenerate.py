"""Writes anew what is read from each golden mail; read the difference before you commit it.

Run: python -m tests.mail.regenerate
"""

from __future__ import annotations

import json

from followup_filter.mail.parse import read_message
from tests.mail.golden import CASES, as_json


def main() -> None:
    """Write NAME.json beside every NAME.eml."""
    for path in sorted(CASES.glob("*.eml")):
        values = as_json(read_message(path.read_bytes()))
        path.with_suffix(".json").write_text(json.dumps(values, ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
