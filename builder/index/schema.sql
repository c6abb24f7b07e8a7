-- The index of one snapshot. It is written once and never changed. Identifiers of events are their places in the
-- list, the latest first, so that an array over all events and a row of `event` are found by the same number.
CREATE TABLE event (
    id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, label TEXT NOT NULL, type TEXT NOT NULL,
    date TEXT NOT NULL, until TEXT NOT NULL, modality TEXT NOT NULL, who TEXT NOT NULL, whom TEXT NOT NULL,
    place TEXT NOT NULL, killed INTEGER, reports INTEGER NOT NULL, sentence TEXT NOT NULL
);
-- The values of each facet; `code` counts them from 0, and is what stands in the columns.
CREATE TABLE value (
    facet TEXT NOT NULL, code INTEGER NOT NULL, value TEXT NOT NULL, label TEXT NOT NULL,
    PRIMARY KEY (facet, code), UNIQUE (facet, value)
) WITHOUT ROWID;
-- Arrays over all events, or pairs of event and code, as little-endian numbers: see writing.py.
CREATE TABLE array (name TEXT PRIMARY KEY, type TEXT NOT NULL, data BLOB NOT NULL) WITHOUT ROWID;
-- Whoever and whatever events speak of, and the types of events; `events` is how many, `within` the place
-- or facility that a node lies in.
CREATE TABLE node (
    id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, label TEXT NOT NULL, type TEXT NOT NULL,
    events INTEGER NOT NULL, within TEXT NOT NULL
);
CREATE INDEX node_within ON node (within, events DESC) WHERE within <> '';
CREATE TABLE report (
    id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, title TEXT NOT NULL, publisher TEXT NOT NULL, date TEXT NOT NULL,
    text TEXT NOT NULL
);
-- How many nodes of the merged layer have a class.
CREATE TABLE class (name TEXT PRIMARY KEY, nodes INTEGER NOT NULL) WITHOUT ROWID;
-- Names are found as they are written, without accents; texts also in other forms of a word.
CREATE VIRTUAL TABLE node_text USING fts5(
    label, others, content = '', prefix = '2 3', tokenize = "unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE event_text USING fts5(
    label, names, sentences, content = '', tokenize = "porter unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE report_text USING fts5(
    title, text, content = 'report', content_rowid = 'id', tokenize = "porter unicode61 remove_diacritics 2"
);
