/** A rollback's report as a Slack message. Pure. */
import { betweenLines, type RollbackReport, rollbackServiceLine } from "../../report/rollback.ts";
import {
  codeBlock,
  contextBlock,
  escapeMrkdwn,
  headerBlock,
  inlineCode,
  LIMITS,
  type SlackMessage,
  sectionBlock,
} from "./blocks.ts";

export function rollbackMessage(report: RollbackReport): SlackMessage {
  const { application, stack, headline, exitCode, services, between, next, origin } = report;
  const title = `${exitCode === 0 ? "⏪" : "🔴"} ${application === stack ? stack : `${application} ${stack}`}: ${headline}`;
  const lines = (texts: readonly string[]) =>
    sectionBlock(
      texts
        .map((text) => escapeMrkdwn(text, 300))
        .join("\n")
        .slice(0, LIMITS.text),
    );
  return {
    text: escapeMrkdwn(title, LIMITS.text),
    blocks: [
      headerBlock(title),
      lines(services.map(rollbackServiceLine)),
      lines(betweenLines(between)),
      ...next.map(({ text, command }) =>
        sectionBlock(
          command === null
            ? escapeMrkdwn(text, 600)
            : `${escapeMrkdwn(text, 600)}\n${codeBlock(command, 1_000)}`,
        ),
      ),
      ...(origin.by === null ? [] : [contextBlock([`By ${inlineCode(origin.by, 120)}`])]),
    ],
  };
}
