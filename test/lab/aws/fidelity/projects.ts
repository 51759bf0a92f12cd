import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  BatchGetProjectsCommand,
  CreateProjectCommand,
  CreateWebhookCommand,
  DeleteProjectCommand,
  DeleteWebhookCommand,
  UpdateProjectCommand,
  UpdateWebhookCommand,
} from "@aws-sdk/client-codebuild";
import { codebuild } from "./local.ts";

describe("CodeBuild", () => {
  const project = {
    name: "fidelity",
    source: { type: "GITLAB" as const, location: "https://gitlab.com/group/app.git" },
    artifacts: { type: "NO_ARTIFACTS" as const },
    environment: {
      type: "LINUX_CONTAINER" as const,
      image: "aws/codebuild/standard:7.0",
      computeType: "BUILD_GENERAL1_SMALL" as const,
    },
    serviceRole: "arn:aws:iam::000000000000:role/build",
  };
  const read = async () =>
    (await codebuild.send(new BatchGetProjectsCommand({ names: ["fidelity"] }))).projects?.[0];
  const filter = (pattern: string) => [[{ type: "HEAD_REF" as const, pattern }]];

  test("a project keeps what it was given; its webhook is made, changed and removed; its ARN deletes it", async () => {
    const cache = { type: "LOCAL" as const, modes: ["LOCAL_DOCKER_LAYER_CACHE" as const] };
    const logsConfig = { cloudWatchLogs: { status: "ENABLED" as const, groupName: "/build" } };
    const given = { queuedTimeoutInMinutes: 60, concurrentBuildLimit: 1, cache, logsConfig };
    const created = await codebuild.send(new CreateProjectCommand({ ...project, ...given }));
    for (const each of [created.project, await read()])
      for (const [field, value] of Object.entries(given))
        assert.deepEqual(each?.[field as keyof typeof given], value, field);
    await codebuild.send(new UpdateProjectCommand({ name: "fidelity", queuedTimeoutInMinutes: 5 }));
    assert.equal((await read())?.queuedTimeoutInMinutes, 5);

    const made = await codebuild.send(
      new CreateWebhookCommand({ projectName: "fidelity", filterGroups: filter("^refs/heads/stage/") }),
    );
    assert.match(
      String(made.webhook?.payloadUrl),
      /^https:\/\/codebuild\.ap-northeast-1\.amazonaws\.com\/webhooks/,
    );
    assert.deepEqual((await read())?.webhook?.filterGroups, filter("^refs/heads/stage/"));
    assert.equal((await read())?.webhook?.secret, undefined);
    const twice = codebuild.send(new CreateWebhookCommand({ projectName: "fidelity" }));
    await assert.rejects(twice, { name: "ResourceAlreadyExistsException" });
    await codebuild.send(new UpdateWebhookCommand({ projectName: "fidelity", filterGroups: filter("^x$") }));
    assert.deepEqual((await read())?.webhook?.filterGroups, filter("^x$"));
    await codebuild.send(new DeleteWebhookCommand({ projectName: "fidelity" }));
    assert.equal((await read())?.webhook, undefined);
    const gone = codebuild.send(new DeleteWebhookCommand({ projectName: "fidelity" }));
    await assert.rejects(gone, { name: "ResourceNotFoundException" });

    await codebuild.send(new DeleteProjectCommand({ name: String(created.project?.arn) }));
    assert.equal(await read(), undefined);
  });

  test("a project gets AWS's defaults", async () => {
    await codebuild.send(new CreateProjectCommand(project));
    const { queuedTimeoutInMinutes, cache, projectVisibility, concurrentBuildLimit } = (await read()) ?? {};
    assert.deepEqual(
      { queuedTimeoutInMinutes, cache, projectVisibility, concurrentBuildLimit },
      {
        queuedTimeoutInMinutes: 480,
        cache: { type: "NO_CACHE" },
        projectVisibility: "PRIVATE",
        concurrentBuildLimit: undefined,
      },
    );
    await codebuild.send(new DeleteProjectCommand({ name: "fidelity" }));
  });
});
