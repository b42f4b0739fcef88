"""The command writes the list of given names from its sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.extractor.english import first_names, train


def test_the_command_writes_the_shipped_file_byte_for_byte(tmp_path: Path) -> None:
    train.main([str(tmp_path / "list.txt")])
    assert (tmp_path / "list.txt").read_bytes() == Path(first_names.__file__).with_name(first_names.FILE).read_bytes()


def test_another_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(train.SHA256, "dist.male.first", "0" * 64)
    with pytest.raises(train.OtherListError):
        train.build()
