import { spawn } from "node:child_process";

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Written to the command's standard input, which is empty otherwise. */
  readonly input?: string | NodeJS.ReadableStream;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the command is killed. */
  readonly timeout?: number;
}

export interface CommandResult {
  /** The exit code; 127 where the command does not exist, 124 where it was killed by the timeout or by a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that ended with another exit code than 0; `result` has all that it printed. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly result: CommandResult;

  constructor(command: string, args: readonly string[], result: CommandResult) {
    super(`${[command, ...args].join(" ")} ended with ${result.code}: ${lastLine(result)}`);
    this.result = result;
  }
}

/** The last line that says something: of standard error, else of standard output. */
export function lastLine(result: CommandResult): string {
  const text = result.stderr.trim() || result.stdout.trim();
  return text.split("\n").at(-1) ?? "";
}

/** Runs a command to its end. Never throws for a command that fails or does not exist: the result says so. */
export function tryCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  options.signal?.throwIfAborted();
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["pipe", "pipe", "pipe"],
      // Of its own process group, so that Ctrl-C in a terminal leaves the order of stopping to the lab.
      detached: true,
      ...(options.signal && { signal: options.signal }),
      ...(options.timeout !== undefined && { timeout: options.timeout }),
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.name !== "AbortError") resolve({ code: 127, stdout, stderr: error.message });
    });
    child.on("close", (code) => resolve({ code: code ?? 124, stdout, stderr }));
    // A command that ends before it has read all of its input says why by its exit code.
    child.stdin.on("error", () => undefined);
    if (typeof options.input === "object") options.input.pipe(child.stdin);
    else child.stdin.end(options.input ?? "");
  });
}

/**
 * Runs a command to its end.
 *
 * @returns what it printed to standard output
 * @throws {CommandError} if it ends with another exit code than 0
 */
export async function command(
  name: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await tryCommand(name, args, options);
  options.signal?.throwIfAborted();
  if (result.code !== 0) throw new CommandError(name, args, result);
  return result.stdout;
}
