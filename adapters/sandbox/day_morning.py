"""The demo's day until noon. Everything said here, and everybody, is made up."""

from __future__ import annotations

from datetime import time

from adapters.sandbox.directions import (
    Elsewhere,
    Follow,
    Post,
    Scene,
    comment,
    mention,
    quote,
    reply,
    tag,
    visitor,
)
from adapters.sandbox.players import SCHOOL
from bot.model import AttachmentKind, Kind

MORNING = (
    Scene(
        time(7, 35),
        "Early risers: questions, thanks and a little banter on both platforms.",
        (
            reply("bex_and_bump", "nativity", "Is there a waiting list if they sell out?"),
            comment("Kelly Marsh", "clubs", "Who do I ask about Tuesday gymnastics? Thanks x"),
            comment(
                "Gaz Tilney",
                "clubs",
                "Ta to whoever found our Alfie's coat, he were mithering all night ower it",
            ),
            mention(
                "coach_iqbal",
                "Big hand for @RossmoreDemo in the cross-country. Our girls absolutely killed it!",
                look_alike=True,
            ),
            reply(
                "FenlandTom",
                "nativity",
                "Last year our lad was third sheep from the left. Robbed of an Oscar.",
            ),
            Follow("jen_sparrow_"),
        ),
    ),
    Scene(
        time(8, 10),
        "At the gate: parents are angry about tickets and the crossing, and fairly so.",
        (
            reply(
                "leanne_xx_84",
                "nativity",
                "Two tickets per family? With four grandparents? Absolute shambles, every single "
                "year. Does anybody there think before they press send?",
                Kind.COMPLAINT,
                name="two tickets",
                look_alike=True,
            ),
            reply(
                "crossing_cate",
                "nativity",
                "Three near misses on Fen Road this week. Someone will get killed on that "
                "crossing. Please put a marshal out.",
                Kind.COMPLAINT,
                look_alike=True,
            ),
            comment(
                "Tina Baker",
                "clubs",
                "Can someone from the office actually ring me back? Third time of asking about "
                "dinner money.",
                Kind.COMPLAINT,
            ),
            comment("Steve Ludlow", "clubs", "Bloody freezing at that gate, get em in early!"),
            reply(SCHOOL, "two tickets", "More tickets are released on Thursday, Leanne."),
            reply("leanne_xx_84", "two tickets", "That would have been good to know. Ta."),
        ),
    ),
    Scene(
        time(8, 55),
        "Families are proud, and some write down more than a stranger should read.",
        (
            Post(
                "facebook",
                "badges",
                "Reading badges were given out in assembly. We are proud of every reader.",
            ),
            comment(
                "Annie Webb",
                "badges",
                "So proud of our Olivia in 3B, gold badge!! ⭐⭐",
                Kind.PERSONAL_DATA,
            ),
            comment(
                "Carol Jessop",
                "badges",
                "No badge for Callum Thorpe in 4B then. He's on tablets for his fits and can't "
                "sit still, the whole class knows.",
                Kind.PERSONAL_DATA,
                name="callum",
            ),
            comment(
                "Danny Fisher",
                "badges",
                "Whoever left the silver Corsa QX71 FGH across my drive again: she lives at 14 "
                "Marram Close, go and knock.",
                Kind.PERSONAL_DATA,
            ),
            comment(
                "Jen Sparrow",
                "badges",
                "I'm childminding till six tonight if anybody's stuck, my number is 07700 900145.",
                look_alike=True,
            ),
            comment(
                "Holly Bright",
                "badges",
                "Mrs Bramley has turned our reluctant reader into a bookworm. Give that woman a "
                "medal!",
                look_alike=True,
            ),
        ),
    ),
    Scene(
        time(9, 30),
        "The sellers and the phishers are up, and the PTA has something to sell as well.",
        (
            comment(
                "Work From Home UK",
                "badges",
                "Earn £450 a day from your phone, only 3 places left 👉 http://quick-cash.example",
                Kind.SPAM,
                attachment=AttachmentKind.LINK,
            ),
            reply(
                "quick_cash_uk7",
                "nativity",
                "WATCH LIVE ➡ infants nativity full HD free stream http://live-nativity.example "
                "card needed for age check",
                Kind.SPAM,
            ),
            reply(
                "rossmore_pta",
                "nativity",
                "PTA Christmas fair on Saturday, 12 till 3: tombola, mulled wine, Grandad Jim's "
                "wreaths. Bring a neighbour!",
                look_alike=True,
            ),
            visitor(
                "Page Support Team",
                "Dear admin, your Page breaks our rules and will be unpublished. Confirm your "
                "password within 24 hours: http://page-support.example/appeal",
                Kind.SECURITY,
            ),
            comment(
                "Dev Anand",
                "badges",
                "Website's down again by the way, “error” when you click on Letters.",
                Kind.SECURITY,
            ),
            Follow("quick_cash_uk7"),
            Follow("coin_kings_24"),
        ),
    ),
    Scene(
        time(10, 15),
        "Elsewhere on X the school is talked about: X lets nobody hide that.",
        (
            quote(
                "no_filter_nic",
                "nativity",
                "Imagine rationing a nativity. Headteacher's a useless cow and the rest of them "
                "are sheep.",
                Kind.ABUSE,
                name="quoted",
            ),
            Elsewhere("village_notice", "buses", "The 9.05 bus is cancelled until further notice."),
            mention(
                "angry_of_fen",
                "@RossmoreDemo parents block the bus every day, selfish morons the lot of them",
                Kind.ABUSE,
                to="buses",
            ),
            mention(
                "old_oak_oliver",
                "Class of 1998 reunion! Who remembers Mr Dunmore's recorder group? @RossmoreDemo",
            ),
            tag("Rossmore Scouts", "Thank you Rossmore Primary School for lending us the hall!"),
            visitor("Priya Kaur", "What a smashing open morning. See you all in September."),
        ),
    ),
    Scene(
        time(10, 50),
        "A threat, a joke that only sounds like one, and a child who asks for help.",
        (
            reply(
                "big_gaz_rsm",
                "nativity",
                "Tell that lollipop man if he shouts at my missus again I'll be waiting for him "
                "after school with a bat.",
                Kind.THREAT,
                name="lollipop",
            ),
            reply(
                "mrs_t_baker",
                "nativity",
                "If I have to glue one more angel wing I will burn the kitchen down 😂",
                look_alike=True,
            ),
            reply(
                "yr6_frogboy",
                "nativity",
                "im in yr 6 and i dont want to go home tonight my mums boyfriend hits me and i "
                "dont no who to tell",
                Kind.WELFARE,
                Kind.PUPIL_AUTHOR,
            ),
            comment(
                "Sue Palfrey",
                "badges",
                "There's a little lad in your uniform crying at the Fen Road bus stop, no coat, "
                "nobody with him. Can someone come?",
                Kind.WELFARE,
            ),
            comment(
                "Tom Nunn",
                "badges",
                "Haven't slept since the separation and I can't see the point of any of it "
                "any more.",
                Kind.WELFARE,
            ),
            Follow("yr6_frogboy"),
        ),
    ),
    Scene(
        time(11, 30),
        "A stranger asks about children; a grandfather asks the very same thing.",
        (
            Follow("kind_uncle_ken", "asks"),
            reply(
                "kind_uncle_ken",
                "nativity",
                "What time do the little ones come out tomorrow and by which gate? They look so "
                "sweet in the pictures.",
                Kind.EXPLOITATION,
            ),
            reply(
                "ProudGrandadJ",
                "nativity",
                "What time do the little ones come out tomorrow and by which gate? First time on "
                "pick-up duty.",
                look_alike=True,
            ),
            comment(
                "Ken Lovell",
                "museum",
                "To the girl in the red coat at the front: message me, I can get you a phone. Our "
                "secret, dont tell mum",
                Kind.EXPLOITATION,
            ),
            comment(
                "Leanne Cobb",
                "museum",
                "Is the red coat in lost property still there? My daughter swears she told you.",
                look_alike=True,
            ),
            Follow("MissE_Year2"),
            Follow("jess_and_pip"),
            Follow("R0ssmoreDemo"),
        ),
    ),
)
