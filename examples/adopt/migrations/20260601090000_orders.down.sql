DROP TABLE adopt_orders;
