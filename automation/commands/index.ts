/**
 * The commands of `program.ts`. Each is loaded by itself alone: what deploy needs, the Automation API above all, takes
 * longer to load than a rerun takes to start its task.
 */
import type { CommandContext } from "../cli/context.ts";
import type { Commands } from "../cli/program.ts";

export function createCommands(context: CommandContext): Commands {
  return {
    deploy: async (options) => (await import("./deploy.ts")).deployCommand(context, options),
    migrate: async (operation, options) =>
      (await import("./migrate.ts")).migrateCommand(context, operation, options),
    attach: async (task, options) => (await import("./attach.ts")).attachCommand(context, task, options),
    rollback: async (options) => (await import("./rollback.ts")).rollbackCommand(context, options),
    check: async (options) => (await import("./check.ts")).checkCommand(context, options),
    newMigration: async (name, options) => (await import("./new.ts")).newCommand(context, name, options),
    plan: async (operation, options) => (await import("./plan.ts")).planCommand(context, operation, options),
    history: async (options) => (await import("./history.ts")).historyCommand(context, options),
    doctor: async (options) => (await import("./doctor.ts")).doctorCommand(context, options),
  };
}
