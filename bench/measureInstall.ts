/** `npm ci` as CodeBuild runs it, against one with the development dependencies, each from a warm npm cache. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Figure, secondsText } from "./figures.ts";

const CHECKOUT = resolve(import.meta.dirname, "..");

export interface InstallSample {
  readonly milliseconds: number;
  readonly megabytes: number;
}

export interface InstallSamples {
  readonly production: InstallSample;
  readonly all: InstallSample;
}

export function measureInstall(): InstallSamples {
  // What is not in the cache yet would count against whoever comes first.
  install([]);
  return { production: install(["--omit=dev"]), all: install([]) };
}

function install(args: readonly string[]): InstallSample {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-install-"));
  try {
    for (const name of ["package.json", "package-lock.json"])
      cpSync(join(CHECKOUT, name), join(folder, name));
    const options = {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"] as ["ignore", "ignore", "inherit"],
    };
    const started = performance.now();
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", ...args], options);
    const milliseconds = performance.now() - started;
    const size = execFileSync("du", ["-sk", "node_modules"], { cwd: folder, encoding: "utf8" });
    return { milliseconds, megabytes: Number(size.split("\t")[0]) / 1000 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Pure. */
export function installFigures({ production, all }: InstallSamples): Figure[] {
  const text = ({ milliseconds, megabytes }: InstallSample) =>
    `${secondsText(milliseconds)}, ${megabytes.toFixed(0)} MB`;
  return [
    {
      figure: "`npm ci --omit=dev`, warm cache (1 round)",
      measured: `${text(production)}; with development dependencies ${text(all)}`,
      goal: "measured, and cut",
      met: production.megabytes < all.megabytes,
    },
  ];
}
