"""The manifests render, are what Kubernetes takes, and keep the policies."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import kubernetes_validate
import pytest
import yaml

from copydesk.contracts.topics import topics
from copydesk.runtime.settings import Settings
from copydesk.stage import find
from copydesk.viewer.settings import ViewerSettings
from harness.require import ROOT, missing

SCALED = ("cleaner", "extractor", "coherence")
"""Stages that KEDA scales."""

STAGES = (*SCALED, "sites")
VERSION = "1.33"
OVERLAYS = ("local", "production")
KUBERNETES = ROOT / "infra" / "kubernetes"
SCHEMAS = Path(__file__).parent / "schemas"

Manifest = dict[str, Any]


@cache
def manifests(overlay: str) -> tuple[Manifest, ...]:
    """Manifests that `kubectl apply -k` would apply."""
    return rendered(KUBERNETES / "overlays" / overlay)


def rendered(folder: Path) -> tuple[Manifest, ...]:
    """Manifests of a folder with a kustomization."""
    return tuple(yaml.safe_load_all(kubectl("kustomize", folder)))


def kubectl(*arguments: str | Path) -> bytes:
    """Output of kubectl, which asks no cluster."""
    program = shutil.which("kubectl") or missing("kubectl", "it is not installed")
    return subprocess.run([program, *arguments], check=True, capture_output=True, timeout=60).stdout


def of_kind(overlay: str, *kinds: str) -> dict[str, Manifest]:
    """The manifests of these kinds by name."""
    return {one["metadata"]["name"]: one for one in manifests(overlay) if one["kind"] in kinds}


def pods(overlay: str) -> dict[str, Manifest]:
    """Pod templates by who makes pods of them."""
    return {name: one["spec"]["template"] for name, one in of_kind(overlay, "Deployment", "StatefulSet", "Job").items()}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubernetes_takes_every_manifest_as_it_is(overlay: str) -> None:
    own = [one for one in manifests(overlay) if not one["apiVersion"].startswith("keda.sh/")]
    assert len(own) > 10
    for one in own:
        kubernetes_validate.validate(one, VERSION, strict=True)
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(own[0] | {"spek": {}}, VERSION, strict=True)


def closed(schema: Any) -> Any:
    """The schema of a custom resource as JSON Schema, every object without fields that are not named in it."""
    if not isinstance(schema, dict):
        return [closed(one) for one in schema] if isinstance(schema, list) else schema
    made = {name: closed(one) for name, one in schema.items() if not name.startswith("x-kubernetes-")}
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        made.setdefault("additionalProperties", False)
    return made


@cache
def custom(kind: str) -> jsonschema_rs.Validator:
    """Errors of a resource by KEDA's own definition of it."""
    definition = yaml.safe_load((SCHEMAS / f"keda.sh_{kind.lower()}s.yaml").read_text(encoding="utf-8"))
    (version,) = [one for one in definition["spec"]["versions"] if one["name"] == "v1alpha1"]
    schema = closed(version["schema"]["openAPIV3Schema"])
    schema["properties"]["metadata"] = {"type": "object"}  # Kubernetes' own
    return jsonschema_rs.validator_for(schema)


def test_keda_takes_every_scaled_object_as_it_is() -> None:
    kinds = [one["kind"] for one in manifests("production") if one["apiVersion"] == "keda.sh/v1alpha1"]
    assert kinds.count("ScaledObject") == len(SCALED)
    for one in manifests("production"):
        if one["apiVersion"] == "keda.sh/v1alpha1":
            custom(one["kind"]).validate(one)
            misspelt = one | {"spec": one["spec"] | {"maxReplicasCount": 3}}
            assert not custom(one["kind"]).is_valid(misspelt), "a field that is not named is refused"


def test_keda_knows_what_its_kafka_trigger_is_told() -> None:
    (kafka,) = json.loads((SCHEMAS / "keda.kafka.json").read_text(encoding="utf-8"))["scalers"]
    known = {one["name"]: one for one in kafka["parameters"]}
    for scaled in of_kind("production", "ScaledObject").values():
        (trigger,) = scaled["spec"]["triggers"]
        for name, value in trigger["metadata"].items():
            assert known[name]["metadataVariableReadable"], name
            assert value in known[name].get("allowedValue", [value]), name
    for authentication in of_kind("production", "TriggerAuthentication").values():
        parameters = [one for way in ("env", "secretTargetRef") for one in authentication["spec"].get(way, ())]
        assert all(known[one["parameter"]]["triggerAuthenticationVariableReadable"] for one in parameters)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_pods_have_no_rights_to_spare(overlay: str) -> None:
    for name, template in pods(overlay).items():
        spec = template["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["serviceAccountName"] == "copydesk"
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] == 10001
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert set(container["resources"]) == {"requests", "limits"}
            assert set(container["resources"]["limits"]) == {"cpu", "memory"}
        assert all(set(volume) & {"emptyDir", "secret", "configMap"} for volume in spec["volumes"]), name
    for namespace in of_kind(overlay, "Namespace").values():
        assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_deployment_is_probed_and_spread(overlay: str) -> None:
    assert set(of_kind(overlay, "Deployment")) - {"cli"} == {*SCALED, "viewer"}
    for name, one in of_kind(overlay, "Deployment", "StatefulSet").items():
        if name == "cli":
            continue  # it sleeps
        (container,) = one["spec"]["template"]["spec"]["containers"]
        assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)
        if name in STAGES:
            paths = {kind: container[kind]["httpGet"]["path"] for kind in ("livenessProbe", "readinessProbe")}
            assert paths == {"livenessProbe": "/health", "readinessProbe": "/ready"}
            assert one["spec"]["template"]["spec"]["topologySpreadConstraints"]
            scaled = overlay == "production" and name in SCALED
            assert ("replicas" in one["spec"]) != scaled, "KEDA sets them, where there is KEDA"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_stage_that_remembers_has_a_volume_for_its_state(overlay: str) -> None:
    stateful = of_kind(overlay, "StatefulSet")
    assert set(stateful) == {name for name in STAGES if find(name).state is not None}
    for one in stateful.values():
        (claim,) = one["spec"]["volumeClaimTemplates"]
        (container,) = one["spec"]["template"]["spec"]["containers"]
        folder = {entry["name"]: entry.get("value") for entry in container["env"]}["COPYDESK_STATE_DIR"]
        assert {"name": claim["metadata"]["name"], "mountPath": folder} in container["volumeMounts"]
        assert one["spec"]["serviceName"] in of_kind(overlay, "Service")


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_selectors_match_what_they_select(overlay: str) -> None:
    labels = {name: template["metadata"]["labels"] for name, template in pods(overlay).items()}
    for name, one in of_kind(overlay, "Deployment", "StatefulSet").items():
        assert one["spec"]["selector"]["matchLabels"].items() <= labels[name].items()
    for name, one in of_kind(overlay, "PodDisruptionBudget").items():
        assert one["spec"]["selector"]["matchLabels"].items() <= labels[name].items()
        assert one["spec"]["maxUnavailable"] == 1
    for name, one in of_kind(overlay, "Service").items():
        assert one["spec"]["selector"].items() <= labels[name].items()
    chosen = {
        name: {pod for pod, has in labels.items() if one["spec"]["podSelector"]["matchLabels"].items() <= has.items()}
        for name, one in of_kind(overlay, "NetworkPolicy").items()
    }
    assert chosen == {"copydesk": set(labels), "metrics": set(STAGES), "viewer": {"viewer"}}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_pods_reach_the_brokers_and_the_receiver_of_traces(overlay: str) -> None:
    rules = of_kind(overlay, "NetworkPolicy")["copydesk"]["spec"]["egress"]
    open_to = {port["port"]: rule.get("to") for rule in rules for port in rule["ports"]}
    monitoring = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]
    assert open_to == {53: None, 9092: None, 9093: None, 4317: monitoring, 4318: monitoring}


def test_keda_scales_each_stage_on_its_own_topic() -> None:
    scaled = of_kind("production", "ScaledObject")
    assert set(scaled) == set(SCALED)
    for name, one in scaled.items():
        spec = one["spec"]
        assert set(spec) <= {
            "scaleTargetRef",
            "minReplicaCount",
            "maxReplicaCount",
            "cooldownPeriod",
            "advanced",
            "triggers",
        }
        assert spec["scaleTargetRef"] == {"name": name}
        assert 1 <= spec["minReplicaCount"] <= spec["maxReplicaCount"] <= topics()[find(name).source].partitions
        (trigger,) = spec["triggers"]
        metadata = trigger["metadata"]
        assert trigger["type"] == "kafka"
        assert (metadata["topic"], metadata["consumerGroup"]) == (find(name).source, f"copydesk.{name}")
        assert all(isinstance(value, str) for value in metadata.values()), "KEDA takes strings only"
        # a transaction leaves one marker a partition: an idle group must not be scaled up
        assert int(metadata["activationLagThreshold"]) > topics()[metadata["topic"]].partitions
        assert int(metadata["lagThreshold"]) > topics()[metadata["topic"]].partitions
        behaviour = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
        assert behaviour["scaleDown"]["stabilizationWindowSeconds"] >= 60
        assert spec["cooldownPeriod"] >= 60


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_workers_get_settings_that_there_are_and_time_to_stop(overlay: str) -> None:
    known = {f"COPYDESK_{field.upper()}" for field in Settings.__struct_fields__}
    known |= {f"COPYDESK_VIEWER_{field.upper()}" for field in ViewerSettings.__struct_fields__}
    (configured,) = of_kind(overlay, "ConfigMap").values()
    settings = Settings(brokers="kafka:9092")
    longest = settings.grace_seconds + settings.transaction_seconds
    for name, template in pods(overlay).items():
        (container,) = template["spec"]["containers"]
        given = {one["name"] for one in container.get("env", ())} | set(configured["data"])
        assert {variable.removesuffix("_FILE") for variable in given} <= known
        if name in STAGES:
            assert template["spec"]["terminationGracePeriodSeconds"] >= longest


def test_a_new_version_makes_a_new_job_and_the_same_one_does_not(tmp_path: Path) -> None:
    """The template of a Job cannot be changed: `kubectl apply` of a new tag failed."""
    shutil.copytree(ROOT / "infra" / "kubernetes", tmp_path, dirs_exist_ok=True)
    kustomization = tmp_path / "overlays" / "production" / "kustomization.yaml"
    jobs = []
    for version in ("0.1.0", "0.2.0-rc.1", "0.1.0"):
        kustomization.write_text(kustomization.read_text().replace("0.1.0", version).replace("0.2.0-rc.1", version))
        (job,) = [one for one in rendered(kustomization.parent) if one["kind"] == "Job"]
        assert job["spec"]["template"]["spec"]["containers"][0]["image"].endswith(f":{version}")
        kubernetes_validate.validate(job, VERSION, strict=True)
        jobs.append(job)
    assert jobs[0] == jobs[2]
    assert [job["metadata"]["name"] for job in jobs[:2]] == ["topics-0.1.0", "topics-0.2.0-rc.1"]


def test_each_program_has_a_secret_and_a_user_of_its_own() -> None:
    used = {}
    for name, template in pods("production").items():
        program = name.partition("-")[0]
        spec = template["spec"]
        (used[program],) = [volume["secret"]["secretName"] for volume in spec["volumes"] if "secret" in volume]
        users = {one["name"]: one["value"] for one in spec["containers"][0]["env"]}
        assert users["COPYDESK_SASL_USERNAME"] == f"copydesk-{program}"
        assert ("COPYDESK_VIEWER_TOKEN_FILE" in users) is (program == "viewer")
    assert used == {program: f"copydesk-{program}" for program in (*STAGES, "topics", "viewer")}
    (authentication,) = of_kind("production", "TriggerAuthentication").values()
    assert {one["name"] for one in authentication["spec"]["secretTargetRef"]} == {"copydesk-keda"}
    for template in pods("local").values():
        secrets = [volume["secret"]["secretName"] for volume in template["spec"]["volumes"] if "secret" in volume]
        assert secrets in ([], ["copydesk-viewer"])
    assert not of_kind("local", "Secret"), "no token that everybody knows"


def test_production_reads_its_secrets_from_files_only() -> None:
    (configured,) = of_kind("production", "ConfigMap").values()
    assert configured["data"]["COPYDESK_SECURITY_PROTOCOL"] == "SASL_SSL"
    for name, template in pods("production").items():
        (container,) = template["spec"]["containers"]
        mounts = {mount["mountPath"] for mount in container["volumeMounts"]}
        assert "/run/secrets/copydesk" in mounts, name
        assert not [one for one in container.get("env", ()) if "secretKeyRef" in str(one)]
    assert not of_kind("production", "Secret"), "secrets are not kept in a repository"
    assert "PASSWORD:" not in str(configured["data"])


def test_the_base_runs_without_keda() -> None:
    assert not [one for one in rendered(KUBERNETES / "base") if one["apiVersion"].startswith("keda.sh/")]
    assert not [one for one in manifests("local") if one["apiVersion"].startswith("keda.sh/")]


def test_the_other_components_fit_the_base(tmp_path: Path) -> None:
    shutil.copytree(KUBERNETES, tmp_path, dirs_exist_ok=True)
    overlay = tmp_path / "overlays" / "other"
    overlay.mkdir()
    overlay.joinpath("kustomization.yaml").write_text(
        "resources: [../../base]\ncomponents: [../../components/hpa, ../../components/ingress]\n", encoding="utf-8"
    )
    made = rendered(overlay)
    for one in made:
        kubernetes_validate.validate(one, VERSION, strict=True)
    named = {(one["kind"], one["metadata"]["name"]): one["spec"] for one in made if "spec" in one}
    for stage in SCALED:
        autoscaler = named["HorizontalPodAutoscaler", stage]
        assert autoscaler["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": stage}
        assert autoscaler["maxReplicas"] <= topics()[find(stage).source].partitions
        assert "replicas" not in named["Deployment", stage], "two would set it"
    ingress = named["Ingress", "viewer"]
    (rule,) = ingress["rules"]
    assert ingress["tls"][0]["hosts"] == [rule["host"]]
    (container,) = named["Deployment", "viewer"]["template"]["spec"]["containers"]
    assert {"name": "COPYDESK_VIEWER_HOSTS", "value": rule["host"]} in container["env"], "else the page refuses it"
    (port,) = named["Service", "viewer"]["ports"]
    assert rule["http"]["paths"][0]["backend"]["service"] == {"name": "viewer", "port": {"name": port["name"]}}


def test_commands_of_the_walk_run_in_a_pod_that_reaches_kafka() -> None:
    walk = (KUBERNETES / "README.md").read_text(encoding="utf-8")
    assert "kubectl -n copydesk exec -i deployment/cli -- copydesk publish -" in walk
    template = pods("local")["cli"]
    (policy,) = [one for name, one in of_kind("local", "NetworkPolicy").items() if name == "copydesk"]
    assert policy["spec"]["podSelector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
    (container,) = template["spec"]["containers"]
    assert container["envFrom"] == [{"configMapRef": {"name": "copydesk"}}]


def test_the_walk_names_files_and_images_that_there_are() -> None:
    walk = (KUBERNETES / "README.md").read_text(encoding="utf-8")
    paths = set(re.findall(r"infra/kubernetes/[\w/.-]+", walk))
    assert len(paths) > 4
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []
    (loaded,) = re.findall(r"kind load docker-image --name copydesk (.+)", walk)
    assert set(loaded.split()) == {pod["spec"]["containers"][0]["image"] for pod in pods("local").values()}


def test_the_kafka_for_trying_answers_where_the_local_overlay_looks() -> None:
    pool, kafka = yaml.safe_load_all((KUBERNETES / "try" / "kafka.yaml").read_text(encoding="utf-8"))
    assert pool["metadata"]["labels"] == {"strimzi.io/cluster": kafka["metadata"]["name"]}
    (listener,) = kafka["spec"]["kafka"]["listeners"]
    address = f"{kafka['metadata']['name']}-kafka-bootstrap.{kafka['metadata']['namespace']}:{listener['port']}"
    (configured,) = of_kind("local", "ConfigMap").values()
    assert configured["data"]["COPYDESK_BROKERS"] == address


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_related_articles_are_a_component_of_either_overlay(overlay: str, tmp_path: Path) -> None:
    shutil.copytree(KUBERNETES, tmp_path, dirs_exist_ok=True)
    kustomization = tmp_path / "overlays" / overlay / "kustomization.yaml"
    text = kustomization.read_text(encoding="utf-8")
    more = "../../components/related"
    added = re.sub(r"^components: \[", f"components: [{more}, ", text, flags=re.MULTILINE)
    kustomization.write_text(added if added != text else f"{text}\ncomponents: [{more}]\n", encoding="utf-8")
    made = rendered(kustomization.parent)
    new = [one for one in made if one["metadata"]["name"] in {"fingerprints", "related"}]
    assert [one for one in made if one not in new] == list(manifests(overlay)), "nothing else changes"
    assert sorted(one["kind"] for one in new) == [
        "Deployment", "PodDisruptionBudget", "PodDisruptionBudget", "Service", "StatefulSet",
    ]  # fmt: skip
    for one in new:
        kubernetes_validate.validate(one, VERSION, strict=True)
        if one["kind"] not in {"Deployment", "StatefulSet"}:
            continue
        name, spec = one["metadata"]["name"], one["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        assert container["args"] == ["run", name]
        assert container["image"].partition(":")[0].endswith("copydesk-related")
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert spec["automountServiceAccountToken"] is False
        assert one["spec"]["template"]["metadata"]["labels"]["copydesk/stage"] == "true", "its metrics are reached"
        assert (one["kind"] == "StatefulSet") is (find(name).state is not None)
        secrets = [volume["secret"]["secretName"] for volume in spec["volumes"] if "secret" in volume]
        assert secrets == ([f"copydesk-{name}"] if overlay == "production" else [])
