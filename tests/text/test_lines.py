"""Lines of files: split at line feeds only, decoded strictly, unpacked; every fault one clear line."""

import gzip
import hashlib
import io
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.errors import DataError
from seqtasks.text.corpora.lines import TO_UTF8, file_checksum, read_lines

TRAPS = "a\u2028b\u0085c\fd\ve\u2029f\x1cg"


def written(folder, content, name="file.txt"):
    path = folder / name
    path.write_bytes(content)
    return path


def fault(source):
    with pytest.raises(DataError) as caught:
        list(read_lines(source))
    return str(caught.value)


@given(st.lists(st.text(st.characters(exclude_characters="\n\r\ufeff", exclude_categories=["Cs"]))))
def test_lines_are_what_stands_between_line_feeds(lines):
    content = "".join(f"{line}\n" for line in lines).encode()
    assert list(read_lines(io.BytesIO(content))) == list(enumerate(lines, start=1))


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"one\ntwo", ["one", "two"]),
        (b"one\r\ntwo\r\n", ["one", "two"]),
        (b"one\rtwo\n", ["one\rtwo"]),
        (b"\xef\xbb\xbfone\n\xef\xbb\xbftwo\n", ["one", "\ufefftwo"]),
        (TRAPS.encode(), [TRAPS]),
        (b"a\0b\n", ["a\0b"]),
    ],
)
def test_ends_of_lines_marks_and_rare_separators(tmp_path, content, lines):
    assert [line for _, line in read_lines(written(tmp_path, content))] == lines
    assert [line for _, line in read_lines(str(written(tmp_path, gzip.compress(content))))] == lines


@pytest.mark.parametrize("name", ["file.gz", "file.txt"])
def test_gzip_is_known_by_its_first_bytes_whatever_the_name(tmp_path, name):
    assert list(read_lines(written(tmp_path, gzip.compress("zwölf\n".encode()), name))) == [(1, "zwölf")]
    assert list(read_lines(written(tmp_path, "zwölf\n".encode(), name))) == [(1, "zwölf")]


def test_gzip_files_put_together_are_read_to_the_end(tmp_path):
    assert list(read_lines(written(tmp_path, gzip.compress(b"one\n") + gzip.compress(b"two\n")))) == [(1, "one"), (2, "two")]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_pipe_is_read_as_a_file_is(tmp_path, pack):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(pack(b"one\ntwo\n"),))
    writer.start()
    assert list(read_lines(path)) == [(1, "one"), (2, "two")]
    writer.join()


def test_lines_come_one_at_a_time():
    class Counting(io.BytesIO):
        taken = 0

        def readline(self, size=-1, /):
            self.taken += 1
            return super().readline(size)

    stream = Counting(b"one\n" * 1000)
    lines = read_lines(stream)
    assert [next(lines), next(lines)] == [(1, "one"), (2, "one")]
    assert stream.taken == 2


def test_bad_utf8_is_named_with_line_byte_and_position(tmp_path):
    path = written(tmp_path, b"fine\nnot \xe9 fine\n")
    assert fault(path) == f"{path}:2: not UTF-8: byte 0xe9 at position 5. {TO_UTF8}."
    assert fault(io.BytesIO(b"\xff")) == f"standard input:1: not UTF-8: byte 0xff at position 1. {TO_UTF8}."


def test_truncated_and_damaged_gzip_are_named(tmp_path):
    whole = gzip.compress(os.urandom(3000).hex().encode() + b"\n")
    path = written(tmp_path, whole[:-900])
    assert fault(path) == f"{path}: damaged gzip file (Compressed file ended before the end-of-stream marker was reached). Fetch it again."
    path.write_bytes(whole[:-8] + bytes(8))
    assert fault(path).startswith(f"{path}: damaged gzip file (CRC check failed ")
    path.write_bytes(whole[:10] + b"\xff" * 20)
    assert fault(path).startswith(f"{path}: damaged gzip file (Error -3 while decompressing data")


def test_missing_files_folders_and_refusals_are_named(tmp_path, monkeypatch):
    missing = tmp_path / "missing.txt"
    assert fault(missing) == f"{missing}: no such file. Check the path."
    assert fault(tmp_path) == f"{tmp_path}: is a directory. Give a file."
    below = written(tmp_path, b"") / "below"
    assert fault(below) == f"{below}: cannot be read (Not a directory). Check its permissions."

    def refuse(self, mode):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "open", refuse)
    assert fault(missing) == f"{missing}: cannot be read (Permission denied). Check its permissions."


def test_a_stream_that_fails_is_named():
    class Failing(io.BytesIO):
        def readline(self, size=-1, /):
            raise OSError("the cable is out")

    assert fault(Failing()) == "standard input: cannot be read (the cable is out). Check its permissions."


def test_the_checksum_is_of_the_bytes_as_stored(tmp_path):
    content = gzip.compress(b"one\r\n")
    assert file_checksum(written(tmp_path, content)) == hashlib.sha256(content).hexdigest()
    missing = tmp_path / "missing"
    with pytest.raises(DataError) as caught:
        file_checksum(missing)
    assert str(caught.value) == f"{missing}: cannot be read (No such file or directory). Check the path and its permissions."
