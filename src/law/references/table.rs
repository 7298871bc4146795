//! The table of the legal bases.

use super::{Reference, a_verifier, lue, relue};

/// Every basis, in alphabetical order of keys.
pub static REFERENCES: &[Reference] = &[
    relue(
        "ACTIVA-FMT-2024",
        "Activa médical, « Zoom sur le forfait médecin traitant », 23 août 2024",
        "montants de 2024 et de 2026 par âge et par état du patient",
    ),
    relue(
        "AMELI-ACTES-LOURDS",
        "Assurance maladie, page sur le forfait des actes lourds",
        "somme fixe, seuil, cumul des tarifs d'une consultation, assurés exonérés",
    ),
    relue(
        "AMELI-FMT-2024",
        "Assurance maladie, page sur le nouveau forfait médecin traitant, 28 novembre 2024",
        "forfait unique au 1er janvier 2026, 100 € au plus, 10 € par bénéficiaire de la C2S",
    ),
    relue(
        "AMELI-PF-2016",
        "Assurance maladie, page sur la participation forfaitaire, avril 2016",
        "personnes et actes exonérés",
    ),
    relue(
        "AMELI-TAUX-2024",
        "Assurance maladie, tableau des taux de remboursement, septembre 2024",
        "taux par catégorie de soins",
    ),
    relue(
        "AMENDEMENT-ACS-2014",
        "amendement du Gouvernement n° 202 du 24 novembre 2014, article L322-4 du Code de la sécurité sociale",
        "exonération des bénéficiaires de l'ACS au 1er juillet 2015",
    ),
    lue(
        "ARRETE-2005-07-28",
        "arrêté du 28 juillet 2005, article 1er",
        "somme due à l'hôpital pour une consultation externe sans prescription du médecin traitant",
    ),
    relue(
        "ASH-2006",
        "Actualités sociales hebdomadaires n° 2461, 2006",
        "participation de 18 € pour les actes lourds",
    ),
    lue(
        "AVENANT-6",
        "avenant 6 à la convention médicale de 2016",
        "téléconsultation depuis le 15 septembre 2018, exceptions au parcours",
    ),
    relue(
        "BNDS-CAPI",
        "Dictionnaire bnds.fr, « CAPI »",
        "prime de 7 € au plus par an et par patient, remplacée en 2012",
    ),
    a_verifier(
        "CASF-L251-2",
        "Code de l'action sociale et des familles, article L251-2",
        "prise en charge par l'aide médicale de l'État",
    ),
    lue(
        "CDC-2013",
        "Cour des comptes, Rapport public annuel 2013, « Le médecin traitant et le parcours de soins coordonnés »",
        "taux et plafonds de la majoration depuis 2006, tarifs, convention, statistiques",
    ),
    relue(
        "CDC-REGIME-LOCAL-2011",
        "Cour des comptes, communication au Sénat sur le régime local d'Alsace-Moselle, novembre 2011",
        "taux du régime local",
    ),
    relue(
        "CGM-FMT-2025",
        "CompuGroup Medical, « Comment exploiter le nouveau forfait médecin traitant », 2025",
        "55 € à 80 ans et plus, 15 € avant 7 ans, 10 € par bénéficiaire de la C2S",
    ),
    lue(
        "CHOIX-TRAITANT",
        "choix de ce service, faute de texte",
        "valeur fixée par ce service et modifiable par la caisse qui l'exploite",
    ),
    relue(
        "CNMSS-PENSION",
        "Caisse nationale militaire de sécurité sociale, page sur les pensions d'invalidité, décembre 2020",
        "soins en rapport avec une pension militaire : sans participation forfaitaire",
    ),
    lue(
        "CONV-2016",
        "convention médicale du 25 août 2016, article 17",
        "accès direct spécifique : spécialités, actes et âges",
    ),
    relue(
        "CONV-2016-A10",
        "convention médicale du 25 août 2016, annexe 10, article 1.1 (Journal officiel du 23 octobre 2016)",
        "RMT de 40 € par an et par patient en ALD, maintenue pour 2016 et 2017",
    ),
    relue(
        "CPAM75-DETENUS",
        "CPAM de Paris, page pour les travailleurs sociaux sur le tiers payant de la personne détenue",
        "depuis le 1er janvier 2016, ticket modérateur pris en charge par l'administration pénitentiaire",
    ),
    relue("CPGA-ROSP", "CPGA, mise en place d'une ROSP pour les endocrinologues", "point à 7 €"),
    relue(
        "CPMIVG-L212-1",
        "Code des pensions militaires d'invalidité, article L212-1",
        "soins gratuits en rapport avec une pension militaire",
    ),
    relue(
        "CSS-D160-8",
        "Code de la sécurité sociale, article D160-8",
        "quatre participations forfaitaires au plus par jour et par professionnel",
    ),
    a_verifier(
        "CSS-D162-1-6",
        "Code de la sécurité sociale, article D162-1-6",
        "actes et situations qui échappent au parcours : plan de soins, permanence des soins, addictologie, génétique…",
    ),
    relue(
        "CSS-D162-1-8",
        "Code de la sécurité sociale, article D162-1-8 (décret n° 2006-1 du 2 janvier 2006)",
        "cinq ans sans majoration après une première installation",
    ),
    relue(
        "CSS-L160-13",
        "Code de la sécurité sociale, article L160-13",
        "participation forfaitaire pour les actes de médecins et la biologie médicale",
    ),
    relue(
        "CSS-L160-15",
        "Code de la sécurité sociale, article L160-15",
        "mineurs et bénéficiaires d'une couverture solidaire : ni participation ni franchise",
    ),
    relue(
        "CSS-L160-9",
        "Code de la sécurité sociale, article L160-9",
        "assurance maternité : examens obligatoires, puis tous les soins à partir du sixième mois",
    ),
    a_verifier(
        "CSS-L162-26",
        "Code de la sécurité sociale, article L162-26",
        "consultations et actes externes des établissements de santé",
    ),
    lue(
        "CSS-L162-5-3",
        "Code de la sécurité sociale, article L162-5-3",
        "choix du médecin traitant, désignation conjointe, principe de la majoration et cas où elle n'est pas due",
    ),
    relue(
        "CSS-L162-5-4",
        "Code de la sécurité sociale, article L162-5-4",
        "généralistes récemment installés, zones sous-médicalisées",
    ),
    relue(
        "CSS-L325-1",
        "Code de la sécurité sociale, article L325-1",
        "régime local d'assurance maladie du Haut-Rhin, du Bas-Rhin et de la Moselle",
    ),
    relue(
        "CSS-L432-1",
        "Code de la sécurité sociale, article L432-1",
        "accidents du travail et maladies professionnelles : soins pris en charge en entier, participation forfaitaire due",
    ),
    a_verifier(
        "CSS-L871-1",
        "Code de la sécurité sociale, articles L871-1 et R871-1",
        "contrats complémentaires responsables : ce qu'ils doivent et ne peuvent pas prendre en charge",
    ),
    relue(
        "CSS-R160-16",
        "Code de la sécurité sociale, article R160-16 (ancien article R322-8)",
        "somme fixe à la charge de l'assuré pour les actes au-dessus d'un tarif, une fois par consultation ; imagerie exclue",
    ),
    relue(
        "CSS-R160-17",
        "Code de la sécurité sociale, article R160-17",
        "participation supprimée : examens de l'enfant, contraception, interruption volontaire de grossesse, prévention",
    ),
    relue(
        "CSS-R160-20",
        "Code de la sécurité sociale, article R160-20",
        "âge compté au 1er janvier de l'année civile",
    ),
    relue(
        "CSS-R160-5",
        "Code de la sécurité sociale, article R160-5",
        "participation de l'assuré aux frais, par catégorie",
    ),
    relue(
        "CSS-R160-6",
        "Code de la sécurité sociale, article R160-6 (ancien article R322-1-1)",
        "niveau et plafond de la majoration, urgence, éloignement, assurés exonérés",
    ),
    relue(
        "CSS-R160-9",
        "Code de la sécurité sociale, article R160-9",
        "participation limitée des bénéficiaires de l'allocation de solidarité aux personnes âgées",
    ),
    relue(
        "CSS-R322-8",
        "Code de la sécurité sociale, article R322-8 (jusqu'en 2015)",
        "actes au-dessus d'un tarif ou d'un coefficient",
    ),
    relue(
        "CSS-R871-1",
        "Code de la sécurité sociale, article R871-1",
        "ce qu'un contrat responsable ne peut pas prendre en charge",
    ),
    relue(
        "CSS-R871-2",
        "Code de la sécurité sociale, article R871-2",
        "ce qu'un contrat responsable doit prendre en charge, plafond des dépassements",
    ),
    relue(
        "DECRET-2004-942",
        "décret n° 2004-942 du 3 septembre 2004, article 14",
        "participation par catégorie de soins",
    ),
    lue(
        "DECRET-2005-1226",
        "décret du 29 septembre 2005 relatif aux contrats responsables",
        "exclusion de la majoration et de la participation forfaitaire",
    ),
    relue(
        "DECRET-2006-707",
        "décret n° 2006-707 du 19 juin 2006",
        "somme de 18 € pour les actes lourds",
    ),
    relue(
        "DECRET-2011-201",
        "décret n° 2011-201 du 21 février 2011",
        "seuil de 120 € et coefficient de 60",
    ),
    lue(
        "DECRET-2014-1374",
        "décret n° 2014-1374 du 18 novembre 2014 sur les contrats responsables",
        "prise en charge intégrale du ticket modérateur dans le parcours à partir du 1er avril 2015",
    ),
    relue(
        "DECRET-2016-865",
        "décret n° 2016-865 du 29 juin 2016",
        "contraception des mineures de quinze ans et plus",
    ),
    relue(
        "DECRET-2018-1257",
        "décret n° 2018-1257 du 27 décembre 2018",
        "somme de 24 € ; examens de l'enfant",
    ),
    lue(
        "DREES-MTM",
        "DREES, fiche sur la majoration du ticket modérateur",
        "codes majorés, plafond de 10,60 €, cas des bénéficiaires de la C2S",
    ),
    relue(
        "EGORA-FMT-2026",
        "Egora, « Ce qui change au 1er janvier 2026 »",
        "patientèle au 31 décembre de l'année précédente, 10 € par bénéficiaire de la C2S",
    ),
    lue(
        "FAS",
        "France Assos Santé, fiche « Médecin traitant et parcours de soins coordonnés »",
        "choix du médecin traitant, situations dans et hors parcours, remboursement",
    ),
    relue(
        "FMF-FPMT-2018",
        "Fédération des médecins de France, « Nouveau forfait médecin traitant : un calendrier inacceptable », qui cite l'article 15.4.1 de la convention de 2016",
        "montants du forfait patientèle par âge et par état",
    ),
    relue(
        "FMF-ROSP-2016",
        "Fédération des médecins de France, calcul de la ROSP de 2016",
        "2 800 € d'organisation du cabinet, 1 750 € sans la synthèse, pour 800 patients",
    ),
    lue(
        "IPS-N",
        "indicateur de parcours de soins N, « nouveau médecin traitant »",
        "un acte du médecin nouvellement choisi est dans le parcours avant l'enregistrement",
    ),
    relue(
        "JO-2000-12-02",
        "avenant publié au Journal officiel n° 279 du 2 décembre 2000, article 2",
        "médecin référent : 150 F à l'adhésion et 150 F à l'échéance depuis le 1er janvier 2001",
    ),
    relue(
        "KLESIA-2024",
        "Klésia pro social, « Vers une revalorisation du forfait patientèle médecin traitant », 15 mars 2024",
        "70 € et 46 € alors, 100 € et 55 € proposés",
    ),
    relue(
        "LFSS-2020",
        "loi de financement de la sécurité sociale pour 2020",
        "contraception de toutes les mineures",
    ),
    relue(
        "LFSS-2022",
        "loi de financement de la sécurité sociale pour 2022",
        "contraception jusqu'à 25 ans",
    ),
    relue(
        "MUTUALITE-CAS-2013",
        "Mutualité française, décembre 2013",
        "entrée en vigueur du contrat d'accès aux soins",
    ),
    relue(
        "MYPHARMA-2009",
        "MyPharma Éditions, le CAPI au Journal officiel du 21 avril 2009",
        "7 € par patient si tous les objectifs sont atteints",
    ),
    relue(
        "QDM-2006",
        "Le Quotidien du médecin, 8 février 2006",
        "régime local : 90 % de tous les actes médicaux",
    ),
    relue(
        "QDM-FPMT-2018",
        "Le Quotidien du médecin, 6 janvier 2018, « Le nouveau forfait patientèle entre en vigueur »",
        "fin du FMT de 5 € et de la RMT de 40 € ; forfait patientèle au 1er janvier 2018, par âge et par état",
    ),
    relue(
        "QDM-FPMT-2024",
        "Le Quotidien du médecin, deuxième acompte 2024 du forfait patientèle",
        "42 € portés à 46 € au 1er janvier 2024 ; secteur 1 et option tarifaire",
    ),
    relue(
        "QUE-CHOISIR-2024",
        "Que Choisir, avril 2024",
        "participation forfaitaire : actes et personnes exonérés",
    ),
    relue(
        "QUE-CHOISIR-2026",
        "Que Choisir, 1er mars 2026",
        "somme de 32 € à partir du 22 avril 2026",
    ),
    relue(
        "REAGJIR-ROSP-2020",
        "ReAGJIR, « ROSP médecin traitant de l'adulte », 25 juillet 2020",
        "patientèle de référence de 800 patients",
    ),
    relue(
        "SENAT-R16-682",
        "Sénat, rapport n° 682 (2016-2017), accès aux soins des personnes détenues",
        "prise en charge des dépenses de santé des personnes détenues",
    ),
    lue(
        "SITE-C2S",
        "site public de la complémentaire santé solidaire",
        "création le 1er novembre 2019, par fusion de la CMU complémentaire et de l'aide à la complémentaire",
    ),
    relue(
        "SNDS-EXO",
        "nomenclature nationale IR_EXO_V, motifs d'exonération",
        "libellés des codes d'exonération",
    ),
    lue(
        "SNDS-IR-QPS-V",
        "nomenclature nationale IR_QPS_V, qualificatif du parcours de soins",
        "codes calculés par la caisse",
    ),
    relue(
        "SNDS-RAC",
        "documentation du système national des données de santé, reste à charge",
        "participation sur les actes lourds, codes d'exonération des factures",
    ),
    relue(
        "SNMR-DA",
        "Syndicat national des médecins rhumatologues, cotation du dépassement autorisé",
        "37 € au plus depuis novembre 2023",
    ),
    relue(
        "SP-F1069",
        "service-public, fiche F1069 (22 décembre 2024)",
        "tarifs et remboursements des consultations",
    ),
    relue("SP-F10874", "service-public, fiche F10874", "remboursement des soins de l'enfant"),
    relue("SP-F164", "service-public, fiche F164", "prise en charge de la maternité"),
    relue(
        "SP-F165",
        "service-public, fiche F165",
        "participation forfaitaire et somme fixe des actes lourds",
    ),
    relue("SP-F33956", "service-public, fiche F33956", "remboursement des soins dentaires"),
    lue(
        "SV-RG-BS",
        "cahier des charges SESAM-Vitale des établissements, règles de facturation",
        "arrondi, plafond par acte, actes soumis au parcours",
    ),
    relue(
        "SV-RG-VF",
        "cahier des charges SESAM-Vitale des établissements, valorisation des factures",
        "taux et sommes par nature d'assurance et code d'exonération",
    ),
    a_verifier(
        "UNCAM-2024",
        "décision de l'UNCAM publiée au Journal officiel du 21 avril 2024",
        "participation forfaitaire de 2 € à partir du 15 mai 2024",
    ),
];
