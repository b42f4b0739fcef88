// Speakers of quotes: their names, how they were found, and a note at the quote under the pointer or the focus.

import { byId, el, percent } from "./dom.js";
import { nameAddress } from "./links.js";

const BASES = {
  __proto__: null, // any word may come, also the name of a property that every object has
  named: "named beside the quotation",
  apposition: "named in an apposition",
  pronoun: "by a pronoun that stands for the name",
  role: "by a role that stands for the name",
  alias: "by another name",
  continued: "goes on from the quotation before",
  turn: "the label of a turn in an interview or a transcript",
  inferred: "inferred from what stands around",
  none: "nobody is named",
};

/** Name of a quote's speaker. */
export const speakerName = (quote) => {
  const { name, mention, anonymous } = quote.speaker;
  return name || mention?.text || (anonymous ? "someone unnamed" : "nobody named");
};

/** How a quote's speaker was found. */
export const describeBasis = (quote) => {
  const { basis, mention, name, anonymous } = quote.speaker;
  const by = mention && mention.text !== name ? `: “${mention.text}”` : "";
  return `${BASES[basis] ?? basis}${by}${anonymous ? ", anonymous" : ""}`;
};

/**
 * The speaker's name after a quote: a link to the speaker's page, or a button if there is no name to look up.
 *
 * @param {string} kind Kind of the speaker's name; empty if it has no page.
 */
export function speakerPill(quote, kind) {
  const known = quote.speaker.entity_id || quote.speaker.mention;
  const sure = known ? `, ${percent(quote.speaker.confidence)} sure` : "";
  const address = quote.speaker.name && kind ? { href: nameAddress(kind, quote.speaker.name) } : null;
  return el(
    `${address ? "a" : "button"}.speaker${known ? "" : ".nobody"}`,
    { ...(address ?? { type: "button" }), id: `said-${quote.id}`, "data-quote": quote.id, "aria-label": `Said by ${speakerName(quote)}: ${describeBasis(quote)}${sure}` },
    speakerName(quote),
  );
}

/** Kind of the name of a quote's speaker, for `nameAddress`; empty if it has no page. */
export function speakerKind(quote, article) {
  const { entity_id: id } = quote.speaker;
  const type = id ? article.entities?.find((entity) => entity.id === id)?.type : "person";
  return ["person", "organization", "location"].includes(type) ? type : "";
}

/** Highlight quote, cue and speaker together, with a note, when a quote of the container is pointed at or focused. */
export function linkQuotes(container, quotes) {
  const { show, hide } = makeHighlighter(container, quotes);
  const quoteAt = (target) => {
    const button = target.closest?.("[data-quote]");
    if (button) return [button.dataset.quote, button];
    const stretch = target.closest?.("[data-quotes]");
    return stretch ? [stretch.dataset.quotes.split(" ").at(-1), stretch] : [null, null];
  };
  container.addEventListener("pointerover", (event) => {
    const [id, at] = quoteAt(event.target);
    if (id) show(id, container.querySelector(`#${CSS.escape(`said-${id}`)}`) ?? at);
    else if (!container.contains(document.activeElement?.closest?.("[data-quote]"))) hide();
  });
  container.addEventListener("pointerleave", hide);
  container.addEventListener("focusin", (event) => {
    const [id, at] = quoteAt(event.target);
    if (id) show(id, at);
    else hide();
  });
  container.addEventListener("focusout", hide);
  container.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && hide()) event.stopPropagation();
  });
  container.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-quote]");
    if (!button) return;
    const [speaker] = container.querySelectorAll(`[data-speaker-of~="${CSS.escape(button.dataset.quote)}"]`);
    speaker?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  });
}

/** `show(id, at)` highlights a quote, with the note at an element; `hide()` ends that, and returns whether one was shown. */
function makeHighlighter(container, quotes) {
  const quotesById = new Map(quotes.map((quote) => [quote.id, quote]));
  const note = byId("note");
  let shownId = "";

  const hide = () => {
    const wasShown = Boolean(shownId);
    shownId = "";
    note.hidden = true;
    for (const node of container.querySelectorAll(".lit")) node.classList.remove("lit");
    for (const node of container.querySelectorAll("[aria-describedby=note]")) node.removeAttribute("aria-describedby");
    return wasShown;
  };
  const show = (id, at) => {
    if (shownId === id) return;
    hide();
    const quote = quotesById.get(id);
    if (!quote) return;
    shownId = id;
    for (const name of ["quotes", "cue-of", "speaker-of", "quote"])
      for (const node of container.querySelectorAll(`[data-${name}~="${CSS.escape(id)}"]`)) node.classList.add("lit");
    note.replaceChildren(
      el("strong", {}, speakerName(quote)),
      el("span", {}, describeBasis(quote)),
      el("span.note-sure", {}, [quote.type, quote.cue && `“${quote.cue.text}”`, `speaker ${percent(quote.speaker.confidence)} sure`].filter(Boolean).join(" · ")),
    );
    note.hidden = false;
    at.setAttribute("aria-describedby", "note");
    placeNote(note, at);
  };
  return { show, hide };
}

/** Place the note below an element, or above it near the end of the window. */
function placeNote(note, at) {
  const box = at.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = note;
  const left = Math.min(Math.max(8, box.left), window.innerWidth - width - 8);
  const top = box.bottom + 6 + height > window.innerHeight ? box.top - height - 6 : box.bottom + 6;
  note.style.left = `${left}px`;
  note.style.top = `${top}px`;
}
