/** A configuration folder for the `docker` command: the user's own, with ECR's login added and nothing written back. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The registries that a login for ECR is needed for: the repository's, and those of the same region that the build takes
 * images from. A token is good for every registry of its region (ECR API reference, GetAuthorizationToken).
 *
 * @param texts the Dockerfile and the build arguments' values
 * @returns host names, without a scheme
 */
export function registriesOf(repositoryUrl: string, region: string, texts: readonly string[]): string[] {
  const own = repositoryUrl.slice(0, repositoryUrl.indexOf("/"));
  const hosts = new RegExp(`\\b\\d{12}\\.dkr\\.ecr\\.${region}\\.amazonaws\\.com(?:\\.cn)?\\b`, "g");
  return [...new Set([own, ...texts.flatMap((text) => text.match(hosts) ?? [])])];
}

/**
 * The user's `config.json` with the logins. A registry that names a helper of its own in `credHelpers` is asked through
 * it, and an empty name there means this file in place of `credsStore` (docker/cli, cli/config/configfile).
 *
 * @param config the user's file as parsed JSON
 */
export function withLogins(
  config: Readonly<Record<string, unknown>>,
  registries: readonly string[],
  login: string,
): Record<string, unknown> {
  const entries = <Value>(value: Value) => Object.fromEntries(registries.map((host) => [host, value]));
  return {
    ...config,
    auths: { ...object(config.auths), ...entries({ auth: login }) },
    credHelpers: { ...object(config.credHelpers), ...entries("") },
  };
}

/**
 * Makes the folder. What else the user's has (contexts, plugins, builders) is linked, so that the same engine answers.
 *
 * @returns the folder, for DOCKER_CONFIG
 */
export function makeDockerConfig(
  folder: string,
  registries: readonly string[],
  login: string,
  env: NodeJS.ProcessEnv,
): string {
  const users = env.DOCKER_CONFIG || join(homedir(), ".docker");
  mkdirSync(folder, { mode: 0o700 });
  const names = unlessMissing(() => readdirSync(users)) ?? [];
  for (const name of names) if (name !== "config.json") symlinkSync(join(users, name), join(folder, name));
  const text = unlessMissing(() => readFileSync(join(users, "config.json"), "utf8")) ?? "{}";
  const config = withLogins(object(JSON.parse(text || "{}")), registries, login);
  writeFileSync(join(folder, "config.json"), JSON.stringify(config), { mode: 0o600 });
  return folder;
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function unlessMissing<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
