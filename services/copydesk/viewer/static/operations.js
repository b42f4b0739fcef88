// The operators' corner: what waits for each stage, and dead letters with the commands that retry them.

import { copyTextButton } from "./copying.js";
import { clock, duration, el, plural } from "./dom.js";
import { articleAddress } from "./links.js";
import { deathWords } from "./words.js";

/**
 * Load the corner and show it in `container`.
 *
 * @param {HTMLElement} container
 * @param {() => boolean} isCurrent Tells whether the page still shows it; if not, the response is dropped.
 */
export async function showOperations(container, isCurrent) {
  const response = await fetch("/api/operations").catch(() => null);
  const answer = response?.ok ? await response.json().catch(() => null) : null;
  if (!isCurrent()) return;
  const focused = container.contains(document.activeElement) ? document.activeElement.id : "";
  const { scrollTop } = container;
  container.replaceChildren(
    ...[
      el("a.back", { href: "#/" }, "‹ All articles"),
      el("h1.headline", {}, "Operations"),
      !answer && el("p.waiting", {}, "The page’s server does not answer."),
      answer && el("h2.part.first", {}, "Waiting for each stage"),
      answer && lagTable(answer.stages),
      answer && el("h2.part", {}, `Could not be read: ${plural(answer.total, "article")}`),
      answer && el("p.soft", {}, answer.total ? "The commands run in a terminal, with the rights of whoever runs them; this page changes nothing." : "None that this page holds."),
      answer && el("ol.letters", {}, ...answer.dead_letters.map(letter)),
      answer && answer.total > answer.dead_letters.length && el("p.soft", {}, "Older ones: copydesk dlq list"),
    ].filter(Boolean),
  );
  container.scrollTop = scrollTop;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function lagTable(stages) {
  const rows = stages.map(({ stage, topic, articles, seconds, held_back: held, has_run: hasRun, problem }) => {
    const state = problem ? el("span.bad-text", {}, problem) : [!hasRun ? "no worker of it has run here yet" : articles ? `the first for ${duration(seconds * 1000)}` : "nothing waits", held ? `, ${held.toLocaleString("en")} held back by an open transaction` : ""];
    return el("tr", {}, el("th", { scope: "row" }, stage), el("td", {}, topic), el("td.number", {}, problem ? "?" : articles.toLocaleString("en")), el("td", {}, state));
  });
  return el("div.scroll", { tabindex: "0", role: "region", "aria-label": "Lag of the stages" }, el("table", { id: "lags" }, el("thead", {}, el("tr", {}, ...["stage", "reads", "waiting", "since"].map((name) => el("th", { scope: "col" }, name)))), el("tbody", {}, ...rows)));
}

function letter(dead, index) {
  return el(
    "li.letter",
    {},
    el("p.said-source", {}, ...[dead.stage && `stage ${dead.stage}`, deathWords(dead.reason), clock(dead.time), dead.site].filter(Boolean).map((fact) => el("span.fact", {}, fact))),
    el("h3.said-title", { dir: "auto" }, el("a", { href: articleAddress(dead.id) }, dead.title)),
    el("p.letter-why", {}, dead.why),
    ...[dead.show, dead.retry].filter(Boolean).map((command, number) => el("p.command", {}, el("code", {}, command), copyTextButton(command, "Copy the command", `command-${index}-${number}`))),
  );
}
