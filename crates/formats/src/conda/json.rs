//! JSON, read so that no two readers can disagree about it: no duplicate keys, bounded nesting.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::{CondaLimits, Rejection};

/// Reads a JSON value from bytes whose length is bounded already.
pub(super) fn value(bytes: &[u8], limits: &CondaLimits, what: &str) -> Result<Value, Rejection> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let strict = Strict { depth: limits.json_depth };
    let value = strict.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| Rejection::Invalid(format!("{what} cannot be read: {error}")))
}

/// Reads a JSON object from bytes whose length is bounded already.
pub(super) fn object(
    bytes: &[u8],
    limits: &CondaLimits,
    what: &str,
) -> Result<Map<String, Value>, Rejection> {
    match value(bytes, limits, what)? {
        Value::Object(object) => Ok(object),
        _ => Err(Rejection::Invalid(format!("{what} is not a JSON object"))),
    }
}

/// Builds a value and counts the levels that are still allowed.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        let depth =
            self.depth.checked_sub(1).ok_or_else(|| E::custom("arrays and objects are nested too deeply"))?;
        Ok(Self { depth })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let deeper = self.deeper()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(deeper)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let deeper = self.deeper()?;
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(deeper)?;
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key {key:?} stands twice in one object")));
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Value, Rejection> {
        value(text.as_bytes(), &CondaLimits::default(), "it")
    }

    #[test]
    fn honest_json_is_read_and_keeps_its_order() {
        let text = r#"{"z":[1,-2,3.5,true,null],"a":{"ü":"x"}}"#;
        assert_eq!(read(text).unwrap().to_string(), text);
    }

    #[test]
    fn a_key_that_stands_twice() {
        assert!(read(r#"{"a":{"b":1,"b":2}}"#).unwrap_err().to_string().contains("twice"));
        assert!(read("{\"a\":1,\"\\u0061\":2}").is_err());
    }

    #[test]
    fn nesting_100_000_deep() {
        assert!(read(&format!("{}{}", "[".repeat(32), "]".repeat(32))).is_ok());
        for depth in [33, 200, 100_000] {
            assert!(read(&format!("{}{}", "[".repeat(depth), "]".repeat(depth))).is_err());
            assert!(read(&"{\"a\":".repeat(depth)).is_err());
        }
    }

    #[test]
    fn two_values_or_none() {
        for bad in ["", "{} {}", "{}x", "NaN", "{\"a\":1,}", "\u{feff}{}"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_serde_writes_is_read_back(keys in proptest::collection::btree_map("[a-z]{0,4}", any::<i64>(), 0..8)) {
            let expected = serde_json::to_value(&keys).unwrap();
            prop_assert_eq!(read(&expected.to_string()), Ok(expected));
        }
    }
}
