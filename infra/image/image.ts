/** The repository and the application's image in it, built from the checkout and named by its digest. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ImageConfig } from "../config/image.ts";
import { imageTagOf } from "./buildContext.ts";
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
    const repository = new aws.ecr.Repository(`${name}-repository`, repositoryArgs(args), {
      parent: this,
      protect: args.production,
    });
    new aws.ecr.LifecyclePolicy(
      `${name}-lifecycle`,
      { repository: repository.name, policy: lifecyclePolicy(args.image.retention) },
      { parent: this },
    );
    const image = new ContentImage(`${name}-image`, contentImageArgs(args, repository.repositoryUrl), {
      parent: this,
    });
    this.repositoryUrl = repository.repositoryUrl;
    this.repositoryArn = repository.arn;
    this.image = image.uri;
    this.registerOutputs({
      repositoryUrl: this.repositoryUrl,
      repositoryArn: this.repositoryArn,
      image: this.image,
    });
  }
}

function repositoryArgs(args: AppImageArgs): aws.ecr.RepositoryArgs {
  const kmsKey = args.image.kmsKeyArn;
  return {
    name: args.repositoryName,
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfigurations: [
      kmsKey === undefined ? { encryptionType: "AES256" } : { encryptionType: "KMS", kmsKey },
    ],
    forceDelete: !args.production,
    tags: args.tags,
  };
}

function contentImageArgs(
  { image, region }: Pick<AppImageArgs, "image" | "region">,
  repositoryUrl: pulumi.Output<string>,
): ContentImageArgs {
  return {
    repositoryUrl,
    tag: imageTagOf(image),
    region,
    context: image.appPath,
    dockerfile: image.dockerfile,
    platform: image.platform,
    buildArgs: image.buildArgs,
    ...(image.target === undefined ? {} : { target: image.target }),
    ...(image.cacheFrom.length === 0 ? {} : { cacheFrom: image.cacheFrom }),
  };
}

/**
 * Keeps the newest images, and drops what no tag names a day after it was pushed.
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
        description: `Keep the newest ${retention} images`,
        selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: retention },
        action: { type: "expire" },
      },
    ],
  });
}
