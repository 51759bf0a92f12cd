/** Whether what is deployed is newer than what is to be deployed. Pure, but for the calls of git. */
import type { Git } from "../check/git.ts";
import type { Source } from "../contract/source.ts";

/** How two commits lie in the history: `after` if the second follows from the first. */
export type Order = "after" | "before" | "diverged" | "unknown";

/**
 * True if a newer commit of the same branch is deployed. Another branch is never compared: the later push wins.
 *
 * @param order how `deployed` lies to `ours`
 */
export function isOvertaken(ours: Source | null, deployed: Source | null, order: Order): boolean {
  if (ours === null || deployed === null) return false;
  if (ours.commit === deployed.commit || ours.branch !== deployed.branch) return false;
  if (order === "after") return true;
  if (order === "before") return false;
  // A newer commit is not in this checkout yet, and a rewritten branch has no common line: the commits' own times decide.
  if (ours.time === null || deployed.time === null) return false;
  return Date.parse(deployed.time) > Date.parse(ours.time);
}

/** How `deployed` lies to `ours` in the checkout's history. */
export async function orderOf(git: Git, cwd: string, ours: string, deployed: string): Promise<Order> {
  const isAncestor = async (first: string, second: string): Promise<boolean> =>
    git(["merge-base", "--is-ancestor", first, second], { cwd }).then(
      () => true,
      () => false,
    );
  if (await isAncestor(deployed, ours)) return "before";
  if (await isAncestor(ours, deployed)) return "after";
  const known = await git(["cat-file", "-e", `${deployed}^{commit}`], { cwd }).then(
    () => true,
    () => false,
  );
  return known ? "diverged" : "unknown";
}

/** The commit's own time, ISO 8601; null outside a git checkout. */
export async function commitTime(git: Git, cwd: string, commit: string): Promise<string | null> {
  try {
    const text = await git(["show", "--no-patch", "--format=%cI", commit], { cwd });
    return text.toString("utf8").trim() || null;
  } catch {
    return null;
  }
}

/** The commit that is deployed, if it is newer than this deploy's. */
export async function newerCommit(
  deps: OrderDeps,
  outputs: { readonly source: Source | null } | undefined,
): Promise<string | undefined> {
  const deployed = outputs?.source ?? null;
  return deployed && (await isNewer(deps, deployed)) ? deployed.commit : undefined;
}

interface OrderDeps {
  /** See DeployDeps, of all three. */
  readonly allowOlder?: boolean;
  readonly source?: Source | null;
  readonly orderTo?: (deployed: string) => Promise<Order>;
}

/** Whether something is of a newer commit than this deploy's. */
export async function isNewer({ allowOlder, source, orderTo }: OrderDeps, other: Source): Promise<boolean> {
  if (allowOlder || !source || source.commit === other.commit) return false;
  return isOvertaken(source, other, (await orderTo?.(other.commit)) ?? "unknown");
}
