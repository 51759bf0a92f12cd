/** Every command line that the README, the docs, the help and the messages print is one that the program takes; test/lab/firstWeek.test.ts runs them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Command } from "commander";
import { type Commands, createProgram } from "../../automation/cli/program.ts";
import { BEGUN, NOT_RUN, STEPS } from "../lab/firstWeekSteps.ts";
import { messageLines, normalized, printedLines } from "../support/printedLines.ts";

const CHECKOUT = join(import.meta.dirname, "..", "..");

interface Printed {
  readonly where: string;
  /** What follows `ecs-migrate`. */
  readonly words: string;
}

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(CHECKOUT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder}/${file}`);
}

/** A command line ends with its line, a backtick, a pipe, a redirection or a full sentence after it. */
const IN_TEXT = /(?:npx (?:--prefix \S+ )?|^ {2,})ecs-migrate (?=[a-z])([^`\n|>]*)/gm;

function inText(file: string): Printed[] {
  const text = readFileSync(join(CHECKOUT, file), "utf8");
  return [...text.matchAll(IN_TEXT)].map((match) => ({
    where: `${file}:${text.slice(0, match.index).split("\n").length}`,
    words: match[1] ?? "",
  }));
}

/** Words as a shell splits them, without a comment at the end and what a sentence adds. */
function split(words: string): string[] {
  const line = words
    .replace(/\$\{\{.*?\}\}/g, "filled-in")
    .replace(/\s+#.*$/, "")
    .replace(/( says where\)?:?|\)?[.,;:]?)\s*$/, "");
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? "",
  );
}

/** Says what Commander or a parser of ours has against the words; undefined: they are taken. */
async function problemWith(words: string): Promise<string | undefined> {
  const done = async (): Promise<void> => undefined;
  const commands: Commands = {
    ...{ deploy: done, migrate: done, attach: done, rollback: done, check: done, newMigration: done },
    ...{ plan: done, history: done, doctor: done },
  };
  const program = createProgram(commands, "0");
  const silence = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    command.commands.forEach(silence);
  };
  silence(program);
  try {
    await program.parseAsync(split(words), { from: "user" });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const DOCS = [
  "README.md",
  "CONTRIBUTING.md",
  "app/README.md",
  ...filesIn("docs", ".md"),
  "automation/cli/program.ts",
  "automation/cli/programLook.ts",
];

describe("a printed command line", () => {
  test("of the README, the docs and the help is taken", async () => {
    const printed = DOCS.flatMap(inText);
    assert.ok(printed.length > 40, `${printed.length} found`);
    const wrong: string[] = [];
    for (const { where, words } of printed) {
      const problem = await problemWith(words);
      if (problem !== undefined) wrong.push(`${where}: ecs-migrate ${words}: ${problem}`);
    }
    assert.deepEqual(wrong, []);
  });

  test("of a message is taken", async () => {
    const printed = [...messageLines()];
    assert.ok(printed.length >= 10, `${printed.length} found`);
    for (const line of printed)
      assert.equal(await problemWith(line.replace("npx ecs-migrate ", "")), undefined, line);
  });

  test("is run by a test in the lab, or has a reason not to be", () => {
    const run = new Set(STEPS.map(({ line }) => line));
    const printed = [...printedLines().keys(), ...[...messageLines()].map(normalized)];
    const left = printed.filter((line) => !run.has(line) && !BEGUN.test(line) && NOT_RUN[line] === undefined);
    assert.deepEqual(left, [], "add it to test/lab/firstWeekSteps.ts");
    assert.deepEqual(
      [...run].filter((line) => !printed.includes(line)),
      [],
    );
  });

  test("and the test would notice one that is not", async () => {
    for (const words of [
      "deploi --stack prod",
      "migrate down --stack prod",
      "check --formatt json",
      "history --since soon",
    ])
      assert.notEqual(await problemWith(words), undefined, words);
  });
});
