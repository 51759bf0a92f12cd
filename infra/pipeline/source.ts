/** Where a build's source comes from and what starts it: one answer for each kind of source. Pure. */
import { connectionsLink } from "../../automation/aws/console.ts";
import { type ConnectedSource, isConnected, type PipelineConfig } from "../config/pipeline.ts";
import type { SourceAccess } from "../policies/build.ts";
import type { Place } from "../policies/document.ts";

/** Where CodeBuild finds the build's commands, in this project's folder. */
const BUILDSPEC = "buildspec.yml";

/** The `source` of a CodeBuild project. */
export interface ProjectSource {
  readonly type: string;
  readonly location: string;
  readonly buildspec: string;
  readonly gitCloneDepth?: number;
  readonly reportBuildStatus?: boolean;
  readonly auth?: { readonly type: "CODECONNECTIONS"; readonly resource: string };
}

/**
 * @param connectionArn of the connection, if the source is reached through one
 * @param wholeHistory whether the deploy searches the code of earlier commits
 */
export function projectSource(
  pipeline: PipelineConfig,
  connectionArn: string | undefined,
  wholeHistory: boolean,
): ProjectSource {
  const { sourceType, sourceLocation, projectPath } = pipeline;
  const buildspec = projectPath === "" ? BUILDSPEC : `${projectPath}/${BUILDSPEC}`;
  const source = { type: sourceType, location: sourceLocation, buildspec };
  if (sourceType === "S3") return source;
  // AWS CDK API reference, aws-codebuild, cloneDepth: 0 downloads the whole history.
  const git = { ...source, gitCloneDepth: wholeHistory ? 0 : 1 };
  if (connectionArn === undefined) return git;
  return { ...git, reportBuildStatus: true, auth: { type: "CODECONNECTIONS", resource: connectionArn } };
}

/** What the build's role must be let to do to fetch the source. */
export function sourceAccess(
  pipeline: PipelineConfig,
  place: Place,
  connectionArn: string | undefined,
): SourceAccess {
  if (isConnected(pipeline.sourceType)) return { kind: "connection", connectionArn: connectionArn ?? "" };
  if (pipeline.sourceType === "S3") {
    return { kind: "s3", objectArn: `arn:${place.partition}:s3:::${pipeline.sourceLocation}` };
  }
  return { kind: "codecommit", repositoryArn: codeCommitArn(pipeline, place) };
}

/** @returns the ARN of the repository whose clone URL the source is */
export function codeCommitArn(pipeline: PipelineConfig, place: Place): string {
  const repository = pipeline.sourceLocation.split("/").at(-1) ?? "";
  return `arn:${place.partition}:codecommit:${place.region}:${place.accountId}:${repository}`;
}

/**
 * The filters of a webhook: a push to a branch with the prefix that changes a file in one of the folders.
 *
 * @param triggerPaths folders from the repository's root; empty: each push
 */
export function webhookFilterGroups({
  branchPrefix,
  triggerPaths,
}: Pick<PipelineConfig, "branchPrefix" | "triggerPaths">) {
  const folders = triggerPaths.map(escapeRegExp).join("|");
  return [
    {
      filters: [
        { type: "EVENT", pattern: "PUSH" },
        { type: "HEAD_REF", pattern: `^refs/heads/${escapeRegExp(branchPrefix)}` },
        ...(folders === "" ? [] : [{ type: "FILE_PATH", pattern: `^(${folders})/` }]),
      ],
    },
  ];
}

/** EventBridge's pattern for a push to such a branch of a CodeCommit repository. */
export function codeCommitEventPattern(repositoryArn: string, branchPrefix: string): string {
  return JSON.stringify({
    source: ["aws.codecommit"],
    "detail-type": ["CodeCommit Repository State Change"],
    resources: [repositoryArn],
    detail: {
      event: ["referenceCreated", "referenceUpdated"],
      referenceType: ["branch"],
      referenceName: [{ prefix: branchPrefix }],
    },
  });
}

/** Starts the build on the very commit that was pushed, with the branch as a webhook would give it. */
export const CODECOMMIT_INPUT = {
  inputPaths: { branch: "$.detail.referenceName", commit: "$.detail.commitId" },
  inputTemplate: `{
  "sourceVersion": <commit>,
  "environmentVariablesOverride": [
    { "name": "SOURCE_BRANCH", "type": "PLAINTEXT", "value": <branch> }
  ]
}`,
} as const;

/** What CodeConnections calls the provider of a source. */
export const CONNECTION_PROVIDER: Readonly<Record<ConnectedSource, string>> = {
  GITHUB: "GitHub",
  GITLAB: "GitLab",
  GITLAB_SELF_MANAGED: "GitLabSelfManaged",
};

/**
 * Where a connection is completed in the console.
 *
 * @param status as the stack last saw it: after the completion, `pulumi up --refresh` learns of it
 */
export function linkWhilePending(status: string, place: Place): string | null {
  return isPending(status) ? connectionsLink(place) : null;
}

/** A connection is pending until somebody completes it in the console. CreateProject and CreateWebhook refuse it so long. */
export function isPending(status: string): boolean {
  return status === "PENDING";
}

/** Slashes are no special characters in CodeBuild's patterns, and stay readable. */
function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
