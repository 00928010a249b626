"""The budget's ledger, as adapters are handed it: a price is set aside before each billed call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.errors import BudgetSpent
from bot.ports import Clock, Reservation
from bot.settings import BudgetSettings
from bot.store import Store
from bot.store.spending import (
    DOLLAR,
    billed_day,
    first_of_month,
    first_of_next_month,
    next_day,
)


class Ledger:
    """A `bot.ports.Budget` on the store, for one account; the limits are the whole school's.

    `store` is asked for when the first price is set aside: plug-ins are made before it is opened.
    A resource without a price counts as the dearest that settings name.
    """

    def __init__(
        self, store: Callable[[], Store], clock: Clock, budget: BudgetSettings, account: str
    ) -> None:
        self._store, self._clock, self._budget, self._account = store, clock, budget, account

    def reserve(
        self, resource: str, most: int, *, least: int = 1, acting: bool = False
    ) -> Reservation:
        """See `bot.ports.Budget`; one short transaction of its own."""
        price, now = self._price(resource), self._clock.now()
        today = billed_day(now)
        with self._store().begin() as uow:
            kept = 0 if acting else _millionths(self._budget.kept_for_hides)
            day_left = _millionths(self._budget.per_day) - uow.spending.total(today, today) - kept
            month = uow.spending.total(first_of_month(now), today)
            month_left = _millionths(self._budget.per_month) - month - kept
            left = max(min(day_left, month_left), 0)
            count = min(most, left // price) if price else most
            if count < least:
                raise self._spent(now, month=month_left <= day_left)
            uow.spending.set_aside(today, self._account, resource, count * price)
            uow.commit()
        return Reservation(resource, count, today)

    def settle(self, reserved: Reservation, used: int) -> None:
        """See `bot.ports.Budget`; one short transaction of its own."""
        price = self._price(reserved.resource)
        with self._store().begin() as uow:
            uow.spending.spend(
                reserved.day,
                self._account,
                reserved.resource,
                reserved=reserved.count * price,
                spent=used * price,
            )
            uow.commit()

    def _price(self, resource: str) -> int:
        prices = self._budget.prices
        dearest = max(prices.values(), default=0.0)
        return round(prices.get(resource, dearest) * DOLLAR)

    def _spent(self, now: datetime, *, month: bool) -> BudgetSpent:
        limit = self._budget.per_month if month else self._budget.per_day
        span, then = ("month", "next month") if month else ("day", "tomorrow")
        again = first_of_next_month(now) if month else next_day(now)
        return BudgetSpent(
            f"The school's own limit of ${limit:.2f} a {span} is used up, so no call was made. "
            f"Reading goes on {then}; to let it go on now, raise per_{span} under [budget] in "
            "settings.toml and start Schoolgate again.",
            retry_after=(again - now).total_seconds(),
        )


def _millionths(dollars: float) -> int:
    return round(dollars * DOLLAR)
