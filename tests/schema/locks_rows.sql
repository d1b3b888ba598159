INSERT INTO users (email) SELECT 'e' || g FROM generate_series(1, 1000) g;
INSERT INTO posts (author_id, editor_id, number, rank, code, price, title, shown, made, seen, network, nick, checked, kept)
SELECT g, g, g, g, 'v', 1, 't', 's', now(), now(), '10.0.0.0/8', 'x', g, g FROM generate_series(1, 1000) g;
INSERT INTO drafts SELECT g, g, 'x' FROM generate_series(1,100) g;
INSERT INTO days VALUES (1, 'ok');
INSERT INTO letters VALUES (1, 'a', 'b');
INSERT INTO events VALUES (1,1);
INSERT INTO events_2 VALUES (1,2);
INSERT INTO events_3 VALUES (1,3);
REFRESH MATERIALIZED VIEW post_count;
ANALYZE;
