import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { DockerError, dockerProblem, requireDocker } from "../../../automation/stack/docker.ts";

describe("requireDocker", () => {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-docker-"));
  const { signal } = new AbortController();
  after(() => rmSync(folder, { recursive: true }));

  function fakeDocker(script: string): NodeJS.ProcessEnv {
    writeFileSync(join(folder, "docker"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, "docker"), 0o755);
    return { PATH: folder };
  }

  it("is content with an engine that answers", async () => {
    await requireDocker(fakeDocker('[ "$1" = version ] && echo 28.0.0'), signal);
  });

  it("says what to install where there is no client", async () => {
    await assert.rejects(
      requireDocker({ PATH: join(folder, "nowhere") }, signal),
      (error) =>
        error instanceof DockerError &&
        error.exitCode === 2 &&
        error.message ===
          "The image cannot be built: there is no docker command on the PATH; install Docker and run the same command again",
    );
  });

  it("says what the client said where no engine answers", async () => {
    const env = fakeDocker(
      'echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock." >&2; exit 1',
    );
    await assert.rejects(requireDocker(env, signal), {
      name: "DockerError",
      message:
        "The image cannot be built: the Docker engine does not answer (Cannot connect to the Docker daemon at unix:///var/run/docker.sock.); start it, or set DOCKER_HOST, and run the same command again",
    });
  });

  it("says the process's own trouble where the client said nothing", () => {
    assert.match(
      dockerProblem({ message: "spawn docker EACCES" }, ""),
      /does not answer \(spawn docker EACCES\)/,
    );
  });
});
