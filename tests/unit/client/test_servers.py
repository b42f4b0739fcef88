"""Lists of brokers as people write them."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from copydesk.cli import main
from copydesk.client import Connection
from copydesk.client.servers import MAX_PORT, parse_servers

WRONG = [
    ("127.0.0.1:99999", "the port of '127.0.0.1:99999' must be a number from 1 to 65535"),
    ("kafka:0", "must be a number from 1 to 65535"),
    ("kafka:port", "must be a number"),
    ("kafka:", "must be a number"),
    ("kafka:-1", "must be a number"),
    ("kafka:٩٠٩٢", "must be a number"),
    ("kafka://kafka:9092", "without kafka://"),
    ("a:1,PLAINTEXT://b:2", "without kafka://"),
    ("kafka1:9092;kafka2:9092", "separate the servers by commas"),
    ("kafka1:9092 kafka2:9092", "separate the servers by commas"),
    (",", "give host:port"),
    (":9092", "give host:port"),
    ("ka fka:9092,b:1", "give host:port"),
    ("user@kafka:9092", "give host:port"),
    ("kafka/topic:9092", "give host:port"),
    ("fe80::1::2", "give host:port"),
    ("[kafka]:9092", "is no IPv6 address"),
    ("[::1", "give host:port"),
]


@pytest.mark.parametrize(("brokers", "says"), WRONG)
def test_what_is_no_list_of_brokers_is_one_line_and_exit_2(brokers: str, says: str) -> None:
    with pytest.raises(ValueError, match="COPYDESK_BROKERS="):
        Connection(brokers=brokers)
    for arguments in (["lag"], ["publish", "-"], ["consume", "articles.raw"], ["doctor"], ["run", "cleaner"]):
        result = CliRunner().invoke(main, arguments, env={"COPYDESK_BROKERS": brokers})
        assert result.exit_code == 2
        [line] = result.stderr.splitlines()
        assert line.startswith(f"copydesk: COPYDESK_BROKERS={brokers}: ")
        assert says in line


@pytest.mark.parametrize(
    ("brokers", "servers"),
    [
        ("kafka", [("kafka", 9092)]),
        (" a:1 , b-2.example.org:65535,", [("a", 1), ("b-2.example.org", 65535)]),
        ("::1,[fe80::2%eth0]:3,[::4]", [("::1", 9092), ("fe80::2%eth0", 3), ("::4", 9092)]),
        ("köln.example:9", [("köln.example", 9)]),
    ],
)
def test_lists_of_brokers(brokers: str, servers: list[tuple[str, int]]) -> None:
    assert parse_servers(brokers) == servers
    assert parse_servers(",".join(map(str, parse_servers(brokers)))) == servers


@given(st.text())
def test_any_text_is_a_list_of_brokers_or_refused_with_a_reason(text: str) -> None:
    try:
        servers = parse_servers(text)
    except ValueError:
        return
    assert servers
    assert all(server.host and 0 < server.port <= MAX_PORT for server in servers)
