// Statistics of the last articles.

import { el, percent, plural, svg } from "./dom.js";
import { nameAddress } from "./links.js";
import { timeline } from "./timeline.js";
import { deathWords, stateWords, structureWords } from "./words.js";

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
    el("p.soft", {}, `Over ${plural(statistics.articles, "article")}, the newest arrivals; ${plural(statistics.quotes, "quotation")} in them.`),
    el(
      "div.cards",
      {},
      statistics.days.length > 1 && el("section.card.wide", {}, el("h2.card-title", {}, "Over time, by day of publication"), el("div.plots", {}, timeline(statistics.days, "article", 400), timeline(statistics.days, "quotation", 400))),
      card("Most quoted", bars(statistics.quoted.map((speaker) => [speaker.name, speaker.quotes, `in ${plural(speaker.articles, "article")}`, nameAddress(speaker.kind, speaker.name)]))),
      el(
        "div.card-stack",
        {},
        card("What became of them", bars(Object.entries(statistics.states).map(([state, count]) => [stateWords(state), count]))),
        Object.keys(statistics.structures).length > 0 && card("One story or more", bars(Object.entries(statistics.structures).map(([name, count]) => [structureWords(name), count]))),
        Object.keys(statistics.reasons).length > 0 && card("Could not be read", bars(Object.entries(statistics.reasons).map(([reason, count]) => [reason.replace(/: (.*)/, (_, word) => `: ${deathWords(word)}`), count]))),
      ),
      el("section.card.wide", {}, el("h2.card-title", {}, "By site"), siteTable(statistics)),
      card("How much was removed", histogram(statistics.noise, "Share of the source that was removed")),
      card("How probably one story", histogram(statistics.scores, "Probability of one story")),
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

/** Articles, quotations, and medians of each site; a site's name opens its articles. */
function siteTable({ sites, other_sites: others }) {
  if (!sites.length) return el("p.soft", {}, "None yet.");
  const most = Math.max(...sites.map((site) => site.articles));
  const share = (value) => (typeof value === "number" ? percent(value) : "–");
  const rows = sites.map((site) =>
    el(
      "tr",
      {},
      el("th", { scope: "row", dir: "auto" }, site.site ? el("a.name-link", { href: `#/?${new URLSearchParams({ site: site.site })}` }, site.site) : "no site", meter(site.articles / most)),
      ...[site.articles.toLocaleString("en"), site.quotes.toLocaleString("en"), share(site.removed), share(site.score)].map((value) => el("td.number", {}, value)),
    ),
  );
  return [
    el("div.scroll", { tabindex: "0", role: "region", "aria-label": "Sites" }, el("table.sites", {}, el("thead", {}, el("tr", {}, ...[["site"], ["articles"], ["quotations"], ["removed", "Median share of the source that was removed"], ["one story", "Median probability of one story"]].map(([name, title]) => el("th", { scope: "col", title }, name)))), el("tbody", {}, ...rows))),
    others > 0 && el("p.soft.card-foot", {}, `and ${plural(others, "further site")}`),
  ];
}

const WIDTH = 300;
const HEIGHT = 92;
const BASE = 72;

/** Plot of the numbers of articles by tenths. */
function histogram({ counts, median }, label) {
  if (median === null) return el("p.soft", {}, "None yet.");
  const largest = Math.max(1, ...counts);
  const width = WIDTH / counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const columns = counts.flatMap((count, tenth) => {
    const height = count ? Math.max(2, (count / largest) * (BASE - 16)) : 0;
    const x = tenth * width;
    return [
      svg("rect", { class: "time-bar", x: x + 1, y: BASE - height, width: width - 2, height }, svg("title", {}, `${percent(tenth / 10)} to ${percent((tenth + 1) / 10)}: ${plural(count, "article")}`)),
      count ? svg("text", { class: "time-label", x: x + width / 2, y: BASE - height - 4, "text-anchor": "middle" }, count.toLocaleString("en")) : svg("g"),
    ];
  });
  const ticks = [0, 0.5, 1].map((share) => svg("text", { class: "time-label", x: share * WIDTH, y: HEIGHT - 5, "text-anchor": { 0: "start", 0.5: "middle", 1: "end" }[share] }, percent(share)));
  const x = median * WIDTH;
  const marker = svg("line", { class: "median", x1: x, x2: x, y1: 2, y2: BASE });
  return el(
    "figure.histogram",
    {},
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${label}, ${plural(total, "article")} by tenths: ${counts.join(", ")}; median ${percent(median)}` }, svg("line", { class: "time-axis", x1: 0, x2: WIDTH, y1: BASE + 0.5, y2: BASE + 0.5 }), ...columns, marker, ...ticks),
    el("figcaption.soft.card-foot", {}, `${label}; median ${percent(median)}, the line`),
  );
}
