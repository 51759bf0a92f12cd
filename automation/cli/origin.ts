/** Who and what asked for a run, read from the environment of the CI or the shell. Pure. */
import type { Origin } from "../contract/origin.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Knows CodeBuild, GitLab CI and GitHub Actions by the variables that their references document; else the shell's user.
 */
export function originOf(env: Environment): Origin {
  if (env.CODEBUILD_BUILD_ID) return codeBuildOrigin(env);
  if (env.GITLAB_CI) return gitLabOrigin(env);
  if (env.GITHUB_ACTIONS) return gitHubOrigin(env);
  return { by: text(env.USER) ?? text(env.LOGNAME), commit: null, branch: null, build: null, buildUrl: null };
}

function codeBuildOrigin(env: Environment): Origin {
  return {
    by: text(env.CODEBUILD_INITIATOR),
    commit: text(env.CODEBUILD_RESOLVED_SOURCE_VERSION),
    branch: branchName(env.CODEBUILD_WEBHOOK_HEAD_REF) ?? branchName(env.CODEBUILD_SOURCE_VERSION),
    build: text(env.CODEBUILD_BUILD_ID),
    buildUrl: text(env.CODEBUILD_BUILD_URL),
  };
}

function gitLabOrigin(env: Environment): Origin {
  return {
    by: text(env.GITLAB_USER_LOGIN),
    commit: text(env.CI_COMMIT_SHA),
    branch: text(env.CI_COMMIT_REF_NAME),
    build: text(env.CI_JOB_ID),
    buildUrl: text(env.CI_JOB_URL),
  };
}

function gitHubOrigin(env: Environment): Origin {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  return {
    by: text(env.GITHUB_ACTOR),
    commit: text(env.GITHUB_SHA),
    branch: text(env.GITHUB_REF_NAME),
    build: run ? `${run}.${env.GITHUB_RUN_ATTEMPT ?? "1"}` : null,
    buildUrl: server && repository && run ? `${server}/${repository}/actions/runs/${run}` : null,
  };
}

/** `refs/heads/stage/login` and `stage/login` are the branch `stage/login`; a commit's hash is none. */
function branchName(ref: string | undefined): string | null {
  if (!ref || /^[0-9a-f]{40}$/.test(ref)) return null;
  return ref.replace(/^refs\/heads\//, "");
}

function text(value: string | undefined): string | null {
  return value === undefined || value === "" ? null : value;
}
