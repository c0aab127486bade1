# Kept by the platform: docs/ownership.md says what that means.
"""Rate limits, on an instance with low ones: told always, kept to, for each caller apart, not to be got around."""

from __future__ import annotations

import re
import time

from probes.client import NOBODY, OWNER, STRANGER, Answer, Client, Headers
from probes.contract import Operation
from probes.report import Report

QUOTA, WINDOW = 5, 5
LOW = {"RATE_LIMIT_CALLER": f"{QUOTA}/{WINDOW}s", "RATE_LIMIT_ADDRESS": f"{QUOTA}/24h"}
POLICY = re.compile(r'"(?P<name>[^"]+)";q=(?P<q>\d+);w=(?P<w>\d+)')
LEFT = re.compile(r'"(?P<name>[^"]+)";r=(?P<r>\d+);t=(?P<t>\d+)')
CHECKS = ("A6.refused", "A6.retry-after", "A6.counted", "A6.apart", "A6.forged-address", "A6.address")
FORGED = (
    "X-Forwarded-For",
    "X-Real-IP",
    "Forwarded",
    "X-Client-IP",
    "CF-Connecting-IP",
    "True-Client-IP",
    "X-Forwarded-Host",
)


def run(client: Client, report: Report) -> None:
    """Spends the quota of a caller, waits as told, then spends that of the address."""
    operation = next(
        (o for o in client.contract.operations if o.method == "GET" and "{" not in o.path),
        client.contract.operations[0],
    )
    path = operation.path.split("{")[0].rstrip("/") if "{" not in operation.path else operation.path
    secured = operation.secured
    if secured:
        _caller(client, report, operation, path)
    else:
        report.none("A6.apart", "nobody says who they are, so that all from one address are counted together")
    _address(client, report, path, secured)


def _spend(client: Client, path: str, identity: str, most: int) -> tuple[list[Answer], Answer | None]:
    """Asks until it is refused. Each time another address is claimed."""
    fine: list[Answer] = []
    for n in range(most):
        answer = client.send("GET", path, identity, headers=forged(n))
        if answer.status == 429:
            return fine, answer
        fine.append(answer)
    return fine, None


def forged(n: int) -> Headers:
    """Headers by which a caller claims to be somebody else."""
    address = f"203.0.113.{n % 250}"
    return [(name, f"for={address}" if name == "Forwarded" else address) for name in FORGED]


def _caller(client: Client, report: Report, operation: Operation, path: str) -> None:
    began = time.monotonic()
    fine, refused = _spend(client, path, OWNER, QUOTA * 4)
    spent = int(time.monotonic() - began) * QUOTA // WINDOW
    thing = operation.name
    told_off = f"{len(fine)} requests with a quota of {QUOTA} are all let through, each claiming another address"
    report.that(refused is not None, "A6.refused", thing, told_off)
    if refused is None:
        return
    report.that(
        QUOTA <= len(fine) <= QUOTA + spent + 1,
        "A6.counted",
        thing,
        f"{len(fine)} requests were let through with a quota of {QUOTA}",
    )
    told = [int(match["r"]) for answer in fine if (match := LEFT.search(answer.header("RateLimit")))]
    report.that(
        len(told) == len(fine) and told[:1] == [QUOTA - 1] and told == sorted(told, reverse=True),
        "A6.counted",
        thing,
        f"RateLimit says that {told} are left",
    )
    _refusal(report, thing, refused, WINDOW)
    other = client.send("GET", path, STRANGER)
    report.that(
        other.status == 200,
        "A6.apart",
        thing,
        f"when one caller has spent their quota, another is answered with {other.status}",
    )
    wait = int(refused.header("Retry-After") or 1)
    if wait <= WINDOW:
        time.sleep(wait)
        again = client.send("GET", path, OWNER)
        report.that(
            again.status == 200,
            "A6.retry-after",
            thing,
            f"after the {wait} s of Retry-After the answer is {again.status}",
        )


def _refusal(report: Report, thing: str, refused: Answer, window: int) -> None:
    text = refused.header("Retry-After")
    after = int(text) if text.isdigit() else 0
    report.that(1 <= after <= window, "A6.retry-after", thing, f"Retry-After of a 429 is {text!r}")
    left = LEFT.search(refused.header("RateLimit"))
    report.that(
        left is not None and left["r"] == "0" and int(left["t"]) <= max(after, 1),
        "A6.fields",
        thing,
        f"RateLimit of a 429 is {refused.header('RateLimit')!r}, and Retry-After {text!r}",
    )
    report.that(
        refused.header("Content-Type").startswith("application/problem+json"),
        "A6.refused",
        thing,
        "a 429 is no problem document",
    )


def _address(client: Client, report: Report, path: str, secured: bool) -> None:
    """Wrong credentials are counted for the address, whatever the request claims about it."""
    who = "a guess at credentials" if secured else "a request"
    fine: list[Answer] = []
    refused = None
    for n in range(QUOTA * 3):
        headers = [*forged(n), *([("Authorization", f"Bearer guess{n}")] if secured else [])]
        answer = client.send("GET", path, NOBODY, headers=headers)
        if answer.status == 429:
            refused = answer
            break
        fine.append(answer)
    thing = f"GET {path}"
    report.that(
        refused is not None,
        "A6.address",
        thing,
        f"{who} from one address can be made {len(fine)} times with a quota of {QUOTA}",
    )
    report.that(refused is not None, "A6.forged-address", thing, "a claimed address gets around the limit")
    if refused is None:
        return
    if not secured:
        report.that(
            len(fine) == QUOTA, "A6.counted", thing, f"{len(fine)} requests were let through with a quota of {QUOTA}"
        )
    report.that(
        len(fine) <= QUOTA,
        "A6.address",
        thing,
        f"{who} from one address can be made {len(fine)} times with a quota of {QUOTA}",
    )
    _refusal(report, thing, refused, 24 * 3600)
    elsewhere = client.send("GET", "/no-such-path", NOBODY, headers=forged(99))
    report.that(
        elsewhere.status == 429,
        "A6.address",
        "GET /no-such-path",
        f"a path that is not there is not counted: {elsewhere.status}",
    )
    if not secured:
        report.that(
            client.send("POST", path, NOBODY, body={}).status == 429,
            "A6.refused",
            thing,
            "another operation is not counted",
        )


def fields(report: Report, answers: list[Answer]) -> None:
    """Both fields on every answer, as the draft writes them."""
    for answer in answers:
        policy, left = answer.header("RateLimit-Policy"), answer.header("RateLimit")
        fine = all(POLICY.fullmatch(item.strip()) for item in policy.split(",")) and all(
            LEFT.fullmatch(item.strip()) for item in left.split(",")
        )
        named = fine and {m["name"] for m in POLICY.finditer(policy)} >= {m["name"] for m in LEFT.finditer(left)}
        report.that(
            bool(named),
            "A6.fields",
            answer.place,
            f"RateLimit-Policy is {policy!r} and RateLimit is {left!r} on a {answer.status}",
        )
        report.that(
            not any(name.lower().startswith("x-ratelimit") for name in answer.headers),
            "A6.fields",
            answer.place,
            "X-RateLimit fields beside those of the draft",
        )
