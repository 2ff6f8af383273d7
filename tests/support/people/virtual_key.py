"""A security key inside the browser: Chromium's virtual authenticator, by the DevTools protocol."""

from playwright.sync_api import Page


class VirtualKey:
    """An authenticator that pages find plugged in. It keeps passkeys and knows its owner, unless told."""

    def __init__(self, page: Page, **options):
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.send("WebAuthn.enable", {"enableUI": False})
        chosen = {
            "protocol": "ctap2",
            "transport": "usb",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        } | options
        added = self._devtools.send("WebAuthn.addVirtualAuthenticator", {"options": chosen})
        self.id = added["authenticatorId"]

    def _send(self, method: str, **parameters) -> dict:
        return self._devtools.send(f"WebAuthn.{method}", {"authenticatorId": self.id, **parameters})

    @property
    def credentials(self) -> list[dict]:
        """What the key holds, private parts included."""
        return self._send("getCredentials")["credentials"]

    def put(self, credential: dict, **changes) -> None:
        """Lets the key hold a credential of another key, or of its own past."""
        if credential["credentialId"] in {held["credentialId"] for held in self.credentials}:
            self._send("removeCredential", credentialId=credential["credentialId"])
        self._send("addCredential", credential=credential | changes)

    def know_owner(self, knows: bool) -> None:
        """Whether the key verifies who touches it from now on."""
        self._send("setUserVerified", isUserVerified=knows)
