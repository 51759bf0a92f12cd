"""ECR: what it answers where an image does not exist, and where a tag is taken.

Both texts are ECR's own. The refused tag: moby/buildkit#3776 and aws/containers-roadmap#862, as `docker push` prints it.
The missing image: `aws ecr describe-images`, as hashicorp/terraform-provider-aws prints it for `aws_ecr_image`.
"""

from ministack.core.responses import error_response_json
from ministack.services import ecr


def missing_image(name, image):
    digest, tag = (image.get(key, "null") for key in ("imageDigest", "imageTag"))
    return error_response_json(
        "ImageNotFoundException",
        f"The image with imageId {{imageDigest:'{digest}', imageTag:'{tag}'}} does not exist within the repository "
        f"with name '{name}' in the registry with id '{ecr._registry_id()}'",
        400,
    )


def apply():
    describe_images = ecr._describe_images

    def describe(data):
        name = data.get("repositoryName", "")
        # MiniStack leaves out what it does not find.
        if name in ecr._repositories:
            for image in data.get("imageIds") or []:
                if ecr._find_image(name, image) is None:
                    return missing_image(name, image)
        return describe_images(data)

    ecr._describe_images = describe

    put_manifest = ecr._v2_put_manifest

    def put(name, ref, headers, body):
        answer = put_manifest(name, ref, headers, body)
        if answer[0] != 400 or b"TAG_INVALID" not in answer[2]:
            return answer
        message = (
            f"The image tag '{ref}' already exists in the '{name}' repository and cannot be overwritten "
            "because the repository is immutable."
        )
        return ecr._registry_error(400, "TAG_INVALID", message)

    ecr._v2_put_manifest = put
