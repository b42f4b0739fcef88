// Elements made by script. Text stays text: nothing here parses markup.

/** An element: `el("p.lead", {id: "x", onclick: f}, "text", child, null)`; null and false children are left out. */
export function el(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  setAttributes(node, attributes);
  node.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An SVG element. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  setAttributes(node, attributes);
  node.append(...children);
  return node;
}

function setAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (name.startsWith("aria-")) node.setAttribute(name, String(value));
    else if (value === false) continue;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
}

/**
 * Renders a document part by part: a part that fails, since the document does not keep its contract, is left out, and
 * `note()` names it.
 *
 * @returns {{part: (name: string, render: () => any) => any, note: () => HTMLElement | null}}
 */
export function partwise() {
  const broken = [];
  return {
    part(name, render) {
      try {
        return render();
      } catch {
        broken.push(name);
        return null;
      }
    },
    note: () => (broken.length ? el("p.trouble", {}, `Not shown, since the document does not keep its contract: ${broken.join(", ")}. The JSON has it as it is.`) : null),
  };
}

export const byId = (id) => document.getElementById(id);

/** Share as a percentage: `29 %`. */
export const percent = (share) => `${Math.round(share * 100)} %`;

/** Score with two decimals: `0.94`. */
export const score = (value) => value.toFixed(2);

/** Count with its word: `1 quote`, `2 quotes`. */
export const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

/** Date in words: `12 November 2026`. */
export const longDate = (milliseconds) => new Date(milliseconds).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });

/** Time of day if it is today, else the date. */
export function clock(milliseconds) {
  const time = new Date(milliseconds);
  const today = time.toDateString() === new Date().toDateString();
  return today
    ? time.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })
    : time.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}

/** Day and time: `12 Nov 2026, 08:00`. */
export const moment = (milliseconds) => new Date(milliseconds).toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

/** Duration: `0.4 s`, `12 s`, `3 min`. */
export function duration(milliseconds) {
  if (milliseconds < 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return milliseconds < 120_000 ? `${Math.round(milliseconds / 1000)} s` : `${Math.round(milliseconds / 60_000)} min`;
}
