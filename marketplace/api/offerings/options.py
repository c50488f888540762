"""The description of what an order has to say beside its limits, in Waldur's shape."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.json_shapes import (
    ANYTHING,
    NUMBER,
    TEXT,
    TRUTH,
    WHOLE,
    Fault,
    JsonField,
    Shape,
    either,
    list_of,
    map_of,
    record,
    words,
)
from marketplace import options
from marketplace.api.offerings.plugin_options import named

LOOSE_TEXT = Shape(TEXT.schema, ANYTHING.fault)
"""Called a text in the contract, but a default is of its option's type."""

CASCADE_STEP = record(
    {
        "choices": map_of(ANYTHING),
        "choices_map": map_of(ANYTHING),
        "depends_on": TEXT,
        "label": TEXT,
        "name": TEXT,
        "type": words("select_string", "select_string_multi"),
    },
    required=("label", "name", "type"),
)
FORMULA = record({"component_type": TEXT, "formula": TEXT}, required=("component_type", "formula"))
KUBERNETES = record(
    {
        "available_kubernetes_versions": TEXT,
        "load_balancer_mode": words("disabled", "optional", "required"),
        "topology_mode": words("1-datacenter", "3-datacenter", "customer_choice"),
        **named(
            "default_controller_etcd_disk_gb default_controller_ram_gb"
            " default_controller_system_disk_gb default_controller_vcpus"
            " default_lb_logs_disk_gb default_lb_ram_gb default_lb_system_disk_gb"
            " default_lb_vcpus default_storage_data_disk_gb default_storage_san_disk_gb"
            " default_worker_data_disk_gb minimal_worker_ram_gb minimal_worker_vcpus",
            WHOLE,
        ),
    }
)
STORAGE = record(
    {
        "component_type": TEXT,
        "default_hard_quota_multiplier": NUMBER,
        "default_permission": words("2770", "2775", "2777", "770", "775", "777"),
        "inode_hard_multiplier": WHOLE,
        "inode_soft_multiplier": WHOLE,
        "storage_data_types": list_of(
            record({"key": TEXT, "label": TEXT}, required=("key", "label"))
        ),
    },
    required=("component_type", "storage_data_types"),
)
TYPES = (
    "boolean",
    "component_formula",
    "component_multiplier",
    "component_sum",
    "conditional_cascade",
    "date",
    "html_text",
    "integer",
    "money",
    "multi_datacenter_k8s_config",
    "select_multiple_openstack_instances",
    "select_multiple_openstack_tenants",
    "select_openstack_instance",
    "select_openstack_tenant",
    "select_string",
    "select_string_multi",
    "single_datacenter_k8s_config",
    "storage_folder_manager",
    "string",
    "text",
    "time",
)
FIELD = record(
    {
        "cascade_config": record({"steps": list_of(CASCADE_STEP)}, required=("steps",)),
        "choices": list_of(TEXT),
        "component_formula_config": record({"targets": list_of(FORMULA)}, required=("targets",)),
        "component_multiplier_config": record(
            {
                "component_type": TEXT,
                "factor": WHOLE,
                "max_limit": WHOLE,
                "min_limit": WHOLE,
            },
            required=("component_type", "factor"),
        ),
        "component_sum_config": record(
            {"components": list_of(TEXT), "target_component": TEXT},
            required=("components", "target_component"),
        ),
        "default": LOOSE_TEXT,
        "default_configs": KUBERNETES,
        "help_text": TEXT,
        "label": TEXT,
        "max": WHOLE,
        "min": WHOLE,
        "pattern": TEXT,
        "pattern_error": TEXT,
        "required": TRUTH,
        "storage_folder_config": STORAGE,
        "type": words(*TYPES),
        "unique": TRUTH,
        "validators": list_of(
            record(
                {"target_field": TEXT, "type": words("gt", "gte", "lt", "lte")},
                required=("target_field", "type"),
            )
        ),
        "visible_if": record(
            {"field": TEXT, "values": list_of(either(TRUTH, TEXT))},
            required=("field", "values"),
        ),
    },
    required=("label", "type"),
)
OPTIONS = {"options": map_of(FIELD), "order": list_of(TEXT)}


def _fault(value: Any) -> Fault:
    shape = record(OPTIONS)
    if fault := shape.fault(value):
        return fault
    why = options.defect(value)
    return [why] if why else None


DESCRIPTION = Shape(record(OPTIONS).schema, _fault)
"""A description that orders can be held to."""


class OptionsOutput(JsonField):
    """A description, shown as it is stored."""

    def __init__(self, **kwargs: Any) -> None:
        """Take DRF's arguments."""
        super().__init__(record(OPTIONS), **kwargs)


class OptionsInput(JsonField):
    """A description that orders can be held to."""

    def __init__(self, **kwargs: Any) -> None:
        """Take DRF's arguments."""
        super().__init__(record(OPTIONS, required=("options", "order")), **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """Return the description as it was sent."""
        described = super().to_internal_value(data)
        if why := options.defect(described):
            raise serializers.ValidationError([why])
        return described


def complete(stored: dict[str, Any] | None) -> dict[str, Any]:
    """Return a description with both its keys: nothing is described where nothing is stored."""
    return {"options": {}, "order": [], **(stored or {})}
