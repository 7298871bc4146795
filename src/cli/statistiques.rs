//! What is done with statistics from the command line.

use std::path::PathBuf;

use clap::Subcommand;

use super::TEMPLATE;

#[derive(Debug, Subcommand)]
pub(crate) enum Statistiques {
    /// Refait les comptes depuis le registre et compare.
    ///
    /// Chaque personne et la dernière évaluation de chaque feuille sont recomptées, pendant que le service tourne, et
    /// comparées aux sommes tenues. Le code de sortie est 0 si rien ne diffère, 3 sinon.
    #[command(help_template = TEMPLATE, override_usage = "traitant statistiques verifier [OPTIONS]")]
    Verifier {
        /// Écrit les différences, comme connues maintenant : ce qui avait été lu avant se relit à son instant.
        #[arg(long, help_heading = "Options")]
        refaire: bool,
    },
    /// Écrit une population inventée, dans les proportions publiées par la Cour des comptes en 2013.
    ///
    /// Trois fichiers, à charger dans un bac à sable pour la caisse 016910000 : affilies.ndjson et choix.ndjson par
    /// « traitant reprise », feuilles.ndjson par « traitant evaluer ».
    #[command(
        help_template = TEMPLATE,
        override_usage = "traitant statistiques population [OPTIONS] <DOSSIER>"
    )]
    Population {
        /// Personnes de 16 ans et plus, de 20 à 5 000 000 [par défaut : 1000].
        #[arg(long, default_value_t = 1_000, hide_default_value = true, help_heading = "Options", value_parser = clap::value_parser!(u32).range(20..=5_000_000))]
        personnes: u32,
        /// Dossier où écrire.
        #[arg(value_name = "DOSSIER", hide_default_value = true)]
        dossier: PathBuf,
    },
}
