-- What made other tools write code that does not compile, or that means something else.
-- A foreign key of several columns to a unique index, one of which may be NULL, beside one of a part of them (diesel#1948,
-- sea-orm#2662, sea-orm#699).
CREATE TABLE foo (id serial PRIMARY KEY, date date NOT NULL, part integer);
CREATE UNIQUE INDEX foo_id_date ON foo (id, date);
CREATE UNIQUE INDEX foo_part ON foo (date, part);
CREATE UNIQUE INDEX foo_again ON foo (id);
CREATE TABLE bar (
    id serial PRIMARY KEY, foo_id integer NOT NULL REFERENCES foo, date date, part integer,
    FOREIGN KEY (foo_id, date) REFERENCES foo (id, date),
    FOREIGN KEY (part, date) REFERENCES foo (part, date)
);
-- Arrays of enums in tables and views, and defaults with casts, signs and nothing in the quotes (drizzle#1738, #2905, #3887, #4764,
-- drizzle-kit-mirror#102).
CREATE TYPE style AS ENUM ('remote_0percent', 'remote_100percent');
CREATE TABLE jobs (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, styles style[] NOT NULL DEFAULT '{}', score double precision DEFAULT -1,
    title varchar(255) NOT NULL DEFAULT 'ACTIVE'::character varying, subtitle text NOT NULL DEFAULT '', quoted text DEFAULT 'it''s',
    seen timestamp NOT NULL DEFAULT timezone('utc', now()), CONSTRAINT jobs_title_check CHECK (title IN ('ACTIVE', 'DONE'))
);
CREATE VIEW jobs_with_styles AS SELECT id AS job_id, styles AS job_styles, ARRAY[score] AS scores FROM jobs;
-- One name in two schemas, foreign keys between schemas, and several to one table (prisma#707, prisma#15800).
CREATE SCHEMA base;
CREATE SCHEMA transactional;
CREATE TABLE base.some_table (id text PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE transactional.some_table (
    id text PRIMARY KEY, title text NOT NULL, "authorId" text NOT NULL REFERENCES base.some_table ON UPDATE CASCADE ON DELETE RESTRICT,
    "coAuthor" text REFERENCES base.some_table, author text REFERENCES base.some_table (email), twin text UNIQUE REFERENCES transactional.some_table
);
-- A table of an extension and one of another tool, without a primary key (diesel#2113, diesel#1115).
CREATE TABLE spatial_ref_sys (srid integer NOT NULL, auth_name varchar(256));
CREATE TABLE schema_migrations (version varchar(255) NOT NULL);
CREATE UNIQUE INDEX unique_schema_migrations ON schema_migrations (version);
