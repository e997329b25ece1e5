//! All figures as JSON.

use crate::measured::Measured;
use crate::row::Target;
use crate::stage::Extent;
use serde_json::{Value, json};

/// Every figure that was measured, in the units of the rows.
pub(crate) fn figures(rows: &[Measured<'_>], extent: Extent) -> Value {
    let rows: Vec<_> = rows.iter().map(row).collect();
    json!({ "pairs": extent.pairs, "seconds": extent.seconds, "tries": extent.tries, "rows": rows })
}

fn row(measured: &Measured<'_>) -> Value {
    let row = measured.row;
    let mut value = json!({ "name": row.name(), "what": row.what(), "unit": row.unit() });
    match row.target() {
        None => (),
        Some(Target::Ratio(limit)) => value["ratio_max"] = json!(limit),
        Some(Target::Figure(limit)) => value["ours_max"] = json!(limit),
    }
    match &measured.result {
        Ok(summary) => {
            value["ours"] = json!(summary.comparison.ours());
            if row.has_rival() {
                value["theirs"] = json!(summary.comparison.theirs());
                value["ratios"] = json!(summary.comparison.ratios());
            }
        }
        Err(problem) => value["problem"] = json!(problem.to_string()),
    }
    value
}
