// JSON indented without parsing it: numbers and strings stay exactly as they are in the message.

const MAX_CHARACTERS = 400_000;

/**
 * Indent a JSON document.
 *
 * @returns {{text: string, whole: boolean}} The indented text, and whether it is complete.
 */
export function indent(text) {
  const whole = text.length <= MAX_CHARACTERS;
  const source = whole ? text : text.slice(0, MAX_CHARACTERS);
  const parts = [];
  let depth = 0;
  const newline = () => `\n${"  ".repeat(Math.min(depth, 40))}`;
  for (const [token] of source.matchAll(/"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s"{}[\],:]+/gs)) {
    const last = parts.at(-1);
    if (token === "{" || token === "[") {
      depth += 1;
      parts.push(token);
      parts.push(newline());
    } else if (token === "}" || token === "]") {
      depth = Math.max(0, depth - 1);
      const isEmpty = parts.length > 1 && (parts.at(-2) === "{" || parts.at(-2) === "[") && last.startsWith("\n");
      if (isEmpty) parts.pop();
      parts.push(isEmpty ? token : newline() + token);
    } else if (token === ",") parts.push(token, newline());
    else parts.push(token === ":" ? ": " : token);
  }
  return { text: parts.join(""), whole };
}
