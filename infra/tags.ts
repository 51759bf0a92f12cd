/**
 * The tags of every resource that takes any. The stack's own come last, so that a user's tag cannot hide whose resource
 * it is.
 */
export function resourceTags(
  application: string,
  environment: string,
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  return { ...extra, project: "ecs-migrate", application, stack: environment, "managed-by": "pulumi" };
}
