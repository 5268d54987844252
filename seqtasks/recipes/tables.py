"""What every table of a recipe is: strict, closed and frozen; and the ranges that several of their numbers share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

LARGEST = 10**9
PositiveInt = Annotated[int, Field(gt=0, le=LARGEST)]  # no size, number or length is larger
NonNegativeInt = Annotated[int, Field(ge=0, le=LARGEST)]
Several = Annotated[int, Field(gt=0, le=1000)]  # layers, beams
Rate = Annotated[float, Field(ge=0, lt=1)]
Share = Annotated[float, Field(gt=0, le=1)]
NonNegative = Annotated[float, Field(ge=0)]


@dataclass(frozen=True)
class Offered:
    """The names that a key takes: ours, and those that other packages offer by entry points of the group (`seqtasks.registry`).

    They stand here, too, so that a wrong one is told without loading the parts that they name.
    """

    group: str
    names: tuple[str, ...]


class Table(BaseModel):
    """A recipe's table: strict types, no unknown keys, no changes afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    def changed(self, *keys: str) -> list[str]:
        """Those of these keys that do not have their default."""
        return [key for key in keys if getattr(self, key) != type(self).model_fields[key].default]
