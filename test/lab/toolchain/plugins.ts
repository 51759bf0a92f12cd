/** The plugins that the lab brings along, as start scripts in a PULUMI_HOME. */
import { link, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { PLUGIN_VERSIONS } from "../provider/versions.ts";

const PROVIDERS = join(import.meta.dirname, "../provider");

/** Installs the aws provider: the proxy, with the binaries that it drives. */
export async function installAwsProxy(
  home: string,
  bridge: string,
  terraformProvider: string,
): Promise<void> {
  const provider = await linkTerraformProvider(home, terraformProvider);
  await installPlugin(home, "aws", "awsProxy.ts", {
    ECS_MIGRATE_BRIDGE: bridge,
    ECS_MIGRATE_TERRAFORM_AWS: provider,
  });
}

/** Installs the stand-in for awsx, which is used with either toolchain. */
export async function installAwsx(home: string): Promise<void> {
  await installPlugin(home, "awsx", "awsxProvider.ts", {});
}

/**
 * Puts the CLI and the language host into one folder, by hard links. The CLI takes a language host that lies beside it
 * as its own, and warns of one from elsewhere on the PATH.
 *
 * @returns the folder
 */
export async function installCommands(home: string, pulumi: string, languageHost: string): Promise<string> {
  const folder = join(home, "bin");
  await mkdir(folder, { recursive: true });
  const target = join(folder, basename(pulumi));
  const scratch = `${target}.${process.pid}`;
  await link(pulumi, scratch);
  await rename(scratch, target);
  // A rename between two links of one file leaves both.
  await rm(scratch, { force: true });
  await writeHostScript(join(folder, basename(languageHost)), languageHost);
  return folder;
}

/**
 * The flag is what Pulumi.yaml says: the engine tells it only to hosts newer than the one that the registries have, which
 * would load TypeScript in each run.
 */
async function writeHostScript(target: string, languageHost: string): Promise<void> {
  const scratch = `${target}.${process.pid}`;
  await writeFile(scratch, `#!/bin/sh\nexec ${quoted(languageHost)} -typescript=false "$@"\n`, {
    mode: 0o755,
  });
  await rename(scratch, target);
}

/** The start script of a provider that Node runs as it is. Values are quoted for sh. Pure. */
export function startScript(node: string, program: string, env: Readonly<Record<string, string>>): string {
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)} `);
  return `#!/bin/sh\n${assignments.join("")}exec ${quoted(node)} ${quoted(program)} "$@"\n`;
}

/** Start scripts of the plugins that this file installs, by package. */
export function pluginScripts(home: string): Record<string, string> {
  const names = Object.keys(PLUGIN_VERSIONS) as (keyof typeof PLUGIN_VERSIONS)[];
  return Object.fromEntries(
    names.map((name) => [name, join(folderOf(home, name), `pulumi-resource-${name}`)]),
  );
}

function folderOf(home: string, name: keyof typeof PLUGIN_VERSIONS): string {
  return join(home, "plugins", `resource-${name}-v${PLUGIN_VERSIONS[name]}`);
}

async function installPlugin(
  home: string,
  name: keyof typeof PLUGIN_VERSIONS,
  program: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const folder = folderOf(home, name);
  await mkdir(folder, { recursive: true });
  const file = join(folder, `pulumi-resource-${name}`);
  const scratch = `${file}.${process.pid}`;
  await writeFile(scratch, startScript(process.execPath, join(PROVIDERS, program), env), { mode: 0o755 });
  await rename(scratch, file);
}

/** The bridge wants the file name without a version. */
async function linkTerraformProvider(home: string, terraformProvider: string): Promise<string> {
  const folder = join(home, "terraform");
  await mkdir(folder, { recursive: true });
  const target = join(folder, "terraform-provider-aws");
  const scratch = `${target}.${process.pid}`;
  await symlink(terraformProvider, scratch);
  await rename(scratch, target);
  return target;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
