// Two texts compared word by word: what is gone is struck out, what is new is marked.

import { el } from "./dom.js";

const MAX_CELLS = 250_000; // of the table of words by words; larger texts are shown one after the other
const MIN_SHARED = 0.4; // share of common words below which two texts are shown one after the other
const MAX_CHARACTERS = 4000; // of a text, from its beginning

const WORD = /\s*(?:[\p{L}\p{N}\p{M}]+(?:['’-][\p{L}\p{N}\p{M}]+|[.,]\p{N}+)*|\S)/gu;

/** Words that are gone. */
export const gone = (text) => el("del.gone", { dir: "auto" }, cut(text));

/** Words that are new. */
export const fresh = (text) => el("ins.fresh", { dir: "auto" }, cut(text));

/** Nodes of two texts in one: common words once. Texts that have little in common stand one after the other. */
export function compared(was, now) {
  const [before, after] = [wordsOf(cut(was)), wordsOf(cut(now))];
  const runs = align(before, after);
  const shared = runs?.reduce((sum, [kind, words]) => sum + (kind === "same" ? words.length : 0), 0);
  if (!runs || shared < MIN_SHARED * Math.min(before.length, after.length)) return [gone(was), " ", fresh(now)];
  return runs.flatMap(([kind, words]) => {
    const text = words.join("");
    if (kind === "same") return [text];
    const start = text.length - text.trimStart().length;
    return [text.slice(0, start), el(kind === "gone" ? "del.gone" : "ins.fresh", {}, text.slice(start))];
  });
}

const cut = (text) => (text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)} …` : text);

/** Words and marks of a text, each with the space before it. */
const wordsOf = (text) => text.match(WORD) ?? [];

/**
 * Runs of words: common, gone, new; null if the texts are too long to be compared.
 *
 * @returns {["same" | "gone" | "fresh", string[]][] | null}
 */
function align(before, after) {
  const [a, b] = [before, after].map((words) => words.map((word) => word.trim()));
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const [rows, columns] = [a.length - start - end, b.length - start - end];
  if (rows * columns > MAX_CELLS) return null;
  const runs = [];
  const add = (kind, word) => {
    if (runs.at(-1)?.[0] === kind) runs.at(-1)[1].push(word);
    else runs.push([kind, [word]]);
  };
  for (let at = 0; at < start; at += 1) add("same", after[at]);
  const lengths = commonLengths(a.slice(start, start + rows), b.slice(start, start + columns));
  let [row, column] = [0, 0];
  while (row < rows || column < columns) {
    if (row < rows && column < columns && a[start + row] === b[start + column]) {
      add("same", after[start + column]);
      row += 1;
      column += 1;
    } else if (row < rows && (column === columns || lengths[row + 1][column] >= lengths[row][column + 1])) {
      add("gone", before[start + row]);
      row += 1;
    } else {
      add("fresh", after[start + column]);
      column += 1;
    }
  }
  for (let at = b.length - end; at < b.length; at += 1) add("same", after[at]);
  return runs;
}

/** Lengths of the longest common subsequences from each place to both ends. */
function commonLengths(a, b) {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let row = a.length - 1; row >= 0; row -= 1)
    for (let column = b.length - 1; column >= 0; column -= 1)
      lengths[row][column] = a[row] === b[column] ? lengths[row + 1][column + 1] + 1 : Math.max(lengths[row + 1][column], lengths[row][column + 1]);
  return lengths;
}
