/** Finds the binary of the Terraform AWS provider in the places where Terraform keeps providers. */
import { readdir, readFile } from "node:fs/promises";
import { arch, homedir, platform } from "node:os";
import { basename, join } from "node:path";
import { LabError } from "../labError.ts";

/** Names a folder to look in before (and in place of) the usual ones. */
export const MIRROR_VARIABLE = "ECS_MIGRATE_TERRAFORM_MIRROR";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The newest `terraform-provider-aws_v5.*` of this system.
 *
 * @param env of it {@link MIRROR_VARIABLE}, `TF_PLUGIN_CACHE_DIR` and `TF_CLI_CONFIG_FILE` are read
 * @throws {LabError} if there is none
 */
export async function findTerraformAwsProvider(env: Env = process.env): Promise<string> {
  const named = env[MIRROR_VARIABLE];
  const folders = named ? [named] : await usualFolders(env);
  const found = (await Promise.all(folders.map(providersIn))).flat();
  const newest = newestProvider(found);
  if (newest !== undefined) return newest;
  throw new LabError(
    `The Terraform AWS provider 5 (terraform-provider-aws_v5.*) is in none of ${folders.join(", ")}; ` +
      `put it there with \`terraform providers mirror\`, or name its folder in ${MIRROR_VARIABLE}.`,
  );
}

/** The highest version among paths whose file name ends in it; of equal ones the first. */
export function newestProvider(paths: readonly string[]): string | undefined {
  const byVersion = (a: string, b: string) =>
    basename(b).localeCompare(basename(a), "en", { numeric: true, sensitivity: "base" });
  return paths.toSorted(byVersion)[0];
}

/** The `path`s of the `filesystem_mirror` blocks in a Terraform CLI configuration. */
export function filesystemMirrors(config: string): string[] {
  const blocks = config.matchAll(/filesystem_mirror\s*\{([^}]*)\}/g);
  return [...blocks].flatMap(([, body = ""]) => /\bpath\s*=\s*"([^"]+)"/.exec(body)?.[1] ?? []);
}

/** Terraform's implied local mirrors, its plugin cache and the mirrors of its configuration; and those under /opt. */
async function usualFolders(env: Env): Promise<string[]> {
  const home = homedir();
  const config = await readFile(env.TF_CLI_CONFIG_FILE || join(home, ".terraformrc"), "utf8").catch(() => "");
  const packages = await readdir("/opt").catch(() => []);
  return [
    ...(env.TF_PLUGIN_CACHE_DIR ? [env.TF_PLUGIN_CACHE_DIR] : []),
    ...filesystemMirrors(config),
    join(home, ".terraform.d/plugins"),
    join(home, ".terraform.d/plugin-cache"),
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
    ...packages.map((name) => join("/opt", name)),
  ];
}

/** In the unpacked layout of a mirror: `registry.terraform.io/hashicorp/aws/VERSION/SYSTEM/`, or plainly in the folder. */
async function providersIn(folder: string): Promise<string[]> {
  const product = join(folder, "registry.terraform.io/hashicorp/aws");
  const versions = await readdir(product).catch(() => []);
  const system = `${platform()}_${arch() === "x64" ? "amd64" : arch()}`;
  const folders = [folder, ...versions.map((version) => join(product, version, system))];
  const files = await Promise.all(
    folders.map(async (each) => (await readdir(each).catch(() => [])).map((name) => join(each, name))),
  );
  return files.flat().filter((path) => basename(path).startsWith("terraform-provider-aws_v5."));
}
