//! What can be changed about people.

use bonded_model::Timestamp;
use bonded_model::ids::{
    ChannelId, DeviceId, EmailId, KeyId, MailId, RecoveryCodeId, RecoveryId, SessionId, UserId,
};
use bonded_model::people::{
    AccountRecovery, Client, Device, EmailAddress, KeyInserted, KeyRenamed, Link, LinkKind, OutgoingMail,
    Policy, Proof, RecoveryCode, SessionRow, SignIn, Totp, UserInserted, WebauthnKey,
};
use bonded_model::secret::SecretHash;
use bonded_model::user::{User, UserName};

use super::Tx;
use crate::connection::run_queries;

impl Tx {
    run_queries! {
        /// Makes an account, with its primary address under the id `email`. Nothing happens when the name is taken, or
        /// when the address is given as verified and another account has it verified.
        pub fn insert_user(user: &User, email: EmailId) -> UserInserted = users::insert;
        /// Changes what the owner of an account is called.
        pub fn set_display_name_of(user: UserId, name: Option<&str>) -> () = users::set_display_name;
        /// Suspends an account, or ends that with `None`.
        pub fn set_suspended(user: UserId, at: Option<Timestamp>) -> () = users::set_suspended;
        /// Deletes an account with everything that is its alone: addresses, factors, visits, roles, tokens. Files and
        /// audit events stay. False when there was none.
        pub fn delete_user(user: UserId) -> bool = users::delete;
        /// Keeps the name of an account from ever being given again.
        pub fn retire_name(name: &UserName, at: Timestamp) -> () = users::retire_name;

        /// Adds an address. False when the account has it already, or when it is given as verified and another account
        /// has it verified.
        pub fn insert_email(email: &EmailAddress) -> bool = emails::insert;
        /// Marks an address as verified. False when another account verified it meanwhile, or it is gone.
        pub fn verify_email(email: EmailId, at: Timestamp) -> bool = emails::verify;
        /// Makes an address the primary one. False, and nothing happens, when the account has no such address.
        pub fn make_primary(user: UserId, email: EmailId) -> bool = emails::make_primary;
        /// Deletes an address. False when it is the primary one, or gone.
        pub fn delete_email(email: EmailId) -> bool = emails::delete;

        /// Sets a password, as a PHC string.
        pub fn put_password(user: UserId, hash: &str, at: Timestamp) -> () = passwords::put;
        /// Replaces the hash of an unchanged password by one with newer parameters. False when the password was changed
        /// meanwhile.
        pub fn rehash_password(user: UserId, before: &str, after: &str) -> bool = passwords::rehash;
        /// Deletes a password.
        pub fn delete_password(user: UserId) -> () = passwords::delete;

        /// Sets up an authenticator app, in place of the one that was there.
        pub fn put_totp(totp: &Totp) -> () = totp::put;
        /// Notes that a code of this time step was used. False when one of this or a later step was used before.
        pub fn accept_totp_step(user: UserId, step: i64, at: Timestamp) -> bool = totp::accept_step;
        /// Deletes an authenticator app. False when there was none.
        pub fn delete_totp(user: UserId) -> bool = totp::delete;

        /// Adds a key.
        pub fn insert_webauthn_key(key: &WebauthnKey) -> KeyInserted = webauthn_keys::insert;
        /// Gives a key of an account another name.
        pub fn rename_webauthn_key(user: UserId, key: KeyId, name: &str) -> KeyRenamed = webauthn_keys::rename;
        /// Notes a use of a key, which changes its credential from `before`, as it was read, to `after`. False when it
        /// was changed meanwhile.
        pub fn use_webauthn_key(key: KeyId, before: &str, after: &str, at: Timestamp) -> bool
            = webauthn_keys::record_use;
        /// Deletes a key of an account. False when there was none.
        pub fn delete_webauthn_key(user: UserId, key: KeyId) -> bool = webauthn_keys::delete;
        /// Deletes every key of an account.
        pub fn delete_webauthn_keys(user: UserId) -> () = webauthn_keys::delete_all;

        /// Adds a set of recovery codes, all with the same `created_at`.
        pub fn insert_recovery_codes(codes: &[RecoveryCode]) -> () = recovery_codes::insert;
        /// Confirms the set that was made at `made_at`, and deletes every other one. False, and nothing happens, when
        /// there is no such set, or it is confirmed already.
        pub fn confirm_recovery_codes(user: UserId, made_at: Timestamp, at: Timestamp) -> bool
            = recovery_codes::confirm;
        /// Burns a recovery code. False when it is used already, or not confirmed.
        pub fn use_recovery_code(code: RecoveryCodeId, at: Timestamp) -> bool = recovery_codes::record_use;
        /// Deletes every recovery code of an account.
        pub fn delete_recovery_codes(user: UserId) -> () = recovery_codes::delete_all;
        /// Deletes the recovery codes of an account that are not confirmed.
        pub fn delete_unconfirmed_recovery_codes(user: UserId) -> () = recovery_codes::delete_unconfirmed;

        /// Signs a browser in.
        pub fn insert_session(session: &SessionRow) -> () = sessions::insert;
        /// Gives the browser of a session another secret. False when the session is gone.
        pub fn rotate_session(session: SessionId, browser: &SecretHash) -> bool = sessions::rotate;
        /// Notes when and where a session was used; never goes back in time.
        pub fn touch_session(session: SessionId, at: Timestamp, client: &Client) -> () = sessions::touch;
        /// Notes a proof of the person in a session. False when the session is gone.
        pub fn prove_session(session: SessionId, proof: Proof) -> bool = sessions::prove;
        /// Ends a session of an account. False when there was none.
        pub fn delete_session(user: UserId, session: SessionId) -> bool = sessions::delete;
        /// Ends every session of an account, but for one; gives how many.
        pub fn delete_sessions_of(user: UserId, except: Option<SessionId>) -> u64 = sessions::delete_all;
        /// Begins a half-way sign-in, in place of the one that the browser had.
        pub fn put_sign_in(sign_in: &SignIn) -> () = sign_ins::put;
        /// Ends the half-way sign-in of a browser. False when there was none.
        pub fn delete_sign_in(browser: &SecretHash) -> bool = sign_ins::delete;
        /// Ends every half-way sign-in to an account.
        pub fn delete_sign_ins_of(user: UserId) -> () = sign_ins::delete_all;
        /// Remembers a browser.
        pub fn insert_device(device: &Device) -> () = devices::insert;
        /// Forgets every browser of an account, but for one; gives how many.
        pub fn delete_devices_of(user: UserId, except: Option<DeviceId>) -> u64 = devices::delete_all;

        /// Makes a link.
        pub fn insert_link(link: &Link) -> () = links::insert;
        /// Uses a link up. `None` when it is of another kind, has ended, or was used before.
        pub fn take_link(secret: &SecretHash, kind: LinkKind, now: Timestamp) -> Option<Link> = links::take;
        /// Deletes a link. False when there was none.
        pub fn delete_link(secret: &SecretHash) -> bool = links::delete;
        /// Deletes every link of one kind of an account.
        pub fn delete_links_of(user: UserId, kind: LinkKind) -> () = links::delete_of_user;
        /// Deletes the links that make the first administrator.
        pub fn delete_setup_links() -> () = links::delete_setup;

        /// Keeps the state of a challenge or enrolment, in place of the one of this kind that the browser had.
        pub fn put_ceremony(browser: &SecretHash, kind: &str, state: &[u8], expires_at: Timestamp) -> ()
            = ceremonies::put;
        /// Gives the state of a challenge or enrolment, once, and only before it ends.
        pub fn take_ceremony(browser: &SecretHash, kind: &str, now: Timestamp) -> Option<Vec<u8>> = ceremonies::take;

        /// Counts an attempt in a bucket; gives how many there were in the present window, this one included, and when
        /// the window ends. `ends_at` is for a window that begins now.
        pub fn count_limit(bucket: &str, now: Timestamp, ends_at: Timestamp) -> (i64, Timestamp) = limits::count;
        /// Takes back an attempt that was counted in the present window.
        pub fn give_back(bucket: &str, now: Timestamp) -> () = limits::give_back;

        /// Puts a mail on its way.
        pub fn insert_mail(mail: &OutgoingMail) -> () = mail::insert;
        /// Deletes a mail that was handed over or given up.
        pub fn delete_mail(mail: MailId) -> () = mail::delete;

        /// Opens a recovery. False when the account has an open one.
        pub fn insert_recovery(recovery: &AccountRecovery) -> bool = recoveries::insert;
        /// Cancels a recovery. False when it is not open any more.
        pub fn cancel_recovery(recovery: RecoveryId, at: Timestamp) -> bool = recoveries::cancel;
        /// Completes a recovery. False when it is not open any more.
        pub fn complete_recovery(recovery: RecoveryId, at: Timestamp) -> bool = recoveries::complete;

        /// Changes what a channel asks of its members.
        pub fn set_channel_policy(channel: ChannelId, policy: Policy) -> () = channels::set_policy;
        /// Deletes what has ended by this moment: sessions, half-way sign-ins, devices, links, ceremonies, limits.
        pub fn delete_expired(now: Timestamp) -> () = expired::delete;
    }
}
