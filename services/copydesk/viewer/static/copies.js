// Copies of an article on other sites, and what changed since its last version.

import { compared, fresh, gone } from "./diff.js";
import { el, moment, partwise, percent, plural } from "./dom.js";
import { articleAddress } from "./links.js";

const MAX_COPIES = 20;
const MAX_CHANGES = 50;

/** Name of the tab with copies and changes; null if there are neither. */
export function relatedTab(related) {
  if (related?.copies && related.versions) return "Copies and changes";
  if (related?.copies) return "Copies";
  return related?.versions ? "Changes" : null;
}

/** An article's id: a link if the page has the article. */
export const articleLink = (id, held) =>
  held.includes(id) ? el("a", { href: articleAddress(id), dir: "auto" }, id) : el("span", { dir: "auto", title: "The page does not have this article" }, id);

/** "copy 12 of ap/1", with a link to the first article if the page has it; null for an article without copies. */
export function copyBadge(id, related) {
  const copies = related?.copies;
  if (!copies) return null;
  const { origin, place, members } = copies;
  const all = members ? ` of ${members.toLocaleString("en")}` : "";
  if (origin === id) return el("p.badges", {}, el("span.badge", {}, `the first${all} with this text`));
  const words = place ? `copy ${place} of ` : "a copy of ";
  const badge = related.held.includes(origin) ? el("a.badge", { href: articleAddress(origin) }, words, el("bdi", {}, origin)) : el("span.badge", { title: "The page does not have the first article" }, words, el("bdi", {}, origin));
  return el("p.badges", {}, badge);
}

/** Nodes of the panel. */
export function relatedPanel(id, related) {
  const { part, note } = partwise();
  return [related.copies && part("copies", () => copyList(id, related)), related.versions && part("changes", () => changeList(related.versions)), note()].filter(Boolean);
}

function copyList(id, { copies, held }) {
  const { origin, members, share, articles } = copies;
  const first = articles.find(({ article }) => article === origin);
  const listed = articles.slice(0, MAX_COPIES);
  const own = articles.find(({ article }) => article === id);
  if (own && !listed.includes(own)) listed.push(own);
  const sites = new Set(articles.map(({ site }) => site).filter(Boolean)).size;
  const more = (members ?? listed.length) - listed.length;
  return el(
    "section.related-part",
    { "aria-labelledby": "copies-title" },
    el("h2.part", { id: "copies-title" }, "Copies"),
    el("p", {}, "The first by time is ", articleLink(origin, held), first?.site && ` on ${first.site}`, first && `, ${timeOf(first)}`, "."),
    el("p.soft", {}, members ? `${plural(members, "article")} with this text${sites > 1 ? `, on ${more > 0 ? "at least " : ""}${sites} sites` : ""}. ` : "Who else has this text is not known here. ", id === origin ? null : `When it came, ${percent(share)} of the shorter text was the same.`),
    listed.length ? el("ol.copies", { "aria-label": "Copies by time" }, ...listed.map((one) => copyRow(one, id, origin, held))) : null,
    more > 0 && el("p.soft", {}, `and ${more.toLocaleString("en")} more`),
  );
}

function copyRow(one, id, origin, held) {
  const note = [one.article === origin && "the first", one.article === id && "this article"].filter(Boolean).join(", ");
  return el("li.copy-row", {}, el("span.copy-time", {}, timeOf(one)), el("span.copy-site", { dir: "auto" }, one.site ?? "no site"), el("span.copy-id", {}, one.article === id ? el("bdi", {}, id) : articleLink(one.article, held), note && el("span.soft", {}, ` ${note}`)));
}

/** Time of an article, and by what it goes if that is not its own date. */
export function timeOf({ at, dated_by: by }) {
  const time = Date.parse(at);
  if (!Number.isFinite(time)) return "no date";
  return `${moment(time)}${by === "published" ? "" : by === "ingested" ? " (arrival)" : ` (${by})`}`;
}

const KINDS = { __proto__: null, added: "added", removed: "removed", replaced: "changed" };

function changeList({ changed, more }) {
  const shown = changed.slice(0, MAX_CHANGES);
  const left = changed.length - shown.length + more;
  return el(
    "section.related-part",
    { "aria-labelledby": "changes-title" },
    el("h2.part", { id: "changes-title" }, "Changed since the version before"),
    el(
      "ol.changes",
      {},
      ...shown.map(({ kind, was, now }) => el("li.change", {}, el("span.change-kind", {}, KINDS[kind] ?? kind), el("p", { dir: "auto" }, ...(was && now ? compared(was, now) : [was ? gone(was) : fresh(now)])))),
    ),
    left > 0 && el("p.soft", {}, `and ${left.toLocaleString("en")} more`),
  );
}
