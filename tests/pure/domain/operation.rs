//! What a suspension leaves of a practice.

use chrono::NaiveDate;
use traitant::domain::calendar::Periode;
use traitant::domain::operation::sans;

#[test]
fn the_days_of_a_suspension_are_taken_out_of_a_practice() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let practice = Periode::new(day("2025-01-01"), Some(day("2025-12-01"))).unwrap();
    let left = sans(practice, day("2025-03-01"), Some(day("2025-04-01")));
    assert_eq!(left.len(), 2);
    assert_eq!((left[0].du(), left[0].au()), (day("2025-01-01"), Some(day("2025-03-01"))));
    assert_eq!((left[1].du(), left[1].au()), (day("2025-04-01"), Some(day("2025-12-01"))));
    assert_eq!(sans(practice, day("2025-03-01"), None), [left[0]]);
    assert_eq!(sans(practice, day("2024-03-01"), None), []);
    assert_eq!(sans(practice, day("2024-03-01"), Some(day("2024-04-01"))), [practice]);
}
