//! A file, read as it comes: decoded, cut into lines, each of which is a line of its kind or is refused.

use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{Decoder, Encoding, UTF_8, WINDOWS_1252};

use super::colonnes::{entete, objet};
use super::lignes::{colonnes, defaut, read, said};
use crate::domain::digest::{Empreinte, EmpreinteEnCours};
use crate::domain::reprise::{Defaut, FormatFichier, Ligne, NatureReprise, Refusee};
use crate::domain::vocabulary::Vocabulaire;
use crate::http::json::Json;
use crate::services::reprises::BLOC;

/// Longest line, in bytes.
const LIGNE_MAX: u64 = 64 * 1024;
/// Largest file, in bytes.
const OCTETS_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// Bytes read at once.
const PIECE: usize = 64 * 1024;

/// Between the columns of a table.
const SEPARATEUR: u8 = b';';
/// Why a table is refused whose lines all end by CR.
const CR_SEUL: &str =
    "Les lignes du fichier finissent par un retour chariot seul (CR) : attendu LF, ou CR et LF.";

/// What a file is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Annonce {
    /// What its lines are.
    pub nature: NatureReprise,
    /// How it is written.
    pub format: FormatFichier,
    /// Whether it is in Windows-1252; else in UTF-8.
    pub windows_1252: bool,
}

/// Lines that were read together.
#[derive(Debug, Default)]
pub struct Lues {
    /// Those of their kind.
    pub lignes: Vec<Ligne>,
    /// The others, with what is wrong with them.
    pub refusees: Vec<Refusee>,
    /// Bytes of the file until there.
    pub octets: u64,
}

impl Lues {
    fn len(&self) -> usize {
        self.lignes.len().saturating_add(self.refusees.len())
    }
}

/// Why nothing can be made of a file.
#[derive(Debug, thiserror::Error)]
pub enum FichierRefuse {
    /// It stopped arriving.
    #[error("le fichier n'est pas arrivé en entier")]
    Interrompu(#[source] io::Error),
    /// It is no file of its kind, in French.
    #[error("{0}")]
    Illisible(String),
}

/// Reads a file to its end; `give` takes the lines as they come, and says whether it still wants some. Gives its size and
/// its digest.
pub fn lire(
    entree: impl Read,
    annonce: Annonce,
    give: impl FnMut(Lues) -> bool,
) -> Result<(u64, Empreinte), FichierRefuse> {
    let encoding = if annonce.windows_1252 { WINDOWS_1252 } else { UTF_8 };
    let mut texte = Texte::new(entree, encoding, annonce.format == FormatFichier::Csv);
    let mut tri = Tri { annonce, lues: Lues::default(), give, wanted: true };
    match annonce.format {
        FormatFichier::Csv => tri.csv(&mut texte)?,
        FormatFichier::Ndjson => tri.ndjson(&mut BufReader::with_capacity(PIECE, &mut texte))?,
    }
    tri.pass(texte.octets);
    Ok((texte.octets, texte.empreinte.finish()))
}

/// Sorts lines.
struct Tri<F> {
    annonce: Annonce,
    lues: Lues,
    give: F,
    wanted: bool,
}

impl<F: FnMut(Lues) -> bool> Tri<F> {
    fn csv<R: Read>(&mut self, texte: &mut Texte<R>) -> Result<(), FichierRefuse> {
        let octets = texte.compteur();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(SEPARATEUR)
            .flexible(true)
            .has_headers(true)
            .from_reader(texte);
        let heading = reader.headers().map_err(broken)?.clone();
        let columns = entete(heading.iter(), colonnes(self.annonce.nature))
            .map_err(FichierRefuse::Illisible)?;
        let mut record = csv::StringRecord::new();
        while self.wanted && reader.read_record(&mut record).map_err(broken)? {
            let numero = record.position().map_or(0, csv::Position::line);
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let after = reader.position().line();
            if let Some(wrong) = guillemet(&record, after) {
                self.refuse(wrong.0, vec![wrong.1]);
            } else if record.len() > columns.len() {
                let message = format!("attendu : {} cellules, comme dans l'en-tête", columns.len());
                self.refuse(numero, vec![defaut("", "taille_invalide", message)]);
            } else if record.iter().any(is_broken) {
                self.refuse(numero, vec![encodage()]);
            } else {
                self.take(numero, &objet(&columns, record.iter()));
            }
            if self.lues.len() >= BLOC {
                self.pass(octets.get());
            }
        }
        Ok(())
    }

    fn ndjson<R: Read>(
        &mut self,
        entree: &mut BufReader<&mut Texte<R>>,
    ) -> Result<(), FichierRefuse> {
        let (mut numero, mut line) = (0_u64, Vec::new());
        while self.wanted {
            line.clear();
            let read = entree.by_ref().take(LIGNE_MAX).read_until(b'\n', &mut line);
            if read.map_err(FichierRefuse::Interrompu)? == 0 {
                break;
            }
            numero = numero.saturating_add(1);
            if line.last() != Some(&b'\n') && skip(entree).map_err(FichierRefuse::Interrompu)? > 0 {
                let message = format!("attendu : une ligne de {LIGNE_MAX} octets au plus");
                self.refuse(numero, vec![defaut("", "longueur_invalide", message)]);
            } else if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            } else if std::str::from_utf8(&line).is_ok_and(is_broken) {
                self.refuse(numero, vec![encodage()]);
            } else {
                match Json::parse(&line) {
                    Ok(json) => self.take(numero, &json),
                    Err(error) => {
                        let cause = Json::cause(&line, &error);
                        let message = format!("la ligne n'est pas un objet JSON : {cause}");
                        self.refuse(numero, vec![defaut("", "format_invalide", message)]);
                    }
                }
            }
            if self.lues.len() >= BLOC {
                let octets = entree.get_ref().octets;
                self.pass(octets);
            }
        }
        Ok(())
    }

    fn take(&mut self, numero: u64, json: &Json<'_>) {
        match read(self.annonce.nature, json) {
            Ok(contenu) => self.lues.lignes.push(Ligne { numero, contenu }),
            Err(wrong) => {
                let table = self.annonce.format == FormatFichier::Csv;
                self.refuse(numero, wrong.iter().map(|one| said(one, table)).collect());
            }
        }
    }

    fn refuse(&mut self, numero: u64, defauts: Vec<Defaut>) {
        self.lues.refusees.push(Refusee { numero, defauts });
    }

    /// Gives what was read.
    fn pass(&mut self, octets: u64) {
        let mut lues = std::mem::take(&mut self.lues);
        lues.octets = octets;
        self.wanted = (self.give)(lues) && self.wanted;
    }
}

/// What is wrong with a row that swallowed others behind a quote, and the line where that one was opened: between quotes a cell may
/// hold an end of line, and hardly one with separators around it. `after` is the line after the row.
fn guillemet(record: &csv::StringRecord, after: u64) -> Option<(u64, Defaut)> {
    // Each file ends with an end of line, which only an open quote takes in.
    let open = record.iter().next_back().is_some_and(|cell| cell.ends_with('\n'));
    let swallows = |cell: &str| cell.contains('\n') && cell.as_bytes().contains(&SEPARATEUR);
    if !open && !record.iter().any(swallows) {
        return None;
    }
    let held = record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
    let own = u64::from(!open);
    let first = after.saturating_sub(u64::try_from(held).unwrap_or_default()).saturating_sub(own);
    let last = after.saturating_sub(1);
    let message = if open {
        format!(
            "le guillemet ouvert à la ligne {first} n'est pas fermé : rien de ce qui le suit n'a été lu, jusqu'à la ligne {last}, la dernière"
        )
    } else {
        format!(
            "le guillemet ouvert à la ligne {first} n'est fermé qu'à la ligne {last} : ce qui est entre les deux n'a pas été lu"
        )
    };
    Some((first, defaut("", "guillemet_non_ferme", message)))
}

fn encodage() -> Defaut {
    let message = "un caractère n'est pas de l'encodage annoncé : UTF-8, ou « charset=windows-1252 » s'il est déclaré";
    defaut("", "encodage_invalide", message.to_owned())
}

/// Whether a text holds what a decoder puts in the place of what it does not understand.
fn is_broken(text: &str) -> bool {
    text.contains('\u{fffd}')
}

fn broken(error: csv::Error) -> FichierRefuse {
    let place = error.position().map(csv::Position::line);
    if let csv::ErrorKind::Io(error) = error.into_kind() {
        return if error.kind() == io::ErrorKind::InvalidData {
            FichierRefuse::Illisible(error.to_string())
        } else {
            FichierRefuse::Interrompu(error)
        };
    }
    FichierRefuse::Illisible(match place {
        Some(line) => format!("La ligne {line} n'est pas du CSV."),
        None => "Le fichier n'est pas du CSV.".to_owned(),
    })
}

/// Passes over the end of a line; gives how many bytes it had.
fn skip(entree: &mut impl BufRead) -> io::Result<u64> {
    let mut passed = 0_u64;
    loop {
        let (used, ended) = {
            let held = entree.fill_buf()?;
            let end = held.iter().position(|byte| *byte == b'\n');
            (end.map_or(held.len(), |at| at.saturating_add(1)), end.is_some() || held.is_empty())
        };
        entree.consume(used);
        passed = passed.saturating_add(u64::try_from(used).unwrap_or_default());
        if ended {
            return Ok(passed);
        }
    }
}

/// How far a file was read, for whoever reads it through something else.
#[derive(Debug, Clone, Default)]
struct Compteur(std::rc::Rc<std::cell::Cell<u64>>);

impl Compteur {
    fn get(&self) -> u64 {
        self.0.get()
    }
}

/// A file as text in UTF-8, without its mark of order; its bytes are counted and digested on the way.
struct Texte<R> {
    entree: R,
    decoder: Decoder,
    octets: u64,
    compteur: Compteur,
    empreinte: EmpreinteEnCours,
    /// What was read and is not decoded yet.
    brut: Vec<u8>,
    /// What was decoded and is not taken yet, from a place on.
    clair: Vec<u8>,
    pris: usize,
    fini: bool,
    /// Whether it is a table, whose last line is ended if it was not.
    tableau: bool,
    fins: FinsDeLigne,
}

/// Ends of lines that were seen.
#[derive(Debug, Default)]
struct FinsDeLigne {
    cr: bool,
    lf: bool,
    /// The last byte of the text so far.
    derniere: Option<u8>,
}

impl<R: Read> Texte<R> {
    fn new(entree: R, encoding: &'static Encoding, tableau: bool) -> Self {
        let decoder = if encoding == UTF_8 {
            encoding.new_decoder_with_bom_removal()
        } else {
            encoding.new_decoder_without_bom_handling()
        };
        Self {
            entree,
            decoder,
            octets: 0,
            compteur: Compteur::default(),
            empreinte: EmpreinteEnCours::default(),
            brut: vec![0; PIECE],
            clair: Vec::new(),
            pris: 0,
            fini: false,
            tableau,
            fins: FinsDeLigne::default(),
        }
    }

    fn compteur(&self) -> Compteur {
        self.compteur.clone()
    }

    /// Decodes the next piece; nothing is decoded at the end.
    fn fill(&mut self) -> io::Result<()> {
        self.clair.clear();
        self.pris = 0;
        while self.clair.is_empty() && !self.fini {
            let length = self.entree.read(&mut self.brut)?;
            self.fini = length == 0;
            let piece = self.brut.get(..length).unwrap_or_default();
            self.empreinte.update(piece);
            self.octets = self.octets.saturating_add(u64::try_from(length).unwrap_or_default());
            self.compteur.0.set(self.octets);
            if self.octets > OCTETS_MAX {
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file is too large"));
            }
            let room = self.decoder.max_utf8_buffer_length(length).unwrap_or(PIECE);
            self.clair.resize(room, 0);
            let (_, _, written, _) = self.decoder.decode_to_utf8(piece, &mut self.clair, self.fini);
            self.clair.truncate(written);
            if self.tableau {
                self.end_lines()?;
            }
            // Either end of line is one character from here on: lines are then numbered as an editor shows them.
            self.clair.retain(|byte| *byte != b'\r');
        }
        Ok(())
    }
}

impl<R: Read> Texte<R> {
    /// Looks at the ends of the lines of a table: one that has none but CR would be one line; the last one gets its end.
    fn end_lines(&mut self) -> io::Result<()> {
        self.fins.cr |= self.clair.contains(&b'\r');
        self.fins.lf |= self.clair.contains(&b'\n');
        self.fins.derniere = self.clair.last().copied().or(self.fins.derniere);
        let enough = self.fini || usize::try_from(self.octets).is_ok_and(|read| read >= PIECE);
        if enough && self.fins.cr && !self.fins.lf {
            return Err(io::Error::new(io::ErrorKind::InvalidData, CR_SEUL));
        }
        if self.fini && self.fins.derniere.is_some_and(|last| last != b'\n') {
            self.clair.push(b'\n');
        }
        Ok(())
    }
}

impl<R: Read> Read for Texte<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.pris >= self.clair.len() {
            self.fill()?;
        }
        let held = self.clair.get(self.pris..).unwrap_or_default();
        let length = held.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..length), held.get(..length)) {
            to.copy_from_slice(from);
        }
        self.pris = self.pris.saturating_add(length);
        Ok(length)
    }
}

/// Reads a file of each kind, in each form and encoding, from anywhere.
pub(crate) fn analyser(octets: &[u8]) {
    for nature in NatureReprise::TOUS {
        for format in FormatFichier::TOUS {
            for windows_1252 in [false, true] {
                lire(octets, Annonce { nature: *nature, format: *format, windows_1252 }, |_| true)
                    .ok();
            }
        }
    }
}
