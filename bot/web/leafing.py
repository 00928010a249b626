"""Going from one page of a long list to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query

PageNumber = Annotated[int, Query(ge=1, le=100_000)]


@dataclass(frozen=True, slots=True)
class Leaves:
    """The numbers of the pages before and after this one, where there are any."""

    number: int
    before: int | None
    after: int | None


def leafing(page: int, *, more: bool) -> Leaves:
    """Where one can go from this page."""
    return Leaves(page, page - 1 if page > 1 else None, page + 1 if more else None)
