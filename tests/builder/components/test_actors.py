"""Who is who: aliases, acronyms, transliterations, epithets, namesakes; states, their people and capitals.

In `ONE_OR_TWO` mentions marked with one letter are one actor, all others are apart. In `WHO` an event has an
actor in a role, given by its label, its kind and what is told of it.
"""

from typing import TYPE_CHECKING

import pytest

from builder.model import Actor, Article, Report, Role

from ..marked import parse
from .conftest import PUBLISHED, Annotate
from .test_coreference import pairs

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

ONE_OR_TWO = {
    # acronyms and further names that the text introduces
    "acronym in brackets": (
        "The <a>Ogaden Shield Movement</a> (OSM) attacked a base. The <a>OSM</a> said so on Friday."
    ),
    "acronym in brackets of a known front": (
        "The <a>Popular Front</a> for the Liberation of Palestine (PFLP) fired. The <a>PFLP</a> withdrew."
    ),
    "acronym before a noun": (
        "The <a>Tundra Front</a> (TF) attacked a base. The <a>Front</a> withdrew. The <a>TF</a> lost two men."
    ),
    "two acronyms": (
        "The <a>Tundra Liberation Movement</a> (TLM) attacked the <b>Steppe Defence Front</b> (SDF). "
        "The <a>TLM</a> withdrew. The <b>SDF</b> denied it."
    ),
    "known as": (
        "The <a>Tundra Front</a>, also known as Ahrar, attacked a base. <a>Ahrar</a> said it had won."
    ),
    "what a group calls itself": (
        "A <a>group</a> calling itself the Steppe Front attacked a base. The <a>Steppe Front</a> withdrew."
    ),
    # names of the gazetteer
    "four names of one body": (
        "<a>ISIL</a> attacked a post. <a>Daesh</a> said so. <a>IS</a> has fighters. <a>ISIS</a> withdrew."
    ),
    "a body by its name and by its acronym": (
        "The <a>Hashd al-Shaabi</a> attacked a base. The <a>PMF</a> denied it."
    ),
    "a short name": "The <a>Hashd</a> fired rockets. The <a>Popular Mobilization Forces</a> denied it.",
    "spelling of a body": "<a>Al-Qaida</a> attacked a post. <a>Al-Qaeda</a> said so.",
    "article of a body": "<a>Al-Shabaab</a> attacked a post. <a>Al Shabab</a> said so.",
    "name in another language": "The <a>Shining Path</a> bombed a bank. <a>Sendero Luminoso</a> said so.",
    "acronym that the text does not explain": (
        "The <a>Rapid Support Forces</a> shelled a market. The <a>RSF</a> denied it."
    ),
    "acronym of a force with a demonym": (
        "The <a>Sudanese Armed Forces</a> bombed a market. The <a>SAF</a> denied it."
    ),
    "two bodies of one country": "The <a>RSF</a> attacked the <b>SAF</b>. The <b>SAF</b> withdrew.",
    "a wing is not its body": "The <a>IRGC</a> fired missiles. The <b>Quds Force</b> praised it.",
    "two bodies with one word": "<a>Fatah al-Islam</a> attacked a post. <b>Fatah</b> condemned it.",
    "a branch is not the whole": (
        "<a>Islamic State West Africa Province</a> attacked a base. <b>Boko Haram</b> withdrew."
    ),
    "two news agencies": "<a>Reuters</a> said that men had fled. <b>Interfax</b> said that they had not.",
    "a force by its country and noun": (
        "<a>Israel's army</a> bombed a house. The <a>Israeli military</a> said that it had missed."
    ),
    "an army of a country": "The <a>army</a> of Mali attacked a village. The <a>Malian army</a> denied it.",
    "armies of two countries": "The <a>army</a> of Mali left. The <b>army</b> of Niger stayed.",
    "army and police": "The <a>Iraqi army</a> left. The <b>Iraqi police</b> stayed.",
    # transliterations
    "vowels": "<a>Qassem Soleimani</a> spoke. Later <a>Suleimani</a> left.",
    "g and j": "<a>Abu Mohammed al-Golani</a> spoke. <a>Al-Jolani</a> left.",
    "q and g": "<a>Muammar Gaddafi</a> was caught. <a>Qaddafi</a> was shot.",
    "article kept and left out": "<a>Mustafa al-Kadhimi</a> survived. <a>Kadhimi</a> was unhurt.",
    "an ending": "<a>Ayman al-Zawahiri</a> spoke. <a>Zawahri</a> was killed.",
    "Slavic endings": "<a>Volodymyr Zelensky</a> spoke. <a>Zelenskyy</a> left.",
    "an unknown name in two spellings": "<a>Yusuf al-Tundrawi</a> spoke. <a>Yousef al-Tundrawi</a> left.",
    "spellings that are two": "<a>Omar Hassan</a> spoke. <b>Omar Hussein</b> left.",
    # people
    "a known name after its office": "Supreme Leader <a>Khamenei</a> spoke. <a>Ali Khamenei</a> left.",
    "a woman whose name is that of a people": "<a>Karen Brown</a> was shot. <a>Brown</a> survived.",
    "rank": "General <a>Omar Diallo</a> spoke. The <a>general</a> left.",
    "office": "President <a>Omar Diallo</a> spoke. The <a>president</a> left.",
    "two brothers": "<a>Ahmed Hassan</a> died. His brother <b>Ali Hassan</b> fled. <b>Ali Hassan</b> hid.",
    "husband and wife": "<a>Jose Garcia</a> was shot. <b>Maria Garcia</b>, his wife, was abducted.",
    "a last name after two full names": (
        "<a>Bashar al-Assad</a> spoke. <a>Assad</a> left. <b>Rifaat al-Assad</b> stayed."
    ),
    "last names that differ by an ending": (
        "<a>Viktor Petrov</a> fled. His cousin <b>Anna Petrova</b> stayed. <b>Petrova</b> was hurt."
    ),
    "epithet": (
        "The <a>warlord</a>, nicknamed the Scorpion, fled. <a>Omar Diallo</a>, called the Scorpion, died."
    ),
    "two epithets": (
        "The <a>warlord</a>, nicknamed the Scorpion, fled. <b>Omar Diallo</b>, called the Viper, died."
    ),
    "a title before the name": "The <a>rebel leader</a>, Omar Diallo, was killed. <a>Diallo</a> was 40.",
    # namesakes
    "namesake of another country": (
        "<a>Hezbollah</a> of Iraq, no relation to <b>Lebanon's Hezbollah</b>, fired rockets. "
        "<b>Lebanon's Hezbollah</b> condemned it."
    ),
    "namesake that has nothing to do with": (
        "<a>Kataib Hezbollah</a>, which has nothing to do with the <b>Lebanese Hezbollah</b>, attacked."
    ),
    "namesake that is not the same as": (
        "The <a>Tundra Front</a>, not the same as the <b>Tundra Front</b> of Chad, attacked a base."
    ),
    "namesake of a person": (
        "<a>Omar Diallo</a>, no relation to the footballer <b>Omar Diallo</b>, was killed in Gao."
    ),
    # bodies without names
    "the militia": "<a>Boko Haram</a> attacked a village. The <a>militia</a> withdrew.",
    "the movement": "The <a>Houthis</a> attacked a ship. The <a>movement</a> denied it.",
    "the army is not the rebels": "<a>Rebels</a> attacked the <b>army</b>. The <b>army</b> withdrew.",
    "another such word, with a mark": (
        "<a>Kata'ib al-Tundra</a> attacked a post. <a>Kataib al-Tundra</a> said it had won."
    ),
    "name with a foreign word for body": (
        "<a>Jaysh al-Tundra</a> attacked a post. <a>Jaysh al-Tundra</a> said it had won."
    ),
}

# role; label, kind, and what else is told: its type, the country it is of, the body it is a member of.
WHO = {
    # a state, its capital, its people
    "Russia said on Monday that its forces had shelled Kharkiv.": (Role.SPEAKER, "Russia", "State", {}),
    "Tehran denied that it had attacked the embassy.": (Role.SPEAKER, "Iran", "State", {}),
    "The attack was carried out by Israel.": (Role.PERPETRATOR, "Israel", "State", {}),
    "Washington said that Iran was behind the attack on the base.": (
        *(Role.SPEAKER, "United States", "State", {}),
    ),
    "Damascus accused Israel of the air strike on the airport.": (Role.SPEAKER, "Syria", "State", {}),
    "Syria accused Moscow of the air strike.": (Role.ACCUSED, "Russia", "State", {}),
    "Pyongyang fired a missile on Sunday.": (Role.PERPETRATOR, "North Korea", "State", {}),
    "Beijing warned Taiwan against a declaration.": (Role.ISSUER, "China", "State", {}),
    "The Kremlin denied that troops had shelled the hospital.": (
        *(Role.SPEAKER, "Kremlin", "Organization", {"type": "Government"}),
    ),
    "The White House said that Iran had attacked the base.": (
        *(Role.SPEAKER, "White House", "Organization", {"type": "Government"}),
    ),
    # nationality
    "Kurdish YPG fighters shelled a village near Afrin.": (
        *(Role.PERPETRATOR, "YPG", "Organization", {"type": "ArmedGroup"}),
    ),
    "A French journalist was kidnapped in Gao.": (
        *(Role.VICTIM, "French journalist", "Person", {"nationality": "France"}),
    ),
    "The British colonel Peter Brown was abducted in Basra.": (
        *(Role.VICTIM, "Peter Brown", "Person", {"nationality": "United Kingdom"}),
    ),
    "Turkish-backed fighters attacked a checkpoint.": (
        *(Role.PERPETRATOR, "Turkish-backed fighters", "Group", {"nationality": None}),
    ),
    "US-trained soldiers attacked a checkpoint.": (
        *(Role.PERPETRATOR, "US-trained soldiers", "Group", {"nationality": None}),
    ),
    "Pro-Iranian gunmen attacked a checkpoint.": (
        *(Role.PERPETRATOR, "Pro-Iranian gunmen", "Group", {"nationality": None}),
    ),
    "Iran-backed Houthi rebels attacked a ship.": (
        *(Role.PERPETRATOR, "Iran-backed Houthi rebels", "Organization", {"type": "ArmedGroup"}),
    ),
    "Turkish soldiers attacked a checkpoint.": (
        *(Role.PERPETRATOR, "Turkish soldiers", "Group", {"nationality": "Turkey"}),
    ),
    "Uyghur militants attacked a checkpoint.": (
        *(Role.PERPETRATOR, "Uyghur militants", "Group", {"nationality": None, "member_of": None}),
    ),
    "The army of Mali attacked a village.": (
        *(Role.PERPETRATOR, "army", "Organization", {"type": "StateForces", "nationality": "Mali"}),
    ),
    "US-led coalition jets bombed a convoy.": (
        *(Role.PERPETRATOR, "US-led coalition", "Organization", {"type": "InternationalForces"}),
    ),
    # membership
    "A member of the Taliban shot a policeman dead.": (
        *(Role.PERPETRATOR, "member", "Person", {"type": "ArmedGroup", "member_of": "Taliban"}),
    ),
    "Two members of the Sinaloa Cartel were killed.": (
        *(Role.VICTIM, "members", "Group", {"type": "Criminals", "member_of": "Sinaloa Cartel"}),
    ),
    "Three members of the parliament were killed.": (
        *(Role.VICTIM, "members", "Group", {"type": "Civilians"}),
    ),
    "Two members of a family were killed.": (Role.VICTIM, "members", "Group", {"type": "Civilians"}),
    "A Taliban commander was killed in Khost.": (
        *(Role.VICTIM, "Taliban commander", "Person", {"member_of": "Taliban"}),
    ),
    "Hassan Omar, a member of al-Shabaab, killed two soldiers.": (
        *(Role.PERPETRATOR, "Hassan Omar", "Person", {"type": "ArmedGroup", "member_of": "al-Shabaab"}),
    ),
    "Omar Diallo of the Tundra Front was killed.": (
        *(Role.VICTIM, "Omar Diallo", "Person", {"member_of": "Tundra Front"}),
    ),
}

# In a place of that name something happened, or somebody spoke; nobody is meant by it.
NO_STATE = [
    "A car bomb exploded in Washington on Monday.",
    "Shelling hit Damascus on Friday.",
    "Police in Moscow arrested a man.",
    "Thousands marched in Paris.",
    "Russians protested in Moscow on Sunday.",
    "Iranians took to the streets in Tehran.",
    "Colombians demonstrated in Bogota.",
    "The minister flew from Ankara to Baghdad.",
]


def test_there_are_as_many_cases_as_were_written() -> None:
    assert len(ONE_OR_TWO) + len(WHO) + len(NO_STATE) >= 80


def chain_at(doc: "Doc", end: int) -> int | None:
    """Which chain the name or the noun that ends at a character is of."""
    _, chain_of = doc._.entities
    token = next(token.i for token in doc if token.idx + len(token) == end)
    chain = chain_of.get(doc._.heads.get(token, token))
    return None if chain is None else id(chain)


@pytest.mark.parametrize("text", ONE_OR_TWO.values(), ids=ONE_OR_TWO)
def test_one_actor_is_one_and_two_are_two(text: str, annotate: Annotate) -> None:
    marked = parse(text)
    doc = annotate(marked.text, until="coreference")
    assert len(marked.marks) > 1
    for one, other, first, second in pairs(marked):
        chains = chain_at(doc, first), chain_at(doc, second)
        words = f"{marked.word(first)} and {marked.word(second)}: {marked.text}"
        assert None not in chains, words
        assert (chains[0] == chains[1]) is (one == other), words


def report_of(text: str, nlp: "Language") -> Report:
    from builder.report import extract  # noqa: PLC0415 (spaCy is slow to load)

    (report,) = extract(nlp, [Article(text, published=PUBLISHED)])
    assert isinstance(report, Report)
    return report


def told(report: Report, actor: Actor, name: str) -> object:
    """What is told of an actor; of a node that it refers to, the label."""
    value = getattr(actor, name)
    labels = {node.key: node.label for node in (*report.actors, *report.places)}
    return labels.get(value, value)


@pytest.mark.parametrize(("text", "expected"), WHO.items(), ids=WHO)
def test_who_acts_and_what_is_told_of_them(
    text: str, expected: tuple[Role, str, str, dict[str, str | None]], nlp: "Language"
) -> None:
    role, label, kind, more = expected
    report = report_of(text, nlp)
    fillers = {a.filler for event in report.events for a in event.arguments if a.role is role}
    actors = [actor for actor in report.actors if actor.key in fillers]
    assert [(actor.label.removeprefix("The "), str(actor.kind)) for actor in actors] == [(label, kind)]
    assert {name: told(report, actors[0], name) for name in more} == more


@pytest.mark.parametrize("text", NO_STATE)
def test_what_happens_in_a_capital_is_done_by_no_state(text: str, nlp: "Language") -> None:
    assert [actor.label for actor in report_of(text, nlp).actors if actor.kind == "State"] == []
