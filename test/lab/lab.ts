import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import { type MiniStack, REGION, startMiniStack } from "./aws/ministack.ts";
import { type Postgres, startPostgres } from "./database/postgres.ts";
import { type BaseImages, ensureBaseImages } from "./docker/baseImages.ts";
import { type Docker, ensureDocker } from "./docker/docker.ts";
import { findHostAddress } from "./docker/hostAddress.ts";
import { makeProject, type ProjectOptions } from "./project.ts";
import { type SharedPlugins, startSharedPlugins } from "./provider/sharedPlugins.ts";
import { type SlackReceiver, startSlackReceiver } from "./slack/receiver.ts";
import { Cleanup, type Report, step } from "./steps.ts";
import { pluginScripts } from "./toolchain/plugins.ts";
import { ensureToolchain } from "./toolchain.ts";

/** A whole AWS on this machine, a database, a receiver in Slack's place and the Pulumi engine. */
export interface Lab {
  readonly docker: Docker;
  readonly images: BaseImages;
  readonly ministack: MiniStack;
  /** The local AWS: `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  /** For a client of the AWS SDK that a test or the bench makes. */
  readonly clientConfig: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  readonly postgres: Postgres;
  readonly slack: SlackReceiver;
  /** The lab's own temporary folder; it goes away with the lab. */
  readonly folder: string;
  /** The environment for child processes: the local AWS, the toolchain, the state's folder, the clients on the PATH. */
  readonly env: NodeJS.ProcessEnv;
  /** Which Pulumi toolchain serves: the official one or the one built from registries. */
  readonly toolchain: string;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  /** Makes a folder in which Pulumi can run the program for an application, apart from the checkout. */
  makeProject(options: Omit<ProjectOptions, "folder">): Promise<string>;
  /** Leaves no container, process, port or temporary folder behind. */
  stop(): Promise<void>;
}

export interface LabOptions {
  readonly report: Report;
  /** The Dockerfile of the application, which names the official base images; the example's where left out. */
  readonly dockerfile?: string;
  /** Tells of a task's end as late as Fargate does. */
  readonly fargateClock?: boolean;
  /** Starts the plugins of the toolchain from registries once for all runs; see startSharedPlugins for when that will do. */
  readonly sharedPlugins?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Starts everything; what does not depend on another starts beside it. One line a part, with its time.
 *
 * @throws {LabError} naming what is missing; everything that was started is stopped again first
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  const cleanup = new Cleanup();
  const signal = options.signal ?? new AbortController().signal;
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-lab-"));
  cleanup.add("temporary folder", () => rmSync(folder, { recursive: true, force: true }));
  try {
    const parts = await startParts({ ...options, signal }, folder, cleanup);
    signal.throwIfAborted();
    const own = childEnvironment(folder, parts);
    const shares = options.sharedPlugins === true && parts.toolchain.way === "registries";
    const plugins = shares ? await startPlugins(options.report, own, cleanup) : undefined;
    return {
      ...parts,
      endpoint: parts.ministack.endpoint,
      clientConfig: {
        endpoint: parts.ministack.endpoint,
        region: REGION,
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
      },
      toolchain: parts.toolchain.way,
      folder,
      env: { ...own, ...plugins?.env },
      signal,
      makeProject: async (project) =>
        makeProject({ ...project, folder: mkdtempSync(join(folder, "project-")) }),
      stop: () => cleanup.run(),
    };
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

/**
 * Runs `work` with a lab, and stops the lab whatever happens: at the end, after an error, and on SIGINT or SIGTERM at
 * any moment of start or work.
 *
 * @throws what `work` throws, or the signal's AbortError
 */
export async function withLab<T>(options: LabOptions, work: (lab: Lab) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = (name: NodeJS.Signals) => {
    if (!controller.signal.aborted) options.report(`         ${name}: stopping the lab`);
    controller.abort();
  };
  const outer = () => controller.abort();
  options.signal?.addEventListener("abort", outer, { once: true });
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    const lab = await startLab({ ...options, signal: controller.signal });
    try {
      return await work(lab);
    } finally {
      await lab.stop();
    }
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    options.signal?.removeEventListener("abort", outer);
  }
}

type Toolchain = Awaited<ReturnType<typeof ensureToolchain>>;

interface Parts {
  readonly docker: Docker;
  readonly images: BaseImages;
  readonly ministack: MiniStack;
  readonly postgres: Postgres;
  readonly slack: SlackReceiver;
  readonly toolchain: Toolchain;
}

async function startParts(
  options: LabOptions & { signal: AbortSignal },
  folder: string,
  cleanup: Cleanup,
): Promise<Parts> {
  const { report, signal } = options;
  const services = startServices(options, folder, cleanup);
  const toolchain = step(
    report,
    "pulumi",
    () => ensureToolchain({ report }),
    (ready) => ready.way,
  );
  const slack = step(report, "slack", startSlackReceiver, (receiver) => receiver.url).then((receiver) => {
    cleanup.add("slack", receiver.stop);
    return receiver;
  });
  // All must have settled before anything is stopped: what starts late would stay behind otherwise.
  const settled = await Promise.allSettled([services, toolchain, slack] as const);
  const failed = settled.find((result) => result.status === "rejected");
  signal.throwIfAborted();
  if (failed) throw failed.reason;
  return { ...(await services), toolchain: await toolchain, slack: await slack };
}

/** Docker first; then all that needs it, side by side. */
async function startServices(
  options: LabOptions & { signal: AbortSignal },
  folder: string,
  cleanup: Cleanup,
) {
  const { report, signal } = options;
  const docker = await step(report, "docker", () => ensureDocker({ report, signal }), describeDocker);
  cleanup.add("docker", docker.stop);
  const host = await findHostAddress(docker.docker);
  const ministack = step(
    report,
    "aws",
    () => startMiniStack({ report, folder, signal, fargateClock: options.fargateClock }),
    (aws) => aws.endpoint,
  ).then((started) => {
    cleanup.add(
      "containers",
      async () => void (await docker.docker.removeContainers(`ministack.instance=${started.instance}`)),
    );
    cleanup.add("aws", started.stop);
    return started;
  });
  const postgres = step(
    report,
    "postgres",
    () => startPostgres({ folder, gateway: host, signal }),
    (server) => `port ${server.port}`,
  ).then((started) => {
    cleanup.add("postgres", started.stop);
    return started;
  });
  const { dockerfile } = options;
  const images = step(
    report,
    "images",
    () =>
      ensureBaseImages({
        docker: docker.docker,
        report,
        signal,
        ...(dockerfile !== undefined && { dockerfile }),
      }),
    (ready) => `${ready.runtime}, ${ready.builder}, ${ready.migrator}`,
  );
  const settled = await Promise.allSettled([ministack, postgres, images] as const);
  const failed = settled.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  return {
    docker: docker.docker,
    ministack: await ministack,
    postgres: await postgres,
    images: await images,
  };
}

async function startPlugins(
  report: Report,
  env: NodeJS.ProcessEnv,
  cleanup: Cleanup,
): Promise<SharedPlugins> {
  const start = () => startSharedPlugins(pluginScripts(env.PULUMI_HOME ?? ""), env);
  const plugins = await step(report, "plugins", start, (started) => started.env.PULUMI_DEBUG_PROVIDERS);
  cleanup.add("plugins", plugins.stop);
  return plugins;
}

function describeDocker(running: { version: string; started: boolean }): string {
  return `engine ${running.version}${running.started ? ", started for the lab" : ""}`;
}

function childEnvironment(folder: string, parts: Parts): NodeJS.ProcessEnv {
  const bin = join(folder, "bin");
  const state = join(folder, "state");
  const temporary = join(folder, "tmp");
  for (const path of [bin, state, temporary]) mkdirSync(path);
  // Under its own name, so that every child finds this client first even where another one precedes it on the PATH.
  symlinkSync(parts.docker.path, join(bin, basename(parts.docker.path)));
  const { toolchain } = parts;
  const path = [bin, dirname(process.execPath), toolchain.env.PATH ?? process.env.PATH ?? ""].join(delimiter);
  return {
    ...withoutNpm(process.env),
    ...toolchain.env,
    ...parts.docker.env,
    PATH: path,
    // What the engine and its plugins leave in the temporary folder when they are stopped goes away with the lab.
    TMPDIR: temporary,
    AWS_ENDPOINT_URL: parts.ministack.endpoint,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    // Nothing of the user's own AWS configuration may reach the local AWS, or the other way about.
    AWS_PROFILE: undefined,
    AWS_SESSION_TOKEN: undefined,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: join(folder, "no-aws-config"),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, "no-aws-credentials"),
    PULUMI_BACKEND_URL: `file://${resolve(state)}`,
    PULUMI_CONFIG_PASSPHRASE: "local",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

/** What `npm run` tells the scripts of the checkout (npm docs, scripts: environment) is no word to a lab's project. */
function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isNpms = (name: string) => name === "INIT_CWD" || /^npm_(package|lifecycle)_/.test(name);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isNpms(name)));
}
