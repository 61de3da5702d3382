// node nesting.mjs MODULE.wasm: deeply nested sources either compile or are refused with a message; none makes the module trap. It prints
// for each how deep it may nest.

import { Compiler } from "./module.mjs";

// What is before, around and after the innermost expression, once for each level.
const EXPRESSIONS = {
  parentheses: ["(", "a", ")"],
  tuples: ["(", "a", ",)"],
  lists: ["[", "a", "]"],
  dicts: ["{b: ", "a", "}"],
  calls: ["f(", "a", ")"],
  keywords: ["f(b=", "a", ")"],
  subscripts: ["b[", "a", "]"],
  slices: ["b[c:", "a", "]"],
  negations: ["-", "a", ""],
  nots: ["not ", "a", ""],
  powers: ["b ** ", "a", ""],
  sums: ["", "a", " + b"],
  products: ["(b * ", "a", ")"],
  comparisons: ["b < (", "a", ")"],
  chains: ["", "a", " < b"],
  ands: ["", "a", " and b"],
  booleans: ["b and (c or ", "a", ")"],
  attributes: ["", "a", ".b"],
  calls_of_calls: ["", "a", "()"],
  conditionals: ["b if c else ", "a", ""],
  lambdas: ["lambda: ", "a", ""],
  defaults: ["lambda b=", "a", ": c"],
  comprehensions: ["[b for c in ", "a", "]"],
  elements: ["[", "a", " for c in b]"],
  generators: ["(", "a", " for c in b)"],
  loops: ["", "[a for a in a", " for b in c"],
  conditions: ["", "[a for a in a", " if b"],
  assignments: ["(b := ", "a", ")"],
  fields: ["f'{", "a", "}'"],
  targets: ["b = ", "a", ""],
  strings: ["'b' ", "'a'", ""],
};
// The head of a statement with a block. `{}` is where a second head begins, one level deeper.
const STATEMENTS = {
  ifs: "if a:", whiles: "while a:", fors: "for a in b:", withs: "with a:", tries: "try:", functions: "def f():", classes: "class C:",
  generic: "class C[T]:", matches: "match a:\n{}case b:",
};
const VERSIONS = [11, 12, 13, 14, 15];
const DEPTHS = [10, 30, 60, 100, 150, 200, 300, 500, 1000, 3000, 10000, 30000];

function expression([before, inner, after], depth) {
  const text = before.repeat(depth) + inner + after.repeat(depth);
  return text + (inner.startsWith("[") ? "]" : "");
}

function statement(head, depth) {
  let text = "", indent = "";
  for (let level = 0; level < depth && level < 99; level += 1) {
    for (const line of head.split("\n{}")) {
      text += indent + line + "\n";
      indent += " ";
    }
  }
  text += indent + "pass\n";
  if (head !== "try:") return text;
  for (let level = Math.min(depth, 99) - 1; level >= 0; level -= 1) text += " ".repeat(level) + "finally: pass\n";
  return text;
}

function elifs(depth) {
  return "if a: b\n" + "elif a: b\n".repeat(depth);
}

const cases = [
  ...Object.entries(EXPRESSIONS).map(([name, parts]) => [name, (depth) => expression(parts, depth)]),
  ...Object.entries(STATEMENTS).map(([name, head]) => [name, (depth) => statement(head, depth)]),
  ["elifs", elifs],
  ["patterns", (depth) => `match a:\n case ${"[".repeat(depth)}b${"]".repeat(depth)}: pass\n`],
  ["annotations", (depth) => `from __future__ import annotations\ndef f(a: ${"b[".repeat(depth)}c${"]".repeat(depth)}): pass\n`],
  ["type_parameters", (depth) => `def f[T: ${"(".repeat(depth)}b${",)".repeat(depth)}](): pass\n`],
];

const compiler = new Compiler(process.argv[2]);
let traps = 0;
for (const [name, source] of cases) {
  const answers = VERSIONS.map((minor) => {
    let deepest = 0, refusal = "";
    for (const depth of DEPTHS) {
      try {
        const { ok, bytes } = compiler.compile("nested.py", Buffer.from(source(depth)), minor);
        if (ok) deepest = depth;
        else refusal ||= `${depth} ${bytes}`;
      } catch (trap) {
        traps += 1;
        refusal ||= `${depth} TRAP ${trap.message}`;
      }
    }
    return `${deepest}${refusal && ` (${refusal})`}`;
  });
  console.log(`${name}: ${[...new Set(answers)].join("; ")}`);
}
console.log(`${cases.length} kinds of nesting, ${traps} traps`);
process.exit(traps > 0 ? 1 : 0);
