/** What `awsx.ecr.Image` and its child, a `docker-build` Image, are given, and what follows from it. Pure. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

/** The inputs of `awsx.ecr.Image` that the stand-in knows; see @pulumi/awsx's ecr.ImageArgs. */
export interface AwsxImageInputs {
  readonly repositoryUrl: string;
  readonly context?: string;
  readonly dockerfile?: string;
  readonly platform?: string;
  readonly target?: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly cacheFrom?: readonly string[];
  readonly imageName?: string;
  readonly imageTag?: string;
}

/** The inputs of the child, in the shape of @pulumi/docker-build's ImageArgs. */
export interface BuildInputs {
  readonly tags: readonly string[];
  readonly context: { readonly location: string };
  readonly dockerfile: { readonly location?: string };
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly cacheFrom?: readonly { readonly registry: { readonly ref: string } }[];
  readonly platforms: readonly string[];
  readonly target?: string;
  readonly push: boolean;
  /** Set by the provider's check; see contextHash.ts. */
  readonly contextHash?: string;
}

/** The child's name, which is also the image's tag: the given name or tag, or one made from the inputs, as awsx does. */
export function imageName(inputs: AwsxImageInputs, stack: string): string {
  if (inputs.imageName) return inputs.imageName;
  if (inputs.imageTag) return inputs.imageTag;
  const args = Object.entries(inputs.args ?? {}).map(([name, value]) => `;arg[${name}]=${value}`);
  const file = inputs.dockerfile ? `;dockerfile=${inputs.dockerfile}` : "";
  const signature = [inputs.context ?? ".", file, ...args, stack].join("");
  return `${createHash("sha1").update(signature).digest("hex")}-container`;
}

/** The child's inputs. */
export function buildInputs(inputs: AwsxImageInputs, name: string): BuildInputs {
  const tag = `${inputs.repositoryUrl}:${name}`;
  const caches = inputs.cacheFrom?.length ? inputs.cacheFrom : [tag];
  return {
    tags: [tag],
    context: { location: inputs.context ?? "." },
    dockerfile: inputs.dockerfile === undefined ? {} : { location: inputs.dockerfile },
    cacheFrom: caches.map((ref) => ({ registry: { ref } })),
    platforms: inputs.platform === undefined ? [] : [inputs.platform],
    push: true,
    ...(inputs.args && { buildArgs: inputs.args }),
    ...(inputs.target !== undefined && { target: inputs.target }),
  };
}

/** What `Image.Diff` of pulumi-docker-build compares (provider/internal/image.go at 7bad76a): the places of context and Dockerfile too. */
const DECIDING = [
  "tags",
  "context",
  "dockerfile",
  "contextHash",
  "buildArgs",
  "cacheFrom",
  "platforms",
  "target",
  "push",
] as const;

/** The names of the inputs that ask for another build. */
export function changedInputs(olds: Partial<BuildInputs>, news: Partial<BuildInputs>): string[] {
  return DECIDING.filter((name) => !isDeepStrictEqual(olds[name] ?? null, news[name] ?? null));
}

/** `docker build`'s arguments. The cache travels in the image (`BUILDKIT_INLINE_CACHE`), as awsx has it. */
export function buildCommand(inputs: BuildInputs, dockerfile: string): string[] {
  const buildArgs = { ...inputs.buildArgs, BUILDKIT_INLINE_CACHE: "1" };
  return [
    "build",
    "--progress=plain",
    ...inputs.tags.flatMap((tag) => ["--tag", tag]),
    "--file",
    dockerfile,
    ...Object.entries(buildArgs).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    ...(inputs.cacheFrom ?? []).flatMap(({ registry }) => ["--cache-from", registry.ref]),
    ...(inputs.platforms.length > 0 ? ["--platform", inputs.platforms.join(",")] : []),
    ...(inputs.target === undefined ? [] : ["--target", inputs.target]),
    inputs.context.location,
  ];
}

/** The digest in `docker push`'s last line, `<tag>: digest: sha256:… size: …`, or undefined. */
export function pushedDigest(output: string): string | undefined {
  return /digest: (sha256:[0-9a-f]{64})/.exec(output)?.[1];
}

/** Pulumi's mark for a value that a preview does not know yet. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** A property without Pulumi's wrapping of secrets. */
export function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (value === null || typeof value !== "object") return value;
  if (SIGNATURE in value) return unwrapped("value" in value ? value.value : UNKNOWN);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, unwrapped(each)]));
}

/** Whether a property is known in full; in a preview it may not be. */
export function isKnown(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isKnown);
  if (value !== null && typeof value === "object") return Object.values(value).every(isKnown);
  return value !== UNKNOWN;
}
