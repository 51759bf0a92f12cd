/** Rolling the application's services: what the build needs beside the migration. Pure. */
import { allow, arn, type Place, type Statement } from "./document.ts";

export interface RolledService {
  /** Names. */
  readonly cluster: string;
  readonly service: string;
  readonly family: string;
  /** ARNs. */
  readonly roles: readonly string[];
}

/** Nothing if there is no service. DescribeTaskDefinition has its statement already, see `run.ts`. */
export function rollServices(place: Place, services: readonly RolledService[]): Statement[] {
  if (services.length === 0) return [];
  const families = unique(services.map(({ family }) => arn(place, "ecs", `task-definition/${family}:*`)));
  const roles = unique(services.flatMap((service) => service.roles));
  return [
    ...updateServices(place, services),
    allow("RegisterServiceRevision", ["ecs:RegisterTaskDefinition"], families),
    {
      ...allow("TagServiceRevision", ["ecs:TagResource"], families),
      Condition: { StringEquals: { "ecs:CreateAction": "RegisterTaskDefinition" } },
    },
    ...(roles.length === 0
      ? []
      : [
          {
            ...allow("PassServiceRoles", ["iam:PassRole"], roles),
            Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
          },
        ]),
  ];
}

type ServiceNames = Pick<RolledService, "cluster" | "service">;

/**
 * Changes the services' revision, and sees what comes of it. It is all that `rollback`, `history` and `doctor` need of
 * services, for a person on call: no revision is registered and no role passed. docs/service.md shows the document; a test
 * keeps the two alike.
 */
export function updateServices(place: Place, services: readonly ServiceNames[]): Statement[] {
  const clusters = unique(services.map(({ cluster }) => cluster));
  const onClusters = {
    ArnEquals: { "ecs:cluster": clusters.map((cluster) => arn(place, "ecs", `cluster/${cluster}`)) },
  };
  return [
    allow(
      "RollServices",
      ["ecs:DescribeServices", "ecs:ListServiceDeployments", "ecs:UpdateService"],
      services.map(({ cluster, service }) => arn(place, "ecs", `service/${cluster}/${service}`)),
    ),
    allow(
      "WatchServiceDeployments",
      ["ecs:DescribeServiceDeployments"],
      services.map(({ cluster, service }) => arn(place, "ecs", `service-deployment/${cluster}/${service}/*`)),
    ),
    { ...allow("ListServiceTasks", ["ecs:ListTasks"], ["*"]), Condition: onClusters },
    allow(
      "ReadStoppedServiceTasks",
      ["ecs:DescribeTasks"],
      clusters.map((cluster) => arn(place, "ecs", `task/${cluster}/*`)),
    ),
    allow(
      "ReadServiceRevisions",
      ["ecs:DescribeServiceRevisions"],
      services.map(({ cluster, service }) => arn(place, "ecs", `service-revision/${cluster}/${service}/*`)),
    ),
  ];
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
