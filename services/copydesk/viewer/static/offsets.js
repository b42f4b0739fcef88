// Documents count Unicode code points, JavaScript counts UTF-16 units: an emoji is one code point and two units.

/**
 * A function from offsets in code points to indexes of this string. Offsets outside of the string, which a faulty
 * document may have, become its start or its end.
 */
export function indexer(text) {
  const clamp = (index, last) => Math.min(Math.max(0, Math.trunc(Number(index)) || 0), last);
  if (!/[\ud800-\udfff]/.test(text)) return (offset) => clamp(offset, text.length);
  const starts = new Uint32Array(text.length + 1);
  let points = 0;
  for (let index = 0; index < text.length; points += 1) {
    starts[points] = index;
    index += text.codePointAt(index) > 0xffff ? 2 : 1;
  }
  starts[points] = text.length;
  return (offset) => starts[clamp(offset, points)];
}
