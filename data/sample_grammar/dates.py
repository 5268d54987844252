"""Dates as people write them in English, and as ISO 8601 has them: for models that read and write characters."""

from collections.abc import Callable
from datetime import date

from sample_grammar.world import Dice

SEED = 2027
DATES = {"train": 1000, "dev": 200, "test": 200}
FIRST, LAST = date(1900, 1, 1), date(2099, 12, 31)
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
ENDINGS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}


def month(day: date) -> str:
    """The month by its name."""
    return MONTHS[day.month - 1]


def weekday(day: date) -> str:
    """The day of the week by its name."""
    return DAYS[day.weekday()]


def ordinal(day: date) -> str:
    """The day of the month, as "2nd"."""
    return f"{day.day}{ENDINGS.get(day.day, 'th')}"


FORMS: tuple[Callable[[date], str], ...] = (
    lambda day: f"{day.day} {month(day)} {day.year}",
    lambda day: f"{month(day)} {day.day}, {day.year}",
    lambda day: f"{ordinal(day)} {month(day)} {day.year}",
    lambda day: f"the {ordinal(day)} of {month(day)}, {day.year}",
    lambda day: f"{weekday(day)}, {day.day} {month(day)} {day.year}",
    lambda day: f"{weekday(day)}, {month(day)} {ordinal(day)}, {day.year}",
    lambda day: f"{weekday(day)[:3]} {day.day} {month(day)[:3]} {day.year}",
    lambda day: f"{day.day}-{month(day)[:3]}-{day.year}",
    lambda day: f"{day.day:02}.{day.month:02}.{day.year}",
    lambda day: f"{day.day}/{day.month}/{day.year}",
)


def draw_dates() -> dict[str, list[tuple[str, str]]]:
    """(written, ISO) of the three parts; no day stands in two of them, nor twice in one."""
    dice, seen = Dice(SEED), set()
    splits: dict[str, list[tuple[str, str]]] = {}
    for name, size in DATES.items():
        splits[name] = []
        while len(splits[name]) < size:
            day = date.fromordinal(FIRST.toordinal() + dice.below(LAST.toordinal() - FIRST.toordinal() + 1))
            if day not in seen:
                seen.add(day)
                splits[name].append((dice.even(FORMS)(day), day.isoformat()))
    return splits
