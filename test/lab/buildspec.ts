/** Runs a buildspec's phases as CodeBuild does. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** The phases in their order. Source: AWS CodeBuild User Guide, "View detailed build information", phase transitions. */
const PHASES = ["install", "pre_build", "build", "post_build"] as const;
type PhaseName = (typeof PHASES)[number];

interface Phase {
  readonly commands?: readonly string[];
  /** Run after the commands, whether they failed or not. */
  readonly finally?: readonly string[];
}

export interface Buildspec {
  readonly variables: Readonly<Record<string, string>>;
  readonly phases: Readonly<Partial<Record<PhaseName, Phase>>>;
  readonly artifacts: {
    readonly "base-directory": string;
    readonly files: readonly string[];
    readonly name: string;
  };
  readonly cache: { readonly key: string };
}

export interface PhaseResult {
  readonly name: PhaseName;
  readonly succeeded: boolean;
}

export interface BuildResult {
  /** Those that were run, in order. */
  readonly phases: readonly PhaseResult[];
  /** Both streams, as the build's log has them. */
  readonly output: string;
}

/** @throws {Error} if the file is of another version, or names another shell, than the runner knows */
export function readBuildspec(text: string): Buildspec {
  const { version, env, phases, artifacts, cache } = parse(text);
  if (version !== 0.2 || env?.shell !== "bash")
    throw new Error("the runner knows version 0.2 with bash alone");
  return { variables: env.variables ?? {}, phases, artifacts, cache };
}

/** A text of the file in which CodeBuild expands variables and commands: the artifact's name, the cache's key. */
export function expand(text: string, env: NodeJS.ProcessEnv): string {
  const script = `cat <<END\n${text}\nEND`;
  return execFileSync("bash", ["-c", script], { env, encoding: "utf8" }).trimEnd();
}

/**
 * What CodeBuild uploads in UPLOAD_ARTIFACTS without packaging: each named file of the base directory, below the artifact's
 * name. A file that does not exist is left out; none at all ends the phase with CLIENT_ERROR "no matching artifact paths found".
 *
 * @returns the key in the bucket to the file
 */
export function artifactFiles({ artifacts }: Buildspec, env: NodeJS.ProcessEnv): Map<string, string> {
  const folder = join(env.CODEBUILD_SRC_DIR ?? "", artifacts["base-directory"]);
  const found = artifacts.files.filter((file) => existsSync(join(folder, file)));
  const name = expand(artifacts.name, env);
  return new Map(found.map((file) => [`${name}/${file}`, join(folder, file)]));
}

const MARK = "phase-result";

/**
 * The build as one script: version 0.2 runs all commands in one shell, so exports carry from phase to phase. A failed
 * command ends its phase's commands; `finally` runs all the same. A failed install or pre_build is the end, a failed
 * build still has its post_build, which reads CODEBUILD_BUILD_SUCCEEDING. Source: AWS CodeBuild User Guide, "Build
 * specification reference" and "Build phase transitions".
 */
export function buildScript({ phases }: Buildspec): string {
  const quoted = (command: string) => `'${command.replaceAll("'", "'\\''")}'`;
  const script = ["export CODEBUILD_BUILD_SUCCEEDING=1"];
  for (const name of PHASES) {
    const phase = phases[name];
    if (phase === undefined) continue;
    script.push("ok=1");
    for (const command of phase.commands ?? [])
      script.push(`if [ $ok = 1 ]; then eval ${quoted(command)} || ok=0; fi`);
    for (const command of phase.finally ?? []) script.push(`eval ${quoted(command)} || ok=0`);
    script.push(`echo "${MARK} ${name} $ok"`, 'if [ "$ok" = 0 ]; then CODEBUILD_BUILD_SUCCEEDING=0; fi');
    if (name === "install" || name === "pre_build") script.push('if [ "$ok" = 0 ]; then exit 1; fi');
  }
  return [...script, '[ "$CODEBUILD_BUILD_SUCCEEDING" = 1 ]'].join("\n");
}

export interface BuildOptions {
  readonly cwd: string;
  /** The environment's variables go before those of the buildspec. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

export async function runBuild(
  buildspec: Buildspec,
  { cwd, env, signal }: BuildOptions,
): Promise<BuildResult> {
  const child = spawn("bash", ["-c", buildScript(buildspec)], {
    cwd,
    signal,
    env: { ...buildspec.variables, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  await new Promise((done, failed) => child.once("error", failed).once("close", done));
  const phases = [...output.matchAll(new RegExp(`^${MARK} (\\w+) ([01])$`, "gm"))].map(([, name, ok]) => ({
    name: name as PhaseName,
    succeeded: ok === "1",
  }));
  return { phases, output };
}
