/**
 * Pulumi's own release of the CLI, from the archive that GitHub keeps. Not by the Automation API's install: that runs a
 * script from the network and checks no digest.
 */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { access, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { tryCommand } from "../command.ts";
import { LabError } from "../labError.ts";
import { withLock } from "./lock.ts";

export const RELEASES = "https://github.com/pulumi/pulumi/releases/download";
const DOWNLOAD_MS = 300_000;

export interface ReleaseOptions {
  /** Without its `v`. */
  readonly version: string;
  /** The folder of the lab's cache. */
  readonly cacheDir: string;
  readonly report: (line: string) => void;
  /** The address above the versions' folders; {@link RELEASES} where left out. */
  readonly releases?: string;
}

/** The archive's name on this system (`pulumi-v3.274.1-linux-x64.tar.gz`), or undefined if Pulumi has none. Pure. */
export function archiveName(version: string, platform: string, arch: string): string | undefined {
  if (!["linux", "darwin"].includes(platform) || !["x64", "arm64"].includes(arch)) return undefined;
  return `pulumi-v${version}-${platform}-${arch}.tar.gz`;
}

/** The digest of a file in a list as `sha256sum` writes it, or undefined. Pure. */
export function digestIn(checksums: string, file: string): string | undefined {
  const line = checksums.split("\n").find((each) => each.trim().split(/\s+\*?/)[1] === file);
  return line?.trim().split(/\s+/)[0]?.toLowerCase();
}

/** The folder of the CLI and the language hosts beside it, where the cache holds this version. */
export async function cachedRelease(options: Pick<ReleaseOptions, "version" | "cacheDir">) {
  const folder = folderOf(options);
  return (await exists(join(folder, "pulumi"))) ? folder : undefined;
}

/**
 * Downloads a release, compares its digest with the release's own list, and unpacks it into the cache. Two processes at
 * once do it once.
 *
 * @returns the folder of the CLI and the language hosts beside it
 * @throws {LabError} saying which file could not be had or is not what the list says
 */
export async function installRelease(options: ReleaseOptions): Promise<string> {
  const target = folderOf(options);
  await mkdir(join(target, ".."), { recursive: true });
  await withLock(`${target}.lock`, async () => {
    if (!(await exists(join(target, "pulumi")))) await install(options, target);
  });
  return target;
}

async function install(options: ReleaseOptions, target: string): Promise<void> {
  const { version, releases = RELEASES } = options;
  const archive = archiveName(version, process.platform, process.arch);
  if (archive === undefined)
    throw new LabError(`Pulumi has no archive for ${process.platform} on ${process.arch}.`);
  options.report(`downloading the Pulumi CLI ${version} (once, about a minute)`);
  const scratch = await mkdtemp(`${target}.tmp-`);
  try {
    const checksums = await (await get(`${releases}/v${version}/pulumi-${version}-checksums.txt`)).text();
    const file = join(scratch, archive);
    const digest = await download(`${releases}/v${version}/${archive}`, file);
    const wanted = digestIn(checksums, archive);
    if (digest !== wanted)
      throw new LabError(
        `${archive} has the SHA-256 ${digest}, but the release's list says ${wanted ?? "nothing of it"}.`,
      );
    const unpacked = await tryCommand("tar", ["-xzf", file, "-C", scratch]);
    if (unpacked.code !== 0) throw new LabError(`${archive} cannot be unpacked (${unpacked.stderr.trim()}).`);
    await rename(join(scratch, "pulumi"), target);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function get(url: string): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_MS) }).catch((cause: Error) => {
    throw new LabError(`${url} cannot be had (${cause.message}).`, { cause });
  });
  if (!response.ok) throw new LabError(`${url} cannot be had (HTTP ${response.status}).`);
  return response;
}

/** @returns the SHA-256 of what was written, hex */
async function download(url: string, file: string): Promise<string> {
  const { body } = await get(url);
  if (body === null) throw new LabError(`${url} is empty.`);
  const hash = createHash("sha256");
  await pipeline(
    Readable.fromWeb(body),
    async function* (chunks) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(file),
  );
  return hash.digest("hex");
}

function folderOf({ version, cacheDir }: Pick<ReleaseOptions, "version" | "cacheDir">): string {
  return join(cacheDir, "tools", `pulumi-release-${version}-${process.platform}-${process.arch}`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
