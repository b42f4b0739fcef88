// An article as one HTML file, with its marks: it needs no server, loads nothing and runs nothing.

import { el } from "./dom.js";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";
/** What works in the page only. */
const LEFT_OUT = ".back, .tabs, .text-tools .switch, .copy, .everywhere, .article-tools, .progress, .remove-filter";

/**
 * HTML of the article that is shown.
 *
 * @param {HTMLElement} reading The element that holds it, with its text open.
 * @param {string} title
 * @param {string} styles The page's style sheet.
 */
export function articleFile(reading, title, styles) {
  const copy = reading.cloneNode(true);
  for (const node of copy.querySelectorAll(LEFT_OUT)) node.remove();
  for (const node of copy.querySelectorAll("button, a.speaker, a[href^='#']")) node.replaceWith(plain(node));
  for (const node of copy.querySelectorAll("[role], [tabindex], [id]")) for (const name of ["role", "tabindex", "id", "aria-labelledby", "aria-controls"]) node.removeAttribute(name);
  for (const node of copy.querySelectorAll(".lit, .highlighted")) node.classList.remove("lit", "highlighted");
  const article = document.createElement("main");
  article.className = "reading saved";
  article.append(...copy.childNodes);
  const head = document.createElement("head");
  const style = el("style");
  style.textContent = styles;
  head.append(el("meta", { charset: "utf-8" }), el("meta", { "http-equiv": "Content-Security-Policy", content: POLICY }), el("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }), el("title", {}, title), style);
  return `<!doctype html>\n<html lang="en">\n${head.outerHTML}\n<body class="saved-body">\n${article.outerHTML}\n</body>\n</html>\n`;
}

/** A button or a link of the page as text with the same look. */
function plain(node) {
  const text = document.createElement("span");
  text.className = node.className;
  text.append(...node.childNodes);
  return text;
}

/** Button that saves the article that is shown as a file; `showText` opens the text first. */
export function saveButton(reading, name, showText) {
  const button = el("button.quiet.tool", { type: "button", id: "save" }, "Save as HTML");
  button.addEventListener("click", async () => {
    showText();
    const response = await fetch("/static/page.css").catch(() => null);
    const styles = response?.ok ? await response.text() : "";
    const url = URL.createObjectURL(new Blob([articleFile(reading, name, styles)], { type: "text/html" }));
    el("a", { href: url, download: `${fileName(name)}.html` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  });
  return button;
}

/** Name of a file that every system takes. */
const fileName = (name) => name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 80) || "article";
