/**
 * What makes two commands the same run: the database, the family of tasks, the operation, and who asked. The revision is
 * no part of it: it is compared, so that a command given again after a deploy still finds its own task.
 *
 * docs/once.md says what follows from this.
 */
import { createHash } from "node:crypto";
import { type Operation, operationText } from "../contract/operations.ts";
import type { Outputs } from "../contract/outputs.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Who asked: a job of a CI, which stays itself if it is run again, or a person at a terminal. */
export type Asker = { readonly kind: "job"; readonly id: string } | { readonly kind: "person" };

/**
 * The job that asks. A job that is run again has the same id, on whatever machine: GitHub's run id stays and only its
 * attempt counts up; GitLab's pipeline id stays and only its job's id is new.
 *
 * Source: GitHub Actions, "Variables reference"; GitLab CI/CD, "Predefined variables"; CodeBuild User Guide,
 * "Environment variables in build environments".
 *
 * @param build the build's id as the report shows it; used if the environment names no job
 */
export function askerOf(env: Environment, build: string | null): Asker {
  if (env.GITHUB_ACTIONS && env.GITHUB_RUN_ID)
    return job("github", env.GITHUB_REPOSITORY, env.GITHUB_RUN_ID, env.GITHUB_JOB);
  if (env.GITLAB_CI && env.CI_PIPELINE_ID)
    return job("gitlab", env.CI_PROJECT_ID, env.CI_PIPELINE_ID, env.CI_JOB_NAME);
  return build === null ? { kind: "person" } : job("build", build);
}

function job(...parts: (string | undefined)[]): Asker {
  return { kind: "job", id: parts.map((part) => part ?? "").join(" ") };
}

/** One line that two commands share if and only if they are the same run, or one is to follow the other. */
export function runKey(outputs: Outputs, operation: Operation, asker: Asker): string {
  const { clusterArn, taskDefinitionFamily, databaseSecret } = outputs;
  const who = asker.kind === "job" ? asker.id : "";
  return JSON.stringify([clusterArn, taskDefinitionFamily, databaseSecret, operationText(operation), who]);
}

/**
 * The identity of one run: 32 hex digits.
 *
 * @param nonce which of the runs with this key: a number in a job, random text for a person; see `journal.ts`
 */
export function runIdentity(key: string, nonce: string): string {
  return createHash("sha256").update(`${key}\n${nonce}`).digest("hex").slice(0, 32);
}
