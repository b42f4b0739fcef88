// A small plot of counts over days: dense, readable without a pointer, and told in words to who cannot see it.

import { el, plural, svg } from "./dom.js";

const HEIGHT = 76;
const BASE = 56; // height of the axis
const DAY_MS = 86_400_000;
const MAX_BARS = 120; // more days than this are summed up by weeks, months or years

const STEPS = [
  [1, "day"],
  [7, "week"],
  [30, "month"],
  [365, "year"],
  [3650, "decade"],
];

/**
 * Plot of days; null if there are fewer than two.
 *
 * @param {[string, number, number][]} days Days, as 2026-11-12, with their numbers of articles and of quotations.
 * @param {"article" | "quotation"} of The number that the bars show.
 * @param {number} width In pixels, about as wide as it is shown: its letters grow with it.
 */
export function timeline(days, of, width = 720) {
  const counted = days.map(([day, articles, quotations]) => [Math.floor(Date.parse(day) / DAY_MS), of === "article" ? articles : quotations]).filter(([day]) => Number.isFinite(day));
  if (counted.length < 2) return null;
  const [first, last] = [counted[0][0], counted.at(-1)[0]];
  const [days_, word] = STEPS.find(([step]) => (last - first) / step < MAX_BARS) ?? STEPS.at(-1);
  const bins = new Map();
  for (const [day, count] of counted) {
    const bin = Math.floor((day - first) / days_);
    bins.set(bin, (bins.get(bin) ?? 0) + count);
  }
  const number = Math.floor((last - first) / days_) + 1;
  const largest = Math.max(1, ...bins.values());
  const step = width / number;
  const bars = [...bins].map(([bin, count]) => {
    const height = count ? Math.max(2, (count / largest) * (BASE - 14)) : 0;
    const title = svg("title", {}, `${label((first + bin * days_) * DAY_MS)}: ${plural(count, of)}`);
    return svg("rect", { class: "time-bar", x: bin * step + Math.min(1, step * 0.1), y: BASE - height, width: Math.max(1, step - Math.min(2, step * 0.2)), height }, title);
  });
  const total = counted.reduce((sum, [, count]) => sum + count, 0);
  const summary = `${plural(total, of)} from ${label(first * DAY_MS)} to ${label(last * DAY_MS)}, at most ${largest.toLocaleString("en")} in a ${word}`;
  return el(
    "figure.timeline",
    {},
    svg(
      "svg",
      { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": summary },
      svg("line", { class: "time-axis", x1: 0, x2: width, y1: BASE + 0.5, y2: BASE + 0.5 }),
      ...bars,
      ...ticks(first, last, width),
      svg("text", { class: "time-label", x: 0, y: 9 }, `${largest.toLocaleString("en")} ${of}${largest === 1 ? "" : "s"} in a ${word} at most`),
    ),
  );
}

const label = (milliseconds) => new Date(milliseconds).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

/** Dates below the axis: both ends, and the middle if there is room. */
function ticks(first, last, width) {
  const middle = Math.floor((first + last) / 2);
  const places = last - first > 8 ? [[first, 0, "start"], [middle, width / 2, "middle"], [last, width, "end"]] : [[first, 0, "start"], [last, width, "end"]];
  return places.map(([day, x, anchor]) => svg("text", { class: "time-label", x, y: HEIGHT - 5, "text-anchor": anchor }, label(day * DAY_MS)));
}
