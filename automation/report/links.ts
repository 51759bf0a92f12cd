import { buildLink, logStreamLink, objectLink, taskLink, webLink } from "../aws/console.ts";
import { reportPageKey } from "../contract/buildReport.ts";
import type { Origin } from "../contract/origin.ts";
import type { Outputs } from "../contract/outputs.ts";

export interface Links {
  readonly logStream: string | null;
  readonly task: string | null;
  readonly build: string | null;
  /** The page of this report that CodeBuild keeps, there once the build has ended; null outside of the stack's own builds. */
  readonly report: string | null;
}

/**
 * The links of a run. A link is null if there is nothing to lead to, or where the partition's console is not known.
 *
 * @param outputs undefined if the stack's outputs are not known
 */
export function buildLinks(
  outputs: Outputs | undefined,
  taskArn: string | null,
  logStream: string | null,
  origin: Origin,
): Links {
  return {
    logStream: outputs && logStream !== null ? logStreamLink(outputs, outputs.logGroup, logStream) : null,
    task: outputs && taskArn !== null ? taskLink(outputs, taskArn) : null,
    build:
      webLink(origin.buildUrl) ??
      (outputs && origin.build !== null ? buildLink(outputs, origin.build) : null),
    report: outputs && origin.build !== null ? reportLink(outputs, origin.build) : null,
  };
}

function reportLink(outputs: Outputs, build: string): string | null {
  const { codeBuildProject, buildBucket } = outputs;
  if (codeBuildProject === null || buildBucket === null) return null;
  const key = reportPageKey(codeBuildProject, build);
  return key === undefined ? null : objectLink(outputs, buildBucket, key);
}
