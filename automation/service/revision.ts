/** The revision that a service is to run: its own task definition with one image replaced, and nothing else. Pure. */
import { isDeepStrictEqual } from "node:util";
import type {
  ContainerDefinition,
  RegisterTaskDefinitionCommandInput,
  Tag,
  TaskDefinition,
} from "@aws-sdk/client-ecs";
import { NO_CODE_TAG } from "../contract/createdService.ts";
import type { Source } from "../contract/source.ts";
import { repositoryOf } from "../text/image.ts";
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

/** Tags of a revision: the commit that its image was built from, its branch and its time. */
const COMMIT_TAG = "ecs-migrate:commit";
const BRANCH_TAG = "ecs-migrate:branch";
const TIME_TAG = "ecs-migrate:commit-time";
const SOURCE_TAGS: readonly string[] = [COMMIT_TAG, BRANCH_TAG, TIME_TAG];

/** Tags of one resource, besides those that start with `aws:` (Amazon ECS API reference, Tag). */
const MOST_TAGS = 50;

/** What a tag's value may hold (Amazon ECS API reference, Tag). */
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+@-]{1,256}$/u;

/** A value that no tag takes is left out. Pure. */
function tagsOf(source: Source | null): Tag[] {
  if (source === null) return [];
  const values = { [COMMIT_TAG]: source.commit, [BRANCH_TAG]: source.branch, [TIME_TAG]: source.time };
  return Object.entries(values).flatMap(([key, value]) =>
    value !== null && TAG_VALUE.test(value) ? [{ key, value }] : [],
  );
}

/** Where a revision's image comes from; null if nobody said. */
export function sourceOf({ tags }: RegisteredDefinition): Source | null {
  const value = (wanted: string) => tags.find(({ key }) => key === wanted)?.value ?? null;
  const commit = value(COMMIT_TAG);
  return commit === null ? null : { commit, branch: value(BRANCH_TAG), time: value(TIME_TAG) };
}

/** True for the revision that the stack made for its own service before anything was deployed. */
export function hasNoCode({ containerDefinitions = [] }: TaskDefinition): boolean {
  return containerDefinitions.some(({ image = "" }) => image.endsWith(`:${NO_CODE_TAG}`));
}

type ChosenContainer = { readonly name: string; readonly image: string } | { readonly problem: string };

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

/**
 * The input for the same definition with another image.
 *
 * @param source of the image; null takes the tags of an earlier image away
 */
export function withImage(
  { definition, tags }: RegisteredDefinition,
  container: string,
  image: string,
  source: Source | null,
): RegisterTaskDefinitionCommandInput {
  const kept = Object.fromEntries(
    REGISTERED_FIELDS.flatMap((field) =>
      definition[field] === undefined ? [] : [[field, definition[field]] as const],
    ),
  );
  const containerDefinitions = (definition.containerDefinitions ?? []).map((each) =>
    each.name === container ? { ...each, image } : each,
  );
  const all = [...inherited(tags), ...tagsOf(source)].slice(0, MOST_TAGS);
  return {
    ...kept,
    family: definition.family,
    containerDefinitions,
    ...(all.length > 0 ? { tags: all } : {}),
  };
}

/** Without an earlier image's, and without those that only AWS sets: RegisterTaskDefinition takes none of them. */
function inherited(tags: readonly Tag[] = []): Tag[] {
  return tags.filter(({ key = "" }) => !SOURCE_TAGS.includes(key) && !/^aws:/i.test(key));
}

/** True if registering `input` would repeat this revision, but for its commit: a killed deploy has registered it already. */
export function isSameRevision(
  found: RegisteredDefinition | undefined,
  input: RegisterTaskDefinitionCommandInput,
  container: string,
): boolean {
  if (found?.definition.status !== "ACTIVE") return false;
  const image = input.containerDefinitions?.find(({ name }) => name === container)?.image ?? "";
  const same = found.definition.containerDefinitions?.find(({ name }) => name === container)?.image === image;
  const again = withImage(found, container, image, null);
  return (
    same &&
    isDeepStrictEqual({ ...again, tags: inherited(again.tags) }, { ...input, tags: inherited(input.tags) })
  );
}
