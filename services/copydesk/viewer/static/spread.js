// A small plot of the articles that have a quotation, over time; told in words to who cannot see it.

import { el, moment, plural, svg } from "./dom.js";

const [WIDTH, HEIGHT] = [640, 104];
const [TOP, BASE] = [22, 80]; // heights of the last article and of the axis
const MARGIN = 8;

/**
 * Plot of sightings; null if fewer than two have different times.
 *
 * @param {{article: string, site: string | null, at: string | null, copy_of: string | null}[]} sightings
 */
export function spread(sightings) {
  const first = new Map();
  for (const one of sightings) if (Number.isFinite(Date.parse(one.at)) && !first.has(one.article)) first.set(one.article, one);
  const dated = [...first.values()].map((one) => ({ ...one, time: Date.parse(one.at) })).sort((a, b) => a.time - b.time);
  const [from, to] = [dated[0]?.time, dated.at(-1)?.time];
  if (!(to > from)) return null;
  const x = (time) => MARGIN + ((time - from) / (to - from)) * (WIDTH - 2 * MARGIN);
  const y = (count) => BASE - (count / dated.length) * (BASE - TOP);
  const steps = dated.map((one, number) => `H${x(one.time).toFixed(1)}V${y(number + 1).toFixed(1)}`).join("");
  const dots = dated.map((one, number) => svg("circle", { class: one.copy_of ? "spread-dot copy" : "spread-dot", cx: x(one.time).toFixed(1), cy: y(number + 1).toFixed(1), r: 4 }, svg("title", {}, `${moment(one.time)}: ${one.site ?? one.article}`)));
  const summary = `${plural(dated.length, "article")} from ${moment(from)} to ${moment(to)}`;
  return el(
    "figure.spread",
    {},
    svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": summary },
      svg("line", { class: "time-axis", x1: 0, x2: WIDTH, y1: BASE + 0.5, y2: BASE + 0.5 }),
      svg("path", { class: "spread-line", d: `M${MARGIN} ${BASE}${steps}` }),
      ...dots,
      svg("text", { class: "time-label", x: 0, y: 10 }, plural(dated.length, "article")),
      svg("text", { class: "time-label", x: 0, y: HEIGHT - 7 }, moment(from)),
      svg("text", { class: "time-label", x: WIDTH, y: HEIGHT - 7, "text-anchor": "end" }, moment(to)),
    ),
    dated.some((one) => one.copy_of) && el("figcaption.soft", {}, "Hollow: the same text as another article."),
  );
}
