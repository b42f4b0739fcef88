// Addresses: of the article where it was published, and of this page's views.

/** Address of the original if a browser may open it (http and https only), else null: an article may hold any URL. */
export function originalAddress(url) {
  if (typeof url !== "string") return null;
  try {
    const { protocol, href } = new URL(url);
    return protocol === "http:" || protocol === "https:" ? href : null;
  } catch {
    return null;
  }
}

/** Attributes of a link that leaves the page: the other site learns nothing, and cannot reach this window. */
export const outside = (href) => ({ href, target: "_blank", rel: "noopener noreferrer" });

/** Words of the address for the kinds of names that have a page. */
const WORDS = { __proto__: null, person: "person", organization: "organisation", location: "place", country: "country" };

/** Kind of a name by the word in the address, or undefined. */
export const kindOf = (word) => Object.keys(WORDS).find((kind) => WORDS[kind] === word);

/** Whether names of this kind have a page. */
export const hasPage = (kind) => kind in WORDS;

/** Address of the page of a person, an organisation, a place or a country. */
export const nameAddress = (kind, name) => `#/${WORDS[kind]}/${encodeURIComponent(name)}`;

export const articleAddress = (id) => `#/article/${encodeURIComponent(id)}`;
