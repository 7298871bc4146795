//! The shapes of tables and of their definitions.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

use crate::domain::statistiques::{
    Axe, Chiffre, Indicateur, Ligne, Manque, Methode, NON_TENUS, SEUIL, Tableau, Unite, Valeur,
};
use crate::domain::tableur;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::idempotency::Anonymous;
use crate::http::vue::vue;
use crate::services::statistiques::Statistique;

vue! {
    /// Définitions de toutes les statistiques.
    pub(crate) struct DefinitionsVue(tableaux: &[Tableau]) {
        /// Tableaux.
        tableaux: Vec<TableauVue> = tableaux.iter().map(|one| TableauVue::new(*one)).collect(),
    }

    /// Un tableau, ce qu'il dit et ce qu'il ne dit pas.
    pub(crate) struct TableauVue(tableau: Tableau) {
        /// Nom du tableau, dans l'adresse.
        tableau: Tableau = tableau,
        /// Titre.
        titre: &'static str = tableau.titre(),
        /// Ventilations possibles.
        ventilations: Vec<Axe> = tableau.axes().to_vec(),
        /// Méthodes entre lesquelles choisir ; vide quand il n'y en a qu'une.
        methodes: Vec<Methode> = if tableau.a_methodes() { Methode::TOUS.to_vec() } else { Vec::new() },
        /// Chiffres.
        indicateurs: Vec<DefinitionVue> = definitions(tableau),
        /// Ce que le registre ne tient pas.
        non_tenus: Vec<NonTenuVue> = missing(tableau),
    }

    /// Ce que dit un chiffre.
    pub(crate) struct DefinitionVue(indicateur: Indicateur) {
        let definition = indicateur.definition();

        /// Code stable.
        indicateur: Indicateur = indicateur,
        /// Nom.
        libelle: &'static str = definition.libelle,
        /// Unité.
        unite: Unite = definition.unite,
        /// Ce qui est compté ; au-dessus de la barre pour une part.
        numerateur: &'static str = definition.numerateur,
        /// Sous la barre, pour une part ; null sinon.
        denominateur: Option<&'static str> =
            Some(definition.denominateur).filter(|text| !text.is_empty()),
    }

    /// Ce que le registre ne tient pas, et pourquoi.
    pub(crate) struct NonTenuVue(manque: &Manque) {
        /// Ce que c'est.
        libelle: &'static str = manque.libelle,
        /// Ce qui manque.
        raison: &'static str = manque.raison,
    }

    /// Tableau de statistiques.
    pub(crate) struct StatistiqueVue(found: &Statistique) {
        let demande = &found.demande;

        /// Tableau.
        tableau: Tableau = demande.tableau,
        /// Titre.
        titre: &'static str = demande.tableau.titre(),
        /// Méthode ; null quand il n'y en a qu'une.
        methode: Option<Methode> = Some(demande.methode).filter(|_| demande.tableau.a_methodes()),
        /// Ventilation, ou null.
        par: Option<Axe> = demande.axe,
        /// Caisse, cinq chiffres ; null pour tout le registre.
        #[schema(example = "01131")]
        caisse: Option<String> = found.caisse.clone(),
        /// Instant de la dernière chose comptée ; null tant que rien ne l'est.
        connu_le: Option<DateTime<Utc>> = found.connu_le,
        /// Vrai quand quelque chose a été dit et n'est pas encore compté.
        en_retard: bool = found.en_retard,
        /// Plus petit nombre qui est dit ; les nombres non nuls plus petits sont secrets.
        #[schema(example = 11)]
        seuil_du_secret: i64 = SEUIL,
        /// Définitions des chiffres.
        indicateurs: Vec<DefinitionVue> = definitions(demande.tableau),
        /// Chiffres, jour par jour et classe par classe.
        lignes: Vec<LigneStatistiqueVue> = found
            .periodes
            .iter()
            .flat_map(|(jour, lignes)| lignes.iter().map(|ligne| LigneStatistiqueVue::new(*jour, ligne)))
            .collect(),
        /// Taux et plafonds légaux de la majoration, pour ce tableau ; vide pour les autres.
        taux_legaux: Vec<TauxLegalVue> =
            found.taux.iter().map(|(du, taux, plafond)| TauxLegalVue::new(*du, *taux, *plafond)).collect(),
        /// Ce que le registre ne tient pas.
        non_tenus: Vec<NonTenuVue> = missing(demande.tableau),
    }

    /// Chiffres d'un jour et d'une classe.
    pub(crate) struct LigneStatistiqueVue(jour: NaiveDate, ligne: &Ligne) {
        let class = ligne.classe.as_ref();
        let snds = class.and_then(|(axe, code)| axe.snds(code));

        /// Jour.
        jour: NaiveDate = jour,
        /// Classe de la ventilation ; null pour le total.
        classe: Option<String> = class.map(|(_, code)| code.clone()),
        /// Nomenclature du SNDS qui a cette classe, ou null.
        nomenclature: Option<&'static str> = snds.as_ref().map(|(name, _)| *name),
        /// Code de la classe dans cette nomenclature, ou null.
        code_snds: Option<String> = snds.map(|(_, code)| code),
        /// Chiffres.
        chiffres: Vec<ChiffreVue> = ligne.chiffres.iter().map(ChiffreVue::new).collect(),
    }

    /// Un chiffre, et ce dont il est fait.
    pub(crate) struct ChiffreVue(chiffre: &Chiffre) {
        /// Code stable.
        indicateur: Indicateur = chiffre.indicateur,
        /// Valeur, dans l'unité de la définition ; null si elle est secrète ou sans objet.
        #[schema(example = 8970)]
        valeur: Option<i64> = chiffre.valeur.nombre(),
        /// Vrai quand la valeur est trop petite pour être dite, ou rendrait une telle valeur.
        secret: bool = chiffre.valeur == Valeur::Secret,
        /// Numérateur d'une part, ou null.
        numerateur: Option<i64> = chiffre.numerateur,
        /// Dénominateur d'une part, ou null.
        denominateur: Option<i64> = chiffre.denominateur,
    }

    /// Taux et plafond de la majoration, à partir d'un jour.
    pub(crate) struct TauxLegalVue(du: NaiveDate, taux: Option<i64>, plafond: Option<i64>) {
        /// Premier jour.
        du: NaiveDate = du,
        /// Nouveau taux, en dix-millièmes, ou null s'il ne change pas.
        #[schema(example = 4000)]
        taux: Option<i64> = taux,
        /// Nouveau plafond par acte, en centimes, ou null s'il ne change pas.
        #[schema(example = 1060)]
        plafond: Option<i64> = plafond,
    }
}

impl Anonymous for DefinitionsVue {}
impl Anonymous for StatistiqueVue {}

pub(in crate::http::v1) fn definitions(tableau: Tableau) -> Vec<DefinitionVue> {
    let own = Indicateur::TOUS.iter().filter(|one| one.definition().tableau == tableau);
    own.map(|one| DefinitionVue::new(*one)).collect()
}

fn missing(tableau: Tableau) -> Vec<NonTenuVue> {
    NON_TENUS.iter().filter(|one| one.tableau == tableau).map(NonTenuVue::new).collect()
}

/// The same table for a spreadsheet: a row a figure.
pub(crate) fn csv(found: &Statistique) -> String {
    let mut text = tableur::MARQUE.to_owned();
    let columns = "jour;tableau;methode;caisse;ventilation;classe;nomenclature;code_snds;indicateur;libelle;unite;valeur;\
                   numerateur;denominateur;secret;connu_le";
    tableur::ligne(&mut text, columns.split(';'));
    let demande = &found.demande;
    let methode = if demande.tableau.a_methodes() { demande.methode.mot() } else { "" };
    let connu_le = found.connu_le.map(|own| own.to_rfc3339_opts(SecondsFormat::Micros, true));
    let number = |own: Option<i64>| own.map(|own| own.to_string()).unwrap_or_default();
    for (jour, ligne) in
        found.periodes.iter().flat_map(|(jour, all)| all.iter().map(move |one| (jour, one)))
    {
        let row = LigneStatistiqueVue::new(*jour, ligne);
        for chiffre in &ligne.chiffres {
            let definition = chiffre.indicateur.definition();
            let numbers =
                [chiffre.valeur.nombre(), chiffre.numerateur, chiffre.denominateur].map(number);
            let [value, above, below] = numbers.each_ref().map(String::as_str);
            let secret = if chiffre.valeur == Valeur::Secret { "oui" } else { "non" };
            tableur::ligne(
                &mut text,
                [
                    jour.to_string().as_str(),
                    demande.tableau.mot(),
                    methode,
                    found.caisse.as_deref().unwrap_or_default(),
                    demande.axe.map_or("", Vocabulaire::mot),
                    row.classe.as_deref().unwrap_or("total"),
                    row.nomenclature.unwrap_or_default(),
                    row.code_snds.as_deref().unwrap_or_default(),
                    chiffre.indicateur.mot(),
                    definition.libelle,
                    definition.unite.mot(),
                    value,
                    above,
                    below,
                    secret,
                    connu_le.as_deref().unwrap_or_default(),
                ],
            );
        }
    }
    text
}
