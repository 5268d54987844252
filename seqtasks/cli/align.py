"""`seqtasks align`: which word of a line goes with which word of its translation."""

from __future__ import annotations

from pathlib import Path

import click

MODELS = ("hmm", "ibm1")  # as in seqtasks.align, which is loaded when the command runs
METHODS = ("grow-diag-final-and", "intersection", "union", "forward", "backward")


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--model", type=click.Choice(MODELS), default="hmm", show_default=True, help="What is trained, in both directions.")
@click.option(
    "--symmetrise",
    "method",
    type=click.Choice(METHODS),
    default="grow-diag-final-and",
    show_default=True,
    help="How both directions become one; forward and backward take one of them.",
)
@click.option("--lowercase", is_flag=True, help="Take words that differ in case only for one.")
@click.option("--iterations", type=click.IntRange(1, 1000), default=5, show_default=True, help="Of EM, for each model.")
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file, whole or not at all [default: standard output].")
@click.option("--lexicon", "lexicon_file", type=click.Path(path_type=Path), help="Save the translations of each word in this file, too.")
def align(
    source: Path, target: Path, model: str, method: str, lowercase: bool, iterations: int, out: Path | None, lexicon_file: Path | None
) -> None:
    """Train a word aligner on the lines of SOURCE and TARGET, and print their links.

    A line in, a line out: "0-0 1-2" says that the first words belong together, and the second word of SOURCE and the third of TARGET. Words
    stand between spaces. The perplexities of both directions go to standard error.
    """
    from seqtasks.align.aligner import train_aligner
    from seqtasks.align.corpus import read_sides
    from seqtasks.align.lexicon import Lexicon
    from seqtasks.cli.predict import write

    left, right = read_sides(source, target, lowercase=lowercase)
    trained = train_aligner(
        left.sentences,
        right.sentences,
        source_words=len(left.words),
        target_words=len(right.words),
        model=model,
        iterations=iterations,
        hmm_iterations=iterations,
    )
    for name, fitted in (("target given source", trained.forward), ("source given target", trained.backward)):
        click.echo(f"perplexity of {name}: {fitted.perplexities[0]:.1f} -> {fitted.perplexities[-1]:.1f}", err=True)
    if lexicon_file is not None:
        Lexicon.of(trained.aligner, left.words, right.words).save(lexicon_file)
    links = trained.alignments(symmetrisation=method)
    write((links.pharaoh(pair) for pair in range(len(links))), out, at_once=False)
