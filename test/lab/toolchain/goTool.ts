/** Programs built with Go from the pinned module files beside this one, once for each version, into the user's cache. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { arch, platform } from "node:os";
import { join } from "node:path";
import { LabError } from "../labError.ts";
import { withLock } from "./lock.ts";

export interface GoTool {
  /** As the report names it. */
  readonly title: string;
  readonly version: string;
  /** The Go package of the program. */
  readonly package: string;
  /** The folder beside this file with its go.mod and go.sum. */
  readonly folder: string;
  /** File name of the binary. */
  readonly binary: string;
  /** The variable into which the linker writes `v` and the version, where the program tells its version. */
  readonly versionVariable?: string;
  /** Packages that the lab never runs, or hardly: they are compiled without optimization, which takes half the time. */
  readonly unoptimized?: readonly string[];
  /** What the first build costs, for the report: `about 4 minutes`. */
  readonly cost: string;
}

export const PULUMI_CLI: GoTool = {
  title: "Pulumi CLI",
  version: "3.274.1",
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  folder: "pulumi",
  binary: "pulumi",
  versionVariable: "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
  // `pulumi api`, drawing of Markdown, and the clouds that are not AWS.
  unoptimized: [
    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi/cloud",
    "github.com/pulumi/pulumi/pkg/v3/cloudsetup/...",
    "github.com/pulumi/pulumi-cloud-sdk/...",
    "github.com/pb33f/...",
    "github.com/aws/aws-sdk-go-v2/service/iam",
    "github.com/alecthomas/chroma/...",
    "github.com/envoyproxy/...",
    "github.com/Azure/...",
    "cloud.google.com/...",
  ],
  cost: "about 4 minutes",
};

export const NODE_LANGUAGE_HOST: GoTool = {
  title: "Pulumi's Node language host",
  version: "3.68.0",
  package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  folder: "nodejs",
  binary: "pulumi-language-nodejs",
  cost: "under a minute",
};

export const DYNAMIC_BRIDGE: GoTool = {
  title: "Pulumi's dynamic Terraform bridge",
  version: "3.120.0",
  package: "github.com/pulumi/pulumi-terraform-bridge/v3/dynamic",
  folder: "bridge",
  binary: "pulumi-terraform-bridge",
  cost: "about 2 minutes",
};

/**
 * The path of the tool's binary, built first where the cache does not hold it. Two processes at once build it once.
 *
 * @param cacheDir the cache's folder; the key in it is version, system and the digest of the module files
 * @throws {LabError} if Go is missing or the build fails
 */
export async function ensureGoTool(
  tool: GoTool,
  cacheDir: string,
  report: (line: string) => void,
): Promise<string> {
  const source = join(import.meta.dirname, tool.folder);
  const target = join(cacheDir, "tools", await cacheKey(tool, source));
  const binary = join(target, tool.binary);
  if (await exists(binary)) return binary;
  await mkdir(join(cacheDir, "tools"), { recursive: true });
  await withLock(`${target}.lock`, async () => {
    if (!(await exists(binary))) await build(tool, source, target, report);
  });
  return binary;
}

async function build(
  tool: GoTool,
  source: string,
  target: string,
  report: (line: string) => void,
): Promise<void> {
  report(`building ${tool.title} ${tool.version} from the Go module proxy (once, ${tool.cost})`);
  const started = performance.now();
  const scratch = await mkdtemp(`${target}.tmp-`);
  try {
    await goBuild(tool, source, join(scratch, tool.binary));
    await rename(scratch, target);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  report(`built ${tool.title} ${tool.version} in ${Math.round((performance.now() - started) / 1000)} s`);
}

/** `-mod=readonly`: what is built is what go.sum pins. `-p 2`: a laptop stays usable, and memory stays under 4 GB. */
async function goBuild(tool: GoTool, source: string, output: string): Promise<void> {
  const version = tool.versionVariable === undefined ? "" : ` -X ${tool.versionVariable}=v${tool.version}`;
  const plain = (tool.unoptimized ?? []).map((packages) => `-gcflags=${packages}=-N -l`);
  const flags = ["-mod=readonly", "-p", "2", `-ldflags=-s -w${version}`, ...plain];
  const child = spawn("go", ["build", ...flags, "-o", output, tool.package], {
    cwd: source,
    env: { ...process.env, GOFLAGS: "-buildvcs=false", GOWORK: "off" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-2000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", (error) => reject(goMissing(tool, error)));
    child.once("close", resolve);
  });
  if (code !== 0) throw new LabError(`go build of ${tool.title} ${tool.version} failed: ${errors.trim()}`);
}

function goMissing(tool: GoTool, cause: Error): LabError {
  return new LabError(
    `Go is needed to build ${tool.title} ${tool.version} and is not on the PATH; install Go 1.26 or newer from https://go.dev/dl.`,
    { cause },
  );
}

/** How it is compiled is not part of the key: the program does the same. */
async function cacheKey({ unoptimized: _, ...tool }: GoTool, source: string): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(tool));
  for (const file of ["go.mod", "go.sum"]) hash.update(await readFile(join(source, file)));
  return [tool.binary, tool.version, platform(), arch(), hash.digest("hex").slice(0, 12)].join("-");
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
