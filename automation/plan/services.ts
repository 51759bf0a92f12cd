/** What a deploy would do with the stack's services, and the words for it. Pure. */
import { codeText, revisionName } from "../text/image.ts";

/** What runs, or is to run. */
interface Code {
  readonly image: string;
  /** null if nobody said. */
  readonly commit: string | null;
}

export interface PlannedService {
  readonly cluster: string;
  readonly service: string;
  readonly outcome: "rolls" | "stays" | "unknown";
  /** What it runs; null if it was not read, or no code was deployed to it. */
  readonly from: (Code & { readonly taskDefinition: string }) | null;
  /** What it would run; null if it stays. An image of null is the one that the deploy builds. */
  readonly to: { readonly image: string | null; readonly commit: string | null } | null;
  /** One clause: why it stays, or what to know of the roll; null if there is nothing to add. */
  readonly detail: string | null;
}

const WORDS: Readonly<Record<PlannedService["outcome"], string>> = {
  rolls: "would roll",
  stays: "would not roll",
  unknown: "may roll",
};

/** One line of a service, the same on the terminal, in Slack and in Markdown. */
export function plannedServiceLine({ service, outcome, from, to, detail }: PlannedService): string {
  const runs =
    from === null ? "" : `${revisionName(from.taskDefinition)} (${codeText(from.image, from.commit)})`;
  const way = to === null ? runs : `${runs || "no code"} → ${targetText(to)}`;
  const why = detail === null || way === "" ? (detail ?? "") : ` (${detail})`;
  return `service ${service} ${WORDS[outcome]}: ${way}${why}`;
}

function targetText({ image, commit }: NonNullable<PlannedService["to"]>): string {
  if (image !== null) return codeText(image, commit);
  return `the image that the deploy builds${commit === null ? "" : ` from commit ${commit.slice(0, 7)}`}`;
}
