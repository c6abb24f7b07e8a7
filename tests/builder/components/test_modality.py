"""Modality: how far the words commit themselves to the event, with the words that decided."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from builder.components.modality import ORDER
from builder.model import Modality

from ..marked import Found, assert_found, parse
from .conftest import Annotate

if TYPE_CHECKING:
    from spacy.tokens import Doc

SENTENCES = {
    "an order in quotes": (
        'The rebels left a note. "<Demanded><cue>Release</cue></Demanded> our men," it said.'
    ),
    "a claim called false": (
        "The group said it had <Alleged>seized</Alleged> a bank, a <cue>claim</cue> that others call false."
    ),
    "a claim that nobody rejects": (
        "The group said it had <Asserted>seized</Asserted> a bank, a claim that surprised the army."
    ),
    "could not be confirmed": (
        "A <cue>report</cue> that rebels had <Alleged>attacked</Alleged> the bank could not be confirmed."
    ),
    "whoever does": "Whoever <cue><Feared>attacks</Feared></cue> the bank will pay.",
    "who did": "Those who <Asserted>attacked</Asserted> the bank will pay.",
    "a gap": "Gaza <cue>would</cue> be <Feared>bombed</Feared> and Lebanon severely <Feared>hit</Feared>.",
    "denied in the clause after": (
        "The army said the bank had been <Asserted>attacked</Asserted> on Friday; it denied that a radio had "
        "been closed."
    ),
    "told as fact": "Gunmen <Asserted>attacked</Asserted> the bank.",
    "reportedly": "Gunmen <cue>reportedly</cue> <Alleged>attacked</Alleged> the bank.",
    "appear": "Gunmen <cue>appeared</cue> to <Alleged>attack</Alleged> the bank.",
    "believed": "Rebels are <cue>believed</cue> to have <Alleged>attacked</Alleged> the bank.",
    "suspected": "Police spoke of a <cue>suspected</cue> <Alleged>attack</Alleged> on the bank.",
    "a report refuted": (
        "<cue>Reports</cue> that the bank was <Denied>looted</Denied> have been refuted by its owner."
    ),
    "unverified": "There were unverified <cue>reports</cue> that the bank was <Alleged>shelled</Alleged>.",
    "no truth, which the parser hangs higher": (
        "They blame each other for it.\n\nThere was no truth in <cue>rumours</cue> that the Rosa hospital "
        "had been <Denied>set</Denied> on fire, the head of the district said."
    ),
    "accused, of what the parser hangs on the object": (
        "The sect <cue>accused</cue> American aircraft of <Alleged>spraying</Alleged> its followers with gas."
    ),
    "decided": "The army has <cue>decided</cue> to <Planned>withdraw</Planned> from Goma.",
    "not a single": "<cue>Not</cue> a single rocket was <Denied>fired</Denied> at the port.",
    "plan": "The rebels <cue>plan</cue> to <Planned>attack</Planned> the bank.",
    "will": "Troops <cue>will</cue> <Planned>withdraw</Planned> from the border.",
    "fear": "Residents <cue>fear</cue> an <Feared>attack</Feared> on the bank.",
    "opportunity to": "Rebels missed the <cue>opportunity</cue> to <Feared>attack</Feared> the bank.",
    "neither confirmed nor denied": (
        "The army would not confirm or <cue>deny</cue> that it had <Alleged>bombed</Alleged> the camp."
    ),
    "could": "Rebels <cue>could</cue> <Feared>attack</Feared> the bank.",
    "if": "The army is ready <cue>if</cue> rebels <Feared>attack</Feared> the bank.",
    "try": "Gunmen <cue>tried</cue> to <Attempted>storm</Attempted> the bank.",
    "foiled": "Police <cue>foiled</cue> an <Attempted>attack</Attempted> on the bank.",
    "a list of what was planned": (
        "The rebels <cue>planned</cue> to <Planned>raid</Planned> the hotel, <Planned>kill</Planned> the "
        "guards and then <Planned>bomb</Planned> the lobby, police said."
    ),
    "not claimed": "The group has not claimed the <Asserted>raid</Asserted> on the prison.",
    "not launched": "The army did <cue>not</cue> launch the <Denied>attack</Denied> on the camp.",
    "might try": "Officials <cue>fear</cue> rebels <cue>might</cue> try to <Feared>bomb</Feared> the dam.",
    "no truth in": "There was no truth in <cue>reports</cue> that jets had <Denied>bombed</Denied> the camp.",
    "looked into whether": (
        "Police are investigating <cue>whether</cue> rebels <Alleged>attacked</Alleged> the bank."
    ),
    "disrupted": "Police <cue>disrupted</cue> an <Attempted>attack</Attempted> on the bank.",
    "foiled a plot": "Police <cue>foiled</cue> a plot to <Attempted>bomb</Attempted> the bank.",
    "massed for": "The rebels are <cue>massing</cue> fighters for an <Planned>assault</Planned> on the bank.",
    "recruited for": "He <cue>recruited</cue> the men for an <Planned>attack</Planned> on the bank.",
    "arrested for": "He was <Asserted>detained</Asserted> for the <Asserted>attack</Asserted> on the bank.",
    "found a plan": "Officers found a <cue>plan</cue> to <Planned>bomb</Planned> the bank.",
    "did not": "Gunmen did <cue>not</cue> <Denied>attack</Denied> the bank.",
    "no": "There was <cue>no</cue> <Denied>attack</Denied> on the bank.",
    "neither hit": "<cue>Neither</cue> ship was <Denied>hit</Denied>.",
    "he they believe": "Police sought a man they <cue>believe</cue> <Alleged>attacked</Alleged> the bank.",
    "one of several": "It was one of four rockets to <Asserted>hit</Asserted> the bank.",
    "and then": (
        "He collected liquids to make and then <cue><Planned>detonate</Planned></cue> a bomb at the bank."
    ),
    "in preparation": "An <Planned>attack</Planned> on the bank is in <cue>preparation</cue>.",
    "what would be the target": (
        "It is unclear what <cue>would</cue> have been the <Feared>target</Feared> of the "
        "<Feared>bombing</Feared>."
    ),
    "doing it would": "<Feared>Bombing</Feared> the bank <cue>would</cue> have upset them.",
    "fired nothing": "The army <Denied>fired</Denied> <cue>no</cue> rocket at the port.",
    "nobody hurt": "Rockets <Asserted>hit</Asserted> the port; no soldiers were <Asserted>killed</Asserted>.",
    "faced": "The rebels faced an air <Asserted>strike</Asserted> in Goma.",
    "subject to": "Boats off Goma <cue>will</cue> be subject to <Planned>attack</Planned>.",
    "been subject to": "Boats off Goma have been subject to <Asserted>attack</Asserted>.",
    "is to": "Troops <cue>are</cue> to <Planned>withdraw</Planned> from Goma next week.",
    "about to": "Rebels were <cue>about</cue> to <Planned>attack</Planned> the bank.",
    "agreed to": "The army <cue>agreed</cue> to <Planned>withdraw</Planned> from Goma.",
    "refused to": "The army <cue>refused</cue> to <Denied>withdraw</Denied> from Goma.",
    "meant to": "The mine was <cue>meant</cue> to <Planned>kill</Planned> soldiers.",
    "experts agree": "Experts agree that rebels <Asserted>attacked</Asserted> the bank.",
    "mission to": "The mission to <Planned>retake</Planned> Goma <cue>will</cue> begin soon.",
    "mission begun": "The mission to <Asserted>retake</Asserted> Goma began on Friday.",
    "should": "Residents <cue>should</cue> <Demanded>leave</Demanded> the town of Goma.",
    "must have": "Rebels <cue>must</cue> have <Alleged>attacked</Alleged> the bank.",
    "an attack should be studied": "The <Asserted>attack</Asserted> on the bank should be studied.",
    "must not go unpunished": "The <Asserted>attack</Asserted> on the bank must not go unpunished.",
    "ruled out": "Turkey <cue>ruled</cue> out <Denied>sending</Denied> troops to Goma.",
    "called off": "The <Denied>attack</Denied> on the bank was <cue>called</cue> off.",
    "called it": "He called <Asserted>bombing</Asserted> it an answer to the <Asserted>raid</Asserted>.",
    "called for": (
        "The group <cue><Asserted>called</Asserted></cue> for <Demanded>attacks</Demanded> on the bank."
    ),
    "postponed": "The <Planned>evacuation</Planned> of Goma was <cue>postponed</cue>.",
    "had it": "Had the bomb <cue><Feared>exploded</Feared></cue>, dozens would have been harmed.",
    "by doing": (
        "Rebels <cue><Asserted>vowed</Asserted></cue> to win by <Threatened>bombing</Threatened> the bank."
    ),
    "contrary to reports": (
        "The bank is open, contrary to <cue>reports</cue> that it was <Denied>attacked</Denied>."
    ),
    "reports denied": (
        "<cue>Reports</cue> that the bank had been <Denied>attacked</Denied> were denied by the army."
    ),
    "unconfirmed": (
        "There were unconfirmed <cue>reports</cue> that jets <Alleged>bombed</Alleged> the bank."
    ),
    "a hoax": "The bomb <Denied>attack</Denied> on the bank was a <cue>hoax</cue>.",
    "no hoax": "The bomb <Asserted>attack</Asserted> on the bank was not a hoax.",
    "a hoaxer": "A caller who said that rebels <Denied>attacked</Denied> the bank was a <cue>hoaxer</cue>.",
    "a false alarm": "The alarm about an <Denied>attack</Denied> on the bank was <cue>false</cue>.",
    "who attacked was a prankster": "The man who <Asserted>attacked</Asserted> the bank was a prankster.",
    "nobody did": "<cue>Nobody</cue> <Denied>attacked</Denied> the bank.",
    "said it would": "The army said that it <cue>would</cue> <Planned>withdraw</Planned> from Goma.",
    "used if": "There will be a cost if land is <cue>used</cue> for <Feared>attacks</Feared> on Goma.",
    "said others would be sent": (
        "The office said that soldiers <cue>would</cue> be <Planned>sent</Planned> to Goma."
    ),
    "said others would": (
        "The army said that rebels <cue>would</cue> <Feared>attack</Feared> the port of Goma."
    ),
    "denied": "The rebels <cue>denied</cue> <Denied>attacking</Denied> the bank.",
    "or face": "They must leave or face <cue><Threatened>attacks</Threatened></cue> on the bank.",
    "denied in the next clause": (
        "The mayor was <Asserted>abducted</Asserted> on Friday; the group denied involvement."
    ),
    "reports that are checked": (
        "The army is investigating <cue>reports</cue> that troops <Alleged>attacked</Alleged> the bank."
    ),
    "according to which": (
        "The army rejects the <cue>report</cue>, according to which jets <Denied>bombed</Denied> the bank."
    ),
    "failed without force": "Diplomats met after the <Asserted>attack</Asserted> on the bank.",
    "a fear elsewhere": "Residents who fear for their lives saw rebels <Asserted>storm</Asserted> the bank.",
    "threatening": (
        "Rebels <cue><Asserted>threatened</Asserted></cue> to <Threatened>attack</Threatened> the bank."
    ),
    "vow": "Rebels <cue><Asserted>vowed</Asserted></cue> to <Threatened>attack</Threatened> the bank.",
    "avenged": (
        "Rebels <cue><Asserted>vowed</Asserted></cue> to <Threatened>avenge</Threatened> the "
        "<Asserted>attack</Asserted> on the bank."
    ),
    "fear that will": "Villagers <cue>fear</cue> that rebels will <Feared>attack</Feared> the bank.",
    "fear of being": "Villagers <cue>fear</cue> being <Feared>attacked</Feared>.",
    "plan of": "Police spoke of a <cue>plan</cue> to <Planned>attack</Planned> the bank.",
    "ready": "Troops are <cue>preparing</cue> to <Planned>storm</Planned> the bank.",
    "used": "Rebels used a drone to <Asserted>bomb</Asserted> the barracks.",
    "attempt": "The <cue>attempt</cue> to <Attempted>storm</Attempted> the bank failed.",
    "thwarted": "Police <cue>thwarted</cue> an <Attempted>attack</Attempted> on the bank.",
    "never": "The rebels <cue>never</cue> <Denied>attacked</Denied> the bank.",
    "a report that was wrong": (
        "A <cue>report</cue> that rebels had <Denied>attacked</Denied> the bank was false."
    ),
    "a report by somebody that was wrong": (
        "A <cue>report</cue> by the agency that the bank had been <Denied>attacked</Denied> was incorrect."
    ),
    "unless": "The army will stay <cue>unless</cue> rebels <Feared>attack</Feared> the bank.",
    "whether": "It is not known <cue>whether</cue> rebels <Feared>attacked</Feared> the bank.",
    "possible": (
        "Police <Asserted>warned</Asserted> of a <cue>possible</cue> <Feared>attack</Feared> on the bank."
    ),
    "alleged": "Troops were <cue>accused</cue> of <Alleged>shelling</Alleged> the bank.",
    "prevented": "Police <cue>prevented</cue> an <Attempted>attack</Attempted> on the bank.",
    "a right": "Chad reserved the <cue>right</cue> to <Feared>attack</Feared> the bank.",
    "authorised": "Chad <cue>authorised</cue> troops to <Planned>attack</Planned> the bank.",
    "any attack": "Any <cue><Feared>attack</Feared></cue> on the bank brings war.",
    "any attempt": "Any <cue>attempt</cue> to <Feared>attack</Feared> the bank brings war.",
    "or else": "Villagers must pay or be <cue><Threatened>attacked</Threatened></cue>.",
    "denied rumours": "Berlin denied <cue>rumours</cue> that men had <Denied>withdrawn</Denied> from Mosul.",
    "prevent": "Guards were posted to <cue>prevent</cue> an <Feared>attack</Feared> on the bank.",
    "told by police": "Police said that rebels <Asserted>attacked</Asserted> the bank.",
    "after a warning": "Days after the warning rebels <Asserted>attacked</Asserted> the bank.",
    "shared future": (
        "The army <cue>will</cue> <Planned>raid</Planned> the camp and <Planned>bomb</Planned> the bank."
    ),
    "want": "Some lawmakers <cue><Asserted>want</Asserted></cue> a <Planned>strike</Planned> on the bank.",
    "want, spelled out": (
        "Some lawmakers <cue><Asserted>want</Asserted></cue> more: a <Planned>strike</Planned> on the bank."
    ),
    "nobody": "No <cue>one</cue> has been <Denied>arrested</Denied>.",
    "no soldiers": "No <cue>soldiers</cue> have <Denied>withdrawn</Denied> from the border.",
}
TOLD = frozenset(modality.value for modality in Modality)


def found(doc: "Doc") -> Iterator[Found]:
    for event in doc._.event_mentions:
        if event.trigger.kind == "Statement":
            continue
        trigger = doc[event.trigger.token]
        yield Found(event.modality, trigger.idx + len(trigger), {})
        for i in event.cues:
            yield Found("cue", doc[i].idx + len(doc[i]), {})


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_modality(sentence: str, annotate: Annotate) -> None:
    marked = parse(sentence)
    assert_found(marked, found(annotate(marked.text, until="modality")))


def test_every_modality_but_plain_fact_has_a_rank() -> None:
    assert {*ORDER, Modality.ASSERTED} == set(Modality)
    assert len(ORDER) == len(set(ORDER))


@pytest.mark.parametrize(
    ("text", "modality"),
    {
        "The rebels did not try to attack the bank.": Modality.DENIED,
        "Rebels may have tried to attack the bank.": Modality.ATTEMPTED,
    }.items(),
)
def test_the_strongest_of_several_is_kept(text: str, modality: Modality, annotate: Annotate) -> None:
    (event,) = annotate(text, until="modality")._.event_mentions
    assert event.modality is modality


def test_a_statement_is_always_made(annotate: Annotate) -> None:
    (event,) = annotate("No group has claimed responsibility.", until="modality")._.event_mentions
    assert event.modality is Modality.ASSERTED


def test_news_that_is_called_baseless_is_denied(annotate: Annotate) -> None:
    doc = annotate("The news of a channel that a camp in Goma came under fire is baseless.", until="modality")
    assert {event.modality for event in doc._.event_mentions} == {Modality.DENIED}


def test_what_somebody_always_does_is_no_event(annotate: Annotate) -> None:
    doc = annotate("“We fight the occupiers,” said rebels, who fight for a state.", until="modality")
    assert not any(event.trigger.lemma == "fight" for event in doc._.event_mentions)
