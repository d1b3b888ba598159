-- A schema with one of everything that introspection must keep apart.
CREATE SCHEMA app;
CREATE SCHEMA "My Schema";
COMMENT ON SCHEMA app IS 'the application';
CREATE TYPE app.mood AS ENUM ('sad', 'o''k', 'happy, very');
CREATE TYPE app.nothing AS ENUM ();
ALTER TYPE app.mood ADD VALUE 'so so' BEFORE 'o''k';
CREATE COLLATION app.german (locale = 'C');
CREATE DOMAIN app.email AS varchar(80) COLLATE "C" NOT NULL DEFAULT 'none' CONSTRAINT has_at CHECK (VALUE ~ '@');
ALTER DOMAIN app.email ADD CONSTRAINT short CHECK (length(VALUE) < 70) NOT VALID;
CREATE TYPE app.address AS (street text COLLATE "C", zip varchar(5), mood app.mood[]);
CREATE TYPE app.span AS RANGE (subtype = timestamp);
CREATE SEQUENCE app.shared AS integer START 5 INCREMENT 5 MINVALUE -10 MAXVALUE 1000 CACHE 3 CYCLE;

CREATE TABLE app.users (
    gone int,
    id bigint GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 10) PRIMARY KEY,
    "Full Name" text COLLATE "C" NOT NULL DEFAULT 'it''s "new"',
    email app.email,
    mood app.mood DEFAULT 'sad',
    old integer DEFAULT nextval('app.shared'),
    born date CHECK (born > '1900-01-01'),
    home app.address,
    tags text[] NOT NULL DEFAULT '{}',
    score numeric(10, 2) DEFAULT -1.5,
    twice int GENERATED ALWAYS AS (old * 2) STORED,
    counted smallserial,
    seen timestamp(3) with time zone DEFAULT now(),
    during app.span,
    CONSTRAINT users_email_key UNIQUE NULLS NOT DISTINCT (email) INCLUDE (id) WITH (fillfactor = 70),
    CONSTRAINT kind CHECK (mood IN ('sad', 'o''k') OR old BETWEEN 1 AND 9) NO INHERIT,
    UNIQUE (old, "Full Name") DEFERRABLE INITIALLY DEFERRED
) WITH (fillfactor = 80, autovacuum_enabled = false);
ALTER TABLE app.users DROP COLUMN gone;
ALTER TABLE app.users ADD CONSTRAINT later CHECK (old > 0) NOT VALID;
COMMENT ON TABLE app.users IS 'who is there';
COMMENT ON COLUMN app.users."Full Name" IS 'first and last';
COMMENT ON CONSTRAINT kind ON app.users IS 'which';
CREATE INDEX by_name ON app.users (lower("Full Name") COLLATE "C" text_pattern_ops DESC NULLS LAST, born DESC, old NULLS FIRST)
    INCLUDE (seen) WITH (fillfactor = 60) WHERE born IS NOT NULL AND "Full Name" <> ')';
CREATE UNIQUE INDEX "by (tag, ""x"")" ON app.users ((tags[1] || ',)"'), coalesce(old, 0));
CREATE INDEX by_tags ON app.users USING gin (tags);
CREATE INDEX by_seen ON app.users USING brin (seen timestamptz_minmax_multi_ops (values_per_range = 16));
CREATE UNIQUE INDEX one_sad ON app.users (mood) NULLS NOT DISTINCT WHERE mood = 'sad';
COMMENT ON INDEX app.by_tags IS 'for tags';

CREATE TABLE "My Schema"."Order" (a int, "B" text, c int NOT NULL, at tsrange, PRIMARY KEY (c, a),
    EXCLUDE USING gist (at WITH &&) WHERE (c > 0) DEFERRABLE);
-- The same names in another schema.
CREATE TABLE "My Schema".users (id int PRIMARY KEY, old text, CONSTRAINT kind CHECK (old <> ''));
CREATE INDEX by_name ON "My Schema".users (old);
CREATE UNLOGGED TABLE app.lines (
    order_a int, order_c int, extra int DEFAULT 7,
    CONSTRAINT of_order FOREIGN KEY (order_c, order_a) REFERENCES "My Schema"."Order" (c, a)
        MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (order_a) DEFERRABLE
);
ALTER TABLE app.lines ADD CONSTRAINT unchecked FOREIGN KEY (extra) REFERENCES app.users ON DELETE SET DEFAULT NOT VALID;
ALTER TABLE app.lines ADD CONSTRAINT strict FOREIGN KEY (extra) REFERENCES app.users ON DELETE RESTRICT ON UPDATE SET NULL;

CREATE TABLE app.parent (id int PRIMARY KEY, note text CHECK (note <> ''));
CREATE TABLE app.child (more int, note text NOT NULL) INHERITS (app.parent);
CREATE TABLE app.events (id bigint, day date NOT NULL, kind text, PRIMARY KEY (id, day, kind)) PARTITION BY RANGE (day);
CREATE TABLE app.events_2025 PARTITION OF app.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (kind);
CREATE TABLE app.events_2025_a PARTITION OF app.events_2025 FOR VALUES IN ('a', 'A''s');
CREATE TABLE app.events_rest PARTITION OF app.events DEFAULT;
CREATE INDEX events_by_kind ON app.events (kind, day DESC);

CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE FUNCTION app.plus(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT a + b; END;
CREATE PROCEDURE app.nap(INOUT seconds numeric) LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(seconds); END $$;
COMMENT ON FUNCTION app.plus IS 'adds';
CREATE VIEW app.grown WITH (security_barrier) AS SELECT id, "Full Name", app.plus(old) AS next FROM app.users WHERE old > 17;
CREATE MATERIALIZED VIEW app.sums AS SELECT mood, sum(score) AS total FROM app.users GROUP BY mood;
CREATE UNIQUE INDEX sums_mood ON app.sums (mood);
CREATE TRIGGER touch BEFORE UPDATE OF "Full Name" ON app.users FOR EACH ROW WHEN (old.born IS DISTINCT FROM new.born) EXECUTE FUNCTION app.touch();
CREATE TRIGGER quiet AFTER INSERT ON app.users FOR EACH STATEMENT EXECUTE FUNCTION app.touch();
ALTER TABLE app.users DISABLE TRIGGER quiet;
CREATE TRIGGER each_event BEFORE INSERT ON app.events FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE TRIGGER instead INSTEAD OF INSERT ON app.grown FOR EACH ROW EXECUTE FUNCTION app.touch();
ALTER TABLE app.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.lines FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON app.users FOR SELECT TO public USING (old = 1);
CREATE POLICY none ON app.users AS RESTRICTIVE FOR UPDATE USING (true) WITH CHECK (old <> 2);

-- How things are stored, and comments on parts.
ALTER TABLE app.users ALTER COLUMN "Full Name" SET STORAGE external;
ALTER TABLE app.lines ALTER COLUMN extra SET STATISTICS 500;
ALTER TABLE app.parent REPLICA IDENTITY FULL;
ALTER TABLE app.parent SET (toast.autovacuum_enabled = false);
ALTER TABLE app.users CLUSTER ON users_pkey;
ALTER INDEX app.by_name ALTER COLUMN 1 SET STATISTICS 300;
COMMENT ON COLUMN app.grown.id IS 'of a view';
COMMENT ON COLUMN app.address.zip IS 'of a type';
COMMENT ON CONSTRAINT short ON DOMAIN app.email IS 'of a domain';
ALTER VIEW app.grown ALTER COLUMN id SET DEFAULT 7;
ALTER TABLE app.lines ALTER COLUMN extra SET (n_distinct = 5);
ALTER TABLE app.parent ALTER COLUMN note SET STORAGE main, ALTER COLUMN note SET COMPRESSION pglz;
ALTER TABLE app.users ALTER COLUMN tags SET STORAGE plain, ALTER COLUMN tags SET STATISTICS 0;
ALTER TABLE "My Schema"."Order" REPLICA IDENTITY USING INDEX "Order_pkey", ALTER COLUMN "B" SET (n_distinct = -0.5, n_distinct_inherited = 9);
ALTER TABLE app.lines REPLICA IDENTITY NOTHING;
ALTER TABLE app.events_2025_a SET (toast.vacuum_truncate = false, fillfactor = 90);
ALTER MATERIALIZED VIEW app.sums SET (toast.autovacuum_enabled = false, fillfactor = 50);
COMMENT ON COLUMN app.sums.mood IS 'of a materialized view';
COMMENT ON SEQUENCE app.shared IS 'of a sequence';
COMMENT ON DOMAIN app.email IS 'of a domain';
COMMENT ON TYPE app.mood IS 'of an enum';
COMMENT ON TYPE app.address IS 'of a composite type';
COMMENT ON VIEW app.grown IS 'of a view';
COMMENT ON MATERIALIZED VIEW app.sums IS 'of rows';
COMMENT ON INDEX app.sums_mood IS 'of an index';
COMMENT ON TRIGGER touch ON app.users IS 'of a trigger';
COMMENT ON TRIGGER instead ON app.grown IS 'of a view''s trigger';
COMMENT ON POLICY own ON app.users IS 'of a policy';
COMMENT ON PROCEDURE app.nap IS 'of a procedure';

-- Whole statements.
CREATE AGGREGATE app.total(int) (sfunc = int4pl, stype = int, initcond = '0');
CREATE OPERATOR app.=== (leftarg = int, rightarg = int, function = int4eq, commutator = operator(app.===));
CREATE STATISTICS app.together ON old, mood FROM app.users;
CREATE RULE nothing AS ON DELETE TO app.lines DO INSTEAD NOTHING;
CREATE PUBLICATION all_of_it FOR TABLE app.users;

-- What a catalog does not hold.
GRANT SELECT ON app.users TO public;
GRANT UPDATE (extra) ON app.lines TO public;
COMMENT ON INDEX app.users_email_key IS 'of the index of a constraint';
