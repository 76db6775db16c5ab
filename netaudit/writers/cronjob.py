"""A scan every night as a Kubernetes CronJob, with the volume that its runs are kept on.

YAML comes from PyYAML, which quotes what must be quoted; `$(…)` in arguments, which Kubernetes would fill in, is
escaped here. Raw sockets need root in the container, and get the one capability; without them nothing is root.
"""

from typing import Any

import yaml

from netaudit.writers.systemd import ScheduledScan

__all__ = ["INVENTORY_FOLDER", "STATE_FOLDER", "cronjob"]

STATE_FOLDER = "/var/lib/netaudit"
INVENTORY_FOLDER = "/etc/netaudit"

# A Job has failed with any exit code but 0, and findings (1) are no failure of the scan.
_FINDINGS_ARE_FINE = '"$@"; code=$?; test "$code" -eq 1 && exit 0; exit "$code"'
_NOBODY = 65_532


def cronjob(scan: ScheduledScan, image: str, storage: str = "10Gi") -> str:
    """The claim of a volume and the CronJob. `scan.command` is what runs in the container, without the program's path.

    The inventory comes from the ConfigMap `NAME-inventory`, NETAUDIT_… secrets from the Secret `NAME-secrets`, if
    there is one.
    """
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": f"{scan.name}-state"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": storage}}},
    }
    hour, _, minute = scan.at.partition(":")
    job = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": scan.name, "annotations": {"description": scan.description}},
        "spec": {
            "schedule": f"{int(minute)} {int(hour)} * * *",
            "timeZone": scan.zone,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 3_600,
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 7,
            "jobTemplate": {
                "spec": {
                    "backoffLimit": 0,
                    "activeDeadlineSeconds": scan.longest,
                    "template": {"spec": _pod(scan, image)},
                }
            },
        },
    }
    return "---\n".join(map(_yaml, (claim, job)))


def _yaml(document: dict[str, Any]) -> str:
    """As YAML; in ASCII where a character would break lines, which PyYAML leaves as it is among letters."""
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    return text if yaml.safe_load(text) == document else yaml.safe_dump(document, sort_keys=False, width=120)


def _pod(scan: ScheduledScan, image: str) -> dict[str, Any]:
    added = {"add": ["NET_RAW"]} if scan.raw else {}
    identity: dict[str, Any] = {"runAsUser": 0} if scan.raw else {"runAsNonRoot": True, "runAsUser": _NOBODY}
    return {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 300,
        "securityContext": {**identity, "fsGroup": _NOBODY, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [
            {
                "name": "netaudit",
                "image": image,
                "command": ["/bin/sh", "-c", _FINDINGS_ARE_FINE, "sh"],
                "args": [text.replace("$(", "$$(") for text in scan.command],
                "envFrom": [{"secretRef": {"name": f"{scan.name}-secrets", "optional": True}}],
                "resources": {"requests": {"cpu": "500m", "memory": "512Mi"}, "limits": {"memory": "4Gi"}},
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"], **added},
                },
                "volumeMounts": [
                    {"name": "state", "mountPath": STATE_FOLDER},
                    {"name": "inventory", "mountPath": INVENTORY_FOLDER, "readOnly": True},
                    {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108, the container's own
                ],
            }
        ],
        "volumes": [
            {"name": "state", "persistentVolumeClaim": {"claimName": f"{scan.name}-state"}},
            {"name": "inventory", "configMap": {"name": f"{scan.name}-inventory"}},
            {"name": "tmp", "emptyDir": {}},
        ],
    }
