//! The commands by which what exists is taken over.

use std::path::PathBuf;

use clap::Subcommand;

use super::TEMPLATE;

/// A file to take over, and for whom.
#[derive(Debug, clap::Args)]
pub(crate) struct Reprendre {
    /// Fichier, en .csv ou en .ndjson.
    #[arg(help_heading = "Arguments")]
    pub(crate) fichier: PathBuf,
    /// Caisse dont c'est le fichier : régime, caisse et centre, neuf chiffres.
    #[arg(long, help_heading = "Options")]
    pub(crate) organisme: String,
    /// Ce que sont les lignes : affilies, medecins ou choix.
    #[arg(long, help_heading = "Options")]
    pub(crate) nature: String,
    /// Encodage : utf-8 ou windows-1252 [par défaut : utf-8].
    #[arg(long, default_value = "utf-8", hide_default_value = true, help_heading = "Options")]
    pub(crate) encodage: String,
    /// Applique ce qui a été essayé.
    #[arg(long, help_heading = "Options")]
    pub(crate) executer: bool,
    /// Fichier CSV des lignes refusées.
    #[arg(long, value_name = "FICHIER", help_heading = "Options")]
    pub(crate) rapport: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Annuaire {
    /// Charge les fichiers d'une extraction : médecins, lieux et fins d'exercice.
    ///
    /// Les fichiers sont ceux que l'Agence du numérique en santé publie (PS_LibreAcces_Personne_activite…,
    /// PS_LibreAcces_SavoirFaire…), lus tels quels. Les mêmes fichiers chargés deux fois ne changent rien.
    #[command(help_template = TEMPLATE, override_usage = "traitant annuaire charger [OPTIONS] <FICHIERS>...")]
    Charger {
        /// Fichiers de l'extraction.
        #[arg(required = true, help_heading = "Arguments")]
        fichiers: Vec<PathBuf>,
        /// Jour de l'extraction, AAAA-MM-JJ [par défaut : aujourd'hui].
        #[arg(long, value_name = "JOUR", help_heading = "Options")]
        jour: Option<chrono::NaiveDate>,
        /// Fichier CSV des lignes refusées.
        #[arg(long, value_name = "FICHIER", help_heading = "Options")]
        rapport: Option<PathBuf>,
    },
    /// Écrit des fichiers comme ceux de l'extraction, de professionnels fictifs.
    #[command(help_template = TEMPLATE, override_usage = "traitant annuaire exemple [OPTIONS]")]
    Exemple {
        /// Nombre de lignes d'activité [par défaut : 10000].
        #[arg(long, default_value_t = 10_000, hide_default_value = true, help_heading = "Options")]
        lignes: u32,
        /// Dossier où écrire [par défaut : ici].
        #[arg(long, default_value = ".", hide_default_value = true, help_heading = "Options")]
        dossier: PathBuf,
    },
}
