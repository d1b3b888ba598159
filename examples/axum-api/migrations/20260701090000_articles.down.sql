DROP TABLE api_articles;
