/** The repository and the image that carries the migrations, built from the checkout and named by its digest. */
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { MIGRATOR_IMAGE_ARGUMENT } from "../../automation/contract/container.ts";
import type { ImageConfig } from "../config/image.ts";
import { type Build, buildsOf, MIGRATOR_TAG_PREFIX } from "./builds.ts";
import { ContentImage, type ContentImageArgs } from "./contentImage.ts";

export interface AppImageArgs {
  /** The repository's name. */
  readonly repositoryName: string;
  readonly image: ImageConfig;
  readonly region: string;
  /** Keeps the repository even where Pulumi is told to delete it. */
  readonly production: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

export class AppImage extends pulumi.ComponentResource {
  readonly repositoryUrl: pulumi.Output<string>;
  readonly repositoryArn: pulumi.Output<string>;
  /** `<repository>@sha256:…` */
  readonly image: pulumi.Output<string>;

  constructor(name: string, args: AppImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ecs-migrate:infra:AppImage", name, {}, opts);
    const { repository, url } = new awsx.ecr.Repository(`${name}-repository`, repositoryArgs(args), {
      parent: this,
      protect: args.production,
    });
    new aws.ecr.LifecyclePolicy(
      `${name}-lifecycle`,
      { repository: repository.name, policy: lifecyclePolicy(args.image.retention) },
      { parent: this },
    );
    const builds = buildsOf(args.image);
    const build = (suffix: string, what: Build, buildArgs: ContentImageArgs["buildArgs"]) => {
      const inputs = { ...contentImageArgs(args, what), repositoryUrl: url, buildArgs };
      return new ContentImage(`${name}-${suffix}`, inputs, { parent: this });
    };
    const migrator = builds.migrator && build("migrator", builds.migrator, builds.migrator.buildArgs);
    const image = build("image", builds.carrier, {
      ...builds.carrier.buildArgs,
      ...(migrator === undefined ? {} : { [MIGRATOR_IMAGE_ARGUMENT]: migrator.uri }),
    });
    this.repositoryUrl = url;
    this.repositoryArn = repository.arn;
    this.image = image.uri;
    this.registerOutputs({
      repositoryUrl: this.repositoryUrl,
      repositoryArn: this.repositoryArn,
      image: this.image,
    });
  }
}

/** The lifecycle policy is a resource of its own: awsx knows no rule for the images of one prefix besides all others. */
function repositoryArgs(args: AppImageArgs): awsx.ecr.RepositoryArgs {
  const kmsKey = args.image.kmsKeyArn;
  return {
    name: args.repositoryName,
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfigurations: [
      kmsKey === undefined ? { encryptionType: "AES256" } : { encryptionType: "KMS", kmsKey },
    ],
    forceDelete: !args.production,
    lifecyclePolicy: { skip: true },
    tags: args.tags,
  };
}

function contentImageArgs(
  { image, region }: Pick<AppImageArgs, "image" | "region">,
  { tag, appPath, dockerfile, platform, target }: Build,
): Omit<ContentImageArgs, "repositoryUrl" | "buildArgs"> {
  return {
    tag,
    region,
    context: appPath,
    dockerfile,
    platform,
    ...(target === undefined ? {} : { target }),
    ...(image.cacheFrom.length === 0 ? {} : { cacheFrom: image.cacheFrom }),
  };
}

/** Enough for a deploy of an older commit; a migrator that has gone is built again. */
const MIGRATORS_KEPT = 5;

/**
 * Keeps the newest images, and drops what no tag names a day after it was pushed. The migrators have a rule of their own:
 * they are built seldom, and no count of newer images may remove them (ECR User Guide, lifecycle policies: a rule does not
 * reach what a rule of higher priority matches).
 *
 * @param retention how many tagged images to keep; the older revisions that can still run are as many
 */
export function lifecyclePolicy(retention: number): string {
  return JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: "Expire untagged images after a day",
        selection: {
          tagStatus: "untagged",
          countType: "sinceImagePushed",
          countUnit: "days",
          countNumber: 1,
        },
        action: { type: "expire" },
      },
      {
        rulePriority: 2,
        description: `Keep the newest ${MIGRATORS_KEPT} migrators`,
        selection: {
          tagStatus: "tagged",
          tagPrefixList: [MIGRATOR_TAG_PREFIX],
          countType: "imageCountMoreThan",
          countNumber: MIGRATORS_KEPT,
        },
        action: { type: "expire" },
      },
      {
        rulePriority: 3,
        description: `Keep the newest ${retention} images`,
        selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: retention },
        action: { type: "expire" },
      },
    ],
  });
}
