"""Writes docs/classify.md: the contract of `classify` with two full examples made by the program itself.

Run by `make docs`; a test compares the page with what the program prints.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "classify.md"

TEXT = """# followup-filter classify

    followup-filter classify [--events FILE] [--model FILE] [--max-lead-loss 0.02] [--format jsonl|text] PATH...

Judges mail files without any account, settings or database, and writes nothing. PATH: `.eml` files; folders, read
recursively in sorted order (files ending in .eml, and Maildirs); mbox files; `-` is one mail on standard input. One
JSON object a line, in input order. All mails of one call, ordered by date, are each other's history. The exit status
is 3 when some mail could not be read. The JSON Schema is [schema/classify.schema.json](schema/classify.schema.json).

| key | value |
|---|---|
| `path` | as given, joined with the file's name; `path#n` for the n-th mail of an mbox, from 1 |
| `message_id`, `date`, `from`, `from_name`, `subject` | as read, decoded; `date` in ISO 8601; null where absent |
| `outcome`, `kind` | the most probable outcome, and its most probable kind |
| `probability`, `probabilities` | of that outcome; of every outcome (sums to 1) |
| `kinds` | probability of every kind; those of one outcome sum to that outcome's |
| `plausible` | the outcomes that cannot be ruled out |
| `review` | true unless `plausible` is exactly [`outcome`] |
| `event`, `event_probability` | event id, or null; probability of that answer |
| `runner_up` | the next likely answer: `event` and `probability`, or null |
| `evidence` | what was found for which event: `type`, `event`, `detail`, `weight` (log-odds) |
| `reasons` | words or facts for the outcome against the runner-up outcome: `feature`, `weight` (log-odds) |
| `error` | only for a mail that could not be read; the keys after `subject` are then missing |

## A mail from somebody met at an event

`followup-filter classify --events docs/examples/events.toml docs/examples/request.eml` (laid out for reading)

```json
{request}
```

## A mail that cannot be read

`followup-filter classify docs/examples/empty.eml`

```json
{empty}
```
"""


def _classified(*arguments: str) -> str:
    environment = {**os.environ, "LANGUAGE": "en", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "followup_filter", "classify", *arguments]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, env=environment, check=False)
    values = json.loads(done.stdout.decode("utf-8"), parse_float=lambda text: round(float(text), 4))
    return json.dumps(values, ensure_ascii=False, indent=2)


def classify_docs() -> str:
    """The page, in Markdown; numbers are rounded to four digits."""
    request = _classified("--events", "docs/examples/events.toml", "docs/examples/request.eml")
    return TEXT.replace("{request}", request).replace("{empty}", _classified("docs/examples/empty.eml"))


if __name__ == "__main__":
    PAGE.write_text(classify_docs(), "utf-8")
