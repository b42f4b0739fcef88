// The documents count Unicode code points, JavaScript counts UTF-16 units: an emoji is one there and two here.

/**
 * What turns an offset in code points into an index of this string. Offsets outside of it (nobody promises that they
 * are not) become its beginning or its end.
 */
export function indexer(text) {
  const clamp = (index, most) => Math.min(Math.max(0, Math.trunc(Number(index)) || 0), most);
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
