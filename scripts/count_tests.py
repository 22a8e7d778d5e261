# SPDX-License-Identifier: Apache-2.0
"""Adds up JUnit reports (files or folders of them) and prints 'N passed, N failed, N skipped'; fails if any failed or none ran."""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def main(places: list[str]) -> int:
    passed = failed = skipped = 0
    for place in map(Path, places):
        files = sorted(place.glob("TEST-*.xml")) if place.is_dir() else [place]
        for suite in (suite for file in files if file.is_file() for suite in ElementTree.parse(file).iter("testsuite")):
            bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            idle = int(suite.get("skipped", 0))
            failed += bad
            skipped += idle
            passed += int(suite.get("tests", 0)) - bad - idle
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
