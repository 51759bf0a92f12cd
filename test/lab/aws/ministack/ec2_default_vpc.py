"""EC2: the default VPC's way out."""

from ministack.services import ec2


def with_route_out(original):
    # AWS: a default VPC comes with "a route to the main route table that points all traffic (0.0.0.0/0) to the internet
    # gateway" (Amazon VPC User Guide, "Default VPC components"). MiniStack has the gateway and no route to it.
    def init_defaults():
        original()
        for table in ec2._route_tables.values():
            routes = table["Routes"]
            if table["VpcId"] != ec2._DEFAULT_VPC_ID or any(r["DestinationCidrBlock"] == "0.0.0.0/0" for r in routes):
                continue
            routes.append({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": ec2._DEFAULT_IGW_ID,
                           "State": "active", "Origin": "CreateRoute"})

    return init_defaults


def apply():
    ec2._init_defaults = with_route_out(ec2._init_defaults)
    # The first scope was made when the module was loaded.
    ec2._init_defaults()
