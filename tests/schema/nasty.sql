-- Names that mean something else in Rust, or that two things would share.
CREATE TYPE mood AS ENUM ('sad', 'so so', '2', 'Self', 'so-so');
CREATE TYPE place AS (street text, "Zip Code" integer);
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE "user" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type text NOT NULL,
    "Self" integer,
    "2fa" boolean NOT NULL DEFAULT false,
    "a b" mood NOT NULL DEFAULT 'so so',
    a_b mood[],
    home place,
    address email UNIQUE,
    spot point,
    UNIQUE (type, "a b")
);
COMMENT ON COLUMN "user".type IS 'says "what", and how';
CREATE TABLE new_user (id integer PRIMARY KEY, query_id bigint REFERENCES "user", insert_id bigint REFERENCES "user" ON DELETE CASCADE);
CREATE TABLE users (name text NOT NULL, user_id bigint UNIQUE REFERENCES "user" ON DELETE SET NULL);
CREATE TABLE options (id serial PRIMARY KEY, value numeric(10, 2) CHECK (value > 0));
CREATE TABLE people (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    parent_id uuid REFERENCES people,
    born date,
    data jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX ON people (born);
CREATE TABLE tag (name varchar(20) PRIMARY KEY);
CREATE TABLE people_tags (
    people_id uuid REFERENCES people,
    tag_name varchar(20) REFERENCES tag (name),
    PRIMARY KEY (people_id, tag_name)
);
CREATE VIEW old_people AS SELECT id, born FROM people WHERE born < '1950-01-01';
CREATE SCHEMA IF NOT EXISTS app;
CREATE TABLE app.tag (a integer, b integer, PRIMARY KEY (b, a));
CREATE TABLE app.use (b integer, a integer, FOREIGN KEY (b, a) REFERENCES app.tag (b, a) DEFERRABLE);
