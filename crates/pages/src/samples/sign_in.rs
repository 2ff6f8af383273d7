//! Samples of pages before signing in.

use super::{HOSTILE, Sample, hostile_location, hours, location, sample, stranger};
use crate::sign_in::{
    ConfirmPlace, DeadLink, DeadLinkKind, Invitation, OtherBrowser, PlaceWait, ResetPassword, ResetRequest,
    ResetSent, SecondFactor, SetUp, SignIn, SignUp, SignUpClosed, TooManyAttempts, VerifyEmail,
};
use crate::{Field, Notice};

const WEAK: &str = "This password is easy to guess. Add one or two words that do not belong together.";

pub(super) fn samples() -> Vec<Sample> {
    [steps(), places(), sign_up(), links()].into_iter().flatten().collect()
}

fn steps() -> Vec<Sample> {
    let empty = SignIn {
        shell: stranger(),
        name: Field::default(),
        password: Field::default(),
        next: "/account".into(),
        passkeys: true,
        sign_up: true,
    };
    let refused = SignIn {
        shell: stranger().with_notice(Notice::error("User name or password is wrong.")),
        name: Field::of(HOSTILE),
        next: HOSTILE.into(),
        passkeys: false,
        sign_up: false,
        ..empty.clone()
    };
    let second = SecondFactor {
        shell: stranger(),
        name: "ada".into(),
        key: true,
        totp: true,
        recovery_code: true,
        totp_code: Field::default(),
        recovery: Field::default(),
    };
    let app = SecondFactor {
        key: false,
        totp_code: Field::wrong("The code is wrong. Wait for the next one and try again."),
        ..second.clone()
    };
    let codes = SecondFactor {
        key: false,
        totp: false,
        recovery: Field::wrong("This is none of your codes, or it was used already."),
        ..second.clone()
    };
    vec![
        sample("sign-in", empty),
        sample("sign-in.refused", refused),
        sample("second-factor", second),
        sample("second-factor.wrong-code", app),
        sample("second-factor.recovery-code", codes),
    ]
}

fn places() -> Vec<Sample> {
    let confirm = ConfirmPlace { shell: stranger(), key: "a-key".into(), location: location(), at: hours(0) };
    let hostile = ConfirmPlace { location: hostile_location(), key: HOSTILE.into(), ..confirm.clone() };
    vec![
        sample("place-wait", PlaceWait { shell: stranger(), email: "a…a@example.org".into() }),
        sample("confirm-place", confirm),
        sample("confirm-place.hostile", hostile),
        sample("other-browser", OtherBrowser { shell: stranger() }),
    ]
}

fn sign_up() -> Vec<Sample> {
    let empty = SignUp {
        shell: stranger(),
        invitation: None,
        name: Field::default(),
        email: Field::default(),
        password: Field::default(),
    };
    let refused = SignUp {
        invitation: Some(Invitation { key: HOSTILE.into(), by: HOSTILE.into() }),
        name: Field::of(HOSTILE).with_error(Some("This name is taken. Choose another one.")),
        email: Field::of(HOSTILE).with_error(Some("This is not an e-mail address.")),
        password: Field::wrong(WEAK),
        ..empty.clone()
    };
    let set_up = SetUp {
        shell: stranger(),
        key: "a-key".into(),
        name: Field::default(),
        email: Field::of("grace@example.org"),
        password: Field::wrong(WEAK),
    };
    let verify = VerifyEmail {
        shell: stranger(),
        key: "a-key".into(),
        email: "ada@example.org".into(),
        name: HOSTILE.into(),
    };
    vec![
        sample("sign-up", empty),
        sample("sign-up.refused", refused),
        sample("sign-up.closed", SignUpClosed { shell: stranger(), by_invitation: false }),
        sample("sign-up.by-invitation", SignUpClosed { shell: stranger(), by_invitation: true }),
        sample("set-up", set_up),
        sample("verify-email", verify),
    ]
}

fn links() -> Vec<Sample> {
    let reset = ResetPassword {
        shell: stranger(),
        key: "a-key".into(),
        name: HOSTILE.into(),
        password: Field::wrong(WEAK),
    };
    let dead = |kind| DeadLink { shell: stranger(), kind };
    vec![
        sample("reset", ResetRequest { shell: stranger(), account: Field::default() }),
        sample("reset.sent", ResetSent { shell: stranger() }),
        sample("reset.password", reset),
        sample("dead-link.place", dead(DeadLinkKind::Place)),
        sample("dead-link.verify", dead(DeadLinkKind::Verify)),
        sample("dead-link.reset", dead(DeadLinkKind::Reset)),
        sample("dead-link.invitation", dead(DeadLinkKind::Invitation)),
        sample("dead-link.set-up", dead(DeadLinkKind::SetUp)),
        sample("dead-link.recovery", dead(DeadLinkKind::Recovery)),
        sample("dead-link.role", dead(DeadLinkKind::RoleInvitation)),
        sample("too-many", TooManyAttempts { shell: stranger(), retry_after: 287 }),
    ]
}
