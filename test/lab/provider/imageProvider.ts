/**
 * A stand-in for Pulumi's awsx plugin and for its docker-build plugin, as far as `awsx.ecr.Image` goes: the component
 * and its child `docker-build:index:Image` as awsx 3.9 registers them, built and pushed by the `docker` command. A
 * preview builds nothing. The registry must not ask for a login.
 *
 * Environment: `ECS_MIGRATE_STAND_IN`, the plugin to stand in for (the start script sets it); `ECS_MIGRATE_LAB_DOCKER`.
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as provider from "@pulumi/pulumi/provider/index.js";
import { contextHash } from "./contextHash.ts";
import { buildAndPush } from "./dockerBuild.ts";
import {
  type AwsxImageInputs,
  type BuildInputs,
  buildInputs,
  changedInputs,
  imageName,
  isKnown,
  unwrapped,
} from "./imageInputs.ts";

const COMPONENT = "awsx:ecr:Image";
const CHILD = "docker-build:index:Image";
const VERSIONS: Readonly<Record<string, string>> = { awsx: "3.9.0", "docker-build": "0.0.14" };

class BuiltImage extends pulumi.CustomResource {
  declare readonly digest: pulumi.Output<string>;

  constructor(name: string, inputs: BuildInputs, options: pulumi.CustomResourceOptions) {
    const outputs = { digest: undefined, ref: undefined };
    super(CHILD, name, { ...inputs, ...outputs }, { ...options, version: VERSIONS["docker-build"] ?? "" });
  }
}

class Image extends pulumi.ComponentResource {
  readonly imageUri: pulumi.Output<string>;

  constructor(name: string, inputs: pulumi.Inputs, options: pulumi.ComponentResourceOptions) {
    super(COMPONENT, name, inputs, options);
    this.imageUri = pulumi.output(inputs as AwsxImageInputs).apply((known) => {
      const tag = imageName(known as AwsxImageInputs, pulumi.getStack());
      const image = new BuiltImage(tag, buildInputs(known as AwsxImageInputs, tag), { parent: this });
      return pulumi.interpolate`${known.repositoryUrl}@${image.digest}`;
    });
    this.registerOutputs({ imageUri: this.imageUri });
  }
}

async function construct(
  name: string,
  type: string,
  inputs: pulumi.Inputs,
  options: pulumi.ComponentResourceOptions,
): Promise<provider.ConstructResult> {
  if (type !== COMPONENT)
    throw new Error(`The lab's stand-in for awsx knows ${COMPONENT} alone, not ${type}.`);
  const image = new Image(name, inputs, options);
  return { urn: image.urn, state: { imageUri: image.imageUri } };
}

/** Adds the digest of the context, or says what is missing. */
async function check(_urn: string, _olds: unknown, news: BuildInputs): Promise<provider.CheckResult> {
  const { context, dockerfile } = unwrapped(news) as BuildInputs;
  if (!isKnown(context) || !isKnown(dockerfile)) return { inputs: news };
  const file = dockerfilePath({ context, dockerfile });
  if (!(await isFolder(context.location)))
    return { failures: [{ property: "context", reason: `there is no folder ${context.location}` }] };
  try {
    return { inputs: { ...news, contextHash: await contextHash(context.location, file) } };
  } catch (error) {
    return { failures: [{ property: "dockerfile", reason: (error as Error).message }] };
  }
}

async function diff(
  _id: string,
  _urn: string,
  olds: Partial<BuildInputs>,
  news: Partial<BuildInputs>,
): Promise<provider.DiffResult> {
  return { changes: changedInputs(olds, news).length > 0 };
}

async function create(_urn: string, inputs: BuildInputs): Promise<provider.CreateResult> {
  const outs = await build(inputs);
  return { id: outs.ref, outs };
}

async function update(
  _id: string,
  _urn: string,
  _olds: unknown,
  news: BuildInputs,
): Promise<provider.UpdateResult> {
  return { outs: await build(news) };
}

async function build(inputs: BuildInputs): Promise<BuildInputs & { digest: string; ref: string }> {
  const plain = unwrapped(inputs) as BuildInputs;
  const digest = await buildAndPush(plain, dockerfilePath(plain));
  return { ...inputs, digest, ref: `${plain.tags[0]}@${digest}` };
}

function dockerfilePath({ context, dockerfile }: Pick<BuildInputs, "context" | "dockerfile">): string {
  return dockerfile.location ?? join(context.location, "Dockerfile");
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** The image stays in the registry, whose repository decides what becomes of it. */
async function forget(): Promise<void> {}

const name = process.env.ECS_MIGRATE_STAND_IN ?? "";
const version = VERSIONS[name];
if (version === undefined)
  throw new Error(`ECS_MIGRATE_STAND_IN is "${name}"; it must be ${Object.keys(VERSIONS).join(" or ")}.`);
await provider.main(
  name === "awsx" ? { version, construct } : { version, check, diff, create, update, delete: forget },
  process.argv.slice(2),
);
