//! Recoveries and mail on its way.

use bonded_model::ids::{MailId, RecoveryId, UserId};
use bonded_model::people::{AccountRecovery, OutgoingMail};
use bonded_testkit::on_both;

use crate::world::{ada_and_eve, after, now, random, write};

fn recovery(user: UserId, by: UserId) -> AccountRecovery {
    AccountRecovery {
        id: RecoveryId::generate(now(), &random()),
        user,
        requested_by: Some(by),
        requested_at: now(),
        due_at: Some(after(86_400)),
        cancelled_at: None,
        completed_at: None,
    }
}

on_both! {
    async fn an_account_has_one_open_recovery_which_ends_once(database: TestDatabase) {
        let store = database.store().await;
        let (ada, eve) = ada_and_eve(&store).await;
        let (first, second) = (recovery(ada.id, eve.id), recovery(ada.id, eve.id));
        let copies = (first.clone(), second.clone());
        let done = write(&store, move |tx| Box::pin(async move {
            let (first, second) = copies;
            Ok([
                tx.insert_recovery(&first).await?,
                tx.insert_recovery(&second).await?,
                tx.cancel_recovery(first.id, after(1)).await?,
                tx.cancel_recovery(first.id, after(2)).await?,
                tx.complete_recovery(first.id, after(2)).await?,
                tx.insert_recovery(&second).await?,
            ])
        })).await;
        assert_eq!(done, [true, false, true, false, false, true]);
        let mut reader = store.read().await.unwrap();
        let cancelled = AccountRecovery { cancelled_at: Some(after(1)), ..first.clone() };
        assert_eq!(reader.recovery(first.id).await.unwrap(), Some(cancelled));
        assert_eq!(reader.open_recovery_of(ada.id).await.unwrap(), Some(second.clone()));
        let completed = write(&store, move |tx| Box::pin(async move {
            tx.delete_user(eve.id).await?;
            Ok((tx.complete_recovery(second.id, after(3)).await?, tx.cancel_recovery(second.id, after(3)).await?))
        })).await;
        assert_eq!(completed, (true, false));
        assert_eq!(reader.open_recovery_of(ada.id).await.unwrap(), None);
        assert_eq!(reader.recovery(first.id).await.unwrap().unwrap().requested_by, None);
    }

    async fn a_mail_is_kept_until_it_is_handed_over(database: TestDatabase) {
        let store = database.store().await;
        let id = MailId::generate(now(), &random());
        let mail = OutgoingMail { id, recipient: "ada@example.org".parse().unwrap(), body: vec![0, 255], created_at: now() };
        write(&store, move |tx| Box::pin(async move { tx.insert_mail(&mail).await })).await;
        let mut reader = store.read().await.unwrap();
        let mail = reader.outgoing_mail(id).await.unwrap().unwrap();
        assert_eq!((mail.recipient.as_str(), mail.body, mail.created_at), ("ada@example.org", vec![0, 255], now()));
        write(&store, move |tx| Box::pin(async move { tx.delete_mail(id).await })).await;
        assert!(reader.outgoing_mail(id).await.unwrap().is_none());
    }
}
