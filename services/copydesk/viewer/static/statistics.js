// Statistics of the last articles.

import { el, percent, plural } from "./dom.js";
import { nameAddress } from "./links.js";
import { stateWords, structureWords } from "./words.js";

const COUNTS = [100, 500, 1000, 5000];
let chosenCount = 500;

/**
 * Load the statistics and show them in `container`.
 *
 * @param {HTMLElement} container
 * @param {() => boolean} isCurrent Tells whether the page still shows them; if not, the response is dropped.
 */
export async function showStatistics(container, isCurrent) {
  const response = await fetch(`/api/statistics?last=${chosenCount}`);
  if (!response.ok || !isCurrent()) return;
  const statistics = await response.json();
  if (!isCurrent()) return;
  const select = el("select.field", { id: "last", "aria-label": "Over how many articles" }, ...COUNTS.map((count) => el("option", { value: count, selected: count === chosenCount }, `last ${count.toLocaleString("en")}`)));
  select.addEventListener("change", () => {
    chosenCount = Number(select.value);
    showStatistics(container, isCurrent);
  });
  const focused = document.activeElement?.id;
  container.replaceChildren(
    el("a.back", { href: "#/" }, "‹ All articles"),
    el("div.figures-head", {}, el("h1.headline", {}, "Statistics"), select),
    el("p.soft", {}, `Over ${plural(statistics.articles, "article")}, the newest first; ${plural(statistics.quotes, "quotation")} in them.`),
    el(
      "div.cards",
      {},
      card("What became of them", bars(Object.entries(statistics.states).map(([state, count]) => [stateWords(state), count]))),
      card("Most quoted", bars(statistics.quoted.map((speaker) => [speaker.name, speaker.quotes, `in ${plural(speaker.articles, "article")}`, nameAddress(speaker.kind, speaker.name)]))),
      card("How much was removed", histogram(statistics.noise, "Share of the source that was removed", percent)),
      card("How probably one story", histogram(statistics.scores, "Probability of one story", percent)),
      Object.keys(statistics.structures).length > 0 && card("One story or more", bars(Object.entries(statistics.structures).map(([name, count]) => [structureWords(name), count]))),
      Object.keys(statistics.reasons).length > 0 && card("Could not be read", bars(Object.entries(statistics.reasons))),
    ),
  );
  if (focused === "last") select.focus();
}

function card(title, content) {
  return el("section.card", {}, el("h2.card-title", {}, title), content);
}

function bars(rows) {
  if (!rows.length) return el("p.soft", {}, "None yet.");
  const largest = Math.max(...rows.map(([, count]) => count));
  return el("ol.bars", {}, ...rows.map(([label, count, more, address]) => el("li.bar-row", {}, el("span.bar-label", { dir: "auto" }, address ? el("a.name-link", { href: address }, label) : label, more ? el("span.soft", {}, ` ${more}`) : null), el("span.bar-count", {}, count.toLocaleString("en")), meter(count / largest))));
}

function meter(share) {
  const fill = el("i.bar-fill");
  fill.style.width = `${Math.max(1, Math.round(share * 100))}%`;
  return el("span.bar-track", { "aria-hidden": "true" }, fill);
}

function histogram({ counts, median }, label, format) {
  const largest = Math.max(1, ...counts);
  const columns = counts.map((count, tenth) => {
    const column = el("li.column", {}, el("span.column-count", {}, count ? count.toLocaleString("en") : ""), el("i.column-fill", { "aria-hidden": "true" }), el("span.column-label", {}, format(tenth / 10).replace(" %", ""), el("span.unseen", {}, ` to ${format((tenth + 1) / 10)}: ${count}`)));
    column.children[1].style.height = count ? `${Math.max(2, Math.round((count / largest) * 100))}px` : "1px";
    return column;
  });
  return el("div", {}, el("ol.columns", { "aria-label": `${label}: articles by tenth` }, ...columns), el("p.soft.card-foot", {}, median === null ? "None yet." : `${label}, in percent; median ${format(median)}`));
}
