/** The CLI as a process, with a Pulumi CLI that is a script. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "./runFixture.ts";

const MAIN = join(import.meta.dirname, "..", "..", "automation", "main.ts");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandRun {
  /** What the Pulumi CLI does, in sh. */
  readonly pulumi?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly closeStdout?: boolean;
}

export async function runCommand(
  t: { after(fn: () => Promise<void>): void },
  args: readonly string[],
  options: CommandRun = {},
): Promise<Ended> {
  const home = await temporaryHome(t);
  await writeFile(join(home, "pulumi"), `#!/bin/sh\n${options.pulumi ?? "exit 1"}\n`);
  await chmod(join(home, "pulumi"), 0o755);
  const env = { ...options.env, HOME: home, PATH: `${home}:${process.env.PATH}`, CI: "true" };
  const child = spawn(process.execPath, [MAIN, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (part) => {
    stdout += part;
  });
  child.stderr.on("data", (part) => {
    stderr += part;
  });
  if (options.closeStdout) child.stdout.destroy();
  const [code] = await once(child, "close");
  return { code, stdout, stderr };
}
