"""The demo's day from two o'clock on. Everything said here, and everybody, is made up."""

from __future__ import annotations

from datetime import time

from adapters.sandbox.directions import (
    FilteredByFacebook,
    Follow,
    Post,
    Rename,
    Scene,
    Unhide,
    comment,
    mention,
    reply,
    visitor,
)
from adapters.sandbox.players import SCHOOL
from bot.model import AttachmentKind, Kind

AFTERNOON = (
    Scene(
        time(14, 25),
        "People are accused: a teacher with a child, the deputy, and the headteacher herself.",
        (
            comment(
                "Carol Jessop",
                "sports",
                "Mrs Hartley has been pocketing the trip money for years. Ask her where the £900 "
                "went.",
                Kind.ALLEGATION,
            ),
            reply(
                "marsh_lane_mum",
                "reading",
                "Mr Dunmore grabbed my son Finley by the arm and left bruises. Half of Year 4 "
                "saw it.",
                Kind.ALLEGATION,
                Kind.PERSONAL_DATA,
            ),
            comment(
                "Danny Fisher",
                "sports",
                "Is it true Mr Penrose had to leave his last school? Only asking.",
                Kind.ALLEGATION,
            ),
            reply(
                "truth_rossmore", "reading", "She covers it up. Every single time.", Kind.ALLEGATION
            ),
            comment(
                "Steve Ludlow",
                "sports",
                "Mr D was on his phone the whole of break and shouted at the little ones.",
                Kind.ALLEGATION,
            ),
            comment(
                "Holly Bright",
                "sports",
                "Mr Dunmore's maths club has been a hit. Ava grabbed the chance with both hands.",
                look_alike=True,
            ),
        ),
    ),
    Scene(
        time(15, 5),
        "Home time: two parents row, and a rumour runs faster than the children.",
        (
            comment(
                "Jade Fenner",
                "sports",
                "You had your weekend Lee. The court order says Thursdays, stop turning up at the "
                "gate.",
                Kind.DISPUTE,
                name="row",
            ),
            comment(
                "Lee Fenner",
                "row",
                "They're my kids too Jade and I'll come when I like. You'll be sorry.",
                Kind.DISPUTE,
                Kind.THREAT,
            ),
            reply(
                "rossmoregossip",
                "reading",
                "MAN WITH A KNIFE AT THE SCHOOL GATES police everywhere total lockdown SHARE SHARE",
                Kind.MISINFORMATION,
            ),
            mention(
                "nurse_cousin",
                "@RossmoreDemo that nose spray gives the kids the flu, my cousin's a nurse, say no",
                Kind.MISINFORMATION,
            ),
            reply("jen_sparrow_", "reading", "I'm at the gates now. It's two PCSOs and a dog. 🐶"),
        ),
    ),
    Scene(
        time(15, 45),
        "Hate, harassment and bad language; and people who only speak about such things.",
        (
            comment(
                "Nigel Cray",
                "sports",
                "No wonder things go missing since they let the g*ppos in",
                Kind.HATE,
                name="filtered",
            ),
            comment(
                "Amina Yusuf",
                "sports",
                "Somebody shouted “go back to your own country” at my daughter outside the gates. "
                "Please talk to the children about it.",
                Kind.WELFARE,
                look_alike=True,
            ),
            reply(
                "priya_k_home",
                "reading",
                "Will Year 4 learn about Diwali and Eid as well this year? My two would love it.",
                look_alike=True,
            ),
            reply(
                "lockerroom_lad",
                "reading",
                "that new TA in the tight leggings can keep me in detention any time 😏",
                Kind.SEXUAL,
            ),
            comment(
                "Tina Baker",
                "sports",
                "When do the RSE lessons start for Year 6, and may parents see the slides?",
                look_alike=True,
            ),
            reply("no_filter_nic", "reading", "f*** off you jobsworths", Kind.PROFANITY),
            comment(
                "Steve Ludlow", "sports", "F***ing hell that wind on the field", Kind.PROFANITY
            ),
            comment(
                "Tom Nunn", "sports", "That referee wants shooting 😂 great game", look_alike=True
            ),
        ),
    ),
    Scene(
        time(16, 25),
        "The school is asked for what the law lets people ask for; two campaigns drop by.",
        (
            visitor(
                "Lorraine Mead",
                "Under data protection law, please send me everything you hold about my daughter.",
                Kind.REQUEST,
            ),
            comment(
                "Jade Fenner",
                "museum",
                "I never gave consent for my son's face to be on here. Take it down.",
                Kind.REQUEST,
                Kind.PERSONAL_DATA,
            ),
            reply(
                "hollyb_reads",
                "reading",
                "Freedom of information request: how much went on supply teachers last year?",
                Kind.REQUEST,
            ),
            comment(
                "Carol Jessop",
                "museum",
                "Why has my comment been hidden? I want somebody else to look at it.",
                Kind.REQUEST,
            ),
            reply(
                "lorraine_m_rsm",
                "reading",
                "I am making a formal complaint to the governors about the way SEN support was "
                "cut. For a whole term our son has had four hours a week of the fifteen in his "
                "plan, the agreed meetings were moved twice without a word, and nobody has "
                "answered my letters of 3 and 17 October. My solicitor has copies of all of it.",
                Kind.COMPLAINT,
            ),
            mention(
                "vote_greenway",
                "Save our village schools: vote Greenway Independents on Thursday! @RossmoreDemo",
                Kind.CAMPAIGNING,
            ),
            mention(
                "hands_off_fen",
                "Save our village schools: vote Fenland Alliance on Thursday! @RossmoreDemo",
                Kind.CAMPAIGNING,
            ),
        ),
    ),
    Scene(
        time(17, 5),
        "Facebook's own filter hides one comment, and somebody unhides one on x.com.",
        (
            FilteredByFacebook("filtered"),
            # The machine must not fight a person who decided on the platform itself.
            Unhide("worst"),
            comment(
                "Nobody",
                "sports",
                "You're all a disgrace, every one of you, idiots",
                Kind.ABUSE,
                withheld=True,
            ),
            comment("Nobody", "sports", "Is the field open on Saturday?", withheld=True),
            comment("Kelly Marsh", "row", "Please take this somewhere private, you two."),
            comment(SCHOOL, "row", "Please speak with the office, both of you."),
            reply(
                "yr6_frogboy",
                "reading",
                "im 10 and this is my own account lol follow me back miss",
                Kind.PUPIL_AUTHOR,
            ),
            Follow("coin_kings_24", "leaves"),
            Rename("hollyb_reads", "hollyb_writes"),
        ),
    ),
    Scene(
        time(17, 45),
        "The evening is kind: thanks, in three languages.",
        (
            Post("x", "evening", "What a day. Thank you to everybody who helped. Good night!"),
            reply(
                "karol_w_dad",
                "evening",
                "Dziękujemy za wszystko! Synek bardzo lubi waszą szkołę.",
                look_alike=True,
            ),
            reply("granny_annie_", "evening", "Night night all, you do a grand job 💛"),
            reply(
                "the_marlows4",
                "evening",
                "😂",
                attachment=AttachmentKind.GIF,
            ),
            comment("Selam Tesfay", "sports", "የቐንየለይ ብዙሕ 🙏", Kind.UNREAD),
            comment("Priya Kaur", "sports", "Sick try from number 7, ask him about it!"),
            Follow("bex_and_bump"),
            Follow("ProudGrandadJ"),
        ),
    ),
)
