//! What is wrong with a service and its database, and what to do about it: for whoever answers for them, in French.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::Mode;
use crate::storage::{Db, StorageError, base, cles, migrations, roles, sante, sceaux, taches};

/// A difference between two clocks that is worth a word, and one that is wrong: seals leave out the last minute.
const ECART: (TimeDelta, TimeDelta) = (TimeDelta::seconds(2), TimeDelta::seconds(30));
/// A job that is due for longer is late, whatever else runs.
const RETARD: i64 = 15 * 60;
/// Everything older is sealed, when jobs run.
const SCELLE: TimeDelta = TimeDelta::minutes(30);

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravite {
    Bon,
    /// It works, and somebody should look.
    Attention,
    Mauvais,
}

impl Gravite {
    const fn mot(self) -> &'static str {
        match self {
            Self::Bon => "bon",
            Self::Attention => "attention",
            Self::Mauvais => "mauvais",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constat {
    /// What was looked at: a stable word.
    pub controle: &'static str,
    pub gravite: Gravite,
    /// What was found.
    pub constat: String,
    /// What to do, when something is to be done.
    pub faire: Option<String>,
}

impl Constat {
    /// All is well.
    pub fn bon(controle: &'static str, constat: impl Into<String>) -> Self {
        Self { controle, gravite: Gravite::Bon, constat: constat.into(), faire: None }
    }

    /// Something to look at.
    pub fn attention(
        controle: &'static str,
        constat: impl Into<String>,
        faire: impl Into<String>,
    ) -> Self {
        let (constat, faire) = (constat.into(), Some(faire.into()));
        Self { controle, gravite: Gravite::Attention, constat, faire }
    }

    /// Something wrong.
    pub fn mauvais(
        controle: &'static str,
        constat: impl Into<String>,
        faire: impl Into<String>,
    ) -> Self {
        let (constat, faire) = (constat.into(), Some(faire.into()));
        Self { controle, gravite: Gravite::Mauvais, constat, faire }
    }
}

/// Everything that was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostic(pub Vec<Constat>);

impl Diagnostic {
    /// The worst of what was found.
    pub fn gravite(&self) -> Gravite {
        self.0.iter().map(|one| one.gravite).max().unwrap_or(Gravite::Bon)
    }

    /// A line for each, and what to do below it.
    pub fn texte(&self) -> String {
        let mut text = String::new();
        for one in &self.0 {
            let mark = match one.gravite {
                Gravite::Bon => "  bon       ",
                Gravite::Attention => "  attention ",
                Gravite::Mauvais => "  MAUVAIS   ",
            };
            let todo = one.faire.as_ref().map(|faire| format!("              → {faire}\n"));
            let line = format!("{mark}{:<11} {}\n", one.controle, one.constat);
            text.extend([line, todo.unwrap_or_default()]);
        }
        text.push_str(match self.gravite() {
            Gravite::Bon => "Rien à signaler.\n",
            Gravite::Attention => "Le service peut répondre ; quelqu'un doit regarder.\n",
            Gravite::Mauvais => "Quelque chose ne va pas.\n",
        });
        text
    }

    /// The same for a program.
    pub fn json(&self) -> String {
        let each = self.0.iter().map(|one| {
            json!({
                "controle": one.controle, "gravite": one.gravite.mot(), "constat": one.constat,
                "faire": one.faire,
            })
        });
        let all: Vec<_> = each.collect();
        let whole = json!({ "gravite": self.gravite().mot(), "controles": all });
        format!("{whole:#}\n")
    }
}

/// Looks at a database that answers.
pub async fn base(db: &Db, mode: Mode, now: impl Fn() -> DateTime<Utc>) -> Vec<Constat> {
    let schema = schema(db).await;
    let current = schema.gravite == Gravite::Bon;
    let mut found = vec![schema];
    if !current {
        return found;
    }
    found.push(role(db, mode).await);
    let keys = key(db, mode).await;
    let ours = keys.gravite != Gravite::Mauvais;
    found.push(keys);
    // Nothing more is read of a database that is another's.
    if ours {
        found.push(clock(db, &now).await);
        found.push(writing(db).await);
        found.push(jobs(db, now()).await);
        found.push(seals(db, now()).await);
    }
    found
}

fn unread(controle: &'static str, error: &StorageError) -> Constat {
    Constat::mauvais(controle, format!("illisible : {error}"), "voir le journal de PostgreSQL")
}

async fn schema(db: &Db) -> Constat {
    match migrations::verify(db).await {
        Ok(()) => Constat::bon("schema", format!("version {}", migrations::expected())),
        Err(error @ StorageError::UnknownSchema { found, .. }) => {
            let older = found.is_none_or(|found| found < migrations::expected());
            let todo = if older {
                "lancer « traitant migrer » sous le propriétaire des tables"
            } else {
                "lancer le programme qui a migré la base, ou un plus récent"
            };
            Constat::mauvais("schema", error.to_string(), todo)
        }
        Err(error) => unread("schema", &error),
    }
}

async fn role(db: &Db, mode: Mode) -> Constat {
    let again = "relancer « traitant migrer » avec TRAITANT_ROLE_SERVICE";
    match (roles::verify_least(db).await, roles::is_prepared(db).await) {
        (Err(error @ StorageError::TooMuchRight { .. }), _) if mode == Mode::Production => {
            Constat::mauvais("role", error.to_string(), again)
        }
        (Err(StorageError::TooMuchRight { role }), _) => Constat::attention(
            "role",
            format!("le rôle « {role} » possède les tables : refusé en production"),
            again,
        ),
        (Err(error), _) | (_, Err(error)) => unread("role", &error),
        (Ok(()), Ok(false)) => {
            Constat::mauvais("role", "il manque des droits au rôle du service", again)
        }
        (Ok(()), Ok(true)) => Constat::bon("role", "lit et écrit, ne possède rien"),
    }
}

async fn key(db: &Db, mode: Mode) -> Constat {
    match base::verify(db, mode).await {
        Err(error @ StorageError::OtherMode { .. }) => {
            let todo = "vérifier DATABASE_URL : cette base n'est pas celle de ce service ; sinon, TRAITANT_MODE";
            return Constat::mauvais("mode", error.to_string(), todo);
        }
        Err(error @ (StorageError::OtherKey | StorageError::MissingKey { .. })) => {
            let todo = "rendre à ce service la clé de cette base ; « traitant cles etat », depuis un service qui l'a, dit quelle version sert";
            return Constat::mauvais("cle", error.to_string(), todo);
        }
        Err(error) => return unread("cle", &error),
        Ok(()) => {}
    }
    let versions = async { cles::versions(&mut *db.read("diagnostic.cles").await?).await }.await;
    let versions = match versions {
        Ok(versions) => versions,
        Err(error) => return unread("cle", &error),
    };
    let version = db.coffre().version();
    if versions.is_empty() {
        let todo = "démarrer un service : la base sera marquée à son mode et à sa clé";
        return Constat::attention("cle", "aucun service n'a encore démarré sur cette base", todo);
    }
    if versions.iter().filter(|one| one.retiree_le.is_none()).count() > 1 {
        let todo = "relancer « traitant cles tourner »";
        return Constat::attention("cle", "une rotation n'est pas terminée", todo);
    }
    let held = versions.iter().filter(|one| one.retiree_le.is_some() && db.a_la_cle(one.version));
    if held.count() > 0 {
        let todo = "ne laisser que la dernière version dans TRAITANT_CLE_MAITRE ou son fichier";
        return Constat::attention("cle", "une version retirée est encore donnée", todo);
    }
    Constat::bon("cle", format!("la sienne, version {version}"))
}

async fn clock(db: &Db, now: impl Fn() -> DateTime<Utc>) -> Constat {
    let asked = async {
        let mut conn = db.read("diagnostic.horloge").await?;
        let before = now();
        let there = sante::horloge(&mut conn).await?;
        Ok::<_, StorageError>((before, there, now()))
    };
    match asked.await {
        Ok((before, there, after)) => skew(before, there, after),
        Err(error) => unread("horloge", &error),
    }
}

/// What two clocks say, one of which was read before and after the other.
fn skew(before: DateTime<Utc>, there: DateTime<Utc>, after: DateTime<Utc>) -> Constat {
    // Between the two instants, nothing is known to differ.
    let apart = (before - there).max(there - after).max(TimeDelta::zero());
    let said = format!("{} s d'écart avec celle de la base", apart.num_seconds());
    let todo = "mettre les deux machines à l'heure (NTP)";
    if apart >= ECART.1 {
        Constat::mauvais("horloge", said, todo)
    } else if apart >= ECART.0 {
        Constat::attention("horloge", said, todo)
    } else {
        Constat::bon("horloge", "la même que celle de la base")
    }
}

async fn writing(db: &Db) -> Constat {
    let tried = async {
        let mut tx = db.begin("diagnostic.ecriture").await?;
        sante::ecriture(&mut tx).await
    };
    match tried.await {
        Ok(()) => Constat::bon("ecriture", "la base prend ce qu'on lui écrit"),
        Err(error) => refused(&error),
    }
}

fn refused(error: &StorageError) -> Constat {
    if error.is_disk_full() {
        let todo = "libérer de la place sur le disque de PostgreSQL ; ce qui était enregistré l'est toujours";
        return Constat::mauvais("ecriture", "le disque de la base est plein", todo);
    }
    if error.is_read_only() {
        let todo = "désigner le serveur principal dans DATABASE_URL, ou promouvoir cette réplique";
        return Constat::mauvais("ecriture", "la base est en lecture seule", todo);
    }
    unread("ecriture", error)
}

async fn jobs(db: &Db, now: DateTime<Utc>) -> Constat {
    let waiting =
        async { taches::attentes(&mut *db.read("diagnostic.travaux").await?, now).await }.await;
    let waiting = match waiting {
        Ok(waiting) => waiting,
        Err(error) => return unread("travaux", &error),
    };
    if let Some(lost) = waiting.iter().find(|one| one.etat == "abandonnee") {
        let said = format!("{} abandonné(s) : {}", lost.nombre, lost.nature);
        let todo = "lire tache.derniere_erreur, réparer, puis le remettre en attente (docs/EXPLOITATION.md)";
        return Constat::mauvais("travaux", said, todo);
    }
    let late = waiting.iter().filter(|one| one.etat == "en_attente" && one.retard > RETARD);
    match late.max_by_key(|one| one.retard) {
        Some(late) => {
            let said = format!("{} attend depuis {} min", late.nature, late.retard / 60);
            let todo =
                "vérifier qu'un service tourne sur cette base ; son journal dit ce qu'il fait";
            Constat::mauvais("travaux", said, todo)
        }
        None => Constat::bon("travaux", "aucun en retard"),
    }
}

async fn seals(db: &Db, now: DateTime<Utc>) -> Constat {
    let last = async { sceaux::last(&mut *db.read("diagnostic.sceaux").await?).await }.await;
    let todo = "vérifier qu'un service tourne ; une longue transaction d'un autre retarde aussi les sceaux (pg_stat_activity)";
    match last {
        Ok(Some(last)) if now - last.tranche.au > SCELLE => {
            let said = format!("rien n'est scellé depuis le {}", last.tranche.au.to_rfc3339());
            Constat::mauvais("sceaux", said, todo)
        }
        Ok(Some(last)) => Constat::bon("sceaux", format!("n° {}, à jour", last.numero)),
        Ok(None) => Constat::attention("sceaux", "rien n'est encore scellé", todo),
        Err(error) => unread("sceaux", &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_differ_by_what_their_reading_does_not_explain() {
        let at = |seconds: i64| DateTime::from_timestamp(1_000_000 + seconds, 0).unwrap();
        for (before, there, after, gravite) in [
            (0, 1, 2, Gravite::Bon),
            (0, 3, 2, Gravite::Bon),
            (0, 4, 2, Gravite::Attention),
            (0, -2, 2, Gravite::Attention),
            (0, 31, 2, Gravite::Attention),
            (0, 32, 2, Gravite::Mauvais),
            (0, -30, 0, Gravite::Mauvais),
        ] {
            assert_eq!(skew(at(before), at(there), at(after)).gravite, gravite, "{there}");
        }
    }

    #[test]
    fn the_worst_of_all_is_said_last() {
        let one = Constat::bon("base", "répond");
        let mut all = Diagnostic(vec![one]);
        assert!(all.texte().ends_with("Rien à signaler.\n"));
        all.0.push(Constat::attention("loi", "bientôt", "lire"));
        all.0.push(Constat::mauvais("cle", "autre", "la rendre"));
        assert_eq!(all.gravite(), Gravite::Mauvais);
        assert!(all.texte().contains("→ la rendre"), "{}", all.texte());
        let json: serde_json::Value = serde_json::from_str(&all.json()).unwrap();
        assert_eq!(json["gravite"], "mauvais");
        assert_eq!(json["controles"][2]["faire"], "la rendre");
    }
}
