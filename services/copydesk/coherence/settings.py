"""What an operator may set of the coherence stage."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Share = Annotated[float, Meta(ge=0, le=1)]


class CoherenceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How strict the stage is; `COPYDESK_COHERENCE_MINILM` is the field `minilm`, and so on."""

    off_topic_from: Share = 0.5
    """A block is flagged `off_topic` from this probability on: more likely foreign than not. The card says which share
    of clean articles gets a flag at this and at other values."""

    minilm: bool = False
    """Whether the sentence model is asked about articles that the static vectors leave in doubt. Needs the extra
    `minilm`; costs some 100 times the CPU for those articles."""

    minilm_from: Share = 0.15
    """In doubt is an article whose most suspicious block has at least this probability to be foreign ..."""

    minilm_to: Share = 0.85
    """... and at most this."""
