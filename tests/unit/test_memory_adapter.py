"""What the in-memory platform offers beyond the contract: failures on command, and a journal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.memory import Call, MemoryAdapter, MemoryMailer
from bot.errors import AdapterError, Denied, SettingsError, Throttled, Unsupported
from bot.model import Capability, CapabilityState, Comment, Cursor, OwnPost, Presence
from bot.ports import Context
from tests.builders import NOON, a_comment, a_mail, a_newcomer, a_ref, an_own_post

START = Cursor()


@pytest.fixture
def adapter() -> MemoryAdapter:
    return MemoryAdapter(page_size=2)


def test_it_works_with_an_empty_table(context: Context) -> None:
    adapter = MemoryAdapter.from_options({}, context)
    assert adapter.account == context.account
    (page,) = adapter.fetch_comments(START)
    assert page.items == ()
    assert page.last


def test_the_options_furnish_it_the_same_way_at_each_start(context: Context) -> None:
    options = {"posts": ["Term ends on Friday."], "comments": ["Hooray!", "Boo."]}
    first, second = (MemoryAdapter.from_options(options, context) for _ in range(2))
    (page,) = first.fetch_comments(START)
    comments = [item for item in page.items if isinstance(item, Comment)]
    assert [comment.text for comment in comments] == ["Boo.", "Hooray!"]
    assert {comment.created_at for comment in comments} == {NOON}
    (posts,) = first.fetch_own_posts(START)
    (post,) = posts.items
    assert isinstance(post, OwnPost)
    assert {comment.post_id for comment in comments} == {post.ref.native_id}
    assert list(second.fetch_comments(START)) == [page]


def test_wrong_options_are_all_named_at_once(context: Context) -> None:
    options = {"page_sise": 3, "page_size": 0, "comments": "Hello", "posts": [1]}
    with pytest.raises(SettingsError) as wrong:
        MemoryAdapter.from_options(options, context)
    problems = {problem.path: problem.message for problem in wrong.value.problems}
    assert set(problems) == set(options)
    assert "did you mean page_size?" in problems["page_sise"]


def test_pages_come_newest_first(adapter: MemoryAdapter) -> None:
    refs = [adapter.post(a_comment()) for _ in range(5)]
    pages = list(adapter.fetch_comments(START))
    assert [len(page.items) for page in pages] == [2, 2, 1]
    assert [item.ref for page in pages for item in page.items] == refs[::-1]


def test_what_comes_during_a_run_waits_for_the_next_one(adapter: MemoryAdapter) -> None:
    early = [adapter.post(a_comment()) for _ in range(3)]
    run = adapter.fetch_comments(START)
    first = next(run)
    late = adapter.post(a_comment())
    rest = list(run)
    assert {item.ref for page in (first, *rest) for item in page.items} == set(early)
    (following,) = adapter.fetch_comments(rest[-1].cursor)
    assert [item.ref for item in following.items] == [late]


def test_an_edit_during_a_run_is_lost_to_neither_run(adapter: MemoryAdapter) -> None:
    oldest, *_ = (adapter.post(a_comment()) for _ in range(3))
    run = adapter.fetch_comments(START)
    next(run)
    adapter.edit(oldest, "changed")
    cursor = list(run)[-1].cursor
    (page,) = adapter.fetch_comments(cursor)
    assert [item.text for item in page.items if isinstance(item, Comment)] == ["changed"]


def test_a_failure_happens_as_often_as_told_and_does_nothing(adapter: MemoryAdapter) -> None:
    ref = adapter.post(a_comment())
    adapter.fail("hide", Throttled("Too many calls. It goes on later.", retry_after=60), times=2)
    for _ in range(2):
        with pytest.raises(Throttled):
            adapter.hide(ref)
        assert not adapter.is_hidden(ref)
    assert adapter.hide(ref).hidden


def test_a_failure_after_a_page_comes_after_that_page_and_once(adapter: MemoryAdapter) -> None:
    for _ in range(5):
        adapter.post(a_comment())
    adapter.fail_after_page("fetch_comments", 1, AdapterError("The line went dead."))
    run = adapter.fetch_comments(START)
    first = next(run)
    with pytest.raises(AdapterError):
        next(run)
    assert [len(page.items) for page in adapter.fetch_comments(first.cursor)] == [2, 1]


def test_failures_of_one_call_leave_the_others_alone(adapter: MemoryAdapter) -> None:
    ref = adapter.post(a_comment())
    adapter.fail("hide", AdapterError("Down."))
    assert [answer.presence for answer in adapter.observe([ref])] == [Presence.PRESENT]


def test_an_accepted_hide_may_never_read_back(adapter: MemoryAdapter) -> None:
    ref = adapter.post(a_comment())
    adapter.accept_without_doing = True
    assert adapter.hide(ref).hidden is None
    assert [answer.hidden for answer in adapter.observe([ref])] == [False]
    adapter.delete(ref)
    assert adapter.is_there(ref)


def test_a_hide_may_have_to_be_read_back(adapter: MemoryAdapter) -> None:
    ref = adapter.post(a_comment())
    adapter.proves_writes = False
    assert adapter.hide(ref).hidden is None
    assert [answer.hidden for answer in adapter.observe([ref])] == [True]


def test_somebody_may_unhide_it_on_the_platform(adapter: MemoryAdapter) -> None:
    ref = adapter.post(a_comment())
    adapter.hide(ref)
    adapter.set_hidden(ref, hidden=False)
    assert [answer.hidden for answer in adapter.observe([ref])] == [False]


def test_a_denied_capability_is_in_the_matrix_and_in_the_way(adapter: MemoryAdapter) -> None:
    ref = adapter.post(a_comment())
    adapter.deny(Capability.HIDE, "The token lacks the right to moderate.")
    denied = [r for r in adapter.capabilities() if r.state is CapabilityState.DENIED]
    assert [(r.capability, r.why) for r in denied] == [
        (Capability.HIDE, "The token lacks the right to moderate.")
    ]
    with pytest.raises(Denied, match="lacks the right"):
        adapter.hide(ref)
    assert adapter.unhide(ref).hidden is False


def test_only_comments_can_be_hidden_or_deleted(adapter: MemoryAdapter) -> None:
    for ref in (adapter.post(an_own_post()), adapter.post(a_newcomer())):
        for call in (adapter.hide, adapter.unhide, adapter.delete):
            with pytest.raises(Unsupported):
                call(ref)
        assert adapter.is_there(ref)


def test_what_was_never_there_is_gone(adapter: MemoryAdapter) -> None:
    assert [answer.presence for answer in adapter.observe([a_ref()])] == [Presence.GONE]


def test_the_journal_has_every_call_and_failed_ones_too(adapter: MemoryAdapter) -> None:
    ref = adapter.post(a_comment())
    adapter.fail("hide", AdapterError("Down."))
    with pytest.raises(AdapterError):
        adapter.hide(ref)
    list(adapter.fetch_comments(START))
    adapter.observe([ref])
    assert adapter.journal == (
        Call("hide", (ref,)),
        Call("fetch_comments"),
        Call("observe", (ref,)),
    )


def test_many_threads_lose_no_comment_and_no_call(adapter: MemoryAdapter) -> None:
    def write_and_hide(_: int) -> None:
        adapter.hide(adapter.post(a_comment()))
        list(adapter.fetch_comments(START))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write_and_hide, range(40)))
    comments = [item for page in adapter.fetch_comments(START) for item in page.items]
    assert len({item.ref for item in comments}) == 40
    assert all(isinstance(item, Comment) and item.hidden for item in comments)
    assert len([call for call in adapter.journal if call.name == "hide"]) == 40


def test_the_mailer_takes_no_options_and_keeps_letters(context: Context) -> None:
    mailer = MemoryMailer.from_options({}, context)
    mail = a_mail()
    mailer.send(mail)
    assert mailer.letters == (mail,)
    assert mailer.journal == (Call("send"),)
