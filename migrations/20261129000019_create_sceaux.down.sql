DROP INDEX feuille_de_soins_sceau, evaluation_sceau, signature_sceau, reception_sceau, evenement_sceau, acces_sceau;
DROP TABLE purge;
DROP TABLE sceau;
