// The page: what the address says is shown, what the stream tells is shown at once.

import { render } from "./article.js";
import { byId, el } from "./dom.js";
import { show as showFigures } from "./figures.js";
import { List } from "./list.js";
import { setUp } from "./publish.js";
import { listen } from "./stream.js";

const FIGURES_MS = 2000; // between two looks at the statistics while articles come
const STATES = { connecting: "connecting", reading: "reading the topics", live: "live", away: "the broker does not answer" };

const reading = byId("reading");
let view = { name: "", id: "" };
let shown = ""; // which message of which article is on the right
let complete = false; // whether the list has all that there is
let turn = 0; // answers that come for an older turn are dropped
let figuresAt = 0;

const list = new List((id, into) => {
  const address = `#/article/${encodeURIComponent(id)}`;
  if (into) location.hash = address;
  else {
    history.replaceState(null, "", address);
    route();
  }
  if (into) reading.focus({ preventScroll: true });
});

const publishing = setUp((id) => {
  location.hash = `#/article/${encodeURIComponent(id)}`;
  route();
});

/** Show what the address says. */
function route() {
  const [, name = "", id = ""] = location.hash.split("/");
  let told = "";
  try {
    told = decodeURIComponent(id);
  } catch {
    told = id;
  }
  const wanted = name === "article" && told ? { name, id: told } : { name: name === "statistics" ? name : "none", id: "" };
  if (wanted.name === view.name && wanted.id === view.id) return;
  view = wanted;
  shown = "";
  document.body.dataset.view = view.name;
  byId("to-statistics").setAttribute("aria-current", view.name === "statistics" ? "page" : "false");
  list.mark(view.id);
  reading.scrollTop = 0;
  window.scrollTo(0, 0);
  refresh();
}

/** Bring the right side up to date. */
function refresh() {
  if (view.name === "article") readArticle();
  else if (view.name === "statistics") readFigures();
  else if (shown !== "none") {
    shown = "none";
    document.title = "copydesk";
    reading.replaceChildren(welcome());
  }
}

async function readArticle() {
  const { id } = view;
  const one = list.get(id);
  const message = one ? `${id}\n${one.topic}\n${one.partition}\n${one.offset}` : `${id}\n${complete}`;
  if (shown === message) return;
  const same = shown.startsWith(`${id}\n`);
  shown = message;
  const mine = ++turn;
  if (!one) return say(complete ? "Not here yet: it shows as soon as it is in a topic." : "Reading the topics …");
  const answer = await fetch(`/api/article?id=${encodeURIComponent(id)}`).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (mine !== turn || view.id !== id) return;
  if (!told || !answer.ok) return say(told?.problem ?? "The page’s server does not answer.");
  const focused = reading.contains(document.activeElement) ? document.activeElement.id : null;
  const top = reading.scrollTop;
  render(reading, told);
  document.title = `${told.summary.title || told.summary.lead || id} · copydesk`;
  if (same) reading.scrollTop = top;
  if (focused && focused !== "reading") byId(focused)?.focus({ preventScroll: true });
}

function say(what) {
  reading.replaceChildren(el("a.back", { href: "#/" }, "‹ All articles"), el("p.waiting", {}, what));
}

async function readFigures() {
  const now = Date.now();
  if (shown === "statistics" && now - figuresAt < FIGURES_MS) {
    later();
    return;
  }
  figuresAt = now;
  shown = "statistics";
  document.title = "Statistics · copydesk";
  const mine = ++turn;
  await showFigures(reading, () => mine === turn && view.name === "statistics").catch(() => {});
}

let waiting = 0;
function later() {
  waiting ||= setTimeout(() => {
    waiting = 0;
    if (view.name === "statistics") readFigures();
  }, FIGURES_MS);
}

function welcome() {
  return el(
    "div.welcome",
    {},
    el("h1.headline", {}, "What runs through the topics"),
    el("p", {}, "Articles come in on the left as the stages enrich them. Choose one to read it as it came out: who is in it, who said what, what was removed and why."),
    el("dl.keys", {}, ...[["↑ ↓", "the next article"], ["Enter", "into the text"], ["/", "search"], ["Esc", "back to the list"]].map(([key, what]) => el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, what)))),
  );
}

document.addEventListener("keydown", (event) => {
  if (event.target.closest("dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, textarea, select");
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
  hello(told) {
    list.most = told.most;
    publishing.allow(told);
    byId("left-out").hidden = !told.left_out.length;
    byId("left-out").textContent = `Not shown here: ${told.left_out.join(", ")}`;
  },
  begin(told) {
    if (told.anew) list.clear();
  },
  articles(articles, whole) {
    list.take(articles);
    complete ||= whole;
    refresh();
  },
  state(state) {
    byId("live").dataset.state = state;
    if (byId("live-text").textContent !== STATES[state]) byId("live-text").textContent = STATES[state];
  },
});
route();
