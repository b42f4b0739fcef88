// What the list shows: search, conditions and order. They stand in the address, and the server finds the articles.

import { readAddress, writeSettings } from "./address.js";
import { byId, el } from "./dom.js";

const TYPING_MS = 150; // pause after which a search begins
const AGAIN_MS = 700; // between two searches while articles come

const STATES = [
  ["all", "All articles"],
  ["scored", "Done"],
  ["way", "On their way"],
  ["quoted", "With quotations"],
  ["mixed", "Not one story"],
  ["doubt", "With doubts"],
  ["dead", "Could not be read"],
  ["withdrawn", "Withdrawn"],
];

const SORTS = [
  ["newest", "Newest first"],
  ["published", "Latest published"],
  ["noise", "Most removed"],
  ["score", "Least one story"],
  ["quotes", "Most quotations"],
];

/** Settings by their names in the address: element, words for a condition that may be removed, value that is none. */
const FIELDS = {
  q: ["search", (value) => `words “${value}”`, ""],
  state: ["filter", (value) => STATES.find(([state]) => state === value)?.[1].toLowerCase() ?? value, "all"],
  site: ["site", (value) => `site ${value}`, ""],
  language: ["language", (value) => `language ${value}`, ""],
  speaker: ["speaker", (value) => `speaker ${value}`, ""],
  from: ["from", (value) => `published from ${value}`, ""],
  to: ["to", (value) => `published until ${value}`, ""],
  sort: ["sort", null, "newest"],
};

export class Filters {
  /** @param {() => void} onChange Called when other articles, or another order, are to be shown. */
  constructor(onChange) {
    this.onChange = onChange;
    this.found = null; // snippets by id; null: all articles are shown
    this.cursor = "";
    this.timer = 0;
    this.request = 0;
    byId("filter").append(...STATES.map(([value, label]) => el("option", { value }, label)));
    byId("sort").append(...SORTS.map(([value, label]) => el("option", { value }, label)));
    for (const [name, [id]] of Object.entries(FIELDS))
      byId(id).addEventListener(id === "search" || id === "site" || id === "speaker" ? "input" : "change", () => this.change({ [name]: byId(id).value.trim() }, TYPING_MS));
    byId("clear").addEventListener("click", () => this.clear());
  }

  /** Take the settings of the address; search if they are others than before, or at the start. */
  read(isStart = false) {
    const { settings } = readAddress();
    const before = this.query;
    const language = settings.get("language");
    if (language && ![...byId("language").options].some(({ value }) => value === language)) byId("language").append(el("option", { value: language }, language));
    for (const [name, [id, , none]] of Object.entries(FIELDS)) {
      const value = settings.get(name) ?? none;
      byId(id).value = value;
      if (byId(id).value !== value) byId(id).value = none; // no value of a list
    }
    if (["site", "language", "speaker", "from", "to"].some((name) => settings.get(name))) byId("more-filters").open = true;
    if (isStart || this.query !== before) this.start(0);
  }

  /** Settings that are not at rest, by name. */
  get settings() {
    return Object.fromEntries(Object.entries(FIELDS).map(([name, [id, , none]]) => [name, byId(id).value.trim() === none ? "" : byId(id).value.trim()]).filter(([, value]) => value));
  }

  /** Query of the server for these articles, without a leading question mark. */
  get query() {
    return new URLSearchParams({ ...this.settings, zone: new Date().getTimezoneOffset() }).toString();
  }

  /** Names of the conditions, without the order. */
  get conditions() {
    return Object.keys(this.settings).filter((name) => name !== "sort");
  }

  /** Words and phrases of the search. */
  get terms() {
    return [...byId("search").value.matchAll(/"([^"]*)"?|(\S+)/g)].map(([, phrase, word]) => (phrase ?? word).trim()).filter(Boolean);
  }

  change(changes, delay) {
    for (const [name, value] of Object.entries(changes)) writeSettings({ [name]: value === FIELDS[name][2] ? "" : value });
    this.start(delay);
  }

  /** Put settings back to rest, all of them or some. */
  clear(names = Object.keys(FIELDS)) {
    for (const name of names) byId(FIELDS[name][0]).value = FIELDS[name][2];
    this.change(Object.fromEntries(names.map((name) => [name, ""])), 0);
  }

  /** Search anew after a pause. */
  start(delay) {
    const number = this.conditions.filter((name) => name !== "q" && name !== "state").length;
    byId("more-filters-name").textContent = number ? `More filters (${number})` : "More filters";
    byId("clear").hidden = !this.conditions.length;
    for (const kind of ["articles", "quotes"]) for (const format of ["csv", "ndjson"]) byId(`export-${kind}-${format}`).href = `/api/export/${kind}.${format}?${this.query}`;
    this.cursor = "";
    this.request += 1;
    clearTimeout(this.timer);
    this.timer = 0;
    if (!this.conditions.length) {
      this.found = null;
      this.onChange(true);
    } else this.timer = setTimeout(() => this.search(), delay);
  }

  /** Articles have come or changed: search in these, now and then. */
  refresh() {
    if (this.conditions.length) this.timer ||= setTimeout(() => this.search(), AGAIN_MS);
  }

  async search() {
    const mine = ++this.request;
    const { cursor } = this;
    const response = await fetch(`/api/search?${this.query}&cursor=${encodeURIComponent(cursor)}`).catch(() => null);
    const answer = response?.ok ? await response.json().catch(() => null) : null;
    if (mine !== this.request) return;
    this.timer = 0;
    if (!answer) return;
    this.cursor = answer.cursor;
    if (answer.anew || !this.found) this.found = new Map();
    for (const [id, snippet] of Object.entries(answer.found)) this.found.set(id, snippet);
    for (const id of answer.gone) this.found.delete(id);
    this.onChange(!cursor);
  }

  /** Whether an article is shown. */
  shows(article) {
    return this.found === null || this.found.has(article.id);
  }

  /** Elements that say that nothing was found, and what to change. */
  emptyNote() {
    const dated = this.settings.from || this.settings.to;
    const buttons = this.conditions.map((name) => {
      const button = el("button.quiet.remove-filter", { type: "button" }, `Without ${FIELDS[name][1](this.settings[name])}`);
      button.addEventListener("click", () => this.clear([name]));
      return button;
    });
    return [
      el("p", {}, el("strong", {}, "No article has all of this.")),
      dated && el("p", {}, "Articles that do not say when they were published are in no range of dates."),
      el("p", {}, "Try without one of the conditions:"),
      ...buttons,
    ].filter(Boolean);
  }

  /** Offer the sites and languages that there are. */
  offer(articles) {
    const count = (name) => {
      const counts = new Map();
      for (const article of articles) if (article[name]) counts.set(article[name], (counts.get(article[name]) ?? 0) + 1);
      return [...counts].sort((a, b) => b[1] - a[1]).slice(0, 100);
    };
    byId("sites").replaceChildren(...count("site").map(([site, number]) => el("option", { value: site }, String(number))));
    const chosen = byId("language").value || readAddress().settings.get("language") || "";
    const languages = count("language").map(([language, number]) => [language, `${language} (${number})`]);
    if (chosen && !languages.some(([language]) => language === chosen)) languages.push([chosen, chosen]);
    byId("language").replaceChildren(el("option", { value: "" }, "all languages"), ...languages.map(([value, label]) => el("option", { value }, label)));
    byId("language").value = chosen;
  }
}

/** A text with the terms of a search marked in it. */
export function marked(text, terms) {
  if (!terms.length) return [text];
  const pattern = new RegExp(`(${terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "giu");
  return text.split(pattern).map((piece, index) => (index % 2 ? el("mark.hit", {}, piece) : piece));
}
