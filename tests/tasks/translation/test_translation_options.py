"""Every value of every option of a translation recipe is run: trained, saved, loaded again, and it answers the same."""

from pathlib import Path

import pytest
import torch

import seqtasks
from seqtasks.errors import UsageError
from seqtasks.nn.convolution_decoder import ConvolutionDecoder
from seqtasks.nn.decoders import AttentionDecoder, PlainDecoder
from seqtasks.nn.deep_decoders import ConditionalGRUDecoder, GNMTDecoder
from seqtasks.nn.transformer_decoder import TransformerDecoder
from seqtasks.tasks.translation.predictor import TranslationPredictor
from tests.miniature.corpora import write
from tests.miniature.runs import metrics, train
from tests.miniature.sentences import pairs
from tests.tasks.schema_values import missing_values

OPTIONS = [
    {"backbone.kind": "rnn", "decoder.attention": "none", "decoder.kind": "gru", "text.tokenizer": "whitespace", "text.joint": False}
    | {"training.schedule": "constant", "training.optimizer": "adam", "training.select_by": "loss", "training.precision": "auto"},
    {"backbone.kind": "birnn", "decoder.attention": "additive", "decoder.input_feeding": True, "text.tokenizer": "word"}
    | {"training.schedule": "linear", "training.optimizer": "adamw", "training.select_by": "accuracy", "decoder.tied": False},
    {"backbone.kind": "gru", "decoder.attention": "dot", "decoder.hidden_size": 8, "decoder.kind": "gru", "text.tokenizer": "character"}
    | {"training.schedule": "cosine", "training.optimizer": "sgd", "training.momentum": 0.5, "training.select_by": "last"},
    {"backbone.kind": "bigru", "decoder.attention": "general", "decoder.kind": "gru", "decoder.input_feeding": True}
    | {"text.tokenizer": "unigram", "text.joint": False, "training.schedule": "inverse_square_root", "training.select_by": "bleu"},
    {"backbone.kind": "lstm", "decoder.attention": "none", "decoder.kind": "lstm", "text.tokenizer": "bpe", "decoder.layers": 2}
    | {"decoder.tied": False, "text.joint": False, "decoding.beams": 5, "decoding.length_penalty": "none"},
    {"backbone.kind": "bilstm", "decoder.attention": "additive", "text.tokenizer": "torchtext:basic_english", "text.min_count": 2}
    | {"text.lowercase": True, "training.precision": "bf16", "training.label_smoothing": 0.1, "decoding.length_penalty": "wu"}
    | {"decoding.beams": 5, "decoding.alpha": 0.6},
    {
        "backbone.layers": 2,
        "backbone.residual": True,
        "backbone.dropout": 0.3,
        "decoder.layers": 2,
        "decoder.dropout": 0.3,
        "decoder.attention": "dot",
    }
    | {"training.precision": "float32", "decoding.beams": 5, "decoding.length_penalty": "average", "training.clip_norm": 0},
    {"text.joint": True, "decoder.tied": False, "training.weight_decay": 0.1, "training.patience": 1, "training.checkpoint_every": 1},
    {
        "backbone.kind": "dilated_bilstm",
        "backbone.layers": 2,
        "backbone.highway": True,
        "backbone.recurrent_dropout": 0.2,
        "backbone.chrono": 9,
    },
    {"backbone.kind": "bilstm_attention", "backbone.heads": 2, "decoder.attention": "general"},
    {"backbone.kind": "transformer", "backbone.layers": 2, "decoder.attention": "additive"},
    {"backbone.kind": "convolution", "backbone.layers": 2, "decoder.attention": "general"},
    {"decoding.samples": 3, "decoding.mbr": "chrf", "decoding.temperature": 0.7, "decoding.top_k": 20, "decoding.top_p": 0.9}
    | {"decoding.seed": 4},
    {"decoding.shortlist": 5, "decoding.shortlist_frequent": 9, "decoding.replace_unknown": True, "decoding.beams": 3}
    | {"text.tokenizer": "word", "text.joint": False, "text.min_count": 3},
    {"decoding.beams": 3, "decoding.mbr": "bleu", "decoding.coverage_penalty": 0.2, "decoding.block_ngrams": 2, "decoding.min_length": 3},
    {"decoder.attention": "location", "decoder.window": "local-p", "decoder.window_size": 3, "decoding.beams": 3},
    {"decoder.attention": "coverage", "decoder.input_feeding": True, "decoder.normaliser": "entmax15", "decoding.beams": 3},
    {"decoder.attention": "scaled", "decoder.heads": 2, "decoder.normaliser": "sparsemax", "decoder.kind": "gru"},
    {"decoder.attention": "general", "decoder.normaliser": "topk", "decoder.top_k": 2, "decoder.window": "local-m", "decoding.beams": 3},
    {"decoder.attention": "coverage", "decoder.heads": 4, "decoder.window": "local-m", "decoding.beams": 3},
    {"decoder.attention": "additive", "decoder.hierarchical": True, "data.context": 3, "decoder.heads": 2},
    {"text.dropout": 0.2, "training.r_drop": 2.0, "training.average_checkpoints": 2, "training.epochs": 2, "backbone.dropout": 0.2},
    {"text.tokenizer": "unigram", "text.sampling": 0.3, "text.joint": False, "training.scheduled_sampling": "linear"}
    | {"training.sampling_half": 1, "training.epochs": 2, "decoder.input_feeding": True, "text.lowercase": True},
    {
        "training.scheduled_sampling": "exponential",
        "training.sampling_half": 2,
        "training.sampling_most": 1.0,
        "training.precision": "bf16",
    },
    {"training.scheduled_sampling": "inverse_sigmoid", "decoder.attention": "none", "data.context": 2, "text.dropout": 0.1},
    {"training.guided_attention": 1.0, "training.guided_loss": "cross_entropy", "training.guided_updates": 2, "training.r_drop": 1.0},
    {"training.guided_attention": 0.5, "training.guided_loss": "squared", "decoder.attention": "scaled", "decoder.normaliser": "sparsemax"}
    | {"text.tokenizer": "whitespace", "text.joint": False},
    {"training.objective": "risk", "training.risk_samples": 3, "training.risk_alpha": 0.5, "training.accumulate": 2},
    {"decoder.attend": "first", "decoder.layers": 3, "decoder.residual": True, "decoder.dropout": 0.2, "decoding.beams": 3}
    | {"training.precision": "bf16", "training.guided_attention": 0.5},
    {"decoder.attend": "first", "decoder.layers": 2, "decoder.kind": "gru", "decoder.attention": "coverage", "decoding.beams": 3}
    | {"training.scheduled_sampling": "linear", "training.sampling_half": 1},
    {"decoder.kind": "cgru", "decoder.dropout": 0.2, "decoding.beams": 3, "training.precision": "bf16", "training.r_drop": 1.0},
    {"decoder.kind": "cgru", "decoder.layers": 2, "decoder.residual": True, "decoder.attention": "location", "decoder.tied": False}
    | {"decoder.window": "local-p", "training.scheduled_sampling": "linear", "training.sampling_half": 1, "decoding.samples": 2},
    {"decoder.residual": True, "decoder.layers": 2, "decoder.input_feeding": True, "decoder.kind": "gru"},
    {"decoder.residual": True, "decoder.layers": 2, "decoder.attention": "none"},
    {"decoder.kind": "transformer", "decoder.attention": "scaled", "decoder.heads": 2, "decoder.layers": 2, "decoder.inner_size": 12}
    | {"backbone.kind": "transformer", "backbone.heads": 2, "backbone.inner_size": 12, "decoding.beams": 3, "training.precision": "bf16"}
    | {"training.guided_attention": 0.5, "training.r_drop": 1.0, "decoder.dropout": 0.2},
    {"decoder.kind": "transformer", "decoder.attention": "scaled", "training.scheduled_sampling": "linear", "training.sampling_half": 1}
    | {"text.dropout": 0.1, "data.context": 2, "decoding.samples": 2, "decoder.tied": False},
    {"decoder.kind": "transformer", "decoder.attention": "scaled", "training.objective": "risk", "training.risk_samples": 3},
    {"decoder.kind": "convolution", "decoder.attention": "dot", "decoder.width": 2, "decoder.layers": 2, "decoder.dropout": 0.2}
    | {"backbone.kind": "convolution", "decoding.beams": 3, "training.precision": "bf16", "training.guided_attention": 0.5},
    {"decoder.kind": "convolution", "decoder.attention": "scaled", "decoder.normaliser": "sparsemax"}
    | {"training.scheduled_sampling": "linear", "training.sampling_half": 1, "decoding.coverage_penalty": 0.2, "decoding.beams": 3},
    {"decoder.kind": "convolution", "decoder.attention": "dot", "training.objective": "risk", "training.risk_samples": 3},
]


def test_the_table_names_every_value_of_every_choice() -> None:
    tsv = {"data.format": "tsv"}, {"data.format": "parallel"}  # run by test_pairs_in_one_file below
    assert missing_values("translation", [*OPTIONS, *tsv]) == []


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(str(value) for value in list(options.values())[:4]))
@pytest.mark.usefixtures("plain_figures")
def test_option_is_trained_saved_loaded_and_answers_as_before(options: dict[str, object], miniature: Path) -> None:
    train("translation", Path("run"), **{key.replace(".", "__"): value for key, value in options.items()})
    predictor = seqtasks.load("run")
    assert isinstance(predictor, TranslationPredictor)
    stored = Path("run/predictions/test.fr").read_text(encoding="utf-8").split("\n")[:-1]
    sources = (miniature / "translation" / "test.en").read_text(encoding="utf-8").split("\n")[:-1]
    assert [best[0].text for best in predictor.translate(sources)] == stored
    assert model_says(predictor, options)
    assert metrics(Path("run"))["selected_on"] == ("nothing" if options.get("training.select_by") == "last" else "dev")


def model_says(predictor: TranslationPredictor, options: dict[str, object]) -> bool:
    """Whether the loaded model is of the kinds asked for."""
    model = predictor.translator.model
    kinds = type(model.decoder), type(model.output).__name__
    decoder = PlainDecoder if options.get("decoder.attention") == "none" else AttentionDecoder
    if options.get("decoder.attend") == "first":
        decoder = GNMTDecoder
    others = {"cgru": ConditionalGRUDecoder, "transformer": TransformerDecoder, "convolution": ConvolutionDecoder}
    decoder = others.get(str(options.get("decoder.kind")), decoder)
    tied = bool(options.get("decoder.tied", True))
    shares = model.decoder.embedding.table.weight is model.trunk.embedder.words.table.weight
    joint = bool(options.get("text.joint", True)) and tied
    return kinds == (decoder, "TiedOutput" if tied else "Linear") and shares == joint


@pytest.mark.parametrize("recipe", ["separate", "joint"])
@pytest.mark.usefixtures("plain_figures", "miniature")
def test_vocabularies_obey_lowercase_min_count_and_size(recipe: str) -> None:
    options = {"text__tokenizer": "word", "text__lowercase": True, "text__min_count": 3, "text__size": 9, "text__joint": recipe == "joint"}
    train("translation", Path("run"), **options)
    assets = seqtasks.load("run").translator.assets
    words = assets.source.vocabulary.words()
    assert len(words) == 9
    assert all(word == word.lower() for word in words)
    assert (assets.source.vocabulary == assets.target.vocabulary) == (recipe == "joint")


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_min_count_leaves_out_what_train_holds_once() -> None:
    write(Path("one.en"), "a a b\n" * 9 + "a rare b\n")
    write(Path("one.fr"), "c d d\n" * 10)
    train("translation", Path("run"), data__train="one", text__tokenizer="whitespace", text__joint=False, text__min_count=2)
    assert seqtasks.load("run").translator.assets.source.vocabulary.words() == ["a", "b"]


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_pairs_in_one_file_are_trained_on_and_evaluated() -> None:
    write(Path("pairs.tsv"), "".join(f"{english}\t{french}\tthird column\n" for english, _, french in pairs(20, seed=1)))
    result = train("translation", Path("run"), data__train="pairs.tsv", data__format="tsv")
    assert "note: No dev or test part here: a tenth of train is held out as dev.\n" in result.stdout
    assert metrics(Path("run"))["selected_on"] == "dev"
    assert [part["sentences"] for part in metrics(Path("run"))["data"]] == [20]


@pytest.mark.usefixtures("plain_figures", "miniature")
def test_pairs_beyond_max_length_are_left_out_and_counted() -> None:
    write(Path("own.en"), "a b c\n" * 10 + "a b c d e f\n" * 2)
    write(Path("own.fr"), "x y\n" * 12)
    result = train("translation", Path("run"), data__train="own", text__tokenizer="whitespace", data__max_length=4)
    assert "note: Left out 2 training pairs of over 4 tokens a side.\n" in result.stdout


def test_every_length_penalty_scores_by_its_own_formula(finished) -> None:
    predictor = seqtasks.load(finished("translation"))
    translator, line = predictor.translator, "A dog sees the boat in the garden."
    for name, power in (
        ("none", lambda length: 1.0),
        ("average", lambda length: length**0.5),
        ("wu", lambda length: ((5 + length) / 6) ** 0.5),
    ):
        translator.settings = translator.settings.model_copy(update={"length_penalty": name, "alpha": 0.5})
        with torch.inference_mode():
            for best in translator.search(translator.pieces(line), beams=5, n_best=3)[0]:
                length = len(best.tokens) + best.finished
                assert best.score == pytest.approx(best.log_probability / power(length), rel=1e-5)


def test_without_context_a_line_feed_within_a_line_is_a_space(finished) -> None:
    predictor = seqtasks.load(finished("translation"))
    assert list(predictor.as_read(["a dog\nsees", "", "c"])) == ["a dog sees", "", "c"]
    ((_, found),) = predictor.stream(["A dog\nsees."])
    assert [found] == predictor.translate(["A dog sees."])
    with pytest.raises(UsageError, match=r"^translate: line 1 has several lines: 'A dog\\nsees\.'\. Split it: text\.splitlines\(\)\.$"):
        predictor.translate(["A dog\nsees."])


def test_fifty_beams_never_find_less_than_one(finished) -> None:
    predictor = seqtasks.load(finished("translation"))
    predictor.translator.settings = predictor.translator.settings.model_copy(update={"length_penalty": "none"})
    lines = ["A dog sees the boat in the garden.", "A lamp finds the baker.", "A boat"]
    one, wide = ([best[0] for best in predictor.translate(lines, beams=beams)] for beams in (1, 50))
    assert all(best.log_probability >= first.log_probability - 1e-4 for best, first in zip(wide, one, strict=True) if first.finished)
