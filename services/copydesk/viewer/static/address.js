// The address of a view: `#/VIEW/ID?settings`. Everything that a reader chose is in it, so that it can be shared.

/**
 * The view and its settings in the address.
 *
 * @returns {{view: string, id: string, settings: URLSearchParams, hasSettings: boolean}}
 */
export function readAddress() {
  const [path, ...rest] = location.hash.split("?");
  const [, view = "", id = ""] = path.split("/");
  let decoded = id;
  try {
    decoded = decodeURIComponent(id);
  } catch {
    // the id as it is in the address
  }
  return { view, id: decoded, settings: new URLSearchParams(rest.join("?")), hasSettings: rest.length > 0 };
}

/** Replace settings of the address, without a new entry in the history; empty values are left out. */
export function writeSettings(changes) {
  const { settings } = readAddress();
  for (const [name, value] of Object.entries(changes)) {
    if (value) settings.set(name, value);
    else settings.delete(name);
  }
  const [path] = location.hash.split("?");
  const query = settings.toString();
  history.replaceState(null, "", `${path || "#/"}${query ? `?${query}` : ""}`);
}
