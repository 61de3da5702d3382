// node compare.mjs MODULE.wasm TREE PYCS MINOR TAG LEAST: compiles the sources under TREE in WebAssembly, and compares each with the pyc of the
// same module under PYCS. Fails if one differs, or if there are fewer than LEAST pycs to compare with. It prints a JSON object.

import { readFileSync, readdirSync, existsSync } from "node:fs";
import { join, dirname, basename } from "node:path";

const [wasm, tree, pycs, minor, tag, least] = process.argv.slice(2);
// Without imports: the module can do nothing but compute.
const bytes = readFileSync(wasm);
const compiled_module = await WebAssembly.compile(bytes);
const started = () => new WebAssembly.Instance(compiled_module, {}).exports;
let exports = started();

function compiled(name, source) {
  const { memory, input, compile, output, output_length } = exports;
  const text = Buffer.concat([Buffer.from(name), Buffer.from([0]), source]);
  const address = input(text.length);
  new Uint8Array(memory.buffer).set(text, address);
  const ok = compile(Number(minor)) === 1;
  return { ok, bytes: Buffer.from(memory.buffer, output(), output_length()) };
}

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
    result = compiled(name, source);
  } catch {
    // Out of stack: what is nested deeply needs more than WebAssembly has. The instance is of no use then.
    trapped.push(name);
    exports = started();
    continue;
  }
  seconds += (performance.now() - start) / 1000;
  size += source.length;
  if (result.ok && result.bytes.equals(readFileSync(pyc))) same += 1;
  else different.push(name);
}
console.log(JSON.stringify({ same, different, trapped, wasm_bytes: bytes.length, source_bytes: size, seconds }));
process.exit(different.length > 0 || trapped.length > 0 || same < Number(least) ? 1 : 0);
