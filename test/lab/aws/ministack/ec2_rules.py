"""EC2: a security group's rule for all protocols."""

from ministack.services import ec2


def without_ports(original):
    # AWS: protocol -1 "allows traffic on all ports, regardless of any port range you specify", and describes such a rule
    # without ports. Terraform's provider names ports 0 to 0 when it revokes the rule that a new group starts with, and
    # MiniStack would find no such rule and leave it.
    def parse_ip_permissions(params, prefix):
        rules = original(params, prefix)
        for rule in rules:
            if rule["IpProtocol"] == "-1":
                rule.pop("FromPort", None)
                rule.pop("ToPort", None)
        return rules

    return parse_ip_permissions


def apply():
    ec2._parse_ip_permissions = without_ports(ec2._parse_ip_permissions)
