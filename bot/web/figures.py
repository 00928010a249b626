"""Figures for a monitoring system (Prometheus): about the machinery alone.

No figure counts comments, cases, hides or letters: whoever reads them must not be able to infer a
case that is kept from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.queries.health import account_ages, health
from bot.web.context import WebContext


class _Figures(Collector):
    def __init__(self, context: WebContext) -> None:
        self._context = context

    def collect(self) -> Iterator[Any]:
        """Read when asked, so that nothing here can be older than what the pages show."""
        store, settings, now = (
            self._context.store,
            self._context.settings,
            self._context.clock.now(),
        )
        state = health(store, settings, now)
        yield _one("ready", "1 while every account is read within its time.", float(state.ready))
        age = _family("read_age_seconds", "Since this was last read whole.", "account", "stream")
        for account, stream, seconds in account_ages(store, settings, now):
            age.add_metric([account, stream], seconds)
        yield age
        last = _family("job_last_run_timestamp_seconds", "When a job last began.", "job")
        took = _family("job_took_seconds", "How long its last run took.", "job")
        failed = _family("job_failures_in_a_row", "0 while it does its work.", "job")
        hangs = _family("job_hangs", "1 where it runs for longer than it may.", "job")
        for job in state.jobs:
            if job.began_at is not None:
                last.add_metric([job.name], job.began_at.timestamp())
            took.add_metric([job.name], job.took)
            failed.add_metric([job.name], job.failures)
            hangs.add_metric([job.name], float(job.hangs(now)))
        yield from (last, took, failed, hangs)
        shut = _family("left_alone", "1 for what a platform wants left alone.", "account", "what")
        for line in state.circuits:
            shut.add_metric([line.account, line.doing], float(line.state == "open"))
        yield shut
        spent = _family("spent_dollars", "What platforms billed.", "span")
        limit = _family("limit_dollars", "What may be spent.", "span")
        for one in state.limits:
            spent.add_metric([one.span], one.spent)
            limit.add_metric([one.span], one.limit)
        yield from (spent, limit)
        yield _one("troubles", "How many things are wrong.", float(len(state.troubles)))


def figures(context: WebContext) -> bytes:
    """All figures in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Figures(context))
    return generate_latest(registry)


def _family(name: str, words: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"schoolgate_{name}", words, labels=labels)


def _one(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"schoolgate_{name}", words, value=value)
