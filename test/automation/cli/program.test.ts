import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Command, CommanderError } from "commander";
import { duration } from "../../../automation/cli/options.ts";
import { type Commands, createProgram } from "../../../automation/cli/program.ts";
import { requireStack } from "../../../automation/commands/locate.ts";
import { ConfigError } from "../../../automation/contract/errors.ts";

/** Parses a command line; answers what was asked for, and all that was printed. */
async function parse(...args: string[]) {
  const asked: unknown[] = [];
  let printed = "";
  const commands = new Proxy({} as Commands, {
    get:
      (_, name) =>
      async (...given: unknown[]): Promise<void> => {
        asked.push([name, ...given]);
      },
  });
  const program = createProgram(commands, "1.2.3");
  quiet(program, (text) => {
    printed += text;
  });
  const error = await program.parseAsync(args, { from: "user" }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { asked: asked[0] as [string, ...unknown[]] | undefined, printed, error };
}

function quiet(command: Command, write: (text: string) => void): void {
  command.configureOutput({ writeOut: write, writeErr: write });
  for (const child of command.commands) quiet(child, write);
}

describe("program", () => {
  test("--help says of each exit code what the README says of it", async () => {
    const help = (await parse("--help")).printed.replace(/\s+/g, " ");
    const readme = readFileSync(join(import.meta.dirname, "..", "..", "..", "README.md"), "utf8");
    const rows = [...readme.matchAll(/^\| (\d+) \| ([^|:;]+?)[:;|].*?([^|]+) \|$/gm)];
    assert.equal(rows.length, 9);
    const listed = help.slice(help.indexOf("Exit codes:"));
    for (const [, code] of rows) assert.match(listed, new RegExp(`\\b${code} `), `${code}`);
    const notStarted = rows.find(([, code]) => code === "10")?.[3]?.trim();
    assert.ok(listed.includes(`10 not started (the database is ${notStarted})`), listed);
  });

  const operations: [string[], object][] = [
    [["up"], { name: "up" }],
    [["down", "2"], { name: "down", steps: 2 }],
    [["down", "--all"], { name: "down", steps: "all" }],
    [["goto", "20261124"], { name: "goto", version: 20261124 }],
    [["force", "-1"], { name: "force", version: -1 }],
    [["version"], { name: "version" }],
    [["status"], { name: "status" }],
  ];
  for (const [args, operation] of operations) {
    test(`migrate ${args.join(" ")}`, async () => {
      const { asked, error } = await parse("migrate", ...args, "--stack", "stage");
      assert.equal(error, undefined);
      assert.equal(asked?.[0], "migrate");
      assert.deepEqual(asked?.[1], operation);
    });
  }

  test("the options and what they are by default", async () => {
    const { asked } = await parse("migrate", "up", "-s", "stage");
    const defaults = {
      stack: "stage",
      json: false,
      verbose: false,
      timeout: 3_600_000,
      wait: false,
      stopOnCancel: false,
    };
    assert.deepEqual({ ...(asked?.[2] as object), ...defaults }, asked?.[2]);
    assert.equal(Object.hasOwn(asked?.[2] as object, "slack"), false);
    const set = await parse(
      "migrate",
      "up",
      "--timeout",
      "90s",
      "--wait",
      "--no-slack",
      "--revision",
      "41",
      "--yes",
      "prod",
      "--json",
    );
    const options = { timeout: 90_000, wait: true, slack: false, revision: 41, yes: "prod", json: true };
    assert.deepEqual({ ...(set.asked?.[2] as object), ...options }, set.asked?.[2]);
  });

  const wrong: [string, string[], RegExp][] = [
    ["an unknown command", ["migrat"], /unknown command 'migrat'/],
    ["an unknown option", ["deploy", "--force"], /unknown option '--force'/],
    ["a timeout without its unit", ["deploy", "--timeout", "90"], /like 90s, 45m or 2h/],
    ["a revision that is none", ["migrate", "up", "--revision", "latest"], /whole number of 1 or more/],
    ["goto without a version", ["migrate", "goto"], /missing required argument 'version'/],
    ["attach without a task", ["attach"], /missing required argument 'task'/],
  ];
  for (const [name, args, message] of wrong) {
    test(`${name} is told, with the way to the help`, async () => {
      const { asked, printed, error } = await parse(...args);
      assert.equal(asked, undefined);
      assert.ok(error instanceof CommanderError && error.exitCode === 1);
      assert.match(printed, message);
      assert.match(printed, /--help shows the options/);
    });
  }

  test("down without a number is a configuration error, and nothing is asked for", async () => {
    const { asked, error } = await parse("migrate", "down", "--stack", "stage");
    assert.equal(asked, undefined);
    assert.ok(error instanceof ConfigError);
  });

  test("help shows examples and the exit codes", async () => {
    assert.match(
      (await parse("--help")).printed,
      /Exit codes: 0 applied or unchanged, 2 wrong usage .*14 unknown or timed out/s,
    );
    for (const args of [["deploy"], ["migrate"], ["attach"]])
      assert.match((await parse(...args, "--help")).printed, /Examples?:\n {2}\S*.*ecs-migrate /);
    assert.equal((await parse("--version")).printed, "1.2.3\n");
  });
});

test("duration reads seconds, minutes and hours", () => {
  assert.deepEqual(["90s", "45m", "2h"].map(duration), [90_000, 2_700_000, 7_200_000]);
  for (const text of ["0s", "5", "m", "-1s", "1.5h", "1d"])
    assert.throws(() => duration(text), /like 90s, 45m or 2h/);
});

test("requireStack takes --stack before the branch, and says what is missing", () => {
  assert.equal(requireStack("prod", "stage", "stage/x"), "prod");
  assert.equal(requireStack(undefined, "stage", "stage/x"), "stage");
  assert.equal(requireStack("org/ecs-migrate/prod", undefined, null), "org/ecs-migrate/prod");
  assert.throws(
    () => requireStack(undefined, undefined, null),
    /Which stack\? there is no branch to tell it by; name it with --stack/,
  );
  assert.throws(
    () => requireStack(undefined, undefined, "main"),
    /the branch main is neither stage\/\* nor prod\/\*/,
  );
  assert.throws(() => requireStack("a b; rm", undefined, null), ConfigError);
});
