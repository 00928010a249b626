"""What was there before the day: posts, and a few old comments, which are the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from adapters.sandbox.directions import Direction, Post, comment, reply
from adapters.sandbox.players import SCHOOL
from bot.model import Kind

BEFORE: Sequence[tuple[int, time, Direction]] = (
    (
        9,
        time(15, 30),
        Post(
            "facebook",
            "museum",
            "Year 5 had a splendid day at the Roman museum. Thank you to our helpers, and to the "
            "driver who found the missing lunchbox.",
        ),
    ),
    (9, time(18, 12), comment("Holly Bright", "museum", "They came home buzzing, thank you all!")),
    (
        8,
        time(20, 47),
        comment(
            "Rick Slade",
            "museum",
            "Whoever planned that coach park is a clueless muppet, as is the head",
            Kind.ABUSE,
        ),
    ),
    (
        6,
        time(16, 5),
        Post(
            "x",
            "harvest",
            "Two vans full! Thank you for every tin and packet that went to the food bank.",
        ),
    ),
    (6, time(17, 20), reply("nan_pat_rsm", "harvest", "Well done children, made my week.")),
    (
        6,
        time(21, 3),
        reply(
            "angry_of_fen",
            "harvest",
            "Shame you lot can't sort the parking out as well. Idiots.",
            Kind.ABUSE,
        ),
    ),
    (
        2,
        time(16, 0),
        Post(
            "facebook",
            "clubs",
            "After-school clubs for the spring term are out: gymnastics, choir, chess, football "
            "and, new this year, gardening. Letters are in book bags.",
        ),
    ),
    (2, time(19, 40), comment("Shaz Rowe", "clubs", "Gardening! Mine will be feral by Easter 😂")),
    (1, time(8, 15), comment(SCHOOL, "clubs", "We will send spare wellies, Shaz.")),
    (
        1,
        time(15, 40),
        Post(
            "x",
            "nativity",
            "Tickets for the infants' nativity go on sale at the office tomorrow at 8.30. Two for "
            "each family to begin with.",
        ),
    ),
    (1, time(20, 10), reply("dev_and_co", "nativity", "Can we pay on the app or is it cash only?")),
)
"""Days before the day, the time, and what happened."""
