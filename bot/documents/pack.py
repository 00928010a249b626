"""An evidence pack: one zip that stands without this program."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from bot.documents.paper import Paper
from bot.documents.papers import add_record
from bot.documents.table import london
from bot.queries.finding import Proof

_ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
}

HOW = """How to verify this pack without Schoolgate
==========================================

1. The files. SHA256SUMS holds the SHA-256 of each file here. On Linux or a Mac:
       sha256sum -c SHA256SUMS
   On Windows, for each file:  certutil -hashfile record.pdf SHA256

2. The log's entries. chain.json holds this case's entries as they stand in the log: "body", its
   "code", and "before", the code of the entry before it. What this pack's reader may not see is
   there only as such a code, which tells nothing. Each code is
       HMAC-SHA-256(key, before + body)
   in hexadecimal. The key is the school's secret (log.key in Schoolgate's data folder): the school
   can hand it to an expert. With it, in Python 3.8 or newer, in this folder:

       import hmac, json
       key = input("key: ").encode()
       for one in json.load(open("chain.json"))["entries"]:
           code = hmac.new(key, (one["before"] + one["body"]).encode("ascii"), "sha256").hexdigest()
           print("good" if code == one["code"] else "NOT GOOD", one["code"][:12])

3. The words. In an entry of the log a text stands only as a digest, under a salt that stays in the
   school's database. "text_sha256" in record.json is the SHA-256 of the words as they were read,
   before the names of others were taken out of this copy. (Where something hung on the comment,
   that is part of it too: see digest_of in Schoolgate's bot/model/incoming.py.)

4. The whole log. "head" in chain.json is the newest code of the log when this pack was made. It
   must still stand in the log: schoolgate log verify --against HEAD
"""


def evidence_pack(
    row: Mapping[str, str],
    proofs: Sequence[Proof],
    files: Sequence[tuple[str, str, bytes]],
    *,
    school: str,
    head: str,
    by: str,
    at: datetime,
) -> bytes:
    """The zip of one case: PDF, JSON, chain, staff's files, hashes and how to verify them.

    `files` are (reference, media type, bytes).
    """
    contents = {
        "record.pdf": _paper(row, proofs, school=school, head=head, by=by, at=at),
        "record.json": _json({"head": head, "school": school, "record": dict(row)}),
        "chain.json": _json({"head": head, "entries": [_entry(one) for one in proofs]}),
        "HOW-TO-VERIFY.txt": HOW.encode(),
    }
    for ref, media_type, content in files:
        contents[f"files/{ref}{_ENDINGS[media_type]}"] = content
    sums = "".join(f"{sha256(one).hexdigest()}  {name}\n" for name, one in contents.items())
    contents["SHA256SUMS"] = sums.encode()
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in contents.items():
            info = zipfile.ZipInfo(name, at.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            pack.writestr(info, content)
    return whole.getvalue()


def _paper(
    row: Mapping[str, str],
    proofs: Sequence[Proof],
    *,
    school: str,
    head: str,
    by: str,
    at: datetime,
) -> bytes:
    foot = f"{school}. Case {row['reference']}, taken out {london(at)} by {by}."
    paper = Paper(f"Evidence: case {row['reference']}", foot, head)
    paper.text_block(f"{school}. Taken out on {london(at)} by {by}.")
    add_record(paper, row)
    paper.rule()
    paper.heading("Entries in the log")
    paper.text_block("Each with its code; HOW-TO-VERIFY.txt says how one proves them.")
    for one in proofs:
        good = "" if one.fits else " (DOES NOT FIT: ask for the whole log to be verified)"
        paper.fact(london(one.entry.at), f"{one.entry.event}{good}\n{one.entry.mac}")
    return paper.bytes()


def _entry(one: Proof) -> dict[str, object]:
    body = one.entry.body.decode("ascii", "replace")
    return {"before": one.before, "body": body, "code": one.entry.mac}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "replace")
