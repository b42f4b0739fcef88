// Prints what the AsyncAPI project's own parser has against a document, one line each; exit 1 where it is none.
// node asyncapi.cjs FOLDER_OF_NODE_MODULES DOCUMENT
const { createRequire } = require("node:module");
const { join } = require("node:path");

const { Parser, fromFile } = createRequire(join(process.argv[2], "here.js"))("@asyncapi/parser");

fromFile(new Parser(), process.argv[3]).parse().then(({ document, diagnostics }) => {
  for (const one of diagnostics) console.log(`${one.code} at ${one.path.join(".")}: ${one.message}`);
  console.error(document ? document.channels().all().map((one) => one.address()).join(" ") : "no document");
  process.exit(document && diagnostics.length === 0 ? 0 : 1);
});
