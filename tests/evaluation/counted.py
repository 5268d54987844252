"""numpy's generators with a list of what was drawn from them: how much work resampling is, without a look at the clock."""

import numpy as np
import pytest

new_generator = np.random.default_rng


class Draws:
    """The sizes of all draws of all generators. positions: whole numbers, asked for with their size; swaps: bytes."""

    def __init__(self) -> None:
        self.positions: list[tuple[int, int]] = []
        self.swaps: list[int] = []


class CountedGenerator:
    """Draws what numpy's generator of the same seed draws."""

    def __init__(self, seed: int, draws: Draws) -> None:
        self.generator, self.draws = new_generator(seed), draws

    def __getattr__(self, name: str) -> object:
        return getattr(self.generator, name)

    def integers(self, low: int, high: int, size: tuple[int, int]) -> np.ndarray:
        self.draws.positions.append(size)
        return self.generator.integers(low, high, size=size)

    def bytes(self, length: int) -> bytes:
        self.draws.swaps.append(length)
        return self.generator.bytes(length)


def count_draws(monkeypatch: pytest.MonkeyPatch) -> Draws:
    """What is drawn from now on."""
    draws = Draws()
    monkeypatch.setattr(np.random, "default_rng", lambda seed: CountedGenerator(seed, draws))
    return draws
