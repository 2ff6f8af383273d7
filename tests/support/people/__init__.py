"""What the browser tests are made of: registries with mail, people, browsers, and keys to sign in with."""
