/** What names a thing is found without a look at all that there is, and it is the same that a look at all finds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Layer } from "../../../../automation/check/postgres/layer.ts";

interface Value {
  readonly names: readonly string[];
}

const key = fc.constantFrom("a", "b", "c", "d");
const change = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), key, names: fc.array(key, { maxLength: 2 }) }),
  fc.record({ kind: fc.constant("delete" as const), key }),
  fc.record({ kind: fc.constant("rename" as const), key, to: key }),
);

function play(
  layer: Layer<Value>,
  changes: readonly (typeof change extends fc.Arbitrary<infer T> ? T : never)[],
) {
  for (const one of changes) {
    if (one.kind === "set") layer.set(one.key, { names: one.names });
    else if (one.kind === "delete") layer.delete(one.key);
    else layer.rename(one.key, one.to);
  }
}

test("linking finds what a look at every entry finds, over a base as well", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), fc.array(change, { maxLength: 12 }), (below, above) => {
      const base = new Layer<Value>(undefined, ({ names }) => names);
      play(base, below);
      const layer = new Layer<Value>(base, ({ names }) => names);
      play(layer, above);
      for (const name of ["a", "b", "c", "d"]) {
        const all = [...layer.entries()].filter(([, { names }]) => names.includes(name));
        assert.deepEqual(layer.linking(name).sort(), all.sort());
      }
    }),
    { numRuns: 2_000, seed: 20261126 },
  );
});

test("and looks at no other: a folder of 10,000 tables costs no more than one of ten", () => {
  let looks = 0;
  const base = new Layer<Value>(undefined, ({ names }) => {
    looks++;
    return names;
  });
  for (let index = 0; index < 10_000; index++) base.set(`t${index}`, { names: [`t${index - 1}`] });
  looks = 0;
  assert.deepEqual(base.linking("t77"), [["t78", { names: ["t77"] }]]);
  assert.equal(looks, 1);
});
