"""Content addresses (CIDs): what a server will call a record or a blob, known before it is sent."""

from __future__ import annotations

from base64 import b32decode, b32encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import libipld

if TYPE_CHECKING:
    from collections.abc import Mapping

_RECORD = bytes([0x01, 0x71, 0x12, 0x20])  # version 1, dag-cbor, sha-256 of 32 bytes
_BLOB = bytes([0x01, 0x55, 0x12, 0x20])  # version 1, raw, the same


def record_cid(record: Mapping[str, Any]) -> str:
    """The CID of a record, from exactly the JSON that is sent."""
    return _in_base32(_RECORD + sha256(libipld.encode_dag_cbor(_as_data(dict(record)))).digest())


def blob_cid(digest: str) -> str:
    """The CID of the bytes that have this SHA-256."""
    return _in_base32(_BLOB + bytes.fromhex(digest))


def _as_data(value: Any) -> Any:
    """What a piece of JSON stands for: `{"$link": …}` is a CID, which the encoder wants as bytes."""
    match value:
        case {"$link": str(cid), **rest} if not rest:
            return b32decode(f"{cid[1:].upper()}======")
        case dict():
            return {name: _as_data(item) for name, item in value.items()}
        case list():
            return [_as_data(item) for item in value]
    return value


def _in_base32(cid: bytes) -> str:
    return "b" + b32encode(cid).decode().lower().rstrip("=")
