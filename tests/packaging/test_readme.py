"""README promises only what is there: its two commands stand first, CI runs the second, and what it lists can be typed."""

import re
import shlex
from pathlib import Path

import pytest

from seqtasks.cli.main import commands
from tests.miniature.corpora import conllu, write
from tests.miniature.runs import done, settings
from tests.miniature.sentences import tagged

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
LISTED = [line.strip() for line in re.findall(r"^    (?=\S)(.*)$", README, re.MULTILINE)]


def typed(line: str) -> list[str]:
    """The words after `seqtasks` in a line of README, without what explains it or feeds it."""
    command = re.split(r"\s{3,}", line)[0].split("| ")[-1]
    return shlex.split(command)[1:]


def test_the_first_block_installs_and_translates_the_second_checks_everything() -> None:
    first, second = (block.strip() for block in BLOCKS[:2])
    assert first == "pip install -c constraints.txt -e . && seqtasks run translation"
    assert second == 'pip install -c constraints.txt -e ".[dev]" && make check'
    assert re.search(r"^check:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_ci_runs_the_second_block_word_for_word() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "README.md" in script
    assert "print(blocks[1].strip())" in script
    pattern = re.search(r'findall\(r"(.*?)", pathlib', script)
    assert pattern is not None
    found = re.findall(pattern.group(1).encode().decode("unicode_escape"), README, re.MULTILINE | re.DOTALL)
    assert found[:2] == BLOCKS[:2]


def test_every_listed_command_is_one_of_ours() -> None:
    assert len(LISTED) >= 9
    assert all("seqtasks " in line for line in LISTED)
    assert {typed(line)[0] for line in LISTED} == set(commands.list_commands(None))


@pytest.mark.parametrize("line", LISTED)
@pytest.mark.usefixtures("plain_figures")
def test_listed_command_runs_on_miniatures(line: str, miniature: Path, data_dir: Path, finished) -> None:
    for name, size, seed in (("my", 12, 1), ("dev", 4, 2), ("test", 4, 3)):
        write(Path(f"{name}.conllu"), "".join(conllu(sentence, 1) for sentence in tagged(size, seed=seed)))
    for name in ("source.txt", "target.txt", "lines.txt"):
        write(Path(name), "The teacher reads .\n" * 3)
    runs = {"RUN_DIR": "pos", "TRANSLATION_RUN": "translation", "LANGUAGE_MODEL_RUN": "language_model"}
    words = [str(data_dir) if word == "CORPORA" else str(finished(runs[word])) if word in runs else word for word in typed(line)]
    if words[0] in ("run", "compare"):
        words += ["--out", "out", "--device", "cpu", *([] if "hmm" in words else settings(words[1]))]
    assert done(*words, input=b"The old teacher reads a letter.\n").stdout


def test_the_python_example_runs_as_it_stands(finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert '"runs/translation-default-..."' in example
    printed: list[object] = []
    code = example.replace('"runs/translation-default-..."', repr(str(finished("translation"))))
    exec(compile(code, "README.md", "exec"), {"print": printed.append})  # noqa: S102
    assert len(printed) == 1
    assert isinstance(printed[0], str)


def test_every_link_to_a_file_leads_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if not link.startswith("http")]
    assert [link for link in links if not (ROOT / link).exists()] == []
