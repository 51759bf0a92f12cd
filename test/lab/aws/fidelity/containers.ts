import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr";
import type { Task } from "@aws-sdk/client-ecs";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import {
  aws,
  byName,
  container,
  docker,
  ecr,
  image,
  linesOf,
  register,
  run,
  ssm,
  stopped,
  until,
} from "./local.ts";

/** Runs one container to its end. @returns its lines, once `last` is among them, and the task */
async function output(definition: string, last: string): Promise<{ lines: string[]; task: Task }> {
  const task = await stopped(await run(definition));
  return {
    lines: await until(
      () => linesOf(task, "main"),
      (lines) => lines.includes(last),
    ),
    task,
  };
}

describe("a container is made as its definition says", { concurrency: true }, () => {
  test("a SecureString reaches the container decrypted", async () => {
    await ssm.send(
      new PutParameterCommand({ Name: "/fidelity/url", Type: "SecureString", Value: "p@ss/w%rd" }),
    );
    const secrets = [{ name: "URL", valueFrom: "/fidelity/url" }];
    const definition = await register([container("main", 'echo "url=$URL"; echo end', { secrets })]);
    assert.deepEqual((await output(definition, "end")).lines, ["url=p@ss/w%rd", "end"]);
  });

  test("entryPoint replaces the image's, command is its argument", async () => {
    const entryPoint = ["echo", "from"];
    const definition = await register([container("main", "", { entryPoint, command: ["both"] })]);
    assert.deepEqual((await output(definition, "from both")).lines, ["from both"]);
  });

  test("user, workingDirectory and readonlyRootFilesystem hold", async () => {
    const script = "id -u; pwd; touch /etc/x 2>/dev/null || echo read-only; echo end";
    const settings = { user: "65534", workingDirectory: "/usr/local/bin", readonlyRootFilesystem: true };
    const definition = await register([container("main", script, settings)]);
    assert.deepEqual((await output(definition, "end")).lines, [
      "65534",
      "/usr/local/bin",
      "read-only",
      "end",
    ]);
  });

  test("a volume without a host path is an empty folder to write to", async () => {
    const script = "echo kept > /tmp/file && cat /tmp/file; echo end";
    const mountPoints = [{ sourceVolume: "scratch", containerPath: "/tmp", readOnly: false }];
    const settings = { readonlyRootFilesystem: true, mountPoints };
    const definition = await register([container("main", script, settings)], {
      volumes: [{ name: "scratch" }],
    });
    assert.deepEqual((await output(definition, "end")).lines, ["kept", "end"]);
  });

  test("ulimits hold", async () => {
    const ulimits = [{ name: "nofile" as const, softLimit: 123, hardLimit: 456 }];
    const definition = await register([container("main", "ulimit -Sn; ulimit -Hn; echo end", { ulimits })]);
    assert.deepEqual((await output(definition, "end")).lines, ["123", "456", "end"]);
  });

  test("the digest of the running image is reported, and pushed images run by digest", async () => {
    const created = await ecr.send(new CreateRepositoryCommand({ repositoryName: "fidelity/app" }));
    const uri = String(created.repository?.repositoryUri);
    assert.equal(uri, `127.0.0.1:${aws.port}/fidelity/app`);
    await docker.exec(["tag", image, `${uri}:1`]);
    const pushed = await docker.exec(["push", `${uri}:1`]);
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(pushed)?.[1];
    await docker.exec(["rmi", `${uri}:1`]);
    const definition = await register([container("main", "exit 3", { image: `${uri}@${digest}` })]);
    const task = await stopped(await run(definition));
    assert.equal(byName(task, "main")?.imageDigest, digest);
    assert.equal(byName(task, "main")?.exitCode, 3);
    await docker.exec(["rmi", "--force", `${uri}@${digest}`]);
  });

  test("a tag that is there takes no other image where the repository is immutable, and no image is said so, in ECR's words", async () => {
    const repositoryName = "fidelity/immutable";
    await ecr.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability: "IMMUTABLE" }));
    const reference = `127.0.0.1:${aws.port}/${repositoryName}:1`;
    const describe = () =>
      ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: "1" }] }));
    await assert.rejects(describe(), {
      name: "ImageNotFoundException",
      message:
        "The image with imageId {imageDigest:'null', imageTag:'1'} does not exist within the repository with name 'fidelity/immutable' in the registry with id '000000000000'",
    });
    await docker.exec(["tag", image, reference]);
    await docker.exec(["push", reference]);
    await docker.exec(["push", reference]);
    const digest = (await describe()).imageDetails?.[0]?.imageDigest;
    await docker.exec(["build", "--tag", reference, "-"], { input: `FROM ${image}\nLABEL other=1\n` });
    await assert.rejects(docker.exec(["push", reference]), (error: Error) => {
      assert.match(
        error.message,
        /tag invalid: The image tag '1' already exists in the 'fidelity\/immutable' repository and cannot be overwritten because the repository is immutable\.$/m,
      );
      return true;
    });
    assert.equal((await describe()).imageDetails?.[0]?.imageDigest, digest);
    await docker.exec(["rmi", "--force", reference]);
  });

  test("the registry's address is one that answers here", async () => {
    const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
    assert.equal(authorizationData?.[0]?.proxyEndpoint, aws.endpoint);
    assert.equal((await fetch(`${aws.endpoint}/v2/`)).status, 200);
  });
});
