"""The ontology parses, documents every term, and holds every name that queries and code rely on."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef

import builder
import ontology
from builder import model
from builder.models import shipped
from builder.models.encoder import Labels
from builder.patterns import load
from builder.shapes import check

PLM = Namespace(ontology.NAMESPACE)
SCHEMA = Namespace(ontology.PREFIXES["schema"])
# rdflib 7.6 reads JSON-LD through a class of its own that it deprecates.
reads_json_ld = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")


def words(text: str) -> list[str]:
    return text.split()


CLASSES = words("""
    Report Event Attack Movement Warning Statement Actor Person Group Organization State Facility Place
    Weapon Casualties Mention
""")
PROPERTIES = words("""
    eventType modality perpetrator target victim location weapon weaponType quantity casualties outcome
    count atLeast atMost speaker statedOn perpetratorBasis damage startDate endDate deadline
    timeExpression eventCount inRetaliationFor partOf issuer addressee threatens demands mover origin
    destination minimumDistance about accused facilityType actorType operator hosts memberOf nationality
    size evidence confidence placePrecision
""")
ADDED = words("""
    sentence cue countryCode demonym capital gazetteerEntry links score reason builtWith
    matchWeight comparedWith copyOf takesOut mergedFrom lastReported
    mentionType hasArgument argumentRole filler
""")
INDIVIDUALS = {
    "Modality": words("Asserted Alleged Threatened Planned Demanded Feared Attempted Denied"),
    "PerpetratorBasis": words(
        "ReportedAsFact Claimed Accused AccusedByAuthorities Possible DeniedByAccused Cleared"
    ),
    "Outcome": words("Killed Injured Missing Captured"),
    "Damage": words("Destroyed Damaged Undamaged"),
}
# Each class of concepts with its concepts; what is in brackets is narrower than what stands before.
TREES = {
    "AttackType": """
        ArmedClash ArmedAssault Bombing ( RemoteExplosive SuicideBombing GrenadeAttack )
        Bombardment ( RocketAttack AirStrike ) ChemicalAttack Abduction Arson Robbery PropertyDestruction
        SexualViolence MobViolence ExcessiveForce Assassination Sabotage""",
    "MovementType": """
        Evacuation Withdrawal Deployment Reconnaissance
        TerritoryCapture ( GovernmentRegainsTerritory NonStateActorTakesTerritory )""",
    "WarningType": "Threat Demand Alert",
    "StatementType": "ClaimOfResponsibility DenialOfResponsibility Accusation TollReport Announcement",
    "OtherEventType": """
        PeacefulProtest ( ProtestWithIntervention ) ViolentDemonstration Arrest Agreement
        WeaponsSeizure HeadquartersEstablished TerritoryTransfer OrganizationChange
        Disaster ( NaturalDisaster ManMadeDisaster )
        DiplomaticAction OrganizedCrime Release""",
    "FacilityType": """
        DiplomaticFacility ( Embassy Consulate )
        MilitaryFacility ( MilitaryBase ( AirBase MilitaryAcademy Checkpoint Headquarters ) )
        GovernmentBuilding ( Palace PoliceStation Prison ) PublicSquare Hospital School PlaceOfWorship Market
        Hotel EnergyFacility TransportFacility ( Airport Bridge Road Station Port )
        Vehicle ( Convoy Ship Aircraft ) Residence Business MediaOutlet Zone CommunicationsFacility""",
    "ActorType": """
        StateForces Police Government ArmedGroup PoliticalGroup Civilians Protesters Rioters
        InternationalForces NewsAgency Contractors Criminals""",
    "WeaponType": """
        Explosive ( Bomb ( CarBomb IED SuicideVest Dynamite ) Mine Grenade )
        Projectile ( Rocket Missile Shell Mortar ) Firearm ( Rifle MachineGun Handgun )
        Drone ChemicalAgent Blade Incendiary Torture""",
}
# The sub-event types of ACLED; "Other" corresponds to nothing.
ACLED = {
    *("Armed clash", "Government regains territory", "Non-state actor overtakes territory"),
    *("Air/drone strike", "Chemical weapon", "Grenade", "Remote explosive/landmine/IED"),
    *("Shelling/artillery/missile attack", "Suicide bomb", "Attack", "Abduction/forced disappearance"),
    *("Sexual violence", "Peaceful protest", "Protest with intervention"),
    *("Excessive force against protesters", "Violent demonstration", "Mob violence", "Agreement", "Arrests"),
    *("Change to group/activity", "Disrupted weapons use", "Headquarters or base established"),
    *("Looting/property destruction", "Non-violent transfer of territory"),
}
# The types and modes of the PLOVER manual that are used here.
PLOVER = {
    "ASSAULT": words("""
    abduct beat torture sexual targeted destroy primitive firearms explosives suicide-attack aerial
    drone heavy-weapons crowd-control unconventional
"""),
    "COERCE": words("""
    seize restrict censor curfew martial-law arrest deport withhold misinformation cyber
"""),
    "MOBILIZE": words("troops weapons police militia"),
    "PROTEST": words("demo riot strike hunger boycott obstruct vandalize"),
    "RETREAT": words("withdraw release disarm ceasefire access resign"),
    "THREATEN": words("restrict arrest relations expel territory violence"),
    "REQUEST": words("assist change yield meet"),
    "ACCUSE": words("disapprove investigate allege"),
    "SANCTION": words("convict expel withdraw discontinue"),
    "AGREE": [],
    "CONSULT": [],
}


def pairs(tree: str) -> dict[str, str | None]:
    """Each name of a tree with the name that it stands below."""
    found: dict[str, str | None] = {}
    above: list[str | None] = [None]
    last = None
    for word in tree.split():
        if word == "(":
            above.append(last)
        elif word == ")":
            above.pop()
        else:
            found[word] = above[-1]
            last = word
    assert above == [None]
    return found


PARENTS = {name: parent for tree in TREES.values() for name, parent in pairs(tree).items()}


@pytest.fixture(scope="module")
def core():
    graph = Graph()
    for name in ontology.TERMS:
        graph.parse(ontology.path(name))
    return graph


def local(iri: URIRef) -> str:
    return iri.removeprefix(ontology.NAMESPACE)


def own_terms(graph: Graph) -> set[URIRef]:
    return {term for term in graph.subjects() if isinstance(term, URIRef) and term.startswith(PLM)}


@pytest.mark.parametrize("file", ontology.files(), ids=lambda file: file.name)
def test_file_parses_alike_in_both_libraries(file):
    triples = len(list(ox.parse(path=str(file))))
    assert triples == len(Graph().parse(file)) > 50


def test_files_are_the_five_and_graph_is_their_sum():
    assert [file.name for file in ontology.files()] == [
        "alignments.ttl",
        "mentions.ttl",
        "polemos.ttl",
        "shapes.ttl",
        "types.ttl",
    ]
    assert len(ontology.graph()) == sum(len(Graph().parse(file)) for file in ontology.files())


def test_core_has_the_header_of_an_ontology(core):
    iri = URIRef(ontology.ONTOLOGY)
    assert (iri, RDF.type, OWL.Ontology) in core
    dcterms = Namespace(ontology.PREFIXES["dcterms"])
    for predicate in (OWL.versionInfo, OWL.versionIRI, dcterms.license, dcterms.created, dcterms.modified):
        assert core.value(iri, predicate) is not None


def test_tables_are_whole():
    assert (len(CLASSES), len(PROPERTIES), len(PARENTS)) == (16, 45, 118)
    assert sum(map(len, INDIVIDUALS.values())) == 22


@pytest.mark.parametrize("name", CLASSES)
def test_class_exists(name, core):
    assert (PLM[name], RDF.type, OWL.Class) in core


@pytest.mark.parametrize("name", [*PROPERTIES, *ADDED])
def test_property_exists(name, core):
    kinds = set(core.objects(PLM[name], RDF.type)) & {OWL.ObjectProperty, OWL.DatatypeProperty}
    assert len(kinds) == 1


@pytest.mark.parametrize("name", INDIVIDUALS)
def test_individuals_are_those_of_the_vocabulary(name, core):
    assert {local(term) for term in core.subjects(RDF.type, PLM[name])} == set(INDIVIDUALS[name])


@pytest.mark.parametrize("name", TREES)
def test_concepts_are_those_of_the_vocabulary(name, core):
    assert {local(term) for term in core.subjects(RDF.type, PLM[name])} == pairs(TREES[name]).keys()


def test_tree_is_that_of_the_vocabulary(core):
    assert ontology.broader() == {name: parent for name, parent in PARENTS.items() if parent}
    for name, parent in PARENTS.items():
        scheme = core.value(PLM[name], SKOS.inScheme)
        assert (scheme, RDF.type, SKOS.ConceptScheme) in core
        is_top = (PLM[name], SKOS.topConceptOf, scheme) in core and (
            scheme,
            SKOS.hasTopConcept,
            PLM[name],
        ) in core
        assert is_top == (parent is None)
        assert parent is None or core.value(PLM[parent], SKOS.inScheme) == scheme


def test_every_term_is_documented(core):
    terms = own_terms(core)
    assert len(terms) > 330
    for term in terms:
        for predicate in (RDFS.label, SKOS.definition, SKOS.example):
            texts = list(core.objects(term, predicate))
            assert [text.language for text in texts] == ["en"], (term, predicate)
        assert core.value(term, RDFS.isDefinedBy) == URIRef(ontology.ONTOLOGY)
        assert ontology.labels()[local(term)] == str(core.value(term, RDFS.label))


def test_definitions_are_distinct(core):
    definitions = [core.value(term, SKOS.definition) for term in own_terms(core)]
    assert len(set(definitions)) == len(definitions)


def test_no_property_has_two_domains_or_ranges(core):
    for term in own_terms(core):
        for axiom, includes in (
            (RDFS.domain, SCHEMA.domainIncludes),
            (RDFS.range, SCHEMA.rangeIncludes),
        ):
            several = list(core.objects(term, includes))
            assert len(list(core.objects(term, axiom))) <= 1
            assert not (several and (term, axiom, None) in core)
            assert len(several) != 1


def test_domains_and_ranges_exist(core):
    predicates = (RDFS.domain, RDFS.range, SCHEMA.domainIncludes, SCHEMA.rangeIncludes, RDFS.subClassOf)
    used = {value for predicate in predicates for value in core.objects(None, predicate)}
    assert len(used) > 25
    for term in used - {SKOS.Concept}:
        assert term.startswith(XSD) or (term, RDF.type, OWL.Class) in core


@pytest.mark.parametrize(
    ("enum", "name"),
    [
        (model.Modality, "Modality"),
        (model.Basis, "PerpetratorBasis"),
        (model.Outcome, "Outcome"),
        (model.Damage, "Damage"),
    ],
)
def test_enumeration_of_the_model_is_the_class(enum, name, core):
    assert {str(member) for member in enum} == {local(term) for term in core.subjects(RDF.type, PLM[name])}


def test_roles_and_kinds_of_the_model_exist(core):
    for role in model.Role:
        assert (PLM[role], RDF.type, OWL.ObjectProperty) in core
    for kind in (*model.EventKind, *model.ActorKind):
        assert (PLM[kind], RDF.type, OWL.Class) in core


def test_terms_named_in_code_exist():
    sources = sorted(Path(builder.__file__).parent.rglob("*.py"))
    named = {name for source in sources for name in re.findall(r"\bplm:(\w+)", source.read_text("utf-8"))}
    assert len(named) > 20
    assert named <= ontology.labels().keys()


def notations(graph: Graph, datatype: str) -> set[str]:
    return {str(code) for code in graph.objects(None, SKOS.notation) if code.datatype == PLM[datatype]}


def test_notations_are_of_declared_datatypes(core):
    used = {code.datatype for code in core.objects(None, SKOS.notation)}
    assert used == set(core.subjects(RDF.type, RDFS.Datatype))
    assert len(used) == 5


def test_every_sub_event_type_of_acled_has_a_concept(core):
    assert notations(core, "acledNotation") == ACLED
    assert len(ACLED) == 24


def test_plover_notations_are_types_and_modes_of_the_manual(core):
    known = {f"{kind}:{mode}" for kind, modes in PLOVER.items() for mode in modes}
    known |= {kind for kind, modes in PLOVER.items() if not modes}
    assert notations(core, "ploverNotation") <= known


def test_cameo_notations_are_codes(core):
    codes = notations(core, "cameoNotation")
    assert len(codes) > 40
    # Roots 01 to 20, then one or two digits.
    assert all(re.fullmatch(r"(0[1-9]|1\d|20)\d{1,2}", code) for code in codes)


def test_what_the_model_labels_has_a_concept():
    labels = Labels.load(shipped() / "labels.json")
    kairos, re3d = ontology.notations("kairosNotation"), ontology.notations("re3dNotation")
    assert {*labels.triggers, *labels.arguments} == set(kairos.values())
    assert set(labels.entities) == set(re3d.values())
    assert load("mentions") == {
        "entities": {code: name for name, code in re3d.items()},
        "events": {code: name for name, code in kairos.items() if "." in code},
        "roles": {code: name for name, code in kairos.items() if "." not in code},
    }


def test_attack_types_all_have_a_notation(core):
    for term in core.subjects(RDF.type, PLM.AttackType):
        assert (term, SKOS.notation, None) in core


def test_alignments_lead_from_ours_to_known_vocabularies(core):
    graph = Graph().parse(ontology.path("alignments.ttl"))
    links = [(s, o) for s, p, o in graph if p in (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.seeAlso)]
    assert len(links) > 60
    used = set()
    for subject, target in links:
        assert subject in own_terms(core)
        used.add(next(key for key, iri in ontology.PREFIXES.items() if target.startswith(iri)))
    assert used == {"sem", "foaf", "schema", "prov", "time", "geo", "oa", "org", "dcat", "dcterms"}


def test_alignments_keep_classes_and_properties_apart(core):
    graph = Graph().parse(ontology.path("alignments.ttl"))
    properties = {OWL.ObjectProperty, OWL.DatatypeProperty}
    for predicate, kinds in ((RDFS.subClassOf, {OWL.Class}), (RDFS.subPropertyOf, properties)):
        for subject, target in graph.subject_objects(predicate):
            assert set(core.objects(subject, RDF.type)) & kinds
            name = re.split(r"[#/]", target)[-1]
            assert name[0].isupper() == (predicate == RDFS.subClassOf)


def context() -> dict:
    return json.loads(ontology.path("context.jsonld").read_text("utf-8"))["@context"]


def test_context_has_every_term_and_prefix(core):
    entries = context()
    missing = {local(term) for term in own_terms(core)} - entries.keys()
    assert not missing
    assert {key: entries[key] for key in ontology.PREFIXES} == dict(ontology.PREFIXES)


@reads_json_ld
@pytest.mark.parametrize("library", ["rdflib", "pyoxigraph"])
def test_context_expands_every_term_to_its_iri(library, core):
    names = sorted(local(term) for term in own_terms(core))
    properties = [*PROPERTIES, *ADDED]
    document = {
        "@context": context(),
        "id": "https://example.org/x",
        "type": [name for name in names if name not in properties],
        **{name: expanding_value(context()[name]) for name in properties},
    }
    found = triples_of(json.dumps(document), library)
    types = {value for _, predicate, value in found if predicate == str(RDF.type)}
    assert types == {str(PLM[name]) for name in names if name not in properties}
    assert {predicate for _, predicate, _ in found} - {str(RDF.type)} == {
        str(PLM[name]) for name in properties
    }


def expanding_value(entry):
    kind = entry["@type"] if isinstance(entry, dict) else "text"
    return {"@id": "https://example.org/y", "@vocab": "Bombing"}.get(kind, "1")


def triples_of(text: str, library: str) -> set[tuple[str, str, str]]:
    if library == "rdflib":
        return {tuple(map(str, triple)) for triple in Graph().parse(data=text, format="json-ld")}
    quads = ox.parse(text, format=ox.RdfFormat.JSON_LD)
    return {(quad.subject.value, quad.predicate.value, quad.object.value) for quad in quads}


@reads_json_ld
def test_context_types_values():
    document = {
        "@context": context(),
        "id": "https://example.org/a",
        "type": "Attack",
        "eventType": "Bombing",
        "modality": "Alleged",
        "eventCount": "2",
        "target": "https://example.org/b",
    }
    graph = Graph().parse(data=json.dumps(document), format="json-ld")
    node = URIRef("https://example.org/a")
    assert set(graph) == {
        (node, RDF.type, PLM.Attack),
        (node, PLM.eventType, PLM.Bombing),
        (node, PLM.modality, PLM.Alleged),
        (node, PLM.eventCount, Literal("2", datatype=XSD.integer)),
        (node, PLM.target, URIRef("https://example.org/b")),
    }


def test_unknown_dunder_is_no_term():
    with pytest.raises(AttributeError):
        _ = ontology.PLM.__wrapped__


def test_importing_the_package_loads_no_rdf_library():
    code = "import sys, ontology; print(sorted({'rdflib', 'pyoxigraph'} & sys.modules.keys()))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_examples_of_the_documentation_hold(core):
    page = (Path(__file__).parents[2] / "docs" / "ontology.md").read_text("utf-8")
    blocks = {
        kind: re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("turtle", "sparql", "python")
    }
    assert [len(found) for found in blocks.values()] == [1, 1, 1]
    assert not check(ox.parse(blocks["turtle"][0], format=ox.RdfFormat.TURTLE))
    assert [local(row.concept) for row in core.query(blocks["sparql"][0])] == ["AirStrike"]
    compile(blocks["python"][0], "ontology.md", "exec")


def test_documentation_names_only_terms_that_exist():
    page = (Path(__file__).parents[2] / "docs" / "ontology.md").read_text("utf-8")
    named = set(re.findall(r"\bplm:(\w+)", page))
    assert len(named) > 30
    assert named <= ontology.labels().keys()
