"""What every table of a recipe is: strict, closed and frozen; and the ranges that several of their numbers share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Rate = Annotated[float, Field(ge=0, lt=1)]
Share = Annotated[float, Field(gt=0, le=1)]
NonNegative = Annotated[float, Field(ge=0)]


class Table(BaseModel):
    """A recipe's table: strict types, no unknown keys, no changes afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    def changed(self, *keys: str) -> list[str]:
        """Those of these keys that do not have their default."""
        return [key for key in keys if getattr(self, key) != type(self).model_fields[key].default]
