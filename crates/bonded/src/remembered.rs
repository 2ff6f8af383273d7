//! What a server leaves in the database for the command line, which does not know the server's options: links and mails
//! from there must say the same.

use bonded_registry::people::PeopleSettings;
use bonded_store::{Store, StoreError};

const BASE_URL: &str = "server.base-url";
const INSTANCE_NAME: &str = "server.instance-name";
const SIGN_UP: &str = "server.sign-up";

/// Writes down what the server that is starting was told.
pub(crate) async fn remember(store: &Store, settings: &PeopleSettings) -> Result<(), StoreError> {
    let values = [
        (BASE_URL, settings.base_url.clone()),
        (INSTANCE_NAME, settings.instance_name.clone()),
        (SIGN_UP, settings.sign_up.as_str().to_owned()),
    ];
    let write = store.write(move |tx| {
        Box::pin(async move {
            for (key, value) in values {
                tx.put_setting(key, &value).await?;
            }
            Ok(())
        })
    });
    write.await
}

/// The settings as the last server had them that ran on this database. What its words are is checked: a newer version
/// may know more of them.
pub(crate) async fn recall(
    store: &Store,
    mut settings: PeopleSettings,
) -> Result<PeopleSettings, StoreError> {
    let mut reader = store.read().await?;
    if let Some(base_url) = reader.setting(BASE_URL).await? {
        settings.base_url = base_url;
    }
    if let Some(name) = reader.setting(INSTANCE_NAME).await? {
        settings.instance_name = name;
    }
    if let Some(Ok(who)) = reader.setting(SIGN_UP).await?.map(|word| word.parse()) {
        settings.sign_up = who;
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use bonded_registry::people::SignUp;
    use bonded_store::{DatabaseUrl, OpenMode};

    use super::*;

    #[tokio::test]
    async fn the_command_line_hears_what_the_server_was_told() {
        let directory = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::sqlite(directory.path().join("bonded.db"));
        let store = Store::open(&url, OpenMode::CreateIfMissing).await.unwrap();
        store.migrate().await.unwrap();
        let before = recall(&store, PeopleSettings::default()).await.unwrap();
        assert_eq!(before.base_url, PeopleSettings::default().base_url);
        let told = PeopleSettings {
            base_url: "https://packages.example.org".into(),
            instance_name: "Acme".into(),
            sign_up: SignUp::Closed,
            ..PeopleSettings::default()
        };
        remember(&store, &told).await.unwrap();
        let recalled = recall(&store, PeopleSettings::default()).await.unwrap();
        assert_eq!((recalled.base_url, recalled.instance_name), (told.base_url, told.instance_name));
        assert_eq!(recalled.sign_up, SignUp::Closed);
        store.close().await;
    }
}
