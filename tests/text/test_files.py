"""Files are written whole or not at all; what the disk refuses is one clear line."""

import errno
import os
import stat

import pytest

from seqtasks.errors import RunDirectoryError
from seqtasks.text import files
from seqtasks.text.files import atomic_path, write_atomically

SPACE = "Free some space or choose another --out."
PERMISSIONS = "Change its permissions or choose another --out."
ELSEWHERE = "Choose another --out."
REMEDIES = {errno.ENOSPC: SPACE, errno.EDQUOT: SPACE, errno.EACCES: PERMISSIONS, errno.EPERM: PERMISSIONS, errno.EROFS: PERMISSIONS}


def refuse(code):
    def function(*arguments, **settings):  # noqa: ANN003 (whatever it stands in for takes)
        raise OSError(code, os.strerror(code))

    return function


def test_text_and_bytes_are_written_as_they_are(tmp_path):
    path = tmp_path / "new" / "folder" / "file"
    write_atomically(path, "zwölf\r\n\u2028")
    assert path.read_bytes() == "zwölf\r\n\u2028".encode()
    write_atomically(str(path), b"\0\xff")
    assert path.read_bytes() == b"\0\xff"
    assert [found.name for found in path.parent.iterdir()] == ["file"]


def test_permissions_are_those_of_any_new_file(tmp_path):
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "file", "")
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640


def test_the_file_changes_only_when_the_block_has_ended(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with atomic_path(path) as temporary:
        temporary.write_text("new")
        assert (temporary.parent, path.read_text()) == (tmp_path, "old")
    assert (path.read_text(), list(tmp_path.iterdir())) == ("new", [path])


@pytest.mark.parametrize("fault", [ValueError("no"), KeyboardInterrupt()])
def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, fault):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(type(fault)), atomic_path(path) as temporary:
        temporary.write_text("half")
        raise fault
    assert (path.read_text(), list(tmp_path.iterdir())) == ("old", [path])


@pytest.mark.parametrize(
    ("place", "name", "code"),
    [
        ("os", "replace", errno.EACCES),
        ("os", "fsync", errno.EIO),
        ("os", "open", errno.EMFILE),
        ("tempfile", "mkstemp", errno.EROFS),
        ("Path", "write_bytes", errno.ENOSPC),
        ("Path", "mkdir", errno.EDQUOT),
    ],
)
def test_what_the_disk_refuses_is_one_line_and_changes_nothing(tmp_path, monkeypatch, place, name, code):
    path = tmp_path / "file"
    path.write_text("old")
    monkeypatch.setattr(getattr(files, place), name, refuse(code))
    with pytest.raises(RunDirectoryError) as caught:
        write_atomically(path, "new")
    monkeypatch.undo()
    assert str(caught.value) == f"{path}: cannot write: {os.strerror(code)}. {REMEDIES.get(code, ELSEWHERE)}"
    assert (path.read_text(), list(tmp_path.iterdir())) == ("old", [path])


def test_a_refusal_without_a_code_is_told_in_its_own_words(tmp_path):
    with pytest.raises(RunDirectoryError) as caught, atomic_path(tmp_path / "file"):
        raise OSError("5 requested and 0 written")
    assert str(caught.value) == f"{tmp_path / 'file'}: cannot write: 5 requested and 0 written. {ELSEWHERE}"


def test_the_first_fault_is_told_even_if_the_temporary_file_cannot_be_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(files.os, "replace", refuse(errno.ENOSPC))
    monkeypatch.setattr(files.Path, "unlink", refuse(errno.EROFS))
    with pytest.raises(RunDirectoryError) as caught:
        write_atomically(tmp_path / "file", "new")
    assert str(caught.value) == f"{tmp_path / 'file'}: cannot write: No space left on device. {SPACE}"


def test_folders_in_the_way_are_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunDirectoryError) as caught:
        write_atomically(tmp_path / "file" / "below", "")
    assert str(caught.value) == f"{tmp_path / 'file' / 'below'}: cannot write: File exists. {ELSEWHERE}"
    with pytest.raises(RunDirectoryError) as caught:
        write_atomically(tmp_path, "")
    assert str(caught.value) == f"{tmp_path}: cannot write: Is a directory. {ELSEWHERE}"


def test_a_folder_that_cannot_be_synced_is_no_fault(tmp_path, monkeypatch):
    synced = files.synchronise
    monkeypatch.setattr(files, "synchronise", lambda path: refuse(errno.EINVAL)() if path.is_dir() else synced(path))
    write_atomically(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "new"
