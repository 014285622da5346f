"""Reads a reply that left and what was received, and fails where the first tells of the person behind the second.

Usage: judge.py LEFT RECEIVED [ENTITY]
"""

import email
import email.policy
import hashlib
import html.parser
import re
import sys
import unicodedata
from urllib.parse import unquote_to_bytes

ALLOWED = {
    "from", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references", "auto-submitted", "mime-version",
    "content-type", "content-transfer-encoding", "content-disposition", "content-id",
}
PARAMETERS = {"charset", "format", "method", "name", "filename", "boundary", "type"}
NAMES_THE_PERSON = [b"provider.example", b"ann.lee@", b"ann.lee%40", b"r-0123", b"r-fedc"]
# Written by clients and not by people, as nobody signs a reply of these cases: names, folders, mailboxes, places, and the
# marks of this relay.
BY_CLIENTS = [b"Ann Lee", b"Lee, Ann", b"Lee;Ann", b"file:", b"imap:", b"mailbox:", b"GMT+", b"+0530", b"EN-IN", b"sealpost-"]
CLIENTS = [b"Thunderbird", b"Apple Mail", b"Apple-Mail", b"iPhone", b"Microsoft Outlook", b"Microsoft Word", b"Mutt",
           b"K-9", b"K9MAIL", b"NextPart", b"Pigeonhole", b"macOS", b"X-Gm", b"PGP"]
REMOVED = re.compile(r"signature|pgp|pkcs|x509|pkix|vcard|calendar|ics$")


def read(path):
    with open(path, "rb") as file:
        octets = file.read()
    return octets, email.message_from_bytes(octets, policy=email.policy.default)


def secrets(message):
    """What only the received message may hold: identifiers, hops, programs, boundaries."""
    found = set()
    for part in message.walk():
        for name, value in part.items():
            value = str(value)
            if name.lower() in ("message-id", "content-id", "x-attachment-id", "thread-index", "x-universally-unique-identifier"):
                found.add(value.strip("<> ").encode())
            elif name.lower() in ("user-agent", "x-mailer", "organization", "autocrypt", "x-sieve"):
                found.add(value.encode())
            elif name.lower() == "received":
                found.update(address.encode() for address in re.findall(r"\d+\.\d+\.\d+\.\d+", value))
        if part.get_boundary():
            found.add(part.get_boundary().encode())
    return {secret for secret in found if len(secret) > 3}


def files(message):
    """Digests of all that is no text of the message."""
    found = set()
    for part in message.walk():
        kind = part.get_content_type()
        if part.is_multipart() or REMOVED.search(kind):
            continue
        octets = part.get_payload(decode=True)
        names_person = b"ann.lee" in octets.replace(b"\0", b"")
        if not names_person and (part.get_content_maintype() != "text" or part.get_content_disposition() == "attachment"):
            found.add(hashlib.sha256(octets).hexdigest())
    return found


def decoded(content, charset):
    try:
        return content.decode(charset, "replace")
    except LookupError:
        return content.decode("latin-1")


class Reader(html.parser.HTMLParser):
    """What somebody sees of HTML, and the values of attributes."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.seen, self.values = [], []

    def handle_data(self, data):
        self.seen.append(data)

    def handle_comment(self, data):
        self.values.append(data)

    def handle_starttag(self, tag, attributes):
        self.values += [value for _, value in attributes if value]


def as_read(text):
    """Without what takes no room, quote marks and line ends; in one form of each letter."""
    text = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    text = re.sub(r"\s*\n[\s>]*", "", text.replace("*", ""))
    text = re.sub(r"\s*[\[(]at[\])]\s*", "@", text)
    return unquote_to_bytes(re.sub(r"\s*@\s*", "@", text))


def texts(octets, message):
    """The message in every form that a reader may see."""
    yield "raw", octets
    yield "unfolded", re.sub(rb"\r\n[ \t]", b" ", octets)
    for part in message.walk():
        for name, value in part.items():
            yield name, str(value).encode("utf-8", "surrogateescape")
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        yield part.get_content_type(), content
        yield "unquoted " + part.get_content_type(), unquote_to_bytes(content)
        if part.get_content_maintype() == "text":
            text = decoded(content, part.get_content_charset("utf-8"))
            yield "text", text.encode("utf-8", "surrogateescape")
            yield "text as it is read", as_read(text)
            reader = Reader()
            reader.feed(text)
            yield "HTML as it is read", as_read("".join(reader.seen))
            for value in reader.values:
                yield "value of an attribute", as_read(value)
            yield "unfolded text", re.sub(r"\r?\n[ \t]", "", text).encode("utf-8", "surrogateescape")


def main():
    octets, left = read(sys.argv[1])
    received = [read(path)[1] for path in sys.argv[2:]]
    # With an entity beside it, the received message is only a shell.
    entity = received[-1]
    faults = []
    if not octets.isascii() or re.search(rb"(?<!\r)\n|\r(?!\n)", octets):
        faults.append("not 7-bit lines ended by CRLF")
    if any(len(line) > 998 for line in octets.split(b"\r\n")):
        faults.append("a line is too long")
    forbidden = set(NAMES_THE_PERSON + BY_CLIENTS + CLIENTS).union(*(secrets(message) for message in received))
    for place, text in texts(octets, left):
        for secret in forbidden:
            if secret.lower() in text.lower():
                faults.append(f"{secret!r} in {place}")
    for part in left.walk():
        faults += [f"defect: {defect!r}" for defect in part.defects]
        faults += [f"field {name}" for name in part.keys() if name.lower() not in ALLOWED]
        for name in ("content-type", "content-disposition"):
            if name in part:
                faults += [f"parameter {key}" for key in part[name].params if key not in PARAMETERS]
    if not str(left["date"]).endswith("+0000"):
        faults.append("a time zone")
    missing = files(entity) - files(left)
    if missing:
        faults.append(f"{len(missing)} files were lost or changed")
    if faults:
        sys.exit("\n".join(faults))


main()
