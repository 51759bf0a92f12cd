/**
 * From the install phase to the first line of `deploy`: with `npm ci` as CodeBuild runs it, and with the packages read
 * back from a cache (buildspec.yml). CodeBuild's own download of the cache is not in it.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { STACK } from "../../test/lab/labStack.ts";
import type { BenchStack } from "../benchStack.ts";
import { type Figure, secondsText } from "../figures.ts";

const CHECKOUT = resolve(import.meta.dirname, "..", "..");
/** What a checkout must have for `npm ci` and for the script. */
const CHECKED_OUT = [".npmrc", "package.json", "package-lock.json", "automation", "infra"];
const NPM_CI = ["ci", "--omit=dev", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"];
const ARCHIVE = "packages.tar";

export interface InstallSample {
  readonly installMs: number;
  /** From the start of `deploy` to the first thing that it says. */
  readonly firstLineMs: number;
}

export interface InstallSamples {
  readonly installed: InstallSample;
  readonly cached: InstallSample;
  readonly megabytes: number;
}

export async function measureInstall(bench: BenchStack): Promise<InstallSamples> {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-install-"));
  const run = (command: string, args: readonly string[]) =>
    execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const timed = async (work: () => unknown): Promise<InstallSample> => {
    rmSync(join(folder, "node_modules"), { recursive: true, force: true });
    const started = performance.now();
    work();
    const installMs = performance.now() - started;
    return { installMs, firstLineMs: await firstLine(bench, folder) };
  };
  try {
    for (const name of CHECKED_OUT) cpSync(join(CHECKOUT, name), join(folder, name), { recursive: true });
    // What is not in npm's own cache yet would count against the first.
    run("npm", NPM_CI);
    const installed = await timed(() => run("npm", NPM_CI));
    run("tar", ["-cf", ARCHIVE, "node_modules"]);
    const cached = await timed(() => run("tar", ["-xf", ARCHIVE]));
    const [kilobytes = ""] = run("du", ["-sk", "node_modules"]).split("\t");
    return { installed, cached, megabytes: Number(kilobytes) / 1000 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Deploys with nothing changed, up to the first line: the deploy is stopped in its preview. */
async function firstLine({ env, stack }: BenchStack, checkout: string): Promise<number> {
  const main = join(checkout, "automation", "main.ts");
  const args = [main, "deploy", "--no-slack", "--stack", STACK, "--project", stack.project];
  const started = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  const closed = once(child, "close");
  const [said] = await Promise.race([once(child.stderr, "data"), closed]);
  const milliseconds = performance.now() - started;
  child.kill("SIGINT");
  child.stderr.resume();
  await closed;
  // Anything else is a deploy that could not begin.
  if (!/^Looking at what pulumi up would change/.test(String(said))) throw new Error(`deploy said: ${said}`);
  return milliseconds;
}

/** Pure. */
export function installFigures({ installed, cached, megabytes }: InstallSamples): Figure[] {
  const total = ({ installMs, firstLineMs }: InstallSample) => installMs + firstLineMs;
  const text = (sample: InstallSample) =>
    `${secondsText(total(sample))}, of it the packages ${secondsText(sample.installMs)}`;
  return [
    {
      figure: `packages to the first line of deploy, read back from a cache (${megabytes.toFixed(0)} MB, 1 round)`,
      measured: `${text(cached)}; with \`npm ci\` ${text(installed)}: ${(total(cached) / total(installed)).toFixed(2)}`,
      goal: "under 10 s",
      met: total(cached) < 10_000,
    },
  ];
}
