DROP TABLE recouvrement;
