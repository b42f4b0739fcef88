// Publishing from the page: a pasted text, a page's HTML, or files that are dropped.

import { byId, plural } from "./dom.js";

const MOST_FILES = 500; // articles of one drop
const AT_ONCE = 8;

/** Whether a text is a page or a piece of one. */
function looksLikeHtml(text) {
  const start = text.slice(0, 4000);
  return /^\s*(<!doctype html|<html|<\?xml|<head|<body)/i.test(start) || (start.match(/<\/?(p|div|article|section|h[1-6]|br|a|span|ul|li|figure)\b[^>]*>/gi) ?? []).length > 3;
}

/** An article as `articles.raw` holds it, as JSON. */
function articleOf(text, kind, title = "") {
  const looks = kind === "auto" ? (looksLikeJson(text) ? "json" : looksLikeHtml(text) ? "html" : "text") : kind;
  if (looks === "json") return text;
  return JSON.stringify({ [looks]: text, ...(title.trim() ? { title: title.trim() } : {}) });
}

function looksLikeJson(text) {
  if (!text.trimStart().startsWith("{")) return false;
  try {
    const found = JSON.parse(text);
    return "text" in found || "html" in found;
  } catch {
    return false;
  }
}

/** A file's text: by its mark of UTF-16, else UTF-8, else a page's own word, else Windows-1252 (as `copydesk publish` reads it). */
function decode(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const told = /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{1,40})/i.exec(new TextDecoder("windows-1252").decode(bytes.slice(0, 4096)));
    try {
      return new TextDecoder(told ? told[1] : "windows-1252").decode(bytes);
    } catch {
      return new TextDecoder("windows-1252").decode(bytes);
    }
  }
}

/** What a JSON file holds: an article, or an array of them; what cannot be read is left to the server to refuse. */
function documentsOf(text) {
  try {
    const found = JSON.parse(text);
    return Array.isArray(found) ? found.map((article) => JSON.stringify(article)) : [text];
  } catch {
    return [text];
  }
}

async function articlesOf(file) {
  const text = decode(new Uint8Array(await file.arrayBuffer()));
  const ending = file.name.toLowerCase().split(".").at(-1);
  if (ending === "ndjson" || ending === "jsonl") return text.split("\n").filter((line) => line.trim());
  if (ending === "json") return documentsOf(text);
  return [articleOf(text, { html: "html", htm: "html" }[ending] ?? "text")];
}

async function send(body) {
  const answer = await fetch("/api/articles", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  const told = await answer.json().catch(() => ({ problem: `the page's server says ${answer.status}` }));
  if (!answer.ok) throw new Error(told.problem);
  return told;
}

/**
 * Set up publishing.
 *
 * @param {(id: string) => void} published Takes the id of what was published.
 * @returns {{allow: (told: object) => void}} What turns it on.
 */
export function setUp(published) {
  const sheet = byId("publish");
  const said = byId("publish-said");
  let allowed = false;
  let largest = Infinity;

  const open = (text) => {
    if (text !== undefined) byId("publish-text").value = text;
    said.textContent = "";
    if (!sheet.open) sheet.showModal();
    byId("publish-text").focus();
  };
  const tell = (text, bad = false) => {
    said.textContent = text;
    said.classList.toggle("bad", bad);
  };
  const publish = async (bodies) => {
    if (bodies.length > MOST_FILES) return tell(`${bodies.length} articles are too many for the page: use copydesk publish`, true);
    const problems = [];
    const ids = [];
    const rest = [...bodies];
    byId("publish-send").disabled = true;
    const work = async () => {
      while (rest.length) {
        const body = rest.shift();
        try {
          if (new Blob([body]).size > largest) throw new Error(`it is larger than the topic takes (${largest.toLocaleString("en")} bytes)`);
          ids.push((await send(body)).id);
        } catch (error) {
          problems.push(error.message);
        }
        if (bodies.length > 1) tell(`${ids.length} of ${bodies.length} published`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    byId("publish-send").disabled = false;
    if (problems.length) return tell(`${problems.length > 1 ? `${plural(problems.length, "article")} not published: ` : "Not published: "}${problems[0]}`, true);
    sheet.close();
    byId("publish-text").value = byId("publish-headline").value = "";
    if (ids.length) published(ids.at(-1));
  };
  const take = async (files) => {
    open();
    tell("reading …");
    const bodies = [];
    for (const file of files) {
      if (file.size > 64 * 1024 * 1024) return tell(`${file.name} is too large for the page: use copydesk publish`, true);
      bodies.push(...(await articlesOf(file)));
    }
    await publish(bodies);
  };

  byId("to-publish").addEventListener("click", () => open());
  byId("publish-cancel").addEventListener("click", () => sheet.close());
  byId("publish-files").addEventListener("change", async (event) => {
    await take([...event.target.files]);
    event.target.value = "";
  });
  byId("publish-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId("publish-text").value;
    if (text.trim()) publish([articleOf(text, byId("publish-kind").value, byId("publish-headline").value)]);
    else tell("There is nothing to publish yet.", true);
  });
  document.addEventListener("paste", (event) => {
    if (!allowed || event.target.closest?.("input, textarea, dialog")) return;
    const files = [...event.clipboardData.files];
    const text = event.clipboardData.getData("text/plain");
    if (files.length) take(files);
    else if (text.trim()) open(text);
  });
  let inside = 0;
  let own = false; // what is dragged within the page is not handed in
  document.addEventListener("dragstart", () => (own = true));
  document.addEventListener("dragend", () => (own = false));
  const over = (change) => {
    inside = Math.max(0, inside + change);
    byId("drop").hidden = inside === 0;
  };
  const carries = (event) =>
    allowed && !own && [...event.dataTransfer.types].some((type) => type === "Files" || type === "text/plain");
  document.addEventListener("dragenter", (event) => carries(event) && over(1));
  document.addEventListener("dragleave", (event) => carries(event) && over(-1));
  document.addEventListener("dragover", (event) => {
    if (carries(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    over(-Infinity);
    const files = [...event.dataTransfer.files];
    if (files.length) take(files);
    else open(event.dataTransfer.getData("text/plain"));
  });
  return {
    allow(told) {
      allowed = told.publish;
      largest = told.largest;
      byId("to-publish").hidden = !allowed;
      byId("publish-topic").textContent = `${told.prefix}articles.raw`;
    },
  };
}
