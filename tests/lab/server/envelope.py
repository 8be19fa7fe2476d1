# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""WS-Management envelopes: reading requests, writing answers and faults."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import re
import typing as t
import uuid
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

_SOAP = "{http://www.w3.org/2003/05/soap-envelope}"
_ADDRESSING = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}"
_WSMAN = "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}"
_SHELL = "{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}"
SHELL_RESOURCE = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"
_COMMAND_STATE = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState"
_NAMESPACES = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" '
    'xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer" '
    'xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell" '
    'xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"'
)
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_DEFAULT_TIMEOUT = 60.0


class FaultError(Exception):
    """A WS-Management fault. `code` is the WSManFault code Windows uses, None when only the SOAP part is known."""

    def __init__(self, subcode: str, code: int | None, reason: str, role: str = "s:Sender") -> None:
        super().__init__(reason)
        self.subcode = subcode
        self.code = code
        self.reason = reason
        self.role = role


def timed_out() -> FaultError:
    """Return the fault that makes a client ask again for the output of a command that still runs."""
    reason = "The WS-Management service cannot complete the operation within the time specified in OperationTimeout."
    return FaultError("w:TimedOut", 2150858793, reason, "s:Receiver")


def unknown_shell() -> FaultError:
    """Return the fault of a request that names a shell the guest does not have."""
    return FaultError("w:InvalidSelectors", 2150858843, "The request names a shell that does not exist on this guest.")


@dataclasses.dataclass(frozen=True)
class Message:
    """One request. `timeout` is in seconds; `stdin` is None unless the request is a Send."""

    verb: str
    message_id: str
    action: str
    resource: str
    shell_id: str
    timeout: float
    options: t.Mapping[str, str]
    command_id: str
    command: str
    stdin: bytes | None
    stdin_ends: bool


def parse(body: bytes) -> Message:
    """Read a request envelope. A document type or an entity declaration is refused. Raises FaultError."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _malformed("it is not UTF-8 text") from None
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise _malformed("it has a document type declaration")
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise _malformed(str(error)) from None
    header, content = root.find(f"{_SOAP}Header"), root.find(f"{_SOAP}Body")
    if root.tag != f"{_SOAP}Envelope" or header is None or content is None:
        raise _malformed("it is not a SOAP envelope with a header and a body")
    action = _text(header, f"{_ADDRESSING}Action")
    message_id = _text(header, f"{_ADDRESSING}MessageID")
    if not action or not message_id:
        raise _malformed("it has no action or no message id")
    stream = content.find(f"{_SHELL}Send/{_SHELL}Stream")
    return Message(
        verb=action.rstrip("/").rpartition("/")[2],
        message_id=message_id,
        action=action,
        resource=_text(header, f"{_WSMAN}ResourceURI"),
        shell_id=_selector(header, "ShellId"),
        timeout=_seconds(_text(header, f"{_WSMAN}OperationTimeout")),
        options={item.get("Name", ""): item.text or "" for item in header.iter(f"{_WSMAN}Option")},
        command_id=_command_id(content),
        command=" ".join(
            filter(None, [_text(content, f".//{_SHELL}Command"), *_texts(content, f".//{_SHELL}Arguments")])
        ),
        stdin=None if stream is None else _decode(stream.text or ""),
        stdin_ends=stream is not None and stream.get("End", "").lower() in ("true", "1"),
    )


def answer(message: Message, body: str) -> bytes:
    """Return the envelope that answers `message`."""
    return _envelope(f"{message.action}Response", message.message_id, body)


def fault(problem: FaultError, message_id: str = "") -> bytes:
    """Return the envelope of a fault."""
    detail = ""
    if problem.code is not None:
        detail = (
            f'<s:Detail><f:WSManFault Code="{problem.code}" Machine="guest">'
            f"<f:Message>{escape(problem.reason)}</f:Message></f:WSManFault></s:Detail>"
        )
    body = (
        f"<s:Fault><s:Code><s:Value>{problem.role}</s:Value>"
        f"<s:Subcode><s:Value>{problem.subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{escape(problem.reason)}</s:Text></s:Reason>{detail}</s:Fault>'
    )
    return _envelope("http://schemas.dmtf.org/wbem/wsman/1/wsman/fault", message_id, body)


def created(shell_id: str) -> str:
    """Return the body that answers Create."""
    return (
        "<x:ResourceCreated><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>"
        f"<a:ReferenceParameters><w:ResourceURI>{SHELL_RESOURCE}</w:ResourceURI><w:SelectorSet>"
        f'<w:Selector Name="ShellId">{shell_id}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
        f"</x:ResourceCreated><rsp:Shell><rsp:ShellId>{shell_id}</rsp:ShellId>"
        f"<rsp:ResourceUri>{SHELL_RESOURCE}</rsp:ResourceUri>"
        "<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>"
    )


def command_started(command_id: str) -> str:
    """Return the body that answers Command."""
    return f"<rsp:CommandResponse><rsp:CommandId>{command_id}</rsp:CommandId></rsp:CommandResponse>"


def output(command_id: str, stream: str, data: bytes) -> str:
    """Return the body that answers Receive while there is more to come."""
    return (
        f"<rsp:ReceiveResponse>{_stream(command_id, stream, data)}"
        f'<rsp:CommandState CommandId="{command_id}" State="{_COMMAND_STATE}/Running"/></rsp:ReceiveResponse>'
    )


def finished(command_id: str, stream: str, data: bytes, exit_code: int) -> str:
    """Return the body that answers the last Receive."""
    last = _stream(command_id, stream, data) if data else ""
    ends = "".join(f'<rsp:Stream Name="{name}" CommandId="{command_id}" End="true"/>' for name in ("stdout", "stderr"))
    return (
        f'<rsp:ReceiveResponse>{last}{ends}<rsp:CommandState CommandId="{command_id}" State="{_COMMAND_STATE}/Done">'
        f"<rsp:ExitCode>{exit_code}</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>"
    )


def _envelope(action: str, relates_to: str, body: str) -> bytes:
    related = f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo>" if relates_to else ""
    return (
        f'<s:Envelope xml:lang="en-US" {_NAMESPACES}><s:Header><a:Action>{escape(action)}</a:Action>'
        f"<a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID>"
        "<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>"
        f"{related}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def _stream(command_id: str, name: str, data: bytes) -> str:
    text = base64.b64encode(data).decode()
    return f"<rsp:Stream Name={quoteattr(name)} CommandId={quoteattr(command_id)}>{text}</rsp:Stream>"


def _malformed(why: str) -> FaultError:
    return FaultError("a:InvalidMessageInformationHeader", None, f"The request was refused: {why}.")


def _texts(node: ET.Element, path: str) -> list[str]:
    return [(item.text or "").strip() for item in node.findall(path)]


def _text(node: ET.Element, path: str) -> str:
    return next(iter(_texts(node, path)), "")


def _selector(header: ET.Element, name: str) -> str:
    selectors = header.findall(f"{_WSMAN}SelectorSet/{_WSMAN}Selector")
    return next((item.text or "" for item in selectors if item.get("Name") == name), "")


def _command_id(content: ET.Element) -> str:
    return next((item.get("CommandId", "") for item in content.iter() if item.get("CommandId")), "")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise _malformed("its stream is not base64") from None


def _seconds(duration: str) -> float:
    found = _DURATION.fullmatch(duration)
    if not found or not any(found.groups()):
        return _DEFAULT_TIMEOUT
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
