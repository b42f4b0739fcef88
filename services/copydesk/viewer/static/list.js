// The list of articles on the left. It holds thousands; only the visible ones have elements.

import { byId, clock, el, percent, plural } from "./dom.js";
import { Filters, marked } from "./filters.js";
import { DOUBT_NOTES, deathWords, doubtWords, stateWords, statusWords, structureWords } from "./words.js";

const ROW_HEIGHT = 88; // pixels; page.css has the same number
const MARGIN_ROWS = 4; // rows drawn beyond each edge

export const STAGES = ["raw", "cleaned", "extracted", "scored"];

const withDefault = (value, otherwise) => (value === undefined || value === null ? otherwise : value);

const SORTS = {
  __proto__: null,
  newest: (a, b) => b.arrived - a.arrived,
  published: (a, b) => withDefault(b.published, -Infinity) - withDefault(a.published, -Infinity) || b.arrived - a.arrived,
  noise: (a, b) => withDefault(b.noise, -1) - withDefault(a.noise, -1),
  score: (a, b) => withDefault(a.score, 2) - withDefault(b.score, 2),
  quotes: (a, b) => withDefault(b.quotes, -1) - withDefault(a.quotes, -1),
};

/** Title of an article, or its first words, or its id. */
export const headline = (article) => article.title || article.lead || article.id;

export class List {
  /** @param {(id: string, focus: boolean) => void} choose Called with the article that is chosen, and whether to move the focus to it. */
  constructor(choose) {
    this.box = byId("rows");
    this.all = byId("rows-all");
    this.choose = choose;
    this.maxArticles = 5000;
    this.articles = new Map();
    this.rows = [];
    this.nodes = new Map();
    this.active = "";
    this.terms = [];
    this.frame = 0;
    this.filters = new Filters((toTop) => this.arrange(toTop));
    this.box.addEventListener("scroll", () => this.scheduleDraw(), { passive: true });
    this.box.addEventListener("click", (event) => this.onClick(event));
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    new ResizeObserver(() => this.scheduleDraw()).observe(this.box);
    this.filters.read(true);
  }

  /** Remove all articles: the next ones are of another log. */
  clear() {
    this.articles.clear();
    this.arrange(false);
  }

  /** Add or replace articles. */
  update(articles) {
    for (const article of articles) this.articles.set(article.id, article);
    if (this.articles.size > this.maxArticles) {
      const oldest = [...this.articles.values()].sort((a, b) => a.arrived - b.arrived);
      for (const article of oldest.slice(0, this.articles.size - this.maxArticles)) this.articles.delete(article.id);
    }
    if (!articles.length) return;
    this.filters.refresh();
    this.scheduleDraw(true);
  }

  get(id) {
    return this.articles.get(id);
  }

  /** Draw in the next frame; filter and sort before, if there are changes. */
  scheduleDraw(changed = false) {
    this.changed ||= changed;
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      if (this.changed) this.arrange(false);
      else this.draw();
    });
  }

  /** Filter and sort the articles, then draw; `toTop` scrolls to the first. */
  arrange(toTop) {
    this.changed = false;
    const compare = SORTS[byId("sort").value];
    this.terms = this.filters.terms;
    const first = this.rows[Math.floor(this.box.scrollTop / ROW_HEIGHT)];
    this.rows = [...this.articles.values()]
      .filter((article) => this.filters.shows(article))
      .sort((a, b) => compare(a, b) || (a.id < b.id ? -1 : 1));
    this.all.style.height = `${this.rows.length * ROW_HEIGHT}px`;
    if (toTop) this.box.scrollTop = 0;
    else if (first && this.box.scrollTop > ROW_HEIGHT / 2) {
      const index = this.rows.findIndex((article) => article.id === first.id); // the topmost row stays in place
      if (index >= 0) this.box.scrollTop = index * ROW_HEIGHT + (this.box.scrollTop % ROW_HEIGHT);
    }
    byId("count").textContent =
      this.rows.length === this.articles.size
        ? plural(this.articles.size, "article")
        : `${this.rows.length.toLocaleString("en")} of ${plural(this.articles.size, "article")}`;
    const isEmpty = !this.rows.length && this.filters.found !== null;
    byId("empty").hidden = !isEmpty;
    if (isEmpty) byId("empty").replaceChildren(...this.filters.emptyNote());
    this.draw();
  }

  /** Make elements for the visible rows, and remove all others. */
  draw() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / ROW_HEIGHT) - MARGIN_ROWS);
    const last = Math.min(this.rows.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / ROW_HEIGHT) + MARGIN_ROWS);
    const shown = new Map();
    for (let index = first; index < last; index += 1) {
      const article = this.rows[index];
      const search = this.filters.found === null ? "" : `${this.terms.join("\n")}\n${this.filters.found.get(article.id)}`;
      let node = this.nodes.get(article.id);
      if (!node || node.article !== article || node.search !== search) {
        const fresh = row(article, this.terms, this.filters.found?.get(article.id));
        fresh.article = article;
        fresh.search = search;
        if (node) node.replaceWith(fresh);
        else this.all.append(fresh);
        node = fresh;
      }
      node.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
      node.setAttribute("aria-posinset", index + 1);
      node.setAttribute("aria-setsize", this.rows.length);
      node.setAttribute("aria-selected", article.id === this.active);
      node.id = `row-${index}`;
      shown.set(article.id, node);
    }
    for (const [id, node] of this.nodes) if (!shown.has(id)) node.remove();
    this.nodes = shown;
    const active = shown.get(this.active);
    if (active) this.box.setAttribute("aria-activedescendant", active.id);
    else this.box.removeAttribute("aria-activedescendant");
  }

  /** Mark the article that is open. */
  setActive(id) {
    this.active = id;
    this.draw();
  }

  onClick(event) {
    const node = event.target.closest("[role=option]");
    if (node) this.choose(node.article.id, true);
  }

  onKey(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / ROW_HEIGHT) - 1);
    const steps = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) {
      const current = this.rows.findIndex((article) => article.id === this.active);
      const next = Math.min(Math.max(0, current + steps[event.key]), this.rows.length - 1);
      if (this.rows[next]) this.moveTo(next);
    } else if (event.key === "Enter" && this.active) this.choose(this.active, true);
    else return;
    event.preventDefault();
  }

  /** Scroll to a row and open its article. */
  moveTo(index) {
    const top = index * ROW_HEIGHT;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    else if (top + ROW_HEIGHT > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top + ROW_HEIGHT - this.box.clientHeight;
    this.choose(this.rows[index].id, false);
  }
}

/** Row of an article; a snippet of what the search found stands in the place of the figures. */
function row(article, terms, snippet) {
  const date = typeof article.published === "number" ? clock(article.published) : `arrived ${clock(article.arrived)}`;
  return el(
    "div.row",
    { role: "option", "data-state": article.state },
    el(`div.row-title${article.title ? "" : ".untitled"}`, { dir: "auto" }, marked(headline(article), terms)),
    el("div.row-place", {}, stageDots(article), el("span.row-state", {}, stateOf(article)), ...[article.site, date].filter(Boolean).map((fact) => el("span.fact", {}, fact))),
    snippet ? el("div.row-snippet", { dir: "auto" }, marked(snippet, terms)) : el("div.row-figures", {}, ...figures(article)),
  );
}

/** One dot per stage, filled if the article has passed it. */
function stageDots(article) {
  const reached = article.state === "dead" ? STAGES.length : STAGES.indexOf(article.state);
  return el("span.pips", { "aria-hidden": "true" }, ...STAGES.map((_, stage) => el(stage <= reached ? "i.pip.done" : "i.pip")));
}

/** State of an article in words. */
export function stateOf(article) {
  return article.state === "dead" ? `${stateWords("dead")}: ${deathWords(article.reason)}` : stateWords(article.state);
}

function figures(article) {
  if (article.state === "dead" || article.state === "unreadable") return [el("span.why", {}, article.why)];
  const nodes = [];
  if (article.noise !== undefined) nodes.push(figure(percent(article.noise), "removed", article.noise));
  if (article.quotes !== undefined) nodes.push(figure(article.quotes, article.quotes === 1 ? "quotation" : "quotations"));
  if (typeof article.score === "number") nodes.push(figure(percent(article.score), structureWords(article.structure || "single"), article.score, "How probable it is that this is one story"));
  else if (article.status) nodes.push(el("span.figure.soft", {}, statusWords(article.status)));
  for (const doubt of article.doubts ?? []) nodes.push(el("span.figure.doubt", { title: DOUBT_NOTES[doubt] }, doubtWords(doubt)));
  return nodes;
}

function figure(value, label, share, title) {
  const bar = share === undefined ? null : el("span.meter", { "aria-hidden": "true" }, el("i.meter-fill"));
  if (bar) bar.firstChild.style.width = `${Math.round(share * 100)}%`;
  return el("span.figure", { title }, el("b", {}, String(value)), ` ${label}`, bar);
}
