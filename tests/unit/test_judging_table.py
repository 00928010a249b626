"""What the first classifier and the rules make of a school's comments, one by one.

All of them are made up for this test. `HARMLESS` and `FAIR` are the promise: a comment of these is
never hidden and, but for the marked few, never queued.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from bot.judging import assess
from bot.model import Action, Assessment, Finding, Kind, Policy, Role, Target, Text, Verdict
from bot.policy import judge
from bot.settings import load
from classifiers.lexicon import LexiconClassifier

ROOT = Path(__file__).parents[2]


@cache
def the_policy() -> Policy:
    return load(ROOT / "settings.toml", environ={}).policy


def judged(words: str, context: str = "") -> tuple[Assessment, Verdict]:
    [assessment] = assess([Text(words, context)], [()], [LexiconClassifier()], the_policy())
    return assessment, judge(assessment, the_policy())


def found(words: str, kind: Kind, context: str = "") -> list[Finding]:
    return [finding for finding in judged(words, context)[0].findings if finding.kind is kind]


HARMLESS = """\
What a lovely assembly this morning, well done everyone!
Brilliant day at the farm, mine hasn't stopped talking about the goats
Thank you Mrs Bramley for everything you do, she loves coming to school
Mr Dunmore is an absolute legend, best teacher in the world
Mrs Hartley is a wonderful head, we are so lucky
So proud of all of Year 6, you smashed it
They killed it on stage tonight, not a dry eye in the house
My feet are killing me after that sponsored walk
That was a bloody brilliant show
Bloody hell that's a big pumpkin
Dead good that was, our lot loved it
She's dead chuffed with her medal
Wor bairn had a canny time the day
Our kid were buzzing when he come out
Proper mint that, well done all
Ee that were grand, reyt proud
Aye the weans had a rare time so they did
Haway the lads!
Great shot on target from the lad in goal
The kids absolutely battered the other team 5-0, get in
Dick Whittington was the best panto yet
Is the trip to Penistone or Scunthorpe this year?
Our cockapoo is coming to collect them with me today
Faggots and peas for tea then lol
Having a fag outside the gates should be banned to be fair
What time does sports day start?
When is the last day of term please?
Do they need wellies tomorrow?
Is it non uniform on Friday?
Has anyone found a blue coat, no name in it?
Lost: one grey jumper, age 7-8
Can we still buy tickets for the Christmas fair?
PTA bake sale on Friday after school, cakes from 50p!
Happy birthday Mrs Bramley xx
Good luck to the netball team today
Omg I can't cope with how cute they are
I'm crying, they were so good 😭
Dying at the donkey costume 😂😂
You lot are amazing, thank you
You are all stars!!
You're the best school ever ❤️
I'm such an idiot, I forgot it was world book day
Silly me I sent him in uniform
My mum was a dinner lady there for 30 years
When I was in year 5 we went to the same place
My year 5 is so excited for camp
My year 3 hasn't stopped singing the songs
Our reception class had the best day
The headteacher dressed as the Gruffalo has made my day
Love the wicked witch costume
The ugly sisters were hilarious
Fat controller costume was brilliant
The smelly socks song is stuck in my head now
The peasants revolt topic has really caught her imagination
Learning about the Nazis and evacuees has been really interesting for her
The Great Fire of London models look fab
Gunpowder plot assembly was brilliant
Loved the gas mask the children made for the war topic
Lovely to see them learning about Eid
Happy Diwali to all celebrating
Ramadan Mubarak to all our families
Eid Mubarak everyone
As a gay dad I really appreciate this
My two mums came to the assembly and loved it
Great to see pride flags up
Why do we celebrate Black History Month in October?
Will you be covering black history in assembly please
As a Muslim family we felt so welcome
My autistic son loves this school
Love that you include the disabled children in sports day
He's as fit as a fiddle now
Fit and healthy kids, well done on the daily mile
Sex education is important, glad the school teaches it
When do the RSE lessons start?
Spotted dick for pudding, proper school dinner
Fire drill today, they all did so well
Lockdown drill went fine apparently
Lockdown babies starting school already!
Can't wait for the summer fair
See you at the gates tomorrow
I could murder a cup of tea after that
I'd kill for some of those brownies
Break a leg tonight everyone
They are little monkeys in the best way
Cheeky monkeys!
Cheeky sausage
You daft sod, love you 😂
Who ate all the mince pies 😂
Jog on lol 😂 only kidding see you at pick up
Well done Year 4!
Well done 3B, amazing poems
Go team!
👏👏👏
❤️
Amazing
Diolch!
gr8 day thx xx
u guys r the best
tbh best school in the area
Ta very much for a lovely day
Wagwan year 6 leavers, big up yourselves
Miss you all already
Best of luck in high school kids
Can I still apply for a place in nursery?
My number is 07700 900123 if anyone finds it
Call me on 07700 900 456 if you can help with the stall
The school office number is 01632 960123
Ring NSPCC on 0808 800 5000 if you are worried
Email office@rossmore.sch.uk and they'll help
Meet at St Mary's church hall on Saturday
20 mph on Station Road would be a good start
Two cars nearly hit the lollipop lady this morning, slow down please
Someone will get hurt on that crossing one day
That crossing is an accident waiting to happen
Julia Donaldson books are the best
Harry Potter day was magic
Marcus Rashford did more for school meals than anyone
Congratulations Mr Dunmore on the new baby
Welcome to the school Miss Ellacott
Bye bye Miss Quayle we will miss you
Sports day was cancelled because of the rain, shame
Nits again, joy of joys
Headlice letter home again 🙈
Poor little mite falling over at the finish line, bless him
Such a beautiful school
Mixed emotions today as my baby starts school
Grab your seats early!
The kids made their own bombs out of bath salts, brilliant
Bath bomb workshop was a hit
My daughter hit a rounder today!
He beat his personal best
She was pushed to do her best and it paid off
I wish my teachers were like that when I was at school
Where do we send the permission slip?
He's been off with a bug, back tomorrow
I hate Mondays
Absolutely gutted to miss this
It's raining cats and dogs, wellies on
Hope you all have a fab half term
How do I log in to the homework app?
What a bunch of superstars
Total legends, the lot of you
Total heroes
Fantastic news!
Not being funny but that was the best one yet
Thanks for keeping our kids safe
You are killing it this year
Slay queens 💅
She looks like an angel
That lad can run!
Look at the little ones go
The boy in goal was brilliant
That girl in the red can sing!
Love this
I love how Mr D always makes them laugh
Nobody does it like Rossmore
Everyone loves Mrs Bramley
Nobody talk to me I am emotional
Don't talk to strangers, great message for the kids
""".splitlines()


@pytest.mark.parametrize("words", HARMLESS)
def test_a_harmless_comment_stays_and_disturbs_nobody(words: str) -> None:
    assessment, verdict = judged(words)
    assert verdict.action is Action.ALLOW, assessment.findings
    assert assessment.findings == ()


FAIR = """\
Communication from this school is shocking
The parking is a joke, something needs doing
Absolutely disgusted that the trip costs £45
The dinners are awful, my son comes home starving
Three supply teachers in one term is not good enough
Why is it always the same parents who get told last?
The homework policy is ridiculous for 5 year olds
The website is useless, never up to date
Not impressed with how this was handled
Poor show from the school, again
I am so angry about the uniform rules
The phonics scheme isn't working for her
Class sizes of 33 are far too big
You never reply to anyone
The office never answers the phone
Disappointed that reading mornings were cancelled with no notice
Standards have gone downhill
I think the head made the wrong decision about the field
Worst school in the area for parking
Shame on the council for cutting the lollipop man
What a waste of money those new signs are
Too much screen time and not enough reading
Would be nice to be told before the day itself
This is a terrible decision
It's a shambles
The system is broken
The toilets are filthy and nothing is done
Another inset day? Seriously?
My daughter isn't learning anything in maths this year
Ofsted were right about the reading
School dinners are crap these days
That's a rubbish excuse
The queue was a nightmare, an hour in the rain
Honestly what do we pay for
Who thought a 9am start on a Monday was a good idea
The new one way system is stupid
Food was disgusting at the fair
I am not happy
Ridiculous that we can't come and watch our own children
Why does nobody listen to parents?
""".splitlines()


@pytest.mark.parametrize("words", FAIR)
def test_fair_criticism_however_angry_stays_visible(words: str) -> None:
    assessment, verdict = judged(words)
    assert verdict.action is Action.ALLOW, assessment.findings


HIDDEN = {
    Kind.THREAT: """\
I'll kill you
im gonna smash your face in when i see you
I know where you live
Someone should burn that school down
somebody needs to give that head a good slap, she deserves a kicking
You'd better watch your back Hartley
We'll be waiting for you outside the gates tonight, bring your mates
i'm coming down there with a bat
She deserves to be shot
Hope you die in a fire
kys
go kill yourself
k1ll y0urself
k i l l yourself
Do the world a favour and jump
drink bleach
Next time I see that caretaker I'm going to knock his teeth out
You're dead when I see you
I'm going to brick your windows tonight
I hope he gets stabbed""",
    Kind.ABUSE: """\
You're a useless idiot
you absolute moron
The head is a stupid cow
That teacher is a fat ugly witch
you d1ckhead
y o u  i d i o t
What an arsehole that caretaker is
The staff are scum
Mrs Bramley is a vile bitter woman
You people are a waste of space
Shut your fat face
Pathetic excuse for a headteacher
Nobody sit with her tomorrow she stinks
don't invite him he's a weirdo
that fat kid in 4C is minging
everyone hates you
that smelly boy in year 3 makes me sick
Year 5 are a bunch of little shits
lets all ignore her on monday
Your kid is a feral little brat
silly bitch
You prick""",
    Kind.HATE: """\
Go back to your own country
fucking pakis everywhere
Too many Muslims at that school now
Get the gypsies out of our school
Immigrants are vermin
He's a retard
Send them all back to Africa
trannies shouldn't be teaching
dirty jew
Gays shouldn't be allowed near kids""",
    Kind.SEXUAL: """\
I'd smash Miss Ellacott all day long
She's a right milf that teacher
Nice tits on the new teacher
Would love to bend her over the desk
Hot singles in your area click here""",
    Kind.EXPLOITATION: """\
Hey cutie dm me on snapchat, don't tell your mum
How old are you? you're so pretty, message me
Meet me behind the school, keep it our secret
Send me pics of you in your uniform
those year 6 girls look so sexy
Anyone got more pics of the swimming gala girls""",
    Kind.WELFARE: """\
my dad hits me when he gets home
I don't feel safe at home
everyone bullies me at school and nobody helps
im 9 and I want to die
Poor Alfie in 3B gets beaten by his stepdad""",
    Kind.ALLEGATION: """\
Mr D grabbed my son by the arm and left a bruise
Mr Dunmore is a paedo
The head has been stealing from the PTA fund
Miss Ellacott slapped a child in reception
The caretaker touches the girls
Mr Penrose was drunk on the school trip
Mrs Hartley covered up the abuse
That TA locked my daughter in a cupboard
The dinner lady hit a little boy""",
    Kind.PERSONAL_DATA: """\
Her number is 07700 900 123, give her a ring
He lives at 14 Elm Road if anyone wants a word
Olivia Bennett in 3B is a bully
That silver Fiesta AB12 CDE was parked on the zigzags again
Jack in 4C has ADHD and ruins it for everyone
Olivia Bennett, Year 4, won the race
His email is dave.smith@gmail.example, spam him""",
    Kind.SECURITY: """\
Your page has violated our terms, verify your account at http://meta-support.example now
Send me your password to verify the account
Meta support: your account will be suspended, click here to appeal""",
    Kind.SPAM: """\
I made £5000 in a week with bitcoin thanks to Mrs Anna, whatsapp her
Work from home and earn £300 a day, dm me
You have been selected to win a free iPhone, click the link
Watch the full match live stream here 👉 http://bit.ly/xyz""",
    Kind.PROFANITY: """\
fuck off
Fuck you all
f**k off you lot""",
}


@pytest.mark.parametrize(
    ("kind", "words"),
    [(kind, words) for kind, lines in HIDDEN.items() for words in lines.splitlines()],
)
def test_what_the_policy_calls_serious_is_hidden(kind: Kind, words: str) -> None:
    assessment, verdict = judged(words)
    assert verdict.action is Action.HIDE, assessment.findings
    assert kind in {finding.kind for finding in assessment.findings}


QUEUED = {
    Kind.ABUSE: """\
What a jobsworth
Wind your neck in
The new head is a joke
Get a life
Some parents need to grow up
What a muppet parking there""",
    Kind.ALLEGATION: """\
Mrs Bramley shouted at him in front of the whole class
Miss Ellacott is always on her phone
Is it true Mr Dunmore was suspended?
Why did the last head really leave?
She covers it up every time
He hit my son""",
    Kind.PERSONAL_DATA: """\
So proud of Olivia in 3B
My daughter Ellie had the best time
Please take that photo down, we never gave permission
I've got loads of photos of all the kids from sports day""",
    Kind.WELFARE: """\
My son is being bullied and nothing is being done
There was a strange man outside the gates at home time
Worried about that little girl, she always comes in bruised
I can't go on any more
His dad has a court order and is not allowed near the school""",
    Kind.DISPUTE: """\
You started on me at the gates, don't play innocent
My ex won't let me see the kids""",
    Kind.SECURITY: """\
I think your page has been hacked
The ParentPay app is not working again
There is a fake account pretending to be the school""",
    Kind.SPAM: """\
I sell wax melts, message me for prices
Mobile hairdresser, dm to book your slot""",
    Kind.MISINFORMATION: """\
There's been a gas leak at school, don't send your kids
Man with a knife near the gates
Apparently the school is closing next year
The flu vaccine causes autism""",
    Kind.CAMPAIGNING: """\
Vote Labour on 7 May
Sign our petition to stop the cuts
Vote Reform and take our country back""",
    Kind.PROFANITY: """\
What the fuck is going on with the parking
This is shit
sh!t show""",
    Kind.REQUEST: """\
I want a copy of all the data you hold on my son
Please delete all our details from your system
I withdraw my consent for photos
This is a freedom of information request
Why did you delete my comment?
You've emailed everyone's addresses to all the parents, data breach!""",
    Kind.PUPIL_AUTHOR: """\
im 9 and i loved it
I'm in year 5 and it was sick
i go to your school and its boring""",
    Kind.COMPLAINT: """\
I will be making a formal complaint
I've emailed three times and had no reply, please respond
My solicitor will be in touch""",
    Kind.THREAT: """\
Makes me want to punch someone""",
    Kind.HATE: """\
Why are kids being taught about gender ideology at primary school""",
    Kind.UNREAD: """\
Dzieci były bardzo szczęśliwe, dziękuję za wszystko
Diolch yn fawr i bawb yn yr ysgol
Copiii au fost foarte fericiți, mulțumesc pentru tot
Спасибо большое, дети были счастливы""",
}


@pytest.mark.parametrize(
    ("kind", "words"),
    [(kind, words) for kind, lines in QUEUED.items() for words in lines.splitlines()],
)
def test_doubt_goes_to_a_person(kind: Kind, words: str) -> None:
    assessment, verdict = judged(words)
    assert verdict.action is Action.QUEUE, assessment.findings
    assert kind in {finding.kind for finding in assessment.findings}


SAMPLES = [
    line.split("\t")
    for line in Path(__file__).with_name("school_comments.tsv").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize(("action", "kind", "words"), SAMPLES)
def test_a_school_day_of_comments_is_judged_as_the_policy_has_it(
    action: str, kind: str, words: str
) -> None:
    assessment, verdict = judged(words)
    assert verdict.action == action, assessment.findings
    kinds = {finding.kind.value for finding in assessment.findings}
    assert kind in kinds if kind else not kinds


def test_an_accusation_of_the_headteacher_reaches_the_chair_and_never_the_headteacher() -> None:
    assessment, verdict = judged("Mrs Hartley grabbed my son by the arm")
    [accusation] = [f for f in assessment.findings if f.kind is Kind.ALLEGATION]
    assert accusation.target is Target.HEADTEACHER
    assert accusation.about == {"mhartley"}
    assert accusation.child
    assert Role.CHAIR_OF_GOVERNORS in verdict.told
    assert Role.HEADTEACHER not in verdict.told
    assert "mhartley" in verdict.excluded


def test_an_accused_dsl_is_left_out_and_the_other_one_told() -> None:
    _, verdict = judged("Mr Penrose slapped my son")
    assert verdict.excluded == {"dpenrose"}
    assert {Role.DSL, Role.HEADTEACHER} <= verdict.told


def test_abuse_of_the_headteacher_is_no_accusation_and_reaches_the_headteacher() -> None:
    assessment, verdict = judged("The head is a stupid cow")
    assert {(f.kind, f.target) for f in assessment.findings} == {(Kind.ABUSE, Target.HEADTEACHER)}
    assert Role.HEADTEACHER in verdict.told
    assert not verdict.excluded


def test_whoever_was_merely_told_is_not_accused() -> None:
    [accusation] = found("I told Mrs Hartley that Mr D hit my son", Kind.ALLEGATION)
    assert accusation.about == {"ddunmore"}


def test_an_unclear_subject_goes_to_the_dsl_and_not_to_the_headteacher() -> None:
    _, verdict = judged("She covers it up every time")
    assert Role.DSL in verdict.told
    assert Role.HEADTEACHER not in verdict.told


def test_she_is_whoever_the_post_above_speaks_of() -> None:
    post = "Well done to Mrs Bramley and her class for a wonderful assembly"
    [accusation] = found("She slapped a child last week", Kind.ALLEGATION, context=post)
    assert accusation.about == {"sbramley"}
    assert accusation.target is Target.STAFF


def test_words_told_of_somebody_else_are_a_worry_and_no_threat_of_the_writer() -> None:
    assessment, verdict = judged("My son was told to kill himself by a boy in his class")
    assert verdict.action is Action.QUEUE, assessment.findings
    assert Kind.WELFARE in {finding.kind for finding in assessment.findings}


def test_abuse_at_a_pupil_is_for_the_dsl_at_once() -> None:
    _, verdict = judged("that fat kid in 4C is minging")
    assert Role.DSL in verdict.told
    assert verdict.urgency == "immediate"


def test_a_put_down_of_the_school_is_none_of_the_children_it_mentions() -> None:
    _, verdict = judged("You're pathetic, those children deserve better")
    assert verdict.action is Action.QUEUE


def test_a_child_called_names_is_a_worry() -> None:
    words = "My daughter was called fat and ugly by another girl"
    assert found(words, Kind.WELFARE)
    assert judged(words)[1].action is Action.QUEUE


def test_a_complaint_beside_a_threat_does_not_soften_it() -> None:
    assessment, verdict = judged("I'm making a formal complaint and then I'll smash your face in")
    assert verdict.action is Action.HIDE
    assert {Kind.COMPLAINT, Kind.THREAT} <= {finding.kind for finding in assessment.findings}


def test_praise_of_staff_by_full_name_is_welcome() -> None:
    assert judged("Kate Ellacott is the best teacher we have ever had")[0].findings == ()
