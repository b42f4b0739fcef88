// Publishing from the page: pasted text or HTML, or dropped files.

import { byId, plural } from "./dom.js";
import { refuseFile, refuseText } from "./refusals.js";

const MAX_ARTICLES = 500; // of one drop
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const PARALLEL_REQUESTS = 8;
const SLOW_MS = 2000; // time after which a missing confirmation is told
const AWAY = "The broker does not answer just now. What you paste stays in this form: publish it when the broker is back.";
const UNCONFIRMED = "The broker has not confirmed it yet. The text stays here until it has: leave this window open.";
const DRAFT_KEY = "copydesk.draft"; // in the storage of this tab

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

/** Articles of a file, by the ending of its name; throws an error that says why it is none. */
async function articlesOf(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = decode(bytes);
  const refusal = refuseFile(file.name, bytes) || refuseText(text);
  if (refusal) throw new Error(refusal);
  const ending = file.name.toLowerCase().split(".").at(-1);
  if (ending === "ndjson" || ending === "jsonl") return text.split("\n").filter((line) => line.trim());
  if (ending === "json") return documentsOf(text);
  return [articleOf(text, { html: "html", htm: "html" }[ending] ?? "text")];
}

/** Post to the server; throws an error with its reason. */
async function post(path, body) {
  const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
  if (!response) throw new Error("the page’s server does not answer. The text stays here: publish it again when the server is back");
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
        ids.push((await post("/api/articles", body)).id);
      } catch (error) {
        problems.push(error.message);
      }
      onProgress(ids.length);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_REQUESTS }, worker));
  return { ids, problems };
}

/** Keep what is in the form until it is published, also when the page is loaded again; empty: keep nothing. */
function keepDraft(text) {
  try {
    if (text) sessionStorage.setItem(DRAFT_KEY, text);
    else sessionStorage.removeItem(DRAFT_KEY);
  } catch {
    // too long, or a browser that keeps nothing: the form has it
  }
}

function keptDraft() {
  try {
    return sessionStorage.getItem(DRAFT_KEY) ?? "";
  } catch {
    return "";
  }
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
  let brokerAway = false;

  const openDialog = (text) => {
    if (text !== undefined) byId("publish-text").value = text;
    setStatus(brokerAway ? AWAY : "", brokerAway);
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
    const slow = setTimeout(() => setStatus(UNCONFIRMED), SLOW_MS);
    const { ids, problems } = await sendAll(bodies, maxBytes, (count) => {
      if (bodies.length > 1) setStatus(`${count} of ${bodies.length} published`);
    });
    clearTimeout(slow);
    byId("publish-send").disabled = false;
    if (problems.length) return setStatus(`${problems.length > 1 ? `${plural(problems.length, "article")} not published: ` : "Not published: "}${problems[0]}`, true);
    dialog.close();
    byId("publish-text").value = byId("publish-headline").value = "";
    keepDraft("");
    if (ids.length) onPublished(ids.at(-1));
  };
  const publishFiles = async (files) => {
    openDialog();
    setStatus("reading …");
    const bodies = [];
    for (const file of files) {
      if (file.size > MAX_FILE_BYTES) return setStatus(`${file.name} is too large for the page: use copydesk publish`, true);
      try {
        bodies.push(...(await articlesOf(file)));
      } catch (error) {
        return setStatus(error.message, true);
      }
    }
    await publish(bodies);
  };

  byId("publish-text").value = keptDraft();
  listenToForm({ dialog, openDialog, setStatus, publish, publishFiles });
  listenToPasteAndDrop(() => allowed, { openDialog, publishFiles });
  return {
    openDialog,
    /** Publish the samples that come with copydesk; returns a sentence that says what became of them. */
    async trySamples() {
      try {
        const { ids } = await post("/api/samples", "{}");
        return `${plural(ids.length, "sample")} published: they come in on the left.`;
      } catch (error) {
        return `Not published: ${error.message}.`;
      }
    },
    /** Whether the broker answers: who opens the form while it does not is told so. */
    setBroker(answers) {
      brokerAway = !answers;
      if (dialog.open && !byId("publish-send").disabled) setStatus(brokerAway ? AWAY : "", brokerAway);
    },
    get allowed() {
      return allowed;
    },
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
    const refusal = text.trim() ? refuseText(text) : "There is nothing to publish yet.";
    if (!refusal) publish([articleOf(text, byId("publish-kind").value, byId("publish-headline").value)]);
    else setStatus(refusal, true);
  });
  byId("publish-text").addEventListener("input", () => keepDraft(byId("publish-text").value));
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
