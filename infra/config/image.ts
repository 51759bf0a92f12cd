/** The image that carries the migrations. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { ARN, FORMS } from "./forms.ts";
import { isDirectory } from "./paths.ts";
import { type ConfigReader, optional } from "./reader.ts";

export const IMAGE_KEYS = [
  "image",
  "appPath",
  "migrationsPath",
  "dockerfile",
  "dockerTarget",
  "buildArgs",
  "pullRepositories",
  "platform",
  "imageCacheFrom",
  "imageRetention",
  "imageKmsKeyArn",
] as const;

export type Platform = "linux/amd64" | "linux/arm64";

/** As a task definition names it. */
export function runtimePlatform(platform: Platform) {
  return {
    operatingSystemFamily: "LINUX",
    cpuArchitecture: platform === "linux/arm64" ? "ARM64" : "X86_64",
  };
}

/** Which image holds the migrator and the SQL: the application's own, or one that this stack builds of the two. */
export type ImageKind = "application" | "migrations";

export interface ImageConfig {
  readonly kind: ImageKind;
  /** Absolute path of the build context. */
  readonly appPath: string;
  /** Absolute path. */
  readonly migrationsPath: string;
  /** Absolute path. */
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** ARNs of ECR repositories that the build may pull base images from. */
  readonly pullRepositories: readonly string[];
  readonly platform: Platform;
  readonly cacheFrom: readonly string[];
  /** How many tagged images the repository keeps. */
  readonly retention: number;
  readonly kmsKeyArn: string | undefined;
}

export function readImage(reader: ConfigReader, rootDirectory: string): ImageConfig {
  const kind = reader.choice("image", ["application", "migrations"]);
  const appPath = resolve(rootDirectory, reader.text("appPath"));
  const migrationsPath = resolve(appPath, reader.text("migrationsPath"));
  const dockerfile = join(appPath, reader.text("dockerfile"));
  checkFiles(reader, { kind, appPath, migrationsPath, dockerfile });
  return {
    kind,
    appPath,
    migrationsPath,
    dockerfile,
    target: optional(reader.text("dockerTarget")),
    buildArgs: reader.textMap("buildArgs"),
    pullRepositories: reader.texts("pullRepositories", FORMS.repositoryArn),
    platform: reader.choice("platform", ["linux/amd64", "linux/arm64"]),
    cacheFrom: reader.texts("imageCacheFrom"),
    retention: reader.integer("imageRetention", 2, 1000),
    kmsKeyArn: optional(reader.text("imageKmsKeyArn", ARN.kms)),
  };
}

/** The value is shown as it was written, the path beside it where the two differ. */
function checkFiles(
  reader: ConfigReader,
  paths: Pick<ImageConfig, "kind" | "appPath" | "migrationsPath" | "dockerfile">,
): void {
  if (reader.isWrong("appPath")) return;
  if (!isDirectory(paths.appPath)) {
    reader.reject("appPath", reader.text("appPath"), `there is no folder ${paths.appPath}`);
    return;
  }
  const needsDockerfile = paths.kind === "application" && !reader.isWrong("image", "dockerfile");
  if (needsDockerfile && !existsSync(paths.dockerfile)) {
    reader.reject("dockerfile", reader.text("dockerfile"), `there is no file ${paths.dockerfile}`);
  }
  if (!isDirectory(paths.migrationsPath)) {
    const rule = `there is no folder ${paths.migrationsPath}`;
    reader.reject("migrationsPath", reader.text("migrationsPath"), rule);
  }
}
