// node compare.mjs MODULE.wasm TREE PYCS MINOR TAG LEAST: compiles the sources under TREE in WebAssembly, and compares each with the pyc of the
// same module under PYCS. Fails if one differs, or if there are fewer than LEAST pycs to compare with. It prints a JSON object.

import { readFileSync, readdirSync, existsSync } from "node:fs";
import { join, dirname, basename } from "node:path";
import { Compiler } from "./module.mjs";

const [wasm, tree, pycs, minor, tag, least] = process.argv.slice(2);
const compiler = new Compiler(wasm);

let same = 0, size = 0, seconds = 0;
const different = [], trapped = [];
const files = readdirSync(tree, { recursive: true, withFileTypes: true });
for (const file of files.filter((file) => file.isFile() && file.name.endsWith(".py"))) {
  const path = join(file.parentPath ?? file.path, file.name);
  const name = path.slice(tree.length).replace(/^\/+/, "");
  const pyc = join(pycs, dirname(name), "__pycache__", `${basename(name, ".py")}.${tag}.pyc`);
  if (!existsSync(pyc)) continue;
  const source = readFileSync(path);
  const start = performance.now();
  let result;
  try {
    result = compiler.compile(name, source, Number(minor));
  } catch {
    trapped.push(name);
    continue;
  }
  seconds += (performance.now() - start) / 1000;
  size += source.length;
  if (result.ok && result.bytes.equals(readFileSync(pyc))) same += 1;
  else different.push(name);
}
console.log(JSON.stringify({ same, different, trapped, wasm_bytes: compiler.bytes.length, source_bytes: size, seconds }));
process.exit(different.length > 0 || trapped.length > 0 || same < Number(least) ? 1 : 0);
