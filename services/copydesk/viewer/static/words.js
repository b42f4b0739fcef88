// The stages' values in an editor's words. A value that is not known here is shown as it is.

import { percent } from "./dom.js";

const lookup = (words, value) => words[value] ?? String(value).replaceAll("_", " ");

const REASONS = {
  __proto__: null, // any word may come, also the name of a property that every object has
  title: ["headline again", "The headline stood in the text once more."],
  photo: ["caption or credit", "Words that belong to a picture."],
  promo: ["advertisement of the site", "The site asks for a subscription, a donation, a click."],
  related: ["link to another story", "A headline or a link of another article."],
  teaser: ["teaser of another story", "The beginning of another article."],
  byline: ["author or date line", "Who wrote it, and when."],
  legal: ["legal notice", "Copyright, terms, an agency’s conditions."],
  navigation: ["menu or link", "A menu, a button, a list of links around the article."],
  duplicate: ["said twice", "The same words stand in the text already."],
  repeated: ["on other pages, too", "Other articles of this site have the same words."],
  other: ["not part of the story", "No single kind; the model sees no part of the story in it."],
};

/** Reason of a removal, and what it means. */
export const removalWords = (reason) => REASONS[reason] ?? [lookup({ __proto__: null }, reason), "A reason that this page does not know."];

const FLAGS = { __proto__: null, off_topic: "may belong to another story", furniture: "may be no part of the story", teaser: "may announce another story", duplicate: "says again what was said" };

/** Verdict on a paragraph that stays, with the number behind it. */
export function flagWords(unit) {
  const share = { __proto__: null, off_topic: unit.off_topic_probability, teaser: unit.off_topic_probability, furniture: unit.furniture_probability }[unit.flag];
  return `${lookup(FLAGS, unit.flag)}${typeof share === "number" ? `, ${percent(share)} sure` : ""}`;
}

const STRUCTURES = { __proto__: null, single: "one story", tail: "another story at the end", intrusion: "another story inside", mixed: "two stories mixed", multi_story: "several stories" };

/** How many stories an article is. */
export const structureWords = (structure) => lookup(STRUCTURES, structure);

const STATUSES = { __proto__: null, too_short: "too short to tell", unsupported_language: "language not judged", no_text: "no text left", degraded: "judged with less evidence", inconclusive: "cannot be told" };

/** Reason for which an article has no score. */
export const statusWords = (status) => lookup(STATUSES, status);

const DOUBTS = { __proto__: null, uncertain: "read with care", degraded: "speakers may be missing" };

export const doubtWords = (doubt) => lookup(DOUBTS, doubt);

/** What the doubts mean, for a tooltip. */
export const DOUBT_NOTES = {
  __proto__: null,
  uncertain: "So much would have been removed that the cleaner held back.",
  degraded: "There was no grammar of the text (its language, its length): only quotation marks and names were looked at.",
};

const STATES = { __proto__: null, raw: "arrived", cleaned: "cleaned", extracted: "names and quotations", scored: "done", dead: "could not be read", unreadable: "could not be read", withdrawn: "withdrawn" };

/** State of an article, or of what has been done to it. */
export const stateWords = (state) => lookup(STATES, state);

const DEATHS = { __proto__: null, invalid: "not an article", rejected: "refused", failed: "an error in copydesk", oversized: "too large" };

/** Reason for which a stage could not read an article. */
export const deathWords = (reason) => lookup(DEATHS, reason);

const FORMS = { __proto__: null, shortened: "shortened", marks: "other marks", words: "other words", spelling: "other spelling", person: "another person of the verb", bracket: "words in brackets", ellipsis: "words left out", number: "a number differs", negation: "a negation differs", name: "a name differs" };

/** Kind of change from the first form of a quotation. */
export const formWords = (change) => lookup(FORMS, change);
