/** Which commit the code of a service was built from. */
import type { Outputs } from "../contract/outputs.ts";
import { isSameImage } from "../text/image.ts";
import type { ServiceApi, ServiceTarget } from "./api.ts";
import { chooseContainer, hasNoCode, sourceOf } from "./revision.ts";

export interface RunningCode {
  readonly service: string;
  /** ARN. */
  readonly taskDefinition: string;
  readonly image: string;
  /** null if nobody knows: the revision has no tag, and the last deploy was of another image or of a checkout by hand. */
  readonly commit: string | null;
}

/** @returns undefined if ECS does not know the service, or it runs no image of this stack: nothing of ours runs */
export async function readRunningCode(
  api: Pick<ServiceApi, "describeService" | "describeTaskDefinition">,
  target: ServiceTarget,
  outputs: Pick<Outputs, "image" | "source" | "repositoryUrl">,
): Promise<RunningCode | undefined> {
  const service = await api.describeService(target);
  if (!service?.taskDefinition || service.status === "INACTIVE") return undefined;
  const found = await api.describeTaskDefinition(service.taskDefinition);
  if (!found || hasNoCode(found.definition)) return undefined;
  const container = chooseContainer(found.definition, target.container, outputs.repositoryUrl);
  if ("problem" in container) return undefined;
  const deployed = isSameImage(outputs.image, container.image) ? (outputs.source?.commit ?? null) : null;
  return {
    service: target.service,
    taskDefinition: service.taskDefinition,
    image: container.image,
    commit: sourceOf(found)?.commit ?? deployed,
  };
}
