/** An image in ECR that is known by its content; the provider beside this file makes it (Pulumi.yaml, plugins). */
import * as pulumi from "@pulumi/pulumi";
import type { ImageInputs } from "./provider/imageMaker.ts";

type Plain = Omit<ImageInputs, "buildArgs">;

export type ContentImageArgs = { [Name in keyof Plain]: pulumi.Input<Plain[Name]> } & {
  readonly buildArgs: Readonly<Record<string, pulumi.Input<string>>>;
};

/** Where ECR has the tag already, nothing is built and nothing is pushed. */
export class ContentImage extends pulumi.CustomResource {
  /** `<host>/<repository>@sha256:…` */
  declare readonly uri: pulumi.Output<string>;

  constructor(name: string, args: ContentImageArgs, options: pulumi.CustomResourceOptions) {
    super("ecs-migrate-image:index:ContentImage", name, { ...args, uri: undefined }, options);
  }
}
