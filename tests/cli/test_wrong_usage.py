"""Wrong options, recipes and run directories: one clear message on stderr, exit code 1 or 2, never a traceback."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from seqtasks.recipes.load import find_recipe
from seqtasks.recipes.run_directory import RunDirectory
from tests.miniature.corpora import write
from tests.miniature.runs import done, invoke

COMMANDS = "Commands: run, predict, score, evaluate, compare, observe, inspect, doctor, study, align, recipes, data."
POS_RECIPES = "bilstm, bilstm-crf, default, hmm, hmm-ewt, lstm, lstm-ewt, ud-english-ewt, ud-english-ewt-pooled."
POS, MULTI = str(find_recipe("pos", "default")), str(find_recipe("multitask", "default"))
RECIPES = {
    "missing.toml": 'kind = "tagging"\n[data]\nformat = "conllu"\n',
    "invalid.toml": 'kind = "tagging"\nsummary = \n',
    "kind.toml": 'kind = "taging"\n',
    "orphan.toml": 'extends = "nowhere"\n',
    "chain.toml": 'extends = "orphan"\n',
}
SIX = ("m.toml [data]: missing key 'layer'.", "m.toml [data]: missing key 'train'.", "m.toml: missing key 'words'.")
NO_RUN = "no run directory (it has no run.json). Give the path that `seqtasks run` printed."
ONLY = "only training.checkpoint_every, training.epochs, training.keep_checkpoints, training.patience can."


def sets(*changes: str) -> list[str]:
    return [part for change in changes for part in ("--set", change)]


WRONG: list[tuple[list[str], int, str]] = [
    (
        ["rn"],
        2,
        "no command 'rn'; did you mean 'run'? " + COMMANDS,
    ),
    (
        ["zzz"],
        2,
        "no command 'zzz'. " + COMMANDS,
    ),
    (["run"], 2, "Missing argument 'TASK'."),
    (["run", "poss"], 2, "no task 'poss'; did you mean 'pos'? Tasks: classification, language_model, multitask, ner, pos, translation."),
    (["run", "pos", "defalt"], 2, "no recipe 'defalt' for pos; did you mean 'default'? Recipes: " + POS_RECIPES),
    (["run", "pos", "zzz"], 2, "no recipe 'zzz' for pos. Recipes: " + POS_RECIPES),
    (["run", "pos", "base"], 2, "no recipe 'base' for pos. Recipes: " + POS_RECIPES),
    (["run", "pos", "no.toml"], 2, "no recipe file 'no.toml'. Recipes by name: " + POS_RECIPES),
    (["run", "pos", "--sett", "x"], 2, "No such option '--sett'."),
    (["run", "pos", "--seeds", "0"], 2, "Invalid value for '--seeds': 0 is not in the range x>=1."),
    (
        ["run", "pos", "missing.toml"],
        2,
        "missing.toml [data]: missing key 'layer'.\nmissing.toml [data]: missing key 'train'.\nmissing.toml: missing key 'words'.\n",
    ),
    (["run", "pos", "invalid.toml"], 2, "invalid.toml: no valid TOML: Invalid value (at line 2, column 11)."),
    (
        ["run", "pos", "kind.toml"],
        2,
        "kind.toml: kind = 'taging'; did you mean 'tagging'? "
        "Expected one of translation, tagging, multitask, hmm, classification, language_model.",
    ),
    (["run", "pos", "orphan.toml"], 2, "nowhere.toml: no such file."),
    (["run", "pos", "chain.toml"], 2, "chain.toml: extends orphan.toml, which extends another recipe. One level only."),
    (
        ["run", "pos", *sets("backbone.hiden_size=3")],
        2,
        "--set backbone.hiden_size=3: unknown key 'hiden_size'; did you mean 'hidden_size'?",
    ),
    (["run", "pos", *sets("backbone.zzz=3")], 2, "--set backbone.zzz=3: unknown key 'zzz'."),
    (["run", "pos", *sets("backbon.kind=gru")], 2, "--set backbon.kind=gru: unknown key 'backbon'; did you mean 'backbone'?"),
    (["run", "pos", *sets("backbone.hidden_size=big")], 2, "--set backbone.hidden_size=big: input should be a valid integer."),
    (["run", "pos", *sets("backbone.hidden_size=8.5")], 2, "--set backbone.hidden_size=8.5: input should be a valid integer."),
    (["run", "pos", *sets("words.frozen=yes")], 2, "--set words.frozen=yes: input should be a valid boolean."),
    (["run", "pos", *sets("words.dropout=1.5")], 2, "--set words.dropout=1.5: input should be less than 1."),
    (["run", "pos", *sets("training.epochs=0")], 2, "--set training.epochs=0: input should be greater than 0."),
    (["run", "pos", *sets("training.learning_rate=nan")], 2, "--set training.learning_rate=nan: input should be "),
    (
        ["run", "pos", *sets("backbone.kind=lsmt")],
        2,
        "no backbone 'lsmt'; did you mean 'lstm'? "
        "Known: rnn, birnn, gru, bigru, lstm, bilstm, dilated_bilstm, bilstm_attention, transformer, convolution.",
    ),
    (
        ["run", "pos", *sets("head.kind=x", "data.format=y")],
        2,
        "no reader 'y'. Known: conllu, columns, jsonl, csv, brat.\nno head 'x'. Known: softmax, crf, layered, spans.\n",
    ),
    (
        ["run", "translation", *sets("decoder.attention=dott")],
        2,
        "no attention 'dott'; did you mean 'dot'? Known: none, additive, dot, scaled, general, location, coverage.",
    ),
    (["run", "pos", *sets("training.optimizer=adm")], 2, "--set training.optimizer=adm: input should be 'adam', 'adamw' or 'sgd'."),
    (
        ["run", "multitask", *sets("tasks.upos.head.dropout=x", "taks.ner=3")],
        2,
        "--set tasks.upos.head.dropout=x: input should be a valid number.\n--set taks.ner=3: unknown key 'taks'; did you mean 'tasks'?",
    ),
    (["run", "multitask", *sets("tasks.x.head.kind=crf")], 2, f"{MULTI} [tasks.x]: missing key 'data'."),
    (
        ["run", "pos", *sets("data.corpus=mulit30k")],
        2,
        "unknown corpus 'mulit30k'; did you mean 'multi30k'? Known: multi30k, ud-english-ewt, wnut17, uner-danish-ddt, sst2.",
    ),
    (["run", "pos", *sets("epochs")], 2, "--set epochs: expected TABLE.KEY=VALUE, such as training.epochs=5."),
    (["run", "pos", *sets("=3")], 2, "--set =3: expected TABLE.KEY=VALUE, such as training.epochs=5."),
    (["run", "pos", *sets("kind.x=3")], 2, "--set kind.x=3: 'kind' is a value, not a table."),
    (["run", "pos", *sets("head.layer=3", "words.size=8")], 2, "head of upos: layer = 3, but the backbone has 1; use -1 to 0."),
    (
        ["run", "ner", *sets("training.label_smoothing=0.1")],
        2,
        "training.label_smoothing has no meaning for a head of kind 'crf'. Set it to 0, or use 'softmax'.",
    ),
    (
        ["run", "translation", *sets("decoder.attention=dot", "decoder.hidden_size=10")],
        2,
        "decoder.attention = 'dot' compares vectors of one size, but decoder.hidden_size = 10 "
        "and the backbone's states have 384. Make them equal, or use 'general'.",
    ),
    (
        ["run", "translation", *sets("decoder.embedding_size=10")],
        2,
        "decoder.embedding_size = 10, but embedding_size = 192: with text.joint and decoder.tied they are one table and must agree.",
    ),
    (["run", "translation", *sets("text.tokenizer=wurd")], 2, "no tokenizer 'wurd'; did you mean 'word'?"),
    (["run", "translation", *sets("text.tokenizer=torchtext:nope")], 2, "torchtext has no working tokenizer 'nope' here"),
    (["run", "pos", "--device", "tpu9"], 2, "device 'tpu9' (--device): no such kind of device. Use cpu, cuda, cuda:N, mps or auto."),
    (["run", "pos", "--device", "meta"], 2, "device 'meta' (--device): not supported. Use cpu, cuda, cuda:N, mps or auto."),
    (["run", "pos", "--out", "full"], 1, "full: exists. Use --resume to go on with it, --overwrite to replace it, or another --out."),
    (["run", "pos", "--out", "kind.toml"], 1, "kind.toml: exists and is a file. Choose another --out."),
    (
        ["run", "pos", "--out", "kind.toml/run"],
        1,
        "kind.toml/run: cannot create: {here}/kind.toml is no folder that one can write to. Choose another --out.",
    ),
    (["run", "pos", "--resume"], 2, "--resume needs --out DIR, the run directory to go on with."),
    (["run", "pos", "--resume", "--out", "nope"], 1, f"nope: {NO_RUN}"),
    (["run", "ner", "--resume", "--out", "copy"], 2, "--resume: copy is a run of pos, not of ner."),
    (
        ["run", "pos", "--resume", "--out", "copy", *sets("backbone.kind=gru")],
        2,
        f"--set backbone.kind=gru: cannot change on --resume; {ONLY}",
    ),
    (
        ["run", "pos", "--resume", "--out", "copy", "--seeds", "2"],
        2,
        "--resume goes with --out and --set only, not with --from, --seeds or --overwrite.",
    ),
    (["run", "pos", "--from", "full", "--out", "new"], 1, f"full: {NO_RUN}"),
    (["predict", "full"], 1, f"full: {NO_RUN}"),
    (["predict", "kind.toml"], 1, f"kind.toml: {NO_RUN}"),
    (["predict", "copy", "nope.txt"], 1, "nope.txt: no such file. Check the path."),
    (["predict", "copy", "full"], 1, "full: is a directory. Give a file."),
    (
        ["predict", "copy", "--format", "xml"],
        2,
        "Invalid value for '--format': 'xml' is not one of 'text', 'jsonl', 'conll', 'conllu', 'html'.",
    ),
    (["evaluate", "copy", "a", "b", "c"], 2, "evaluate needs one annotated file, or one for each of upos; got 3."),
    (["evaluate", "copy"], 2, "Missing argument 'FILES...'."),
    (["evaluate", "copy", "nope.conllu"], 1, "nope.conllu: no such file. Check the path."),
    (["recipes", "copy", "pos", "default", "kind.toml"], 2, "kind.toml: exists. Choose another name, or remove it."),
    (["recipes", "show", "pos", "nope"], 2, "no recipe 'nope' for pos. Recipes: " + POS_RECIPES),
    (
        ["recipes", "check", "pos", "kind.toml"],
        2,
        "kind.toml: kind = 'taging'; did you mean 'tagging'? "
        "Expected one of translation, tagging, multitask, hmm, classification, language_model.",
    ),
]


@pytest.fixture
def here(miniature: Path, finished, tmp_path: Path) -> Path:
    for name, text in RECIPES.items():
        write(Path(name), text)
    write(Path("full/file.txt"), "x")
    shutil.copytree(finished("pos"), "copy")
    return tmp_path


@pytest.mark.parametrize(("arguments", "code", "message"), WRONG, ids=[" ".join(arguments)[:60] for arguments, _, _ in WRONG])
def test_wrong_usage_is_told_in_a_line(arguments: list[str], code: int, message: str, here: Path) -> None:
    result = invoke(*arguments, input=b"")
    assert f"Error: {message.replace('{here}', str(here))}" in result.stderr
    assert result.exit_code == code
    assert "Traceback" not in result.output


@pytest.mark.skipif(torch.cuda.is_available() or torch.backends.mps.is_available(), reason="there is a GPU")
def test_a_gpu_where_there_is_none_is_told_with_the_remedy(here: Path) -> None:
    for arguments in (["run", "pos"], ["predict", "copy"], ["evaluate", "copy", "kind.toml"]):
        result = invoke(*arguments, "--device", "cuda", input=b"")
        assert (result.exit_code, result.stderr) == (2, "Error: device 'cuda' (--device): no CUDA GPU is available here. Use cpu.\n")
    assert "Error: device 'mps' (--device): no Apple GPU is available here. Use cpu.\n" in invoke("run", "pos", "--device", "mps").stderr


def test_every_file_of_references_needs_a_line_for_a_line(here: Path, finished) -> None:
    for name, lines in (("a", 2), ("b", 2), ("c", 1)):
        Path(name).write_text("A dog.\n" * lines)
    result = invoke("evaluate", finished("translation"), "a", "b", "c")
    assert result.exit_code == 1
    assert result.stderr == "Error: a:2: 2 lines here but 1 in c. Parallel files need a line for a line.\n"


def test_a_file_that_could_be_of_several_heads_is_not_guessed(here: Path, finished) -> None:
    result = invoke("evaluate", finished("multitask"), "some.xml")
    assert result.exit_code == 2
    assert result.stderr == "Error: some.xml: which of upos, ner it annotates is not clear from its ending. Give one file for each.\n"


def test_a_directory_of_several_seeds_names_one_of_them(here: Path) -> None:
    write(Path("both/run.json"), '{"format": 1, "task": "pos", "seeds": 2}')
    assert invoke("predict", "both").stderr == "Error: both: holds the runs of several seeds. Name one of them: both/seed-1.\n"
    resumed = invoke("run", "pos", "--resume", "--out", "both")
    assert resumed.stderr == "Error: --resume: both holds runs of several seeds. Resume one of them: --out both/seed-1.\n"


Damage = Callable[[bytes], bytes]
HEADER, COPY = "Error while deserializing header: ", "Restore it from a copy"
REMOVE = f"{COPY}, or remove it and use --resume."
DAMAGED: list[tuple[str, str, Damage, str]] = [
    ("pos", "model.safetensors", lambda data: data[:100], f"damaged ({HEADER}invalid header length). {REMOVE}"),
    ("pos", "model.safetensors", lambda data: b"", f"damaged ({HEADER}header too small). {REMOVE}"),
    ("pos", "model.safetensors", lambda data: data[:-8], f"damaged ({HEADER}"),
    ("pos", "text/words.txt", lambda data: data.replace(b"dog\n", b"the\n"), ":"),
    ("pos", "text/words.txt", lambda data: data.removeprefix(b"<pad>\n"), f"damaged (expected it to begin with <pad> <unk>). {COPY}."),
    ("pos", "text/words.txt", lambda data: b"", f"damaged (expected it to begin with <pad> <unk>). {COPY}."),
    ("pos", "text/labels-upos.txt", lambda data: b"", f"damaged (expected it to begin with a label). {COPY}."),
    ("pos", "text/words.txt", lambda data: b"\xff" + data, ":"),
    (
        "translation",
        "text/target.txt",
        lambda data: data.replace(b"<bos>\n", b""),
        f"damaged (expected it to begin with <pad> <unk> <bos> <eos>). {COPY}.",
    ),
    ("translation", "text/source-subwords.json", lambda data: data[:50], "no subword model (EOF while parsing"),
    (
        "pos",
        "run.json",
        lambda data: b"{",
        "damaged (Expecting property name enclosed in double quotes: line 1 column 2 (char 1)). Restore it from a copy.",
    ),
    ("pos", "run.json", lambda data: b"[]", "damaged (no JSON object). Restore it from a copy."),
]


@pytest.mark.parametrize(("task", "name", "damage", "message"), DAMAGED, ids=[f"{name}-{message[:30]}" for _, name, _, message in DAMAGED])
def test_a_damaged_file_of_a_run_is_named(task: str, name: str, damage: Damage, message: str, here: Path, finished) -> None:
    shutil.copytree(finished(task), "damaged")
    path = Path("damaged", name)
    path.write_bytes(damage(path.read_bytes()))
    if name != "run.json":
        changed = f"damaged/{name}: damaged or changed (its checksum is not that in run.json). {COPY}."
        assert invoke("predict", "damaged", input=b"Mara\n").stderr == f"Error: {changed}\n"
        RunDirectory(Path("damaged")).open_files()  # as a run of before, without checksums
    result = invoke("predict", "damaged", input=b"Mara\n")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: damaged/{name}:{'' if message == ':' else ' '}{message.removeprefix(':')}")
    assert result.stderr.count("\n") == 1


def test_vocabularies_and_weights_that_do_not_belong_together_are_refused(here: Path) -> None:
    path = Path("copy/text/words.txt")
    RunDirectory(Path("copy")).open_files()
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-2]), encoding="utf-8")
    message = "copy/model.safetensors: does not fit its recipe at trunk.embedder.words.table.weight. The two do not belong together."
    assert invoke("predict", "copy", input=b"Mara\n").stderr == f"Error: {message}\n"


def test_a_run_of_a_newer_format_asks_for_a_newer_seqtasks(here: Path) -> None:
    write(Path("copy/run.json"), '{"format": 9}')
    assert (
        invoke("predict", "copy").stderr == "Error: copy: written in format 9, this seqtasks reads up to 1. Update seqtasks to read it.\n"
    )


def test_a_run_without_weights_is_not_finished(here: Path) -> None:
    Path("copy/model.safetensors").unlink()
    message = "copy/model.safetensors: no such file. The run has not been finished, or the directory is not a run's."
    assert invoke("predict", "copy", input=b"Mara\n").stderr == f"Error: {message}\n"


def test_a_damaged_checkpoint_is_told_and_the_one_before_goes_on(here: Path) -> None:
    newest = sorted(Path("copy/checkpoints").glob("update-*"))[-1]
    whole = newest.read_bytes()
    newest.write_bytes(whole[:1000])
    broken = invoke("run", "pos", "--resume", "--out", "copy")
    said = f"Error: {newest}: damaged ({HEADER}invalid header length). {COPY}, or remove it and use --resume.\n"
    assert (broken.exit_code, broken.stderr) == (1, said)
    shutil.copy("copy/checkpoints/best.safetensors", newest)
    said = f"Error: {newest}: holds weights but no checkpoint. Remove it and use --resume.\n"
    assert invoke("run", "pos", "--resume", "--out", "copy").stderr == said
    newest.unlink()
    done("run", "pos", "--resume", "--out", "copy")
