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
