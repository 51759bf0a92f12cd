/** The commit that a deploy of this checkout is of, and how others lie to it. */
import { runGit } from "../check/git.ts";
import type { CommandContext } from "../cli/context.ts";
import { originOf } from "../cli/origin.ts";
import type { Source } from "../contract/source.ts";
import { commitTime, type Order, orderOf } from "../deploy/overtaken.ts";

interface CheckoutCommit {
  /** null for a checkout by hand: it may hold more than its commit. */
  readonly source: Source | null;
  /** How a deployed commit lies to the checkout's, by git. */
  readonly orderTo: (deployed: string) => Promise<Order>;
}

export async function readCommit({ env }: CommandContext, project: string): Promise<CheckoutCommit> {
  const { commit, branch } = originOf(env);
  if (commit === null) return { source: null, orderTo: async () => "unknown" };
  const source = { commit, branch, time: await commitTime(runGit, project, commit) };
  return { source, orderTo: (deployed) => orderOf(runGit, project, commit, deployed) };
}
