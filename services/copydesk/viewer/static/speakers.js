// Who says what, and how that was found: told in a note at the quotation that is pointed at or focused.

import { byId, el, percent } from "./dom.js";

const BASES = {
  __proto__: null, // any word may come: none of them is a property of every object
  named: "named beside the quotation",
  apposition: "named in an apposition",
  pronoun: "by a pronoun that stands for the name",
  role: "by a role that stands for the name",
  alias: "by another name",
  continued: "goes on from the quotation before",
  inferred: "inferred from what stands around",
  none: "nobody is named",
};

export const who = (quote) => {
  const { name, mention, anonymous } = quote.speaker;
  return name || mention?.text || (anonymous ? "someone unnamed" : "nobody named");
};

export const basis = (quote) => {
  const { basis: found, mention, name, anonymous } = quote.speaker;
  const by = mention && mention.text !== name ? `: “${mention.text}”` : "";
  return `${BASES[found] ?? found}${by}${anonymous ? ", anonymous" : ""}`;
};

/** The button behind a quotation that names its speaker. */
export function chip(quote) {
  const known = quote.speaker.entity_id || quote.speaker.mention;
  const sure = known ? `, ${percent(quote.speaker.confidence)} sure` : "";
  return el(
    known ? "button.speaker" : "button.speaker.nobody",
    { type: "button", id: `said-${quote.id}`, "data-quote": quote.id, "aria-label": `Said by ${who(quote)}: ${basis(quote)}${sure}` },
    who(quote),
  );
}

/** Have the quotations of a container point at their speakers. */
export function link(container, quotes) {
  const known = new Map(quotes.map((quote) => [quote.id, quote]));
  const note = byId("note");
  let shown = "";

  const each = (name, id, then) => {
    for (const node of container.querySelectorAll(`[data-${name}~="${CSS.escape(id)}"]`)) then(node);
  };
  const hide = () => {
    shown = "";
    note.hidden = true;
    for (const node of container.querySelectorAll(".lit")) node.classList.remove("lit");
    for (const node of container.querySelectorAll("[aria-describedby=note]")) node.removeAttribute("aria-describedby");
  };
  const show = (id, at) => {
    if (shown === id) return;
    hide();
    const quote = known.get(id);
    if (!quote) return;
    shown = id;
    for (const name of ["quotes", "cue-of", "speaker-of", "quote"]) each(name, id, (node) => node.classList.add("lit"));
    note.replaceChildren(
      el("strong", {}, who(quote)),
      el("span", {}, basis(quote)),
      el("span.note-sure", {}, [quote.type, quote.cue && `“${quote.cue.text}”`, `speaker ${percent(quote.speaker.confidence)} sure`].filter(Boolean).join(" · ")),
    );
    note.hidden = false;
    at.setAttribute("aria-describedby", "note");
    place(note, at);
  };
  const quoteAt = (target) => {
    const button = target.closest?.("[data-quote]");
    if (button) return [button.dataset.quote, button];
    const words = target.closest?.("[data-quotes]");
    return words ? [words.dataset.quotes.split(" ").at(-1), words] : [null, null];
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
    if (event.key === "Escape" && shown) {
      event.stopPropagation();
      hide();
    }
  });
  container.addEventListener("click", (event) => {
    const button = event.target.closest("[data-quote]");
    if (!button) return;
    const [speaker] = container.querySelectorAll(`[data-speaker-of~="${CSS.escape(button.dataset.quote)}"]`);
    speaker?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  });
  return hide;
}

function place(note, at) {
  const box = at.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = note;
  const left = Math.min(Math.max(8, box.left), window.innerWidth - width - 8);
  const top = box.bottom + 6 + height > window.innerHeight ? box.top - height - 6 : box.bottom + 6;
  note.style.left = `${left}px`;
  note.style.top = `${top}px`;
}
