"""Settings of the coherence stage."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Share = Annotated[float, Meta(ge=0, le=1)]


class CoherenceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds and options of the stage. `COPYDESK_COHERENCE_MINILM` sets the field `minilm`, and so on."""

    off_topic_from: Share = 0.5
    """Minimum off-topic probability of a block that is flagged `off_topic`. From .5 on it is more likely off topic than
    not. The card names the share of clean articles that get a flag at this and at other values."""

    minilm: bool = False
    """True: the sentence model scores articles again if the static vectors leave them in doubt. Needs the extra
    `minilm`, and some 100 times the CPU for those articles."""

    minilm_from: Share = 0.15
    """An article is in doubt if the highest off-topic probability of its blocks is at least this ..."""

    minilm_to: Share = 0.85
    """... and at most this."""
