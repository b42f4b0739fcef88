// A text in stretches: each knows which entities, quotations and cues it belongs to, however these overlap.

import { el } from "./dom.js";
import { indexer } from "./offsets.js";

const MOST_SPANS = 20_000;
const MOST_DEEP = 24; // spans over one another; more of them would take the square of their number

/** Kinds of entities that are marked; the others are told in the list of who is in it. */
export const KINDS = { __proto__: null, person: "people", organization: "organisations", location: "places" };

/**
 * The spans of a section of an article, in UTF-16 units, by their beginnings.
 *
 * @returns {{start: number, end: number, kind: string, of: object}[]}
 */
export function spansOf(article, section, text) {
  const at = indexer(text);
  const spans = [];
  const add = (span, kind, of) => {
    const [start, end] = [at(span.start), at(span.end)];
    if (end > start && spans.length < MOST_SPANS) spans.push({ start, end, kind, of });
  };
  for (const entity of article.entities ?? [])
    if (entity.type in KINDS)
      for (const mention of entity.mentions)
        if (mention.section === section && mention.kind !== "pronoun") add(mention, "entity", entity);
  for (const quote of article.quotes ?? []) {
    if (quote.section !== section) continue;
    add(quote, "quote", quote);
    if (quote.cue) add(quote.cue, "cue", quote);
    if (quote.speaker.mention) add(quote.speaker.mention, "speaker", quote);
  }
  return spans.sort((a, b) => a.start - b.start || b.end - a.end);
}

/** The spans of each of these pieces of a text; both in order. */
export function share(spans, pieces) {
  const shares = pieces.map(() => []);
  let first = 0;
  for (const span of spans) {
    while (first < pieces.length && pieces[first].end <= span.start) first += 1;
    for (let place = first; place < pieces.length && pieces[place].start < span.end; place += 1)
      shares[place].push(span);
  }
  return shares;
}

/**
 * A piece of a text as nodes.
 *
 * @param {Function} after What stands behind the last stretch of a quotation: takes the quote, gives a node.
 */
export function stretches(text, start, end, spans, after) {
  const cuts = new Set([start, end]);
  const cut = (place) => place > start && place < end && cuts.add(place);
  const endings = new Map();
  for (const span of spans) {
    cut(span.start);
    cut(span.end);
    if (span.kind !== "quote" || span.end > end) continue;
    const [points] = /^[.,;:!?…)\]"”’»]*/.exec(text.slice(span.end, Math.min(end, span.end + 4)));
    const place = span.end + points.length; // behind the punctuation mark, too
    cut(place);
    endings.set(place, [...(endings.get(place) ?? []), span.of]);
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  const nodes = [];
  let open = [];
  let next = 0;
  for (let place = 0; place + 1 < sorted.length; place += 1) {
    const [from, to] = [sorted[place], sorted[place + 1]];
    open = open.filter((span) => span.end > from);
    for (; next < spans.length && spans[next].start <= from; next += 1)
      if (spans[next].end > from && open.length < MOST_DEEP) open.push(spans[next]);
    nodes.push(stretch(text.slice(from, to), open));
    nodes.push(...(endings.get(to) ?? []).map(after));
  }
  return nodes;
}

function stretch(words, spans) {
  if (!spans.length) return document.createTextNode(words);
  const of = (kind) => spans.filter((span) => span.kind === kind).map((span) => span.of);
  const [quotes, cues, speakers] = [of("quote"), of("cue"), of("speaker")];
  const entity = of("entity").at(-1);
  const classes = [];
  if (entity) classes.push("entity", entity.type);
  if (quotes.length) classes.push("said", quotes.every((quote) => quote.type === "indirect") ? "indirect" : "direct");
  if (cues.length) classes.push("cue");
  const ids = (found) => (found.length ? found.map((one) => one.id).join(" ") : null);
  return el(
    [entity ? "mark" : "span", ...classes].join("."),
    {
      "data-entity": entity?.id,
      "data-quotes": ids(quotes),
      "data-cue-of": ids(cues),
      "data-speaker-of": ids(speakers),
    },
    words,
  );
}
