/** The container of the service that the stack makes. Pure. */
import { APP_CONTAINER, NO_CODE_TAG } from "../../automation/contract/createdService.ts";

/** Of its own: what the application logs is no evidence of migrations. */
export function appLogGroup(application: string, environment: string): string {
  return `/ecs/app/${application}/${environment}`;
}

interface AppContainerArgs {
  /** Without tag and digest. */
  readonly repositoryUrl: string;
  readonly port: number;
  readonly region: string;
  readonly logGroup: string;
  readonly environment: string;
}

/** @returns JSON, as a task definition takes it */
export function appContainers(args: AppContainerArgs): string {
  const { repositoryUrl, port, region, logGroup, environment } = args;
  return JSON.stringify([
    {
      name: APP_CONTAINER,
      image: `${repositoryUrl}:${NO_CODE_TAG}`,
      essential: true,
      portMappings: [{ containerPort: port, protocol: "tcp" }],
      environment: [{ name: "PORT", value: String(port) }],
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": logGroup,
          "awslogs-region": region,
          "awslogs-stream-prefix": environment,
        },
      },
    },
  ]);
}
