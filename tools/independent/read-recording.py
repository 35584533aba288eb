#!/usr/bin/python3
"""Opens a recording with nothing of Voxkeep's own code: written from docs/formats.md alone.

    read-recording.py KEYS.json KEYRING.json OBJECT.vxr OUT.ulaw [--passphrase FILE]

KEYS.json is what `main.ts recording keys` prints. Needs Debian's python3-cryptography, and python3-argon2 for a keyring
with a passphrase. Ends with 1, and says why, when anything does not fit.
"""

import argparse
import base64
import hashlib
import hmac
import json
import struct
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 16 * 1024
TAG = 16
SECTION = 56 + 32 * (CHUNK + TAG) + TAG


class Refused(Exception):
    pass


def canonical(value):
    """RFC 8785 for objects of plain ASCII strings."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def open_box(key, box, aad, what):
    try:
        return AESGCM(key).decrypt(box[:12], box[12:], aad)
    except InvalidTag as error:
        raise Refused(f"{what} does not open") from error


def hkdf(key, salt, info):
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def keyring_root(ring, name, version, passphrase):
    """The 32 bytes of one version of one key in the keyring."""
    key = next((key for key in ring["keys"] if key["name"] == name), None)
    if key is None or key["state"] != "enabled":
        raise Refused("the keyring lacks the key, or it is disabled")
    entry = next((one for one in key["versions"] if one["version"] == version), None)
    if entry is None:
        raise Refused("the keyring lacks the version")
    stored = base64.b64decode(entry["key"])
    kdf = ring["kdf"]
    if kdf is None:
        return stored
    from argon2.low_level import Type, hash_secret_raw

    master = hash_secret_raw(
        passphrase.encode(), base64.b64decode(kdf["salt"]), kdf["passes"], kdf["memoryKiB"], 1, 32, Type.ID
    )

    def slot(text):
        return f"voxkeep keyring v2\0{ring['id']}\0{text}".encode()

    open_box(master, base64.b64decode(kdf["check"]), slot("check"), "the keyring")
    return open_box(master, stored, slot(f"key {name} {version} {entry['createdAt']}"), "a key of the keyring")


def tenant_key(row, ring, passphrase):
    kind, ring_id, name, version = row["key_ref"].split(":")
    if kind != "local" or ring_id != ring["id"]:
        raise Refused("another keyring wrapped the tenant's key")
    root = keyring_root(ring, name, int(version), passphrase)
    context = {"keyRef": row["key_ref"], "tenant": row["tenant"], "purpose": row["purpose"], "object": row["id"]}
    aad = b"voxkeep wrap v2\0" + canonical(context)
    return open_box(hkdf(root, None, b"voxkeep wrap v2"), base64.b64decode(row["wrapped"]), aad, "the tenant's key")


def data_key(row, wrapping):
    box = base64.b64decode(row["wrapped"])
    context = {"tenantKey": row["tenant_key"], "tenant": row["tenant"], "purpose": row["purpose"], "object": row["object"]}
    aad = b"voxkeep data key v1\0" + canonical(context)
    return open_box(hkdf(wrapping, box[:16], b"voxkeep data key v1"), box[16:], aad, "the data key")


def expand(key, info, length):
    """HKDF-Expand (RFC 5869) with SHA-512, from the input key itself."""
    output, block, counter = b"", b"", 1
    while len(output) < length:
        block = hmac.new(key, block + info + bytes([counter]), hashlib.sha512).digest()
        output += block
        counter += 1
    return output[:length]


LABEL = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"


def open_message(message, key, context, what):
    """The plain chunks of one Cobblestone-256 message."""
    salt, commitment, chunks = message[:24], message[24:56], message[56:]
    derived = expand(key, LABEL + salt + context, 32 + 12 + 32)
    if not hmac.compare_digest(derived[44:], commitment):
        raise Refused(f"the key does not belong to {what}")
    aead, base_nonce = AESGCM(derived[:32]), int.from_bytes(derived[32:44], "big")
    opened = []
    for number, at in enumerate(range(0, len(chunks), CHUNK + TAG)):
        nonce = (base_nonce ^ number).to_bytes(12, "big")
        try:
            opened.append(aead.decrypt(nonce, chunks[at : at + CHUNK + TAG], None))
        except InvalidTag as error:
            raise Refused(f"chunk {number} of {what} was changed") from error
    return opened


def section_key(nodes, section):
    """Down the tree from the node that stands for the section."""
    for level, index, key in nodes:
        if section >> (16 - level) == index:
            for step in range(15 - level, -1, -1):
                key = hkdf(key, None, b"voxkeep recording node v1\0" + (b"0", b"1")[section >> step & 1])
            return key
    raise Refused(f"there is no key for section {section}")


def read_object(sealed, key, recording):
    magic, version, length = struct.unpack(">4sHH", sealed[:8])
    if magic != b"VXKR" or version != 3:
        raise Refused("this is no recording")
    header, rest = sealed[: 8 + length], sealed[8 + length :]
    info = json.loads(header[8:])
    if [info["tenant"], info["call"], info["recording"]] != [recording["tenant"], recording["call"], recording["id"]]:
        raise Refused("this is another recording")
    plain = 35 * info["keys"]
    keys_length = 56 + plain + 16 * (plain // CHUNK + 1)
    parts = ["voxkeep recording v3", info["tenant"], info["call"], info["recording"]]
    context = "".join(f"{part}\0" for part in parts).encode() + hashlib.sha256(header).digest()
    tree = b"".join(open_message(rest[:keys_length], key, context, "the section keys"))
    nodes = [(*struct.unpack(">BH", tree[at : at + 3]), tree[at + 3 : at + 35]) for at in range(0, len(tree), 35)]
    parts = ["voxkeep recording section v3", info["tenant"], info["call"]]
    place = "".join(f"{part}\0" for part in parts).encode()
    body = rest[keys_length:]
    chunks, is_ended = [], False
    for section in range(-(-len(body) // SECTION)):
        message = body[section * SECTION : (section + 1) * SECTION]
        found = open_message(message, section_key(nodes, section), place + struct.pack(">I", section), f"section {section}")
        is_ended = len(message) < SECTION and bool(found) and len(found[-1]) < CHUNK
        if len(message) == SECTION and found.pop() != b"":
            raise Refused(f"section {section} does not end where it should")
        chunks += found
    if is_ended != (recording["state"] == "sealed") or len(chunks) != recording["segments"]:
        raise Refused("the recording was cut or extended")
    return b"".join(chunks)


def main():
    parser = argparse.ArgumentParser()
    for name in ["keys", "keyring", "object", "out"]:
        parser.add_argument(name)
    parser.add_argument("--passphrase")
    given = parser.parse_args()
    keys, ring = json.load(open(given.keys)), json.load(open(given.keyring))
    passphrase = open(given.passphrase).read().rstrip("\n") if given.passphrase else None
    sealed = open(given.object, "rb").read()
    if hashlib.sha256(sealed).hexdigest() != keys["recording"]["sha256"]:
        print("note: the object is not the one that was listed", file=sys.stderr)
    wrapping = tenant_key(keys["tenantKey"], ring, passphrase)
    plain = read_object(sealed, data_key(keys["dataKey"], wrapping), keys["recording"])
    open(given.out, "wb").write(plain)
    print(f"{len(plain)} bytes")


try:
    main()
except Refused as refused:
    print(refused, file=sys.stderr)
    sys.exit(1)
