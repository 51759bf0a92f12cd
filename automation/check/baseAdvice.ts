/** What to do where git lacks the commit of `--base`, or what joins it to HEAD. */
import { shellWord } from "../text/commandLine.ts";
import type { Git } from "./git.ts";

/** What a clone holds, as far as the advice depends on it. */
interface Clone {
  /** Names of its remotes; empty: there is nowhere to fetch from. */
  readonly remotes: readonly string[];
  /** Its history was cut, as CI systems do. */
  readonly shallow: boolean;
}

/** What a relative revision starts at: `HEAD` of `HEAD~9`, `origin/main` of `origin/main^` (git's "gitrevisions"). */
const RELATIVE = /^([^~^@:]+)(?:[~^:]|@\{)/;
const HASH = /^[0-9a-f]{7,64}$/;
const WHOLE_HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Why a commit is not there and how to get it, as the end of a sentence. */
export async function howToFetch(git: Git, cwd: string, ref: string): Promise<string> {
  const clone = await readClone(git, cwd).catch(() => undefined);
  if (!clone) return "git is not installed, or the folder is in no repository";
  const [, start] = RELATIVE.exec(ref) ?? [];
  if (start === undefined) return fetchOf(ref, clone);
  const known = await git(["rev-parse", "--verify", "--quiet", "--end-of-options", start], { cwd }).then(
    () => true,
    () => false,
  );
  return known ? deepen(start, clone) : fetchOf(start, clone);
}

/** How two commits get the ancestor that they share, as the end of a sentence. */
export async function howToJoin(git: Git, cwd: string): Promise<string> {
  return (await readClone(git, cwd)).shallow
    ? "fetch more history (git fetch --unshallow)"
    : "their histories are whole, so name another base";
}

async function readClone(git: Git, cwd: string): Promise<Clone> {
  const said = async (...words: string[]) => (await git(words, { cwd })).toString("utf8").trim();
  const remotes = await said("remote");
  const shallow = await said("rev-parse", "--is-shallow-repository");
  return { remotes: remotes === "" ? [] : remotes.split("\n"), shallow: shallow === "true" };
}

function deepen(start: string, { shallow }: Clone): string {
  return shallow
    ? "this clone is shallow; fetch its history first (git fetch --unshallow)"
    : `the history of ${start} does not go back so far; name another base`;
}

/** A single-branch clone keeps of `git fetch origin main` no name, so the command says where the name goes. */
function fetchOf(given: string, { remotes, shallow }: Clone): string {
  const [first] = remotes;
  if (given.startsWith("-") || first === undefined) return "name a branch, a tag or a commit";
  const main = remotes.includes("origin") ? "origin" : first;
  const fetch = `git fetch ${shallow ? "--unshallow " : ""}`;
  const once = (words: string) => `fetch it first (${fetch}${words})`;
  const ref = given.replace(/^(?:refs\/)?remotes\//, "").replace(/^refs\/(?=heads\/|tags\/)/, "");
  const [, kind, name = ref] = /^(heads|tags)\/(.+)$/.exec(ref) ?? [];
  const tag = `${main} tag ${shellWord(name)}`;
  const branch = `${main} ${shellWord(`${name}:${name}`)}`;
  if (kind !== undefined) return once(kind === "tags" ? tag : branch);
  const remote = remotes.find((one) => ref.startsWith(`${one}/`));
  if (remote !== undefined) {
    const short = ref.slice(remote.length + 1);
    return once(`${remote} ${shellWord(`${short}:refs/remotes/${ref}`)}`);
  }
  if (WHOLE_HASH.test(ref)) return once(`${main} ${ref}`);
  if (HASH.test(ref))
    return shallow
      ? deepen(ref, { remotes, shallow })
      : `fetch its branch first (${fetch}${main}), or give all its digits`;
  return `fetch it first (a branch: ${fetch}${branch}; a tag: ${fetch}${tag})`;
}
