/**
 * The Pulumi CLI and plugins that the lab runs with. The official ones where they can be had; otherwise built from the
 * Go module proxy, with the Terraform AWS provider behind the aws plugin. The plugin for awsx is the lab's stand-in in
 * both ways; the image's provider comes with the project.
 */
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { LabError } from "./labError.ts";
import { DYNAMIC_BRIDGE, ensureGoTool, NODE_LANGUAGE_HOST, PULUMI_CLI } from "./toolchain/goTool.ts";
import { prepareOfficial } from "./toolchain/official.ts";
import { installAwsProxy, installAwsx, installCommands } from "./toolchain/plugins.ts";
import { findTerraformAwsProvider } from "./toolchain/terraformProvider.ts";

/** `official` or `registries` forces a way. */
const WAY_VARIABLE = "ECS_MIGRATE_TOOLCHAIN";

export type Way = "official" | "registries";

export interface Toolchain {
  /** The CLI, as a path or as a name on the PATH of `env`. */
  readonly pulumi: string;
  readonly pulumiHome: string;
  /** To be laid over the environment of whatever runs the CLI. */
  readonly env: Readonly<Record<string, string>>;
  readonly way: Way;
}

export interface ToolchainOptions {
  /** Takes one line for each thing that takes time. */
  readonly report: (line: string) => void;
  /** Default: `ecs-migrate` in XDG_CACHE_HOME or ~/.cache. */
  readonly cacheDir?: string;
}

/**
 * Makes the toolchain ready. Safe to call from several processes at once.
 *
 * @throws {LabError} naming what is missing and what to install
 */
export async function ensureToolchain({
  report,
  cacheDir = defaultCache(),
}: ToolchainOptions): Promise<Toolchain> {
  const forced = forcedWay(process.env[WAY_VARIABLE]);
  if (forced !== "registries") {
    const home = homeOf(cacheDir, "official");
    const found = await prepareOfficial({ home, cacheDir, report });
    if (found.ready) {
      await installAwsx(home);
      return official(home, found.folder);
    }
    if (forced === "official") throw new LabError(`${WAY_VARIABLE}=official cannot be had: ${found.why}.`);
    report(`toolchain from registries: ${found.why}`);
  }
  return registries(cacheDir, report);
}

function official(home: string, folder: string | undefined): Toolchain {
  const pulumi = folder === undefined ? "pulumi" : join(folder, "pulumi");
  const folders = [dirname(process.execPath), ...(folder === undefined ? [] : [folder])];
  return toolchain("official", pulumi, home, folders, {});
}

async function registries(cacheDir: string, report: (line: string) => void): Promise<Toolchain> {
  const terraformProvider = await findTerraformAwsProvider();
  const home = homeOf(cacheDir, "registries");
  const pulumi = await ensureGoTool(PULUMI_CLI, cacheDir, report);
  const languageHost = await ensureGoTool(NODE_LANGUAGE_HOST, cacheDir, report);
  const bridge = await ensureGoTool(DYNAMIC_BRIDGE, cacheDir, report);
  await installAwsProxy(home, bridge, terraformProvider);
  await installAwsx(home);
  const commands = await installCommands(home, pulumi, languageHost);
  const folders = [dirname(process.execPath), commands];
  // A plugin that is not there shall fail at once, not search for one.
  const extra = { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };
  return toolchain("registries", join(commands, "pulumi"), home, folders, extra);
}

function toolchain(
  way: Way,
  pulumi: string,
  pulumiHome: string,
  folders: readonly string[],
  extra: Readonly<Record<string, string>>,
): Toolchain {
  const env = {
    PATH: [...folders, process.env.PATH ?? ""].join(delimiter),
    PULUMI_HOME: pulumiHome,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...extra,
  };
  return { way, pulumi, pulumiHome, env };
}

function forcedWay(value: string | undefined): Way | undefined {
  if (value === undefined || value === "") return undefined;
  if (value === "official" || value === "registries") return value;
  throw new LabError(`${WAY_VARIABLE} is ${value}; it must be official or registries, or not set.`);
}

/** One home a checkout, as the plugins' start scripts name its files. */
function homeOf(cacheDir: string, way: Way): string {
  const checkout = createHash("sha256")
    .update(import.meta.dirname)
    .digest("hex")
    .slice(0, 12);
  return join(cacheDir, `pulumi-home-${way}-${checkout}`);
}

function defaultCache(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "ecs-migrate");
}
