// Publishing from the page: pasted text or HTML, or dropped files.

import { byId, plural } from "./dom.js";

const MAX_ARTICLES = 500; // of one drop
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const PARALLEL_REQUESTS = 8;

/** Whether a text is an HTML page or a piece of one. */
function looksLikeHtml(text) {
  const start = text.slice(0, 4000);
  return /^\s*(<!doctype html|<html|<\?xml|<head|<body)/i.test(start) || (start.match(/<\/?(p|div|article|section|h[1-6]|br|a|span|ul|li|figure)\b[^>]*>/gi) ?? []).length > 3;
}

/** JSON of a raw article. */
function articleOf(text, kind, title = "") {
  const field = kind === "auto" ? (looksLikeJson(text) ? "json" : looksLikeHtml(text) ? "html" : "text") : kind;
  if (field === "json") return text;
  return JSON.stringify({ [field]: text, ...(title.trim() ? { title: title.trim() } : {}) });
}

function looksLikeJson(text) {
  if (!text.trimStart().startsWith("{")) return false;
  try {
    const article = JSON.parse(text);
    return "text" in article || "html" in article;
  } catch {
    return false;
  }
}

/** Text of a file, decoded as `copydesk publish` does: UTF-16 by its byte order mark, else UTF-8, else the charset that a page names, else Windows-1252. */
function decode(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const charset = /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{1,40})/i.exec(new TextDecoder("windows-1252").decode(bytes.slice(0, 4096)));
    try {
      return new TextDecoder(charset ? charset[1] : "windows-1252").decode(bytes);
    } catch {
      return new TextDecoder("windows-1252").decode(bytes);
    }
  }
}

/** Articles of a JSON file: one, or an array of them. The server refuses what is no JSON. */
function documentsOf(text) {
  try {
    const parsed = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.map((article) => JSON.stringify(article)) : [text];
  } catch {
    return [text];
  }
}

/** Articles of a file, by the ending of its name. */
async function articlesOf(file) {
  const text = decode(new Uint8Array(await file.arrayBuffer()));
  const ending = file.name.toLowerCase().split(".").at(-1);
  if (ending === "ndjson" || ending === "jsonl") return text.split("\n").filter((line) => line.trim());
  if (ending === "json") return documentsOf(text);
  return [articleOf(text, { html: "html", htm: "html" }[ending] ?? "text")];
}

/** Publish one article; throws an error with the server's reason. */
async function send(body) {
  const response = await fetch("/api/articles", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  const result = await response.json().catch(() => ({ problem: `the page's server returned status ${response.status}` }));
  if (!response.ok) throw new Error(result.problem);
  return result;
}

/**
 * Publish articles, some at a time.
 *
 * @param {string[]} bodies Articles as JSON.
 * @param {number} maxBytes Largest article that the topic takes.
 * @param {(count: number) => void} onProgress Called after each article with the number that is published.
 * @returns {Promise<{ids: string[], problems: string[]}>} Ids of the published articles, and reasons of the others.
 */
async function sendAll(bodies, maxBytes, onProgress) {
  const ids = [];
  const problems = [];
  const rest = [...bodies];
  const worker = async () => {
    while (rest.length) {
      const body = rest.shift();
      try {
        if (new Blob([body]).size > maxBytes) throw new Error(`it is larger than the topic takes (${maxBytes.toLocaleString("en")} bytes)`);
        ids.push((await send(body)).id);
      } catch (error) {
        problems.push(error.message);
      }
      onProgress(ids.length);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_REQUESTS }, worker));
  return { ids, problems };
}

/**
 * Set up the form, paste and drop.
 *
 * @param {(id: string) => void} onPublished Called with the id of the last article that was published.
 * @returns {{allow: (hello: object) => void}} `allow` turns publishing on or off, by the server's first event.
 */
export function setUpPublishing(onPublished) {
  const dialog = byId("publish");
  const status = byId("publish-said");
  let allowed = false;
  let maxBytes = Infinity;

  const openDialog = (text) => {
    if (text !== undefined) byId("publish-text").value = text;
    status.textContent = "";
    if (!dialog.open) dialog.showModal();
    byId("publish-text").focus();
  };
  const setStatus = (text, bad = false) => {
    status.textContent = text;
    status.classList.toggle("bad", bad);
  };
  const publish = async (bodies) => {
    if (bodies.length > MAX_ARTICLES) return setStatus(`${bodies.length} articles are too many for the page: use copydesk publish`, true);
    byId("publish-send").disabled = true;
    const { ids, problems } = await sendAll(bodies, maxBytes, (count) => {
      if (bodies.length > 1) setStatus(`${count} of ${bodies.length} published`);
    });
    byId("publish-send").disabled = false;
    if (problems.length) return setStatus(`${problems.length > 1 ? `${plural(problems.length, "article")} not published: ` : "Not published: "}${problems[0]}`, true);
    dialog.close();
    byId("publish-text").value = byId("publish-headline").value = "";
    if (ids.length) onPublished(ids.at(-1));
  };
  const publishFiles = async (files) => {
    openDialog();
    setStatus("reading …");
    const bodies = [];
    for (const file of files) {
      if (file.size > MAX_FILE_BYTES) return setStatus(`${file.name} is too large for the page: use copydesk publish`, true);
      bodies.push(...(await articlesOf(file)));
    }
    await publish(bodies);
  };

  listenToForm({ dialog, openDialog, setStatus, publish, publishFiles });
  listenToPasteAndDrop(() => allowed, { openDialog, publishFiles });
  return {
    allow(hello) {
      allowed = hello.publish;
      maxBytes = hello.largest;
      byId("to-publish").hidden = !allowed;
      byId("publish-topic").textContent = `${hello.prefix}articles.raw`;
    },
  };
}

function listenToForm({ dialog, openDialog, setStatus, publish, publishFiles }) {
  byId("to-publish").addEventListener("click", () => openDialog());
  byId("publish-cancel").addEventListener("click", () => dialog.close());
  byId("publish-files").addEventListener("change", async (event) => {
    await publishFiles([...event.target.files]);
    event.target.value = "";
  });
  byId("publish-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId("publish-text").value;
    if (text.trim()) publish([articleOf(text, byId("publish-kind").value, byId("publish-headline").value)]);
    else setStatus("There is nothing to publish yet.", true);
  });
}

/** Publish files that are pasted or dropped anywhere; put a pasted or dropped text into the form. */
function listenToPasteAndDrop(isAllowed, { openDialog, publishFiles }) {
  document.addEventListener("paste", (event) => {
    if (!isAllowed() || event.target.closest?.("input, textarea, dialog")) return;
    const files = [...event.clipboardData.files];
    const text = event.clipboardData.getData("text/plain");
    if (files.length) publishFiles(files);
    else if (text.trim()) openDialog(text);
  });
  let depth = 0; // elements that the drag has entered and not left
  let ownDrag = false; // a drag that started in the page is not published
  document.addEventListener("dragstart", () => (ownDrag = true));
  document.addEventListener("dragend", () => (ownDrag = false));
  const changeDepth = (change) => {
    depth = Math.max(0, depth + change);
    byId("drop").hidden = depth === 0;
  };
  const canDrop = (event) =>
    isAllowed() && !ownDrag && [...event.dataTransfer.types].some((type) => type === "Files" || type === "text/plain");
  document.addEventListener("dragenter", (event) => canDrop(event) && changeDepth(1));
  document.addEventListener("dragleave", (event) => canDrop(event) && changeDepth(-1));
  document.addEventListener("dragover", (event) => {
    if (canDrop(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!canDrop(event)) return;
    event.preventDefault();
    changeDepth(-Infinity);
    const files = [...event.dataTransfer.files];
    if (files.length) publishFiles(files);
    else openDialog(event.dataTransfer.getData("text/plain"));
  });
}
