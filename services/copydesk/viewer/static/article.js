// One article: the text as it came out, and behind tabs who said what, where it comes from, and the message itself.

import { clock, el, percent, plural, score, svg, took } from "./dom.js";
import { indent } from "./json.js";
import { STAGES, headline, stateOf } from "./list.js";
import { KINDS, share, spansOf, stretches } from "./marks.js";
import { indexer } from "./offsets.js";
import { basis, chip, link, who } from "./speakers.js";

const MOST_BLOCKS = 2000; // paragraphs that are shown; the message itself has all
const MOST_CHARACTERS = 300_000;
const LISTED = 200; // entities, quotations

const FLAGS = { __proto__: null, off_topic: "off topic", furniture: "furniture", teaser: "teaser", duplicate: "duplicate" };
const TABS = [
  ["text", "Article"],
  ["quotes", "Who said what"],
  ["origin", "Provenance"],
  ["json", "JSON"],
];

/** What somebody has chosen, kept from one article to the next. */
const chosen = { tab: "text", removed: false };

/** The document of a message, or null where it is none. */
function parse(told) {
  try {
    const found = JSON.parse(told.value);
    return found && typeof found === "object" && !Array.isArray(found) ? found : null;
  } catch {
    return null;
  }
}

/** An article as nodes, to be put into `container`. */
export function render(container, told) {
  const article = parse(told) ?? {};
  const { summary } = told;
  const panels = {
    text: () => text(article, summary, container),
    quotes: () => quotes(article),
    origin: () => origin(article, told),
    json: () => json(told),
  };
  const panel = el("div.panel", { id: "panel", role: "tabpanel", tabindex: "0" });
  const show = (name, focus) => {
    chosen.tab = name;
    for (const [tab] of TABS) {
      const button = tabs.querySelector(`#tab-${tab}`);
      button.setAttribute("aria-selected", tab === name);
      button.tabIndex = tab === name ? 0 : -1;
      if (tab === name && focus) button.focus();
    }
    panel.setAttribute("aria-labelledby", `tab-${name}`);
    panel.replaceChildren(...panels[name]());
    if (name === "text") link(panel, article.quotes ?? []);
  };
  const tabs = el("div.tabs", { role: "tablist", "aria-label": "Views of the article" });
  for (const [name, label] of TABS)
    tabs.append(el("button.tab", { id: `tab-${name}`, role: "tab", type: "button", "aria-controls": "panel", onclick: () => show(name, false) }, label));
  tabs.addEventListener("keydown", (event) => {
    const here = TABS.findIndex(([name]) => name === chosen.tab);
    const next = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    show(TABS[(next + TABS.length) % TABS.length][0], true);
  });
  container.replaceChildren(...head(article, summary, told), tabs, panel);
  show(chosen.tab, false);
}

// ---------------------------------------------------------------------------------------------------- head

function head(article, summary, told) {
  const published = article.published_at ? clock(Date.parse(article.published_at)) : null;
  const kicker = [summary.site, published, article.language].filter(Boolean);
  const title = headline(summary);
  return [
    el("a.back", { href: "#/" }, "‹ All articles"),
    el("p.kicker", {}, ...(kicker.length ? kicker : ["no site"]).map((fact) => el("span.fact", {}, fact))),
    el(summary.title ? "h1.headline" : "h1.headline.untitled", { dir: "auto" }, ...(summary.title ? titleNodes(article, title) : [title])),
    byline(article),
    progress(summary, told.way),
    trouble(summary, told),
    figures(article, summary),
  ].filter(Boolean);
}

function titleNodes(article, title) {
  const whole = article.title || title;
  return stretches(whole, 0, whole.length, spansOf(article, "title", whole).filter((span) => span.kind === "entity"), () => null);
}

function byline(article) {
  const facts = [...(article.authors ?? []), article.dateline].filter(Boolean);
  return facts.length ? el("p.byline", { dir: "auto" }, facts.join(" · ")) : null;
}

/** raw, cleaned, extracted, scored: which of these it has passed, and how long each took. */
function progress(summary, way) {
  const when = new Map(way.map((step) => [step.topic.split(".").at(-1), step.timestamp]));
  const ended = !STAGES.includes(summary.state);
  const reached = ended ? STAGES.findLastIndex((stage) => when.has(stage)) : STAGES.indexOf(summary.state);
  return el(
    "ol.progress",
    { "aria-label": `Stage: ${stateOf(summary)}` },
    ...(ended ? STAGES.slice(0, reached + 1) : STAGES).map((stage, place) => {
      const before = when.get(STAGES[place - 1]);
      const time = when.get(stage);
      const spent = before !== undefined && time !== undefined && time >= before ? `+${took(time - before)}` : null;
      const at = place === 0 && time !== undefined ? clock(time) : spent;
      return el(when.has(stage) || place <= reached ? "li.step.done" : "li.step", {}, el("span.step-name", {}, stage), at && el("span.step-time", {}, at));
    }),
    summary.state === "dead" && el("li.step.failed", {}, el("span.step-name", {}, `dead letter of ${summary.stage}`)),
    summary.state === "withdrawn" && el("li.step.failed", {}, el("span.step-name", {}, "withdrawn")),
  );
}

function trouble(summary, told) {
  if (summary.state === "withdrawn") return el("p.trouble", {}, "It was withdrawn: a tombstone stands in its place.");
  if (summary.state === "unreadable")
    return el("div.trouble", {}, el("p", {}, el("strong", {}, "Not what its topic holds. "), summary.why));
  if (summary.state !== "dead") return null;
  const told_of = new Map(told.headers);
  const stack = told_of.get("dlq.exception.stacktrace");
  return el(
    "div.trouble",
    {},
    el("p", {}, el("strong", {}, `${summary.stage} could not pass it: ${summary.reason}. `), el("span", {}, told_of.get("dlq.exception.class") ?? "")),
    el("p.trouble-why", {}, told_of.get("dlq.exception.message") || "no reason was given"),
    stack && el("details", {}, el("summary", {}, "Stack trace"), el("pre.code", { tabindex: "0" }, stack)),
  );
}

function figures(article, summary) {
  const told = [];
  const add = (value, label, more) => told.push(el("div.big", {}, el("dd", {}, value), el("dt", {}, label, more ? el("span.more", {}, more) : null)));
  if (article.coherence) {
    const { score: now, raw_score: before, status, structure } = article.coherence;
    if (typeof now === "number") add(score(now), "coherence", typeof before === "number" ? `${score(before)} before cleaning` : structure);
    else add("–", "coherence", (status ?? "").replaceAll("_", " "));
  }
  if (article.cleaning) add(percent(article.cleaning.noise_share), "noise removed", article.cleaning.uncertain ? "uncertain" : null);
  if (article.quotes) add(String(article.quotes.length), article.quotes.length === 1 ? "quote" : "quotes", article.extraction?.degraded ? "degraded" : null);
  if (article.entities) {
    const people = article.entities.filter((one) => one.type === "person").length;
    add(String(people), people === 1 ? "person" : "people");
  }
  if (!told.length && summary.state === "raw") return el("p.waiting", {}, "Published, and waiting for the cleaner.");
  return told.length ? el("dl.bigs", {}, ...told) : null;
}

// ---------------------------------------------------------------------------------------------------- text

function text(article, summary, container) {
  if (!Array.isArray(article.blocks)) return raw(article, summary);
  const blocks = article.blocks.slice(0, MOST_BLOCKS);
  const removed = article.blocks.filter((block) => !block.kept).length;
  const units = new Map((article.coherence?.units ?? []).map((unit) => [unit.block, unit]));
  const body = el("div.body", { dir: "auto" }, ...paragraphs(article, blocks, units));
  body.classList.toggle("with-removed", chosen.removed);
  return [
    strip(article, units),
    threads(article),
    el("div.text-tools", {}, legend(article), removed ? switchFor(body, removed) : null),
    aside(article),
    body,
    article.blocks.length > blocks.length && el("p.soft", {}, `${article.blocks.length - blocks.length} more blocks are in the JSON.`),
    people(article, container),
  ].filter(Boolean);
}

/** An article as it was published: its text, or the beginning of its HTML. */
function raw(article, summary) {
  const source = typeof article.html === "string" && article.html.trim() ? article.html : null;
  if (source) return [el("p.soft", {}, "HTML, as it was published:"), el("pre.code", { tabindex: "0" }, source.slice(0, 40_000))];
  if (typeof article.text === "string") {
    const lines = article.text.slice(0, MOST_CHARACTERS).split(/\n+/).filter((line) => line.trim());
    return [el("div.body", { dir: "auto" }, ...lines.slice(0, MOST_BLOCKS).map((line) => el("div.paragraph", {}, el("p", {}, line))))];
  }
  return [el("p.soft", {}, summary.state === "withdrawn" ? "Nothing is left to read." : "It has no text that can be read: see the JSON.")];
}

function paragraphs(article, blocks, units) {
  const whole = article.text ?? "";
  const at = indexer(whole);
  const kept = blocks.filter((block) => block.kept).map((block) => ({ start: at(block.start), end: at(block.end) }));
  const shares = share(spansOf(article, "body", whole), kept);
  let place = 0;
  return blocks.map((block, number) => {
    const unit = units.get(number);
    if (!block.kept) {
      const reason = block.reason ?? "other";
      return el(
        "div.paragraph.removed",
        {},
        el("p", {}, el("span.reason", {}, reason.replaceAll("_", " ")), el("del", {}, block.text ?? ""), el("span.sure", {}, ` noise ${percent(block.noise_probability)}`)),
      );
    }
    const { start, end } = kept[place];
    const nodes = stretches(whole, start, end, shares[place], chip);
    place += 1;
    return el("div.paragraph", { id: `block-${number}` }, band(unit), el("p", {}, ...nodes), unit && unit.flag !== "none" && el("p.flag", {}, `${FLAGS[unit.flag] ?? unit.flag.replaceAll("_", " ")} · ${percent(unit.off_topic_probability)} foreign`));
  });
}

const flagOf = (unit) => (unit.flag === "none" ? "fits" : unit.flag === "off_topic" ? "foreign" : "furniture");

/** The stretch of the coherence strip beside a paragraph. */
function band(unit) {
  if (!unit) return null;
  const node = el(`span.band.${flagOf(unit)}`, { title: `relevance ${score(unit.relevance)}, off topic ${percent(unit.off_topic_probability)}` });
  node.style.opacity = String(0.25 + 0.75 * Math.max(0, Math.min(1, unit.relevance * 1.4)));
  return node;
}

/** The whole strip: a bar a block, as high as it is relevant; what was removed is hollow. */
function strip(article, units) {
  if (!units.size) return null;
  const [width, gap, height] = [14, 4, 46];
  const shown = article.blocks.slice(0, 120);
  const bars = shown.map((block, number) => {
    const unit = units.get(number);
    if (!unit) return svg("g");
    const tall = Math.max(4, Math.min(1, unit.relevance * 1.25) * height);
    return svg("rect", {
      class: `bar-of ${flagOf(unit)} ${block.kept ? "kept" : "hollow"}`,
      x: number * (width + gap) + 1, y: height - tall + 1, width: width - 2, height: tall - 2, rx: 2,
    });
  });
  const foreign = [...units.values()].filter((unit) => unit.flag !== "none").length;
  const all = shown.length * (width + gap);
  const label = `Relevance of ${plural(units.size, "paragraph")}; ${foreign} flagged`;
  return el(
    "figure.strip",
    {},
    svg("svg", { viewBox: `0 0 ${all} ${height + 2}`, width: all, height: height + 2, role: "img", "aria-label": label }, ...bars),
    el("figcaption", {}, "How much each paragraph belongs to the story", el("span.key.fits", {}, "fits"), el("span.key.foreign", {}, "off topic"), el("span.key.furniture", {}, "furniture"), el("span.key.hollow", {}, "removed")),
  );
}

/** Where there is more than one story: which paragraphs are about what. */
function threads(article) {
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

function switchFor(body, removed) {
  const button = el("button.switch", { type: "button", role: "switch", id: "show-removed", "aria-checked": chosen.removed }, el("span.switch-track", { "aria-hidden": "true" }), `Show the ${plural(removed, "removed block")}`);
  button.addEventListener("click", () => {
    chosen.removed = !chosen.removed;
    button.setAttribute("aria-checked", chosen.removed);
    body.classList.toggle("with-removed", chosen.removed);
  });
  return button;
}

/** Captions and credits, apart from the text. */
function aside(article) {
  const rows = [
    ["Caption", article.captions],
    ["Credit", article.credits],
    ["Byline", article.bylines],
  ].filter(([, found]) => found?.length);
  if (!rows.length) return null;
  return el("dl.beside", {}, ...rows.map(([label, found]) => el("div", {}, el("dt", {}, found.length > 1 ? `${label}s` : label), ...found.map((one) => el("dd", { dir: "auto" }, one)))));
}

/** Who is in it: buttons that show where. */
function people(article, container) {
  if (!article.entities?.length) return null;
  const found = [...article.entities].sort((a, b) => b.salience - a.salience).slice(0, LISTED);
  const groups = [...Object.entries(KINDS), ["other", "others"]].map(([kind, label]) => [kind, label, found.filter((one) => (one.type in KINDS ? one.type : "other") === kind)]);
  return el(
    "section.cast",
    { "aria-label": "Who is in it" },
    ...groups.filter(([, , some]) => some.length).map(([kind, label, some]) => el("div.cast-group", {}, el("h2.cast-title", {}, label), el("ul.cast-list", {}, ...some.map((one) => el("li", {}, actor(one, kind, container)))))),
  );
}

function actor(entity, kind, container) {
  const names = entity.mentions.filter((one) => one.kind === "name").length;
  const said = entity.quotes_said ? ` · ${plural(entity.quotes_said, "quote")}` : "";
  const label = [el("span.actor-name", { dir: "auto" }, entity.name), entity.aliases?.length ? el("span.actor-alias", {}, `also ${entity.aliases.slice(0, 4).join(", ")}`) : null, el("span.actor-count", {}, `${names}×${said}`)];
  if (!(kind in KINDS)) return el("span.actor", {}, ...label);
  const button = el(`button.actor.${kind}`, { type: "button", "aria-pressed": "false", id: `actor-${entity.id}` }, ...label);
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    for (const other of container.querySelectorAll("button.actor[aria-pressed=true]")) other.setAttribute("aria-pressed", "false");
    for (const node of container.querySelectorAll(".found")) node.classList.remove("found");
    button.setAttribute("aria-pressed", on);
    if (!on) return;
    const places = container.querySelectorAll(`mark[data-entity="${CSS.escape(entity.id)}"]`);
    for (const node of places) node.classList.add("found");
    container.querySelector(`.body mark[data-entity="${CSS.escape(entity.id)}"]`)?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  });
  return button;
}

// -------------------------------------------------------------------------------------------------- quotes

function quotes(article) {
  if (!article.quotes) return [el("p.soft", {}, "The extractor has not read it yet.")];
  if (!article.quotes.length) return [el("p.soft", {}, "Nobody is quoted.")];
  const speakers = new Map();
  for (const quote of article.quotes.slice(0, LISTED)) {
    const name = who(quote);
    if (!speakers.has(name)) speakers.set(name, []);
    speakers.get(name).push(quote);
  }
  return [...speakers].map(([name, said]) =>
    el(
      "section.speaker-group",
      {},
      el("h2.speaker-name", { dir: "auto" }, name, el("span.soft", {}, ` ${plural(said.length, "quote")}`)),
      ...said.map((quote) => el("blockquote.quote", {}, el("p", { dir: "auto" }, quote.text), el("footer", {}, `${quote.type} · ${basis(quote)}${quote.cue ? `, “${quote.cue.text}”` : ""} · speaker ${percent(quote.speaker.confidence)} sure`))),
    ),
  );
}

// ---------------------------------------------------------------------------------------------- provenance

function origin(article, told) {
  const { summary, way } = told;
  const first = way[0]?.timestamp ?? summary.updated;
  return [
    el("h2.part", {}, "Message"),
    facts([
      ["topic", summary.topic],
      ["partition", summary.partition],
      ["offset", summary.offset],
      ["appended", new Date(summary.updated).toISOString()],
      ["key", told.key],
      ["id", summary.id],
      ["size", `${told.bytes.toLocaleString("en")} bytes`],
    ]),
    el("h2.part", {}, "Its way"),
    table(["topic", "partition", "offset", "appended", "since the first"], way.map((step) => [step.topic, step.partition, step.offset, new Date(step.timestamp).toISOString(), took(Math.max(0, step.timestamp - first))])),
    article.provenance?.length && el("h2.part", {}, "Made by"),
    article.provenance?.length && table(["stage", "version", "model"], article.provenance.map((one) => [one.stage, one.version, one.model ?? "none"])),
    el("h2.part", {}, "What the stages say"),
    facts([
      ["cleaning", article.cleaning && `${article.cleaning.model}, ${percent(article.cleaning.noise_share)} of the source removed${article.cleaning.uncertain ? ", uncertain" : ""}`],
      ["source", article.source && `${article.source.kind}, sha256 ${article.source.sha256}`],
      ["extraction", article.extraction && `${article.extraction.model.name} ${article.extraction.model.version}${article.extraction.degraded ? ", degraded" : ""}`],
      ["coherence", article.coherence && `${article.coherence.model.name} ${article.coherence.model.version}, ${article.coherence.status}${article.coherence.structure ? `, ${article.coherence.structure}` : ""}`],
      ["warnings", [...(article.cleaning?.warnings ?? []), ...(article.extraction?.warnings ?? [])].join("; ")],
    ]),
    el("h2.part", {}, "Headers"),
    table(["name", "value"], told.headers),
  ].filter(Boolean);
}

function facts(rows) {
  const known = rows.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false);
  return known.length ? el("dl.facts", {}, ...known.map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, String(value))))) : el("p.soft", {}, "Nothing yet.");
}

function table(names, rows) {
  return el(
    "div.scroll",
    { tabindex: "0", role: "region", "aria-label": names.join(", ") },
    el("table", {}, el("thead", {}, el("tr", {}, ...names.map((name) => el("th", { scope: "col" }, name)))), el("tbody", {}, ...rows.map((cells) => el("tr", {}, ...cells.map((cell) => el("td", {}, String(cell))))))),
  );
}

// ---------------------------------------------------------------------------------------------------- json

function json(told) {
  const place = `${told.summary.topic}, partition ${told.summary.partition}, offset ${told.summary.offset}`;
  if (told.value === null) return [el("p.soft", {}, `A tombstone: ${place}.`)];
  const { text: pretty, whole } = indent(told.value);
  return [
    el("p.soft", {}, `${place}. `, el("a", { href: `/api/message?id=${encodeURIComponent(told.summary.id)}`, download: true }, "Download the message")),
    el("pre.code", { tabindex: "0" }, pretty),
    !whole && el("p.soft", {}, "The rest is in the download."),
  ].filter(Boolean);
}
