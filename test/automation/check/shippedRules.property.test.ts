import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseMigrationFileName, sha256 } from "../../../automation/migrations/folder.ts";
import { compare, folder, record } from "./shippedFolders.ts";

test("property: a folder never conflicts with its own record, nor with that of any of its beginnings", () => {
  const texts = fc.uniqueArray(fc.nat(1000), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(texts, fc.nat(12), (versions, cut) => {
      const ascending = versions.toSorted((a, b) => a - b);
      const files = (list: number[]) => Object.fromEntries(list.map((v) => [`${v}_n.up.sql`, `sql ${v}`]));
      const shipped = cut === 0 ? [] : record(files(ascending.slice(0, cut)));
      assert.deepEqual(compare(folder(files(ascending)), shipped), []);
    }),
  );
});

test("property: any one byte changed in a shipped up file is found, and that alone", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (bytes, at, by) => {
        const edited = Uint8Array.from(bytes);
        edited[at % bytes.length] = ((bytes[at % bytes.length] ?? 0) + by) % 256;
        const shipped = [{ version: 7, name: "x", up: sha256(bytes), down: null }];
        const checkout = [
          { file: "7_x.up.sql", parsed: parseMigrationFileName("7_x.up.sql"), bytes: edited },
        ];
        const rules = compare(checkout, shipped).map(({ rule }) => rule);
        assert.deepEqual(rules, ["up-edited"]);
      },
    ),
  );
});
