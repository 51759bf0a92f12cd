/** The plugins for aws and awsx, started once for all runs of the engine in a lab. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { LabError } from "../labError.ts";

export interface SharedPlugins {
  /** To be laid over the environment of whatever runs the engine. */
  readonly env: { readonly PULUMI_DEBUG_PROVIDERS: string };
  stop(): Promise<void>;
}

/**
 * The engine attaches to a plugin that PULUMI_DEBUG_PROVIDERS names in place of starting it (pulumi pkg/resource/plugin,
 * NewProvider): 3 s less for each run. For runs with one and the same configuration, one after the other.
 *
 * @param commands the plugins' start scripts by package
 * @throws {LabError} if a plugin ends at once
 */
export async function startSharedPlugins(
  commands: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv,
): Promise<SharedPlugins> {
  const children: ChildProcess[] = [];
  const stop = async () => {
    await Promise.all(children.map(ended));
  };
  const ports = Object.entries(commands).map(async ([name, command]) => {
    const child = spawn(command, { env, stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    const port = await Promise.race([
      once(createInterface({ input: child.stdout }), "line").then(([line]) => String(line)),
      once(child, "close").then(() => undefined),
    ]);
    if (port === undefined) throw new LabError(`The plugin ${command} ended before it gave its port.`);
    child.stdout.resume();
    return `${name}:${port}`;
  });
  try {
    return { env: { PULUMI_DEBUG_PROVIDERS: (await Promise.all(ports)).join(",") }, stop };
  } catch (error) {
    await Promise.allSettled(ports);
    await stop();
    throw error;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill();
  await closed;
}
