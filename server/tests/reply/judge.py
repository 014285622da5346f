"""Reads a message that left, says what is in it, and where it names something that it must not.

Usage: judge.py MESSAGE NEEDLES; a needle is a line of hex. The answer is JSON: fields, parts, findings.
"""

import base64
import email
import email.policy
import hashlib
import json
import re
import sys


def forms(needle):
    """All that a reader could find it by: as it is, in hex, in base64 wherever it begins."""
    yield needle
    if len(needle) < 8:
        return
    yield needle.hex().encode()
    for shift in range(3):
        whole = base64.b64encode(needle[shift : shift + (len(needle) - shift) // 3 * 3])
        yield whole
        yield whole.replace(b"+", b"-").replace(b"/", b"_")


def views(octets, message):
    yield "raw", octets
    yield "without white space", re.sub(rb"\s+", b"", octets)
    for part in message.walk():
        for name, value in part.items():
            yield name, str(value).encode("utf-8", "surrogateescape")
        if not part.is_multipart():
            content = part.get_payload(decode=True)
            yield part.get_content_type(), content
            yield "without white space " + part.get_content_type(), re.sub(rb"\s+", b"", content)


def main():
    with open(sys.argv[1], "rb") as file:
        octets = file.read()
    with open(sys.argv[2]) as file:
        needles = [bytes.fromhex(line) for line in file.read().split()]
    message = email.message_from_bytes(octets, policy=email.policy.default)
    found = []
    for place, view in views(octets, message):
        for needle in needles:
            found += [f"{needle!r} in {place}" for form in forms(needle) if form.lower() in view.lower()]
    defects = [f"{defect!r}" for part in message.walk() for defect in part.defects]
    parts = [
        {
            "kind": part.get_content_type(),
            "name": part.get_filename() or "",
            "sha256": hashlib.sha256(part.get_payload(decode=True)).hexdigest(),
            "text": part.get_content() if part.get_content_maintype() == "text" else "",
        }
        for part in message.walk()
        if not part.is_multipart()
    ]
    fields = {name.lower(): str(value) for name, value in message.items()}
    json.dump({"fields": fields, "parts": parts, "findings": found + defects}, sys.stdout)


main()
