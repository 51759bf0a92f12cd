/** A deploy builds an image, so it wants a Docker engine before anything is changed. */
import { execFile } from "node:child_process";
import { EcsMigrateError, EXIT } from "../contract/errors.ts";

/** There is no Docker client, or its engine does not answer; nothing was started. */
export class DockerError extends EcsMigrateError {
  readonly code = "docker";
  readonly exitCode = EXIT.usage;
}

/** An engine that is up answers at once; one that hangs is none. */
const TIMEOUT_MS = 15_000;

/** @throws {DockerError} in one sentence with what to do */
export async function requireDocker(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const args = ["version", "--format", "{{.Server.Version}}"];
    execFile("docker", args, { env, signal, timeout: TIMEOUT_MS }, (error, _stdout, stderr) => {
      // Stopped on purpose: that is no fault of Docker's.
      if (error && signal.aborted) reject(error);
      else if (error) reject(new DockerError(dockerProblem(error, stderr), { cause: error }));
      else resolve();
    });
  });
}

/** Pure. */
export function dockerProblem(
  error: { readonly code?: unknown; readonly message: string },
  stderr: string,
): string {
  if (error.code === "ENOENT") {
    return "The image cannot be built: there is no docker command on the PATH; install Docker and run the same command again";
  }
  const said = stderr.trim().split("\n").at(-1) || error.message;
  return `The image cannot be built: the Docker engine does not answer (${said}); start it, or set DOCKER_HOST, and run the same command again`;
}
