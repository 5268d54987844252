"""Write the tables of the manual that are made from the code: `make tables`. A test fails where a page is no longer what this writes.

In a page, everything between the comments `<!-- table: NAME -->` and `<!-- end of table -->` is what TABLES[NAME] returns.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(DOCS / "_ext"), str(DOCS.parent)]

import command_line  # noqa: E402 (beside this file)
import faults  # noqa: E402
import modules  # noqa: E402
import recipe_tables  # noqa: E402

TABLES = {
    "keys": recipe_tables.keys_markdown,
    "recipes": recipe_tables.recipes_markdown,
    "commands": command_line.commands_markdown,
    "exit-codes": command_line.exit_codes_markdown,
    "faults": faults.markdown,
    "blocks": modules.blocks_table,
    "modules": modules.modules_table,
}
REGION = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


def written(page: str) -> str:
    """The text of a page with its tables as they are now."""
    return REGION.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n\n{found[3]}", page)


def pages() -> list[Path]:
    """The pages of the manual."""
    return sorted(DOCS.rglob("*.md"))


def main() -> None:
    """Write every page that has changed, and say which."""
    for path in pages():
        before = path.read_text(encoding="utf-8")
        after = written(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            print(path.relative_to(DOCS.parent))


if __name__ == "__main__":
    main()
