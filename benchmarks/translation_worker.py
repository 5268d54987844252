"""One measurement of one translator, in a process of its own; started by benchmarks/translation.py. Needs that translator alone.

    python benchmarks/translation_worker.py fit NAME WORK MODEL UPDATES [RECIPE.json]
    python benchmarks/translation_worker.py speed NAME WORK MODEL UPDATES
    python benchmarks/translation_worker.py tune|predict|alone NAME WORK MODEL BEAMS SIZE...

WORK holds train, val and test as .en and .de. fit: train for so many updates and keep the model in the folder MODEL; RECIPE.json has what
our recipe is to have beside SIZES. speed: target tokens a second of so many updates of a training begun anew, after a fifth as many that
are not counted. tune: seconds for the test lines with each batch size (lines for joeynmt, tokens for seqtasks). predict: the same with one
size, after the lines of val ("first": seconds a line of these), with the translations. alone: how many lines differ from those translated
one by one. Prints one line of JSON last.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

SUBWORDS, BATCH, DROPOUT, SMOOTHING, RATE = 5000, 64, 0.2, 0.1, 0.001
SIZES = {  # of our recipe, with the values that joey_config has
    "text.size": SUBWORDS,
    "text.joint": "false",
    "embedding_size": 256,
    "backbone.hidden_size": 256,
    "backbone.dropout": DROPOUT,
    "decoder.embedding_size": 256,
    "decoder.hidden_size": 512,
    "decoder.attention_size": 512,
    "decoder.dropout": DROPOUT,
    "training.optimizer": "adam",
    "training.learning_rate": RATE,
    "training.schedule": "constant",
    "training.warmup_updates": 0,
    "training.label_smoothing": SMOOTHING,
    "training.select_by": "last",
    "decoding.length_penalty": "wu",
    "decoding.length_extra": 0,
}
WARMING = 100  # lines, before batch sizes are compared
Translate = Callable[[Sequence[str]], list[str]]
Facts = dict[str, object]


def lines_of(path: Path) -> list[str]:
    """The lines of a file that the benchmark has written."""
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def seqtasks_job(recipe: Any, folder: Path | None) -> Any:
    """The recipe's data and model, with the vocabularies of a run where one is given; with as many updates an epoch as batches of BATCH
    pairs would make, so that updates see as many target tokens."""
    import torch

    from seqtasks.inference.assets import TranslationAssets
    from seqtasks.tasks.locations import DataLocations
    from seqtasks.tasks.translation.task import TranslationTask
    from seqtasks.tasks.translation.training import plan_of

    torch.manual_seed(recipe.training.seed)
    assets = TranslationAssets.load(folder / "text", recipe.text) if folder else None
    job: Any = TranslationTask(recipe, DataLocations(None), torch.device("cpu"), assets)
    low, high = BATCH, 200 * BATCH  # padded tokens a batch
    while high - low > 1:
        middle = (low + high) // 2
        training = recipe.training.model_copy(update={"batch_tokens": middle})
        job.recipe = recipe.model_copy(update={"training": training})
        updates = len(plan_of(job.recipe, job.train.sources, job.train.targets).epoch(1))
        low, high = (middle, high) if updates > len(job.train.pairs) / BATCH else (low, middle)
    return job


def seqtasks_step(job: Any) -> Callable[[Any], int]:
    """One update by the steps of the library's own loop; it answers the number of target tokens."""
    from seqtasks.tasks.optimizer import build_optimizer
    from seqtasks.training.checkpoints import Progress
    from seqtasks.training.devices import find_precision
    from seqtasks.training.loop import Environment, TrainingOptions, backward

    training = job.recipe.training
    optimizer = build_optimizer(job.model, training)
    options = TrainingOptions(1, 0, training.clip_norm, 0)
    precision = find_precision(training.precision, job.device)
    environment: Any = Environment(job.device, precision, None, lambda: False)  # type: ignore[arg-type]
    progress = Progress()
    job.model.train()

    def step(batch: Any) -> int:
        optimizer.zero_grad(set_to_none=True)
        tokens = backward(job.model, [batch], 1, job.objective, progress, options, environment)
        optimizer.step()
        progress.update += 1
        return tokens

    return step


def seqtasks_fit(work: Path, folder: Path, updates: int, overlay: str) -> Facts:
    """A run directory that can be loaded."""
    from seqtasks.recipes.run_directory import RunDirectory
    from seqtasks.tasks.table import check_recipe, load_recipe
    from seqtasks.training.devices import denormals_flushed
    from seqtasks.training.weights import save_weights

    parts = {"data.corpus": "''"} | {f"data.{part}": work / name for part, name in (("train", "train"), ("dev", "val"), ("test", "test"))}
    settings = parts | SIZES | json.loads(Path(overlay).read_text(encoding="utf-8"))
    recipe = load_recipe("translation", "multi30k-en-de", [f"{key}={value}" for key, value in settings.items()]).recipe
    check_recipe(recipe)
    job = seqtasks_job(recipe, None)
    directory = RunDirectory.create(folder, job.recipe, {"task": "translation", "recipe": "benchmark"}, overwrite=True)
    job.save_assets(directory.text)
    step, done, epoch = seqtasks_step(job), 0, 0
    with denormals_flushed():
        while done < updates:
            epoch += 1
            for batch in islice(job.epoch(epoch), updates - done):
                step(batch)
                done += 1
    save_weights(job.model, directory.weights)
    return {"parameters": sum(parameter.numel() for parameter in job.model.parameters())}


def seqtasks_speed(work: Path, folder: Path, updates: int) -> Facts:
    """The recipe of a run trained anew, with its vocabularies."""
    from seqtasks.recipes.run_directory import RunDirectory
    from seqtasks.tasks.table import saved_recipe
    from seqtasks.training.devices import denormals_flushed

    job = seqtasks_job(saved_recipe(RunDirectory.open(folder)), folder)
    step, marks = seqtasks_step(job), []
    with denormals_flushed():
        for batch in islice(job.epoch(1), updates // 5 + updates):
            marks.append((time.perf_counter(), step(batch)))
        marks.append((time.perf_counter(), 0))
    return speed_of(marks, updates // 5)


def seqtasks_load(work: Path, folder: Path, beams: int, size: int) -> Translate:
    """A run in the precision that it was trained in."""
    import seqtasks
    from seqtasks.recipes.run_directory import RunDirectory
    from seqtasks.tasks.table import saved_recipe

    recipe: Any = saved_recipe(RunDirectory.open(folder))
    predictor: Any = seqtasks.load(folder, precision=recipe.training.precision, decoding={"beams": beams, "batch_tokens": size})
    return lambda lines: [best[0].text for best in predictor.translate(lines)]


def joey_config(work: Path, folder: Path, updates: int) -> dict[str, Any]:
    """JoeyNMT's recurrent model in the sizes of SIZES; what is not said is as it comes."""
    embeddings = {"embedding_dim": 256, "dropout": DROPOUT}
    sides = {
        side: {"lang": language, "level": "bpe", "tokenizer_type": "sentencepiece", "voc_limit": SUBWORDS, "voc_min_freq": 1}
        | {"tokenizer_cfg": {"model_file": str(work / f"{language}.model")}}
        for side, language in (("src", "en"), ("trg", "de"))
    }
    return {
        "name": "benchmark",
        "model_dir": str(folder),
        "use_cuda": False,
        "random_seed": 1,
        "data": {"train": str(work / "train"), "dev": str(work / "val"), "dataset_type": "plain", **sides},
        "testing": {"beam_alpha": 1.0},
        "training": {"optimizer": "adam", "learning_rate": RATE, "scheduling": "plateau", "normalization": "tokens"}
        | {"label_smoothing": SMOOTHING, "clip_grad_norm": 1.0, "batch_size": BATCH, "batch_type": "sentence"}
        | {"epochs": 10**6, "updates": updates, "logging_freq": 100, "validation_freq": 10**8},
        "model": {
            "encoder": {"type": "recurrent", "rnn_type": "lstm", "embeddings": embeddings, "hidden_size": 256, "dropout": DROPOUT},
            "decoder": {"type": "recurrent", "rnn_type": "lstm", "embeddings": embeddings, "hidden_size": 512, "dropout": DROPOUT}
            | {"attention": "bahdanau", "input_feeding": True, "hidden_dropout": DROPOUT, "num_layers": 1, "init_hidden": "bridge"},
        },
    }


def joey_train(work: Path, folder: Path, updates: int) -> list[tuple[float, int]]:
    """Train with JoeyNMT's own loop; when each update began, with its target tokens."""
    import joeynmt.builders as builders
    from joeynmt.config import parse_global_args, set_validation_args
    from joeynmt.prediction import prepare
    from joeynmt.training import TrainManager

    plateau = builders.ReduceLROnPlateau  # torch has dropped its `verbose`
    builders.ReduceLROnPlateau = lambda optimizer, verbose=False, **options: plateau(optimizer, **options)
    args = parse_global_args(joey_config(work, folder, updates), rank=0, mode="train")
    model, train, dev, _ = prepare(args, rank=0, mode="train")
    searching = set_validation_args(args.test)
    trainer = TrainManager(0, model, args.model_dir, args.device, 0, 0, args.autocast, args.seed, args.train, searching)
    step, marks = trainer._train_step, []

    def marked(batch: Any) -> Any:
        marks.append((time.perf_counter(), int(batch.ntokens)))
        return step(batch)

    trainer._train_step = marked
    trainer.train_and_validate(train_data=train, valid_data=dev)
    return marks


def joey_fit(work: Path, folder: Path, updates: int, overlay: str) -> Facts:
    """SentencePiece models of both sides in WORK, then the model."""
    import sentencepiece

    folder.mkdir(parents=True, exist_ok=True)
    for language in ("en", "de"):
        sentencepiece.SentencePieceTrainer.train(
            input=str(work / f"train.{language}"),
            model_prefix=str(work / language),
            model_type="bpe",
            vocab_size=SUBWORDS,
            character_coverage=1.0,
            unk_id=0,
            pad_id=1,
            bos_id=2,
            eos_id=3,
            minloglevel=2,
        )
    joey_train(work, folder, updates)
    return {}


def joey_speed(work: Path, folder: Path, updates: int) -> Facts:
    """One update more than counted, whose beginning is the end. The model is trained in a folder of its own."""
    with tempfile.TemporaryDirectory() as place:
        marks = joey_train(work, Path(place), updates // 5 + updates + 1)
    return speed_of(marks, updates // 5)


def joey_load(work: Path, folder: Path, beams: int, size: int) -> Translate:
    """JoeyNMT's way to translate lines: its dataset of given lines, and its `predict`."""
    from joeynmt.config import parse_global_args
    from joeynmt.prediction import predict, prepare

    args = parse_global_args(joey_config(work, folder, 1), rank=0, mode="translate")
    model, _, _, stream = prepare(args, rank=0, mode="translate")
    settings = args.test._replace(beam_size=beams, batch_size=size)

    def translate(lines: Sequence[str]) -> list[str]:
        stream.reset_cache()
        for line in lines:
            stream.set_item(line)
        return list(predict(model, stream, args.device, 0, normalization="none", args=settings, autocast=args.autocast)[2])

    return translate


def speed_of(marks: Sequence[tuple[float, int]], first: int) -> Facts:
    """Target tokens a second from the beginning of update `first` to that of the last one."""
    tokens = sum(count for _, count in marks[first:-1])
    return {"speed": tokens / (marks[-1][0] - marks[first][0]), "tokens": tokens / (len(marks) - 1 - first), "memory": peak()}


def timed(translate: Translate, before: Sequence[str], lines: Sequence[str]) -> tuple[float, float, list[str]]:
    """Seconds a line of what a new process is first given, then seconds for the lines, and their translations."""
    start = time.perf_counter()
    translate(before)
    middle = time.perf_counter()
    found = translate(lines)
    return (middle - start) / len(before), time.perf_counter() - middle, found


def measure(action: str, name: str, work: Path, folder: Path, beams: int, sizes: Sequence[int]) -> Facts:
    """tune, predict and alone."""
    before, lines = lines_of(work / "val.en"), lines_of(work / "test.en")
    if action == "tune":
        return {str(size): timed(LOAD[name](work, folder, beams, size), before[:WARMING], lines)[1] for size in sizes}
    start = time.perf_counter()
    translate = LOAD[name](work, folder, beams, sizes[0])
    loading = time.perf_counter() - start
    if action == "alone":
        return {"differing": sum(one != translate([line])[0] for line, one in zip(lines, translate(lines), strict=True))}
    first, seconds, texts = timed(translate, before, lines)
    return {"first": first, "seconds": seconds, "load": loading, "memory": peak(), "texts": texts}


def peak() -> float:
    """The most memory this process has held so far, in MB (Linux counts in kB, macOS in bytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


FIT: dict[str, Callable[[Path, Path, int, str], Facts]] = {"seqtasks": seqtasks_fit, "joeynmt": joey_fit}
SPEED: dict[str, Callable[[Path, Path, int], Facts]] = {"seqtasks": seqtasks_speed, "joeynmt": joey_speed}
LOAD: dict[str, Callable[[Path, Path, int, int], Translate]] = {"seqtasks": seqtasks_load, "joeynmt": joey_load}


def main() -> None:
    """Do it, and print."""
    action, name, work, folder, number, *more = sys.argv[1:]
    places = Path(work), Path(folder)
    if action == "fit":
        facts = FIT[name](*places, int(number), *(more or [""]))
    elif action == "speed":
        facts = SPEED[name](*places, int(number))
    else:
        facts = measure(action, name, *places, int(number), [int(size) for size in more])
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
