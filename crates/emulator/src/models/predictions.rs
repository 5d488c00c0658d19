//! JSON of any size, generated while it is written, so its memory does not depend on its size.

use serde::ser::{SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};

/// JSON of a given size, in the shape of a classification.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Predictions {
    size: u64,
}

/// The bytes without predictions and padding.
const ENVELOPE: u64 = r#"{"data":{"result":{"classPredictions":[]}},"padding":""}"#.len() as u64;
/// The bytes of a prediction, with the comma before it.
const PREDICTION: u64 = r#",{"class":"class 00000000","score":0.125}"#.len() as u64;

/// The scores of the predictions, each with three decimals.
const SCORES: [f64; 4] = [0.125, 0.375, 0.625, 0.875];

impl Predictions {
    /// The largest size, in bytes.
    pub(super) const LARGEST: u64 = 1 << 30;

    pub(super) fn of(size: u64) -> Result<Self, String> {
        if (ENVELOPE..=Self::LARGEST).contains(&size) {
            Ok(Self { size })
        } else {
            Err(format!(
                "json must be from {ENVELOPE} to {} bytes, and is {size}",
                Self::LARGEST
            ))
        }
    }

    /// Returns the size in bytes.
    pub(crate) fn size(self) -> u64 {
        self.size
    }

    /// Returns the number of predictions, and the bytes of padding.
    fn parts(self) -> (u64, u64) {
        let room = self.size - ENVELOPE;
        // The first one has no comma.
        let count = (room + 1) / PREDICTION;
        (count, room - (count * PREDICTION).saturating_sub(1))
    }
}

impl Serialize for Predictions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Data {
            result: Classes,
        }

        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Classes {
            class_predictions: List,
        }

        let (count, missing) = self.parts();
        let class_predictions = List(count);
        let padding = "x".repeat(usize::try_from(missing).unwrap_or_default());
        let mut document = serializer.serialize_struct("Predictions", 2)?;
        let result = Classes { class_predictions };
        document.serialize_field("data", &Data { result })?;
        document.serialize_field("padding", &padding)?;
        document.end()
    }
}

/// The given number of predictions.
struct List(u64);

impl Serialize for List {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Prediction {
            class: String,
            score: f64,
        }

        let mut list = serializer.serialize_seq(None)?;
        for (number, score) in (0..self.0).zip(SCORES.into_iter().cycle()) {
            let class = format!("class {number:08}");
            list.serialize_element(&Prediction { class, score })?;
        }
        list.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_the_requested_size() {
        for size in (ENVELOPE..ENVELOPE + 3 * PREDICTION).chain([100_000]) {
            let json = serde_json::to_vec(&Predictions::of(size).unwrap()).unwrap();
            assert_eq!(json.len() as u64, size);
        }
        let json = serde_json::to_value(Predictions::of(10_000).unwrap()).unwrap();
        assert_eq!(
            json["data"]["result"]["classPredictions"].as_array().unwrap().len(),
            242
        );
    }
}
