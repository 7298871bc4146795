//! The tables of the register that are sealed, and their columns.

/// To what a row belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum De {
    /// A person.
    Personne,
    /// A person, and written with the row of another table that has this key.
    Ligne { table: &'static str, cle: &'static str },
    /// Doctors, the law, whoever acts.
    Tous,
}

/// A table of which rows are sealed.
#[derive(Debug, Clone, Copy)]
pub struct Scellee {
    pub table: &'static str,
    /// Columns that are never written again, apart by spaces. After a colon, what makes a text of them that no setting of a
    /// connection changes: a day (`j`), an instant (`i`), a period (`p`), bytes (`o`).
    pub colonnes: &'static str,
    /// The key of a row, where rows are replaced.
    pub cle: Option<&'static str>,
    /// Whether a move to another record copies rows with the instant at which they were written: a copy is then the same line, and to
    /// which records it came is in the states and movements of the declaration.
    pub copiee: bool,
    pub(super) de: De,
}

const fn ecrite(table: &'static str, colonnes: &'static str) -> Scellee {
    Scellee { table, colonnes, cle: None, copiee: false, de: De::Personne }
}

const fn remplacee(table: &'static str, cle: &'static str, colonnes: &'static str) -> Scellee {
    Scellee { table, colonnes, cle: Some(cle), copiee: false, de: De::Personne }
}

const fn de_tous(one: Scellee) -> Scellee {
    Scellee { de: De::Tous, ..one }
}

const fn copiee(one: Scellee) -> Scellee {
    Scellee { copiee: true, ..one }
}

const fn avec(table: &'static str, cle: &'static str, one: Scellee) -> Scellee {
    Scellee { de: De::Ligne { table, cle }, ..one }
}

/// The tables, in the order of their ranks. What a rotation writes again is not sealed: it is opened instead
/// ([`crate::storage::scelles`]).
pub static TABLES: [Scellee; 47] = [
    de_tous(ecrite("auteur", "auteur_id role identite organisation enregistre_le:i")),
    de_tous(ecrite("preuve_utilisee", "emetteur identifiant enregistre_le:i")),
    de_tous(ecrite("loi", "loi_id empreinte:o contenu enregistre_le:i")),
    de_tous(ecrite("medecin", "medecin_id rpps enregistre_le:i")),
    de_tous(ecrite("lieu", "lieu_id nature nom commune adresse finess_et enregistre_le:i")),
    de_tous(remplacee(
        "identite_medecin",
        "medecin_id identite_id",
        "medecin_id identite_id nom prenom effet:p enregistre_le:i",
    )),
    de_tous(remplacee(
        "specialite_medecin",
        "medecin_id specialite_id",
        "medecin_id specialite_id code effet:p enregistre_le:i",
    )),
    de_tous(remplacee(
        "exercice",
        "medecin_id exercice_id",
        "medecin_id exercice_id lieu_id mode principal convention option_tarifaire facturation_nature facturation_numero effet:p \
         enregistre_le:i",
    )),
    de_tous(remplacee(
        "accueil_medecin",
        "medecin_id accueil_id",
        "medecin_id accueil_id accepte effet:p enregistre_le:i",
    )),
    de_tous(remplacee(
        "ccam_version",
        "numero",
        "numero cree_le:j chronologique empreinte:o enregistrements actes nouveaux changes retires grilles:o enregistre_le:i",
    )),
    de_tous(remplacee("ccam_acte", "code enregistre_le:i", "code detail:o enregistre_le:i")),
    ecrite("patient", "patient_id enregistre_le:i"),
    remplacee(
        "identite_patient",
        "patient_id identite_id",
        "patient_id identite_id date_naissance rang effet:p enregistre_le:i",
    ),
    remplacee(
        "identifiant_patient",
        "patient_id identifiant_id",
        "patient_id identifiant_id nature usage conteste effet:p enregistre_le:i",
    ),
    remplacee(
        "affiliation",
        "patient_id affiliation_id",
        "patient_id affiliation_id organisme effet:p enregistre_le:i",
    ),
    remplacee(
        "adresse_patient",
        "patient_id adresse_id",
        "patient_id adresse_id effet:p enregistre_le:i",
    ),
    remplacee(
        "statut_patient",
        "patient_id statut_id",
        "patient_id statut_id statut effet:p enregistre_le:i",
    ),
    remplacee(
        "deces_patient",
        "patient_id deces_id",
        "patient_id deces_id source effet:p enregistre_le:i",
    ),
    remplacee(
        "representation",
        "patient_id representation_id version",
        "patient_id representation_id version representant_id nature preuve reference_preuve_chiffree:o motif_fin effet:p \
         enregistre_le:i",
    ),
    remplacee(
        "limitation",
        "patient_id limitation_id",
        "patient_id limitation_id motif auteur enregistre_le:i",
    ),
    remplacee(
        "demande_rectification",
        "patient_id demande_id",
        "patient_id demande_id objet terme:j enregistre_le:i",
    ),
    ecrite("reponse_rectification", "patient_id demande_id issue auteur enregistre_le:i"),
    ecrite("avis_majorite", "patient_id anniversaire:j enregistre_le:i"),
    ecrite("acte_patient", "patient_id version nature motif auteur enregistre_le:i"),
    remplacee(
        "fusion",
        "patient_id fusion_id",
        "patient_id fusion_id absorbe_id motif enregistre_le:i",
    ),
    copiee(ecrite(
        "declaration",
        "declaration_id numero rectifie_id sous_id canal contenu_sha256:o expire_le:i reprise_id signe_le:j effet_du:j origine \
         reference_preuve_chiffree:o enregistre_le:i",
    )),
    copiee(avec(
        "declaration",
        "patient_id, declaration_id",
        ecrite("declaration_medecin", "declaration_id medecin_id lieu_id"),
    )),
    copiee(ecrite("avenant", "declaration_id en_place enregistre_le:i")),
    remplacee(
        "etat_declaration",
        "patient_id declaration_id version",
        "patient_id declaration_id version etat contestation motif enregistre_le:i",
    ),
    ecrite(
        "mouvement_declaration",
        "patient_id declaration_id version origine_id fusion_id enregistre_le:i",
    ),
    remplacee(
        "designation",
        "patient_id designation_id version",
        "patient_id designation_id version declaration_id effet:p motif_fin enregistre_le:i",
    ),
    remplacee(
        "designation_medecin",
        "patient_id designation_id medecin_id version",
        "patient_id designation_id medecin_id version effet:p motif_fin enregistre_le:i",
    ),
    remplacee(
        "fin_designation",
        "patient_id fin_id",
        "patient_id fin_id medecin_id motif effet_du:j decidee_le:i operation_id par enregistre_le:i",
    ),
    remplacee(
        "neutralisation",
        "patient_id neutralisation_id",
        "patient_id neutralisation_id medecin_id operation_id motif effet:p enregistre_le:i",
    ),
    remplacee(
        "conflit_designation",
        "patient_id conflit_id version",
        "patient_id conflit_id version etat fusion_id declaration_conservee declaration_absorbee declaration_retenue effet:p \
         enregistre_le:i",
    ),
    remplacee(
        "ecart_designation",
        "patient_id ecart_id",
        "patient_id ecart_id declaration_id conflit_id effet:p enregistre_le:i",
    ),
    ecrite("adressage", "patient_id adressage_id medecin_id nature etabli_le:j enregistre_le:i"),
    remplacee(
        "version_adressage",
        "patient_id adressage_id version",
        "patient_id adressage_id version etat motif_cloture contenu effet:p enregistre_le:i",
    ),
    avec(
        "version_adressage",
        "patient_id, adressage_id, version",
        ecrite(
            "correspondant_adressage",
            "patient_id adressage_id version rang medecin_id specialite",
        ),
    ),
    ecrite(
        "retour_adressage",
        "patient_id adressage_id retour_id medecin_id nature soins_le:j reference_chiffree:o enregistre_le:i",
    ),
    ecrite(
        "conciliation",
        "patient_id conciliation_id organisme commune demandee_par demandee_le:j enregistre_le:i",
    ),
    remplacee(
        "etat_conciliation",
        "patient_id conciliation_id version",
        "patient_id conciliation_id version etat medecin_id terminee_le:j enregistre_le:i",
    ),
    remplacee(
        "contact_conciliation",
        "patient_id conciliation_id contact_id version",
        "patient_id conciliation_id contact_id version medecin_id contacte_par contacte_le:j reponse repondu_le:j declaration_id \
         enregistre_le:i",
    ),
    ecrite(
        "recouvrement",
        "patient_id feuille_id recouvrement_id numero_ligne nature mode montant_centimes jour:j annule_id motif auteur \
         enregistre_le:i",
    ),
    ecrite("attribution_feuille", "patient_id feuille_id origine_id enregistre_le:i"),
    ecrite("avis_ponctuel", "patient_id feuille_id executant_rpps jour:j enregistre_le:i"),
    ecrite("avis_ponctuel_rompu", "patient_id feuille_id rompu_par jour:j enregistre_le:i"),
];
