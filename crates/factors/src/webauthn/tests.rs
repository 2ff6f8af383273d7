use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use bonded_model::Random;
use bonded_model::ids::UserId;
use serde_json::Value;

use super::authenticator::Authenticator;
use super::*;

fn relying_party() -> RelyingParty {
    RelyingParty::new(&"https://packages.example.org/some/prefix".parse().unwrap(), "Example").unwrap()
}

fn user(seed: u64) -> UserId {
    UserId::generate(bonded_model::Timestamp::UNIX_EPOCH, &Random::seeded(seed))
}

fn register(authenticator: &mut Authenticator, user: UserId, seed: u8) -> Key {
    let begun = relying_party().begin_registration(user, "ada", "Ada", &[]).unwrap();
    let response = authenticator.create(&begun.options, seed);
    relying_party().finish_registration(&begun.state, &response).unwrap().key
}

/// An authenticator with one key of user 1.
fn registered() -> (Authenticator, Key) {
    let mut authenticator = Authenticator::new();
    let key = register(&mut authenticator, user(1), 7);
    (authenticator, key)
}

fn second_factor(authenticator: &mut Authenticator, key: &Key) -> Result<Used, Refused> {
    let keys = std::slice::from_ref(key);
    let begun = relying_party().begin_authentication(user(1), keys).unwrap();
    let response = authenticator.get(&begun.options);
    relying_party().finish_authentication(&begun.state, &response, keys)
}

fn passkey(authenticator: &mut Authenticator, owner: UserId, key: &Key) -> Result<Used, Refused> {
    let begun = relying_party().begin_passkey().unwrap();
    let response = authenticator.get(&begun.options);
    relying_party().finish_passkey(&begun.state, &response, owner, key)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

mod ceremonies {
    use super::*;

    #[test]
    fn a_key_is_registered_and_used_as_a_second_factor() {
        let (mut authenticator, key) = registered();
        assert_eq!(key.counter(), 0);
        let used = second_factor(&mut authenticator, &key).unwrap();
        assert_eq!((used.credential_id, used.key.counter(), used.user_verified), (vec![7; 32], 1, true));
        assert_eq!(second_factor(&mut authenticator, &used.key).unwrap().key.counter(), 2);
    }

    #[test]
    fn a_passkey_says_whose_it_is_and_signs_in() {
        let (mut authenticator, key) = registered();
        let begun = relying_party().begin_passkey().unwrap();
        let response = authenticator.get(&begun.options);
        assert_eq!(identify(&response).unwrap(), Identified { user: user(1), credential_id: vec![7; 32] });
        let used = relying_party().finish_passkey(&begun.state, &response, user(1), &key).unwrap();
        assert!(used.user_verified);
    }

    #[test]
    fn the_right_one_of_several_keys_is_found() {
        let (mut authenticator, first) = registered();
        let second = register(&mut authenticator, user(1), 8);
        let keys = [first, second];
        let begun = relying_party().begin_authentication(user(1), &keys).unwrap();
        let response = authenticator.get_with(&json(&begun.options), 1);
        let used = relying_party().finish_authentication(&begun.state, &response, &keys).unwrap();
        assert_eq!(used.credential_id, vec![8; 32]);
    }

    #[test]
    fn a_second_factor_need_not_verify_even_if_it_did_at_its_registration() {
        let (mut authenticator, key) = registered();
        authenticator.verifies = false;
        assert!(!second_factor(&mut authenticator, &key).unwrap().user_verified);
    }

    #[test]
    fn a_key_that_gives_no_handle_is_a_second_factor() {
        let (mut authenticator, key) = registered();
        authenticator.gives_handle = false;
        assert!(second_factor(&mut authenticator, &key).is_ok());
    }

    #[test]
    fn a_key_that_never_counts_is_accepted_again_and_again() {
        let (mut authenticator, key) = registered();
        authenticator.counts_by = 0;
        for _ in 0..3 {
            assert_eq!(second_factor(&mut authenticator, &key).unwrap().key.counter(), 0);
        }
    }

    #[test]
    fn a_discoverable_key_is_known_as_such() {
        let begun = relying_party().begin_registration(user(1), "ada", "", &[]).unwrap();
        let response = Authenticator::new().create(&begun.options, 7);
        assert_eq!(
            relying_party().finish_registration(&begun.state, &response).unwrap().discoverable,
            Some(true)
        );
    }
}

mod options {
    use super::*;

    #[test]
    fn a_registration_asks_for_what_the_house_wants() {
        let (_, key) = registered();
        let begun = relying_party().begin_registration(user(1), "ada", "", &[key]).unwrap();
        let options = json(&begun.options);
        assert_eq!(options["rp"]["id"], "packages.example.org");
        assert_eq!(options["user"]["id"], BASE64.encode(user(1).uuid().as_bytes()));
        assert_eq!(options["user"]["displayName"], "ada");
        assert_eq!(options["attestation"], "none");
        let selection = &options["authenticatorSelection"];
        assert_eq!(selection["residentKey"], "preferred");
        assert_eq!(selection["requireResidentKey"], false);
        assert_eq!(selection["userVerification"], "preferred");
        assert_eq!(options["excludeCredentials"][0]["id"], BASE64.encode([7; 32]));
        assert_eq!(options["extensions"], serde_json::json!({ "credProps": true }));
    }

    #[test]
    fn a_second_factor_names_its_keys_and_a_passkey_names_none() {
        let (_, key) = registered();
        let second_factor = json(&relying_party().begin_authentication(user(1), &[key]).unwrap().options);
        assert_eq!(second_factor["allowCredentials"][0]["id"], BASE64.encode([7; 32]));
        assert_eq!(second_factor["userVerification"], "preferred");
        let passkey = json(&relying_party().begin_passkey().unwrap().options);
        assert_eq!(passkey["allowCredentials"], serde_json::json!([]));
        assert_eq!(passkey["userVerification"], "required");
        assert_eq!(passkey["rpId"], "packages.example.org");
    }

    #[test]
    fn keys_need_a_host_name_and_a_secure_origin() {
        let new = |url: &str| RelyingParty::new(&url.parse().unwrap(), "Example").map(drop);
        assert_eq!(new("https://192.0.2.1/"), Err(Unavailable::Address));
        assert_eq!(new("https://[::1]/"), Err(Unavailable::Address));
        assert_eq!(new("http://packages.example.org/"), Err(Unavailable::Insecure));
        assert_eq!(new("data:,x"), Err(Unavailable::NoHost));
        for good in
            ["http://localhost:8080", "http://bonded.localhost", "https://packages.example.org:8443/x"]
        {
            assert_eq!(new(good), Ok(()), "{good}");
        }
    }
}

mod storage {
    use super::*;

    #[test]
    fn a_key_survives_the_database() {
        let (mut authenticator, key) = registered();
        let read: Key = key.to_text().parse().unwrap();
        assert_eq!((read.credential_id(), read.counter()), (key.credential_id(), 0));
        assert!(!read.is_synchronized());
        assert!(second_factor(&mut authenticator, &read).is_ok());
        assert!("{}".parse::<Key>().is_err());
    }

    #[test]
    fn a_state_holds_no_keys() {
        let (_, key) = registered();
        let state = relying_party().begin_authentication(user(1), &[key]).unwrap().state;
        assert_eq!(json(&state)["state"]["credentials"], serde_json::json!([]));
    }
}

mod attacks {
    use super::*;

    #[test]
    fn another_origin_with_the_same_relying_party_id() {
        for origin in [
            "https://evil.packages.example.org",
            "https://packages.example.org:8443",
            "http://packages.example.org",
            "https://packages.example.org.evil.example",
        ] {
            let (mut authenticator, key) = registered();
            authenticator.origin = origin;
            assert!(matches!(second_factor(&mut authenticator, &key), Err(Refused::Origin)), "{origin}");
            assert!(matches!(passkey(&mut authenticator, user(1), &key), Err(Refused::Origin)), "{origin}");
            let begun = relying_party().begin_registration(user(1), "ada", "Ada", &[]).unwrap();
            let refused =
                relying_party().finish_registration(&begun.state, &authenticator.create(&begun.options, 8));
            assert!(matches!(refused, Err(Refused::Origin)), "{origin}");
        }
    }

    #[test]
    fn another_relying_party_id() {
        let (mut authenticator, key) = registered();
        authenticator.rp_id = "evil.example";
        assert!(matches!(second_factor(&mut authenticator, &key), Err(Refused::Origin)));
    }

    #[test]
    fn a_frame_in_a_page_of_another_site() {
        let mut authenticator = Authenticator::new();
        authenticator.cross_origin = true;
        let begun = relying_party().begin_registration(user(1), "ada", "Ada", &[]).unwrap();
        let response = authenticator.create(&begun.options, 7);
        assert!(matches!(relying_party().finish_registration(&begun.state, &response), Err(Refused::Origin)));
    }

    #[test]
    fn a_frame_in_a_page_of_another_site_at_a_sign_in() {
        let (mut authenticator, key) = registered();
        authenticator.cross_origin = true;
        assert!(matches!(second_factor(&mut authenticator, &key), Err(Refused::Origin)));
        assert!(matches!(passkey(&mut authenticator, user(1), &key), Err(Refused::Origin)));
    }

    #[test]
    fn an_answer_to_another_challenge() {
        let (mut authenticator, key) = registered();
        let keys = [key];
        let old = relying_party().begin_authentication(user(1), &keys).unwrap();
        let response = authenticator.get(&old.options);
        assert!(relying_party().finish_authentication(&old.state, &response, &keys).is_ok());
        let new = relying_party().begin_authentication(user(1), &keys).unwrap();
        let reused = relying_party().finish_authentication(&new.state, &response, &keys);
        assert!(matches!(reused, Err(Refused::Challenge)));
    }

    #[test]
    fn a_registration_that_answers_another_challenge() {
        let begin = || relying_party().begin_registration(user(1), "ada", "Ada", &[]).unwrap();
        let response = Authenticator::new().create(&begin().options, 7);
        assert!(matches!(
            relying_party().finish_registration(&begin().state, &response),
            Err(Refused::Challenge)
        ));
    }

    #[test]
    fn another_users_credential_as_second_factor() {
        let (mut authenticator, key) = registered();
        register(&mut authenticator, user(2), 8);
        let keys = [key];
        let begun = relying_party().begin_authentication(user(1), &keys).unwrap();
        let response = authenticator.get_with(&json(&begun.options), 1);
        let refused = relying_party().finish_authentication(&begun.state, &response, &keys);
        assert!(matches!(refused, Err(Refused::UnknownKey)));
    }

    #[test]
    fn another_users_handle_with_a_key_of_ones_own() {
        let (mut authenticator, key) = registered();
        authenticator.credentials[0].handle = user(2).uuid().as_bytes().to_vec();
        assert!(matches!(second_factor(&mut authenticator, &key), Err(Refused::OtherUser)));
        assert!(matches!(passkey(&mut authenticator, user(1), &key), Err(Refused::OtherUser)));
    }

    #[test]
    fn a_passkey_that_claims_to_be_another_key() {
        let (mut authenticator, key) = registered();
        let other = register(&mut authenticator, user(1), 8);
        let begun = relying_party().begin_passkey().unwrap();
        let response = authenticator.get_with(&json(&begun.options), 0);
        let refused = relying_party().finish_passkey(&begun.state, &response, user(1), &other);
        assert!(matches!(refused, Err(Refused::UnknownKey)));
        let renamed = response.replace(&BASE64.encode([7; 32]), &BASE64.encode([8; 32]));
        let refused = relying_party().finish_passkey(&begun.state, &renamed, user(1), &other);
        assert!(matches!(refused, Err(Refused::Invalid(_))));
        assert!(relying_party().finish_passkey(&begun.state, &response, user(1), &key).is_ok());
    }

    #[test]
    fn a_passkey_of_another_instance_or_without_a_handle() {
        let (mut authenticator, key) = registered();
        authenticator.credentials[0].handle = b"somebody".to_vec();
        assert!(matches!(passkey(&mut authenticator, user(1), &key), Err(Refused::UnknownKey)));
        authenticator.gives_handle = false;
        assert!(matches!(passkey(&mut authenticator, user(1), &key), Err(Refused::UnknownKey)));
    }

    #[test]
    fn a_passkey_that_did_not_verify_its_owner() {
        let (mut authenticator, key) = registered();
        authenticator.verifies = false;
        assert!(matches!(passkey(&mut authenticator, user(1), &key), Err(Refused::NotVerified)));
    }

    #[test]
    fn a_counter_that_does_not_rise() {
        let (mut authenticator, key) = registered();
        authenticator.credentials[0].counter = 5;
        let key = second_factor(&mut authenticator, &key).unwrap().key;
        for counter in [0, 5, 6] {
            authenticator.credentials[0].counter = counter;
            authenticator.counts_by = 0;
            assert!(matches!(second_factor(&mut authenticator, &key), Err(Refused::ClonedKey)), "{counter}");
            assert!(
                matches!(passkey(&mut authenticator, user(1), &key), Err(Refused::ClonedKey)),
                "{counter}"
            );
        }
    }

    #[test]
    fn a_wrong_signature_does_not_raise_the_alarm_of_a_cloned_key() {
        let (mut authenticator, key) = registered();
        let key = second_factor(&mut authenticator, &key).unwrap().key;
        authenticator.counts_by = 0;
        let begun = relying_party().begin_authentication(user(1), std::slice::from_ref(&key)).unwrap();
        let mut response = json(&authenticator.get(&begun.options));
        let signature = response["response"]["signature"].as_str().unwrap();
        let mut signature = BASE64.decode(signature).unwrap();
        *signature.last_mut().unwrap() ^= 1;
        response["response"]["signature"] = BASE64.encode(signature).into();
        let refused = relying_party().finish_authentication(&begun.state, &response.to_string(), &[key]);
        assert!(matches!(refused, Err(Refused::Invalid(_))));
    }

    #[test]
    fn a_key_that_nobody_touched() {
        let (mut authenticator, key) = registered();
        authenticator.present = false;
        assert!(matches!(second_factor(&mut authenticator, &key), Err(Refused::Invalid(_))));
    }

    #[test]
    fn an_answer_of_the_other_kind() {
        let (mut authenticator, key) = registered();
        authenticator.ceremony = Some("webauthn.create");
        assert!(matches!(second_factor(&mut authenticator, &key), Err(Refused::Invalid(_))));
    }

    #[test]
    fn the_state_of_another_kind_of_ceremony() {
        let (mut authenticator, key) = registered();
        let passkey = relying_party().begin_passkey().unwrap();
        let response = authenticator.get(&passkey.options);
        let keys = [key];
        let party = relying_party();
        assert!(matches!(party.finish_authentication(&passkey.state, &response, &keys), Err(Refused::State)));
        assert!(matches!(party.finish_registration(&passkey.state, &response), Err(Refused::State)));
        let second_factor = party.begin_authentication(user(1), &keys).unwrap();
        let response = authenticator.get(&second_factor.options);
        let refused = party.finish_passkey(&second_factor.state, &response, user(1), &keys[0]);
        assert!(matches!(refused, Err(Refused::State)));
        assert!(matches!(party.finish_authentication("{}", &response, &keys), Err(Refused::State)));
    }

    #[test]
    fn a_key_that_is_registered_already() {
        let (mut authenticator, key) = registered();
        let begun = relying_party().begin_registration(user(1), "ada", "Ada", &[key]).unwrap();
        let response = authenticator.create(&begun.options, 7);
        let refused = relying_party().finish_registration(&begun.state, &response);
        assert!(matches!(refused, Err(Refused::AlreadyRegistered)));
    }

    #[test]
    fn a_key_that_is_registered_already_and_lies_about_its_id() {
        let (mut authenticator, key) = registered();
        let begun = relying_party().begin_registration(user(1), "ada", "Ada", &[key]).unwrap();
        let mut response = json(&authenticator.create(&begun.options, 7));
        response["rawId"] = BASE64.encode([9; 32]).into();
        assert!(relying_party().finish_registration(&begun.state, &response.to_string()).is_err());
    }

    #[test]
    fn an_answer_that_is_no_answer() {
        let (_, key) = registered();
        let begun = relying_party().begin_authentication(user(1), std::slice::from_ref(&key)).unwrap();
        for response in ["", "{}", "[]", "null", "{\"id\":1}"] {
            let refused =
                relying_party().finish_authentication(&begun.state, response, std::slice::from_ref(&key));
            assert!(matches!(refused, Err(Refused::Malformed(_))), "{response}");
            assert!(matches!(identify(response), Err(Refused::Malformed(_))), "{response}");
        }
    }
}

mod damage {
    use proptest::prelude::*;

    use super::*;

    /// The answer with one byte of one of its binary fields changed, or cut off there.
    fn damaged(response: &str, field: &str, place: prop::sample::Index, value: u8, cut: bool) -> String {
        let mut response = json(response);
        let mut bytes = BASE64.decode(response["response"][field].as_str().unwrap()).unwrap();
        let place = place.index(bytes.len());
        bytes[place] = value;
        if cut {
            bytes.truncate(place);
        }
        response["response"][field] = BASE64.encode(bytes).into();
        response.to_string()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn no_damaged_registration_makes_it_panic(place: prop::sample::Index, value: u8, cut: bool, first: bool) {
            let begun = relying_party().begin_registration(user(1), "ada", "Ada", &[]).unwrap();
            let response = Authenticator::new().create(&begun.options, 7);
            let field = if first { "attestationObject" } else { "clientDataJSON" };
            let _ = relying_party().finish_registration(&begun.state, &damaged(&response, field, place, value, cut));
        }

        #[test]
        fn no_damaged_use_is_accepted(place: prop::sample::Index, value: u8, cut: bool, field in 0..3_usize) {
            let (mut authenticator, key) = registered();
            let begun = relying_party().begin_authentication(user(1), std::slice::from_ref(&key)).unwrap();
            let response = authenticator.get(&begun.options);
            let field = ["authenticatorData", "clientDataJSON", "signature"][field];
            let damaged = damaged(&response, field, place, value, cut);
            let result = relying_party().finish_authentication(&begun.state, &damaged, &[key]);
            prop_assert_eq!(result.is_ok(), json(&damaged) == json(&response));
        }
    }
}
