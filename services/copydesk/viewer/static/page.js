// The page: shows the view that the address names, and updates it with every event.

import { readAddress, writeSettings } from "./address.js";
import { renderArticle } from "./article.js";
import { byId, el } from "./dom.js";
import { articleAddress, kindOf } from "./links.js";
import { List } from "./list.js";
import { showName } from "./name_page.js";
import { showOperations } from "./operations.js";
import { setUpPublishing } from "./publish.js";
import { showStatistics } from "./statistics.js";
import { listen } from "./stream.js";

const STATISTICS_MS = 2000; // between two updates of the statistics while articles come
const OPERATIONS_MS = 5000; // between two measurements of the lag
const STATES = { connecting: "connecting", reading: "reading the topics", live: "live", away: "the broker does not answer", gone: "the page’s server does not answer: trying again" };

const reading = byId("reading");
let view = { name: "", id: "", site: "" };
let shown = ""; // the message that is on the right, or the view's name
let complete = false; // whether the list has everything that is on the topics
let request = 0; // responses to older requests are dropped
let statisticsAt = 0;

const list = new List((id, focus) => {
  const address = articleAddress(id);
  if (focus) location.hash = address;
  else {
    history.replaceState(null, "", address);
    route();
  }
  if (focus) reading.focus({ preventScroll: true });
});

const publishing = setUpPublishing((id) => {
  location.hash = articleAddress(id);
  route();
});

/** Links of the page have no settings: those of the list stay. A shared or edited address brings its own. */
function keepSettings() {
  const { hasSettings } = readAddress();
  if (!hasSettings) writeSettings(list.filters.settings);
  else list.filters.read();
}

function wantedView() {
  const { view: name, id, settings } = readAddress();
  if (id && name === "article") return { name, id, site: "" };
  if (id && kindOf(name)) return { name: "name", id, kind: kindOf(name), site: settings.get("at") ?? "" };
  return { name: ["statistics", "operations"].includes(name) ? name : "none", id: "", site: "" };
}

/** Show the view that the address names. */
function route() {
  keepSettings();
  const wanted = wantedView();
  if (wanted.name === view.name && wanted.id === view.id && wanted.site === view.site) return;
  view = wanted;
  shown = "";
  document.body.dataset.view = view.name;
  for (const name of ["statistics", "operations"]) byId(`to-${name}`).setAttribute("aria-current", view.name === name ? "page" : "false");
  list.setActive(view.name === "article" ? view.id : "");
  reading.scrollTop = 0;
  window.scrollTo(0, 0);
  refresh();
}

/** Update the right side. */
function refresh() {
  if (view.name === "article") loadArticle();
  else if (view.name === "statistics") loadStatistics();
  else if (view.name === "name") loadName();
  else if (view.name === "operations") loadOperations();
  else if (shown !== "none") {
    shown = "none";
    document.title = "copydesk";
    reading.replaceChildren(welcome());
  }
}

async function loadArticle() {
  const { id } = view;
  const summary = list.get(id);
  const message = summary ? `${id}\n${summary.topic}\n${summary.partition}\n${summary.offset}\n${summary.related ?? 0}` : `${id}\n${complete}`;
  if (shown === message) return;
  const same = shown.startsWith(`${id}\n`);
  shown = message;
  const mine = ++request;
  if (!summary) return showNotice(complete ? "Not here yet: it shows as soon as it is in a topic." : "Reading the topics …");
  const response = await fetch(`/api/article?id=${encodeURIComponent(id)}`).catch(() => null);
  const details = await response?.json().catch(() => null);
  if (mine !== request || view.id !== id) return;
  if (!details || !response.ok) return showNotice(details?.problem ?? "The page’s server does not answer.");
  const focused = reading.contains(document.activeElement) ? document.activeElement.id : null;
  const top = reading.scrollTop;
  renderArticle(reading, details);
  document.title = `${details.summary.title || details.summary.lead || id} · copydesk`;
  if (same) reading.scrollTop = top;
  if (focused && focused !== "reading") byId(focused)?.focus({ preventScroll: true });
}

function showNotice(text) {
  reading.replaceChildren(el("a.back", { href: "#/" }, "‹ All articles"), el("p.waiting", {}, text));
}

async function loadName() {
  if (!complete || shown === "name") return; // it stays as it is while it is read: new articles would move it
  shown = "name";
  const mine = ++request;
  const { id: name, kind, site } = view;
  document.title = `${name} · copydesk`;
  const chooseSite = (chosen) => {
    writeSettings({ at: chosen });
    route();
    byId("name-site")?.focus();
  };
  await showName(reading, { kind, name, site }, chooseSite, () => mine === request && view.name === "name");
}

let operationsTimer = 0;
/** Show the operators' corner, and again every few seconds: a lag changes while no article comes. */
async function loadOperations() {
  if (shown === "operations") return;
  shown = "operations";
  document.title = "Operations · copydesk";
  const mine = ++request;
  const isCurrent = () => mine === request && view.name === "operations";
  if (!reading.querySelector("#lags")) showNotice("Asking the broker …");
  await showOperations(reading, isCurrent);
  clearTimeout(operationsTimer);
  operationsTimer = setTimeout(() => {
    if (!isCurrent()) return;
    shown = "";
    loadOperations();
  }, OPERATIONS_MS);
}

async function loadStatistics() {
  const now = Date.now();
  if (shown === "statistics" && now - statisticsAt < STATISTICS_MS) {
    loadStatisticsLater();
    return;
  }
  statisticsAt = now;
  shown = "statistics";
  document.title = "Statistics · copydesk";
  const mine = ++request;
  await showStatistics(reading, () => mine === request && view.name === "statistics").catch(() => {});
}

let timer = 0;
function loadStatisticsLater() {
  timer ||= setTimeout(() => {
    timer = 0;
    if (view.name === "statistics") loadStatistics();
  }, STATISTICS_MS);
}

function welcome() {
  const said = el("p.welcome-said", { role: "status" });
  const samples = el("button.solid", { type: "button", id: "samples" }, "Try the samples");
  samples.addEventListener("click", async () => {
    samples.disabled = true;
    said.textContent = await publishing.trySamples();
    samples.disabled = false;
  });
  return el(
    "div.welcome",
    {},
    el("h1.headline", {}, "Who said what, and what does not belong"),
    el("p", {}, "copydesk takes the debris of web pages out of articles, and finds who is in them, who said what, and whether they are one story or several mixed together. Choose an article on the left to read it as it came out: nothing is lost, and whatever was removed is there with its reason."),
    publishing.allowed && el("div.welcome-try", {}, samples, el("button.quiet.file", { type: "button", onclick: () => publishing.openDialog() }, "Paste or choose an article"), el("span.welcome-drop", {}, "or drop text or HTML files anywhere")),
    said,
    el("dl.keys", {}, ...[["↑ ↓", "the next article"], ["Enter", "into the text"], ["/", "search"], ["Esc", "back to the list"]].map(([key, action]) => el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, action)))),
  );
}

let offering = 0;
/** Offer sites and languages in the filters, now and then while articles come. */
function offerLater() {
  offering ||= setTimeout(() => {
    offering = 0;
    list.filters.offer([...list.articles.values()]);
  }, 1000);
}

document.addEventListener("keydown", (event) => {
  if (event.target.closest("dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, textarea, select");
  if (event.target === document.body && ["ArrowDown", "ArrowUp", "j", "k"].includes(event.key)) list.onKey(event);
  if (event.key === "/" && !typing) {
    event.preventDefault();
    byId("search").focus();
  } else if (event.key === "Escape" && (event.target.id === "search" || reading.contains(event.target))) {
    byId("rows").focus();
  }
});
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  reading.focus();
});
window.addEventListener("hashchange", route);

listen({
  hello(data) {
    list.maxArticles = data.most;
    publishing.allow(data);
    if (view.name === "none") shown = "";
    byId("left-out").hidden = !data.left_out.length;
    byId("left-out").textContent = `Not shown here: ${data.left_out.join(", ")}`;
  },
  begin(data) {
    if (data.anew) list.clear();
  },
  articles(articles, nothingMissing) {
    list.update(articles);
    offerLater();
    complete ||= nothingMissing;
    document.body.dataset.empty = complete && !list.articles.size;
    refresh();
  },
  state(state) {
    byId("live").dataset.state = state;
    if (state === "away" || state === "live") publishing.setBroker(state === "live");
    if (byId("live-text").textContent !== STATES[state]) byId("live-text").textContent = STATES[state];
  },
});
route();
