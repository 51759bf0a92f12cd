import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CommanderError } from "commander";
import { since, stackList } from "../../../automation/cli/options.ts";
import { type Commands, createProgram } from "../../../automation/cli/program.ts";
import { ConfigError } from "../../../automation/contract/errors.ts";

/** The calls that a command line makes, each as its name and arguments. */
async function parse(...words: string[]): Promise<[string, ...unknown[]][]> {
  const calls: [string, ...unknown[]][] = [];
  const commands = new Proxy({} as Commands, {
    get:
      (_, name) =>
      async (...args: unknown[]) => {
        calls.push([String(name), ...args]);
      },
  });
  const program = createProgram(commands, "1.2.3");
  for (const command of program.commands)
    command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  await program.parseAsync(["node", "ecs-migrate", ...words]);
  return calls;
}

const HOUR = 3_600_000;

describe("the commands that only look", () => {
  it("check: everything has a default", async () => {
    assert.deepEqual(await parse("check"), [
      [
        "check",
        {
          against: [],
          fix: false,
          strict: false,
          disable: [],
          markdown: false,
          multiStatement: false,
          format: "human",
          json: false,
          verbose: false,
        },
      ],
    ]);
  });

  it("check: stacks as a list, rules one by one", async () => {
    const [call] = await parse(
      "check",
      "--against",
      "stage,prod,stage",
      "--disable",
      "late",
      "--disable",
      "crlf",
      "--base",
      "main",
      "--fix",
      "--format",
      "sarif",
    );
    const options = call?.[1] as Record<string, unknown>;
    assert.deepEqual(options.against, ["stage", "prod"]);
    assert.deepEqual(options.disable, ["late", "crlf"]);
    assert.deepEqual([options.base, options.fix, options.format], ["main", true, "sarif"]);
  });

  it("check: an --against that names no stack is wrong usage, not a check against nothing", async () => {
    for (const none of ["", " , "])
      await assert.rejects(parse("check", "--against", none), /It must name a stack, such as stage,prod\./);
  });

  it("check: an unknown format is wrong usage", async () => {
    await assert.rejects(parse("check", "--format", "xml"), CommanderError);
  });

  it("new: takes a name of several words", async () => {
    const [call] = await parse("new", "add users email", "--against", "prod", "--dir", "x");
    assert.deepEqual(call, [
      "newMigration",
      "add users email",
      { against: ["prod"], dir: "x", json: false, verbose: false },
    ]);
  });

  it("plan: up where nothing is said, down N, down --all and goto V", async () => {
    const operation = async (...words: string[]) => (await parse("plan", ...words, "--stack", "s"))[0]?.[1];
    assert.deepEqual(await operation(), { name: "up" });
    assert.deepEqual(await operation("up"), { name: "up" });
    assert.deepEqual(await operation("down", "2"), { name: "down", steps: 2 });
    assert.deepEqual(await operation("down", "--all"), { name: "down", steps: "all" });
    assert.deepEqual(await operation("goto", "20261124"), { name: "goto", version: 20261124 });
  });

  for (const words of [
    ["force", "3"],
    ["up", "3"],
    ["down"],
    ["down", "0"],
    ["down", "2", "--all"],
    ["goto"],
    ["goto", "x"],
    ["up", "--all"],
  ])
    it(`plan: ${words.join(" ")} is wrong usage`, () => assert.rejects(parse("plan", ...words), ConfigError));

  it("history: 30 days where nothing is said", async () => {
    const [call] = await parse("history", "--stack", "prod");
    assert.deepEqual(call?.[1], { stack: "prod", since: 30 * 24 * HOUR, json: false, verbose: false });
  });

  it("doctor: asks the database only where told to", async () => {
    const [call] = await parse("doctor", "--stack", "prod", "--timeout", "5m");
    assert.deepEqual(call?.[1], {
      stack: "prod",
      database: false,
      timeout: 300_000,
      json: false,
      verbose: false,
    });
  });

  it("deploy: checks unless told not to", async () => {
    const options = async (...words: string[]) =>
      (await parse("deploy", ...words))[0]?.[1] as Record<string, unknown>;
    const { check, plan, disable, dialect } = await options();
    assert.deepEqual(
      { check, plan, disable, dialect },
      { check: true, plan: false, disable: [], dialect: undefined },
    );
    assert.equal((await options("--no-check")).check, false);
    assert.equal((await options("--plan")).plan, true);
  });

  for (const name of ["check", "new", "plan", "history", "doctor"])
    it(`${name}: --help has an example`, async () => {
      const program = createProgram({} as Commands, "1.2.3");
      let help = "";
      const command = program.commands.find((candidate) => candidate.name() === name);
      command?.configureOutput({ writeOut: (text) => (help += text) });
      command?.outputHelp();
      assert.match(help, new RegExp(`Examples?:\n  ecs-migrate ${name}`));
    });
});

describe("since", () => {
  it("reads minutes, hours, days and weeks", () => {
    assert.deepEqual(
      [since("90m"), since("12h"), since("30d"), since("2w")],
      [1.5 * HOUR, 12 * HOUR, 720 * HOUR, 336 * HOUR],
    );
  });
  for (const text of ["", "0d", "30", "-1d", "1y", "1.5d", "99999d"])
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => since(text), /It must be like/));
});

describe("stackList", () => {
  it("drops blanks and repetitions", () =>
    assert.deepEqual(stackList(" stage, prod,,stage "), ["stage", "prod"]));
});
