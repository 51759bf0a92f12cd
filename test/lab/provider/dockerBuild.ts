/** Builds an image with `docker build` and pushes it. */
import { spawn } from "node:child_process";
import { type BuildInputs, buildCommand, pushedDigest } from "./imageInputs.ts";

const LINES_SHOWN = 30;

/** `docker build` or `docker push` did not succeed; the message ends with the last lines that it wrote. */
export class DockerError extends Error {
  constructor(command: string, code: number | null, output: string, options?: ErrorOptions) {
    const lines = output.trimEnd().split("\n").slice(-LINES_SHOWN).join("\n");
    super(`docker ${command} failed (exit code ${code ?? "none"}); its last lines:\n${lines}`, options);
    this.name = "DockerError";
  }
}

/**
 * @param dockerfile path of the Dockerfile
 * @returns the digest under which the registry keeps the image, `sha256:…`
 * @throws {DockerError}
 */
export async function buildAndPush(inputs: BuildInputs, dockerfile: string): Promise<string> {
  const [tag] = inputs.tags;
  if (tag === undefined) throw new Error("An image needs a tag to be pushed under.");
  await docker(buildCommand(inputs, dockerfile));
  const digest = pushedDigest(await docker(["push", tag]));
  if (digest === undefined) throw new Error(`docker push ${tag} named no digest.`);
  return digest;
}

/** The lab names the client that it chose in `ECS_MIGRATE_LAB_DOCKER`. */
async function docker(args: readonly string[]): Promise<string> {
  const client = process.env.ECS_MIGRATE_LAB_DOCKER || "docker";
  const child = spawn(client, args, {
    env: { ...process.env, DOCKER_BUILDKIT: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const keep = (text: string) => {
    output += text;
  };
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return output;
  throw new DockerError(args[0] ?? "", code, output);
}
