/** The revision that a service is to run: its own task definition with one image replaced, and nothing else. Pure. */
import { isDeepStrictEqual } from "node:util";
import type {
  ContainerDefinition,
  RegisterTaskDefinitionCommandInput,
  TaskDefinition,
} from "@aws-sdk/client-ecs";
import type { RegisteredDefinition } from "./api.ts";

/** What RegisterTaskDefinition takes of what DescribeTaskDefinition answers (Amazon ECS API reference, both). */
const REGISTERED_FIELDS = [
  "family",
  "taskRoleArn",
  "executionRoleArn",
  "networkMode",
  "containerDefinitions",
  "volumes",
  "placementConstraints",
  "requiresCompatibilities",
  "cpu",
  "memory",
  "pidMode",
  "ipcMode",
  "proxyConfiguration",
  "inferenceAccelerators",
  "ephemeralStorage",
  "runtimePlatform",
  "enableFaultInjection",
] as const satisfies readonly (keyof RegisterTaskDefinitionCommandInput & keyof TaskDefinition)[];

/** Tag of a revision: the commit that its image was built from. */
export const COMMIT_TAG = "ecs-migrate:commit";

/** The commit that a revision's image was built from; null if nobody said. */
export function commitOf({ tags }: RegisteredDefinition): string | null {
  return tags.find(({ key }) => key === COMMIT_TAG)?.value ?? null;
}

export type ChosenContainer =
  | { readonly name: string; readonly image: string }
  | { readonly problem: string };

/**
 * The container whose image is replaced: the one that is named, else the only one that runs an image of the repository.
 *
 * @param repositoryUrl without tag and digest
 */
export function chooseContainer(
  { containerDefinitions = [] }: TaskDefinition,
  named: string | null,
  repositoryUrl: string,
): ChosenContainer {
  const names = containerDefinitions.map(({ name = "" }) => name).join(", ") || "none";
  if (named !== null) {
    const found = containerDefinitions.find(({ name }) => name === named);
    return found ? chosen(found) : { problem: `it has no container ${named} (it has ${names})` };
  }
  const matches = containerDefinitions.filter(({ image = "" }) => repositoryOf(image) === repositoryUrl);
  const [only] = matches;
  if (only && matches.length === 1) return chosen(only);
  const count = matches.length === 0 ? "no container runs" : `${matches.length} containers run`;
  return {
    problem: `${count} an image of ${repositoryUrl} (it has ${names}); name the container in ecs-migrate:services`,
  };
}

function chosen({ name = "", image = "" }: ContainerDefinition): ChosenContainer {
  return { name, image };
}

/** `registry/path` of an image's name, without tag and digest; a port is no tag. */
function repositoryOf(image: string): string {
  const [name = ""] = image.split("@");
  return name.replace(/:[^:/]+$/, "");
}

/**
 * The input for the same definition with another image.
 *
 * @param commit that the image was built from; null takes the tag of an earlier image away
 */
export function withImage(
  { definition, tags }: RegisteredDefinition,
  container: string,
  image: string,
  commit: string | null,
): RegisterTaskDefinitionCommandInput {
  const kept = Object.fromEntries(
    REGISTERED_FIELDS.flatMap((field) =>
      definition[field] === undefined ? [] : [[field, definition[field]] as const],
    ),
  );
  const containerDefinitions = (definition.containerDefinitions ?? []).map((each) =>
    each.name === container ? { ...each, image } : each,
  );
  const others = tags.filter(({ key }) => key !== COMMIT_TAG);
  const all = commit === null ? others : [...others, { key: COMMIT_TAG, value: commit }];
  return {
    ...kept,
    family: definition.family,
    containerDefinitions,
    ...(all.length > 0 ? { tags: all } : {}),
  };
}

/** True if registering `input` would repeat this revision, but for its commit: a killed deploy has registered it already. */
export function isSameRevision(
  found: RegisteredDefinition | undefined,
  input: RegisterTaskDefinitionCommandInput,
  container: string,
): boolean {
  if (found === undefined || found.definition.status !== "ACTIVE") return false;
  const image = input.containerDefinitions?.find(({ name }) => name === container)?.image ?? "";
  const same = found.definition.containerDefinitions?.find(({ name }) => name === container)?.image === image;
  const own = input.tags?.find(({ key }) => key === COMMIT_TAG)?.value ?? null;
  return same && isDeepStrictEqual(withImage(found, container, image, own), input);
}
