#!/usr/bin/env node
/** The process: arguments, signals, streams, exit code. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { standpoint, workingFolder } from "./cli/context.ts";
import { knownSecrets } from "./cli/knownSecrets.ts";
import { missingPackages } from "./cli/packages.ts";
import { createStop, STOP_SIGNALS } from "./cli/stopSignals.ts";
import { createCommands } from "./commands/index.ts";
import { EcsMigrateError, EXIT, type ExitCode } from "./contract/errors.ts";
import { createTerminal } from "./report/terminal.ts";
import { fromThere } from "./text/commandLine.ts";

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const { env, argv, stdout, stderr, stdin } = process;
const missing = missingPackages(import.meta.resolve, home);
if (missing !== undefined) {
  stderr.write(`${missing}\n`);
  process.exit(EXIT.usage);
}
const { CommanderError } = await import("commander");
const { createProgram } = await import("./cli/program.ts");
const secrets = knownSecrets(env);
const place = { cwd: workingFolder(env, process.cwd(), home), home, exists: existsSync };
let stands = standpoint(place, undefined);
const pasteable = (text: string): string => fromThere(text, stands, /^\s*[[{]/.test(text));
const interactive = stdin.isTTY === true && stderr.isTTY === true && env.CI === undefined;
const plain = env.CI !== undefined || env.NO_COLOR !== undefined || env.TERM === "dumb";
const { default: yoctoSpinner } =
  stderr.isTTY && !plain ? await import("yocto-spinner") : { default: undefined };
const terminal = createTerminal({
  stream: stderr,
  redact: (text) => pasteable(secrets.redact(text)),
  now: Date.now,
  // Left to itself the spinner ends the process with the first signal, before there is a verdict.
  ...(yoctoSpinner
    ? { spinner: (text: string) => yoctoSpinner({ text, stream: stderr, handleSignals: false }) }
    : {}),
});

// A pipe whose reader went (`| head`, or a `tee` that ^C ended) must not end a run that is under way.
for (const stream of [stdout, stderr]) stream.on("error", () => undefined);
process.on("uncaughtException", (error) => leave(told(error)));
process.exitCode = await run();

async function run(): Promise<number> {
  let exitCode: ExitCode = EXIT.ok;
  const stop = createStop({
    terminal: stdin.isTTY === true,
    say: (line) => terminal.say(line),
    now: Date.now,
    exit: leave,
  });
  for (const name of STOP_SIGNALS) process.on(name, stop.on);
  const commands = createCommands({
    env,
    home,
    cwd: place.cwd,
    terminal,
    signal: stop.signal,
    pulumiSignal: stop.pulumiSignal,
    keepSecret: secrets.add,
    interactive,
    color: stdout.isTTY === true && !plain,
    print: (text) => stdout.write(pasteable(secrets.mask(text))),
    finish: (code) => {
      exitCode = code;
    },
  });
  try {
    const program = createProgram(commands, packageVersion());
    program.hook("preAction", (_, command) => {
      stands = standpoint(place, command.opts().project);
    });
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    if (!stop.signal.aborted || !isAbort(error)) return told(error);
    terminal.say("Stopped before a migration was started: the database is untouched");
    return EXIT.interrupted;
  } finally {
    for (const name of STOP_SIGNALS) process.removeListener(name, stop.on);
  }
}

/** Tells an error that ended the command and gives its exit code. Commander has told its own already. */
function told(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const verbose = argv.includes("--verbose");
  const message = error instanceof Error ? error.message : String(error);
  const own = error instanceof EcsMigrateError;
  const hint = own || verbose ? "" : " (an error of this program's own; --verbose shows where)";
  terminal.say(`${message}${hint}`);
  if (verbose && error instanceof Error) terminal.say(describeCauses(error));
  return own ? error.exitCode : EXIT.unknown;
}

/** Ends the process in the midst of things; a spinner may have hidden the cursor. */
function leave(code: number): never {
  if (stderr.isTTY) stderr.write("\u001b[?25h");
  process.exit(code);
}

/** What a call of ours rejects with when the command is stopped, also as the cause of an error that names the call. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || isAbort(error.cause));
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
