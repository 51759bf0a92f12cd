/** Builds and pushes with the `docker` command, so with the engine, the builder and the cache that the machine has. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stageContext } from "../buildContext.ts";
import { makeDockerConfig, registriesOf } from "./dockerConfig.ts";
import { type Builder, ImageError, type ImageInputs } from "./imageMaker.ts";

const LINES_SHOWN = 30;

export class Docker implements Builder {
  readonly #login: string;
  readonly #signal: AbortSignal | undefined;

  /**
   * @param login `user:password` in base64, for the registries of the images' region
   * @param signal ends a build or a push
   */
  constructor(login: string, signal?: AbortSignal) {
    this.#login = login;
    this.#signal = signal;
  }

  async build(inputs: ImageInputs): Promise<void> {
    await this.#inFolder(async (folder) => {
      const context = join(folder, "context");
      stageContext(inputs.context, inputs.dockerfile, context);
      await docker(buildArguments(inputs, context), this.#env(folder, inputs), this.#signal);
    });
  }

  async push(inputs: ImageInputs): Promise<void> {
    const args = ["push", referenceOf(inputs)];
    await this.#inFolder((folder) => docker(args, this.#env(folder, inputs), this.#signal));
  }

  async #inFolder(work: (folder: string) => Promise<void>): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-image-"));
    try {
      await work(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  #env(folder: string, inputs: ImageInputs): NodeJS.ProcessEnv {
    const texts = [readFileSync(inputs.dockerfile, "utf8"), ...Object.values(inputs.buildArgs)];
    const registries = registriesOf(inputs.repositoryUrl, inputs.region, texts);
    return {
      ...process.env,
      DOCKER_CONFIG: makeDockerConfig(join(folder, "docker"), registries, this.#login, process.env),
      // A provenance record would make of one image an index of two (docker/buildx, build attestations).
      BUILDX_NO_DEFAULT_ATTESTATIONS: "1",
    };
  }
}

/** @returns the image's name for `docker push` */
export function referenceOf({ repositoryUrl, tag }: Pick<ImageInputs, "repositoryUrl" | "tag">): string {
  return `${repositoryUrl}:${tag}`;
}

/**
 * Arguments of `docker build`. Where images are named to take layers from, the new one carries what a later build needs
 * to do so (BuildKit's inline cache).
 *
 * @param context the folder to send
 */
export function buildArguments(inputs: ImageInputs, context: string): string[] {
  const { buildArgs, cacheFrom = [], target } = inputs;
  const args = { ...buildArgs, ...(cacheFrom.length > 0 ? { BUILDKIT_INLINE_CACHE: "1" } : {}) };
  return [
    "build",
    "--tag",
    referenceOf(inputs),
    "--file",
    inputs.dockerfile,
    "--platform",
    inputs.platform,
    ...(target === undefined ? [] : ["--target", target]),
    ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    ...cacheFrom.flatMap((image) => ["--cache-from", image]),
    context,
  ];
}

/** @throws {ImageError} with the last lines that the command wrote */
async function docker(args: readonly string[], env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<void> {
  const child = spawn("docker", args, { env, stdio: ["ignore", "pipe", "pipe"], ...(signal && { signal }) });
  let output = "";
  const keep = (text: string) => {
    output = (output + text).slice(-100_000);
  };
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", (error) => reject(notStarted(error)));
    child.once("close", resolve);
  });
  if (code !== 0) throw failed(args[0] ?? "", code, output);
}

function notStarted(cause: NodeJS.ErrnoException): ImageError {
  if (cause.name === "AbortError") return new ImageError("The image's build was cancelled.", { cause });
  const why = cause.code === "ENOENT" ? "there is no docker command on the PATH" : cause.message;
  return new ImageError(`The image cannot be built: ${why}; install Docker and start it.`, { cause });
}

function failed(verb: string, code: number | null, output: string): ImageError {
  const lines = output.trimEnd().split("\n").slice(-LINES_SHOWN).join("\n");
  return new ImageError(`docker ${verb} failed (exit code ${code ?? "none"}); its last lines:\n${lines}`);
}
