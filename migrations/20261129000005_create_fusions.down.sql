DROP TABLE ecart_designation;
DROP TABLE conflit_designation;
DROP TABLE attribution_feuille;
DROP TABLE mouvement_declaration;
DROP TABLE fusion;
