# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start and stop the Azure half of a world."""

from __future__ import annotations

import collections.abc
import pathlib
import ssl
import typing as t

import trustme

from tests.lab.azure import ids, paste, scale_sets, world
from tests.lab.azure.arm import Arm
from tests.lab.azure.entra import Entra
from tests.lab.azure.operations import Operations
from tests.lab.azure.paste import Body
from tests.lab.azure.questions import Questions
from tests.lab.azure.reach import Outcome, Reach
from tests.lab.azure.routes import Routes
from tests.lab.azure.security import Security
from tests.lab.azure.server import Front, Server
from tests.lab.azure.store import Store
from tests.lab.azure.topology import Topology


class AzureLab:
    """A running Azure. `url` is Resource Manager and Entra ID, `ca` the certificate to trust, `request_log` JSON lines."""

    def __init__(self, azure: world.AzureWorld, state_dir: pathlib.Path) -> None:
        """Listen on free ports of the loopback address; files go to `state_dir`."""
        state_dir.mkdir(parents=True, exist_ok=True)
        self._world = azure
        self._store = Store([*azure.resources, *scale_sets.instances(azure.resources)])
        self._topology = Topology(self._store, azure)
        self._check_guests()
        security = Security(self._topology)
        routes = Routes(self._topology)
        self._reach = Reach(self._topology, routes, security)
        self._entra = Entra(azure)
        self.request_log = state_dir / "azure_requests.jsonl"
        self.request_log.write_text("", encoding="utf-8")
        arm = Arm(self._store, azure, Questions(self._topology, routes, security), Operations())
        self._front = Front(azure, self._entra, arm, self.request_log, self.put)
        self.ca = state_dir / "azure_ca.pem"
        self._server = Server(self._front.answer, self._front.stopping, _tls(self.ca))
        self._identity = Server(self._front.identity, self._front.stopping)
        self.url = self._server.base

    @property
    def environment(self) -> dict[str, str]:
        """Variables for a playbook: the first credential of the world, the lab's cloud and its certificate."""
        if not self._world.credentials:
            return {}
        found = {
            "AZURE_TENANT": self._world.tenant,
            "AZURE_CLIENT_ID": str(self._world.credentials[0]["client_id"]),
            "AZURE_SECRET": str(self._world.credentials[0]["secret"]),
            "AZURE_CLOUD_ENVIRONMENT": self.url,
            "REQUESTS_CA_BUNDLE": str(self.ca),
        }
        subscriptions = self._store.subscriptions()
        return {**found, "AZURE_SUBSCRIPTION_ID": subscriptions[0]} if len(subscriptions) == 1 else found

    @property
    def machine_identity(self) -> dict[str, str]:
        """Variables that let azure-identity find the managed identity of a machine."""
        return {"AZURE_POD_IDENTITY_AUTHORITY_HOST": self._identity.base}

    @property
    def app_identity(self) -> dict[str, str]:
        """Variables that let azure-identity find the managed identity of an App Service."""
        return {"IDENTITY_ENDPOINT": f"{self._identity.base}/msi/token", "IDENTITY_HEADER": self._entra.identity_header}

    def reach(self, guest: str, address: str, port: int) -> Outcome | None:
        """Return how far a guest's connection gets now; None for a guest that has no virtual machine here."""
        return self._reach.of_guest(guest, address, port)

    def machine_id(self, guest: str) -> str | None:
        """Return the resource id of a guest's virtual machine, None when the world has none."""
        machine = self._topology.machine_of_guest(guest)
        return str(machine["id"]) if machine else None

    def find(self, resource_id: str) -> Body | None:
        """Return what GET shows of a resource or child, None when there is none."""
        with self._store.lock:
            found = self._store.find(resource_id)
            return self._store.view(found) if found else None

    def put(self, resource: Body) -> None:
        """Store a resource as another writer would: at once, under a new etag, and without a line in the log."""
        body = paste.resources([resource])[0]
        self._store.take(body)

    def state_hash(self) -> str:
        """Return a SHA-256 over all resources, but for etags and the order of children."""
        return self._store.state_hash()

    def calm(self) -> None:
        """Let no fault strike any more."""
        self._front.calm()

    def stop(self) -> None:
        """Stop serving; may be called twice."""
        if not self._front.stopping.is_set():
            self._front.stopping.set()
            self._server.stop()
            self._identity.stop()

    def _check_guests(self) -> None:
        for guest, azure_id in self._world.guests.items():
            if azure_id and (ids.parse(azure_id) is None or self._store.find(azure_id) is None):
                raise paste.AzureWorldError(f"guests.{guest}.azure_id: {azure_id} is not among azure.resources")


class LoadedWorld(t.Protocol):
    """A world that was read and checked; `document` is the mapping of its file."""

    @property
    def document(self) -> dict[str, t.Any]:
        """Return the whole world."""


def start(source: LoadedWorld | t.Mapping[str, t.Any], state_dir: pathlib.Path | str) -> AzureLab | None:
    """Serve the Azure half of a world; None when it has none. Raises AzureWorldError."""
    document = source if isinstance(source, collections.abc.Mapping) else source.document
    if not document.get("azure"):
        return None
    return AzureLab(world.load(document), pathlib.Path(state_dir))


def _tls(ca_path: pathlib.Path) -> ssl.SSLContext:
    authority = trustme.CA(organization_name="Azure of the lab")
    authority.cert_pem.write_to_path(str(ca_path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context
