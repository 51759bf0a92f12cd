import type { Operation } from "../../../automation/contract/operations.ts";
import type { VerdictContext } from "../../../automation/verdict/context.ts";
import { describeVerdict } from "../../../automation/verdict/describe.ts";
import type { Verdict } from "../../../automation/verdict/verdict.ts";
import { CONTEXT } from "../../support/verdictSamples.ts";

export const doing = (operation: Operation): VerdictContext => ({ ...CONTEXT, operation });
export const commands = (verdict: Verdict, context = CONTEXT) =>
  describeVerdict(verdict, context).next.flatMap(({ command }) => (command === null ? [] : [command]));
export const npm = (...words: string[]) => words.map((text) => `npx ecs-migrate ${text} --stack prod`);
