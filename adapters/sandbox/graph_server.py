"""A local server that behaves as Meta's Graph API (v22.0 to v26.0) is documented to behave.

What it imitates, beyond what each function says: platforms.md, the Pages API documentation, and
fixtures/facebook. `type` of most errors is OAuthException, throttling included.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlencode

from adapters.sandbox.faults import Manner
from adapters.sandbox.graph_call import (
    GraphCall,
    GraphProblem,
    authenticate,
    gone,
    no_field,
    take_call,
    version_of,
)
from adapters.sandbox.graph_fields import Field, FieldsError, parse_fields
from adapters.sandbox.graph_nodes import FIRST_PAGE, Nodes, cursor
from adapters.sandbox.http_server import Json, LocalServer, Reply, Request
from adapters.sandbox.oauth import answer_facebook
from adapters.sandbox.world import Platform
from adapters.sandbox.world_facebook import APP_ID

_POSTS = frozenset(("published_posts", "feed", "visitor_posts", "tagged"))
_SCOPES = (
    "pages_show_list",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_engagement",
)
_ADMIN = {"name": "Page Administrator", "id": "200000000000001"}
_DATA_ACCESS = timedelta(days=90)


class GraphServer(LocalServer):
    """The Facebook half of the sandbox: `GraphServer(world).start()` gives the base URL."""

    platform: ClassVar[Platform] = "facebook"
    json_type: ClassVar[str] = "application/json; charset=UTF-8"

    def answer(self, request: Request) -> Reply:
        headers: dict[str, str] = {}
        if signing_in := answer_facebook(self.world, request):
            return signing_in
        try:
            version, path = version_of(request.path)
            headers["facebook-api-version"] = version
            token, viewer = authenticate(self.world, request)
            headers |= take_call(self.world, viewer)
            call = GraphCall(request, path, version, token, viewer, self.base_url)
            reply = Reply(self._route(call))
        except GraphProblem as found:
            reply = found.reply
        except FieldsError as error:
            reply = GraphProblem(2500, str(error)).reply
        reply.headers = {**headers, **reply.headers}
        return reply

    def twist(self, manner: Manner, request: Request, reply: Reply) -> None:
        if manner is Manner.REPEAT_CURSOR and isinstance(reply.data.get("data"), list):
            same = request.query.get("after") or cursor(FIRST_PAGE)
            query = urlencode({**request.query, "after": same})
            paging = reply.data.setdefault("paging", {"cursors": {"before": same}})
            paging["cursors"]["after"] = same
            paging["next"] = f"{self.base_url}{request.path}?{query}"

    def _route(self, call: GraphCall) -> Json:
        method = call.request.method
        if not call.path:
            if "ids" in call.request.query:
                # Since October 2026 (platforms.md; restfb/restfb#1692); no wording is documented.
                raise GraphProblem(100, "(#100) The ids parameter is not supported on the root")
            raise gone(method, "")
        if call.path == ("debug_token",):
            return self._debug_token(call)
        if call.viewer == "app":
            raise GraphProblem(10, "(#10) This endpoint needs a Page or user access token")
        page = self.world.fb_page_id()
        subject = page if call.viewer == "page" else _ADMIN["id"]
        first = subject if call.path[0] == "me" else call.path[0]
        edge = call.path[1] if len(call.path) == 2 else ""
        if len(call.path) > 2:
            raise gone(method, "/".join(call.path))
        if first == page:
            return self._page_edge(call, edge) if edge else self._page(call)
        if first == _ADMIN["id"] and call.viewer == "user":
            return self._me(edge)
        return self._object(call, first, edge)

    # --- posts and comments ------------------------------------------------------------------

    def _object(self, call: GraphCall, object_id: str, edge: str) -> Json:
        nodes = Nodes(self.world, call)
        row = nodes.find(object_id)
        query = call.request.query
        fields = parse_fields(query.get("fields", ""))
        if call.request.method == "GET" and edge == "comments":
            return nodes.comments(row, _edge_parameters(query), fields)
        if edge:
            raise no_field(edge, "Comment" if row["kind"] == "comment" else "PagePost")
        if call.request.method == "GET":
            return nodes.node(row, fields)
        call.need_page_token()
        if call.request.method == "DELETE":
            # docs, Comment node, Deleting: a Page may delete any comment on its content.
            self.world.fb_delete(object_id)
            return {"success": True}
        return self._hide(call, object_id, nodes.node(row, ()), row["kind"])

    def _hide(self, call: GraphCall, object_id: str, node: Json, kind: str) -> Json:
        """POST /{comment} is_hidden (docs, Comment node, Updating; idempotent).

        Impossible for the Page's own comments and visitor posts (platforms.md); Meta documents no
        wording for that refusal, so it is a plain 100.
        """
        given = call.request.form.get("is_hidden", "").lower()
        if given not in ("true", "false", "1", "0"):
            raise GraphProblem(100, "(#100) The parameter is_hidden is required")
        by_page = node.get("from", {}).get("id") == self.world.fb_page_id()
        if kind != "comment" or by_page:
            raise GraphProblem(100, "(#100) This object cannot be hidden")
        self.world.fb_set_hidden(object_id, "api" if given in ("true", "1") else "")
        return {"success": True}

    # --- the Page ----------------------------------------------------------------------------

    def _page(self, call: GraphCall) -> Json:
        """GET /{page}?fields= (fixtures page_fields, page_fields_npe)."""
        if call.request.method != "GET":
            raise gone(call.request.method, call.path[0])
        people = len(self.world.rows("SELECT 1 FROM fb_people WHERE NOT page"))
        page = self._page_named()
        values: Json = {
            **page,
            "access_token": self.world.fb_token("page"),
            "can_post": True,
            "category": "School",
            "fan_count": people,
            "followers_count": people,
            "has_transitioned_to_new_page_experience": True,
            "is_published": True,
            "link": f"https://www.facebook.com/{page['id']}",
            "rating_count": 0,
        }
        nodes = Nodes(self.world, call)
        found: Json = {}
        for field in parse_fields(call.request.query.get("fields", "")) or (Field("name"),):
            if field.name in _POSTS:
                found[field.name] = nodes.posts(field.name, field.modifiers, field.fields)
            elif field.name in values:
                found[field.name] = values[field.name]
            else:
                raise no_field(field.name, "Page")
        return {**found, "id": page["id"]}

    def _page_edge(self, call: GraphCall, edge: str) -> Json:
        method = call.request.method
        if edge in _POSTS and method == "GET":
            query = call.request.query
            fields = parse_fields(query.get("fields", ""))
            return Nodes(self.world, call).posts(edge, _edge_parameters(query), fields)
        if edge == "ratings":
            # Since v22.0 (fixture ratings_docs_pre_v22): only counts are left.
            raise GraphProblem(12, "(#12) ratings is deprecated for versions v22.0 and higher")
        if edge == "settings" and method == "GET":
            call.need_page_token()
            # docs, "Manage a Page" (fixture page_settings_docs).
            settings = {"USERS_CAN_POST": True, "USERS_CAN_MESSAGE": True}
            return {"data": [{"setting": name, "value": on} for name, on in settings.items()]}
        if edge == "blocked":
            call.need_page_token()
            return self._blocked(call)
        raise no_field(edge, "Page")

    def _blocked(self, call: GraphCall) -> Json:
        """GET, POST and DELETE /{page}/blocked (docs, "Manage a Page"; fixture blocked_post)."""
        if call.request.method == "GET":
            rows = self.world.rows("SELECT id, name FROM fb_people WHERE blocked ORDER BY id")
            return {"data": [{"name": row["name"], "id": row["id"]} for row in rows]}
        psid = call.request.form.get("user", "")
        known = "SELECT 1 FROM fb_people WHERE id = ? AND NOT page"
        if self.world.row(known, psid) is None:
            raise GraphProblem(100, "(#100) Param user must be a Page-scoped user id")
        blocks = call.request.method == "POST"
        self.world.write("UPDATE fb_people SET blocked = ? WHERE id = ?", int(blocks), psid)
        return {psid: True} if blocks else {"success": True}

    # --- tokens ------------------------------------------------------------------------------

    def _me(self, edge: str) -> Json:
        """GET /me and /me/accounts with a user token (fixture me_accounts)."""
        if not edge:
            return dict(_ADMIN)
        if edge != "accounts":
            raise no_field(edge, "User")
        page = self._page_named()
        tasks = ["ANALYZE", "MODERATE", "CREATE_CONTENT", "MANAGE"]
        token = self.world.fb_token("page")
        return {"data": [{"access_token": token, "category": "School", **page, "tasks": tasks}]}

    def _debug_token(self, call: GraphCall) -> Json:
        """GET /debug_token?input_token= (docs; fixtures debug_token_…). A Page token made from a
        long-lived user token does not expire, yet its access to data does (platforms.md)."""
        given = call.request.query.get("input_token", "")
        now = int(self.world.clock.timestamp())
        data: Json = {
            "app_id": APP_ID,
            "application": "Schoolgate",
            "scopes": [],
            "is_valid": False,
        }
        valid = given in (self.world.fb_token("page"), self.world.fb_token("user"))
        if not valid:
            expired = given == self.world.fb_token("expired")
            data["error"] = {"code": 190, "message": "The access token could not be decrypted"}
            if expired:
                message = "Error validating access token: Session has expired"
                data["error"] = {"code": 190, "message": message, "subcode": 463}
                data |= {"type": "PAGE", "expires_at": now - 7200}
            return {"data": data}
        of_page = given == self.world.fb_token("page")
        page = self.world.fb_page_id()
        data |= {
            "type": "PAGE" if of_page else "USER",
            "is_valid": True,
            "issued_at": now - 86400,
            "expires_at": 0 if of_page else now + int(timedelta(days=60).total_seconds()),
            "data_access_expires_at": now + int(_DATA_ACCESS.total_seconds()),
            "scopes": list(_SCOPES),
            "granular_scopes": [{"scope": name, "target_ids": [page]} for name in _SCOPES],
            "user_id": _ADMIN["id"],
        }
        if of_page:
            data["profile_id"] = page
        return {"data": data}

    def _page_named(self) -> Json:
        row = self.world.row("SELECT id, name FROM fb_people WHERE page")
        return {} if row is None else {"name": row["name"], "id": row["id"]}


def _edge_parameters(query: Mapping[str, str]) -> dict[str, str]:
    secret = ("access_token", "appsecret_proof")
    return {key: value for key, value in query.items() if key not in secret}
