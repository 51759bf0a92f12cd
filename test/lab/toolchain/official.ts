/** Pulumi's own CLI and aws plugin, where the machine has the one and can get the other. */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The oldest CLI that the project is used with. */
const OLDEST = [3, 200] as const;
const AWS_VERSION = "7.48.0";
const PLUGIN_SITE = "https://get.pulumi.com/";
const REACH_MS = 3000;
const INSTALL_MS = 300_000;

/**
 * Makes the official way ready: a good `pulumi` on the PATH, and the aws plugin in `home`.
 *
 * @returns nothing where it is ready, otherwise why not, in a few words
 */
export async function prepareOfficial(
  home: string,
  report: (line: string) => void,
): Promise<string | undefined> {
  const env = { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const version = await run("pulumi", ["version"], { env, timeout: 10_000 }).catch(() => undefined);
  if (version === undefined) return "no pulumi on the PATH";
  if (!isNewEnough(version.stdout))
    return `pulumi ${version.stdout.trim()} is older than ${OLDEST.join(".")}`;
  await mkdir(home, { recursive: true });
  if (await hasAwsPlugin(env)) return undefined;
  if (!(await isReachable(PLUGIN_SITE))) return "Pulumi's plugin site is out of reach";
  report(`installing Pulumi's aws plugin ${AWS_VERSION} (once, about a minute)`);
  return run("pulumi", ["plugin", "install", "resource", "aws", `v${AWS_VERSION}`], {
    env,
    timeout: INSTALL_MS,
  }).then(
    () => undefined,
    (error: Error) => `the aws plugin could not be installed: ${error.message}`,
  );
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
  return plugins.some((plugin) => plugin.name === "aws" && plugin.version === AWS_VERSION);
}

async function isReachable(url: string): Promise<boolean> {
  return fetch(url, { method: "HEAD", signal: AbortSignal.timeout(REACH_MS) }).then(
    () => true,
    () => false,
  );
}
