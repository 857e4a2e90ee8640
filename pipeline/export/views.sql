-- Run once over the filled tables. Everything here can be made again from them.

CREATE INDEX documents_id ON documents (id);
CREATE INDEX documents_site ON documents (site);
CREATE INDEX documents_duplicate ON documents (duplicate_cluster);
CREATE INDEX drugs_name ON drugs (name);
CREATE INDEX entities_canonical ON entities (label, canonical);
CREATE INDEX relations_head ON relations (document, head);
CREATE INDEX relations_tail ON relations (document, tail);
CREATE INDEX relations_type ON relations (type, head_canonical, tail_canonical);
CREATE INDEX removed_reason ON removed (reason, rule);
CREATE INDEX flags_kind ON flags (kind);

-- Pairs, each with the documents that say so, how often, and one sentence. A name that no table knows stands as it is written.
CREATE VIEW pairs AS
SELECT type, coalesce(head_canonical, lower(head_text)) AS head, coalesce(tail_canonical, lower(tail_text)) AS tail,
  count(DISTINCT document) AS documents, count(*) AS mentions, min(document) AS first_document, min(evidence) AS example
FROM relations GROUP BY 1, 2, 3;

CREATE VIEW drug_condition AS
SELECT head AS drug, tail AS condition, documents, mentions, first_document, example FROM pairs WHERE type = 'TREATS'
ORDER BY documents DESC, mentions DESC, drug, condition;

CREATE VIEW drug_side_effect AS
SELECT head AS drug, tail AS side_effect, documents, mentions, first_document, example FROM pairs WHERE type = 'CAUSES'
ORDER BY documents DESC, mentions DESC, drug, side_effect;

CREATE VIEW drug_contraindication AS
SELECT head AS drug, tail AS contraindication, documents, mentions, first_document, example FROM pairs WHERE type = 'CONTRAINDICATED_IN'
ORDER BY documents DESC, mentions DESC, drug, contraindication;

CREATE VIEW drug_interaction AS
SELECT head AS drug, tail AS other_drug, documents, mentions, first_document, example FROM pairs WHERE type = 'INTERACTS_WITH'
ORDER BY documents DESC, mentions DESC, drug, other_drug;

CREATE VIEW drug_strength AS
SELECT tail AS drug, strength, unit, count(DISTINCT document) AS documents, count(*) AS mentions FROM (
  SELECT r.document, coalesce(r.tail_canonical, lower(r.tail_text)) AS tail, e.value AS strength, e.unit, e.text
  FROM relations r JOIN entities e ON e.document = r.document AND e.entity = r.head WHERE r.type = 'STRENGTH_OF' AND e.value IS NOT NULL
) GROUP BY drug, strength, unit ORDER BY drug, unit, strength;

CREATE VIEW drug_form AS
SELECT tail AS drug, head AS form, documents, mentions FROM pairs WHERE type = 'FORM_OF' ORDER BY drug, documents DESC, form;

CREATE VIEW drugs_by_documents AS
SELECT name AS drug, count(*) AS documents, sum(mentions) AS mentions FROM drugs GROUP BY name ORDER BY documents DESC, mentions DESC, drug;

CREATE VIEW brands AS
SELECT text AS brand, canonical AS drug, count(DISTINCT document) AS documents, count(*) AS mentions
FROM entities WHERE label = 'DRUG' AND kind IN ('brand', 'combination') GROUP BY text, canonical ORDER BY documents DESC, mentions DESC, brand;

CREATE VIEW removals_by_reason AS
SELECT reason, count(*) AS removals, count(DISTINCT document) AS documents, sum(length(text)) AS characters, min(trim(text, char(32, 9, 10, 13))) AS example
FROM removed GROUP BY reason ORDER BY characters DESC, reason;

CREATE VIEW removals_by_rule AS
SELECT reason, rule, count(*) AS removals, count(DISTINCT document) AS documents, sum(length(text)) AS characters, min(trim(text, char(32, 9, 10, 13))) AS example
FROM removed GROUP BY reason, rule ORDER BY characters DESC, reason, rule;

CREATE VIEW sites AS
SELECT coalesce(site, '(no address)') AS site, count(*) AS documents, round(1.0 * sum(kept_chars) / max(1, sum(source_chars)), 4) AS kept_share,
  sum(words) AS words FROM documents GROUP BY 1 ORDER BY documents DESC, site;

CREATE VIEW flags_by_kind AS
SELECT kind, count(*) AS flags, count(DISTINCT document) AS documents, min(note) AS example FROM flags GROUP BY kind ORDER BY documents DESC, kind;

CREATE VIEW duplicate_clusters AS
SELECT duplicate_cluster AS cluster, duplicate_kind AS kind, count(*) AS documents, min(title) AS title
FROM documents WHERE duplicate_cluster IS NOT NULL GROUP BY 1, 2 ORDER BY documents DESC, cluster;

-- The index keeps no copy of the texts: it reads them in the table.
CREATE VIRTUAL TABLE documents_fts USING fts5 (title, text, content="documents", content_rowid="document", tokenize="unicode61 remove_diacritics 2");
INSERT INTO documents_fts (documents_fts) VALUES ('rebuild');
