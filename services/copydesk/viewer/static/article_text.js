// The text of an article with everything that was marked in it: entities, quotes, removed blocks, relevance.

import { copyButton, keepTextClean } from "./copying.js";
import { el, partwise, percent, plural, score, svg } from "./dom.js";
import { hasPage, nameAddress } from "./links.js";
import { KINDS, divideSpans, spansOf, stretches } from "./marks.js";
import { indexer } from "./offsets.js";
import { speakerKind, speakerPill } from "./speakers.js";
import { flagWords, removalWords } from "./words.js";

const MAX_BLOCKS = 2000; // shown; the JSON has all
const MAX_CHARACTERS = 300_000;
const MAX_HTML_CHARACTERS = 40_000;
const MAX_STRIP_BLOCKS = 120;
const MAX_ENTITIES = 200;
const MIN_FOLDED = 3; // blocks of the shortest run outside the article that is folded
/** Number of stories that stands for an operator's word. */
const PINNED = 1_000_000;

const REMOVED_KEY = "copydesk.removed"; // in the browser's storage: whether removed parts are shown

/** Nodes of the panel; `container` is the element that holds the whole article. */
export function textPanel(article, summary, container) {
  if (!Array.isArray(article.blocks)) return rawText(article, summary);
  const { part, note } = partwise();
  const blocks = article.blocks.slice(0, MAX_BLOCKS);
  const units = part("relevance", () => new Map((article.coherence?.units ?? []).map((unit) => [unit.block, unit]))) ?? new Map();
  const body = part("marks in the text", () => el("div.body", { dir: "auto" }, ...paragraphs(article, blocks, units)));
  const removed = body ? article.blocks.filter((block) => !block.kept).length : 0;
  body?.classList.toggle("with-removed", showsRemoved());
  if (body) keepTextClean(body);
  return [
    part("relevance of the paragraphs", () => relevanceStrip(article, units)),
    part("segments", () => segmentList(article)),
    el("div.text-tools", {}, legend(article), removed ? removedSwitch(body, removed) : null),
    part("captions, credits and bylines", () => captionList(article)),
    ...(body ? [body] : rawText(article, summary)),
    article.blocks.length > blocks.length && el("p.soft", {}, `${article.blocks.length - blocks.length} more paragraphs are in the JSON.`),
    part("people, places and others", () => entityList(article, container)),
    note(),
  ].filter(Boolean);
}

/** A raw article: its text, or the beginning of its HTML. */
function rawText(article, summary) {
  const source = typeof article.html === "string" && article.html.trim() ? article.html : null;
  if (source) return [el("p.soft", {}, "HTML, as it was published:"), el("pre.code", { tabindex: "0" }, source.slice(0, MAX_HTML_CHARACTERS))];
  if (typeof article.text === "string") {
    const lines = article.text.slice(0, MAX_CHARACTERS).split(/\n+/).filter((line) => line.trim());
    return [el("div.body", { dir: "auto" }, ...lines.slice(0, MAX_BLOCKS).map((line) => el("div.paragraph", {}, el("p", {}, line))))];
  }
  return [el("p.soft", {}, summary.state === "withdrawn" ? "Nothing is left to read." : "It has no text that can be read: see the JSON.")];
}

function paragraphs(article, blocks, units) {
  const whole = article.text ?? "";
  const at = indexer(whole);
  const kept = blocks.filter((block) => block.kept).map((block) => ({ start: at(block.start), end: at(block.end) }));
  const spans = divideSpans(spansOf(article, "body", whole), kept);
  let next = 0; // index in `kept`
  const folded = foldedRuns(blocks);
  return blocks.map((block, number) => {
    const unit = units.get(number);
    if (folded.has(number)) return folded.get(number);
    if (!block.kept) return removedBlock(block);
    const { start, end } = kept[next];
    const nodes = stretches(whole, start, end, spans[next], (quote) => attribution(quote, article));
    next += 1;
    return el("div.paragraph", { id: `block-${number}` }, band(unit), el("p", {}, ...nodes), unit && unit.flag !== "none" && el("p.flag", { title: (unit.reasons ?? []).join("; ") || null }, flagWords(unit)));
  });
}

/** What follows a quotation and is none of its words: the speaker, and a button that copies it. */
const attribution = (quote, article) => el("span.attribution", {}, speakerPill(quote, speakerKind(quote, article)), copyButton(quote, article));

function removedBlock(block) {
  const [reason, meaning] = removalWords(block.reason ?? "other");
  return el(
    "div.paragraph.removed",
    {},
    el("p", {}, el("span.reason", { title: meaning }, `removed: ${reason}`), el("del", {}, block.text ?? ""), el("span.sure", {}, ` ${removalEvidence(block)}`)),
  );
}

/** What spoke against a removed block: other articles of the site, or the model. */
function removalEvidence(block) {
  if (!Number.isInteger(block.seen)) return `${percent(block.noise_probability)} sure`;
  return block.seen >= PINNED ? "an operator said so for this site" : `stood in ${block.seen} other articles of this site`;
}

/** True for a block of a page that stands outside its article: a menu, a footer. */
const isOutside = (article, block) => article.source?.kind === "html" && isNavigation(block);

const isNavigation = (block) => !block.kept && block.reason === "navigation";

/** By the number of its first block: a run of removed navigation, which opens on demand. The others of it give null. */
function foldedRuns(blocks) {
  const folded = new Map();
  for (let first = 0; first < blocks.length; first += 1) {
    let end = first;
    while (end < blocks.length && isNavigation(blocks[end])) end += 1;
    if (end - first < MIN_FOLDED) continue;
    const run = blocks.slice(first, end);
    folded.set(first, el("details.paragraph.removed.folded", {}, el("summary", {}, el("span.reason", {}, "removed: menu or link"), `${run.length} lines of menus and links`), ...run.map(removedBlock)));
    for (let number = first + 1; number < end; number += 1) folded.set(number, null);
    first = end;
  }
  return folded;
}

const flagOf = (unit) => (unit.flag === "none" ? "fits" : unit.flag === "off_topic" ? "foreign" : "furniture");

/** Coloured band beside a paragraph: its relevance. */
function band(unit) {
  if (!unit) return null;
  const node = el(`span.band.${flagOf(unit)}`, { title: `How much it belongs to the story: ${score(unit.relevance)} of 1; of another story: ${percent(unit.off_topic_probability)}` });
  node.style.opacity = String(0.25 + 0.75 * Math.max(0, Math.min(1, unit.relevance * 1.4)));
  return node;
}

/** Bar chart of all blocks: a higher bar is more relevant, a hollow bar was removed. */
function relevanceStrip(article, units) {
  if (!units.size) return null;
  const [width, gap, height] = [14, 4, 46];
  const shown = article.blocks.map((block, number) => [block, units.get(number)]).filter(([block]) => !isOutside(article, block)).slice(0, MAX_STRIP_BLOCKS);
  const bars = shown.map(([block, unit], number) => {
    if (!unit) return svg("g");
    const barHeight = Math.max(4, Math.min(1, unit.relevance * 1.25) * height);
    return svg("rect", {
      class: `bar-of ${flagOf(unit)} ${block.kept ? "kept" : "hollow"}`,
      x: number * (width + gap) + 1, y: height - barHeight + 1, width: width - 2, height: barHeight - 2, rx: 2,
    });
  });
  const foreign = [...units.values()].filter((unit) => unit.flag !== "none").length;
  const fullWidth = shown.length * (width + gap);
  const label = `Relevance of ${plural(shown.length, "paragraph")}; ${foreign} flagged`;
  return el(
    "figure.strip",
    {},
    svg("svg", { viewBox: `0 0 ${fullWidth} ${height + 2}`, width: fullWidth, height: height + 2, role: "img", "aria-label": label }, ...bars),
    el("figcaption", {}, "How much each paragraph belongs to the story", el("span.key.fits", {}, "belongs"), el("span.key.foreign", {}, "another story"), el("span.key.furniture", {}, "no part of a story"), el("span.key.hollow", {}, "removed")),
  );
}

/** Segments and their terms, if the article has more than one story. */
function segmentList(article) {
  const segments = article.coherence?.segments ?? [];
  if (segments.length < 2) return null;
  const blocks = (segment) => (segment.first_unit === segment.last_unit ? `${segment.first_unit + 1}` : `${segment.first_unit + 1}–${segment.last_unit + 1}`);
  return el("ol.threads", { "aria-label": "What the paragraphs are about" }, ...segments.slice(0, 12).map((segment) => el("li", {}, el("span.thread-blocks", {}, blocks(segment)), el("span", { dir: "auto" }, segment.terms.slice(0, 5).join(", ") || "no words of its own"))));
}

function legend(article) {
  if (!article.entities) return el("p.legend", {}, "Cleaned. Who is in it comes next.");
  return el(
    "p.legend",
    {},
    ...Object.entries(KINDS).map(([kind, label]) => el(`span.entity.${kind}`, {}, label)),
    el("span.said.direct", {}, "quotation"),
    el("span.said.indirect", {}, "indirect"),
  );
}

/** Whether removed parts are shown: they are, unless the reader has turned them off in this browser. */
function showsRemoved() {
  try {
    return localStorage.getItem(REMOVED_KEY) !== "hidden";
  } catch {
    return true; // a browser that keeps nothing
  }
}

function removedSwitch(body, removed) {
  const button = el("button.switch", { type: "button", role: "switch", id: "show-removed", "aria-checked": showsRemoved() }, el("span.switch-track", { "aria-hidden": "true" }), `Show the ${plural(removed, "removed paragraph")}`);
  button.addEventListener("click", () => {
    const shows = button.getAttribute("aria-checked") !== "true";
    button.setAttribute("aria-checked", shows);
    body.classList.toggle("with-removed", shows);
    try {
      localStorage.setItem(REMOVED_KEY, shows ? "shown" : "hidden");
    } catch {
      // kept for this article only
    }
  });
  return button;
}

/** Captions, credits and bylines, apart from the text. */
function captionList(article) {
  const rows = [
    ["Caption", article.captions],
    ["Credit", article.credits],
    ["Byline", article.authors?.length ? null : article.bylines], // else it stands under the title
  ].filter(([, texts]) => texts?.length);
  if (!rows.length) return null;
  return el("dl.beside", {}, ...rows.map(([label, texts]) => el("div", {}, el("dt", {}, texts.length > 1 ? `${label}s` : label), ...texts.map((text) => el("dd", { dir: "auto" }, text)))));
}

/** Entities by kind; a button marks the mentions in the text. */
function entityList(article, container) {
  if (!article.entities?.length) return null;
  const entities = [...article.entities].sort((a, b) => b.salience - a.salience).slice(0, MAX_ENTITIES);
  const groups = [...Object.entries(KINDS), ["other", "others"]].map(([kind, label]) => [kind, label, entities.filter((entity) => (entity.type in KINDS ? entity.type : "other") === kind)]);
  return el(
    "section.cast",
    { "aria-label": "Who is in it" },
    ...groups.filter(([, , members]) => members.length).map(([kind, label, members]) => el("div.cast-group", {}, el("h2.cast-title", {}, label), el("ul.cast-list", {}, ...members.map((entity) => el("li.cast-member", {}, entityButton(entity, kind, container), nameLink(entity)))))),
  );
}

/** Link to everything that the held articles say of an entity. */
function nameLink(entity) {
  if (!hasPage(entity.type)) return null;
  return el("a.everywhere", { href: nameAddress(entity.type, entity.name), "aria-label": `All of ${entity.name}`, title: "In all articles" }, "›");
}

function entityButton(entity, kind, container) {
  const names = entity.mentions.filter((mention) => mention.kind === "name").length;
  const quotes = entity.quotes_said ? ` · ${plural(entity.quotes_said, "quote")}` : "";
  const label = [el("span.actor-name", { dir: "auto" }, entity.name), entity.aliases?.length ? el("span.actor-alias", {}, `also ${entity.aliases.slice(0, 4).join(", ")}`) : null, el("span.actor-count", {}, `${names}×${quotes}`)];
  if (!(kind in KINDS)) return el("span.actor", {}, ...label);
  const button = el(`button.actor.${kind}`, { type: "button", "aria-pressed": "false", id: `actor-${entity.id}` }, ...label);
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    for (const other of container.querySelectorAll("button.actor[aria-pressed=true]")) other.setAttribute("aria-pressed", "false");
    for (const node of container.querySelectorAll(".highlighted")) node.classList.remove("highlighted");
    button.setAttribute("aria-pressed", on);
    if (!on) return;
    const mentions = container.querySelectorAll(`mark[data-entity="${CSS.escape(entity.id)}"]`);
    for (const node of mentions) node.classList.add("highlighted");
    container.querySelector(`.body mark[data-entity="${CSS.escape(entity.id)}"]`)?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  });
  return button;
}
