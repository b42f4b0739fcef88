"""Groups of copies as rows: articles join, leave, and grow old."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from copydesk.related import copies
from copydesk.related.rows import (
    ArticleRow,
    GroupRow,
    MemberRow,
    Rows,
    article_key,
    claim_id,
    group_key,
    group_owner_key,
    members_key,
)

MAX_MEMBERS = 200
"""Articles of a group that are listed; further ones are counted."""


class Joined(NamedTuple):
    """The group that an article has joined."""

    number: int
    id: str
    share: float
    """Share of the smaller text's fingerprints in common with the group; 1 for a group of its own."""


def join(rows: Rows, number: int, member: MemberRow, site: int, fingerprints: bytes) -> Joined:
    """Put an article into the group with which it shares most, or into one of its own.

    Args:
        rows: The rows, without the article.
        number: Number of the article; a group of its own gets the same.
        member: The article.
        site: Number of its site.
        fingerprints: Its fingerprints.
    """
    values = copies.split_fingerprints(fingerprints)
    found = copies.find_group(rows, site, values)
    group = None if found.number is None else rows.load(group_key(found.number), GroupRow)
    if found.number is None or group is None:
        id_ = claim_id(rows, group_owner_key, member.article, number)
        group = GroupRow(id=id_, core=member.article, size=max(1, found.own), origin=member.article, count=0, live=0)
        copies.add_postings(rows, number, site, values)
    else:
        number = found.number
        copies.add_postings(rows, copies.NO_GROUP, site, values)
    group.count += 1
    group.live += 1
    members = load_members(rows, number)
    if len(members) < MAX_MEMBERS:
        members.append(member)
        rows.store(members_key(number), members)
    group.origin = min(members, key=order).article
    rows.store(group_key(number), group)
    return Joined(number, group.id, found.share)


def leave(rows: Rows, id_: str, row: ArticleRow) -> None:
    """Take an article out of its group: withdrawn, or replaced by a new version."""
    group = rows.load(group_key(row.group), GroupRow)
    _remove_postings(rows, id_, row, group)
    if group is None:
        return
    group.count -= 1
    group.live -= row.indexed
    members = [one for one in load_members(rows, row.group) if one.article != id_]
    if not members:
        _delete(rows, row.group, group)
        return
    if group.id == id_:
        rows.store(group_owner_key(id_), row.group)
    group.origin = min(members, key=order).article
    rows.store(members_key(row.group), members)
    _choose_core(rows, row.group, group, id_, members)
    rows.store(group_key(row.group), group)


def grow_old(rows: Rows, id_: str, row: ArticleRow) -> bool:
    """Let others no longer meet an article. Its group lives while one of its articles is within the window.

    Returns:
        True if its group lives on.
    """
    group = rows.load(group_key(row.group), GroupRow)
    _remove_postings(rows, id_, row, group)
    if group is None:
        return False
    group.live -= row.indexed
    if group.live <= 0:
        _delete(rows, row.group, group)
        return False
    _choose_core(rows, row.group, group, id_, load_members(rows, row.group))
    rows.store(group_key(row.group), group)
    return True


def load_members(rows: Rows, number: int) -> list[MemberRow]:
    """Listed articles of a group, in the order of arrival."""
    return rows.load(members_key(number), list[MemberRow]) or []


def order(one: MemberRow) -> tuple[bool, int, str]:
    """Place of an article in time; those without a date come last."""
    return one.at is None, one.at or 0, one.article


def _remove_postings(rows: Rows, id_: str, row: ArticleRow, group: GroupRow | None) -> None:
    if row.indexed:
        posted = row.group if group is not None and group.core == id_ else copies.NO_GROUP
        copies.remove_postings(rows, posted, row.site, copies.split_fingerprints(row.fingerprints))


def _choose_core(rows: Rows, number: int, group: GroupRow, gone: str, members: Iterable[MemberRow]) -> None:
    """Let the oldest listed article within the window stand for a group whose core is gone."""
    if group.core != gone:
        return
    group.core, group.size = "", 1
    for member in members:
        row = None if member.article == gone else rows.load(article_key(member.article), ArticleRow)
        if row is not None and row.indexed:
            values = copies.split_fingerprints(row.fingerprints)
            copies.remove_postings(rows, copies.NO_GROUP, row.site, values)
            copies.add_postings(rows, number, row.site, values)
            group.core, group.size = member.article, max(1, len(values))
            return


def _delete(rows: Rows, number: int, group: GroupRow) -> None:
    rows.put(group_key(number), None)
    rows.put(members_key(number), None)
    if rows.get(group_owner_key(group.id)) is not None:
        rows.put(group_owner_key(group.id), None)


__all__ = ["MAX_MEMBERS", "Joined", "grow_old", "join", "leave", "load_members", "order"]
