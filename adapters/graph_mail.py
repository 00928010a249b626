"""The `graph` mailer: letters leave through Microsoft Graph, which stays when SMTP passwords go.

`POST /users/{mailbox}/sendMail` with a MIME body takes the same bytes as SMTP would (Microsoft
Graph v1.0, "user: sendMail"). The app needs `Mail.Send`, confined to the one mailbox.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

import requests

from adapters.http import ApiSession, keeps_tokens_safe, seconds_to_wait
from adapters.microsoft import CLIENT_SECRET, LOGIN, SignIn
from bot.errors import AdapterError, Problem, SettingsError, Throttled, meant_or_known
from bot.model import Mail
from bot.ports import Context, Options

GRAPH = "https://graph.microsoft.com"
_KEYS = ("tenant", "client_id", "graph_url", "login_url")
_BUSY = frozenset({408, 429, 500, 502, 503, 504, 509})


@dataclass(frozen=True, slots=True)
class GraphMailer:
    """bot.ports.Mailer over Microsoft Graph; safe to share between threads."""

    sign_in: SignIn
    graph_url: str = GRAPH

    name = "graph"

    @classmethod
    def from_options(cls, options: Options, context: Context) -> Self:
        """Options: `tenant`, `client_id` (the secret: `MICROSOFT_CLIENT_SECRET`); `graph_url` and
        `login_url` for national clouds. The mailbox is the letters' sender. Raises SettingsError.
        """
        problems = [
            Problem(key, f"is not a setting of the graph mailer; {meant_or_known(key, _KEYS)}")
            for key in options
            if key not in _KEYS
        ]
        texts = {}
        for key in _KEYS:
            value = options.get(key, {"graph_url": GRAPH, "login_url": LOGIN}.get(key, ""))
            texts[key] = value.strip() if isinstance(value, str) else ""
            if not texts[key]:
                problems.append(Problem(key, "must be text in quotation marks, and not empty"))
        problems += [
            Problem(key, "must begin with https://, or the sign-in could be read on the way")
            for key in ("graph_url", "login_url")
            if texts[key] and not keeps_tokens_safe(texts[key])
        ]
        secret = context.secret(CLIENT_SECRET) or ""
        if not secret:
            problems.append(
                Problem(
                    "client_id",
                    f"needs a secret: set {CLIENT_SECRET}, or {CLIENT_SECRET}_FILE to its file",
                )
            )
        if problems:
            raise SettingsError(problems)
        scope = f"{GRAPH}/.default"
        sign_in = SignIn(texts["tenant"], texts["client_id"], secret, scope, texts["login_url"])
        return cls(sign_in, texts["graph_url"])

    def send(self, mail: Mail) -> None:
        """Hand the letter's bytes over; 202 means taken. Raises AdapterError without any address.

        Its own "401" is tried once more with a renewed token: one that was withdrawn meanwhile.
        """
        answer = self._post(mail, self.sign_in.token())
        if answer.status_code == 401:
            answer = self._post(mail, self.sign_in.token(renewed=True))
        if answer.status_code != 202:
            raise _in_plain_words(answer)

    def check(self) -> str:
        """Sign in, and say nothing more: `Mail.Send` cannot be tried without a letter."""
        self.sign_in.token(renewed=True)
        return (
            "Microsoft lets Schoolgate sign in. Whether it may send from this mailbox shows with "
            "the first letter: try `schoolgate drill`."
        )

    def _post(self, mail: Mail, token: str) -> requests.Response:
        mailbox = mail.sender.rpartition("<")[2].rstrip("> ")
        try:
            with ApiSession(self.graph_url) as session:
                return session.post(
                    f"{GRAPH}/v1.0/users/{quote(mailbox, safe='@')}/sendMail",
                    data=base64.b64encode(mail.mime),
                    headers={"Authorization": f"Bearer {token}", "Content-Type": "text/plain"},
                )
        except requests.RequestException:
            raise AdapterError(
                "Microsoft Graph could not be reached, or did not answer in time. It is tried "
                "again; if this lasts, check the network."
            ) from None


def _in_plain_words(answer: requests.Response) -> AdapterError:
    status = answer.status_code
    if status in _BUSY:
        said = seconds_to_wait(answer.headers)
        wait = None if said is None else max(said, 1.0)
        if status == 429:
            return Throttled(
                "Microsoft wants fewer letters for now. It is tried again.", retry_after=wait
            )
        return AdapterError(
            f"Microsoft Graph does not take letters for now (answer {status}). It is tried again.",
            retry_after=wait,
        )
    remedy = {
        400: "Ask whoever runs Microsoft 365 whether this mailbox may send to the recipient.",
        401: "Give the app registration a new secret, and Schoolgate with it.",
        403: "Give the app registration Mail.Send for the sender's mailbox.",
        404: "The sender in the settings is no mailbox of this tenant: correct it.",
    }.get(status, "Ask whoever runs Microsoft 365 what this answer means.")
    return AdapterError(
        f"Microsoft Graph refuses this letter (answer {status}). {remedy}", permanent=True
    )
