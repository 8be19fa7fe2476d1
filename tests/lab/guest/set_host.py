# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a simulated guest does when the collection's script set_host runs on it."""

from __future__ import annotations

import dataclasses
import typing as t

from tests.lab.guest import licensing, services
from tests.lab.guest.computer import Computer, WindowsError
from tests.lab.guest.steps import Steps
from tests.lab.world.model import Tree

_SERVICE, _PRODUCT = "SoftwareLicensingService", "SoftwareLicensingProduct"
_MACHINE, _PORT = "KeyManagementServiceMachine", "KeyManagementServicePort"


@dataclasses.dataclass
class _Host:
    """One KMS host setting: of the whole machine, or of the product of an activation id; `before` is its row as read first."""

    computer: Computer
    activation_id: str | None = None
    before: Tree | None = None

    def read(self) -> Tree:
        """Return its row as it is now. Raises WindowsError."""
        found = licensing.service(self.computer) if self.activation_id is None else self._product()
        return {name: found.get(name) for name in (_MACHINE, _PORT)}

    def set(self, machine: t.Any, port: t.Any) -> None:
        """Set both, or clear what is empty. Raises WindowsError."""
        self.set_machine(machine)
        self.set_port(port)

    def set_machine(self, machine: t.Any) -> None:
        """Set the name, or clear it. Raises WindowsError."""
        if machine:
            licensing.set_machine(self.computer, str(machine), self.activation_id)
        else:
            licensing.clear_machine(self.computer, self.activation_id)

    def set_port(self, port: t.Any) -> None:
        """Set the port, or clear it. Raises WindowsError."""
        if port:
            licensing.set_port(self.computer, int(port), self.activation_id)
        else:
            licensing.clear_port(self.computer, self.activation_id)

    def differs(self, name: str) -> bool:
        """Say whether a property is no longer as it was, or cannot be read any more."""
        if self.before is None:
            return False
        try:
            return str(self.read()[name] or "") != str(self.before[name] or "")
        except WindowsError:
            return True

    def _product(self) -> Tree:
        return licensing.product(self.computer, str(self.activation_id))


def change(steps: Steps, parameters: t.Mapping[str, t.Any]) -> Tree:
    """Set or clear the host, clear a product's own one, restart the service; put back what a failure left halfway."""
    if not steps.constrained:
        service, product = _Host(steps.computer), _Host(steps.computer, parameters.get("ProductId") or None)
        if not _set(steps, parameters, service, product):
            _restore(steps, service, product)
        elif parameters.get("Restart"):
            steps.run("restart_service", services.LICENSING, lambda: _restart(steps.computer))
    return steps.answer()


def _set(steps: Steps, parameters: t.Mapping[str, t.Any], service: _Host, product: _Host) -> bool:
    absent = parameters.get("State", "present") == "absent"
    verb, machine, port = ("clear", "", 0) if absent else ("set", parameters["HostName"], parameters.get("Port", 1688))

    def set_machine() -> None:
        service.before = service.read()
        service.set_machine(machine)

    def clear_product() -> None:
        product.before = product.read()
        product.set("", 0)

    return (
        steps.run(f"{verb}_machine", _SERVICE, set_machine)
        and steps.run(f"{verb}_port", _SERVICE, lambda: service.set_port(port))
        and (product.activation_id is None or steps.run("clear_product", _PRODUCT, clear_product))
    )


def _restore(steps: Steps, service: _Host, product: _Host) -> None:
    own, old = product.before or {}, service.before or {}
    if product.differs(_MACHINE) or product.differs(_PORT):
        steps.run("restore_product", _PRODUCT, lambda: product.set(own[_MACHINE], own[_PORT]))
    if service.differs(_MACHINE):
        steps.run("restore_machine", _SERVICE, lambda: service.set_machine(old[_MACHINE]))
    if service.differs(_PORT):
        steps.run("restore_port", _SERVICE, lambda: service.set_port(old[_PORT]))


def _restart(computer: Computer) -> None:
    names = services.tree(computer, services.LICENSING)
    try:
        services.stop(computer, services.LICENSING, force=True)
    finally:
        for name in names:
            services.start(computer, name)
