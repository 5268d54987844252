"""Makes docs/notebooks/*.ipynb from the *.py beside them: runs each and keeps what it shows. `make notebooks [ONLY=2-gradients]`."""

from __future__ import annotations

import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def executed(path: Path, folder: Path) -> nbformat.NotebookNode:
    """The notebook of a script, run from top to bottom in `folder`. Raises CellExecutionError where a cell fails."""
    notebook = jupytext.read(path)
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


def sources(notebook: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """What a notebook says, without what it showed: kind and text of each cell."""
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def write(path: Path) -> None:
    notebook = executed(path, path.parent)
    notebook.metadata = {"kernelspec": KERNEL}
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id, cell.metadata = f"cell-{number}", {}
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]  # warnings, with paths of this machine
        for output in cell.get("outputs", []):
            output.get("metadata", {}).clear()
    nbformat.write(notebook, path.with_suffix(".ipynb"))


if __name__ == "__main__":
    for script in sorted(FOLDER.glob("*.py")):
        if not sys.argv[1:] or script.stem in sys.argv[1:]:
            print(script.name, flush=True)
            write(script)
