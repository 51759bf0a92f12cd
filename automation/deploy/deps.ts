/** What a deploy needs, and what it hands back. */
import type { EcsApi, LogsApi } from "../aws/clients.ts";
import type { Break } from "../check/oldCode.ts";
import type { CheckSettings } from "../check/settings.ts";
import type { Outputs } from "../contract/outputs.ts";
import type { DatabaseVersion } from "../contract/resultLine.ts";
import type { Source } from "../contract/source.ts";
import type { MigrationFile } from "../migrations/folder.ts";
import type { PlannedService } from "../plan/services.ts";
import type { RunReport } from "../report/report.ts";
import type { RunBase, RunDeps } from "../run/runOperation.ts";
import type { ServiceApi } from "../service/api.ts";
import type { DeployableStack } from "../stack/update.ts";
import type { Verdict } from "../verdict/verdict.ts";
import type { Order } from "./overtaken.ts";

export interface DeployDeps extends RunBase {
  readonly openStack: () => Promise<DeployableStack>;
  readonly findOutputs: () => Promise<Outputs | undefined>;
  /** The checkout's folder of migrations. */
  readonly readCheckout: () => Promise<readonly MigrationFile[]>;
  readonly connectEcs: (region: string) => Promise<EcsApi>;
  readonly connectLogs: (region: string) => Promise<LogsApi>;
  readonly connectServices: (region: string) => Promise<ServiceApi>;
  /** The operator's way past the infra guard. */
  readonly allowInfra: boolean;
  /** Deploys an older commit over a newer one. */
  readonly allowOlder?: boolean;
  /** Takes Pulumi's lock away from an update that died: an operator's word. */
  readonly breakLock?: boolean;
  /** The commit of the checkout; null or undefined if nobody knows it. */
  readonly source?: Source | null;
  /** How a deployed commit lies to the checkout's, by git. */
  readonly orderTo?: (deployed: string) => Promise<Order>;
  /** `MIGRATE=skip` or `MIGRATE=auto`: for this one build, over the stack's setting. */
  readonly migrate: "skip" | "auto" | undefined;
  /** How the migrations are looked at; undefined: as for Postgres, every rule on. */
  readonly checkSettings?: (() => Promise<CheckSettings>) | undefined;
  /** Whether files that the stack has not shipped are read for what they hold; if not, only order and edits are checked. */
  readonly checkContent?: boolean | undefined;
  /** The application's code at a commit; undefined: no code can be searched. */
  readonly codeAt?: ((commit: string) => Promise<CodeSearch>) | undefined;
  /**
   * Called before the migration is run, with what the stack has shipped by then; it does not throw. A verdict keeps the
   * migration from running.
   */
  readonly beforeUp?: ((deps: PlanDeps) => Promise<Verdict | undefined>) | undefined;
}

export type CodeSearch =
  | {
      /** The folders: `app, shared`. */
      readonly searched: string;
      /** Where the code names what a migration drops or renames, as `path:line`. */
      readonly find: (broken: Break) => Promise<readonly string[]>;
    }
  /** Why the code cannot be read, and what to do: a clause each, without a full stop. */
  | { readonly problem: string; readonly fix: string };

export interface PlanDeps extends RunDeps {
  /** The checkout's folder of migrations. */
  readonly files: readonly MigrationFile[];
  /** The database's version if no task is run to ask for it. */
  readonly known?: DatabaseVersion;
  /** The database's answer, if it was asked already. */
  readonly asked?: RunReport | undefined;
  /** What the deploy would do with the stack's services. */
  readonly planServices: () => Promise<PlannedService[]>;
}

export interface Deployed {
  readonly report: RunReport;
  /** undefined if the stack has none: its first deploy failed. */
  readonly outputs: Outputs | undefined;
}
