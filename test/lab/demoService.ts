/** The example's service, as its users see it while the demo deploys. */
import type { RunReport } from "../../automation/report/report.ts";
import type { ServiceReport } from "../../automation/report/services.ts";
import { shortImage } from "../../automation/text/image.ts";
import { serverOf } from "./docker/served.ts";
import type { Lab } from "./lab.ts";

/** What the first deploy makes, besides the migration's own. */
export const SERVICE_STACK = { "ecs-migrate:createService": { desiredCount: 1, port: 8080 } };

const PAUSE_MS = 200;
const PATIENCE_MS = 2_000;

export interface Visit {
  /** One line for the terminal. */
  readonly text: string;
  readonly asExpected: boolean;
}

/** Asks the application for its health all the time, and says after each deploy which image answers. */
export class Visitor {
  readonly #lab: Lab;
  #running: { readonly url: string; readonly image: string } | undefined;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** @returns how many requests of the time that `work` took had no good answer; there are none before the first deploy */
  async during<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly asked: number; readonly failed: number }> {
    const url = this.#running?.url;
    const answers: Promise<boolean>[] = [];
    const timer = url === undefined ? undefined : setInterval(() => answers.push(isWell(url)), PAUSE_MS);
    try {
      const result = await work();
      clearInterval(timer);
      const all = await Promise.all(answers);
      return { result, asked: all.length, failed: all.filter((well) => !well).length };
    } finally {
      clearInterval(timer);
    }
  }

  /** @param expected what the deploy had to do with the service */
  async visit(
    { image, services }: Pick<RunReport, "image" | "services">,
    expected: ServiceReport["kind"],
    { asked, failed }: { readonly asked: number; readonly failed: number },
  ): Promise<Visit> {
    const [service] = services;
    const rolled = service?.kind === "live";
    const runs = rolled ? image : this.#running?.image;
    const url = runs == null ? undefined : await serverOf(this.#lab, runs);
    if (url === undefined || runs == null || !(await isWell(url)))
      return { text: `No answer from ${runs ?? "the application"}`, asExpected: false };
    this.#running = { url, image: runs };
    const kept = rolled ? "" : `; during the deploy ${asked} requests, ${failed} without a good answer`;
    return {
      text: `GET ${url}: 200 from ${shortImage(runs)}, the ${rolled ? "new" : "same"} image${kept}`,
      asExpected: service?.kind === expected && (rolled || failed === 0),
    };
  }
}

async function isWell(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
