// The articles on the left: thousands of them, of which only those in sight are elements.

import { byId, clock, el, percent, plural, score } from "./dom.js";

const ROW = 104; // pixels: also in page.css
const MARGIN = 4; // rows beyond either edge

export const STAGES = ["raw", "cleaned", "extracted", "scored"];

const FILTERS = [
  ["all", "All articles", () => true],
  ["scored", "Scored", (one) => one.state === "scored"],
  ["way", "On their way", (one) => STAGES.indexOf(one.state) >= 0 && one.state !== "scored"],
  ["quoted", "With quotes", (one) => one.quotes > 0],
  ["mixed", "Not one story", (one) => (one.structure ? one.structure !== "single" : false)],
  ["doubt", "With doubts", (one) => Boolean(one.doubts)],
  ["dead", "Dead letters", (one) => one.state === "dead" || one.state === "unreadable"],
  ["withdrawn", "Withdrawn", (one) => one.state === "withdrawn"],
];

const known = (value, otherwise) => (value === undefined || value === null ? otherwise : value);

const SORTS = [
  ["newest", "Newest first", (a, b) => b.arrived - a.arrived],
  ["noise", "Noisiest first", (a, b) => known(b.noise, -1) - known(a.noise, -1)],
  ["score", "Least coherent first", (a, b) => known(a.score, 2) - known(b.score, 2)],
  ["quotes", "Most quotes first", (a, b) => known(b.quotes, -1) - known(a.quotes, -1)],
];

export const headline = (one) => one.title || one.lead || one.id;

export class List {
  /** @param {(id: string, into: boolean) => void} choose What is done with an article that somebody chooses. */
  constructor(choose) {
    this.box = byId("rows");
    this.all = byId("rows-all");
    this.choose = choose;
    this.most = 5000;
    this.articles = new Map();
    this.rows = [];
    this.nodes = new Map();
    this.active = "";
    this.drawn = 0;
    for (const [select, options] of [["filter", FILTERS], ["sort", SORTS]]) {
      byId(select).append(...options.map(([value, label]) => el("option", { value }, label)));
      byId(select).addEventListener("change", () => this.arrange(true));
    }
    byId("search").addEventListener("input", () => this.arrange(true));
    this.box.addEventListener("scroll", () => this.later(), { passive: true });
    this.box.addEventListener("click", (event) => this.onClick(event));
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    new ResizeObserver(() => this.later()).observe(this.box);
  }

  /** Forget everything: what comes now is another log. */
  clear() {
    this.articles.clear();
    this.arrange(false);
  }

  /** Take changes. */
  take(articles) {
    for (const one of articles) {
      one.found = [one.title, one.lead, one.site, one.id, ...(one.people ?? [])].join("\n").toLowerCase();
      this.articles.set(one.id, one);
    }
    if (this.articles.size > this.most) {
      const oldest = [...this.articles.values()].sort((a, b) => a.arrived - b.arrived);
      for (const one of oldest.slice(0, this.articles.size - this.most)) this.articles.delete(one.id);
    }
    if (articles.length) this.later(true);
  }

  get(id) {
    return this.articles.get(id);
  }

  /** Draw in the next frame, and arrange before if there are changes. */
  later(changed = false) {
    this.changed ||= changed;
    this.drawn ||= requestAnimationFrame(() => {
      this.drawn = 0;
      if (this.changed) this.arrange(false);
      else this.draw();
    });
  }

  arrange(byHand) {
    this.changed = false;
    const [, , wanted] = FILTERS.find(([value]) => value === byId("filter").value);
    const [, , order] = SORTS.find(([value]) => value === byId("sort").value);
    const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const first = this.rows[Math.floor(this.box.scrollTop / ROW)];
    this.rows = [...this.articles.values()]
      .filter((one) => wanted(one) && words.every((word) => one.found.includes(word)))
      .sort((a, b) => order(a, b) || (a.id < b.id ? -1 : 1));
    this.all.style.height = `${this.rows.length * ROW}px`;
    if (byHand) this.box.scrollTop = 0;
    else if (first && this.box.scrollTop > ROW / 2) {
      const now = this.rows.findIndex((one) => one.id === first.id); // what is being looked at stays where it is
      if (now >= 0) this.box.scrollTop = now * ROW + (this.box.scrollTop % ROW);
    }
    byId("count").textContent =
      this.rows.length === this.articles.size
        ? plural(this.articles.size, "article")
        : `${this.rows.length.toLocaleString("en")} of ${plural(this.articles.size, "article")}`;
    this.draw();
  }

  draw() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / ROW) - MARGIN);
    const last = Math.min(this.rows.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / ROW) + MARGIN);
    const shown = new Map();
    for (let place = first; place < last; place += 1) {
      const one = this.rows[place];
      let node = this.nodes.get(one.id);
      if (!node || node.article !== one) {
        const fresh = row(one);
        fresh.article = one;
        if (node) node.replaceWith(fresh);
        else this.all.append(fresh);
        node = fresh;
      }
      node.style.transform = `translateY(${place * ROW}px)`;
      node.setAttribute("aria-posinset", place + 1);
      node.setAttribute("aria-setsize", this.rows.length);
      node.setAttribute("aria-selected", one.id === this.active);
      node.id = `row-${place}`;
      shown.set(one.id, node);
    }
    for (const [id, node] of this.nodes) if (!shown.has(id)) node.remove();
    this.nodes = shown;
    const active = shown.get(this.active);
    if (active) this.box.setAttribute("aria-activedescendant", active.id);
    else this.box.removeAttribute("aria-activedescendant");
  }

  /** Mark an article as the one that is read. */
  mark(id) {
    this.active = id;
    this.draw();
  }

  onClick(event) {
    const node = event.target.closest("[role=option]");
    if (node) this.choose(node.article.id, true);
  }

  onKey(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / ROW) - 1);
    const steps = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) {
      const here = this.rows.findIndex((one) => one.id === this.active);
      const next = Math.min(Math.max(0, here + steps[event.key]), this.rows.length - 1);
      if (this.rows[next]) this.show(next);
    } else if (event.key === "Enter" && this.active) this.choose(this.active, true);
    else return;
    event.preventDefault();
  }

  show(place) {
    const top = place * ROW;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    else if (top + ROW > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top + ROW - this.box.clientHeight;
    this.choose(this.rows[place].id, false);
  }
}

function row(one) {
  return el(
    "div.row",
    { role: "option", "data-state": one.state },
    el(`div.row-title${one.title ? "" : ".untitled"}`, { dir: "auto" }, headline(one)),
    el("div.row-place", {}, pips(one), el("span.row-state", {}, stateOf(one)), ...[one.site, clock(one.arrived)].filter(Boolean).map((fact) => el("span.fact", {}, fact))),
    el("div.row-figures", {}, ...figures(one)),
  );
}

/** How far on its way: a dot a stage. */
function pips(one) {
  const at = one.state === "dead" ? STAGES.length : STAGES.indexOf(one.state);
  return el("span.pips", { "aria-hidden": "true" }, ...STAGES.map((_, stage) => el(stage <= at ? "i.pip.done" : "i.pip")));
}

export function stateOf(one) {
  if (one.state === "dead") return `dead letter, ${one.reason}`;
  return { raw: "published" }[one.state] ?? one.state;
}

function figures(one) {
  if (one.state === "dead" || one.state === "unreadable") return [el("span.why", {}, one.why)];
  const told = [];
  if (one.noise !== undefined) told.push(figure(percent(one.noise), "noise", one.noise));
  if (one.quotes !== undefined) told.push(figure(one.quotes, one.quotes === 1 ? "quote" : "quotes"));
  if (typeof one.score === "number") told.push(figure(score(one.score), "coherence", one.score));
  else if (one.status) told.push(el("span.figure.soft", {}, one.status.replaceAll("_", " ")));
  for (const doubt of one.doubts ?? []) told.push(el("span.figure.doubt", {}, doubt));
  return told;
}

function figure(value, label, share) {
  const bar = share === undefined ? null : el("span.meter", { "aria-hidden": "true" }, el("i.meter-fill"));
  if (bar) bar.firstChild.style.width = `${Math.round(share * 100)}%`;
  return el("span.figure", {}, el("b", {}, String(value)), ` ${label}`, bar);
}
