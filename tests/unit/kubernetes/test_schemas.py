"""Each manifest fits the schema of its kind, and names no field that is not there."""

import copy
from functools import cache
from typing import Any

import kubernetes_validate
import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.support import manifests
from tests.support.manifests import OVERLAYS, SCHEMAS, Manifest

KUBERNETES = "1.37"
# In the API server's words "unknown field" is a warning or an error; here it is wrong.
BAD = {
    "Cluster": ("instances", "three"),
    "KafkaTopic": ("partition", 4),
    "HTTPRoute": ("hostnames", ["not a host"]),
}


@cache
def definition(api_version: str, kind: str) -> dict[str, Any]:
    """Its operator's schema, for the version that the manifest names."""
    group, _, version = api_version.partition("/")
    for file in SCHEMAS.glob(f"{group}_{kind.lower()}s.yaml"):
        # The loader in C: a file may have half a megabyte.
        spec = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)["spec"]
        if spec["names"]["kind"] == kind:
            [schema] = [
                each["schema"]["openAPIV3Schema"]
                for each in spec["versions"]
                if each["name"] == version
            ]
            found: dict[str, Any] = strict(schema)
            return found
    raise LookupError(kind)


def strict(schema: Any) -> Any:
    """As JSON Schema, and without unknown fields.

    Rules in CEL (x-kubernetes-validations) are not checked.
    """
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    result = {
        key: {name: strict(field) for name, field in value.items()}
        if key == "properties"
        else strict(value)
        for key, value in schema.items()
    }
    if schema.get("x-kubernetes-int-or-string"):
        result.pop("type", None)
    elif schema.get("nullable") and isinstance(schema.get("type"), str):
        result["type"] = [schema["type"], "null"]
    free = schema.get("x-kubernetes-preserve-unknown-fields")
    if schema.get("type") == "object" and "properties" in schema and not free:
        result.setdefault("additionalProperties", False)
        # Every object has them; the schema of the API server itself says what is there.
        if "spec" in schema["properties"]:
            result["properties"]["metadata"] = {"type": "object"}
    return result


def errors(manifest: Manifest) -> list[str]:
    validator = Draft202012Validator(
        definition(manifest["apiVersion"], manifest["kind"])
    )
    name = f"{manifest['kind']} {manifest['metadata']['name']}"
    return [
        f"{name}: {error.json_path}: {error.message[:300]}"
        for error in validator.iter_errors(manifest)
    ]


def check_core(found: list[Manifest]) -> None:
    core = [manifest for manifest in found if manifests.is_core(manifest)]
    assert core
    for manifest in core:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def check_operators(found: list[Manifest]) -> None:
    others = [manifest for manifest in found if not manifests.is_core(manifest)]
    assert others
    assert [error for manifest in others for error in errors(manifest)] == []


def test_what_is_written_fits_the_schemas_of_kubernetes() -> None:
    check_core(manifests.written())


def test_what_is_written_fits_the_schemas_of_the_operators() -> None:
    check_operators(manifests.written())


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_kustomize_builds_fits_them_too(overlay: str) -> None:
    built = manifests.built(overlay)

    check_core(built)
    check_operators(built)


@pytest.mark.parametrize("kind", BAD)
def test_a_wrong_field_is_found(kind: str) -> None:
    right = next(each for each in manifests.written() if each["kind"] == kind)
    wrong = copy.deepcopy(right)
    field, value = BAD[kind]
    wrong["spec"][field] = value

    assert errors(right) == []
    assert len(errors(wrong)) == 1


def test_a_wrong_field_of_kubernetes_is_found() -> None:
    wrong = copy.deepcopy(manifests.named(manifests.written(), "Deployment", "api"))
    wrong["spec"]["template"]["spec"]["hostNetworks"] = False

    with pytest.raises(kubernetes_validate.ValidationError, match="hostNetworks"):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)
