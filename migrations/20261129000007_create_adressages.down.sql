DROP TABLE retour_adressage;
DROP TABLE correspondant_adressage;
DROP TABLE version_adressage;
DROP TABLE adressage;
