/** Pulumi's own CLI and aws plugin, where the machine has them or can get them. */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { delimiter } from "node:path";
import { promisify } from "node:util";
import { PLUGIN_VERSIONS } from "../provider/versions.ts";
import { PULUMI_CLI } from "./goTool.ts";
import { cachedRelease, installRelease, RELEASES } from "./pulumiRelease.ts";

const run = promisify(execFile);

/** The oldest CLI that the project is used with. */
const OLDEST = [3, 200] as const;
const PLUGIN_SITE = "https://get.pulumi.com/";
const REACH_MS = 3000;
const INSTALL_MS = 300_000;

export interface OfficialOptions {
  /** PULUMI_HOME: where the plugins are. */
  readonly home: string;
  /** The folder of the lab's cache. */
  readonly cacheDir: string;
  readonly report: (line: string) => void;
  /** Where the CLI's releases and the plugins come from; Pulumi's own sites where left out. */
  readonly sites?: { readonly releases: string; readonly plugins: string };
  readonly env?: NodeJS.ProcessEnv;
}

/** Ready, with the folder of the CLI where it is not on the PATH already; or why not, in a few words. */
export type Official =
  | { readonly ready: true; readonly folder: string | undefined }
  | { readonly ready: false; readonly why: string };

/** Makes ready a good `pulumi` (of the PATH, of the cache, or downloaded) and the aws plugin in `home`. */
export async function prepareOfficial(options: OfficialOptions): Promise<Official> {
  const { home, env = process.env } = options;
  try {
    const folder = await findCli(options, env);
    const path = folder === undefined ? env.PATH : [folder, env.PATH].join(delimiter);
    await mkdir(home, { recursive: true });
    await installAwsPlugin(options, { ...env, PATH: path });
    return { ready: true, folder };
  } catch (error) {
    return { ready: false, why: (error as Error).message };
  }
}

/** @returns the CLI's folder, or undefined if the PATH has a good one */
async function findCli(options: OfficialOptions, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const version = await run("pulumi", ["version"], { env: quiet(env), timeout: 10_000 }).catch(
    () => undefined,
  );
  if (version !== undefined && isNewEnough(version.stdout)) return undefined;
  const release = { version: PULUMI_CLI.version, cacheDir: options.cacheDir };
  const cached = await cachedRelease(release);
  if (cached !== undefined) return cached;
  const releases = options.sites?.releases ?? RELEASES;
  const found =
    version === undefined
      ? "no pulumi on the PATH"
      : `pulumi ${version.stdout.trim()} is older than ${OLDEST.join(".")}`;
  if (!(await isReachable(releases))) throw new Error(`${found}, and Pulumi's releases are out of reach`);
  return await installRelease({ ...release, report: options.report, releases });
}

async function installAwsPlugin(options: OfficialOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const { home, report, sites } = options;
  const settings = quiet({ ...env, PULUMI_HOME: home });
  if (await hasAwsPlugin(settings)) return;
  if (!(await isReachable(sites?.plugins ?? PLUGIN_SITE)))
    throw new Error("Pulumi's plugin site is out of reach");
  report(`installing Pulumi's aws plugin ${PLUGIN_VERSIONS.aws} (once, about a minute)`);
  const server = sites === undefined ? [] : ["--server", sites.plugins];
  const args = ["plugin", "install", "resource", "aws", `v${PLUGIN_VERSIONS.aws}`, ...server];
  await run("pulumi", args, { env: settings, timeout: INSTALL_MS }).catch((error: Error) => {
    throw new Error(`the aws plugin could not be installed: ${error.message.trim()}`, { cause: error });
  });
}

function quiet(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" };
}

/** Whether `pulumi version` (`v3.274.1`) names a CLI of the supported kind. Pure. */
export function isNewEnough(version: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(version.trim()) ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1];
}

async function hasAwsPlugin(env: NodeJS.ProcessEnv): Promise<boolean> {
  const { stdout } = await run("pulumi", ["plugin", "ls", "--json"], { env, timeout: 10_000 });
  const plugins = JSON.parse(stdout) as { name: string; version?: string }[];
  return plugins.some((plugin) => plugin.name === "aws" && plugin.version === PLUGIN_VERSIONS.aws);
}

async function isReachable(url: string): Promise<boolean> {
  return fetch(url, { method: "HEAD", signal: AbortSignal.timeout(REACH_MS) }).then(
    () => true,
    () => false,
  );
}
