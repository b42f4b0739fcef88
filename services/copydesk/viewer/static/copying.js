// "Copy quotation": the words with everything that makes them a source.

import { el, longDate } from "./dom.js";
import { originalAddress } from "./links.js";
import { speakerName } from "./speakers.js";

const DONE_MS = 1600; // time for which a button says that it has copied

/**
 * A quotation as text for the clipboard: words; speaker, title, site, date; link.
 *
 * @param {object} quote
 * @param {{title?: string, site?: string, published_at?: string, url?: string}} article
 */
export function quotationText(quote, article) {
  const date = Date.parse(article.published_at);
  const source = [
    (quote.speaker.name || quote.speaker.mention || quote.speaker.anonymous) && speakerName(quote),
    article.title && `“${article.title}”`,
    article.site,
    Number.isFinite(date) && longDate(date),
  ].filter(Boolean);
  return [quote.text, source.length && `– ${source.join(", ")}`, originalAddress(article.url)].filter(Boolean).join("\n");
}

/** Button that copies a quotation; `label` is shown if there is room for words, else there is an icon only. */
export function copyButton(quote, article, label = "") {
  const said = { "aria-label": `Copy quotation of ${speakerName(quote)}`, title: "Copy quotation, with its source" };
  return copier(said, label, () => quotationText(quote, article));
}

/** Button with an icon that copies a text. */
export const copyTextButton = (text, name, id) => copier({ "aria-label": name, title: name, id }, "", () => text);

function copier(said, label, textOf) {
  const button = el(label ? "button.copy.worded" : "button.copy", { type: "button", ...said }, label);
  button.addEventListener("click", async (event) => {
    event.stopPropagation();
    const done = await copyText(textOf());
    button.dataset.state = done ? "copied" : "failed";
    button.setAttribute("aria-label", done ? "Copied" : "The browser did not allow copying");
    setTimeout(() => {
      delete button.dataset.state;
      button.setAttribute("aria-label", said["aria-label"]);
    }, DONE_MS);
  });
  return button;
}

/** Copy a text; false if the browser refuses. The clipboard's own interface is there on https and on this machine only. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const focused = document.activeElement;
    const field = el("textarea.unseen", { "aria-hidden": "true" });
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    focused?.focus({ preventScroll: true });
    return done;
  }
}

/**
 * A selection in the text copies the text: what the page adds to it stays out. Removed blocks stay out, too, unless the
 * selection begins in one.
 *
 * @param {HTMLElement} body
 */
export function keepTextClean(body) {
  body.addEventListener("pointerdown", (event) => body.classList.toggle("picks-removed", Boolean(event.target.closest(".removed"))));
  body.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (!selection.rangeCount) return;
    event.clipboardData.setData("text/plain", selection.toString()); // without what cannot be selected
    event.clipboardData.setData("text/html", plainParagraphs(selection, body));
    event.preventDefault();
  });
}

/** The selected paragraphs as HTML without marks and buttons, which a word processor would take over. */
function plainParagraphs(selection, body) {
  const copied = selection.getRangeAt(0).cloneContents();
  for (const node of copied.querySelectorAll(`.attribution, .flag, .reason, .sure, .band${body.classList.contains("picks-removed") ? "" : ", .removed"}`)) node.remove();
  const paragraphs = [...copied.querySelectorAll("p")];
  const holder = document.createElement("div");
  holder.append(...(paragraphs.length ? paragraphs.map((paragraph) => el("p", {}, paragraph.textContent)) : [copied.textContent]));
  return holder.innerHTML;
}
