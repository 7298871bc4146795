//! The names of the dated values.

use crate::domain::vocabulary::vocabulaire;

vocabulaire!(
    /// A dated value of the law. The word is its stable public code.
    Parametre ("parametre") {
        /// Age from which the parcours has an effect.
        ParcoursAgeMinimum = 0 "PARCOURS_AGE_MINIMUM",
        /// Delay beyond which a foreseen situation is no emergency.
        UrgencePrevisibiliteMax = 1 "URGENCE_PREVISIBILITE_MAX",
        /// Whether emergency and distance need a declared médecin traitant.
        ExigeMtPourUrgenceEloignement = 2 "EXIGE_MT_POUR_URGENCE_ELOIGNEMENT",
        /// Whether a blank indicator counts as a breach.
        IndicateurAbsentMajore = 3 "INDICATEUR_ABSENT_MAJORE",
        /// Ordinary rate.
        TauxAmoMedecin = 4 "TAUX_AMO_MEDECIN",
        TauxAmoAlsaceMoselle = 5 "TAUX_AMO_ALSACE_MOSELLE",
        /// Rate of exempted care.
        TauxAmoExonere = 6 "TAUX_AMO_EXONERE",
        /// Rate of the majoration.
        MtmTaux = 7 "MTM_TAUX",
        /// Ceiling of the majoration per act.
        MtmPlafondActe = 8 "MTM_PLAFOND_ACTE",
        /// Participation forfaitaire.
        PfMontant = 9 "PF_MONTANT",
        /// Participations kept at most on a day, for one professional.
        PfPlafondJourActes = 10 "PF_PLAFOND_JOUR_ACTES",
        /// Daily amount on which all sources agree.
        PfPlafondJourCertain = 11 "PF_PLAFOND_JOUR_CERTAIN",
        PfPlafondAn = 12 "PF_PLAFOND_AN",
        /// Age under which the participation is not due.
        PfAgeExoneration = 13 "PF_AGE_EXONERATION",
        /// Exemption of C2S and AME from the participation.
        PfExoC2sAme = 14 "PF_EXO_C2S_AME",
        /// Exemption of maternity from the participation.
        PfExoMaternite = 15 "PF_EXO_MATERNITE",
        /// Whether responsible contracts exist.
        ContratResponsableActif = 16 "CONTRAT_RESPONSABLE_ACTIF",
        /// Whether the C2S bears the majoration.
        C2sMajoration = 17 "C2S_MAJORATION_A_CHARGE_C2S",
        /// Age from which a patient chooses.
        MtAgeMajoriteChoix = 18 "MT_AGE_MAJORITE_CHOIX",
        /// Age from which no parent has to agree.
        MtAgeSansAccordParental = 19 "MT_AGE_SANS_ACCORD_PARENTAL",
        /// Whether a declaration counts from its last signature.
        MtEffetALaSignature = 20 "MT_EFFET_A_LA_SIGNATURE",
        /// Days during which a declaration waits for a signature.
        MtDelaiEntreSignatures = 21 "MT_DELAI_ENTRE_SIGNATURES",
        /// Whether a declaration is possible for a child.
        MtEnfantOuverture = 22 "MT_ENFANT_OUVERTURE",
        /// Whether several doctors can be designated jointly.
        MtConjointOuverture = 23 "MT_CONJOINT_OUVERTURE",
        /// Days before the birthday from which a person chooses, to tell it.
        MtPreavisMajoriteChoix = 24 "MT_PREAVIS_MAJORITE_CHOIX",
        /// Whether a new médecin traitant ends them.
        NeutralisationCesseAuChoix = 25 "NEUTRALISATION_CESSE_AU_CHOIX",
        /// Whether the majoration applies to the insured of Mayotte.
        MayotteMtm = 26 "MAYOTTE_MTM",
        /// Years during which a newly installed general practitioner is free to see anybody.
        GeneralisteRecentDuree = 27 "GENERALISTE_RECENT_DUREE",
        /// The same, in an under-served zone.
        ZoneSousMedicaliseeDuree = 28 "ZONE_SOUS_MEDICALISEE_DUREE",
        /// First age of the direct access to psychiatry.
        AdsPsyAgeMin = 29 "ADS_PSY_AGE_MIN",
        /// Last age of the direct access to psychiatry.
        AdsPsyAgeMax = 30 "ADS_PSY_AGE_MAX",
        /// Whether an act outside the list of direct access is majored.
        ActeHorsAdsMajore = 31 "ACTE_HORS_ACCES_DIRECT_MAJORE",
        /// Months without majoration after the médecin traitant retired or left.
        NeutralisationDepartMt = 32 "NEUTRALISATION_DEPART_MT",
        /// Rate of the acts of professionals who are not doctors.
        TauxAmoAutreProfession = 33 "TAUX_AMO_AUTRE_PROFESSION",
        /// Tariff from which a flat sum replaces the ticket modérateur.
        ForfaitActeLourdSeuil = 34 "FORFAIT_ACTE_LOURD_SEUIL",
        /// That flat sum.
        ForfaitActeLourd = 35 "FORFAIT_ACTE_LOURD",
        /// Consultation of a general practitioner of sector 1.
        TarifGeneraliste = 36 "TARIF_C_GENERALISTE_S1",
        /// Base of a general practitioner of sector 2.
        TarifGeneralisteS2 = 37 "TARIF_C_GENERALISTE_S2",
        /// Consultation of a specialist of sector 1.
        TarifCs = 38 "TARIF_CS_S1",
        /// Base of a specialist of sector 2.
        TarifCsS2 = 39 "TARIF_CS_S2",
        /// Supplement of clinicians.
        Mpc = 40 "MPC",
        /// Supplement of coordination of general practitioners.
        Mcg = 41 "MCG",
        /// Highest fees of a consultation with an authorised overrun.
        DaTotalMaxSpe = 42 "DA_TOTAL_MAX_SPE",
        /// Months around a single opinion without any other consultation of the consultant.
        AvisPonctuelDelai = 43 "AVIS_PONCTUEL_DELAI",
        /// Longest duration of a protocol for a long-term condition.
        ProtocoleAldDureeMax = 44 "PROTOCOLE_ALD_DUREE_MAX",
        /// Whether a responsible contract pays the whole ticket modérateur inside the parcours.
        ContratResponsableTmIntegral = 45 "CONTRAT_RESPONSABLE_TM_INTEGRAL",
        /// Highest overrun that it pays for a doctor without a contract limiting overruns.
        ContratResponsablePlafondNonOptam = 46 "CONTRAT_RESPONSABLE_PLAFOND_NON_OPTAM",
        /// What it may not pay of an overrun outside the parcours.
        AmcDaExclu = 47 "AMC_DA_EXCLU",
        /// Whether the complémentaire santé solidaire exists under that name.
        C2sCreation = 48 "C2S_CREATION",
        /// Whether the contracts limiting overruns exist.
        OptionTarifaireExiste = 49 "OPTION_TARIFAIRE_EXISTE",
        /// Highest authorised overrun, as a share of the tariff of the parcours.
        DaTaux = 50 "DA_TAUX",
        /// Lowest share of fees without authorised overrun.
        DaPartMin = 51 "DA_PART_MIN_SANS_DEPASSEMENT",
        TarifTeleconsultation = 53 "TARIF_TELECONSULTATION",
        TarifConsultComplexe = 54 "TARIF_CONSULT_COMPLEXE",
        TarifExamenObligatoire = 55 "TARIF_EXAMEN_OBLIGATOIRE_COE",
        /// Supplement of coordination of specialists.
        Mcs = 56 "MCS",
        /// The same in psychiatry, neuropsychiatry and neurology.
        McsPsy = 57 "MCS_PSY",
        /// Supplement of coordination of cardiologists.
        Mcc = 58 "MCC",
        /// Single opinion of a consultant.
        AvisPonctuelTarif = 59 "AVIS_PONCTUEL_TARIF",
        /// The same in psychiatry, neuropsychiatry and neurology.
        AvisPonctuelTarifPsy = 60 "AVIS_PONCTUEL_TARIF_PSY",
        /// Tariff of a general practitioner outside any convention.
        TarifAutoriteGeneraliste = 61 "TARIF_AUTORITE_GENERALISTE",
        /// The same for a specialist.
        TarifAutoriteSpecialiste = 62 "TARIF_AUTORITE_SPECIALISTE",
        /// Whether specialists of sector 1 may bill an authorised overrun.
        DaSecteur1 = 66 "DA_SECTEUR_1",
        /// Whether nobody may exceed the opposable tariffs inside the parcours.
        TarifsOpposablesParcours = 67 "TARIFS_OPPOSABLES_PARCOURS",
        /// Days within which a signature that a machine took is transmitted.
        MtDelaiTransmission = 74 "MT_DELAI_TRANSMISSION",
        /// Days back to which a doctor's cessation is recorded without saying why.
        OperationRetroactivite = 75 "OPERATION_RETROACTIVITE",
        /// Days during which a prepared act waits for a second agent.
        OperationDelaiConfirmation = 76 "OPERATION_DELAI_CONFIRMATION",
        /// Coefficient from which a flat sum replaces the ticket modérateur.
        ForfaitActeLourdCoefficient = 77 "FORFAIT_ACTE_LOURD_COEFFICIENT",
        /// Exemption of the former help to buy a complementary insurance from the participation.
        PfExoAcs = 78 "PF_EXO_ACS",
        /// Exemption of prevention from the participation.
        PfExoPrevention = 79 "PF_EXO_PREVENTION",
        TauxAmoDentiste = 80 "TAUX_AMO_DENTISTE",
        TauxAmoSageFemme = 81 "TAUX_AMO_SAGE_FEMME",
        TauxAmoAuxiliaire = 82 "TAUX_AMO_AUXILIAIRE",
        TauxAmoBiologie = 83 "TAUX_AMO_BIOLOGIE",
        /// Rate of the holders of the allocation of the elderly.
        TauxAmoAspa = 84 "TAUX_AMO_ASPA",
        /// First age of the consultation of contraception paid in full.
        ContraceptionAgeMin = 85 "CONTRACEPTION_AGE_MINIMUM",
        /// Last age of that consultation.
        ContraceptionAgeMax = 86 "CONTRACEPTION_AGE_MAXIMUM",
        /// Whether a responsible contract limits what it pays of overruns.
        ContratResponsablePlafonne = 87 "CONTRAT_RESPONSABLE_PLAFONNE",
        /// Highest base of an act of the CCAM that is not known.
        CcamInconnuePlafond = 88 "CCAM_INCONNUE_PLAFOND",
        // What a doctor receives for being médecin traitant.
        ForfaitReferent = 89 "FORFAIT_REFERENT",
        ForfaitAldStock = 90 "FORFAIT_ALD_STOCK",
        FmtHorsAld = 91 "FMT_HORS_ALD",
        Fpmt0a6 = 92 "FPMT_0_6_ANS",
        Fpmt7a79 = 93 "FPMT_7_79_ANS_HORS_ALD",
        Fpmt80 = 94 "FPMT_80_ANS_ET_PLUS_HORS_ALD",
        FpmtAld = 95 "FPMT_MOINS_DE_80_ANS_EN_ALD",
        FpmtAld80 = 96 "FPMT_80_ANS_ET_PLUS_EN_ALD",
        FmtNonVu = 97 "FMT_2026_NON_VU_2_ANS",
        FmtMoins7 = 98 "FMT_2026_MOINS_DE_7_ANS",
        Fmt7a74 = 99 "FMT_2026_7_74_ANS",
        Fmt75a79 = 100 "FMT_2026_75_79_ANS",
        Fmt80 = 101 "FMT_2026_80_ANS_ET_PLUS",
        FmtAld = 102 "FMT_2026_ALD_0_79_ANS",
        FmtAld80 = 103 "FMT_2026_ALD_80_ANS_ET_PLUS",
        FmtC2s = 104 "FMT_2026_C2S",
        CapiPlafondPatient = 105 "CAPI_PLAFOND_PATIENT",
        RospValeurPoint = 106 "ROSP_VALEUR_POINT",
        RospPatienteleReference = 107 "ROSP_PATIENTELE_REFERENCE",
        RospPointsVas = 108 "ROSP_POINTS_VAS",
    }
);
