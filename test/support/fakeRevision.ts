/** One revision of the migration's task definition in the model of Amazon ECS. */
import type { TaskDefinition } from "@aws-sdk/client-ecs";
import type { FakeFile } from "./fakeDatabase.ts";

export interface FakeRevision {
  readonly files: readonly FakeFile[];
  readonly image: string;
  readonly migrationsSha256: string;
  /** The name of its database's secret. */
  readonly secret: string;
  readonly status?: "ACTIVE" | "INACTIVE";
  /** false: a revision of before the record. */
  readonly recorded?: boolean;
}

/** A revision as DescribeTaskDefinition shows it, without what names it. */
export function shownRevision(revision: FakeRevision, containerName: string): TaskDefinition {
  const versions = revision.files.map(({ version }) => version).join(",");
  const labels = revision.recorded === false ? {} : { dockerLabels: { "ecs-migrate.migrations": versions } };
  return {
    status: revision.status ?? "ACTIVE",
    containerDefinitions: [{ name: containerName, image: revision.image, ...labels }],
  };
}
