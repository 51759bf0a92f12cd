/** A stack's configuration as Pulumi hands it to the program, with the defaults of Pulumi.yaml. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export const CHECKOUT = join(import.meta.dirname, "..", "..");

interface DeclaredKey {
  readonly type: string;
  readonly items?: { readonly type: string };
  readonly description?: string;
  readonly default?: unknown;
}

/** The keys that Pulumi.yaml declares. */
export function declaredKeys(): ReadonlyMap<string, DeclaredKey> {
  const project = parse(readFileSync(join(CHECKOUT, "Pulumi.yaml"), "utf8")) as {
    config: Record<string, DeclaredKey>;
  };
  return new Map(Object.entries(project.config));
}

/** The `config` of `Pulumi.<stack>.yaml`. */
export function stackFile(stack: string): Record<string, unknown> {
  const file = parse(readFileSync(join(CHECKOUT, `Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  return file.config;
}

/**
 * @param settings full keys, or keys of the project, to their values
 * @returns full keys to text, with defaults filled in: what `pulumi.runtime.allConfig()` gives
 */
export function configOf(settings: Readonly<Record<string, unknown>>): Record<string, string> {
  const config: Record<string, string> = {};
  for (const [key, declared] of declaredKeys()) {
    if (declared.default !== undefined) config[`ecs-migrate:${key}`] = asText(declared.default);
  }
  for (const [key, value] of Object.entries(settings)) {
    config[key.includes(":") ? key : `ecs-migrate:${key}`] = asText(value);
  }
  return config;
}

/** As {@link configOf}, in the form of `pulumi config --json`. */
export function configJson(settings: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(configOf(settings));
  return JSON.stringify(Object.fromEntries(entries.map(([key, value]) => [key, { value, secret: false }])));
}

/** The smallest configuration that is right: Fargate in the default VPC, no pipeline. */
export const SMALLEST = {
  "aws:region": "ap-northeast-1",
  application: "shop",
  appPath: join(CHECKOUT, "app"),
  assignPublicIp: true,
} as const;

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
