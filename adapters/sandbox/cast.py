"""Who is who on X in the demo. Everybody is made up; accounts of these names are not meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class XPerson:
    """What X shows of somebody; `joined` None: on the very day, just before they first appear."""

    name: str
    bio: str = ""
    joined: datetime | None = datetime(2016, 5, 14, tzinfo=UTC)
    followers: int = 140
    following: int = 210
    protected: bool = False


def _in(year: int) -> datetime:
    return datetime(year, 3, 9, tzinfo=UTC)


NEW = None
"""When an account was made that was made today."""

SCHOOL_HANDLE = "RossmoreDemo"
SCHOOL_NAME = "Rossmore Primary School"

FOLLOWERS = (
    "kelly_mum_of3",
    "nan_pat_rsm",
    "dev_and_co",
    "rossmore_pta",
    "FenlandTom",
    "hollyb_reads",
    "coach_iqbal",
    "the_marlows4",
)
"""They follow the school before the day begins, the first of them longest."""

X_PEOPLE = {
    # Families and friends of the school.
    "kelly_mum_of3": XPerson("Kelly", "Three kids, one dog, no sleep.", _in(2013), 212, 340),
    "nan_pat_rsm": XPerson("Pat", "Nan. Bowls. Radio 4.", _in(2015), 31, 80),
    "dev_and_co": XPerson("Dev Anand", "Dad of two at Rossmore.", _in(2014), 180, 255),
    "rossmore_pta": XPerson("Rossmore PTA", "Cake, raffles, repeat.", _in(2017), 402, 150),
    "FenlandTom": XPerson("Tom", "Fishing mostly", _in(2011), 96, 120),
    "hollyb_reads": XPerson("Holly B", "Librarian, mum, she/her", _in(2016), 350, 500),
    "coach_iqbal": XPerson("Coach Iqbal", "U9s football, Rossmore Rovers", _in(2018), 260, 90),
    "the_marlows4": XPerson("The Marlows", "", _in(2019), 44, 61),
    "jen_sparrow_": XPerson("Jen Sparrow", "Childminder", _in(2014), 130, 190),
    "big_gaz_rsm": XPerson("Gaz", "Scaffolder. Own opinions.", _in(2012), 118, 301),
    "westend_wayne": XPerson("Wayne", "", _in(2020), 22, 75),
    "mrs_t_baker": XPerson("Tina", "Sourdough and Year 4 homework", _in(2017), 77, 130),
    "karol_w_dad": XPerson("Karol", "Tata. Kierowca.", _in(2018), 35, 64),
    "shaz_and_boys": XPerson("Shaz", "Boy mum x2", _in(2015), 164, 222),
    "ProudGrandadJ": XPerson("Grandad Jim", "Allotment. Grandson at Rossmore.", _in(2021), 9, 30),
    "amina_writes": XPerson("Amina", "Words, tea, two children", _in(2016), 610, 420),
    "leanne_xx_84": XPerson("Leanne x", "", _in(2014), 98, 144),
    "steve_on_fen": XPerson("Steve", "Fen Road since 1979", _in(2013), 52, 48),
    "priya_k_home": XPerson("Priya K", "Governor elsewhere, parent here", _in(2012), 275, 310),
    "bex_and_bump": XPerson("Bex", "One at Rossmore, one on the way", _in(2019), 61, 110),
    "danny_fisher9": XPerson("Danny F", "Plumber", _in(2015), 83, 170),
    "rossmoregossip": XPerson("Rossmore Talk", "What the village says", _in(2022), 1204, 310),
    "village_notice": XPerson("Village Noticeboard", "Bins, buses, lost cats", _in(2016), 990, 45),
    "marsh_lane_mum": XPerson("Marsh Lane Mum", "", _in(2020), 40, 88),
    "old_oak_oliver": XPerson("Oliver P", "Past pupil, class of 1998", _in(2011), 143, 160),
    "sue_lollipop": XPerson("Sue", "Not that Sue", _in(2018), 27, 39),
    "tariq_runs": XPerson("Tariq", "10k and school runs", _in(2017), 190, 233),
    "granny_annie_": XPerson("Annie", "Five grandchildren!", _in(2020), 12, 22),
    "gill_at_no9": XPerson("Gill", "", _in(2014), 55, 70, protected=True),
    "crossing_cate": XPerson("Cate", "Safer crossings for Fen Road", _in(2023), 74, 101),
    "lorraine_m_rsm": XPerson("Lorraine M", "SEN mum, tired", _in(2015), 88, 140),
    # Voices that the school could do without.
    "truth_rossmore": XPerson("The Truth", "They don't want you to know", _in(2025), 15, 402),
    "ratio_rick77": XPerson("Rick", "Here for the replies", _in(2024), 8, 640),
    "angry_of_fen": XPerson("Angry of Fen Road", "", _in(2023), 31, 55),
    "no_filter_nic": XPerson("Nic", "Say it how it is", _in(2021), 203, 280),
    "user58203144": XPerson("user58203144", "", NEW, 0, 3),
    "lockerroom_lad": XPerson("Lad", "Banter", _in(2024), 19, 300),
    "our_own_first": XPerson("Our Own First", "Proud local", _in(2025), 77, 512),
    "kind_uncle_ken": XPerson("Ken", "Love kids, photos and sunny days", NEW, 1, 388),
    "quick_cash_uk7": XPerson("Work From Home UK", "DM for details", NEW, 2, 1900),
    "coin_kings_24": XPerson("Coin Kings", "100x. Not financial advice.", NEW, 5, 4100),
    "yr6_frogboy": XPerson("frogboy", "yr 6 rossmore | football | frogs", _in(2026), 6, 41),
    "jess_and_pip": XPerson("Jess", "My year 5 wants a dog. I want to sleep.", _in(2018), 96, 140),
    "R0ssmoreDemo": XPerson("Rossmore Primary School", "Official page", NEW, 0, 12),
    "MissE_Year2": XPerson("Miss E", "Teacher of tiny humans. Views mine.", _in(2019), 64, 120),
    "vote_greenway": XPerson("Greenway Independents", "For the villages", _in(2022), 530, 610),
    "hands_off_fen": XPerson("Fenland Alliance", "Campaign account", _in(2023), 412, 580),
    "nurse_cousin": XPerson("wellness_jo", "Do your own research", _in(2022), 141, 320),
}

READERS = (
    ("kelly_mum_of3", "Kelly Marsh"),
    ("FenlandTom", "Tom Nunn"),
    ("dev_and_co", "Dev Anand"),
    ("hollyb_reads", "Holly Bright"),
    ("jen_sparrow_", "Jen Sparrow"),
    ("big_gaz_rsm", "Gaz Tilney"),
    ("mrs_t_baker", "Tina Baker"),
    ("shaz_and_boys", "Shaz Rowe"),
    ("amina_writes", "Amina Yusuf"),
    ("leanne_xx_84", "Leanne Cobb"),
    ("steve_on_fen", "Steve Ludlow"),
    ("danny_fisher9", "Danny Fisher"),
    ("marsh_lane_mum", "Carol Jessop"),
    ("tariq_runs", "Tariq Hasan"),
    ("granny_annie_", "Annie Webb"),
)
"""In whose names fed texts are written, in turn: on X, on Facebook."""
