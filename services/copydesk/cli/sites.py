"""`copydesk sites`: what is known of sites, and an operator's word about them."""

from __future__ import annotations

import re
import sys
import time
import uuid
from datetime import UTC, datetime

import click
import msgspec

from copydesk.cleaner.sites.keys import find_site_host, make_keys
from copydesk.cli.groups import SuggestingGroup
from copydesk.cli.parameters import brokers_option
from copydesk.cli.prerequisites import exit_with, load_connection, run_or_exit
from copydesk.contracts.sites import KEY_PATTERN, SAMPLE_CHARACTERS, SeenPage, SiteKey, SiteRecord
from copydesk.operations.sites import SITES, read_sites, send_order
from copydesk.runtime.exits import Exit
from copydesk.runtime.local_memory import encode_value
from copydesk.terminal_text import escape

DAY_SECONDS = 86_400


class _Host(click.ParamType):
    """Host of a site; an address is taken for its host."""

    name = "site"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        host = find_site_host(value if "//" in value else f"//{value}")
        return host or self.fail(f"{value!r} is no host such as news.example.org", param, ctx)


site_argument = click.argument("site", type=_Host())


@click.group(name="sites", cls=SuggestingGroup)
def command() -> None:
    """Show what is known of sites, and correct it.

    The cleaner removes what several stories of a site have shown. The stage `sites` learns that from all articles that
    have a URL.

    Example: copydesk sites show news.example.org
    """


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per site.")
@brokers_option
def list_(*, as_json: bool) -> None:
    """List the sites, with the number of articles and of repeated texts.

    Example: copydesk sites list
    """
    for record in run_or_exit(read_sites(load_connection())).values():
        if as_json:
            counts = {"site": record.site, "articles": record.articles, "keys": len(record.keys)}
            click.echo(msgspec.json.encode({**counts, "version": record.version}))
        else:
            click.echo(f"{escape(record.site):40} {record.articles:7} articles  {len(record.keys):4} repeated texts")


@command.command()
@site_argument
@click.option("--json", "as_json", is_flag=True, help="Print the record as it is on the topic.")
@brokers_option
def show(site: str, *, as_json: bool) -> None:
    """Show what is known of SITE, a host such as news.example.org.

    A line gives the stories and days that showed a text, the model's own mean probability of noise, the first day, the
    key, and the text's beginning.

    Example: copydesk sites show news.example.org
    """
    record = _find(site)
    if as_json:
        click.echo(msgspec.json.encode(record))
        return
    click.echo(f"{escape(record.site)}: {record.articles} articles, version {record.version}")
    for key in record.keys:
        click.echo(_describe(key, excluded=key.key in record.never))
    for text in record.pinned:
        click.echo(f"pinned: {escape(text)}")


@command.command()
@site_argument
@brokers_option
def forget(site: str) -> None:
    """Forget all that is known of SITE, an operator's word included.

    It is learned anew from the articles that follow.

    Example: copydesk sites forget news.example.org
    """
    _order(site, None)
    click.echo(f"{escape(site)} will be forgotten", err=True)


@command.command()
@site_argument
@click.argument("texts", metavar="TEXT...", nargs=-1)
@click.option("--remove", is_flag=True, help="Take the pin off.")
@brokers_option
def pin(site: str, texts: tuple[str, ...], *, remove: bool) -> None:
    """Call a TEXT furniture of SITE, whatever the model says.

    It goes wherever a whole block of an article has these words.

    Example: copydesk sites pin news.example.org "Tickets at the quay"
    """
    if empty := [text for text in texts if not make_keys(text).whole]:
        raise click.BadParameter(f"{empty[0]!r} has no words", param_hint="TEXT")
    pinned = _edit(_find_or_new(site).pinned, texts, remove=remove)
    _order(site, SeenPage(id="", site=site, pin=pinned))
    click.echo(f"{escape(site)}: {len(pinned)} pinned", err=True)


@command.command()
@site_argument
@click.argument("keys", metavar="KEY...", nargs=-1)
@click.option("--remove", is_flag=True, help="Let the key count again.")
@brokers_option
def never(site: str, keys: tuple[str, ...], *, remove: bool) -> None:
    """Exclude a KEY, as `show` prints it: its text never counts as furniture of SITE.

    Example: copydesk sites never news.example.org 0f3a5c9d1b7e
    """
    if wrong := [key for key in keys if not re.match(KEY_PATTERN, key)]:
        raise click.BadParameter(f"{wrong[0]!r} is no key as `copydesk sites show` prints it", param_hint="KEY")
    excluded = _edit(_find_or_new(site).never, keys, remove=remove)
    _order(site, SeenPage(id="", site=site, never=excluded))
    click.echo(f"{escape(site)}: {len(excluded)} excluded", err=True)


@command.command()
@click.argument("sites", metavar="[SITE...]", nargs=-1)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["ndjson", "phrases"]),
    default="ndjson",
    show_default=True,
    help="`ndjson`: for `copydesk process --site-memory`. `phrases`: YAML for COPYDESK_CLEANER_PHRASES.",
)
@brokers_option
def export(sites: tuple[str, ...], format_: str) -> None:
    """Print the records of these sites, or of all.

    Example: copydesk sites export > sites.ndjson
    """
    found = run_or_exit(read_sites(load_connection()))
    missing = [site for site in sites if site not in found]
    if missing:
        exit_with(Exit.REFUSED, f"nothing is known of {', '.join(missing)}")
    records = [record for site, record in found.items() if not sites or site in sites]
    if format_ == "ndjson":
        sys.stdout.buffer.writelines(encode_value(SITES, record.site, record.write()) + b"\n" for record in records)
        return
    phrases = {record.site: _phrases(record) for record in records}
    click.echo(msgspec.yaml.encode({site: lines for site, lines in phrases.items() if lines}), nl=False)


def _phrases(record: SiteRecord) -> list[str]:
    """Whole lines that the site repeats. A text that is longer than what is remembered of it becomes a beginning."""
    repeated = [key.text for key in record.keys if key.text and key.key not in record.never]
    return [*record.pinned, *(f"{text}*" if len(text) >= SAMPLE_CHARACTERS else text for text in repeated)]


def _describe(key: SiteKey, *, excluded: bool) -> str:
    since = datetime.fromtimestamp(key.since * DAY_SECONDS, UTC).date()
    text = escape(key.text) if key.text else {"start": "(first words)", "end": "(last words)"}.get(key.kind, "")
    mark = "excluded " if excluded else ""
    return f"{key.stories:5} stories {key.days:4} days  {key.noise:.2f}  since {since}  {key.key}  {mark}{text}"


def _find(site: str) -> SiteRecord:
    """Record of a site; an unknown one ends the command."""
    found = run_or_exit(read_sites(load_connection()))
    if site not in found:
        exit_with(Exit.REFUSED, f"nothing is known of {site}: `copydesk sites list` names those that are")
    return found[site]


def _find_or_new(site: str) -> SiteRecord:
    found = run_or_exit(read_sites(load_connection()))
    return found.get(site) or SiteRecord(site=site, version="", articles=0)


def _edit(before: tuple[str, ...], items: tuple[str, ...], *, remove: bool) -> tuple[str, ...]:
    if not items:
        raise click.UsageError("give at least one")
    if remove:
        return tuple(item for item in before if item not in items)
    return tuple(dict.fromkeys([*before, *items]))


def _order(site: str, order: SeenPage | None) -> None:
    now = time.time_ns() // 1_000_000
    run_or_exit(send_order(load_connection(), site, order, now=now, id_=uuid.uuid4().hex))
