"""The endpoints of X's v2 API that are about users, and the usage."""

from __future__ import annotations

from adapters.sandbox.http_server import Json, Reply
from adapters.sandbox.x_call import Call, Endpoint, number_of, token
from adapters.sandbox.x_problems import invalid
from adapters.sandbox.x_shapes import Shapes


class UserEndpoints(Endpoint):
    """Look-up, followers, blocked and muted users, usage."""

    def me(self, call: Call) -> Reply:
        """GET users/me."""
        return self._one_user(call, self._world.x_account_id(), "id")

    def user(self, call: Call) -> Reply:
        """GET users/:id."""
        return self._one_user(call, call.ids[0], "id")

    def user_by(self, call: Call) -> Reply:
        """GET users/by/username/:username."""
        return self._one_user(call, call.ids[0], "username")

    def users(self, call: Call) -> Reply:
        """GET users?ids=, at most 100."""
        return self._some_users(call, "ids")

    def users_by(self, call: Call) -> Reply:
        """GET users/by?usernames=, at most 100."""
        return self._some_users(call, "usernames")

    def followers(self, call: Call) -> Reply:
        """GET users/:id/followers: newest first (not promised, platforms.md)."""
        return self._related(call, "follower")

    def incoming(self, _call: Call) -> Reply:
        """GET 1.1/friendships/incoming: ids only, newest first; most apps may not (453)."""
        if not self._world.note("x_lists_requests"):
            detail = (
                "You currently have access to a subset of X API V2 endpoints and limited v1.1 "
                "endpoints only."
            )
            return Reply({"errors": [{"message": detail, "code": 453}]}, 403)
        rows = self._world.rows(
            "SELECT user FROM x_relations WHERE relation = 'request' ORDER BY n DESC"
        )
        ids = [str(row["user"]) for row in rows]
        return Reply({"ids": ids, "next_cursor": 0, "previous_cursor": 0})

    def blocking(self, call: Call) -> Reply:
        """GET users/:id/blocking; blocking itself is for Enterprise (platforms.md): no route."""
        self._only_me(call)
        return self._related(call, "blocked")

    def muting(self, call: Call) -> Reply:
        """GET users/:id/muting."""
        self._only_me(call)
        return self._related(call, "muted")

    def mute(self, call: Call) -> Reply:
        """POST users/:id/muting {"target_user_id"} (fixture client_mute_get_muted_and_unmute)."""
        self._only_me(call)
        target = str(call.request.json.get("target_user_id", ""))
        user = self._user(target, "target_user_id")
        if isinstance(user, Reply):
            return user
        self._world.x_relate(target, "muted")
        return Reply({"data": {"muting": True}})

    def unmute(self, call: Call) -> Reply:
        """DELETE users/:id/muting/:target."""
        self._only_me(call)
        self._world.x_unrelate(str(number_of(call.ids[1])), "muted")
        return Reply({"data": {"muting": False}})

    def usage(self, _call: Call) -> Reply:
        """GET usage/tweets, app-only: posts read this month, each once a UTC day (platforms.md)."""
        month = f"{self._world.clock.now():%Y-%m}"
        row = self._world.row(
            "SELECT COUNT(*) AS n FROM x_billed WHERE substr(day, 1, 7) = ?", month
        )
        used = 0 if row is None else row["n"]
        data = {"cap_reset_day": 1, "project_cap": "2000000", "project_id": "1400000000000000001"}
        return Reply({"data": {**data, "project_usage": str(used)}})

    def _one_user(self, call: Call, value: str, parameter: str) -> Reply:
        user = self._user(value, parameter)
        if isinstance(user, Reply):
            return user
        return Reply({"data": Shapes(self._world, call.asked).user(user)})

    def _some_users(self, call: Call, parameter: str) -> Reply:
        found = [self._user(value, parameter) for value in call.listed(parameter)]
        shapes = Shapes(self._world, call.asked)
        body: Json = {}
        data = [shapes.user(user) for user in found if not isinstance(user, Reply)]
        errors = [user.data["errors"][0] for user in found if isinstance(user, Reply)]
        if data:
            body["data"] = data
        if errors:
            body["errors"] = errors
        return Reply(body)

    def _related(self, call: Call, relation: str) -> Reply:
        user = self._user(call.ids[0], "id")
        if isinstance(user, Reply):
            return user
        rows = self._world.rows(
            "SELECT u.*, r.n FROM x_relations r JOIN x_users u ON u.id = r.user"
            " WHERE r.relation = ? AND r.n < ? ORDER BY r.n DESC LIMIT ?",
            *(relation, call.before, call.size + 1),
        )
        page = rows[: call.size] if user["ours"] else []
        shapes = Shapes(self._world, call.asked)
        body: Json = {"meta": {"result_count": len(page)}}
        if page:
            body["data"] = [shapes.user(row) for row in page]
        if page and len(rows) > call.size:
            body["meta"]["next_token"] = token(page[-1]["n"])
        return Reply(body)

    def _only_me(self, call: Call) -> None:
        me = self._world.x_account_id()
        if call.ids[0] != me:
            message = (
                f"The `id` query parameter value [{call.ids[0]}] must be the same as the"
                f" authenticating user [{me}]"
            )
            raise invalid("id", call.ids[0], message)
