"""One schedule per rule: LocalStack's open release adds another with each PutTargets and never takes one away."""

import functools
from types import ModuleType
from typing import Any, Final


def one_job_per_rule(module: ModuleType) -> None:
    """Replace the job of a rule, where LocalStack would add one."""
    service, scheduler = module.RuleService, module.JobScheduler
    create = service.create_schedule_job
    jobs: dict[str, str] = {}

    @functools.wraps(create)
    def create_schedule_job(self: Any, function: Any) -> None:
        cancel(self.arn)
        create(self, function)
        jobs[self.arn] = self.job_id

    def cancel(arn: str) -> None:
        if job_id := jobs.pop(arn, None):
            scheduler.instance().cancel_job(job_id)

    service.create_schedule_job = create_schedule_job
    service.docqa_cancel_schedule = staticmethod(cancel)


def cancel_with_the_rule(module: ModuleType) -> None:
    """A deleted rule, and one that PutRule has given another schedule or none, loses its job.

    CloudFormation and the CDK follow PutRule with PutTargets, which makes the new one.
    """
    provider = module.EventsProvider
    delete, make = provider._delete_rule_services, provider.create_rule_service

    @functools.wraps(delete)
    def delete_rule_services(self: Any, rules: Any) -> None:
        for rule in rules.values() if isinstance(rules, dict) else [rules]:
            module.RuleService.docqa_cancel_schedule(rule.arn)
        delete(self, rules)

    @functools.wraps(make)
    def create_rule_service(self: Any, *args: Any, **kwargs: Any) -> Any:
        rule_service = make(self, *args, **kwargs)
        module.RuleService.docqa_cancel_schedule(rule_service.arn)
        if rule_service.schedule_cron and rule_service.rule.targets:
            rule = rule_service.rule
            function = self._get_scheduled_rule_job_function(rule.account_id, rule.region, rule)
            rule_service.create_schedule_job(function)
        return rule_service

    provider._delete_rule_services, provider.create_rule_service = delete_rule_services, create_rule_service


PATCHES: Final = {
    "localstack.services.events.rule": one_job_per_rule,
    "localstack.services.events.provider": cancel_with_the_rule,
}
