import { spawn } from "node:child_process";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseResultLine, type ResultLine } from "../../automation/contract/resultLine.ts";

export const ENTRY_POINT = join(import.meta.dirname, "..", "..", "app", "entry_point.sh");

/** A shell that an image may have, and the folder of commands (awk above all) that comes with it. */
export interface Shell {
  readonly name: string;
  readonly command: readonly string[];
  readonly path: string;
}

const BUSYBOX_COMMANDS = [
  "awk",
  "cat",
  "cp",
  "date",
  "grep",
  "mkfifo",
  "mktemp",
  "rm",
  "sed",
  "sleep",
  "sort",
];

/**
 * The shells to test: busybox with its own awk, sed and sort, as Alpine has them; dash and bash with the system's.
 *
 * @throws {Error} where one is not installed: a shell that is not there must not pass
 */
export function shells(folder: string): Shell[] {
  const busybox = find("busybox");
  const applets = join(folder, "busybox");
  mkdirSync(applets);
  for (const name of [...BUSYBOX_COMMANDS, "sh"]) symlinkSync(busybox, join(applets, name));
  const path = process.env.PATH ?? "";
  return [
    { name: "busybox ash", command: [busybox, "ash"], path: applets },
    { name: "dash", command: [find("dash")], path },
    { name: "bash", command: [find("bash")], path },
  ];
}

/** The path of a command that the tests cannot do without. @throws {Error} naming the package to install */
export function find(name: string): string {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/bin", "/usr/bin"];
  const path = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (!path)
    throw new Error(`${name} is not installed; the tests of entry_point.sh need it: apt-get install ${name}`);
  return path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What golang-migrate says (on stderr) and its exit code. */
export interface Reply {
  readonly says: string | Buffer;
  readonly code?: number;
}

/** golang-migrate's answers, in the order in which the script asks. */
export interface Script {
  /** `version` before the operation. */
  readonly before?: Reply;
  /** The operation. */
  readonly run?: Reply;
  /** `version` after the operation; as before where left out. */
  readonly after?: Reply;
  /** `goto 9223372036854775807`, which looks for a dirty mark at none. */
  readonly probe?: Reply;
}

const NONE: Reply = { says: "error: no migration\n", code: 1 };
const NO_SUCH_FILE: Reply = { says: "error: no migration found for version 9223372036854775807\n", code: 1 };

const FAKE = `#!/bin/sh
folder=\${0%/*}
for last; do :; done
printf '%s\\n' "$*" >>"$folder/calls"
reply=run
case $last in
  version) reply=before; [ ! -e "$folder/ran" ] || reply=after ;;
  9223372036854775807) reply=probe ;;
  *) : >"$folder/ran" ;;
esac
cat "$folder/$reply" >&2
exit "$(cat "$folder/$reply.code")"
`;

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly result: ResultLine | undefined;
  /** The arguments of each call of golang-migrate but the four that are always there. */
  readonly calls: readonly string[];
  /** What was left in TMPDIR. */
  readonly left: readonly string[];
}

export interface RunOptions {
  readonly shell: Shell;
  readonly args: readonly string[];
  readonly script?: Script;
  /** More variables; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A program in golang-migrate's place; the fake that follows the script where left out. */
  readonly migrate?: string;
  /** Called once the process runs and with each piece of its output. */
  readonly onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void, folder: string) => void;
}

/** A password with characters that a shell's pattern, a regular expression and JSON read otherwise. */
export const PASSWORD = 's3*[c"r\\t%40';
export const URL = `postgres://app:${PASSWORD}@db.example:5432/shop?sslmode=disable`;

/** Runs entry_point.sh in a folder of its own until it ends. */
export async function runEntryPoint(options: RunOptions): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), "entry-point-"));
  try {
    writeFake(folder, options.script ?? {});
    const temporary = join(folder, "tmp");
    mkdirSync(temporary);
    const env = environment(folder, temporary, options);
    const ended = await start(folder, env, options);
    const lines = ended.stdout.split("\n").slice(0, -1);
    return {
      ...ended,
      lines,
      result: parseResultLine(lines.at(-1) ?? ""),
      calls: readCalls(folder),
      left: readdirSync(temporary),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeFake(folder: string, script: Script): void {
  writeFileSync(join(folder, "migrate"), FAKE);
  chmodSync(join(folder, "migrate"), 0o755);
  const before = script.before ?? NONE;
  const replies = {
    before,
    run: script.run ?? { says: "" },
    after: script.after ?? before,
    probe: script.probe ?? NO_SUCH_FILE,
  };
  for (const [name, reply] of Object.entries(replies)) {
    writeFileSync(join(folder, name), reply.says);
    writeFileSync(join(folder, `${name}.code`), String(reply.code ?? 0));
  }
}

function environment(folder: string, temporary: string, options: RunOptions): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    PATH: options.shell.path,
    TMPDIR: temporary,
    MIGRATION_DB: URL,
    MIGRATE_BIN: options.migrate ?? join(folder, "migrate"),
    MIGRATIONS_PATH: join(folder, "migrations"),
  };
  for (const [name, value] of Object.entries(options.env ?? {})) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}

async function start(
  folder: string,
  env: NodeJS.ProcessEnv,
  options: RunOptions,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [command = "sh", ...first] = options.shell.command;
  const child = spawn(command, [...first, ENTRY_POINT, ...options.args], { env, cwd: folder });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const kill = (signal: NodeJS.Signals) => void child.kill(signal);
  child.stdout.on("data", (data: Buffer) => {
    out.push(data);
    options.onOutput?.(Buffer.concat(out).toString(), kill, folder);
  });
  child.stderr.on("data", (data: Buffer) => err.push(data));
  return await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}

function readCalls(folder: string): string[] {
  const file = join(folder, "calls");
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line) => line.replace(/^-prefetch 0 -path .* -database \S+ /, ""));
}
