/** The order in which Postgres runs the commands of one ALTER TABLE. */
import type { AlterTableCmd, Node } from "libpg-query";
import { bodiesOf } from "./tree.ts";

/** tablecmds.c, AlterTablePass, as far as the files can tell; what is not here comes last. */
const PASSES: readonly (readonly (string | undefined)[])[] = [
  ["AT_DropColumn", "AT_DropConstraint", "AT_DropNotNull", "AT_DropExpression", "AT_DropIdentity"],
  ["AT_AlterColumnType"],
  ["AT_AddColumn"],
  ["AT_AddConstraint"],
  ["AT_SetNotNull", "AT_SetIdentity"],
  ["AT_ColumnDefault", "AT_AddIdentity"],
];

/** The commands of one ALTER TABLE in the order in which they run. */
export function inPasses(nodes: readonly Node[] | undefined): AlterTableCmd[] {
  const passOf = ({ subtype, def }: AlterTableCmd) =>
    subtype === "AT_ColumnDefault" && !def ? 0 : PASSES.findIndex((pass) => pass.includes(subtype));
  const place = (command: AlterTableCmd) => (passOf(command) + PASSES.length + 1) % (PASSES.length + 1);
  return bodiesOf(nodes, "AlterTableCmd").sort((a, b) => place(a) - place(b));
}
