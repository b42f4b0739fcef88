// The card of a quotation that other articles have, too: first seen, spread over time, forms, who is named where.

import { articleLink, timeOf } from "./copies.js";
import { compared } from "./diff.js";
import { el, partwise, percent, plural } from "./dom.js";
import { articleAddress } from "./links.js";
import { spread } from "./spread.js";
import { formWords } from "./words.js";

const MAX_FORMS = 10;
const MAX_ARTICLES = 10;
const MAX_REMEMBERED = 200;
const ALARMS = ["number", "negation", "name"];

const opened = new Set(); // cards that the reader has opened: they stay open when the article is drawn again

/** What to look at in both texts; it says no more than that they differ. */
function notesOf(traced) {
  const kinds = ALARMS.filter((kind) => traced.forms.some((form) => form.alarm && form.changes.includes(kind)));
  return [
    traced.differently_attributed && "differently attributed",
    traced.wording_differs && `wording differs${kinds.length ? ` (${kinds.join(", ")})` : ""}`,
  ].filter(Boolean);
}

/**
 * The card below a quotation; null if no other article has the words.
 *
 * @param {object} quote Quotation of the article.
 * @param {string} id The article.
 * @param {object | undefined} related What `/api/article` has under `related`.
 */
export function tracedCard(quote, id, related) {
  const quotes = related?.quotes ?? {};
  const traced = Object.hasOwn(quotes, quote.id) ? quotes[quote.id] : null;
  if (!traced) return null;
  const key = `${id}\n${quote.id}`;
  const card = el(
    "details.traced",
    { open: opened.has(key) },
    el(
      "summary",
      {},
      `In ${plural(traced.articles, "article")} of ${plural(traced.sources, "source")}`,
      ...notesOf(traced).map((words) => el("span.traced-note", {}, words)),
      !quote.speaker.name && traced.name_from_others && el("span.traced-note", {}, "others name ", el("bdi", {}, traced.name_from_others)),
    ),
  );
  let isFilled = false; // an article may have a hundred cards: each is made when it is opened
  const fill = () => {
    if (!isFilled) card.append(...contents(traced, related.held));
    isFilled = true;
  };
  if (opened.has(key)) fill();
  card.addEventListener("toggle", () => {
    if (card.open) fill();
    if (opened.size >= MAX_REMEMBERED) opened.clear();
    if (card.open) opened.add(key);
    else opened.delete(key);
  });
  return card;
}

function contents(traced, held) {
  const { part, note } = partwise();
  return [
    part("first seen", () => firstSeen(traced, held)),
    part("spread", () => spread(traced.sightings)),
    part("articles", () => articleList(traced, held)),
    part("forms", () => formList(traced)),
    part("who is named", () => speakerList(traced, held)),
    note(),
  ].filter(Boolean);
}

function firstSeen({ first }, held) {
  const title = first.title || first.article;
  return el("div", {}, el("h3.traced-title", {}, "First seen"), el("p", {}, `${timeOf(first)}, `, el("bdi", {}, first.site ?? "no site"), ": ", held.includes(first.article) ? el("a", { href: articleAddress(first.article), dir: "auto" }, title) : el("bdi", {}, title)));
}

function articleList({ sightings, articles }, held) {
  const seen = [...new Map([...sightings].reverse().map((one) => [one.article, one])).values()].reverse();
  const shown = seen.slice(0, MAX_ARTICLES);
  const more = articles - shown.length;
  return el(
    "div",
    {},
    el("h3.traced-title", {}, "By time"),
    el(
      "ol.traced-list",
      {},
      ...shown.map((one) => el("li.copy-row", {}, el("span.copy-time", {}, timeOf(one)), el("span", { dir: "auto" }, one.site ?? "no site"), el("span", {}, articleLink(one.article, held), one.copy_of && el("span.soft", {}, " the same text as ", el("bdi", {}, one.copy_of))))),
    ),
    more > 0 && el("p.soft", {}, `and ${more.toLocaleString("en")} more`),
  );
}

function formList({ forms, sightings, more_forms: unlisted }) {
  if (forms.length < 2) return null;
  const shown = forms.slice(0, MAX_FORMS);
  const more = forms.length - shown.length + unlisted;
  return el(
    "div",
    {},
    el("h3.traced-title", {}, "Forms"),
    el(
      "ol.traced-list",
      {},
      ...shown.map((form, number) => {
        const scores = sightings.filter((one) => one.form === number).map((one) => one.score);
        const facts = [number ? form.changes.map(formWords).join(", ") : "the first form", form.alarm && "read both", `in ${plural(form.articles, "article")}`, number && scores.length ? `the same words: ${percent(Math.min(...scores))} sure` : null];
        return el("li.traced-form", {}, el("p", { dir: "auto" }, ...(number ? compared(forms[0].text, form.text) : [form.text])), el("p.soft", {}, facts.filter(Boolean).join(" · ")));
      }),
    ),
    more > 0 && el("p.soft", {}, `and ${more.toLocaleString("en")} more`),
  );
}

function speakerList({ speakers, differently_attributed: differs, name_from_others: name }, held) {
  return el(
    "div",
    {},
    el("h3.traced-title", {}, "Who is named"),
    el("ul.traced-list", {}, ...speakers.map((one) => el("li.traced-speaker", {}, el("strong", { dir: "auto" }, one.name ?? "nobody"), ` by ${plural(one.sources, "source")}: `, ...evidence(one.articles, held)))),
    differs && el("p.soft", {}, "Differently attributed: two sources name different people. It may be an error of either, or of the extractor."),
    name && el("p.soft", {}, "Where nobody is named, the others name ", el("bdi", {}, name), "."),
  );
}

/** The articles that name a speaker. */
function evidence(articles, held) {
  const shown = articles.slice(0, MAX_ARTICLES);
  const more = articles.length - shown.length;
  return [...shown.flatMap((article, number) => [number ? ", " : null, articleLink(article, held)]), more > 0 && ` and ${more} more`];
}
