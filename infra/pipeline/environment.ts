/** What a build is told and runs in. Pure. */
import type { PipelineConfig, Platform } from "../config/config.ts";

export interface BuildVariable {
  readonly name: string;
  readonly value: string;
  readonly type: "PLAINTEXT" | "PARAMETER_STORE";
}

export interface BuildEnvironmentArgs {
  readonly environment: string;
  readonly region: string;
  readonly pipeline: Pick<PipelineConfig, "stateBucket">;
  readonly slackWebhookParameter: string | undefined;
}

/**
 * The environment variables of a build. `STACK` is the stack that this project deploys, so that a build that was started
 * by hand knows it as well. The webhook's URL comes from its parameter, so that CodeBuild masks it in the log.
 */
export function buildEnvironment(args: BuildEnvironmentArgs): BuildVariable[] {
  const { stateBucket } = args.pipeline;
  const variables: BuildVariable[] = [{ name: "STACK", value: args.environment, type: "PLAINTEXT" }];
  if (stateBucket !== undefined) {
    const url = `s3://${stateBucket}?region=${args.region}`;
    variables.push({ name: "PULUMI_BACKEND_URL", value: url, type: "PLAINTEXT" });
  }
  if (args.slackWebhookParameter !== undefined) {
    variables.push({ name: "SLACK_WEBHOOK_URL", value: args.slackWebhookParameter, type: "PARAMETER_STORE" });
  }
  return variables;
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
