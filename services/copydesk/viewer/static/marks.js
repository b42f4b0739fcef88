// A text cut into stretches; each belongs to some entities, quotes and cues, which may overlap.

import { el } from "./dom.js";
import { indexer } from "./offsets.js";

const MAX_SPANS = 20_000;
const MAX_OVERLAPPING = 24; // spans at one place; more would take quadratic time

/** Kinds of entities that are marked in the text; the list of entities shows the others, too. */
export const KINDS = { __proto__: null, person: "people", organization: "organisations", location: "places" };

/**
 * Spans of a section of an article, in UTF-16 units, sorted by start. `of` is the entity or quote.
 *
 * @returns {{start: number, end: number, kind: string, of: object}[]}
 */
export function spansOf(article, section, text) {
  const at = indexer(text);
  const spans = [];
  const add = (span, kind, of) => {
    const [start, end] = [at(span.start), at(span.end)];
    if (end > start && spans.length < MAX_SPANS) spans.push({ start, end, kind, of });
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

/** Spans that touch each piece of a text; spans and pieces are sorted. */
export function divideSpans(spans, pieces) {
  const divided = pieces.map(() => []);
  let first = 0;
  for (const span of spans) {
    while (first < pieces.length && pieces[first].end <= span.start) first += 1;
    for (let index = first; index < pieces.length && pieces[index].start < span.end; index += 1)
      divided[index].push(span);
  }
  return divided;
}

/**
 * Nodes of a piece of a text.
 *
 * @param {(quote: object) => Node | null} after Makes the node that follows the end of a quote.
 */
export function stretches(text, start, end, spans, after) {
  const cuts = new Set([start, end]);
  const cut = (place) => place > start && place < end && cuts.add(place);
  const endings = new Map();
  for (const span of spans) {
    cut(span.start);
    cut(span.end);
    if (span.kind !== "quote" || span.end > end) continue;
    const [punctuation] = /^[.,;:!?…)\]"”’»]*/.exec(text.slice(span.end, Math.min(end, span.end + 4)));
    const place = span.end + punctuation.length; // after the punctuation mark
    cut(place);
    endings.set(place, [...(endings.get(place) ?? []), span.of]);
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  const nodes = [];
  let open = [];
  let next = 0;
  for (let index = 0; index + 1 < sorted.length; index += 1) {
    const [from, to] = [sorted[index], sorted[index + 1]];
    open = open.filter((span) => span.end > from);
    for (; next < spans.length && spans[next].start <= from; next += 1)
      if (spans[next].end > from && open.length < MAX_OVERLAPPING) open.push(spans[next]);
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
  const ids = (quotes) => (quotes.length ? quotes.map((quote) => quote.id).join(" ") : null);
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
