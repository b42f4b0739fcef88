// Statistics over the last articles.

import { el, percent, plural, score } from "./dom.js";

const LAST = [100, 500, 1000, 5000];
const chosen = { last: 500 };

/** Load the figures and put them into `container`; stale answers are dropped by `current`. */
export async function show(container, current) {
  const answer = await fetch(`/api/statistics?last=${chosen.last}`);
  if (!answer.ok || !current()) return;
  const found = await answer.json();
  if (!current()) return;
  const select = el("select.field", { id: "last", "aria-label": "Over how many articles" }, ...LAST.map((last) => el("option", { value: last, selected: last === chosen.last }, `last ${last.toLocaleString("en")}`)));
  select.addEventListener("change", () => {
    chosen.last = Number(select.value);
    show(container, current);
  });
  const focused = document.activeElement?.id;
  container.replaceChildren(
    el("a.back", { href: "#/" }, "‹ All articles"),
    el("div.figures-head", {}, el("h1.headline", {}, "Statistics"), select),
    el("p.soft", {}, `Over ${plural(found.articles, "article")}, the newest first; ${plural(found.quotes, "quote")} in them.`),
    el(
      "div.cards",
      {},
      card("What became of them", bars(Object.entries(found.states).map(([state, count]) => [{ dead: "dead letter", raw: "published" }[state] ?? state, count]))),
      card("Most quoted", bars(found.quoted.map((one) => [one.name, one.quotes, `in ${plural(one.articles, "article")}`]))),
      card("Noise share", histogram(found.noise, "Noise share", percent)),
      card("Coherence", histogram(found.scores, "Coherence", score)),
      Object.keys(found.structures).length > 0 && card("One story or more", bars(Object.entries(found.structures).map(([name, count]) => [name.replaceAll("_", " "), count]))),
      Object.keys(found.reasons).length > 0 && card("Dead letters", bars(Object.entries(found.reasons))),
    ),
  );
  if (focused === "last") select.focus();
}

function card(title, content) {
  return el("section.card", {}, el("h2.card-title", {}, title), content);
}

function bars(rows) {
  if (!rows.length) return el("p.soft", {}, "None yet.");
  const most = Math.max(...rows.map(([, count]) => count));
  return el("ol.bars", {}, ...rows.map(([label, count, more]) => el("li.bar-row", {}, el("span.bar-label", { dir: "auto" }, label, more ? el("span.soft", {}, ` ${more}`) : null), el("span.bar-count", {}, count.toLocaleString("en")), filled(count / most))));
}

function filled(share) {
  const fill = el("i.bar-fill");
  fill.style.width = `${Math.max(1, Math.round(share * 100))}%`;
  return el("span.bar-track", { "aria-hidden": "true" }, fill);
}

function histogram(found, label, shown) {
  const most = Math.max(1, ...found.counts);
  const columns = found.counts.map((count, tenth) => {
    const column = el("li.column", {}, el("span.column-count", {}, count ? count.toLocaleString("en") : ""), el("i.column-fill", { "aria-hidden": "true" }), el("span.column-label", {}, shown(tenth / 10).replace(" %", ""), el("span.unseen", {}, ` to ${shown((tenth + 1) / 10)}: ${count}`)));
    column.children[1].style.height = count ? `${Math.max(2, Math.round((count / most) * 100))}px` : "1px";
    return column;
  });
  return el("div", {}, el("ol.columns", { "aria-label": `${label}: articles by tenth` }, ...columns), el("p.soft.card-foot", {}, found.median === null ? "None yet." : `${label === "Noise share" ? "Percent of the source that was removed; " : ""}median ${shown(found.median)}`));
}
