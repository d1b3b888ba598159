DROP TABLE quickstart_posts;
DROP TABLE quickstart_users;
