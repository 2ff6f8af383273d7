//! Whatever a byte of a good attestation becomes, it is refused or says the same; and nothing panics.

use proptest::prelude::*;

use super::World;

/// The text with some bytes replaced, where it stays UTF-8.
fn mutated(good: &str, changes: &[(prop::sample::Index, u8)]) -> Option<String> {
    let mut bytes = good.as_bytes().to_vec();
    for (at, byte) in changes {
        let at = at.index(bytes.len());
        bytes[at] = *byte;
    }
    String::from_utf8(bytes).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_change_of_bytes_changes_what_is_believed(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0x20_u8..0x7f), 1..4),
        seed in any::<bool>(),
    ) {
        thread_local!(static WORLD: (World, String, String) = {
            let world = World::new();
            let (attestation, bundle) = (world.attestation(), world.bundle());
            (world, attestation, bundle)
        });
        WORLD.with(|(world, attestation, bundle)| {
            let good = if seed { attestation } else { bundle };
            let Some(text) = mutated(good, &changes) else { return Ok(()) };
            let check = |text: &str| if seed { world.python(text) } else { world.conda(text) };
            if let Ok(verified) = check(&text) {
                prop_assert_eq!(verified, check(good).expect("the good one verifies"));
            }
            Ok(())
        })?;
    }

    #[test]
    fn no_text_panics(text in any::<String>(), json in "[\\[\\]{}\":,a-z0-9]{0,60}") {
        let world = World::new();
        for text in [&text, &json] {
            prop_assert!(world.python(text).is_err() && world.conda(text).is_err());
        }
    }
}
