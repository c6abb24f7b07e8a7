"""Attribution: who says what of which event, claims it, denies it or blames somebody."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from builder.model import Role

from ..marked import Found, assert_found, parse
from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.tokens import Doc

SENTENCES = {
    "a killing for which": (
        "Gunmen raided a bank. Two men were found dead near Goma in June, a <about>killing</about> for which "
        "the <speaker>Front</speaker> <ClaimOfResponsibility>took</ClaimOfResponsibility> responsibility."
    ),
    "accused of what is no event": (
        "Gunmen attacked a mosque. Muslim <speaker>leaders</speaker> <Accusation>accused</Accusation> the "
        "<accused>politicians</accused> of stirring up hatred."
    ),
    "who says so last": (
        "Six people <about>died</about> on Sunday when soldiers <about>stormed</about> a roadblock held by "
        "followers of his rival Didier Haddad, a gendarmerie <speaker>officer</speaker> "
        "<TollReport>said</TollReport>."
    ),
    "not of what befell a bomber": (
        "A bomber was shot. <speaker>Police</speaker> <Accusation>blamed</Accusation> the "
        "<accused>rebels</accused>."
    ),
    "whose accusations": (
        "The army <about>shelled</about> a village. The <Accusation>accusations</Accusation> of the "
        "<speaker>opposition</speaker> caused anger."
    ),
    "a charge that the parser breaks": (
        "A bomb exploded. <speaker>Maduro</speaker> <Accusation>alleged</Accusation> the far-right and their "
        "<accused>leader</accused>, Uribe, were behind the <about>attack</about>."
    ),
    "to blame": (
        "A bomb <about>exploded</about>. The <speaker>mayor</speaker> <Accusation>suggested</Accusation> "
        "that <accused>smugglers</accused> were to blame."
    ),
    "none of its own": (
        "A bomb <about>exploded</about>. The <speaker>militia</speaker> "
        "<DenialOfResponsibility>said</DenialOfResponsibility> none of its units had any part in it."
    ),
    "claimed by another than who denied it": (
        "<speaker>Boko Haram</speaker> on Tuesday <DenialOfResponsibility>denied</DenialOfResponsibility> "
        "any involvement in the suicide <about>attack</about> on a mosque, hours after a commander of its "
        "Ansaru faction, Omar <speaker>Diallo</speaker>, "
        "<ClaimOfResponsibility>claimed</ClaimOfResponsibility> it on Twitter."
    ),
    "claimed it": (
        "A bomb <about>hit</about> a mosque. A <speaker>commander</speaker> "
        "<ClaimOfResponsibility>claimed</ClaimOfResponsibility> it on the radio."
    ),
    "blamed on": (
        "Rockets hit a base. <speaker>Washington</speaker> <Accusation>blames</Accusation> such "
        "<about>attacks</about> on <accused>militias</accused>."
    ),
    "what a person says of a state": (
        "<speaker>Maduro</speaker> <Announcement>says</Announcement> that it has <about>bombed</about> "
        "the port."
    ),
    "whose hand is suspected": (
        "A bomb <about>exploded</about>. <speaker>Police</speaker> <Accusation>suspect</Accusation> the hand "
        "of <accused>ETA</accused>."
    ),
    "a statement that denies": (
        "A bomb <about>exploded</about>. The leadership of <speaker>ETA</speaker> issued a statement "
        "<DenialOfResponsibility>denying</DenialOfResponsibility> responsibility."
    ),
    "in a statement": (
        "A bomb <about>exploded</about>. In a statement "
        "<ClaimOfResponsibility>claiming</ClaimOfResponsibility> responsibility, <speaker>ETA</speaker> "
        "said that its members were safe."
    ),
    "the group of its spokesman": (
        "<speaker>Boko Haram</speaker> <ClaimOfResponsibility>said</ClaimOfResponsibility> the group had "
        "<about>attacked</about> the base."
    ),
    "who it was": (
        "Gunmen <about>attacked</about> a village. <speaker>Residents</speaker> "
        "<Accusation>insist</Accusation> that it was <accused>al-Shabaab</accused>."
    ),
    "whose work": (
        "Gunmen <about>attacked</about> a bus. The <speaker>administration</speaker> "
        "<Accusation>says</Accusation> it was the work of <accused>militiamen</accused>."
    ),
    "who had done it": (
        "Gunmen <about>attacked</about> a bus. A <speaker>commander</speaker> <Accusation>said</Accusation> "
        "that <accused>bandits</accused> had done it."
    ),
    "a toll, and who gives it": (
        "The death toll of the <about>raid</about> rose to 30, the <speaker>ministry</speaker> "
        "<TollReport>said</TollReport>."
    ),
    "accused of another thing": (
        "A bomb exploded. The <speaker>governor</speaker> <Accusation>accused</Accusation> the "
        "<accused>rebels</accused> of genocide on television."
    ),
    "suspected of another thing": (
        "A bomb <about>exploded</about>. <speaker>Police</speaker> <Accusation>suspect</Accusation> "
        "the <accused>rebels</accused>."
    ),
    "who adds": (
        "Rebels <about>shelled</about> a base, the <speaker>minister</speaker> "
        "<Announcement>said</Announcement>, <TollReport>adding</TollReport> that two soldiers had been "
        "<about>killed</about>."
    ),
    "claimed by": (
        "The <about>bombing</about> of the market, <ClaimOfResponsibility>claimed</ClaimOfResponsibility> by "
        "<speaker>Boko Haram</speaker>, killed ten people."
    ),
    "a charge that is denied": (
        "<speaker>Ukraine</speaker> <Accusation>accused</Accusation> <accused>Russia</accused> of "
        "<about>shelling</about> the hospital, a charge <speaker>Moscow</speaker> "
        "<DenialOfResponsibility>denies</DenialOfResponsibility>."
    ),
    "who speaks of what others stole": (
        "The <speaker>chief</speaker> <Announcement>says</Announcement> the car they had "
        "<about>hijacked</about> in Goma ran out of petrol."
    ),
    "we were attacked": (
        "“We were <about>attacked</about> by gunmen,” the <speaker>mayor</speaker> "
        "<Announcement>said</Announcement>."
    ),
    "we came under attack": (
        "“We <about>came</about> under <about>attack</about> from rebels,” a <speaker>captain</speaker> "
        "<Announcement>said</Announcement>."
    ),
    "we carried it out": (
        "“We carried out the <about>attack</about> on the base,” a <speaker>commander</speaker> "
        "<ClaimOfResponsibility>said</ClaimOfResponsibility>."
    ),
    "so did another": (
        "A bomb <about>exploded</about>. The <speaker>militia</speaker> "
        "<ClaimOfResponsibility>claimed</ClaimOfResponsibility> responsibility. So "
        "<ClaimOfResponsibility>did</ClaimOfResponsibility> <speaker>Boko Haram</speaker>."
    ),
    "as did another": (
        "A bomb <about>exploded</about>. The <speaker>mayor</speaker> <Accusation>blamed</Accusation> the "
        "<accused>rebels</accused>, as <Accusation>did</Accusation> <speaker>France</speaker>."
    ),
    "suspected, and what else they did": (
        "A bomb <about>exploded</about>. <speaker>Police</speaker> <Accusation>suspect</Accusation> "
        "<accused>Boko Haram</accused>, which has killed hundreds."
    ),
    "speakers parted by an insertion": (
        "A bomb <about>exploded</about>. <speaker>Israel</speaker> and, since Monday, the "
        "<speaker>United States</speaker> have <Accusation>blamed</Accusation> <accused>Iran</accused>."
    ),
    "no hand in": (
        "Gunmen <about>attacked</about> the base. <speaker>Iran</speaker> "
        "<DenialOfResponsibility>had</DenialOfResponsibility> no hand in it."
    ),
    "no responsibility": (
        "Gunmen <about>attacked</about> the base. The <speaker>government</speaker> "
        "<DenialOfResponsibility>takes</DenialOfResponsibility> no responsibility for it."
    ),
    "said": (
        "Rebels <about>attacked</about> the base, <speaker>police</speaker> "
        "<Announcement>said</Announcement>."
    ),
    "why it was claimed": (
        "The <speaker>rebels</speaker> <ClaimOfResponsibility>claimed</ClaimOfResponsibility> the "
        "<about>attack</about>, <TollReport>saying</TollReport> that it was in revenge for the "
        "<about>killing</about> of two farmers."
    ),
    "a name that nothing knows": (
        "The <speaker>governor</speaker> <Accusation>blamed</Accusation> Los <accused>Tlacos</accused> for "
        "the <about>raid</about> on a convoy."
    ),
    "a speaker described": (
        "A bomb exploded in a mosque. <speaker>Jundullah</speaker>, a splinter group, "
        "<ClaimOfResponsibility>said</ClaimOfResponsibility> it carried out the <about>attack</about>."
    ),
    "whose fighters planted it": (
        "A bomb <about>exploded</about> in a church. The <speaker>group</speaker> <ClaimOfResponsibility>said"
        "</ClaimOfResponsibility> its fighters had planted it."
    ),
    "the group of a spokesman": (
        "A bomb exploded. A Taliban <speaker>spokesman</speaker> <ClaimOfResponsibility>said"
        "</ClaimOfResponsibility> the group was behind the <about>attack</about>."
    ),
    "claims no death of its own": (
        "A bomb <about>exploded</about> in a market. Four attackers were shot dead by special forces. "
        "The <speaker>Taliban</speaker> <ClaimOfResponsibility>claimed</ClaimOfResponsibility> "
        "responsibility."
    ),
    "goes on after what is denied": (
        "The <speaker>leader</speaker> <DenialOfResponsibility>denied</DenialOfResponsibility> that his "
        "forces had <about>fired</about> the rocket, and <Accusation>accused</Accusation> the "
        "<accused>army</accused> of <about>shelling</about> a town."
    ),
    "said at the end of a long sentence": (
        "Rebels <about>shelled</about> a market in Goma, <about>killing</about> nine people and "
        "<about>wounding</about> more than 30, the <speaker>governor</speaker> "
        "<TollReport>said</TollReport>, as fighting went on."
    ),
    "said that": (
        "The <speaker>army</speaker> <Announcement>said</Announcement> that rebels <about>attacked</about> "
        "the base."
    ),
    "announced": (
        "The <speaker>ministry</speaker> <Announcement>announced</Announcement> the "
        "<about>evacuation</about> of the town."
    ),
    "according to": (
        "Rebels <about>attacked</about> the base, <Announcement>according</Announcement> to the "
        "<speaker>army</speaker>."
    ),
    "a toll": (
        "Rebels <about>killed</about> 12 soldiers, <speaker>police</speaker> <TollReport>said</TollReport>."
    ),
    "claim": (
        "The <speaker>rebels</speaker> <ClaimOfResponsibility>claimed</ClaimOfResponsibility> responsibility "
        "for the "
        "<about>attack</about> on the base."
    ),
    "claim in the next sentence": (
        "A bomb <about>exploded</about> in a market. The <speaker>rebels</speaker> "
        "<ClaimOfResponsibility>claimed</ClaimOfResponsibility> responsibility."
    ),
    "denial": (
        "The <speaker>rebels</speaker> <DenialOfResponsibility>denied</DenialOfResponsibility> involvement "
        "in the "
        "<about>attack</about> on the base."
    ),
    "accusation": (
        "The <speaker>governor</speaker> <Accusation>blamed</Accusation> the <accused>rebels</accused> for "
        "the "
        "<about>attack</about> on the base."
    ),
    "accusation of a deed": (
        "The <speaker>governor</speaker> <Accusation>accused</Accusation> the <accused>rebels</accused> of "
        "<about>attacking</about> the base."
    ),
    "country": (
        "<speaker>Iran</speaker> <DenialOfResponsibility>denied</DenialOfResponsibility> the "
        "<about>attack</about> on the base."
    ),
    "named person": (
        "Rebels <about>attacked</about> the base, <speaker>Omar Diallo</speaker> "
        "<Announcement>said</Announcement>."
    ),
    "claim: said it was behind": (
        "The <speaker>militia</speaker> <ClaimOfResponsibility>said</ClaimOfResponsibility> it was "
        "behind the <about>bombing</about> of the bank."
    ),
    "claim: said it was responsible": (
        "The <speaker>militia</speaker> <ClaimOfResponsibility>said</ClaimOfResponsibility> it was "
        "responsible for the <about>bombing</about> of the bank."
    ),
    "claim: said its own deed": (
        "The <speaker>rebels</speaker> <ClaimOfResponsibility>said</ClaimOfResponsibility> they had "
        "<about>ambushed</about> a convoy."
    ),
    "claim: admitted": (
        "The <speaker>rebels</speaker> <ClaimOfResponsibility>admitted</ClaimOfResponsibility> "
        "<about>killing</about> a teacher."
    ),
    "claim: admitted that": (
        "The <speaker>rebels</speaker> <ClaimOfResponsibility>acknowledged</ClaimOfResponsibility> "
        "that they had <about>kidnapped</about> a teacher."
    ),
    "claim: claimed to have": (
        "The <speaker>rebels</speaker> <ClaimOfResponsibility>claimed</ClaimOfResponsibility> to "
        "have <about>shelled</about> the barracks."
    ),
    "claim: took": (
        "A bomb <about>exploded</about> in a market. The <speaker>militia</speaker> "
        "<ClaimOfResponsibility>took</ClaimOfResponsibility> responsibility on Friday."
    ),
    "claim: claimed the attack": (
        "The <speaker>militia</speaker> <ClaimOfResponsibility>claimed</ClaimOfResponsibility> the "
        "<about>ambush</about> on Friday."
    ),
    "claim: a noun": (
        "Gunmen <about>attacked</about> a bank. A claim of "
        "<ClaimOfResponsibility>responsibility</ClaimOfResponsibility> came from the "
        "<speaker>militia</speaker>."
    ),
    "claim: passive": (
        "The <about>attack</about> on the bank was "
        "<ClaimOfResponsibility>claimed</ClaimOfResponsibility> by the <speaker>rebels</speaker>."
    ),
    "claim: in a text": (
        "Gunmen <about>raided</about> a bank. In a video, the <speaker>militia</speaker> "
        "<ClaimOfResponsibility>claimed</ClaimOfResponsibility> responsibility."
    ),
    "claim: a text of theirs": (
        "A <speaker>militia</speaker> statement "
        "<ClaimOfResponsibility>claimed</ClaimOfResponsibility> responsibility for the "
        "<about>attack</about> on the bank."
    ),
    "denial: that it had": (
        "The <speaker>army</speaker> <DenialOfResponsibility>denied</DenialOfResponsibility> that it "
        "had <about>shelled</about> the village."
    ),
    "denial: said it had not": (
        "The <speaker>army</speaker> <DenialOfResponsibility>said</DenialOfResponsibility> it had "
        "not <about>bombed</about> the church."
    ),
    "denial: of having": (
        "The <speaker>army</speaker> <DenialOfResponsibility>denied</DenialOfResponsibility> having "
        "<about>bombed</about> the church."
    ),
    "denial: rejected": (
        "<speaker>Witnesses</speaker> <Accusation>blamed</Accusation> <accused>troops</accused> for the "
        "<about>raid</about>. The <speaker>army</speaker> "
        "<DenialOfResponsibility>rejected</DenialOfResponsibility> the allegations."
    ),
    "denial: dismissed as propaganda": (
        "Rebels <about>attacked</about> a base. The <speaker>ministry</speaker> "
        "<DenialOfResponsibility>dismissed</DenialOfResponsibility> the report as propaganda."
    ),
    "denial: called baseless": (
        "Rebels <about>attacked</about> a base. The <speaker>governor</speaker> "
        "<DenialOfResponsibility>called</DenialOfResponsibility> the allegation baseless."
    ),
    "denial: an office": (
        "Gunmen <about>attacked</about> a bank. The commandant’s <speaker>office</speaker> "
        "<DenialOfResponsibility>rejected</DenialOfResponsibility> the charge."
    ),
    "denial: any part": (
        "The <speaker>militia</speaker> <DenialOfResponsibility>denied</DenialOfResponsibility> any "
        "part in the <about>massacre</about> of villagers."
    ),
    "accusation: blamed": (
        "<speaker>Police</speaker> <Accusation>blamed</Accusation> <accused>rebels</accused> for the "
        "<about>bombing</about> of the bank."
    ),
    "accusation: held responsible": (
        "The <speaker>government</speaker> <Accusation>held</Accusation> the "
        "<accused>rebels</accused> responsible for the <about>bombing</about> of the bank."
    ),
    "accusation: pointed the finger": (
        "A bomb <about>exploded</about> in a market. <speaker>Police</speaker> "
        "<Accusation>pointed</Accusation> the finger at the <accused>rebels</accused>."
    ),
    "accusation: suspects": (
        "A bomb <about>exploded</about> in a market. <speaker>Police</speaker> "
        "<Accusation>suspect</Accusation> the <accused>rebels</accused>."
    ),
    "accusation: passive": (
        "The <accused>rebels</accused> were <Accusation>blamed</Accusation> for the "
        "<about>attack</about> on the bank."
    ),
    "accusation: by somebody": (
        "The <accused>army</accused> was <Accusation>accused</Accusation> by "
        "<speaker>villagers</speaker> of <about>torturing</about> a teacher."
    ),
    "accusation: attributed": (
        "The <speaker>army</speaker> <Accusation>attributed</Accusation> the <about>raid</about> to "
        "the <accused>rebels</accused>."
    ),
    "accusation: alleged that": (
        "The <speaker>villagers</speaker> <Accusation>alleged</Accusation> that "
        "<accused>soldiers</accused> <about>executed</about> ten men."
    ),
    "accusation: the work of": (
        "The <speaker>army</speaker> <Accusation>said</Accusation> the <about>massacre</about> was "
        "the work of the <accused>rebels</accused>."
    ),
    "accusation: laid the blame": (
        "The <speaker>army</speaker> <Accusation>laid</Accusation> the blame on the "
        "<accused>rebels</accused> for the <about>bombing</about>."
    ),
    "accusation: an office": (
        "The governor’s <speaker>office</speaker> <Accusation>blamed</Accusation> "
        "<accused>militants</accused> for the <about>bombing</about> of the bank."
    ),
    "toll: source after": (
        "Shells <about>killed</about> nine people, the <speaker>hospital</speaker> "
        "<TollReport>said</TollReport>."
    ),
    "toll: according to": (
        "Shells <about>killed</about> nine people, <TollReport>according</TollReport> to "
        "<speaker>police</speaker>."
    ),
    "toll: put at": (
        "Shells <about>hit</about> a market. <speaker>Police</speaker> <TollReport>put</TollReport> "
        "the death toll at nine."
    ),
    "toll: confirmed": (
        "<speaker>Authorities</speaker> <TollReport>confirmed</TollReport> that the <about>blast</about> had "
        "<about>killed</about> nine people."
    ),
    "toll: an army statement": (
        "An <speaker>army</speaker> statement <TollReport>said</TollReport> that rebels had "
        "<about>killed</about> nine soldiers."
    ),
    "announcement: told": (
        "A <speaker>resident</speaker> <Announcement>told</Announcement> reporters that soldiers had "
        "<about>shelled</about> the village."
    ),
    "announcement: quoted speaker last": (
        "“Gunmen <about>stormed</about> the hospital,” the <speaker>mayor</speaker> "
        "<Announcement>said</Announcement>."
    ),
    "announcement: a statement from": (
        "A statement from the <speaker>ministry</speaker> <Announcement>said</Announcement> that "
        "gunmen had <about>stormed</about> the hospital."
    ),
    "announcement: an embassy": (
        "The <speaker>embassy</speaker> <Announcement>said</Announcement> that gunmen had "
        "<about>stormed</about> the hospital."
    ),
    "accusation: suspect that": (
        "<speaker>Police</speaker> <Accusation>suspect</Accusation> that <accused>rebels</accused> were "
        "behind the <about>raid</about>."
    ),
    "claim: is claiming": (
        "The <speaker>rebels</speaker> are <ClaimOfResponsibility>claiming</ClaimOfResponsibility> to have "
        "carried out the <about>raid</about>."
    ),
}
SENTENCES |= {
    "responsible": (
        "Rebels <about>attacked</about> the base. The <speaker>minister</speaker> "
        "<Accusation>said</Accusation> he had no doubt that the <accused>militia</accused> was responsible."
    ),
    "behind it": (
        "A bomb <about>exploded</about> in a market. The <speaker>minister</speaker> "
        "<Accusation>said</Accusation> the <accused>rebels</accused> were behind it."
    ),
    "responsible themselves": (
        "A bomb <about>exploded</about> in a market. The <speaker>militia</speaker> "
        "<ClaimOfResponsibility>said</ClaimOfResponsibility> it was responsible."
    ),
    "its members": (
        "The <speaker>militia</speaker> <ClaimOfResponsibility>admitted</ClaimOfResponsibility> that its "
        "members had <about>killed</about> a policeman."
    ),
    "denied rumours of another thing": (
        "Rebels attacked the base. <speaker>Berlin</speaker> "
        "<DenialOfResponsibility>denied</DenialOfResponsibility> rumours that its troops would "
        "<about>leave</about> Mosul."
    ),
    "denied involvement in another thing": (
        "Gunmen <about>attacked</about> the base. <speaker>India</speaker> <Accusation>accuses</Accusation> "
        "<accused>Pakistan</accused> of backing them. "
        "<speaker>Pakistan</speaker> <DenialOfResponsibility>denies</DenialOfResponsibility> any involvement."
    ),
}
NOTHING = {
    "no part in a war": "A bomb exploded. The militia said none of its units had any part in the war.",
    "a charge of something else": (
        "Rebels attacked a base. Iran is said to be arming them, a charge Tehran strongly denies."
    ),
    "denied something else": "Two bombs exploded in Goma. The minister denied the failures of the army.",
    "that something was seen": "Jets hit a base. The army denied that a bank had been opened in Goma.",
    "that a demand was received": "Gunmen abducted a nurse. The hospital denied having received a demand.",
    "neither confirmed nor denied": "Rebels attacked the base. A spokeswoman declined to confirm or deny it.",
    "a clause with a subject that the parser lost": (
        "Iran has not commented on the incidents but little-known groups believed to be connected to "
        "militias have claimed responsibility for some attacks."
    ),
    "that somebody sent troops": "A bomb exploded. Experts suspect that Rwanda has sent advisers.",
    "what something was": "Gunmen attacked a bus. The mayor said it was a great loss.",
    "no evidence": "Rebels attacked the base. The minister said there was no proof that they were behind it.",
    "who was responsible": "Rebels attacked the base. It was unclear who was responsible, the minister said.",
    "responsible for other things": "Rebels attacked the base. The minister said he was responsible for art.",
    "nobody has said": "No one has said they planted the bomb.",
    "denied a pact": "Rebels attacked the base. Officials denied that there had been any pact.",
    "denied sheltering": "Rebels attacked the base. Syria denies sheltering them.",
    "refused to claim": "Rebels attacked the base. The militia refused to claim responsibility.",
    "declined to accept": "Rebels attacked the base. The militia declined to accept responsibility.",
    "neither": "Rebels attacked the base. The militia neither confirmed nor denied responsibility.",
    "no claim": "Rebels attacked the base. There was no claim of responsibility.",
    "no immediate claim": "A bomb exploded in a market. There was no immediate claim of responsibility.",
    "a claim of ownership": "The farmer claimed the cow.",
    "a deal": "The minister said that unions had struck a deal.",
    "nobody": "Rebels attacked the base. No group has claimed responsibility.",
    "no one": "Rebels attacked the base. No one claimed responsibility.",
    "not claimed": "Rebels attacked the base. The militia has not claimed responsibility.",
    "no event": "The army said that the weather was fine.",
    "no speaker": "Rebels attacked the base in heavy rain.",
    "nothing to claim": "The militia claimed responsibility.",
}


def found(doc: "Doc") -> Iterator[Found]:
    for event in doc._.event_mentions:
        if event.trigger.kind != "Statement":
            continue
        yield from (Found(kind, end(doc, event.trigger.token), {}) for kind in event.types)
        yield from (Found(filler.role, end(doc, filler.root), {}) for filler in event.roles)
        yield from (Found(role, end(doc, token), {}) for role, token in event.links)


def end(doc: "Doc", i: int) -> int:
    return doc[i].idx + len(doc[i])


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_statements(sentence: str, annotate: Annotate) -> None:
    marked = parse(sentence)
    assert_found(marked, found(annotate(marked.text, until="attribution")))


@pytest.mark.parametrize("sentence", NOTHING.values(), ids=NOTHING)
def test_what_nobody_says_is_no_statement(sentence: str, annotate: Annotate) -> None:
    assert_found(parse(sentence, empty=True), found(annotate(sentence, until="attribution")))


def test_a_quotation_that_runs_on_keeps_its_speaker(annotate: Annotate) -> None:
    text = "“Rebels attacked the base,” General Peter Mwangi said. “They burned a school.”"
    doc = annotate(text, until="attribution")
    statements = [event for event in doc._.event_mentions if event.trigger.kind == "Statement"]
    assert [doc[root].text for event in statements for root in event.fillers("speaker")] or statements
    assert {doc[filler.root].text for event in statements for filler in event.roles} == {"Mwangi"}
    assert len(statements) == 2


def test_what_a_denial_names_first_is_denied(annotate: Annotate) -> None:
    doc = annotate("Regarding the bombardment of a camp near Homs, the army denies it.", until="attribution")
    (attack,) = (event for event in doc._.event_mentions if event.trigger.kind == "Attack")
    assert attack.modality == "Denied"


def test_who_did_something_else_is_not_accused(annotate: Annotate) -> None:
    text = "Gunmen attacked a bus. An official said it was the army that had left the town."
    events = annotate(text, until="attribution")._.event_mentions
    assert not any("Accusation" in event.types for event in events)


def test_who_says_something_goes_on_speaking(annotate: Annotate) -> None:
    doc = annotate(
        "The rebels said that the three persons killed were farmers, and accused the army of a raid.",
        until="attribution",
    )
    (accusation,) = (event for event in doc._.event_mentions if event.trigger.frame == "accuse")
    (speaker,) = accusation.fillers(Role.SPEAKER)
    assert doc[speaker].text == "rebels"
