import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { LabError } from "./labError.ts";

const CHECKOUT = resolve(import.meta.dirname, "..", "..");

export interface ProjectOptions {
  /** An empty folder. */
  readonly folder: string;
  /** The application's folder: with a Dockerfile and resources/db/migrations. The example's where left out. */
  readonly app?: string;
  /** Configuration of stack `local` besides what Pulumi.local.yaml says: full keys (`aws:region`) to values. */
  readonly stackConfig?: StackConfig;
}

/** Full keys to values. JSON is YAML too, so an object goes in as it is. */
export type StackConfig = Readonly<
  Record<
    string,
    | string
    | number
    | boolean
    | Readonly<Record<string, string | number>>
    | readonly Readonly<Record<string, string>>[]
  >
>;

/** Copied: Pulumi or a caller writes into them, and the program takes the folder above `infra` for the project's. */
const COPIED = ["Pulumi.yaml", "Pulumi.local.yaml", "package.json", "tsconfig.json", "infra"];
/** Read alone. */
const LINKED = ["automation", "migrator", "node_modules"];

/**
 * Makes a project folder in which Pulumi can run the program without a change to the checkout.
 *
 * @returns the folder
 * @throws {LabError} if the application's folder does not exist
 */
export function makeProject(options: ProjectOptions): string {
  const app = resolve(options.app ?? join(CHECKOUT, "app"));
  if (!existsSync(app))
    throw new LabError(`There is no folder ${app}; name the application's folder with --app.`);
  for (const name of COPIED)
    if (existsSync(join(CHECKOUT, name)))
      cpSync(join(CHECKOUT, name), join(options.folder, name), { recursive: true });
  for (const name of LINKED) symlinkSync(join(CHECKOUT, name), join(options.folder, name));
  cpSync(app, join(options.folder, "app"), { recursive: true });
  const stack = join(options.folder, "Pulumi.local.yaml");
  const before = existsSync(stack) ? readFileSync(stack, "utf8") : "config: {}\n";
  writeFileSync(stack, withConfig(before, options.stackConfig ?? {}));
  return options.folder;
}

/**
 * Sets keys below `config:` of a stack's settings file.
 *
 * @param yaml the file's text, with `config:` as a block mapping whose keys are indented by two spaces
 * @param config full keys to values
 */
export function withConfig(yaml: string, config: StackConfig): string {
  const keys = Object.keys(config);
  if (keys.length === 0) return yaml;
  const kept = yaml.split("\n").filter((line) => !keys.some((key) => line.startsWith(`  ${key}:`)));
  const added = Object.entries(config).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`);
  const at = kept.findIndex((line) => /^config:/.test(line));
  if (at === -1) return [...kept, "config:", ...added, ""].join("\n");
  return [...kept.slice(0, at), "config:", ...added, ...kept.slice(at + 1)].join("\n");
}
