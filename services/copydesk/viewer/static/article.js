// One article: its head, and behind tabs its text, its quotes, its copies, its provenance and the message itself.

import { jsonPanel, provenancePanel, quotesPanel } from "./article_details.js";
import { saveButton } from "./article_file.js";
import { textPanel } from "./article_text.js";
import { copyBadge, relatedPanel, relatedTab } from "./copies.js";
import { clock, duration, el, partwise, percent } from "./dom.js";
import { hasPage, nameAddress, originalAddress, outside } from "./links.js";
import { STAGES, headline, stateOf } from "./list.js";
import { spansOf, stretches } from "./marks.js";
import { linkQuotes } from "./speakers.js";
import { DOUBT_NOTES, deathWords, doubtWords, stateWords, statusWords, structureWords } from "./words.js";

/** Names and labels of the tabs of an article. */
const tabsOf = (related) => [
  ["text", "Article"],
  ["quotes", "Who said what"],
  ...(relatedTab(related) ? [["related", relatedTab(related)]] : []),
  ["origin", "Provenance"],
  ["json", "JSON"],
];

let chosenTab = "text"; // kept from one article to the next

/** Document of a message, or null if its value is no JSON object. */
function parseDocument(value) {
  try {
    const parsed = JSON.parse(value);
    return parsed && typeof parsed === "object" && !Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

/**
 * Show an article in `container`.
 *
 * @param {HTMLElement} container
 * @param {object} details Response of `/api/article`.
 */
export function renderArticle(container, details) {
  const article = parseDocument(details.value) ?? {};
  const { summary, related } = details;
  const tabNames = tabsOf(related);
  const panels = {
    text: () => textPanel(article, summary, container),
    quotes: () => quotesPanel(article, summary.id, related),
    related: () => relatedPanel(summary.id, related),
    origin: () => provenancePanel(article, details),
    json: () => jsonPanel(details),
  };
  const panel = el("div.panel", { id: "panel", role: "tabpanel", tabindex: "0" });
  const showTab = (name, focus) => {
    chosenTab = name;
    for (const [tab] of tabNames) {
      const button = tabs.querySelector(`#tab-${tab}`);
      button.setAttribute("aria-selected", tab === name);
      button.tabIndex = tab === name ? 0 : -1;
      if (tab === name && focus) button.focus();
    }
    panel.setAttribute("aria-labelledby", `tab-${name}`);
    const { part, note } = partwise();
    panel.replaceChildren(...(part("this view", panels[name]) ?? []));
    if (name === "text") part("links between quotes and speakers", () => linkQuotes(panel, article.quotes ?? []));
    panel.prepend(...[note()].filter(Boolean));
  };
  const tabs = el("div.tabs", { role: "tablist", "aria-label": "Views of the article" });
  for (const [name, label] of tabNames)
    tabs.append(el("button.tab", { id: `tab-${name}`, role: "tab", type: "button", "aria-controls": "panel", onclick: () => showTab(name, false) }, label));
  tabs.addEventListener("keydown", (event) => {
    const current = tabNames.findIndex(([name]) => name === chosenTab);
    const next = { ArrowRight: current + 1, ArrowLeft: current - 1, Home: 0, End: tabNames.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    showTab(tabNames[(next + tabNames.length) % tabNames.length][0], true);
  });
  const top = head(article, summary, details);
  const tools = el("p.article-tools", {}, saveButton(container, headline(summary), () => showTab("text", false)), printButton());
  for (const node of [panel, ...top]) openNames(node, article);
  container.replaceChildren(...top, tools, tabs, panel);
  showTab(tabNames.some(([name]) => name === chosenTab) ? chosenTab : "text", false);
}

function printButton() {
  return el("button.quiet.tool", { type: "button", onclick: () => window.print() }, "Print");
}

/** Open the page of a name that is clicked in the text; a click that ends a selection opens nothing. */
function openNames(node, article) {
  node.addEventListener("click", (event) => {
    const mark = event.target.closest("mark[data-entity]");
    if (!mark || event.target.closest("a, button") || !getSelection().isCollapsed) return;
    const entity = article.entities.find(({ id }) => id === mark.dataset.entity);
    if (entity && hasPage(entity.type)) location.hash = nameAddress(entity.type, entity.name);
  });
}

function head(article, summary, details) {
  const { part, note } = partwise();
  const published = article.published_at ? clock(Date.parse(article.published_at)) : null;
  const original = originalAddress(article.url);
  const kicker = [summary.site, published, article.language].filter(Boolean);
  const title = headline(summary);
  const marked = summary.title ? part("names in the title", () => titleNodes(article, title)) : null;
  return [
    el("a.back", { href: "#/" }, "‹ All articles"),
    el("p.kicker", {}, ...(kicker.length ? kicker : ["no site"]).map((fact) => el("span.fact", {}, fact))),
    el(
      summary.title ? "h1.headline" : "h1.headline.untitled",
      { dir: "auto" },
      ...(original ? [el("a.original", { ...outside(original), title: `Open the original: ${original}` }, ...(marked ?? [title]))] : (marked ?? [title])),
    ),
    part("authors and dateline", () => byline(article)),
    part("copies", () => copyBadge(summary.id, details.related)),
    progress(summary, details.way),
    problem(summary, details),
    part("figures", () => figures(article, summary)),
    note(),
  ].filter(Boolean);
}

function titleNodes(article, title) {
  const whole = article.title || title;
  return stretches(whole, 0, whole.length, spansOf(article, "title", whole).filter((span) => span.kind === "entity"), () => null);
}

function byline(article) {
  const authors = (article.authors ?? []).filter(Boolean).join(", ");
  const facts = [authors && `By ${authors}`, article.dateline && `Reported from ${article.dateline}`].filter(Boolean);
  return facts.length ? el("p.byline", { dir: "auto" }, ...facts.map((fact) => el("span.fact", {}, fact))) : null;
}

/** Stages from raw to scored: those that the article has passed, and the time that each took. */
function progress(summary, places) {
  const times = new Map(places.map((place) => [place.topic.split(".").at(-1), place.timestamp]));
  const ended = !STAGES.includes(summary.state);
  const reached = ended ? STAGES.findLastIndex((stage) => times.has(stage)) : STAGES.indexOf(summary.state);
  return el(
    "ol.progress",
    { "aria-label": `Stage: ${stateOf(summary)}` },
    ...(ended ? STAGES.slice(0, reached + 1) : STAGES).map((stage, index) => {
      const before = times.get(STAGES[index - 1]);
      const time = times.get(stage);
      const spent = before !== undefined && time !== undefined && time >= before ? `+${duration(time - before)}` : null;
      const at = index === 0 && time !== undefined ? clock(time) : spent;
      return el(times.has(stage) || index <= reached ? "li.step.done" : "li.step", {}, el("span.step-name", {}, stateWords(stage)), at && el("span.step-time", {}, at));
    }),
    summary.state === "dead" && el("li.step.failed", {}, el("span.step-name", {}, stateWords("dead"))),
    summary.state === "withdrawn" && el("li.step.failed", {}, el("span.step-name", {}, "withdrawn")),
  );
}

/** Why the article is not enriched: withdrawn, unreadable, or a dead letter. */
function problem(summary, details) {
  if (summary.state === "withdrawn") return el("p.trouble", {}, "Its publisher has withdrawn it: nothing of it is kept.");
  if (summary.state === "unreadable")
    return el("div.trouble", {}, el("p", {}, el("strong", {}, "Not an article that can be read. "), summary.why));
  if (summary.state !== "dead") return null;
  const headers = new Map(details.headers);
  const stack = headers.get("dlq.exception.stacktrace");
  return el(
    "div.trouble",
    {},
    el("p", {}, el("strong", {}, `It could not be read: ${deathWords(summary.reason)}. `), el("span", {}, `Stage ${summary.stage}, ${headers.get("dlq.exception.class") ?? ""}`)),
    el("p.trouble-why", {}, headers.get("dlq.exception.message") || "no reason was given"),
    stack && el("details", {}, el("summary", {}, "Stack trace"), el("pre.code", { tabindex: "0" }, stack)),
  );
}

function figures(article, summary) {
  const facts = [];
  const add = (value, label, more, title) => facts.push(el("div.big", { title }, el("dd", {}, value), el("dt", {}, label, more ? el("span.more", {}, more) : null)));
  if (article.coherence) {
    const { score: now, raw_score: before, status, structure } = article.coherence;
    const meaning = "How probable it is that the text is one story, and nothing of another one is in it";
    if (typeof now === "number") add(structureWords(structure ?? "single"), structure === "single" ? `${percent(now)} sure` : `one story: ${percent(now)}`, typeof before === "number" ? `${percent(before)} before cleaning` : null, meaning);
    else add("–", "one story or more", statusWords(status ?? ""), meaning);
  }
  if (article.cleaning) add(percent(article.cleaning.noise_share), "of the source removed", article.cleaning.uncertain ? doubtWords("uncertain") : null, article.cleaning.uncertain ? DOUBT_NOTES.uncertain : null);
  if (article.quotes) add(String(article.quotes.length), article.quotes.length === 1 ? "quotation" : "quotations", article.extraction?.degraded ? doubtWords("degraded") : null, article.extraction?.degraded ? DOUBT_NOTES.degraded : null);
  if (article.entities) {
    const people = article.entities.filter((entity) => entity.type === "person").length;
    add(String(people), people === 1 ? "person" : "people");
  }
  if (!facts.length && summary.state === "raw") return el("p.waiting", {}, "It has arrived, and waits to be cleaned.");
  return facts.length ? el("dl.bigs", {}, ...facts) : null;
}
