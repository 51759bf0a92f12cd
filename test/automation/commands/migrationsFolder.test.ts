import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, it } from "node:test";
import type { CommandContext } from "../../../automation/cli/context.ts";
import { defaultsOf, findFolder } from "../../../automation/commands/migrationsFolder.ts";

const ROOT = resolve(import.meta.dirname, "..", "..", "..");
const context = { home: ROOT } as CommandContext;

describe("the folder of migrations without a stack", () => {
  it("is that of Pulumi.yaml's defaults", () => {
    assert.equal(findFolder(context, {}), resolve(ROOT, "app/resources/db/migrations"));
  });

  it("is --dir, against the working folder", () => {
    assert.equal(findFolder(context, { dir: "db" }), resolve("db"));
  });

  it("is the usual one where the project has no Pulumi.yaml", () => {
    assert.equal(findFolder(context, { project: "/nowhere" }), "/nowhere/app/resources/db/migrations");
  });
});

describe("defaultsOf", () => {
  it("reads this project's Pulumi.yaml", () => {
    assert.deepEqual(defaultsOf(readFileSync(resolve(ROOT, "Pulumi.yaml"), "utf8")), {
      appPath: "./app",
      migrationsPath: "resources/db/migrations",
    });
  });

  it("reads other defaults, quoted or not, and takes no other key's", () => {
    const yaml = `config:
  appPath:
    type: string
    default: "../shop api"

    description: "default: no"
  other:
    default: wrong
  migrationsPath:
    description: none
  last:
    default: wrong too
`;
    assert.deepEqual(defaultsOf(yaml), { appPath: "../shop api", migrationsPath: "resources/db/migrations" });
  });
});
