/**
 * From `npm ci` as CodeBuild runs it to the first line of `deploy`, against the same with the development dependencies;
 * each from a warm npm cache, in a checkout of its own.
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
/** As buildspec.yml has it. */
const PRODUCTION = ["--omit=dev", "--omit=optional"];

export interface InstallSample {
  readonly installMs: number;
  /** From the start of `deploy` to the first thing that it says. */
  readonly firstLineMs: number;
  readonly megabytes: number;
}

export interface InstallSamples {
  readonly production: InstallSample;
  readonly all: InstallSample;
}

export async function measureInstall(bench: BenchStack): Promise<InstallSamples> {
  // What is not in the cache yet would count against whoever comes first.
  await measure(bench, []);
  return { production: await measure(bench, PRODUCTION), all: await measure(bench, []) };
}

async function measure(bench: BenchStack, omit: readonly string[]): Promise<InstallSample> {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-install-"));
  try {
    for (const name of CHECKED_OUT) cpSync(join(CHECKOUT, name), join(folder, name), { recursive: true });
    const started = performance.now();
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", ...omit], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const installMs = performance.now() - started;
    const size = execFileSync("du", ["-sk", "node_modules"], { cwd: folder, encoding: "utf8" });
    const megabytes = Number(size.split("\t")[0]) / 1000;
    return { installMs, firstLineMs: await firstLine(bench, folder), megabytes };
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
export function installFigures({ production, all }: InstallSamples): Figure[] {
  const total = ({ installMs, firstLineMs }: InstallSample) => installMs + firstLineMs;
  const text = (sample: InstallSample) =>
    `${secondsText(total(sample))}, of it \`npm ci\` ${secondsText(sample.installMs)}, ${sample.megabytes.toFixed(0)} MB`;
  return [
    {
      figure: "`npm ci` in CodeBuild to the first line of deploy, warm cache (1 round)",
      measured: `${text(production)}; with development dependencies ${text(all)}`,
      goal: "measured, and cut",
      met: total(production) < total(all) && production.megabytes < all.megabytes,
    },
  ];
}
