// The page of a person, an organisation, a place or a country: everything said and written in the articles held.

import { copyButton } from "./copying.js";
import { el, longDate, partwise, percent, plural } from "./dom.js";
import { articleAddress, nameAddress, originalAddress, outside } from "./links.js";
import { describeBasis } from "./speakers.js";
import { timeline } from "./timeline.js";

const NOTES = {
  __proto__: null,
  person: "Joined by name, ranks and titles aside: two people of one name cannot be told apart here.",
  organization: "Joined by name: two organisations of one name cannot be told apart here.",
  location: "Joined by name: two places of one name cannot be told apart here.",
  country: "All places that lie in this country, as far as the extractor could tell.",
};

/**
 * Load the page of a name and show it in `container`.
 *
 * @param {HTMLElement} container
 * @param {{kind: string, name: string, site: string}} view `site` is empty for all sites.
 * @param {(site: string) => void} chooseSite Called with the site that the reader chooses.
 * @param {() => boolean} isCurrent Tells whether the page still shows this name; if not, the response is dropped.
 */
export async function showName(container, view, chooseSite, isCurrent) {
  const first = await load(view, 0);
  if (!isCurrent()) return;
  if (!first) return container.replaceChildren(back(), el("p.waiting", {}, "The page’s server does not answer."));
  const { part, note } = partwise();
  const list = el("ol.said-list", {}, ...items(first, view));
  container.replaceChildren(
    ...[
      back(),
      el("p.kicker", {}, { person: "Person", organization: "Organisation", location: "Place", country: "Country" }[view.kind]),
      el("h1.headline", { dir: "auto" }, view.kind === "country" ? countryName(first.name) : first.name),
      part("spellings", () => spellings(first)),
      part("names of others", () => others(first)),
      el("p.soft.totals", {}, totals(first, view)),
      el("p.soft.namesakes", {}, NOTES[view.kind]),
      part("the timeline", () => timeline(first.days, view.kind === "person" ? "quotation" : "article")),
      part("sites", () => siteChooser(first, view, chooseSite)),
      first.articles ? list : el("p.waiting", {}, "No article that is held here has this name. Older ones are on the topics: the page keeps the newest."),
      older(first.next, list, view, isCurrent),
      note(),
    ].filter(Boolean),
  );
}

/** Name of a country by its code of two letters; the code if the browser has none. */
function countryName(code) {
  try {
    return new Intl.DisplayNames(["en"], { type: "region" }).of(code.toUpperCase()) ?? code;
  } catch {
    return code;
  }
}

const back = () => el("a.back", { href: "#/" }, "‹ All articles");

async function load({ kind, name, site }, offset) {
  const query = new URLSearchParams({ kind, name, offset, ...(site ? { site } : {}) });
  const response = await fetch(`/api/name?${query}`).catch(() => null);
  return response?.ok ? response.json() : null;
}

function totals(page, view) {
  const where = view.site ? ` on ${view.site}` : "";
  return `${plural(page.quotes, "quotation")} in ${plural(page.articles, "article")}${where}, the newest first`;
}

/** Other spellings and, for a place, its country. */
function spellings(page) {
  const others = page.spellings.filter(([name]) => name !== page.name);
  const countries = page.kind === "location" ? page.countries : [];
  if (!others.length && !countries.length) return null;
  return el(
    "p.byline",
    { dir: "auto" },
    others.length ? `${page.kind === "country" ? "" : "also "}${others.map(([name, count]) => `${name} (${count})`).join(", ")}` : null,
    ...countries.flatMap((country, index) => [index || others.length ? " · " : "", el("a", { href: nameAddress("country", country) }, countryName(country))]),
  );
}

/** People who may be the same: an article that has only a surname cannot be joined. */
function others(page) {
  if (!page.perhaps.length) return null;
  return el("p.soft.perhaps", {}, "Perhaps also: ", ...page.perhaps.flatMap(([name, count], index) => [index ? ", " : "", el("a", { href: nameAddress("person", name) }, name), ` (${count.toLocaleString("en")})`]));
}

function siteChooser(page, view, chooseSite) {
  if (page.sites.length < 2) return null;
  const select = el("select.field", { id: "name-site", "aria-label": "Which site" }, el("option", { value: "" }, `all ${page.sites.length} sites`), ...page.sites.map(([site, articles, quotes]) => el("option", { value: site, selected: site === view.site }, `${site || "no site"}: ${plural(articles, "article")}, ${plural(quotes, "quotation")}`)));
  select.addEventListener("change", () => chooseSite(select.value));
  return el("p.name-tools", {}, select);
}

/** Articles as list items, with a heading before the first of each day. */
function items(page, view) {
  return page.items.map((article) => item(article, page, view));
}

function item(article, page, view) {
  const original = originalAddress(article.url);
  const date = article.published ? longDate(article.time) : `arrived ${longDate(article.time)}`;
  return el(
    "li.said-item",
    {},
    el("p.said-source", {}, el("span.fact", {}, date), article.site && el("span.fact", {}, original ? el("a", outside(original), article.site) : article.site)),
    el("h2.said-title", { dir: "auto" }, el("a", { href: articleAddress(article.id) }, article.title)),
    ...article.quotes.map((quote) => quotation(quote, article, page)),
    article.more > 0 && el("p.soft", {}, `${plural(article.more, "further quotation")} in the article`),
    !article.quotes.length && article.context && el("p.said-context", { dir: "auto" }, `…${article.context[0]}`, el("strong", {}, article.context[1]), `${article.context[2]}…`),
  );
}

function quotation(said, article, page) {
  const quote = { text: said.text, speaker: { name: said.name || page.name, basis: said.basis, confidence: said.confidence } };
  const about = { title: article.title, site: article.site, url: article.url, published_at: article.published ? new Date(article.time).toISOString() : null };
  const facts = [said.type, said.name !== page.name && said.name, describeBasis(quote), said.cue && `“${said.cue}”`, `speaker ${percent(said.confidence)} sure`].filter(Boolean);
  return el("blockquote.quote", {}, el("p", { dir: "auto" }, said.text), el("footer", {}, facts.join(" · "), copyButton(quote, about, "Copy quotation")));
}

/** Button that appends the next articles, or null at the end. */
function older(next, list, view, isCurrent) {
  if (next === null) return null;
  const button = el("button.quiet.older", { type: "button", id: "older" }, "Older articles");
  button.addEventListener("click", async () => {
    button.disabled = true;
    const page = await load(view, next);
    if (!isCurrent()) return;
    button.disabled = false;
    if (!page) return;
    list.append(...items(page, view));
    const following = older(page.next, list, view, isCurrent);
    if (following) button.replaceWith(following);
    else button.remove();
  });
  return button;
}
