import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OutputsError } from "../../../automation/contract/errors.ts";
import { parseOutputs } from "../../../automation/contract/outputs.ts";
import { sampleOutputs } from "../../support/sampleOutputs.ts";

/** The problems that `parseOutputs` names; none where it reads the outputs. */
function problemsOf(raw: unknown): readonly string[] {
  try {
    parseOutputs(raw, "stage");
    return [];
  } catch (error) {
    assert.ok(error instanceof OutputsError);
    return error.problems;
  }
}

describe("parseOutputs", () => {
  it("names every missing and mistyped output at once, with its path", () => {
    const { region, ...rest } = sampleOutputs();
    assert.equal(region, "eu-west-1");
    const shipped = { version: 1.5, name: "create_users", up: "AB", down: null };
    const network = { subnets: [], securityGroups: ["sg-1"], assignPublicIp: "no" };
    const changes = { schemaVersion: 2, migrate: "never", network, migrations: [shipped, null] };
    assert.deepEqual(problemsOf({ ...rest, ...changes }), [
      "schemaVersion: Invalid type: Expected 1 but received 2",
      'migrate: Invalid type: Expected ("auto" | "always" | "manual") but received "never"',
      'region: Invalid key: Expected "region" but received undefined',
      "network.subnets: Invalid length: Expected >=1 but received 0",
      'network.assignPublicIp: Invalid type: Expected boolean but received "no"',
      "migrations.0.version: Invalid safe integer: Received 1.5",
      'migrations.0.up: Invalid format: Expected /^[0-9a-f]{64}$/ but received "AB"',
      "migrations.1: Invalid type: Expected Object but received null",
    ]);
  });

  const wrong: [string, Record<string, unknown>][] = [
    ["an empty name", { application: "" }],
    ["a version below 0", { migrations: [{ ...sampleOutputs().migrations[0], version: -1 }] }],
    [
      "a version that a double cannot hold",
      { migrations: [{ ...sampleOutputs().migrations[0], version: 2 ** 53 }] },
    ],
    ["an image by tag", { image: "shop:latest" }],
    ["a digest in upper case", { migrationsSha256: "AB".repeat(32) }],
    ["null where a text must be", { repositoryUrl: null }],
  ];
  for (const [name, changes] of wrong)
    it(`refuses ${name}`, () => assert.equal(problemsOf({ ...sampleOutputs(), ...changes }).length, 1));

  it("refuses what is no object", () => {
    assert.deepEqual(problemsOf(null), ["outputs: Invalid type: Expected Object but received null"]);
  });

  it("leaves out what it does not know, at every depth", () => {
    const outputs = sampleOutputs();
    const later = {
      ...outputs,
      migrations: outputs.migrations.map((migration) => ({ ...migration, author: "alice" })),
      queue: "later",
    };
    assert.deepEqual(parseOutputs(later, "stage"), outputs);
  });
});
