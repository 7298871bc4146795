//! Sends a lot as fast as it is taken, and reads what is answered.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

/// What was answered.
#[derive(Debug, Default, Clone, Copy)]
pub struct Answers {
    /// Stored, or simulated.
    pub enregistrees: usize,
    pub deja_recues: usize,
    pub refusees: usize,
    pub bytes: usize,
}

impl Answers {
    pub const fn lines(&self) -> usize {
        self.enregistrees + self.deja_recues + self.refusees
    }

    /// Counts the answers of whole lines; what comes between them belongs to the transport.
    fn count(&mut self, line: &[u8]) {
        let Some(at) = line.windows(9).take(64).position(|part| part == b"resultat\"") else {
            return;
        };
        match line.get(at + 11) {
            Some(b'e') => self.enregistrees += 1,
            Some(b'd') => self.deja_recues += 1,
            // The total of simulations.
            Some(b't') => {}
            _ => {
                if self.refusees == 0 {
                    println!("refused: {}", String::from_utf8_lossy(line));
                }
                self.refusees += 1;
            }
        }
    }
}

/// Sends a lot of what a path of the API names; calls `seen` with the answers now and then, and until the last one.
pub fn send(
    (host, what): (&str, &str),
    token: &str,
    file: &Path,
    mut seen: impl FnMut(&Answers),
) -> Answers {
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut sending = stream.try_clone().unwrap();
    let head = format!(
        "POST /v1/{what}/lots HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    );
    let mut lot = File::open(file).unwrap();
    let sender = std::thread::spawn(move || {
        sending.write_all(head.as_bytes()).unwrap();
        let mut piece = vec![0_u8; 256 * 1024];
        loop {
            let length = lot.read(&mut piece).unwrap();
            sending.write_all(format!("{length:x}\r\n").as_bytes()).unwrap();
            sending.write_all(&piece[..length]).unwrap();
            sending.write_all(b"\r\n").unwrap();
            if length == 0 {
                break;
            }
        }
    });
    let mut answers = Answers::default();
    let (mut buffer, mut kept) = (vec![0_u8; 256 * 1024], Vec::new());
    loop {
        let length = stream.read(&mut buffer).unwrap();
        if length == 0 {
            break;
        }
        answers.bytes += length;
        kept.extend_from_slice(&buffer[..length]);
        let mut from = 0;
        while let Some(end) = kept[from..].iter().position(|byte| *byte == b'\n') {
            answers.count(&kept[from..from + end]);
            from += end + 1;
        }
        kept.drain(..from);
        seen(&answers);
    }
    sender.join().unwrap();
    answers
}
