//! The canonical form beside Python's own, on many generated values.

use std::io::Write;
use std::process::{Command, Stdio};

use bonded_signing::canonical::canonical;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// JSON text of any value: numbers as text, because their text is what is to be compared.
fn json() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        "-?[1-9][0-9]{0,60}",
        "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,24})?([eE][+-]?[0-9]{1,2})?",
        any::<f64>()
            .prop_filter("JSON has no such number", |number| number.is_finite())
            .prop_map(|n| format!("{n:e}")),
        // Floats whose next neighbours are a quarter or so away: texts of equal length can be equally near.
        (1u64 << 49..1 << 53, 0u32..16).prop_map(|(whole, part)| format!("{whole}.{:04}", part * 625)),
        (-30i32..30, 1u32..1000).prop_map(|(exponent, digits)| format!("{digits}e{exponent}")),
    ];
    let leaf =
        prop_oneof![Just("null".to_owned()), Just("true".into()), Just("false".into()), number, string()];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let member = (string(), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(|items| format!("[{}]", items.join(" , "))),
            prop::collection::vec(member, 0..6).prop_map(|members| object(&members)),
        ]
    })
}

/// Any text between quotation marks, with escapes or without.
fn string() -> impl Strategy<Value = String> {
    let text =
        prop_oneof!["[a-z_]{0,8}", any::<String>(), "[\u{0}-\u{ff}]{0,12}", "[\u{d000}-\u{e100}😀-😎]{0,4}"];
    (text, any::<bool>()).prop_map(|(text, escaped)| {
        if escaped {
            let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
            format!("\"{units}\"")
        } else {
            serde_json::to_string(&text).unwrap()
        }
    })
}

/// An object, without the members whose name stood there before.
fn object(members: &[(String, String)]) -> String {
    let mut names = std::collections::BTreeSet::new();
    let unique =
        members.iter().filter(|(name, _)| names.insert(serde_json::from_str::<String>(name).unwrap()));
    format!("{{{}}}", unique.map(|(name, value)| format!("{name} : {value}")).collect::<Vec<_>>().join(","))
}

#[test]
fn canonical_bytes_are_those_of_python() {
    let mut runner = TestRunner::default();
    let texts: Vec<_> = (0..3000).map(|_| json().new_tree(&mut runner).unwrap().current()).collect();
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/signing/data/dumps.py");
    let mut python = Command::new("python3")
        .args(["-I", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let mut stdin = python.stdin.take().unwrap();
    let lines = texts.join("\n");
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()).unwrap());
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let theirs = String::from_utf8(output.stdout).unwrap();
    assert_eq!(theirs.lines().count(), texts.len());
    for (text, theirs) in texts.iter().zip(theirs.lines()) {
        let ours = canonical(text.as_bytes()).unwrap();
        assert_eq!(hex::encode(ours), theirs, "{text}");
    }
}
