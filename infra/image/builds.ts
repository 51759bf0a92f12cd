/** What a stack builds: the image that carries the migrations, and before it the migrator's own. Pure but for the Dockerfile. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  MIGRATIONS_DOCKERFILE,
  MIGRATOR_DOCKERFILE,
  MIGRATOR_IMAGE_ARGUMENT,
  MIGRATOR_TARGET,
} from "../../automation/contract/container.ts";
import type { ImageConfig } from "../config/image.ts";
import { type BuildContext, imageTagOf } from "./buildContext.ts";

/** One image: what it is made from, and the tag that this content has. */
export interface Build extends BuildContext {
  readonly tag: string;
}

export interface Builds {
  /** Built first; its reference by digest becomes the carrier's build argument. Undefined where nobody takes it. */
  readonly migrator: Build | undefined;
  /** Holds the migrator and the SQL: the application's image, or one of the two alone. */
  readonly carrier: Build;
}

/** Tags of the migrator's images start so; the lifecycle policy keeps them apart from the carriers. */
export const MIGRATOR_TAG_PREFIX = "migrator-";

const PROJECT = resolve(import.meta.dirname, "..", "..");
/** Build arguments of migrator/Dockerfile, where the user gives them. */
const MIGRATOR_ARGUMENTS = ["BUILDER_IMAGE", "DRIVERS", "MODULE_PROXY"];

/**
 * The builds of a configuration. The migrator is built unless the user names its image by a build argument; for an
 * application's image only where the Dockerfile takes it.
 *
 * @param project the folder of Pulumi.yaml
 * @throws where a Dockerfile cannot be read
 */
export function buildsOf(image: ImageConfig, project = PROJECT): Builds {
  const carrier = image.kind === "migrations" ? migrationsContext(image, project) : applicationContext(image);
  const given = image.buildArgs[MIGRATOR_IMAGE_ARGUMENT] !== undefined;
  if (given || !takesMigrator(readFileSync(carrier.dockerfile, "utf8")))
    return { migrator: undefined, carrier: { ...carrier, tag: imageTagOf(carrier) } };
  const context = migratorContext(image, project);
  const migrator = { ...context, tag: `${MIGRATOR_TAG_PREFIX}${imageTagOf(context)}` };
  // By the migrator's content, not by its digest: a migrator that was built again changes nothing.
  const buildArgs = { ...carrier.buildArgs, [MIGRATOR_IMAGE_ARGUMENT]: migrator.tag };
  return { migrator, carrier: { ...carrier, tag: imageTagOf({ ...carrier, buildArgs }) } };
}

/** Whether a Dockerfile declares the build argument of the migrator's image. */
export function takesMigrator(dockerfile: string): boolean {
  return new RegExp(`^\\s*ARG\\s+${MIGRATOR_IMAGE_ARGUMENT}\\b`, "im").test(dockerfile);
}

function applicationContext({ appPath, dockerfile, target, buildArgs, platform }: ImageConfig): BuildContext {
  return { appPath, dockerfile, target, buildArgs, platform };
}

/** The folder of SQL and nothing else of the application, so that only a migration makes a new image. */
function migrationsContext(image: ImageConfig, project: string): BuildContext {
  return {
    appPath: image.migrationsPath,
    dockerfile: join(project, MIGRATIONS_DOCKERFILE),
    target: undefined,
    buildArgs: pick(image.buildArgs, [MIGRATOR_IMAGE_ARGUMENT]),
    platform: image.platform,
  };
}

function migratorContext(image: ImageConfig, project: string): BuildContext {
  return {
    appPath: join(project, "migrator"),
    dockerfile: join(project, MIGRATOR_DOCKERFILE),
    target: MIGRATOR_TARGET,
    buildArgs: pick(image.buildArgs, MIGRATOR_ARGUMENTS),
    platform: image.platform,
  };
}

function pick(from: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}
