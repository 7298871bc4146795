DROP FUNCTION histoire_jamais_videe();
DROP FUNCTION histoire_immuable();
DROP FUNCTION histoire_remplacable();
DROP EXTENSION btree_gist;
