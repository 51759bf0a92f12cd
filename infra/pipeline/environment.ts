/** What a build is told and runs in. Pure. */
import type { Platform } from "../config/image.ts";
import type { PipelineConfig } from "../config/pipeline.ts";

export interface BuildVariable {
  readonly name: string;
  readonly value: string;
  readonly type: "PLAINTEXT";
}

export interface BuildEnvironmentArgs {
  readonly environment: string;
  readonly region: string;
  readonly pipeline: Pick<PipelineConfig, "stateBucket" | "stateUrl" | "projectPath">;
  readonly slackWebhookParameter: string | undefined;
  /** Seconds that the deploy waits for the migration. */
  readonly migrationTimeout: number;
}

/**
 * The environment variables of a build. `STACK` is the stack that this project deploys, so that a build that was started
 * by hand knows it as well. Of the webhook's URL only the parameter's name is here: CodeBuild itself would end each build in
 * DOWNLOAD_SOURCE if the parameter did not exist.
 */
export function buildEnvironment(args: BuildEnvironmentArgs): BuildVariable[] {
  const { stateBucket, stateUrl, projectPath } = args.pipeline;
  const variables: Readonly<Record<string, string | undefined>> = {
    STACK: args.environment,
    MIGRATION_TIMEOUT: `${args.migrationTimeout}s`,
    PROJECT_PATH: projectPath || undefined,
    PULUMI_BACKEND_URL: stateUrl ?? (stateBucket && `s3://${stateBucket}?region=${args.region}`),
    SLACK_WEBHOOK_PARAMETER: args.slackWebhookParameter,
  };
  return Object.entries(variables).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value, type: "PLAINTEXT" as const }],
  );
}

/**
 * Source: AWS CodeBuild User Guide, "Docker images provided by CodeBuild". The instance has the image's architecture, so
 * that docker builds without emulation.
 */
export function defaultBuildImage(platform: Platform): string {
  return platform === "linux/arm64"
    ? "aws/codebuild/amazonlinux-aarch64-standard:3.0"
    : "aws/codebuild/amazonlinux-x86_64-standard:5.0";
}
