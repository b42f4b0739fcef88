"""Every change that copydesk makes to aiokafka.

`apply` makes all of them. `Connection.aiokafka_options` calls it, since every consumer, producer and admin client takes
its connection from there, faust's consumer included: no client can be made without them. A program that uses
`copydesk.client` gets them in its process, for its own aiokafka clients too:

- `header_names`: a record whose header name is not UTF-8 is read. aiokafka raises, and raises again at every attempt.
- `committed_offsets`: committed offsets are asked for as KIP-447 does. aiokafka reads some errors as "none committed".
- `lz4`: LZ4 batches are compressed at level 1, as Kafka's own clients do. aiokafka takes nine times the CPU.
- `repeated_logs`: a message that aiokafka repeats is logged every 30 seconds. It logs thousands while a broker is away.

None of them changes what a well-behaved program sees, apart from batches that are a quarter larger and cost a ninth,
and from fewer lines in the log.
Each module says why its change is needed and which part of aiokafka it replaces; ADR 0002 and ADR 0015 hold the
measurements. A test compares the source of the replaced parts with what copydesk was written for.
"""

from copydesk.client.aiokafka_patches.committed_offsets import ask_for_stable_offsets
from copydesk.client.aiokafka_patches.header_names import read_any_header_name
from copydesk.client.aiokafka_patches.lz4 import compress_fast
from copydesk.client.aiokafka_patches.repeated_logs import log_now_and_then


def apply() -> None:
    """Make all changes to aiokafka. Calling it again changes nothing more."""
    read_any_header_name()
    ask_for_stable_offsets()
    compress_fast()
    log_now_and_then()


__all__ = ["apply"]
