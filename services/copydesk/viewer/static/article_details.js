// The panels behind the other tabs of an article: quotes by speaker, provenance, JSON.

import { copyButton } from "./copying.js";
import { duration, el, partwise, percent, plural } from "./dom.js";
import { indent } from "./json.js";
import { nameAddress } from "./links.js";
import { describeBasis, speakerKind, speakerName } from "./speakers.js";
import { tracedCard } from "./traced.js";

const MAX_QUOTES = 200;

/** Quotes by speaker, each with the card of what other articles have of it. */
export function quotesPanel(article, id, related) {
  if (!article.quotes) return [el("p.soft", {}, "Names and quotations come next.")];
  if (!article.quotes.length) return [el("p.soft", {}, "Nobody is quoted.")];
  const speakers = new Map();
  for (const quote of article.quotes.slice(0, MAX_QUOTES)) {
    const name = speakerName(quote);
    if (!speakers.has(name)) speakers.set(name, []);
    speakers.get(name).push(quote);
  }
  return [...speakers].map(([name, quotes]) =>
    el(
      "section.speaker-group",
      {},
      el("h2.speaker-name", { dir: "auto" }, nameLink(name, quotes[0], article), el("span.soft", {}, ` ${plural(quotes.length, "quotation")}`)),
      ...quotes.flatMap((quote) => [el("blockquote.quote", {}, el("p", { dir: "auto" }, quote.text), el("footer", {}, `${quote.type} · ${describeBasis(quote)}${quote.cue ? `, “${quote.cue.text}”` : ""} · speaker ${percent(quote.speaker.confidence)} sure`, copyButton(quote, article, "Copy quotation"))), tracedCard(quote, id, related)]),
    ),
  );
}

function nameLink(name, quote, article) {
  const kind = quote.speaker.name ? speakerKind(quote, article) : "";
  return kind ? el("a.name-link", { href: nameAddress(kind, quote.speaker.name) }, name) : name;
}

/** Place, key and headers of the message, its places on earlier topics, versions and models of the stages. */
export function provenancePanel(article, details) {
  const { summary, way: places } = details;
  const { part, note } = partwise();
  const first = places[0]?.timestamp ?? summary.updated;
  return [
    el("h2.part", {}, "Message"),
    facts([
      ["topic", summary.topic],
      ["partition", summary.partition],
      ["offset", summary.offset],
      ["appended", new Date(summary.updated).toISOString()],
      ["key", details.key],
      ["id", summary.id],
      ["size", `${details.bytes.toLocaleString("en")} bytes`],
    ]),
    el("h2.part", {}, "Its way"),
    table(["topic", "partition", "offset", "appended", "since the first"], places.map((place) => [place.topic, place.partition, place.offset, new Date(place.timestamp).toISOString(), duration(Math.max(0, place.timestamp - first))])),
    ...(part("versions of the stages", () => makers(article)) ?? []),
    ...(part("facts of the stages", () => stageFacts(article)) ?? []),
    note(),
    el("h2.part", {}, "Headers"),
    table(["name", "value"], details.headers),
  ].filter(Boolean);
}

function makers(article) {
  if (!article.provenance?.length) return [];
  return [el("h2.part", {}, "Made by"), table(["stage", "version", "model"], article.provenance.map(({ stage, version, model }) => [stage, version, model ?? "none"]))];
}

function stageFacts(article) {
  return [
    el("h2.part", {}, "What the stages say"),
    facts([
      ["cleaning", article.cleaning && `${article.cleaning.model}, ${percent(article.cleaning.noise_share)} of the source removed${article.cleaning.uncertain ? ", uncertain" : ""}`],
      ["source", article.source && `${article.source.kind}, sha256 ${article.source.sha256}`],
      ["extraction", article.extraction && `${article.extraction.model.name} ${article.extraction.model.version}${article.extraction.degraded ? ", degraded" : ""}`],
      ["coherence", article.coherence && `${article.coherence.model.name} ${article.coherence.model.version}, ${article.coherence.status}${article.coherence.structure ? `, ${article.coherence.structure}` : ""}`],
      ["warnings", [...(article.cleaning?.warnings ?? []), ...(article.extraction?.warnings ?? [])].join("; ")],
    ]),
  ];
}

/** Labels and values; rows without a value are left out. */
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

/** The message's value as indented JSON, with a link to its bytes. */
export function jsonPanel(details) {
  const place = `${details.summary.topic}, partition ${details.summary.partition}, offset ${details.summary.offset}`;
  if (details.value === null) return [el("p.soft", {}, `Withdrawn: ${place} has no content.`)];
  const { text: pretty, whole } = indent(details.value);
  return [
    el("p.soft", {}, `${place}. `, el("a", { href: `/api/message?id=${encodeURIComponent(details.summary.id)}`, download: true }, "Download the message")),
    el("pre.code", { tabindex: "0" }, pretty),
    !whole && el("p.soft", {}, "The rest is in the download."),
  ].filter(Boolean);
}
