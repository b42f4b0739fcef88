"""Parts of faust and aiokafka that copydesk overrides, replaces, or uses although they are private.

Each has a digest of its source here. A new version that changes one of them makes a test fail, which names the part and
the decision to read. The digest is renewed once somebody has compared the old and the new source; the chaos test
(`make chaos`) shows whether the guarantees still hold.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

import copydesk
from copydesk.client.aiokafka_patches import committed_offsets, header_names
from copydesk.operations import rights
from copydesk.runtime import faust_app
from harness.require import ROOT

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

COPYDESK = Path(copydesk.__file__).parent
PATCHES = COPYDESK / "client" / "aiokafka_patches"
LIBRARIES = {"aiokafka": "aiokafka", "faust": "faust-streaming", "mode": "mode-streaming"}
"""Distribution of each package."""

WRITTEN_FOR = {"aiokafka": "0.14.0", "faust-streaming": "0.15.3", "mode-streaming": "0.7.1"}
"""Versions with which the digests were made."""


class Part(NamedTuple):
    """A class, method or function, and the digest of its source."""

    name: str
    """`module:Class.method`, as in an entry point."""

    digest: str
    """First 16 digits of the SHA-256 of the source, see `digest_of`."""

    adr: str
    """Number of the decision that says why copydesk relies on it."""


PARTS: tuple[Part, ...] = (
    # of faust, overridden in `runtime/faust_app.py`
    Part("faust.app.base:App._new_transport", "f178964a2eebcb4d", "0002"),
    Part("faust.app.base:App._on_partitions_assigned", "6f24f8af39b55d33", "0002"),
    Part("faust.app.base:App._on_partitions_revoked", "e26057db70cf052e", "0002"),
    Part("faust.app.base:BootStrategy", "c842a0c3325a3156", "0002"),
    Part("faust.transport.drivers.aiokafka:Transport", "957d1860cea04543", "0002"),
    Part("faust.transport.drivers.aiokafka:Consumer", "b59f61ea6466218d", "0002"),
    Part("faust.transport.drivers.aiokafka:AIOKafkaConsumerThread._create_worker_consumer", "82f4a7b033b3836d", "0002"),
    Part("faust.transport.drivers.aiokafka:AIOKafkaConsumerThread.seek_to_committed", "95ae5873f12acd86", "0002"),
    Part("faust.transport.consumer:ThreadDelegateConsumer._commit", "b73a48eb631779e7", "0002"),
    Part("faust.transport.consumer:ConsumerThread.on_partitions_assigned", "1add518ab50a24f3", "0002"),
    Part("faust.transport.consumer:ConsumerThread.on_partitions_revoked", "d1cb431e6351c75f", "0002"),
    Part("faust.transport.consumer:Consumer.wait_empty", "0602628c74525911", "0013"),
    Part("faust.transport.consumer:Consumer.verify_all_partitions_active", "468f5de6245581d8", "0013"),
    Part("faust.transport.consumer:Consumer._drain_messages", "b29c28f7004ed908", "0013"),
    Part("faust.tables.manager:TableManager.on_start", "238ebf81e6ba5f2a", "0013"),
    # of faust, used there
    Part("faust.transport.drivers.aiokafka:AIOKafkaConsumerThread._ensure_consumer", "b4dc69da5bb635a9", "0002"),
    Part("faust.transport.drivers.aiokafka:AIOKafkaConsumerThread._commit", "3ba4061c722f1481", "0002"),
    Part("faust.transport.drivers.aiokafka:AIOKafkaConsumerThread.on_start", "cf944d7f52255515", "0002"),
    Part("faust.transport.drivers.aiokafka:AIOKafkaConsumerThread.getmany", "69818fd952a303fd", "0002"),
    Part("faust.transport.consumer:ThreadDelegateConsumer.__init__", "c70fe72c016e221c", "0002"),
    Part("faust.transport.consumer:ThreadDelegateConsumer.seek_to_committed", "ade31b53dd51f9c3", "0002"),
    Part("faust.transport.consumer:Consumer.__init__", "371cc115a52a5457", "0013"),
    Part("faust.transport.consumer:Consumer.getmany", "01fdc9973e99993c", "0013"),
    Part("faust.transport.consumer:Consumer._wait_next_records", "c840c617b58b17f3", "0013"),
    Part("faust.transport.consumer:Consumer.perform_seek", "d98522034ac0c830", "0013"),
    Part("faust.transport.consumer:Consumer.stop_flow", "ac771becfabe1997", "0013"),
    Part("faust.transport.consumer:Consumer.resume_flow", "b24d741127932dc5", "0013"),
    Part("faust.transport.consumer:Fetcher", "d7e2621653a4e1d5", "0013"),
    Part("faust.transport.utils:DefaultSchedulingStrategy", "82048f08a64cf39b", "0013"),
    Part("faust.tables.manager:TableManager._update_channels", "36aec39a4d5921c5", "0013"),
    Part("mode.services:Service.__init__", "92e30e727f7ee1e2", "0013"),
    Part("mode.services:Service.crash", "6f53109eb86975d5", "0002"),
    # of aiokafka, changed by `client/aiokafka_patches`
    Part("aiokafka.consumer.group_coordinator:GroupCoordinator._send_req", "dc8860a288357a68", "0002"),
    Part("aiokafka.consumer.group_coordinator:GroupCoordinator.fetch_committed_offsets", "56ffeb43ccae9977", "0002"),
    Part("aiokafka.consumer.group_coordinator:GroupCoordinator._do_fetch_commit_offsets", "80d0dd93a2db6168", "0002"),
    Part("aiokafka.consumer.group_coordinator:GroupCoordinator.coordinator_dead", "c9560a3248ba9713", "0002"),
    Part("aiokafka.protocol.commit:OffsetFetchRequest", "e2ed24f15589b5ca", "0002"),
    Part("aiokafka.protocol.commit:OffsetFetchRequest_v1", "9e3754c3c3e17fc2", "0002"),
    Part("aiokafka.protocol.commit:OffsetFetchRequest_v2", "144fe4b41737d785", "0002"),
    Part("aiokafka.protocol.commit:OffsetFetchRequest_v3", "596aad9129a79975", "0002"),
    Part("aiokafka.protocol.commit:OffsetFetchResponse_v2", "4c25a9e413b72d19", "0002"),
    Part("aiokafka.protocol.commit:OffsetFetchResponse_v3", "8430132bb45284ab", "0002"),
    Part("aiokafka.protocol.api:Request", "380e089cee4da5a5", "0002"),
    Part("aiokafka.protocol.api:RequestStruct", "afd3eec275671046", "0002"),
    Part("aiokafka.protocol.api:Response", "fc17ac1830cfa9b7", "0002"),
    Part("aiokafka.protocol.struct:Struct", "b61095e5602f8e81", "0002"),
    Part("aiokafka.protocol.types:CompactArray", "357c0fa7a754616a", "0002"),
    Part("aiokafka.protocol.types:CompactString", "b2dcb01afe0515cb", "0002"),
    Part("aiokafka.protocol.types:TaggedFields", "a327793295bd3698", "0002"),
    Part("aiokafka.consumer.fetcher:Fetcher._proc_fetch_request", "25248b3600bcb4cb", "0002"),
    # of aiokafka, compiled as well: these are the twins in Python; copydesk uses the first two themselves
    Part("aiokafka.record.memory_records:_MemoryRecordsPy", "996f25332a3181ea", "0002"),
    Part("aiokafka.record.default_records:_DefaultRecordBatchPy", "c110cf606a93b157", "0002"),
    Part("aiokafka.record.default_records:_DefaultRecordBatchBuilderPy._maybe_compress", "f758b76a2f08c09d", "0015"),
    Part("aiokafka.record.util:decode_varint_py", "18c44aab1e7cdf4b", "0002"),
    Part("aiokafka.codec:lz4_encode", "4ef886000c12b5f9", "0015"),
    # of aiokafka, private or worked around, and used
    Part("aiokafka.consumer.consumer:AIOKafkaConsumer.__init__", "eb477476bcdced8a", "0002"),
    Part("aiokafka.consumer.consumer:AIOKafkaConsumer.start", "7669b1faca9eb1e2", "0002"),
    Part("aiokafka.consumer.subscription_state:SubscriptionState.subscription", "76dc95a9cef56a19", "0006"),
    Part("aiokafka.consumer.subscription_state:Subscription.assignment", "921f8eec08f318bb", "0006"),
    Part("aiokafka.consumer.subscription_state:Assignment.state_value", "76fff5ea4e332168", "0006"),
    Part("aiokafka.consumer.subscription_state:TopicPartitionState.__init__", "78fd1a202c110196", "0006"),
    Part("aiokafka.consumer.subscription_state:TopicPartitionState.has_valid_position", "95c8ae6ee635391f", "0006"),
    Part("aiokafka.consumer.subscription_state:TopicPartitionState.position", "0cb5a033c7831456", "0006"),
    Part("aiokafka.client:AIOKafkaClient.force_metadata_update", "76f7b4e3c15d96f8", "0002"),
    Part("aiokafka.admin.client:AIOKafkaAdminClient._send_request", "f531870d099bc180", "0002"),
    Part("aiokafka.protocol.admin:DescribeGroupsRequest_v3", "b4841061da4b5a90", "0002"),
    Part("aiokafka.protocol.admin:DescribeGroupsResponse_v3", "33714c3ea0b761a9", "0002"),
    Part("aiokafka.conn:create_conn", "d0b07cc0f6de0ea0", "0002"),
)

ATTRIBUTES = {
    "_isolation_level": "aiokafka.consumer.consumer:AIOKafkaConsumer.__init__",
    "_fetch_max_wait_ms": "aiokafka.consumer.consumer:AIOKafkaConsumer.__init__",
    "_subscription": "aiokafka.consumer.consumer:AIOKafkaConsumer.__init__",
    "_client": "aiokafka.consumer.consumer:AIOKafkaConsumer.__init__",
    "_coordinator": "aiokafka.consumer.consumer:AIOKafkaConsumer.start",
    "_next_slice": "aiokafka.record.memory_records:_MemoryRecordsPy",
    "_maybe_uncompress": "aiokafka.record.default_records:_DefaultRecordBatchPy",
    "_buffer": "aiokafka.record.default_records:_DefaultRecordBatchPy",
    "_pos": "aiokafka.record.default_records:_DefaultRecordBatchPy",
    "_num_records": "aiokafka.record.default_records:_DefaultRecordBatchPy",
    "_partitions": "aiokafka.protocol.commit:OffsetFetchRequest",
    "_consumer_group": "aiokafka.protocol.commit:OffsetFetchRequest",
    "_stopped": "mode.services:Service.__init__",
    "_thread": "faust.transport.consumer:ThreadDelegateConsumer.__init__",
    "_consumer": "faust.transport.drivers.aiokafka:AIOKafkaConsumerThread.on_start",
}
"""Private attributes that copydesk uses, and the part that sets each."""

STANDARD_LIBRARY = {"_asdict", "_make", "_replace", "_exit"}
"""Names with an underscore that are public: those of named tuples, and `os._exit`."""

SET_BY_METACLASS = {"_abc_impl", "logger"}
"""Attributes that abc and mode give every class."""


def digest_of(name: str) -> str:
    """Digest of a part's source; spaces at line ends and empty lines do not count.

    The source is read from the installed file: the object in memory may have been replaced by copydesk.

    Raises:
        LookupError: There is no such part any more.
    """
    module, _, path = name.partition(":")
    source, tree = parsed(module)
    class_, _, method = path.partition(".")
    node = definition(tree, class_)
    if method:
        node = definition(node, method)
    lines = (line.rstrip() for line in source.splitlines()[first_line(node) - 1 : node.end_lineno])
    return hashlib.sha256("\n".join(filter(None, lines)).encode()).hexdigest()[:16]


@cache
def parsed(module: str) -> tuple[str, ast.Module]:
    """Source of an installed module, and its syntax tree."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise LookupError(f"no module {module}")
    source = Path(spec.origin).read_text(encoding="utf-8")
    return source, ast.parse(source)


def definition(node: ast.AST, name: str) -> Definition:
    """Definition of a class or function in a module or class."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Definition) and child.name == name:
            return child
    raise LookupError(f"no {name}")


def first_line(node: Definition) -> int:
    """Line of a definition, or of its first decorator."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def installed(name: str) -> tuple[str, str]:
    """Distribution of a part and its installed version."""
    distribution = LIBRARIES[name.partition(":")[0].partition(".")[0]]
    return distribution, version(distribution)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_nothing_that_is_relied_on_has_changed(part: Part) -> None:
    distribution, installed_version = installed(part.name)
    (decision,) = (ROOT / "infra" / "adr").glob(f"{part.adr}-*.md")
    todo = (
        f"{distribution} {installed_version} has changed {part.name} (digests are of {WRITTEN_FOR[distribution]}): "
        f"compare both sources, read infra/adr/{decision.name}, adapt copydesk, run `make chaos`"
    )
    try:
        digest = digest_of(part.name)
    except (ImportError, LookupError) as error:
        pytest.fail(f"{todo}; it cannot be found any more: {error}")
    assert digest == part.digest, f"{todo}, then put {digest} here"


def test_every_override_is_watched() -> None:
    watched = {part.name for part in PARTS}
    unwatched = {
        names[0]
        for module in (committed_offsets, header_names, rights, faust_app)
        for names in overridden(module)
        if not watched.intersection(names)
    }
    assert unwatched == set(), "add these to PARTS"


def overridden(module: ModuleType) -> Iterator[tuple[str, ...]]:
    """Each part that a class of the module overrides, by the names under which it may be watched.

    These are its own name, its class, and the value if that is a class.
    """
    for class_ in vars(module).values():
        if not inspect.isclass(class_) or class_.__module__ != module.__name__:
            continue
        for attribute in vars(class_):
            if attribute.startswith("__") or attribute in SET_BY_METACLASS:
                continue
            for base in class_.__mro__[1:]:
                if base.__module__.partition(".")[0] in LIBRARIES and attribute in vars(base):
                    value = vars(base)[attribute]
                    owners = (base, value) if inspect.isclass(value) else (base,)
                    classes = [f"{owner.__module__}:{owner.__qualname__}" for owner in owners]
                    yield f"{classes[0]}.{attribute}", *classes
                    break


def test_every_private_attribute_is_watched() -> None:
    watched = STANDARD_LIBRARY | set(ATTRIBUTES) | {part.name.rpartition(".")[2] for part in PARTS}
    assert {part.name for part in PARTS} >= set(ATTRIBUTES.values())
    unwatched = {
        f"{path.relative_to(COPYDESK)}: {attribute}"
        for package in ("client", "operations", "runtime", "viewer", "local", "cli")
        for path in sorted((COPYDESK / package).rglob("*.py"))
        for attribute in foreign_private_attributes(ast.parse(path.read_text(encoding="utf-8")))
        if attribute not in watched
    }
    assert unwatched == set(), "add these to ATTRIBUTES, and what sets them to PARTS"


def foreign_private_attributes(tree: ast.Module) -> set[str]:
    """Private attributes that a module uses but does not define itself."""
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    used = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            own.add(node.target.id)
        elif isinstance(node, ast.Assign):
            own.update(target.id for target in node.targets if isinstance(target, ast.Name))
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            by_self = isinstance(node.value, ast.Name) and node.value.id == "self"
            if by_self and isinstance(node.ctx, ast.Store):
                own.add(node.attr)
            else:
                used.add(node.attr)
    return used - own


def test_the_compiled_builder_compresses_by_the_function_that_is_replaced() -> None:
    """The compiled builder has no source; its module must look `lz4_encode` up by name at every batch."""
    assert hasattr(sys.modules[DefaultRecordBatchBuilder.__module__], "lz4_encode")


def test_only_one_package_changes_aiokafka_and_faust() -> None:
    changes = {
        f"{path.relative_to(COPYDESK)}:{line}"
        for path in sorted(COPYDESK.rglob("*.py"))
        if not path.is_relative_to(PATCHES)
        for line in changed_imports(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert changes == set(), "move these to copydesk/client/aiokafka_patches"


def test_such_a_change_would_be_found() -> None:
    source = (PATCHES / "header_names.py").read_text(encoding="utf-8")
    assert changed_imports(ast.parse(source))
    assert changed_imports(ast.parse("import aiokafka.codec as codec\nsetattr(codec, 'lz4_encode', None)"))
    assert not changed_imports(ast.parse("import aiokafka\nconsumer = aiokafka.AIOKafkaConsumer()\nconsumer.x = 1"))


def changed_imports(tree: ast.Module) -> list[int]:
    """Lines that assign to, or delete, an attribute of something imported from aiokafka, faust or mode."""
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [(alias.name, alias.asname or alias.name.partition(".")[0]) for alias in node.names]
            imported |= {own for name, own in names if name.partition(".")[0] in LIBRARIES}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in LIBRARIES:
            imported |= {alias.asname or alias.name for alias in node.names}

    def root(node: ast.expr) -> str | None:
        while isinstance(node, ast.Attribute):
            node = node.value
        return node.id if isinstance(node, ast.Name) else None

    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            changed = root(node) in imported
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"setattr", "delattr"}:
            changed = bool(node.args) and root(node.args[0]) in imported
        else:
            continue
        if changed:
            lines.append(node.lineno)
    return lines


def test_aiokafka_is_changed_in_one_place() -> None:
    """`Connection.aiokafka_options` is the only caller of `apply`, and every client is made with these options."""
    callers = {
        str(path.relative_to(COPYDESK))
        for path in sorted(COPYDESK.rglob("*.py"))
        if not path.is_relative_to(PATCHES) and "aiokafka_patches" in imports_and_names(path)
    }
    assert callers == {"client/connection.py"}
    for path in sorted(COPYDESK.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for client in ("AIOKafkaConsumer(", "AIOKafkaProducer(", "AIOKafkaAdminClient(", " App(\n"):
            assert source.count(client) <= source.count("aiokafka_options()"), f"{path}: {client}"


def imports_and_names(path: Path) -> set[str]:
    """Identifiers in the imports of a module, and all names that it uses."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {part for alias in node.names for part in alias.name.split(".")}
            names |= set((getattr(node, "module", None) or "").split("."))
        elif isinstance(node, ast.Name):
            names.add(node.id)
    return names
