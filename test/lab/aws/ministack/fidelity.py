"""Starts MiniStack with the gaps closed in which it differs from AWS and that this project can meet.

Nothing of the installed package is edited: each module replaces functions of the running process, and says of each
what AWS does. Run it with the Python of the virtual environment that MiniStack 1.5.33 is installed in.
"""

import codebuild_projects
import ec2_default_vpc
import ec2_rules
import ecr_addresses
import ecr_images
import ecs_capacity
import ecs_lifecycle
import ecs_request
import ecs_services
import ecs_start
import iam_simulate
import logs_live_tail
import recorded_requests

from ministack.app import main

CORRECTIONS = (
    ecs_request,
    ecs_start,
    ecs_services,
    ecs_lifecycle,
    ecs_capacity,
    ec2_rules,
    ec2_default_vpc,
    ecr_addresses,
    ecr_images,
    codebuild_projects,
    iam_simulate,
    logs_live_tail,
    recorded_requests,
)

for correction in CORRECTIONS:
    correction.apply()

main()
