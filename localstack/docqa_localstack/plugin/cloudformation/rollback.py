"""A failed deployment ends as on AWS: rolled back, with the reason in the stack's events.

LocalStack's open release runs the deletions of an update that has failed, keeps the half-made state and the new
template, ends a failed update as ROLLBACK_COMPLETE (which the CDK answers by deleting the stack) or, by UpdateStack,
as UPDATE_COMPLETE, and ends a failed deletion as DELETE_COMPLETE. It also ignores DeletionPolicy and
UpdateReplacePolicy.
"""

import copy
import functools
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final

LOG = logging.getLogger(__name__)

CUSTOM_TYPES: Final = ("Custom::", "AWS::CloudFormation::CustomResource")


@dataclass(frozen=True)
class Step:
    """One resource that was made or changed. before, state: what the stack knew of it until then, None if nothing."""

    made: bool
    logical_id: str
    resource_type: str
    before: Mapping[str, Any] | None
    state: Mapping[str, Any] | None


@dataclass
class Journal:
    """What one execution has done."""

    steps: list[Step] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    """Logical ids, in the order of their failures."""
    undoing: bool = False


def journal(executor: Any) -> Journal:
    """The journal of an execution, begun on first use."""
    found: Journal = executor.__dict__.setdefault("_docqa_journal", Journal())
    return found


def is_retained(template: Mapping[str, Any] | None, logical_id: str, *, replaced: bool = False) -> bool:
    """Whether the policy of a resource says that it outlives its place in the stack."""
    resource = ((template or {}).get("Resources") or {}).get(logical_id) or {}
    return resource.get("UpdateReplacePolicy" if replaced else "DeletionPolicy") == "Retain"


def _hold_next_status(stack: Any) -> None:
    """Let the next status of `stack` pass unheard: the caller of the executor sets a success after every failure."""

    def once(status: Any, reason: Any = None) -> None:
        del stack.set_stack_status

    stack.set_stack_status = once


class Engine:
    """The functions that replace methods of LocalStack's ChangeSetModelExecutor; `self.module` is its module."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.act = module.ChangeSetModelExecutor._execute_resource_action
        self.change = module.ChangeSetModelExecutor._execute_resource_change

    # --- single resources

    def execute_resource_change(self, executor: Any, name: str, before: Any, after: Any) -> None:
        """Compare what a resource was with what it shall be by their values.

        LocalStack takes a property for changed when it refers to a changed resource: a function URL would be replaced,
        and get another address, with each update of its function.
        """
        nothing = self.module.is_nothing
        if not nothing(before) and not nothing(after) and before.resource_type == after.resource_type:
            known = executor._change_set.stack.resolved_resources.get(name)
            if known and before.properties == after.properties:  # it differs only in what it depends on
                executor.resources[name] = known
                return
            provider = executor.resource_provider_executor.try_load_resource_provider(after.resource_type)
            schema = provider.SCHEMA if provider is not None else {}  # AWS::CDK::Metadata may have none
            fixed = {pointer.split("/")[2] for pointer in schema.get("createOnlyProperties", ())}
            old, new = ({} if nothing(state) else state.properties for state in (before.properties, after.properties))
            after.requires_replacement = any(old.get(property_) != new.get(property_) for property_ in fixed)
        self.change(executor, name=name, before=before, after=after)

    def execute_resource_action(
        self,
        executor: Any,
        action: Any,
        logical_resource_id: str,
        resource_type: str,
        before_properties: Any,
        after_properties: Any,
        part_of_replacement: bool = False,
    ) -> Any:
        """Make, change or delete one resource, and note it for a rollback."""
        module, stack, notes = self.module, executor._change_set.stack, journal(executor)
        removal = action == module.ChangeAction.Remove
        if (
            removal
            and not notes.undoing
            and is_retained(stack.processed_template, logical_resource_id, replaced=part_of_replacement)
        ):
            return module.ProgressEvent(module.OperationStatus.SUCCESS, resource_model={}, message="retained")
        step = Step(
            made=action == module.ChangeAction.Add,
            logical_id=logical_resource_id,
            resource_type=resource_type,
            before=copy.deepcopy(stack.resolved_resources.get(logical_resource_id)),
            state=copy.deepcopy(stack.resource_states.get(logical_resource_id)),
        )
        event = self.act(
            executor,
            action=action,
            logical_resource_id=logical_resource_id,
            resource_type=resource_type,
            before_properties=before_properties,
            after_properties=after_properties,
            part_of_replacement=part_of_replacement,
        )
        if event.status == module.OperationStatus.FAILED:
            notes.failed.append(logical_resource_id)
        elif not removal and not notes.undoing:
            notes.steps.append(step)
            if not step.made and resource_type.startswith(CUSTOM_TYPES):
                self._replace_custom_resource(executor, step)
        return event

    def _replace_custom_resource(self, executor: Any, step: Step) -> None:
        """AWS: another physical id from an update is a replacement, and the old resource gets a Delete at the end."""
        new = executor.resources[step.logical_id]
        if step.before is None or new["PhysicalResourceId"] == step.before["PhysicalResourceId"]:
            return
        name = f"cleanup-from-replacement-{step.logical_id}"
        executor._defer_action(name, functools.partial(self._remove, executor, step, step.before["Properties"]))

    def process_event(
        self,
        executor: Any,
        *,
        action: Any,
        logical_resource_id: str,
        event_status: Any,
        resource_type: str,
        special_action: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Note the event of a resource. The status of the stack is not its business."""
        module = self.module
        outcome = "COMPLETE" if event_status == module.OperationStatus.SUCCESS else event_status.name
        verb = special_action or module.EventOperationFromAction[action.value]
        executor._change_set.stack.set_resource_status(
            logical_resource_id=logical_resource_id,
            physical_resource_id=executor._get_physical_id(logical_resource_id, False),
            resource_type=resource_type,
            status=module.ResourceStatus(f"{verb}_{outcome}"),
            resource_status_reason=reason,
        )

    def _act_with_events(self, executor: Any, step: Step, action: Any, before: Any, after: Any) -> bool:
        """Do `action` with its two events; properties are plain models. Returns whether it succeeded."""
        module = self.module
        about = {"action": action, "logical_resource_id": step.logical_id, "resource_type": step.resource_type}
        executor._process_event(event_status=module.OperationStatus.IN_PROGRESS, **about)
        event = executor._execute_resource_action(
            **about,
            before_properties=module.PreprocProperties(copy.deepcopy(before)),
            after_properties=module.PreprocProperties(copy.deepcopy(after)) if after is not None else None,
            part_of_replacement=action == module.ChangeAction.Remove,
        )
        executor._process_event(event_status=event.status, reason=event.message or None, **about)
        return bool(event.status == module.OperationStatus.SUCCESS)

    def _remove(self, executor: Any, step: Step, model: Any) -> bool:
        return self._act_with_events(executor, step, self.module.ChangeAction.Remove, model, None)

    # --- the whole stack

    def execute(self, executor: Any) -> Any:
        """Deploy, or delete when the stack is being deleted, and roll back a failure."""
        module, stack = self.module, executor._change_set.stack
        failure: str | None = None
        try:
            executor.process()
        except module.TriggerRollback as error:
            failure = error.reason or f"{error.logical_resource_id} failed"
        except Exception as error:  # whatever a template can raise is the reason of the failure, not of a crash
            LOG.warning("deployment of %s failed", stack.stack_name, exc_info=True)
            failure = str(error) or repr(error)
        if stack.status == module.StackStatus.DELETE_IN_PROGRESS:
            self._finish_deletion(executor)
        elif failure is not None:
            self._roll_back(executor, failure)
        elif executor._deferred_actions:
            stack.set_stack_status(module.StackStatus.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS)
            self._run_deferred(executor)
        return module.ChangeSetModelExecutorResult(
            resources=executor.resources, outputs=executor.outputs, failure_message=failure
        )

    @staticmethod
    def _run_deferred(executor: Any) -> None:
        """Deletions, in reverse order of their creation. They leave entries among the resources: take these out."""
        resources = dict(executor.resources)
        for deferred in reversed(executor._deferred_actions):
            deferred.action()
        executor.resources = resources

    def _finish_deletion(self, executor: Any) -> None:
        stack, notes = executor._change_set.stack, journal(executor)
        self._run_deferred(executor)
        if not notes.failed:
            return
        stack.resolved_resources = {
            name: resource for name, resource in stack.resolved_resources.items() if name in notes.failed
        }
        stack.processed_template = _only(stack.processed_template, notes.failed)
        names = ", ".join(notes.failed)
        reason = f"The following resource(s) failed to delete: [{names}]. "
        stack.set_stack_status(self.module.StackStatus.DELETE_FAILED, reason)
        _hold_next_status(stack)

    def _roll_back(self, executor: Any, failure: str) -> None:
        status, change_set, notes = self.module.StackStatus, executor._change_set, journal(executor)
        stack = change_set.stack
        is_update = stack.template is not None
        prefix, verb = ("UPDATE_", "update") if is_update else ("", "create")
        names = ", ".join(notes.failed)
        reason = f"The following resource(s) failed to {verb}: [{names}]. " if names else failure
        stack.set_stack_status(status(f"{prefix}ROLLBACK_IN_PROGRESS"), reason)
        notes.failed, notes.undoing = [], True
        kept = dict(stack.resolved_resources) if is_update else {}
        for step in reversed(notes.steps):
            self._undo(executor, step, kept)
        stack.set_stack_status(status(f"{prefix}ROLLBACK_{'FAILED' if notes.failed else 'COMPLETE'}"))
        executor.resources = kept
        if is_update:
            for name in ("template", "processed_template", "template_body", "resolved_parameters"):
                setattr(change_set, name, getattr(stack, name))
            executor.outputs = list(stack.resolved_outputs)
        else:
            change_set.processed_template = _only(change_set.processed_template, list(kept))
        if change_set.change_set_id not in stack.change_set_ids:  # CreateStack and UpdateStack
            _hold_next_status(stack)

    def _undo(self, executor: Any, step: Step, kept: dict[str, Any]) -> None:
        """Take back one step; `kept` becomes what the stack has in the end."""
        module, stack, now = self.module, executor._change_set.stack, executor.resources[step.logical_id]
        if not step.made:
            former = (step.before or {}).get("SpecifiedProperties") or (step.before or {}).get("Properties") or {}
            if self._act_with_events(executor, step, module.ChangeAction.Modify, now["Properties"], former):
                kept[step.logical_id] = executor.resources[step.logical_id]
            return
        if is_retained(executor._change_set.template, step.logical_id):
            return
        if not self._remove(executor, step, now["Properties"]):
            kept[step.logical_id] = now
        elif step.before is not None:
            stack.resource_states[step.logical_id] = step.state


def _only(template: Mapping[str, Any] | None, logical_ids: list[str]) -> dict[str, Any]:
    """`template` with these resources alone, so that a later deletion of the stack meets nothing that is not there."""
    resources = (template or {}).get("Resources") or {}
    return {
        **(template or {}),
        "Resources": {name: resource for name, resource in resources.items() if name in logical_ids},
        "Outputs": {},
    }


def roll_back_failures(module: ModuleType) -> None:
    """Put the functions of Engine in the place of the executor's methods."""
    engine, executor = Engine(module), module.ChangeSetModelExecutor

    def method(function: Any) -> Any:
        @functools.wraps(function)
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            return function(self, *args, **kwargs)

        return call

    executor.execute = method(engine.execute)
    executor._process_event = method(engine.process_event)
    executor._execute_resource_action = method(engine.execute_resource_action)
    executor._execute_resource_change = method(engine.execute_resource_change)


PATCHES: Final = {"localstack.services.cloudformation.engine.v2.change_set_model_executor": roll_back_failures}
