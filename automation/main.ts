#!/usr/bin/env node
/** The process: arguments, signals, streams, exit code. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommanderError } from "commander";
import { createCommands } from "./commands.ts";
import { EcsMigrateError, EXIT, type ExitCode } from "./errors.ts";
import { createProgram } from "./program.ts";
import { redactor } from "./redact.ts";
import { createTerminal } from "./terminal.ts";

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const { env, argv, stdout, stderr, stdin } = process;
const redact = redactor(
  [env.SLACK_WEBHOOK_URL, env.AWS_SECRET_ACCESS_KEY, env.PULUMI_CONFIG_PASSPHRASE].filter(
    (secret) => secret !== undefined && secret.length >= 8,
  ) as string[],
);
const plain = env.CI !== undefined || env.NO_COLOR !== undefined || env.TERM === "dumb";
const { default: yoctoSpinner } =
  stderr.isTTY && !plain ? await import("yocto-spinner") : { default: undefined };
const terminal = createTerminal({
  stream: stderr,
  redact,
  now: Date.now,
  ...(yoctoSpinner ? { spinner: (text: string) => yoctoSpinner({ text, stream: stderr }) } : {}),
});

process.exitCode = await run();

async function run(): Promise<number> {
  let exitCode: ExitCode = EXIT.ok;
  const stopped = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    terminal.say(`${name}: stopping to watch`);
    stopped.abort();
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const commands = createCommands({
    env,
    home,
    terminal,
    signal: stopped.signal,
    interactive: stdin.isTTY === true && stderr.isTTY === true && env.CI === undefined,
    color: stdout.isTTY === true && !plain,
    print: (text) => stdout.write(text),
    finish: (code) => {
      exitCode = code;
    },
  });
  try {
    await createProgram(commands, packageVersion()).parseAsync(argv);
    return exitCode;
  } catch (error) {
    return stopped.signal.aborted && !(error instanceof EcsMigrateError) ? EXIT.interrupted : told(error);
  } finally {
    process.removeListener("SIGINT", stop).removeListener("SIGTERM", stop);
  }
}

/** Tells an error that ended the command and gives its exit code. Commander has told its own already. */
function told(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const verbose = argv.includes("--verbose");
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof EcsMigrateError)) {
    stderr.write(
      `${redact(verbose && error instanceof Error ? (error.stack ?? message) : `${message} (an error of this program's own; --verbose shows where)`)}\n`,
    );
    return EXIT.unknown;
  }
  stderr.write(`${redact(message)}\n`);
  if (verbose) stderr.write(`${redact(describeCauses(error))}\n`);
  return error.exitCode;
}

function describeCauses(error: Error): string {
  const { cause } = error;
  const own = error.stack ?? error.message;
  return cause instanceof Error ? `${own}\nCaused by: ${describeCauses(cause)}` : own;
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as { version: string };
  return version;
}
