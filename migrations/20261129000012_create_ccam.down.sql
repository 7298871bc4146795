DROP TABLE ccam_acte;
DROP TABLE ccam_version;
