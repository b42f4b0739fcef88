// What the page does not publish, and what to do instead. The command refuses the same files.

const INSTEAD = "Save it as text or as HTML and drop that file, or copy its text and paste it here.";

/** Beginnings of files that hold no text, in bytes, with their names. */
const BEGINNINGS = [
  ["%PDF", "a PDF"],
  ["PK\u0003\u0004", "a DOCX, EPUB or ZIP file"],
  ["\u00d0\u00cf\u0011\u00e0", "an old Word file"],
  ["{\\rtf", "an RTF file"],
  ["\u0089PNG", "a picture"],
  ["\u00ff\u00d8\u00ff", "a picture"],
  ["GIF8", "a picture"],
  ["RIFF", "a picture or a recording"],
  ["\u001f\u008b", "a compressed file"],
  ["(\u00b5/\u00fd", "a compressed file"],
  ["BZh", "a compressed file"],
];
const ENDINGS = /\.(pdf|docx?|odt|rtf|pages|epub|xlsx?|pptx?|zip|png|jpe?g|gif|webp|mp[34]|mov)$/i;
const LOOKED_AT = 4096; // bytes

/** Reason why a file is not published, with what to do; empty if it may be. */
export function refuseFile(name, bytes) {
  const start = String.fromCharCode(...bytes.slice(0, 8));
  const kind = BEGINNINGS.find(([beginning]) => start.startsWith(beginning))?.[1];
  if (kind) return `${name} is ${kind}: copydesk reads text and HTML. ${INSTEAD}`;
  if (ENDINGS.test(name)) return `${name} is no text by its name: copydesk reads text and HTML. ${INSTEAD}`;
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (!utf16 && bytes.slice(0, LOOKED_AT).includes(0)) return `${name} holds no text: copydesk reads text and HTML. ${INSTEAD}`;
  return bytes.length ? "" : `${name} is empty.`;
}

/** Reason why a text is not published, with what to do; empty if it may be. */
export function refuseText(text) {
  const words = text.trim().split(/\s+/);
  if (words.every((word) => /^(https?:\/\/|www\.)\S+$/i.test(word)))
    return `This is ${words.length > 1 ? "a list of addresses" : "an address"} and no article: copydesk fetches no pages. Open it in the browser, save it as HTML and drop that file here, or paste its text.`;
  if (text.startsWith("%PDF-")) return `This is the inside of a PDF and no text. ${INSTEAD}`;
  return "";
}
