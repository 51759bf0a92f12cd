/** The printed command lines in the order of a team's first week, for firstWeek.test.ts. */

/** Lines that do not run here, with the reason. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  "npx ecs-migrate new NAME": 'run as `new "add products weight"`',
};

export interface Step {
  /** As printed, or as it follows from it where the documents say it in words. */
  readonly line: string;
  readonly exit?: number;
  readonly says?: RegExp;
}

/** In the order of a team's first week. */
export const STEPS: readonly Step[] = [
  { line: "pulumi preview -s stage" },
  { line: "pulumi up -s stage" },
  { line: "npx ecs-migrate deploy --stack stage", says: /Applied 8 migrations/ },
  { line: "npx ecs-migrate check --against stage", says: /nothing found/ },
  { line: "npx ecs-migrate check --against stage --fix" },
  { line: "npx ecs-migrate check --dir ../shop/db/migrations" },
  { line: "npx ecs-migrate check --dir ../shop/db/migrations --base origin/main", says: /nothing found/ },
  {
    line: "npx ecs-migrate check --base origin/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME --format codequality --output codequality.json",
  },
  { line: "npx ecs-migrate check --base origin/$GITHUB_BASE_REF --format sarif --output check.sarif" },
  {
    line: "npx ecs-migrate doctor --stack stage",
    says: /✔ database secret: parameter \/shop\/stage\/migration/,
  },
  { line: "npx ecs-migrate doctor --stack stage --database" },
  { line: "npx ecs-migrate plan --stack stage" },
  { line: "npx ecs-migrate plan down 3 --stack stage" },
  { line: "npx ecs-migrate plan --stack stage --markdown --output plan.md" },
  // A stack that names no service.
  { line: "npx ecs-migrate rollback --stack stage", exit: 2, says: /rolls no service/ },
  { line: "npx ecs-migrate migrate down 1 --stack stage --yes stage" },
  { line: "npx ecs-migrate migrate up --stack stage", says: /→ 20261120/ },
  { line: "npx ecs-migrate attach arn:aws:ecs:…:task/local-shop-migration/… --stack stage" },
  { line: "npx ecs-migrate migrate status --stack stage" },
  { line: "npx ecs-migrate migrate version --stack stage" },
  { line: "npx ecs-migrate migrate force 7 --stack stage", exit: 2 },
  { line: "npx ecs-migrate migrate goto 7 --revision 7 --stack stage", exit: 2 },
  { line: "npx ecs-migrate migrate force 7 --unknown-version --stack stage" },
  // It exists once somebody has written it; docs/deploy.md shows the way out of a dirty database with it.
  { line: "npx ecs-migrate migrate force 20261121 --stack stage", exit: 2 },
  { line: "npx ecs-migrate migrate force 20261120 --stack stage" },
  { line: 'npx ecs-migrate new "add products weight"' },
  { line: "npx ecs-migrate deploy --allow-infra --stack stage", says: /Applied 1 migration/ },
  { line: "npx ecs-migrate deploy --allow-older --stack stage" },
  { line: "npx ecs-migrate deploy --break-lock --stack stage" },
  { line: "npx ecs-migrate history --stack stage", says: /force/ },
  { line: "npx ecs-migrate history --stack stage --since 12h" },
  { line: "npx ecs-migrate history --stack stage --since 52w --json > stage-history.json" },
  { line: "pulumi destroy -s stage" },
  { line: "pulumi stack rm stage" },
  { line: "aws ecs delete-task-definitions --task-definitions stage-shop-migration:1" },
  { line: "aws ssm delete-parameter --name /shop/stage/migration" },
  {
    line: "aws kms schedule-key-deletion --pending-window-in-days 30 --key-id <stateKeyArn of Pulumi.stage.yaml>",
  },
  { line: "aws kms delete-alias --alias-name alias/<application>-stage-state" },
];

/** Run before the steps, as what they print is needed there. */
export const BEGUN = /^npm run bootstrap -- |^printf %s /;
