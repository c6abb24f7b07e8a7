"""Roles: who did what to whom, where, with what; one sentence, one event unless the marks say of which."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from builder.components.frames import FRAMES
from builder.components.syntax import is_passive, subject_of
from builder.model import Role

from ..marked import Found, assert_found, parse
from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.tokens import Doc

SENTENCES = {
    "most of them": (
        "The bodies of 14 <victim>people</victim>, most of them shot in the head, were found on Tuesday."
    ),
    "where they died later": (
        "The explosion wounded <victim>guards</victim> in <location>Gao</location>; three "
        "<victim>soldiers</victim> died later in hospital."
    ),
    "what an attack is called by": (
        "Nobody knows who was behind the deadly <target>Chicago Marathon</target> attack."
    ),
    "where the others were": (
        "A <weapon>bomb</weapon> killed a <victim>governor</victim> and two of his "
        "<victim>bodyguards</victim> in <location>Baidoa</location>."
    ),
    "where those were who fell into it": (
        "<perpetrator>Rebels</perpetrator> killed <victim>soldiers</victim> in an ambush on their "
        "<target>patrol</target> near "
        "<location>Monguno</location>."
    ),
    "whose jets": (
        "The <perpetrator>junta</perpetrator>'s <weapon>jets</weapon> bombed a <target>camp</target> near "
        "<location>Laiza</location>."
    ),
    "a barrage of several": (
        "Russian <perpetrator>forces</perpetrator> fired a salvo of <weapon>missiles</weapon> and "
        "<weapon>drones</weapon> at a <target>port</target>."
    ),
    "where those were who are shot at": (
        "<perpetrator>Gunmen</perpetrator> opened fire on <target>worshippers</target> leaving a church in "
        "<location>Katsina</location> on Sunday."
    ),
    "who made the weapon": (
        "An Iranian-made <weapon>drone</weapon> launched by a <perpetrator>militia</perpetrator> struck the "
        "<target>base</target>."
    ),
    "what stands in villages of a state": (
        "<perpetrator>Militants</perpetrator> burned <target>homes</target> in two "
        "<location>villages</location> in northeastern Nigeria's Borno <location>state</location>."
    ),
    "who says so is not harmed": (
        "A <weapon>bomb</weapon> exploded in <location>Goma</location>, killing 30 <victim>people</victim> "
        "and injuring over 40, the head of the agency, Omar Diallo, said."
    ),
    "no rumour is burned": (
        "The rumour that <perpetrator>rebels</perpetrator> burned the <target>hospital</target> was false."
    ),
    "on the edge of": (
        "<perpetrator>Gunmen</perpetrator> stormed a <target>theatre</target> on the edge of "
        "<location>Goma</location>."
    ),
    "at one thing and at another": (
        "The <perpetrator>army</perpetrator> fired <weapon>rockets</weapon> at <target>camps</target> that "
        "it linked to rebels, and at a <target>factory</target>."
    ),
    "who burst into": "<perpetrator>Gunmen</perpetrator> burst into the <target>theatre</target>.",
    "a clause on those of a place": (
        "Four <victim>employees</victim> of the mine, who were abducted by "
        "<perpetrator>rebels</perpetrator>, are well."
    ),
    "fell into an ambush": (
        "A <target>patrol</target> fell into an ambush near <location>Ziguinchor</location>."
    ),
    "set off by those who pass": "A <target>minibus</target> set off a <weapon>mine</weapon>.",
    "set off by those who lie in wait": (
        "<perpetrator>Rebels</perpetrator> set off a <weapon>mine</weapon> under a <target>van</target>."
    ),
    "guns that shoot": "The <perpetrator>artillery</perpetrator> shelled a <target>hospital</target>.",
    "guns of somebody": (
        "<perpetrator>Syrian</perpetrator> <weapon>artillery</weapon> shelled a <target>hospital</target>."
    ),
    "weapons that the parser parts": (
        "<perpetrator>Gunmen</perpetrator> opened fire with <weapon>Kalashnikovs</weapon> and hand "
        "<weapon>grenades</weapon> on a <target>checkpoint</target>."
    ),
    "whither in the direction of": (
        "The <mover>rebels</mover> fled in the direction of <destination>Goma</destination>."
    ),
    "where those arrived who fled": (
        "Some 12,000 <mover>persons</mover> have arrived in <destination>Malanje</destination>, having fled "
        "from the fighting."
    ),
    "a town that the parser makes a verb": (
        "The <mover>workers</mover> of two clinics were evacuated from <origin>Menongue</origin> to "
        "<destination>Windhoek</destination> on 26 August."
    ),
    "a person whom nothing knows": (
        "<victim>Hideo Murai</victim>, the “minister” of the sect, was stabbed to death by a "
        "<perpetrator>man</perpetrator>."
    ),
    "after a colon": (
        "Threats, which were uttered in view of the vote, are taken seriously: 500 <mover>soldiers</mover> "
        "will be deployed."
    ),
    "half of a town": (
        "The <perpetrator>rebels</perpetrator> shelled the eastern half of the <target>town</target>."
    ),
    "who attacked, told next": (
        "A <target>convoy</target> was attacked near <location>Goma</location>. The "
        "<perpetrator>attackers</perpetrator> used <weapon>rifles</weapon> and a <weapon>mortar</weapon>."
    ),
    "who attacked, known before": (
        "A <target>convoy</target> was attacked by <perpetrator>rebels</perpetrator> in "
        "<location>Goma</location>. The attackers were armed with <weapon>rifles</weapon>."
    ),
    "who came, told next": (
        "Three <target>workers</target> were attacked in <location>Goma</location>. Ten "
        "<perpetrator>men</perpetrator> armed with <weapon>rifles</weapon> had come out of the forest."
    ),
    "who fled, after a paragraph": (
        "A <target>convoy</target> was attacked in <location>Goma</location>.\n\nThe attackers of today "
        "know no law."
    ),
    "captives of a body, of whom a clause is": (
        "The <victim>hostages</victim> held by the <perpetrator>group</perpetrator>, who were killed, were "
        "Danes."
    ),
    "what is laid to somebody": (
        "The <speaker>army</speaker> attributes it to the <accused>rebels</accused>."
    ),
    "a subject that the parser hangs on a date": (
        "They slept.\n\nOn 23 August the Angolan air <perpetrator>force</perpetrator> bombed "
        "<target>Huambo</target>, where UNITA has its headquarters."
    ),
    "where they came before they attacked": (
        "The <perpetrator>gunman</perpetrator>, dressed in black and carrying two <weapon>rifles</weapon>, "
        "walked into a <location>mosque</location> and opened fire on <target>worshippers</target>."
    ),
    "what a deed did that somebody is blamed for": (
        "<speaker>Police</speaker> blamed <accused>rebels</accused> for a <weapon>bomb</weapon> "
        "that tore through a <location>street</location> in "
        "<location>Goma</location>, killing 28 <victim>people</victim>."
    ),
    "from one town to another": (
        "The <mover>army</mover> evacuated 30 <mover>nurses</mover> from <origin>Goma</origin> to "
        "<destination>Entebbe</destination>."
    ),
    "who used what a clause is about": (
        "The <perpetrator>IRA</perpetrator> ended its truce with a <weapon>bomb</weapon> that killed two "
        "<victim>men</victim>."
    ),
    "a subject after a date without a comma": (
        "On 23 October <perpetrator>guerrillas</perpetrator> fired upon a <target>convoy</target>."
    ),
    "taken hostage, as if one phrase": (
        "<perpetrator>Rebels</perpetrator> took some 300 <victim>persons</victim> hostage."
    ),
    "where a place off the map is": (
        "They condemn the attack against the <target>settlement</target> of La Paz Nueva, in the "
        "municipality of <location>Tocoa</location>."
    ),
    "a lead-in is no subject": (
        "Update: on the night of 13 June, armed <perpetrator>men</perpetrator> robbed a "
        "<target>bank</target>."
    ),
    "a clause on several": (
        "A <victim>nurse</victim> and her <victim>driver</victim>, who were abducted by "
        "<perpetrator>rebels</perpetrator>, are well."
    ),
    "an adverb for a subject": (
        "Minutes later a second <weapon>bomb</weapon> destroyed a <target>club</target>."
    ),
    "a loaded van of a make": (
        "A Toyota <weapon>van</weapon> packed with explosives blew up in front of the "
        "<location>hotel</location>."
    ),
    "who sustained injuries": "Three <victim>men</victim> sustained splinter injuries.",
    "who was found dead": "A <victim>boy</victim> was found dead with signs of torture.",
    "with what they made off": (
        "<perpetrator>Gunmen</perpetrator> made off with a <target>car</target> in <location>Goma</location>."
    ),
    "three captured": "Twelve <victim>rebels</victim> were killed and three were captured.",
    "no news of": "There was no news of the <victim>reporter</victim> abducted on Friday.",
    "where others were meanwhile": (
        "While troops met in Goma, <perpetrator>rebels</perpetrator> attacked a <target>bank</target>."
    ),
    "on Telegram": "<speaker>Hamas</speaker> claimed the attack on Telegram.",
    "taken and shot": "<victim>Men</victim> were separated from their families and shot on Friday.",
    "an attack that killed": (
        "Police spoke of the bombing of the American <target>destroyer</target>, which killed 17 "
        "<victim>sailors</victim>."
    ),
    "two subjects for the parser": (
        "Sudan's paramilitary Rapid Support <perpetrator>Forces</perpetrator> shelled a "
        "<target>bank</target>."
    ),
    "the country of an unnamed village": (
        "<perpetrator>Gunmen</perpetrator> raided a <target>village</target> in <location>Niger</location>."
    ),
    "who is armed and seen": (
        "The <mover>assailants</mover>, armed with rifles, were seen over <location>Kharkiv</location>."
    ),
    "what gunmen ride": (
        "A <victim>colonel</victim> was shot in <location>Goma</location> by "
        "<perpetrator>gunmen</perpetrator> on a motorcycle."
    ),
    "what is seen in the air": (
        "A <mover>Russian</mover> reconnaissance plane was seen over <location>Kharkiv</location>."
    ),
    "whose plot it is": "Police thwarted a plot to bomb the <target>parliament</target>.",
    "who made the plan": (
        "The rebels abandoned <perpetrator>their</perpetrator> plan to attack the <target>dam</target>."
    ),
    "what it was like": "A Mumbai-style attack killed ten <victim>people</victim>.",
    "who is judged": "The minister condemned the criminal attack on the <target>mosque</target>.",
    "forces by number": "At least 12 Afghan security <victim>forces</victim> were shot.",
    "forces in dozens": "Dozens of Afghan security <victim>forces</victim> were shot.",
    "a place after how they are left": (
        "A <weapon>bomb</weapon> left two <victim>people</victim> dead in <location>Kabul</location>."
    ),
    "active": "<perpetrator>Gunmen</perpetrator> stormed the <target>police station</target>.",
    "passive": "The <target>police station</target> was stormed by <perpetrator>gunmen</perpetrator>.",
    "passive without agent": "The <target>embassy</target> was attacked.",
    "place": (
        "<perpetrator>Rebels</perpetrator> ambushed a <target>convoy</target> in <location>Sudan</location>."
    ),
    "weapon as subject": "A <weapon>missile</weapon> hit the <target>airport</target>.",
    "weapon in a phrase": (
        "<perpetrator>Militants</perpetrator> attacked the <target>base</target> with "
        "<weapon>rockets</weapon>."
    ),
    "weapon as object": (
        "<perpetrator>Militants</perpetrator> fired <weapon>rockets</weapon> at the <target>port</target>."
    ),
    "set on fire": "<perpetrator>Rebels</perpetrator> set fire to the <target>market</target>.",
    "set on fire, object": "<perpetrator>Rebels</perpetrator> set the <target>market</target> on fire.",
    "things that are blown up": "<perpetrator>Rebels</perpetrator> blew up two <target>silos</target>.",
    "whither, hung on whence": (
        "<perpetrator>Rebels</perpetrator> launched a <weapon>missile</weapon> from a part of the desert "
        "toward the <target>base</target>."
    ),
    "where people are brought": (
        "The <mover>charity</mover> relocated its <mover>staff</mover> to <destination>Kabul</destination>."
    ),
    "fire from weapons": (
        "<perpetrator>Gunmen</perpetrator> opened fire from <weapon>rifles</weapon> on a "
        "<target>bus</target>."
    ),
    "held with another": (
        "<perpetrator>Gunmen</perpetrator> were holding a <victim>visitor</victim> and his "
        "<victim>family</victim> at a <location>hotel</location>."
    ),
    "troops that are flown": (
        "Some 300 <mover>troops</mover> were flown to <destination>Culiacan</destination> from "
        "<origin>Goma</origin>."
    ),
    "displaced": "Some 5,000 <mover>people</mover> have been displaced from <origin>Goma</origin>.",
    "the wounded": "The <mover>wounded</mover> were flown to <destination>Ankara</destination>.",
    "reinforcements": "<mover>Reinforcements</mover> arrived in <destination>Goma</destination>.",
    "what a car bomb rams": (
        "A <weapon>truck</weapon> packed with <weapon>explosives</weapon> rammed the <target>base</target>."
    ),
    "weapons hung on the target": (
        "<perpetrator>Gunmen</perpetrator> opened fire on the <target>bus</target> with "
        "<weapon>rifles</weapon>."
    ),
    "reported killed": "Three <victim>soldiers</victim> were reported killed.",
    "hundreds, first word": ("Hundreds of <mover>survivors</mover> fled to <destination>Goma</destination>."),
    "where the clause before was": (
        "A <weapon>car</weapon> drove into a crowd in <location>Nice</location>, killing six "
        "<victim>people</victim>."
    ),
    "where people are who are hit": (
        "Three <weapon>shells</weapon> fell on <target>people</target> queueing for food in the suburb of "
        "<location>Dobrinja</location>."
    ),
    "where what has no name is": (
        "A <weapon>bomb</weapon> went off near the entrance of the allotments in <location>Lubny</location>."
    ),
    "where one was going": (
        "A <victim>teacher</victim> was gunned down on her way to work in <location>Rueso</location>."
    ),
    "where one was driving": (
        "Two <victim>men</victim> were shot dead as they drove to work in <location>Yala</location>."
    ),
    "two subjects of the parser": (
        "A rubber <victim>tapper</victim> and his <victim>wife</victim> were gunned down on the same day."
    ),
    "where the harmed come from": (
        "<perpetrator>Rebels</perpetrator> killed a <victim>soldier</victim> who lived in Gao."
    ),
    "where the attackers are based": (
        "<perpetrator>Rebels</perpetrator> based in Gao attacked a <target>convoy</target>."
    ),
    "weapon that somebody shot down": (
        "Guards shot down two <weapon>drones</weapon> launched toward the <target>base</target>."
    ),
    "ship": (
        "<perpetrator>Rebels</perpetrator> fired <weapon>missiles</weapon> at the <target>MV Lila</target>."
    ),
    "ship that is seized": "<perpetrator>Pirates</perpetrator> seized the <target>MV Lila</target>.",
    "weapon lands": "<weapon>Shells</weapon> landed on a <target>market</target>.",
    "who is on motorcycles": (
        "Suspected <perpetrator>militants</perpetrator> on motorcycles killed 14 <victim>villagers</victim>, "
        "a local official said."
    ),
    "who only reports": (
        "<perpetrator>Israeli</perpetrator> <weapon>warplanes</weapon> struck <target>Damascus</target> on "
        "Friday, state media reported, killing two <victim>soldiers</victim>."
    ),
    "where a victim is from": "A <victim>peacekeeper</victim> from Chad was killed.",
    "control of a town": ("The <mover>army</mover> has taken control of <location>Gao</location>."),
    "what a bomb is outside of": (
        "A <weapon>bomb</weapon> exploded outside the <target>observatory dome</target>."
    ),
    "where an unnamed place is": (
        "A <perpetrator>gunman</perpetrator> killed two <victim>tourists</victim> on a "
        "<location>beach</location> in <location>Sousse</location>."
    ),
    "where the armed came": (
        "Gunmen arrived in <location>Gao</location> on Friday. <perpetrator>They</perpetrator> shot at "
        "<target>residents</target>."
    ),
    "where a lead-in says": (
        "3 Nov, 0200h, <location>Gwoza</location>: <perpetrator>Gunmen</perpetrator> raided a "
        "<target>camp</target>."
    ),
    "whose missile it was": (
        "An <perpetrator>Israeli</perpetrator> <weapon>missile</weapon> hit the <target>port</target>."
    ),
    "a verb that the parser takes for an adjective": (
        "Within hours the Egyptian <perpetrator>air force</perpetrator> bombed <target>vehicles</target> "
        "that had been used, a spokesman said."
    ),
    "bombers who are sent": (
        "The <perpetrator>rebels</perpetrator> sent five <perpetrator>suicide bombers</perpetrator> against "
        "the <target>market</target>."
    ),
    "victims": "<perpetrator>Robbers</perpetrator> murdered a <victim>shopkeeper</victim>.",
    "victims, passive": "Two <victim>soldiers</victim> were killed.",
    "coordinated targets": (
        "<perpetrator>Gunmen</perpetrator> attacked a <target>school</target> and a <target>mosque</target>."
    ),
    "coordinated actors": (
        "<perpetrator>Rebels</perpetrator> and <perpetrator>bandits</perpetrator> raided the "
        "<target>village</target>."
    ),
    "subject of two verbs": (
        "<perpetrator>Gunmen</perpetrator> stormed the <target>hotel</target> and shot a "
        "<victim>waiter</victim>."
    ),
    "relative clause": (
        "Police hunt the <perpetrator>gunmen</perpetrator> who attacked the <target>bank</target>."
    ),
    "noun with of": "The bombing of the <target>hospital</target> caused outrage.",
    "noun with by": "The attack by <perpetrator>rebels</perpetrator> lasted hours.",
    "noun with on": "The attack on the <target>barracks</target> lasted hours.",
    "modifier": "The <weapon>rocket</weapon> attack lasted hours.",
    "demonym": "An <perpetrator>Israeli</perpetrator> air strike hit a <target>warehouse</target>.",
    "support verb": "<perpetrator>Rebels</perpetrator> launched an attack on the <target>barracks</target>.",
    "state": "<perpetrator>Russia</perpetrator> shelled a <target>power plant</target>.",
    "abduction": (
        "<perpetrator>Gunmen</perpetrator> kidnapped two <victim>engineers</victim> in "
        "<location>Kenya</location>."
    ),
    "withdrawal": "<mover>Troops</mover> withdrew from the <origin>base</origin>.",
    "deployment": (
        "<mover>Kenya</mover> deployed <mover>soldiers</mover> to <destination>Somalia</destination>."
    ),
    "evacuation": (
        "The <mover>army</mover> evacuated <mover>civilians</mover> from the <origin>village</origin>."
    ),
    "capture": "<mover>Rebels</mover> captured the <location>town</location>.",
    "one of several": "A <target>church</target> was among the buildings hit.",
    "several listed": "Among the places hit were a <target>bridge</target> and a <target>school</target>.",
    "two prepositions": (
        "The <perpetrator>army</perpetrator> launched a strike at the <target>airfield</target> and at a "
        "<target>bridge</target>."
    ),
    "a place after a noun": (
        "<perpetrator>Gunmen</perpetrator> shot dead 26 <victim>people</victim> in a meadow near "
        "<location>Gao</location>."
    ),
    "a place before a raised verb": (
        "In <location>Mosul</location>, 15 <victim>people</victim> are known to have been killed."
    ),
    "a place in a clause": (
        "The <victim>senator</victim> was assassinated as he gave a speech in <location>Quito</location>."
    ),
    "a place before where": (
        "They fear for <location>Mosul</location>, where <perpetrator>rebels</perpetrator> killed 26 "
        "<victim>people</victim>."
    ),
    "a place after a time": "<victim>Men</victim> were killed on Monday night in <location>Gao</location>.",
    "a place of a weapon": (
        "A <weapon>bomb</weapon> in <location>London</location> killed two <victim>men</victim>."
    ),
    "sent somewhere to guard": (
        "<mover>Kenya</mover> sent <mover>soldiers</mover> to <destination>Nairobi</destination> to guard "
        "markets."
    ),
    "siege": ("<perpetrator>Rebels</perpetrator> laid siege to the <target>base</target>."),
    "rammed into": (
        "A suicide <perpetrator>bomber</perpetrator> rammed a <weapon>motorcycle</weapon> into a "
        "<target>checkpoint</target>."
    ),
    "on the way from": (
        "A <victim>priest</victim> was shot dead as he came from a mosque in <location>Quetta</location>."
    ),
    "sent to guard": (
        "<mover>Kenya</mover> sent 400 <mover>soldiers</mover> to guard the "
        "<destination>refinery</destination>."
    ),
    "owner of a craft": (
        "Two <weapon>jets</weapon> of the <perpetrator>army</perpetrator> dropped <weapon>bombs</weapon> "
        "on the <target>bridge</target>."
    ),
    "whose attempt": (
        "Police thwarted an attempt of the <perpetrator>rebels</perpetrator> to bomb the "
        "<target>market</target>."
    ),
    "a list without were": "12 <victim>civilians</victim> killed in <location>Sudan</location>",
    "a weapon taken up": "A <weapon>bomb</weapon> lay in a car. It went off at noon.",
    "a named building": "The blast damaged the <target>Corn Exchange</target>.",
    "shot at": "<perpetrator>Rebels</perpetrator> shot at a <target>convoy</target>.",
    "driven into": (
        "<perpetrator>Rebels</perpetrator> had driven a <target>truck</target> with "
        "<weapon>explosives</weapon> into the <target>bank</target>."
    ),
    "counted members": "Twelve Civil <victim>Guards</victim> died in <location>Madrid</location>.",
    "threat": "The <issuer>militia</issuer> threatened the <addressee>mayor</addressee>.",
    "accusation": "The <speaker>mayor</speaker> blamed the <accused>rebels</accused>.",
}


def found(doc: "Doc") -> Iterator[Found]:
    for event in doc._.event_mentions:
        for filler in event.roles:
            yield Found(filler.role, doc[filler.root].idx + len(doc[filler.root]), {})
        for root in event.weapons:
            yield Found("weapon", doc[root].idx + len(doc[root]), {})


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_roles(sentence: str, annotate: Annotate) -> None:
    marked = parse(sentence)
    assert_found(marked, found(annotate(marked.text, until="roles")))


@pytest.mark.parametrize(
    ("text", "types"),
    {
        "Militants fired rockets at the port.": ["RocketAttack"],
        "A drone hit the refinery.": ["AirStrike"],
        "A car bomb exploded outside a mosque.": ["RemoteExplosive"],
        "A suicide bomber attacked the barracks.": ["SuicideBombing"],
        "Gunmen attacked the barracks.": ["ArmedAssault"],
        "Rebels attacked the barracks.": [],
        "Militants torched a school.": ["Arson"],
        "A warplane bombed the village.": ["AirStrike"],
        "Soldiers threw grenades at the crowd.": ["GrenadeAttack"],
        "The air force bombed the village.": ["AirStrike"],
        "Two jets dropped bombs on the village.": ["AirStrike"],
    }.items(),
)
def test_the_weapon_sharpens_the_type(text: str, types: list[str], annotate: Annotate) -> None:
    events = annotate(text, until="roles")._.event_mentions
    assert [name for event in events for name in event.types] == types


@pytest.mark.parametrize(
    ("text", "count"),
    {
        "There were 13 rocket attacks.": 13,
        "There were three explosions.": 3,
        "Rebels attacked the barracks at least 45 times.": 45,
        "There was an attack.": None,
        "Rebels bombed the pipeline 1,600 times.": 1600,
    }.items(),
)
def test_events_are_counted(text: str, count: int | None, annotate: Annotate) -> None:
    (event,) = annotate(text, until="roles")._.event_mentions
    assert event.count == count


@pytest.mark.parametrize(
    "text",
    ["The minister left.", "The army increased pressure.", "Prices moved."],
    ids=["left", "increased", "moved"],
)
def test_broad_verbs_without_their_roles_are_no_events(text: str, annotate: Annotate) -> None:
    assert annotate(text, until="roles")._.event_mentions == ()


@pytest.mark.parametrize(
    ("text", "verb", "passive", "subject"),
    [
        ("Gunmen attacked the bank.", "attacked", False, "Gunmen"),
        ("The bank was attacked by gunmen.", "attacked", True, "bank"),
        ("Police found the gunmen who attacked the bank.", "attacked", False, "gunmen"),
        ("The rebels tried to attack the bank.", "attack", False, "rebels"),
        ("The general ordered the soldiers to attack the bank.", "attack", False, "soldiers"),
        ("Gunmen entered the bank and attacked a guard.", "attacked", False, "Gunmen"),
        ("The bank attacked by gunmen was closed.", "attacked", True, "bank"),
    ],
)
def test_grammar_is_read_through_control_and_coordination(
    text: str, verb: str, passive: bool, subject: str, annotate: Annotate
) -> None:
    token = next(token for token in annotate(text, until="names") if token.text == verb)
    found = subject_of(token)
    assert is_passive(token) is passive
    assert found is not None
    assert found.text == subject


def test_frames_fill_slots_by_category_or_leave_them_empty() -> None:
    categories = {"actor", "facility", "place", "weapon", "event"}
    assert len(FRAMES) >= 20
    for slots in FRAMES.values():
        for fillers in slots.values():
            assert set(fillers) <= categories


def test_a_lead_in_places_what_its_line_places_only_by_an_unknown_name(annotate: Annotate) -> None:
    doc = annotate(
        "12 January, Acapulco: A grenade was thrown at a restaurant in the Quxa Azul area.", until="roles"
    )
    (attack,) = doc._.event_mentions
    assert "Acapulco" in [doc._.mentions[root].label for root in attack.fillers(Role.LOCATION)]


def test_there_is_the_town_told_last(annotate: Annotate) -> None:
    doc = annotate(
        "Shells hit Goma in Nord-Kivu. Officials in Nord-Kivu said three men were killed there.",
        until="roles",
    )
    killed = doc._.event_mentions[-1]
    assert [doc._.mentions[root].label for root in killed.fillers(Role.LOCATION)] == ["Goma"]


def test_an_attack_was_where_they_who_attack_entered(annotate: Annotate) -> None:
    doc = annotate("Rebels entered Goma and killed two men.", until="roles")
    killed = next(event for event in doc._.event_mentions if doc[event.trigger.token].text == "killed")
    assert [doc[root].text for root in killed.fillers(Role.LOCATION)] == ["Goma"]
