//! Whether two manifests say the same, however they are written down.

use serde_json::Value;

/// The root keys under which they do not, sorted.
pub(super) fn differing_keys(left: &Value, right: &Value) -> Vec<String> {
    let none = serde_json::Map::new();
    let (left, right) = (left.as_object().unwrap_or(&none), right.as_object().unwrap_or(&none));
    let same = |key: &String| match (left.get(key), right.get(key)) {
        (Some(left), Some(right)) => is_same(left, right),
        _ => false,
    };
    let mut keys: Vec<String> = left.keys().chain(right.keys()).filter(|key| !same(key)).cloned().collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// `1` and `1.0` are the same number: JavaScript, which passes manifests on, has but one kind. The depth is bounded where
/// JSON is parsed.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let same = |(key, left)| right.get(key).is_some_and(|right| is_same(left, right));
            left.len() == right.len() && left.iter().all(same)
        }
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn manifests_are_compared_by_what_they_say() {
        let said = json!({ "id": "a.b", "data": [{ "rank": 1, "of": { "x": null } }], "name": "A" });
        let same = json!({ "name": "A", "data": [{ "of": { "x": null }, "rank": 1.0 }], "id": "a.b" });
        assert!(differing_keys(&said, &same).is_empty());
        for (other, keys) in [
            (json!({ "id": "a.b", "data": [{ "rank": 2, "of": { "x": null } }], "name": "A" }), vec!["data"]),
            (json!({ "id": "a.b", "data": [{ "rank": 1, "of": {} }], "name": "A" }), vec!["data"]),
            (json!({ "id": "a.b", "data": [], "name": "A" }), vec!["data"]),
            (
                json!({ "data": [{ "rank": 1, "of": { "x": null } }], "name": "B", "main": "x" }),
                vec!["id", "main", "name"],
            ),
        ] {
            assert_eq!(differing_keys(&said, &other), keys, "{other}");
            assert_eq!(differing_keys(&other, &said), keys, "{other}");
        }
    }
}
