//! The numbers of the doctors of a load.

/// The RPPS of one of the doctors of a load, key included.
pub fn rpps(medecin: usize) -> String {
    let base = format!("10{:08}", 50_000_000 + medecin);
    let sum: u32 = base
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            let value = if place % 2 == 0 { digit * 2 } else { digit };
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    format!("{base}{}", (10 - sum % 10) % 10)
}
