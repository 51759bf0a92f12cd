"""IAM: SimulateCustomPolicy with the context that the caller gives.

AWS evaluates the conditions against `ContextEntries` and answers for every action on every resource; MiniStack passes the
entries over, and takes the first resource alone. Its evaluator knows both.
"""

from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam

DECISIONS = {"Allow": "allowed", "Deny": "explicitDeny"}


def members(request, prefix):
    """The values of a list as the Query protocol numbers them."""
    values = []
    while value := iam._p(request, f"{prefix}.member.{len(values) + 1}"):
        values.append(value)
    return values


def context_of(request):
    context = {}
    index = 1
    while key := iam._p(request, f"ContextEntries.member.{index}.ContextKeyName"):
        values = members(request, f"ContextEntries.member.{index}.ContextKeyValues")
        context[key.lower()] = values[0] if len(values) == 1 else values
        index += 1
    return context


def simulate_custom_policy(request):
    policies = [parse_policy_document(text) for text in members(request, "PolicyInputList")]
    context = context_of(request)
    account = get_account_id()
    results = ""
    for action in members(request, "ActionNames"):
        for resource in members(request, "ResourceArns") or ["*"]:
            result = evaluate(
                EvalContext(
                    principal_arn=f"arn:aws:iam::{account}:role/simulated",
                    principal_type="AssumedRole",
                    principal_account=account,
                    action=action,
                    resource_arn=resource,
                    region=get_region(),
                    service_context=context,
                ),
                policies,
            )
            decision = DECISIONS.get(result.decision, "implicitDeny")
            results += (
                f"<member><EvalActionName>{action}</EvalActionName><EvalResourceName>{resource}</EvalResourceName>"
                f"<EvalDecision>{decision}</EvalDecision></member>"
            )
    return iam._xml(
        200,
        "SimulateCustomPolicyResponse",
        f"<SimulateCustomPolicyResult><EvaluationResults>{results}</EvaluationResults>"
        "<IsTruncated>false</IsTruncated></SimulateCustomPolicyResult>",
        ns="iam",
    )


def apply():
    iam._IAM_HANDLERS["SimulateCustomPolicy"] = simulate_custom_policy
