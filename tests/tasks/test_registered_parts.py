"""Parts of other packages are found by their entry points and run like ours; ours win over a name that is taken."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from sacrebleu.metrics import BLEU
from torch import nn

import seqtasks
import seqtasks.tasks.locations
from seqtasks.errors import RecipeError
from seqtasks.evaluation.metrics import TagMetric, TextMetric, TranslationMetric
from seqtasks.nn.attention import AnyAttention, Memory
from seqtasks.nn.backbones import BACKBONES
from seqtasks.registry import find_part
from tests.miniature.offers import Offer, offering
from tests.miniature.runs import invoke, metrics, spelled, train

Tags = Sequence[Sequence[str]]


HERE = "tests.tasks.test_registered_parts"


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Offer:
    return offering(monkeypatch, tmp_path_factory.mktemp("offered"))


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_a_backbone_of_another_package_trains_and_loads(offer: Offer) -> None:
    offer("seqtasks.backbones", "theirs", f"{HERE}:narrow")
    train("pos", Path("run"), backbone__kind="theirs")
    assert seqtasks.load("run").tagger.model.trunk.output_size == 8


@pytest.mark.usefixtures("miniature")
def test_what_others_offer_is_named_among_the_known(offer: Offer) -> None:
    offer("seqtasks.heads", "biaffine", f"{HERE}:named_only")
    result = invoke("run", "pos", "--out", "run", "--set", "head.kind=biafine")
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: no head 'biafine'; did you mean 'biaffine'? Known: softmax, crf, layered, spans, biaffine.\n",
    )


def narrow(*, input_size: int, hidden_size: int, layers: int, dropout: float, highway: bool = False) -> nn.Module:
    """A backbone that takes one option of ours and not the others."""
    return BACKBONES["lstm"](input_size=input_size, hidden_size=hidden_size, layers=layers, dropout=dropout)


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_a_backbone_is_given_the_options_it_takes_and_no_others(offer: Offer) -> None:
    offer("seqtasks.backbones", "narrow", f"{HERE}:narrow")
    train("pos", Path("run"), backbone__kind="narrow", backbone__highway=True)
    assert seqtasks.load("run").tagger.model.trunk.output_size == 8
    result = invoke("run", "pos", "--out", "other", "--set", "backbone.kind=narrow", "--set", "backbone.recurrent_dropout=0.2")
    expected = "Error: backbone.recurrent_dropout has no meaning for a backbone of kind 'narrow'. Leave it out.\n"
    assert (result.exit_code, result.stderr) == (2, expected)


FAULTS = [
    (
        {"backbone.kind": "transformer", "backbone.residual": True, "backbone.highway": True},
        "backbone.residual has no meaning for a backbone of kind 'transformer'. Leave it out.\n"
        "backbone.highway has no meaning for a backbone of kind 'transformer'. Leave it out.\n"
        "backbone.residual and backbone.highway are two ways around a layer. Choose one.",
    ),
    ({"backbone.heads": 2}, "backbone.heads has no meaning for a backbone of kind 'bilstm'. Leave it out."),
    (
        {"backbone.kind": "transformer", "backbone.heads": 5, "backbone.hidden_size": 8},
        "backbone.heads = 5 does not divide backbone.hidden_size = 8. Change one of them.",
    ),
    (
        {"backbone.residual": True, "backbone.highway": True},
        "backbone.residual and backbone.highway are two ways around a layer. Choose one.",
    ),
]


class Blunt(AnyAttention):
    """An attention of another package, which has weights of its own: every word counts alike."""

    def project(self, states_BSH: torch.Tensor, mask_BS: torch.Tensor, segments_BS: torch.Tensor | None = None) -> Memory:
        return Memory(states_BSH, states_BSH, mask_BS, segments_BS)

    def forward(
        self, query_BQH: torch.Tensor, memory: Memory, state: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
        weights_BQS = (memory.mask_BS / memory.mask_BS.sum(1, keepdim=True).clamp(min=1))[:, None].expand(-1, query_BQH.size(1), -1)
        return weights_BQS @ memory.values_BSH, weights_BQS, state


def blunt(*, query_size: int, memory_size: int, hidden_size: int, edge: float = 0.0) -> Blunt:
    made = Blunt(query_size=query_size, memory_size=memory_size)
    made.edge = edge
    return made


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_an_attention_of_another_package_trains_and_is_told_what_it_does_not_take(offer: Offer) -> None:
    offer("seqtasks.attentions", "blunt", f"{HERE}:blunt")
    train("translation", Path("run"), decoder__attention="blunt", decoder__heads=2)
    assert type(seqtasks.load("run").translator.model.decoder.attention.heads[0]).__name__ == "Blunt"
    given = ("--set", "decoder.attention=blunt", "--set", "decoder.normaliser=sparsemax", "--set", "decoder.window=local-m")
    given = (*given, "--set", "decoder.hierarchical=true", "--set", "data.context=2")
    result = invoke("run", "translation", "--out", "other", *given)
    reason = "has no meaning for an attention of kind 'blunt', which has its own weights. Leave it out."
    faults = [f"decoder.{name} {reason}\n" for name in ("normaliser", "window", "hierarchical")]
    faults.append("decoder.hierarchical takes no window, and no attention 'location' or 'coverage'. Choose one.\n")
    assert (result.exit_code, result.stderr) == (2, f"Error: {''.join(faults)}")


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_an_attention_of_another_package_is_given_its_own_options(offer: Offer) -> None:
    offer("seqtasks.attentions", "blunt", f"{HERE}:blunt")
    train("translation", Path("run"), decoder__attention="blunt", decoder__options__edge=0.25)
    assert seqtasks.load("run").translator.model.decoder.attention.edge == 0.25
    result = invoke("run", "translation", "--out", "x", "--set", "decoder.attention=blunt", "--set", "decoder.options.egde=0.5")
    assert (result.exit_code, result.stderr) == (2, "Error: decoder.options: unknown key 'egde'; did you mean 'edge'?\n")
    for attention, reason in (("none", "needs an attention; decoder.attention is 'none'"), ("general", "")):
        result = invoke("run", "translation", "--out", "x", "--set", f"decoder.attention={attention}", "--set", "decoder.options.edge=0.5")
        fault = f"decoder.options {reason}. Leave it out.\n" if reason else "decoder.options: unknown key 'edge'.\n"
        assert (result.exit_code, result.stderr) == (2, f"Error: {fault}")


@pytest.mark.parametrize(("options", "message"), FAULTS)
@pytest.mark.usefixtures("miniature")
def test_options_that_do_not_fit_are_told_before_anything_is_read(options: dict[str, object], message: str) -> None:
    result = invoke(
        "run", "ner", "--out", "run", *[part for key, value in options.items() for part in ("--set", f"{key}={spelled(value)}")]
    )
    assert (result.exit_code, result.stderr) == (2, f"Error: {message}\n")


def test_our_parts_win_over_a_taken_name(offer: Offer) -> None:
    offer("seqtasks.backbones", "gru", f"{HERE}:narrow")
    assert find_part(BACKBONES, "gru", "seqtasks.backbones") is BACKBONES["gru"]


def test_entry_points_of_this_installation_are_asked() -> None:

    with pytest.raises(RecipeError, match=rf"^no backbone 'nobody'\. Known: {', '.join(BACKBONES)}\.$"):
        find_part(BACKBONES, "nobody", "seqtasks.backbones")


def capitals(gold: Tags, predicted: Tags, scheme: str | None) -> float:
    """How many wrong tags, of 100 words."""
    pairs = [pair for rows in zip(gold, predicted, strict=True) for pair in zip(*rows, strict=True)]
    return 100 * sum(one != other for one, other in pairs) / len(pairs)


ERROR_RATE = TagMetric(capitals, lower_is_better=True)
BLEU_WORDS = TextMetric(lambda language: TranslationMetric(BLEU(tokenize="none", force=True)))


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_a_measure_of_tags_of_another_package_selects_and_scores(offer: Offer) -> None:
    offer("seqtasks.tag_metrics", "error_rate", f"{HERE}:ERROR_RATE")
    train("pos", Path("run"), training__select_by="error_rate", training__epochs=2)
    scores = {(score["split"], score["name"]): score["value"] for score in metrics(Path("run"))["scores"]}
    assert scores["test", "error_rate"] == pytest.approx(100 - scores["test", "accuracy"])
    rows = [json.loads(line) for line in Path("run/history.jsonl").read_text().splitlines()]
    assert all(row["scores"]["upos error_rate"] == pytest.approx(100 - row["scores"]["upos accuracy"]) for row in rows)
    evaluated = seqtasks.load("run").evaluate([Path(seqtasks.tasks.locations.shipped("data")) / "pos" / "test.conllu"])
    assert {score.name for score in evaluated} >= {"accuracy", "error_rate"}


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_a_measure_of_translations_of_another_package_selects_and_scores(offer: Offer) -> None:
    offer("seqtasks.translation_metrics", "bleu_words", f"{HERE}:BLEU_WORDS")
    train("translation", Path("run"), training__select_by="bleu_words")
    assert {score["name"] for score in metrics(Path("run"))["scores"]} >= {"bleu", "bleu_words"}
    assert "bleu_words" in json.loads(Path("run/history.jsonl").read_text().splitlines()[0])["scores"]


@pytest.mark.usefixtures("miniature")
@pytest.mark.parametrize(
    ("task", "given", "near", "known"),
    [
        ("pos", "accurracy", "accuracy", "loss, last, accuracy, f1"),
        ("translation", "blue", "bleu", "loss, accuracy, last, bleu, chrf, ter, bleu_tok_lc, exact, cer, wer"),
    ],
)
def test_a_measure_that_nobody_offers_is_told(task: str, given: str, near: str, known: str) -> None:
    result = invoke("run", task, "--set", f"training.select_by={given}")
    assert result.exit_code == 2
    assert f"training.select_by = {given!r}; did you mean {near!r}? Known: {known}." in result.stderr
