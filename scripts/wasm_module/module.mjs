// The module of this folder as a compiler.

import { readFileSync } from "node:fs";

export class Compiler {
  constructor(path) {
    this.bytes = readFileSync(path);
    this.module = new WebAssembly.Module(this.bytes);
    this.start();
  }

  // Without imports: the module can do nothing but compute.
  start() {
    this.exports = new WebAssembly.Instance(this.module, {}).exports;
  }

  // Whether the source compiles for Python 3.`minor`, and the pyc or the text of the error. Throws if the module traps; it is started
  // anew then.
  compile(name, source, minor) {
    const text = Buffer.concat([Buffer.from(name), Buffer.from([0]), source]);
    try {
      const { memory, input, compile, output, output_length } = this.exports;
      const address = input(text.length);
      new Uint8Array(memory.buffer).set(text, address);
      const ok = compile(minor) === 1;
      return { ok, bytes: Buffer.from(memory.buffer, output(), output_length()) };
    } catch (trap) {
      this.start();
      throw trap;
    }
  }
}
