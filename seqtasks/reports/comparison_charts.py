"""The charts of a comparison's page. Each takes its part of it and the number of each system by name; without data it is None."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seqtasks.evaluation.comparison import Cascade, Confusion, Crossover, CurvePoint, Overlap, ScoreDifference, Share, SystemReport
from seqtasks.evaluation.translation_comparison import SystemScore, TranslationSystem
from seqtasks.reports.comparison_tables import Label
from seqtasks.reports.formats import interval, interval_of_points, metric_name, percent, points, three_digits, whole
from seqtasks.reports.svg import INK, ROW, Chart, bar, chart, drawing, line, logarithmic, look, mark, rings, rows, short, within

Series = Mapping[str, int]
Group = tuple[str, str, Mapping[str, tuple[float, tuple[float, float] | None]]]  # name, note, value and interval of each system
READABLE = 24  # tags whose confusions have room for numbers


def scores_chart(systems: Sequence[SystemReport | SystemScore], series: Series, metric: str) -> Chart:
    """Each system's score with its interval, and a ring for each run; `metric` names the score."""
    with drawing(ROW * len(systems) + 0.7) as (figure, axes):
        said = []
        for place, system in enumerate(systems):
            number, score = series[system.name], system.score
            bar(axes, number, score.interval, place, wide=True)
            if len(system.runs) > 1:
                rings(axes, number, system.runs, [place] * len(system.runs))
            mark(axes, number, score.value, place, f"{system.name}: {percent(score.value)}")
            runs = f"; runs {', '.join(map(percent, system.runs))}" if len(system.runs) > 1 else ""
            said.append(f"{system.name}: {percent(score.value)}{f' ({interval(score.interval)})' if score.interval else ''}{runs}")
        rows(axes, [system.name for system in systems], [percent(system.score.value) for system in systems])
        within(axes, "x")
        axes.set_xlabel(f"{metric} in percent (the axis does not start at 0)")
        return chart(figure, "scores", "; ".join(said))


def differences_chart(pairs: Sequence[ScoreDifference], series: Series) -> Chart | None:
    """The difference of each pair with its interval against a line at no difference; the seeds' test below it where there is one."""
    if not pairs:
        return None
    with drawing(1.35 * ROW * len(pairs) + 0.7) as (figure, axes):
        said = []
        for place, pair in enumerate(pairs):
            number = series[pair.second if pair.difference >= 0 else pair.first]
            upper = place - (0.18 if pair.seeds else 0)
            text = f"{pair.second} minus {pair.first}: {points(pair.difference)} points"
            text += f" ({interval_of_points(pair.interval)})" if pair.interval else ""
            bar(axes, number, pair.interval, upper, wide=True)
            mark(axes, number, pair.difference, upper, text)
            if pair.seeds:
                bar(axes, number, pair.seeds.interval, place + 0.24)
                rings(axes, number, [pair.seeds.difference], [place + 0.24])
                text += f"; between seeds {points(pair.seeds.difference)} ({interval_of_points(pair.seeds.interval)})"
            said.append(text)
        names = [f"{short(pair.second, 14)} − {short(pair.first, 14)}" for pair in pairs]
        rows(axes, names, [points(pair.difference) for pair in pairs], longest=40)
        axes.axvline(0, color=INK.soft, linewidth=1.5, linestyle="--", zorder=1)
        axes.set_xlabel("difference in points")
        return chart(figure, "differences", "; ".join(said))


def groups_chart(groups: Sequence[Group], series: Series, title: str, *, one_line: bool = False) -> Chart | None:
    """A row for each group; its systems below each other, or all on one line."""
    if not any(values for *_, values in groups):
        return None
    names = [name for name in series if any(name in values for *_, values in groups)]
    height = 0.24 if one_line else max(0.36, 0.17 * len(names) + 0.14)
    with drawing(height * len(groups) + 0.7) as (figure, axes):
        for place, (group, _, values) in enumerate(groups):
            if one_line and values:
                found = [value for value, _ in values.values()]
                axes.plot([min(found), max(found)], [place, place], color=INK.soft, alpha=0.45, linewidth=1.2, zorder=1)
            for name, (value, ends) in values.items():
                level = place if one_line else place - 0.5 + (names.index(name) + 0.7) / (len(names) + 0.4)
                bar(axes, series[name], ends, level)
                mark(axes, series[name], value, level, f"{group}, {name}: {percent(value)}", small=True)
            if not one_line and place:
                axes.axhline(place - 0.5, color=INK.line, linewidth=0.8, zorder=0)
        rows(axes, [group for group, *_ in groups], [note for _, note, _ in groups])
        within(axes, "x")
        axes.set_xlabel(title)
        said = (f"{group}: {', '.join(f'{name} {percent(value)}' for name, (value, _) in values.items())}" for group, _, values in groups)
        return chart(figure, f"groups-{len(groups)}-{title.split()[0].lower()}", "; ".join(said))


def kinds_chart(kinds: Mapping[str, Mapping[str, Share]], series: Series) -> Chart | None:
    """Right answers by kind of word."""
    groups: list[Group] = []
    for name, cells in kinds.items():
        values = {system: (cell.value, cell.interval) for system, cell in cells.items() if cell.total}
        groups.append((name, f"n = {max(cell.total for cell in cells.values()):,}", values))
    return groups_chart(groups, series, "right (%)")


def labels_chart(labels: Sequence[Label], series: Series) -> Chart | None:
    """F1 by tag."""
    groups = [(one.name, f"n = {one.support:,}", {name: (score.f1, None) for name, score in one.scores.items()}) for one in labels]
    return groups_chart(groups, series, "F1 (%)", one_line=True)


def lengths_chart(systems: Sequence[TranslationSystem], series: Series) -> Chart | None:
    """BLEU by the length of the source. All systems have the same bins: they read the same sources."""
    groups: list[Group] = []
    for place, one in enumerate(systems[0].by_length):
        scores = {system.name: system.by_length[place].bleu for system in systems}
        groups.append(
            (f"{one.name} words", f"{one.lines:,} lines", {name: (score.value, score.interval) for name, score in scores.items()})
        )
    return groups_chart(groups, series, "BLEU")


def reliability_chart(systems: Sequence[SystemReport], series: Series) -> Chart | None:
    """The share of right answers against how sure the system was, by bin; below the dashed line it was too sure."""
    known = [(system.name, system.calibration) for system in systems if system.calibration]
    if not known:
        return None
    with drawing(4.3, 4.8) as (figure, axes):
        axes.plot([0, 100], [0, 100], color=INK.soft, linewidth=1.5, linestyle="--", zorder=1)
        for name, found in known:
            bins = [place for place in found.bins if place.count]
            line(axes, series[name], [100 * place.confidence for place in bins], [place.accuracy for place in bins])
        axes.set(xlim=(0, 100), ylim=(0, 100), xlabel="how sure it was (%)", ylabel="how often it was right (%)")
        errors = ", ".join(f"{name} calibration error {percent(found.error)} %" for name, found in known)
        return chart(figure, "reliability", f"Reliability curves: {errors}")


def cost_chart(systems: Sequence[SystemReport], series: Series, title: str, cost: str, *, more_is_better: bool = True) -> Chart | None:
    """Score against a field of Cost on a log axis; systems that no other beats in both are ringed and joined (the Pareto front)."""
    known = [(value, system) for system in systems if (value := getattr(system.cost, cost)) is not None and value > 0]
    if len(known) < 2:
        return None
    front = pareto_front([(value if more_is_better else -value, system.score.value) for value, system in known])
    with drawing(3.5, 4.8) as (figure, axes):
        best = sorted((known[place][0], known[place][1].score.value) for place in front)
        axes.plot(*zip(*best, strict=True), color=INK.soft, linestyle="--", linewidth=1.3, zorder=1)
        for place, (value, system) in enumerate(known):
            colour, number = look(series[system.name])[0], series[system.name]
            if system.score.interval:
                axes.vlines(value, *system.score.interval, color=colour, linewidth=2, alpha=0.6, zorder=2)
            mark(axes, number, value, system.score.value, f"{system.name}: {value:g}", ringed=place in front)
        logarithmic(axes)
        within(axes, "y")
        axes.set(xlabel=f"{title} (log scale)", ylabel="score in percent")
        said = ", ".join(f"{system.name} {value:.4g}, {percent(system.score.value)}" for value, system in known)
        return chart(figure, title.replace(" ", "-"), f"Score against {title}: {said}")


def pareto_front(gains: Sequence[tuple[float, float]]) -> set[int]:
    """Positions of the points that no other point beats in one number without losing in the other."""
    return {
        place
        for place, (first, second) in enumerate(gains)
        if not any(a >= first and b >= second and (a > first or b > second) for a, b in gains)
    }


def learning_chart(curves: Sequence[CurvePoint], flags: Sequence[tuple[str, Crossover]], series: Series, metric: str) -> Chart | None:
    """Score against training sentences on a log axis: intervals as bands, a ring for each run, lettered crossovers as flags."""
    known = sorted((point for point in curves if point.sentences > 0), key=lambda point: point.sentences)
    if not known:
        return None
    with drawing(3.8) as (figure, axes):
        for name in (name for name in series if any(point.system == name for point in known)):
            found, number = [point for point in known if point.system == name], series[name]
            line(axes, number, [point.sentences for point in found], [point.value for point in found])
            banded = [(point.sentences, *point.interval) for point in found if point.interval]
            if banded:
                places, low, high = zip(*banded, strict=True)
                axes.fill_between(places, low, high, color=look(number)[0], alpha=0.18, linewidth=0)
            for point in found:
                if len(point.runs) > 1:
                    rings(axes, number, [point.sentences] * len(point.runs), point.runs)
        logarithmic(axes)
        within(axes, "y")
        for size in dict.fromkeys(crossover.sentences for letter, crossover in flags if letter and crossover.sentences):
            letters = " ".join(letter for letter, crossover in flags if letter and crossover.sentences == size)
            axes.axvline(size, color=INK.text, linestyle=":", linewidth=1.3)
            axes.text(
                *(size, 1.02, letters), transform=axes.get_xaxis_transform(), ha="center", va="bottom", color=INK.text, fontweight="bold"
            )
        axes.set(xlabel="training sentences (log scale)", ylabel=f"{metric_name(metric)} in percent")
        said = "; ".join(f"{point.system} {percent(point.value)} at {whole(point.sentences)} sentences" for point in known)
        return chart(figure, "learning", f"Learning curves: {said}")


def cascade_chart(cascade: Cascade, series: Series, metric: str, number: int) -> Chart | None:
    """The cascade's score against its speed (log axis), or without speeds against the share of words the fast one answers."""
    if not cascade.points:
        return None
    speeds = [point.tokens_per_second or 0 for point in cascade.points]
    timed = all(value > 0 for value in speeds)
    places = speeds if timed else [point.words_fast for point in cascade.points]
    scores = [point.score for point in cascade.points]
    with drawing(3.5, 4.8) as (figure, axes):
        axes.plot(places, scores, color=INK.soft, linestyle="--", linewidth=1.3, marker="o", markersize=4)
        mark(axes, series[cascade.slow], places[0], scores[0], f"all {cascade.slow}", ringed=True)
        mark(axes, series[cascade.fast], places[-1], scores[-1], f"all {cascade.fast}", ringed=True)
        if timed:
            logarithmic(axes)
        within(axes, "y")
        axes.set_xlabel("words a second (log scale)" if timed else "words that the fast one answers (%)")
        axes.set_ylabel(f"{metric_name(metric)} in percent")
        said = "; ".join(
            f"threshold {point.threshold:g}: {percent(point.score)}" + (f" at {three_digits(speed)} words a second" if timed else "")
            for point, speed in zip(cascade.points, speeds, strict=True)
        )
        return chart(figure, f"cascade-{number}", f"Cascade of {cascade.fast} and {cascade.slow}: {said}")


def overlap_chart(overlap: Overlap, first: int, second: int, number: int) -> Chart | None:
    """Two bars: all words by who is wrong, and, larger, only those that at least one gets wrong."""
    counts = (overlap.both_right, overlap.only_first_wrong, overlap.both_wrong, overlap.only_second_wrong)
    colours = (INK.right, look(first)[0], INK.text, look(second)[0])
    if not any(counts):
        return None
    with drawing(1.1) as (figure, axes):
        bars = ["all words", "at least one wrong"] if any(counts[1:]) else ["all words"]
        for place, parts in enumerate((counts, (0, *counts[1:]))[: len(bars)]):
            left = 0.0
            for count, colour in zip(parts, colours, strict=True):
                axes.barh(place, count / sum(parts), left=left, color=colour, edgecolor=INK.back, linewidth=0.8, height=0.6)
                left += count / sum(parts)
        rows(axes, bars, [whole(sum(counts)), whole(sum(counts[1:]))][: len(bars)], longest=40)
        axes.set_xlim(0, 1)
        axes.xaxis.set_visible(False)
        said = "both right {}, only the first wrong {}, both wrong {}, only the second wrong {}".format(*map(whole, counts))
        return chart(figure, f"overlap-{number}", said)


def confusion_chart(confusion: Confusion, name: str, number: int) -> Chart:
    """Gold in rows, answers in columns; a wrong cell is the darker the more often (log). Counts where there is room for them."""
    from matplotlib.colors import LogNorm
    from matplotlib.patches import Rectangle

    labels, counts = [short(label, 16) for label in confusion.labels], confusion.counts
    readable = len(labels) <= READABLE
    wrong = [count for gold, row in enumerate(counts) for place, count in enumerate(row) if count and place != gold]
    darkness = LogNorm(0.6, max(wrong, default=1))
    side = (0.4 if readable else 0.18) * len(labels)
    with drawing(side + 1.1, side + 1.7) as (figure, axes):
        for gold, row in enumerate(counts):
            total = sum(row)
            for place, count in enumerate(row):
                if not count and place != gold:
                    continue
                right = place == gold
                shade = 0.9 if right else 0.1 + 0.55 * float(darkness(count))
                cell = Rectangle((place - 0.47, gold - 0.47), 0.94, 0.94, color=INK.right if right else INK.heat, alpha=shade, linewidth=0)
                share = f"{percent(100 * count / total)} %" if total else "none"
                cell.set_gid(f"title {confusion.labels[gold]} answered as {confusion.labels[place]}: {count} of {total}, {share}")
                cell.set_in_layout(False)
                axes.add_patch(cell)
                if readable and count:
                    axes.text(
                        place,
                        gold,
                        str(count),
                        ha="center",
                        va="center",
                        fontsize=8,
                        color=INK.soft if right else INK.text,
                        in_layout=False,
                    )
        shares = [f"{100 * row[gold] / sum(row):.1f}" if sum(row) else "–" for gold, row in enumerate(counts)]
        rows(axes, labels, shares)
        axes.set(xlim=(-0.5, len(labels) - 0.5), xlabel="answered")
        axes.set_xticks(range(len(labels)), labels, rotation=90)
        axes.xaxis.set(ticks_position="top", label_position="top")
        axes.grid(visible=False)
        axes.tick_params(labelsize=9 if readable else 7)
        return chart(figure, f"confusion-{number}", f"Confusions of {name} over {len(labels)} tags; the list gives the largest in numbers")
