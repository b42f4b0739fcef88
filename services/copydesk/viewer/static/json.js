// JSON made readable without parsing it: numbers and strings stay exactly as they came.

const MOST = 400_000;

/** The text of a JSON document, indented; whether all of it is shown. */
export function indent(text) {
  const whole = text.length <= MOST;
  const source = whole ? text : text.slice(0, MOST);
  const parts = [];
  let depth = 0;
  const line = () => `\n${"  ".repeat(Math.min(depth, 40))}`;
  for (const [token] of source.matchAll(/"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s"{}[\],:]+/gs)) {
    const last = parts.at(-1);
    if (token === "{" || token === "[") {
      depth += 1;
      parts.push(token);
      parts.push(line());
    } else if (token === "}" || token === "]") {
      depth = Math.max(0, depth - 1);
      const opened = parts.length > 1 && (parts.at(-2) === "{" || parts.at(-2) === "[") && last.startsWith("\n");
      if (opened) parts.pop();
      parts.push(opened ? token : line() + token);
    } else if (token === ",") parts.push(token, line());
    else parts.push(token === ":" ? ": " : token);
  }
  return { text: parts.join(""), whole };
}
