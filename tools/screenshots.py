"""Pictures of the HTML report for docs/images, by Debian's Chromium without a window. Run by `make screenshots`.

The demo mailbox, in both languages, at the width of a phone and of a desk, light and dark.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
AS_OF = "2026-10-03T06:30"
SIZES = {"phone": (500, 1400), "desk": (1000, 1400)}
"""Width and height in pixels; Chromium without a window is at least 500 wide."""
SCHEMES = {"light": (), "dark": ("--blink-settings=preferredColorScheme=0",)}


def main() -> None:
    """Take the pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "demo"
        program = [sys.executable, "-m", "followup_filter"]
        subprocess.run([*program, "demo", "--keep", str(data)], check=True, stdout=subprocess.DEVNULL)
        for language in ("ja", "en"):
            page = Path(folder) / f"report-{language}.html"
            command = [*program, "report", "--format", "html", "--as-of", AS_OF, "--data-dir", str(data)]
            environment = {**os.environ, "LANGUAGE": language}
            page.write_bytes(subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment).stdout)
            for place, size in SIZES.items():
                for scheme, options in SCHEMES.items():
                    _picture(page, IMAGES / f"report-{language}-{place}-{scheme}.png", size, options)


def _picture(page: Path, image: Path, size: tuple[int, int], options: tuple[str, ...]) -> None:
    width, height = size
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *options]
    command += [f"--window-size={width},{height}", f"--screenshot={image}", page.as_uri()]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print(image.relative_to(ROOT))


if __name__ == "__main__":
    main()
