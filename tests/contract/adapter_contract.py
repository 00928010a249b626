"""What every platform adapter must show, whatever platform is behind it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import AdapterError, Gone, SettingsError, SignedOut, Unsupported
from bot.model import (
    Capability,
    CapabilityState,
    Comment,
    ItemKind,
    ItemRef,
    Newcomer,
    OwnPost,
    Presence,
)
from bot.ports import Context, PlatformAdapter
from tests.contract.adapter_stage import (
    CALLS,
    ON_PEOPLE,
    START,
    TEXTS,
    AdapterStage,
    Known,
    everything_said,
    last_cursor,
    read,
)


class AdapterContract:
    """Subclass it as `Test…` and give the fixtures `stage` and `known`."""

    @pytest.fixture
    def stage(self) -> AdapterStage:
        raise NotImplementedError

    @pytest.fixture
    def known(self) -> Known:
        raise NotImplementedError

    @pytest.fixture
    def adapter(self, stage: AdapterStage) -> PlatformAdapter:
        return stage.adapter

    @pytest.fixture
    def crowd(self, stage: AdapterStage) -> list[ItemRef]:
        """Comments under one post: more than one page of them."""
        stage.publish("Our winter concert is on Thursday.")
        return [stage.comment(f"Answer number {number}") for number in range(stage.crowd_size)]

    # --- what it is --------------------------------------------------------------------------

    def test_it_is_an_adapter_for_one_account(self, adapter: PlatformAdapter) -> None:
        assert isinstance(adapter, PlatformAdapter)
        assert adapter.platform
        assert adapter.account

    def test_the_capability_matrix_has_each_capability_exactly_once(
        self, adapter: PlatformAdapter
    ) -> None:
        matrix = [report.capability for report in adapter.capabilities()]
        assert sorted(matrix) == sorted(Capability)

    def test_what_does_not_work_says_why(self, adapter: PlatformAdapter) -> None:
        lacking = [r for r in adapter.capabilities() if r.state is not CapabilityState.WORKS]
        assert [report for report in lacking if not report.why] == []

    def test_proving_the_capabilities_changes_nothing(
        self, stage: AdapterStage, crowd: list[ItemRef]
    ) -> None:
        stage.adapter.capabilities()
        assert all(stage.is_there(ref) and not stage.is_hidden(ref) for ref in crowd)

    def test_known_options_are_taken(self, known: Known, context: Context) -> None:
        made = known.adapter.from_options(known.options, context)
        assert made.account == context.account

    def test_an_unknown_option_is_named_by_its_path(self, known: Known, context: Context) -> None:
        with pytest.raises(SettingsError) as wrong:
            known.adapter.from_options({**known.options, "no_such_option": 1}, context)
        assert [problem.path for problem in wrong.value.problems] == ["no_such_option"]

    # --- reading -----------------------------------------------------------------------------

    @pytest.mark.parametrize("fetch", ["fetch_own_posts", "fetch_comments", "fetch_newcomers"])
    def test_a_stream_with_nothing_in_it_ends_with_a_last_page(
        self, adapter: PlatformAdapter, fetch: str
    ) -> None:
        pages = list(getattr(adapter, fetch)(START))
        assert [item for page in pages for item in page.items] == []
        assert [page.last for page in pages][-1:] == [True]
        assert not pages[-1].cursor.resume

    def test_only_the_last_page_of_a_run_moves_the_high_water_mark(
        self, adapter: PlatformAdapter, crowd: list[ItemRef]
    ) -> None:
        *earlier, last = adapter.fetch_comments(START)
        assert earlier, "the stage's crowd must be more than one page"
        assert [page.last for page in earlier] == [False] * len(earlier)
        assert {page.cursor.high_water for page in earlier} == {""}
        assert last.last
        assert last.cursor.high_water
        assert not last.cursor.resume

    def test_every_comment_is_read(self, stage: AdapterStage) -> None:
        stage.publish("Our winter concert is on Thursday.")
        written = {stage.comment(text): text for text in TEXTS}
        comments = read(stage.adapter.fetch_comments(START))
        texts = {comment.ref: comment.text for comment in comments if isinstance(comment, Comment)}
        assert set(texts) == set(written)
        # X puts the handles that a reply answers before it.
        assert [text for ref, text in written.items() if not texts[ref].endswith(text)] == []

    def test_a_comment_says_where_it_belongs(self, stage: AdapterStage) -> None:
        post = stage.publish("Our winter concert is on Thursday.")
        ref = stage.comment("Lovely concert.")
        (comment,) = read(stage.adapter.fetch_comments(START))
        assert isinstance(comment, Comment)
        assert comment.ref == ref
        assert ref.platform == stage.adapter.platform
        assert ref.kind is ItemKind.COMMENT
        assert ref.account == ""
        assert comment.account == stage.adapter.account
        assert comment.post_id == post.native_id
        assert comment.permalink.startswith("https://")
        assert comment.hidden is not True
        assert comment.author is None or comment.author.native_id

    def test_own_posts_are_read_and_are_no_comments(self, stage: AdapterStage) -> None:
        ref = stage.publish("Our winter concert is on Thursday.")
        (post,) = read(stage.adapter.fetch_own_posts(START))
        assert isinstance(post, OwnPost)
        assert (post.ref, post.text) == (ref, "Our winter concert is on Thursday.")
        assert ref.kind is ItemKind.OWN_POST
        assert read(stage.adapter.fetch_comments(START)) == []

    def test_newcomers_are_people_of_this_account(self, stage: AdapterStage) -> None:
        ref = stage.newcomer("Alex Mercer")
        (newcomer,) = read(stage.adapter.fetch_newcomers(START))
        assert isinstance(newcomer, Newcomer)
        assert newcomer.ref == ref
        assert ref.kind is ItemKind.NEWCOMER
        assert ref.account == newcomer.account == stage.adapter.account
        assert newcomer.author.name == "Alex Mercer"

    def test_times_are_aware_and_in_utc(self, stage: AdapterStage, crowd: list[ItemRef]) -> None:
        stage.newcomer("Alex Mercer")
        adapter = stage.adapter
        times = [
            item.seen_at if isinstance(item, Newcomer) else item.created_at
            for fetch in (adapter.fetch_own_posts, adapter.fetch_comments, adapter.fetch_newcomers)
            for item in read(fetch(START))
        ]
        assert len(times) > len(crowd)
        assert {time.utcoffset() for time in times} == {timedelta(0)}

    def test_reading_twice_from_one_cursor_gives_the_same_items(
        self, adapter: PlatformAdapter, crowd: list[ItemRef]
    ) -> None:
        once = [item.ref for item in read(adapter.fetch_comments(START))]
        again = [item.ref for item in read(adapter.fetch_comments(START))]
        assert sorted(once, key=str) == sorted(again, key=str)
        assert set(once) == set(crowd)

    def test_the_next_poll_brings_what_is_new(
        self, stage: AdapterStage, crowd: list[ItemRef]
    ) -> None:
        cursor = last_cursor(stage.adapter.fetch_comments(START))
        late = stage.comment("I only saw this now.")
        assert late in [item.ref for item in read(stage.adapter.fetch_comments(cursor))]

    def test_an_empty_poll_keeps_the_high_water_mark(
        self, stage: AdapterStage, crowd: list[ItemRef]
    ) -> None:
        cursor = last_cursor(stage.adapter.fetch_comments(START))
        cursor = last_cursor(stage.adapter.fetch_comments(cursor))
        assert cursor.high_water
        late = stage.comment("I only saw this now.")
        assert late in [item.ref for item in read(stage.adapter.fetch_comments(cursor))]

    def test_an_edit_is_read_again_by_the_next_poll(
        self, stage: AdapterStage, crowd: list[ItemRef]
    ) -> None:
        cursor = last_cursor(stage.adapter.fetch_comments(START))
        stage.edit(crowd[3], "Second thoughts.")
        comments = read(stage.adapter.fetch_comments(cursor))
        texts = [comment.text for comment in comments if isinstance(comment, Comment)]
        assert any(text.endswith("Second thoughts.") for text in texts)

    def test_an_interrupted_run_loses_nothing(
        self, stage: AdapterStage, crowd: list[ItemRef]
    ) -> None:
        interrupted = stage.adapter.fetch_comments(START)
        first = next(interrupted)
        stage.break_down()
        with pytest.raises(AdapterError) as outage:
            next(interrupted)
        assert not outage.value.permanent
        stage.recover()
        late = stage.comment("I came while nobody was looking.")

        run = list(stage.adapter.fetch_comments(first.cursor))
        following = list(stage.adapter.fetch_comments(run[-1].cursor))
        seen = {item.ref for page in (first, *run, *following) for item in page.items}
        assert seen == {*crowd, late}

    # --- observing, hiding, deleting ---------------------------------------------------------

    def test_observing_answers_each_ref_in_order(
        self, stage: AdapterStage, crowd: list[ItemRef]
    ) -> None:
        stage.withdraw(crowd[2])
        asked = [crowd[4], crowd[2], crowd[0]]
        answers = stage.adapter.observe(asked)
        assert [answer.ref for answer in answers] == asked
        assert [answer.presence for answer in answers] == [
            Presence.PRESENT,
            Presence.GONE,
            Presence.PRESENT,
        ]
        assert [answer.hidden for answer in answers if answer.hidden] == []

    def test_observing_nothing_answers_nothing(self, adapter: PlatformAdapter) -> None:
        assert list(adapter.observe([])) == []

    def test_a_hidden_comment_reads_back_as_hidden(
        self, stage: AdapterStage, crowd: list[ItemRef]
    ) -> None:
        answer = stage.adapter.hide(crowd[1])
        assert answer.ref == crowd[1]
        assert answer.hidden in (True, None)
        (observed,) = stage.adapter.observe([crowd[1]])
        assert observed.presence is Presence.PRESENT
        assert observed.hidden in (True, None)
        assert [stage.is_hidden(ref) for ref in crowd] == [ref == crowd[1] for ref in crowd]

    def test_hiding_twice_is_hiding_once(self, stage: AdapterStage, crowd: list[ItemRef]) -> None:
        stage.adapter.hide(crowd[1])
        assert stage.adapter.hide(crowd[1]).hidden in (True, None)
        assert stage.is_hidden(crowd[1])

    def test_unhiding_shows_it_again(self, stage: AdapterStage, crowd: list[ItemRef]) -> None:
        stage.adapter.hide(crowd[1])
        assert stage.adapter.unhide(crowd[1]).hidden in (False, None)
        assert not stage.is_hidden(crowd[1])
        (observed,) = stage.adapter.observe([crowd[1]])
        assert observed.hidden in (False, None)

    def test_what_is_gone_cannot_be_hidden(self, stage: AdapterStage, crowd: list[ItemRef]) -> None:
        stage.withdraw(crowd[1])
        with pytest.raises(Gone):
            stage.adapter.hide(crowd[1])
        (observed,) = stage.adapter.observe([crowd[1]])
        assert observed.presence is Presence.GONE

    def test_what_the_platform_never_hides_is_unsupported_and_stays_as_it_was(
        self, stage: AdapterStage
    ) -> None:
        stage.publish("Our winter concert is on Thursday.")
        ref = stage.comment_out_of_reach()
        with pytest.raises(Unsupported):
            stage.adapter.hide(ref)
        assert not stage.is_hidden(ref)

    @pytest.mark.parametrize("call", ["hide", "unhide"])
    def test_a_newcomer_cannot_be_hidden(self, stage: AdapterStage, call: str) -> None:
        ref = stage.newcomer("Alex Mercer")
        with pytest.raises(Unsupported):
            CALLS[call](stage.adapter, ref)

    def test_deleting_is_for_good_or_not_supported(
        self, stage: AdapterStage, crowd: list[ItemRef]
    ) -> None:
        try:
            stage.adapter.delete(crowd[1])
        except Unsupported:
            assert stage.is_there(crowd[1])
            return
        assert [stage.is_there(ref) for ref in crowd] == [ref != crowd[1] for ref in crowd]
        with pytest.raises(Gone):
            stage.adapter.delete(crowd[1])

    # --- people ------------------------------------------------------------------------------

    def test_a_sweep_brings_everybody_known_or_not_or_there_is_no_list(
        self, stage: AdapterStage
    ) -> None:
        people = {stage.newcomer(f"Parent {number}") for number in range(3)}
        adapter = stage.adapter
        list(adapter.fetch_newcomers(START))
        if not adapter.lists_followers:
            with pytest.raises(Unsupported):
                next(adapter.sweep_newcomers(START))
            return
        for _ in range(2):
            pages = list(adapter.sweep_newcomers(START))
            assert {item.ref for page in pages for item in page.items} == people
            assert [page.last for page in pages][-1]
            assert pages[-1].cursor.high_water
            assert sum(page.billed for page in pages) >= len(people)

    def test_blocking_reads_back_and_can_be_undone_or_is_never_done(
        self, stage: AdapterStage
    ) -> None:
        ref, other = stage.newcomer("Alex Mercer"), stage.newcomer("Sam Porter")
        adapter = stage.adapter
        try:
            answer = adapter.block(ref)
        except Unsupported:
            assert not stage.is_blocked(ref)
            with pytest.raises(Unsupported):
                adapter.unblock(ref)
            return
        assert answer.blocked in (True, None)
        adapter.block(ref)
        assert [stage.is_blocked(each) for each in (ref, other)] == [True, False]
        assert [each.blocked for each in adapter.observe([ref, other])] == [True, False]
        assert adapter.unblock(ref).blocked in (False, None)
        assert not stage.is_blocked(ref)
        assert [each.blocked for each in adapter.observe([ref])] == [False]

    def test_muting_reads_back_and_can_be_undone_or_is_never_done(
        self, stage: AdapterStage
    ) -> None:
        ref = stage.newcomer("Alex Mercer")
        adapter = stage.adapter
        try:
            assert adapter.mute(ref).muted in (True, None)
        except Unsupported:
            with pytest.raises(Unsupported):
                adapter.unmute(ref)
            return
        assert [each.muted for each in adapter.observe([ref])] == [True]
        assert not stage.is_blocked(ref)
        assert adapter.unmute(ref).muted in (False, None)
        assert [each.muted for each in adapter.observe([ref])] == [False]

    def test_what_a_person_blocked_on_the_platform_is_on_its_own_list(
        self, stage: AdapterStage
    ) -> None:
        ref = stage.newcomer("Alex Mercer")
        assert list(stage.adapter.fetch_blocked()) == []
        stage.block_by_person(ref)
        assert [each.native_id for each in stage.adapter.fetch_blocked()] == [ref.native_id]
        assert [each.blocked for each in stage.adapter.observe([ref])] == [True]

    @pytest.mark.parametrize("call", ["block", "unblock", "mute", "unmute"])
    def test_a_comment_cannot_be_blocked_or_muted(
        self, stage: AdapterStage, crowd: list[ItemRef], call: str
    ) -> None:
        with pytest.raises(Unsupported):
            getattr(stage.adapter, call)(crowd[0])

    # --- when it goes wrong ------------------------------------------------------------------

    @pytest.mark.parametrize("call", CALLS)
    def test_an_outage_may_pass_and_changes_nothing(
        self, stage: AdapterStage, crowd: list[ItemRef], call: str
    ) -> None:
        stage.break_down()
        with pytest.raises(AdapterError) as outage:
            CALLS[call](stage.adapter, crowd[1])
        stage.recover()
        assert stage.is_there(crowd[1])
        assert not stage.is_hidden(crowd[1])
        if isinstance(outage.value, Unsupported):
            with pytest.raises(Unsupported):  # it never does this, broken or not
                CALLS[call](stage.adapter, crowd[1])
        else:
            assert not outage.value.permanent
            if call not in ON_PEOPLE:  # there is nobody of that id to do it to
                CALLS[call](stage.adapter, crowd[1])

    @pytest.mark.parametrize("call", CALLS)
    def test_an_invalid_token_means_signed_out(
        self, stage: AdapterStage, crowd: list[ItemRef], call: str
    ) -> None:
        stage.sign_out()
        with pytest.raises((SignedOut, Unsupported)) as refused:
            CALLS[call](stage.adapter, crowd[1])
        assert refused.value.permanent
        assert stage.is_there(crowd[1])

    @pytest.mark.parametrize("happens", ["break_down", "sign_out"])
    @pytest.mark.parametrize("call", CALLS)
    def test_no_message_holds_a_token(
        self, stage: AdapterStage, crowd: list[ItemRef], call: str, happens: str
    ) -> None:
        getattr(stage, happens)()
        with pytest.raises(AdapterError) as failed:
            CALLS[call](stage.adapter, crowd[1])
        assert str(failed.value)
        said = "\n".join(everything_said(failed.value))
        assert [secret for secret in stage.secrets if secret in said] == []
