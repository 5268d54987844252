"""Make the bundled sample corpora, or check that they are what the grammar makes.

python data/make_sample.py
python data/make_sample.py --check
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from sample_grammar.writing import differences, write  # noqa: E402  (the folder is no package until it is on the path)


def main() -> int:
    """Write the files, or with ``--check`` compare them; returns the exit code."""
    parser = argparse.ArgumentParser(description="Make the bundled sample corpora.")
    parser.add_argument("--check", action="store_true", help="compare the files with what the grammar makes; write nothing")
    parser.add_argument("--folder", type=Path, default=HERE, help="where the files are (default: the folder of this script)")
    options = parser.parse_args()
    if options.check:
        problems = differences(options.folder)
        for problem in problems:
            print(problem, file=sys.stderr)
        if not problems:
            print(f"{options.folder}: all files are what the grammar makes")
        return 1 if problems else 0
    for path in write(options.folder):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
