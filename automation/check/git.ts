/** Git as it is on the PATH. */
import { execFile } from "node:child_process";

/** Runs git with arguments in a folder; `input` goes to its stdin. Rejects where git's exit code is not 0. */
export type Git = (args: readonly string[], options: { cwd: string; input?: string }) => Promise<Buffer>;

/** Large enough for a folder of 10,000 migrations; beyond it git's output is cut and the call rejects. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** A hook's git tells its children where it works (GIT_DIR and others), which is not where this command looks. */
function withoutGit(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("GIT_")));
}

export const runGit: Git = (args, { cwd, input }) =>
  new Promise((resolve, reject) => {
    const child = execFile(
      "git",
      [...args],
      { cwd, env: withoutGit(process.env), encoding: "buffer", maxBuffer: MAX_OUTPUT_BYTES },
      (error, stdout) => (error ? reject(error) : resolve(stdout)),
    );
    // A git that fails early closes its stdin; its exit code tells why.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input ?? "");
  });
