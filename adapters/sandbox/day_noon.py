"""The demo's day from noon to two: a pile-on, a hiccup of both platforms, and how it ends."""

from __future__ import annotations

from datetime import time

from adapters.sandbox import faults
from adapters.sandbox.directions import (
    AllWell,
    Delete,
    Edit,
    Post,
    Scene,
    Trouble,
    comment,
    reply,
)
from bot.model import AttachmentKind, Kind

NOON = (
    Scene(
        time(12, 5),
        "Sixteen replies about one teacher within minutes, and X fumbles two of the hides.",
        (
            # Hiding fails twice, reading does not: nothing may be shown as hidden that is not.
            Trouble("x", faults.x_server_error(), path_contains="/hidden", times=2),
            Post(
                "x",
                "reading",
                "A reminder from Miss Ellacott: reading logs come back on Fridays, please.",
            ),
            reply(
                "rossmoregossip",
                "reading",
                "Miss Ellacott handing out homework again while she can't even spell. Thoughts, "
                "everyone?",
                Kind.ABUSE,
                name="pile-on",
            ),
            reply("ratio_rick77", "reading", "Miss Ellacott is thick as mince", Kind.ABUSE),
            reply("no_filter_nic", "pile-on", "Sack the stupid cow 🤡", Kind.ABUSE),
            reply(
                "shaz_and_boys",
                "pile-on",
                "Bit much, this. She's lovely with my two.",
                look_alike=True,
            ),
            reply("user58203144", "reading", "ugly inside and out", Kind.ABUSE),
            reply(
                "angry_of_fen",
                "pile-on",
                "Worst teacher in the county, pathetic",
                Kind.ABUSE,
                name="worst",
            ),
            reply(
                "westend_wayne",
                "pile-on",
                "Nobody say hello to her at the gate tomorrow. Just walk past. Pass it on.",
                Kind.ABUSE,
            ),
            reply("lockerroom_lad", "reading", "absolute m0r0n 😂😂", Kind.ABUSE),
            reply(
                "truth_rossmore",
                "reading",
                "Miss Ellacott should do the world a favour and end it",
                Kind.THREAT,
                Kind.ABUSE,
                name="end it",
            ),
            reply("no_filter_nic", "reading", "loser. LOSER. l o s e r", Kind.ABUSE),
            reply(
                "sue_lollipop",
                "reading",
                "Wind your necks in, it's a reading log, not the Spanish Inquisition.",
                Kind.ABUSE,
            ),
            reply("ratio_rick77", "pile-on", "clueless witch", Kind.ABUSE),
            reply(
                "tariq_runs",
                "reading",
                "Fridays are hard for us with late shifts. Could it be Mondays?",
            ),
            reply(
                "danny_fisher9",
                "reading",
                "She couldn't teach a fish to swim 🙄",
                Kind.ABUSE,
            ),
            # The handle taken away: in no mentions timeline, only the search finds it.
            reply(
                "user58203144",
                "reading",
                "everyone report this disgusting woman till she is gone",
                Kind.ABUSE,
                tagged=False,
            ),
            reply(
                "amina_writes",
                "pile-on",
                "This is what bullying looks like. Our children can read, you know.",
                look_alike=True,
            ),
        ),
        pause=12,
    ),
    Scene(
        time(12, 45),
        "X answers with errors and then with “too many requests”, Facebook with a broken page.",
        (
            Trouble("x", faults.x_server_error(), times=2),
            Trouble("x", faults.x_rate_limited(60), times=None),
            Trouble("facebook", faults.bad_gateway(), times=2),
            Trouble("facebook", faults.graph_error(2), times=None),
            reply(
                "our_own_first",
                "reading",
                "Send the refugee kids back where they came from, they stink and they don't "
                "belong in our school.",
                Kind.HATE,
            ),
            comment("Amina Yusuf", "badges", "Lovely assembly, thank you for inviting us."),
            comment(
                "Rick Slade",
                "badges",
                "You lot are a bunch of f***ing clowns",
                Kind.PROFANITY,
                Kind.ABUSE,
            ),
        ),
    ),
    Scene(
        time(13, 15),
        "Both platforms are themselves again; a sports report is out.",
        (
            AllWell(),
            Post(
                "facebook",
                "sports",
                "Year 5 came second in the tag rugby. Muddy, loud and very polite: well played!",
            ),
            comment(
                "Rick Slade", "sports", "Lovely photos, well done everybody!", name="nice at first"
            ),
            comment(
                "Shaz Rowe",
                "sports",
                "Our lot got hammered in the final but what a day!",
                look_alike=True,
            ),
            comment(
                "Tariq Hasan",
                "sports",
                "Took a few of the whole team at the end",
                Kind.UNREAD_ATTACHMENT,
                Kind.PERSONAL_DATA,
                attachment=AttachmentKind.PHOTO,
            ),
            comment("Gaz Tilney", "sports", "Us at the whistle", attachment=AttachmentKind.GIF),
            comment("Kelly Marsh", "sports", "Second is the first winner in my book", name="kelly"),
            reply(
                "kelly_mum_of3",
                "reading",
                "Reading log, dog version",
                Kind.UNREAD_ATTACHMENT,
                attachment=AttachmentKind.PHOTO,
            ),
        ),
    ),
    Scene(
        time(13, 50),
        "A nice comment is edited into a nasty one, and two authors delete what they wrote.",
        (
            Edit(
                "nice at first",
                "Lovely photos. Shame half of Year 5 are fat little losers.",
                (Kind.ABUSE,),
            ),
            Delete("lollipop"),
            Delete("kelly"),
            comment("Carol Jessop", "sports", "Who won then? It doesn't say."),
        ),
    ),
)
