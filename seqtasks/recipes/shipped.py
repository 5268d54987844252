"""Where the shipped recipes and the sample data are: in the checkout beside the package, else in the installed copy."""

from pathlib import Path

import seqtasks
from seqtasks.errors import UsageError

PACKAGE = Path(seqtasks.__file__).resolve().parent


def shipped(name: str) -> Path:
    """The folder of "tasks" or "data". Raises UsageError if the installation lacks it."""
    checkout = PACKAGE.parent
    for folder in (checkout / name, PACKAGE / f"shipped_{name}"):
        if folder.is_dir() and (folder.parent != checkout or (checkout / "setup.py").is_file()):
            return folder
    raise UsageError(f"this installation of seqtasks has no {name}/ folder. Install it again from a wheel or a full checkout.")
