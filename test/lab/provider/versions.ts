import { readFileSync } from "node:fs";
import { join } from "node:path";

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8")) as {
  readonly dependencies: Readonly<Record<`@pulumi/${"aws" | "awsx"}`, string>>;
};

/** As package.json pins them: the engine asks for the plugins of those versions. */
export const PLUGIN_VERSIONS = {
  aws: manifest.dependencies["@pulumi/aws"],
  awsx: manifest.dependencies["@pulumi/awsx"],
};
