// Keys and passkeys. A form with `data-webauthn` gets its options from `data-options`, asks the browser for a credential,
// puts it into the field `credential` and is then sent like any other form.

const supported = "credentials" in navigator && "PublicKeyCredential" in window;
const RENEWAL = 4 * 60 * 1000; // in milliseconds; the registry forgets a challenge soon after
let waiting = null; // stops what the browser offers below the user name
let renewal = 0;
let asked = false; // whether the person chose a key or passkey, which ends the offer
let offered = null; // the options of that offer, while they are on their way

function toBytes(text) {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function toText(bytes) {
  const characters = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte));
  return btoa(characters.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function withBytes(list) {
  return (list ?? []).map((item) => ({ ...item, id: toBytes(item.id) }));
}

function creationOptions(json) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) {
    return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  }
  const user = { ...json.user, id: toBytes(json.user.id) };
  const excludeCredentials = withBytes(json.excludeCredentials);
  return { ...json, challenge: toBytes(json.challenge), user, excludeCredentials };
}

function requestOptions(json) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) {
    return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  }
  return { ...json, challenge: toBytes(json.challenge), allowCredentials: withBytes(json.allowCredentials) };
}

function credentialText(credential) {
  if (credential.toJSON) return JSON.stringify(credential);
  const { id, type, authenticatorAttachment, response } = credential;
  const answer = { clientDataJSON: toText(response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) answer[part] = toText(response[part]);
  }
  if (response.getTransports) answer.transports = response.getTransports();
  return JSON.stringify({
    id, type, authenticatorAttachment, rawId: toText(credential.rawId), response: answer,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

// What an error of the browser means for a person.
function reason(error, kind) {
  switch (error.name) {
    case "NotAllowedError":
      return "Nothing was received: it was cancelled, or it took too long. You can try again.";
    case "InvalidStateError":
      return "This key is registered already. Use another one.";
    case "SecurityError":
      return "Keys do not work under this address. Open this page under the registry's own address.";
    case "NotSupportedError":
    case "ConstraintError":
      return kind === "register"
        ? "This key cannot do what is needed. Try another key or device."
        : "This key cannot be used here. Try another key, or another way.";
    case "AbortError":
      return "It was interrupted. You can try again.";
    default:
      return error.words ?? "The key could not be used. You can try again, or use another way.";
  }
}

function refused(words) {
  return Object.assign(new Error(words), { words });
}

async function options(form) {
  let answer;
  try {
    answer = await fetch(form.dataset.options, {
      method: "POST",
      headers: { "X-CSRF-Token": form.elements.csrf.value, Accept: "application/json" },
      credentials: "same-origin",
    });
  } catch {
    throw refused("The registry could not be reached. Look at your connection, and try again.");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw refused(body.detail ?? "This page is too old. Load it again, and try once more.");
  return body.publicKey ?? body;
}

async function ask(form) {
  const json = await options(form);
  if (form.dataset.webauthn === "register") {
    return navigator.credentials.create({ publicKey: creationOptions(json) });
  }
  return navigator.credentials.get({ publicKey: requestOptions(json) });
}

function say(form, words) {
  const box = form.querySelector("[data-key-error]") ?? form.parentElement.querySelector("[data-key-error]");
  if (!box) return;
  box.querySelector("p").textContent = words;
  box.hidden = words === "";
}

function send(form, credential) {
  form.elements.credential.value = credentialText(credential);
  form.submit();
}

async function run(form) {
  const button = form.querySelector("button:not([type])");
  say(form, "");
  button.disabled = true;
  asked = true;
  clearTimeout(renewal);
  waiting?.abort();
  await offered; // the registry keeps one challenge for each browser: the last one must be ours
  try {
    send(form, await ask(form));
  } catch (error) {
    say(form, reason(error, form.dataset.webauthn));
    button.disabled = false;
  }
}

// Offers passkeys in the list that opens below the user name.
async function offerPasskeys(form) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.()) || asked) return;
  waiting = new AbortController();
  renewal = setTimeout(() => {
    waiting.abort();
    offerPasskeys(form);
  }, RENEWAL);
  const { signal } = waiting;
  try {
    offered = options(form).catch(() => null);
    const json = await offered;
    if (!json || signal.aborted) return;
    const publicKey = requestOptions(json);
    send(form, await navigator.credentials.get({ publicKey, mediation: "conditional", signal }));
  } catch {
    // Nobody asked for a passkey yet, so there is nobody to tell.
  }
}

for (const form of document.querySelectorAll("form[data-webauthn]")) {
  const hidden = form.closest("[data-needs-script]");
  if (!supported) {
    if (form.dataset.webauthn !== "passkey") say(form, "This browser cannot use keys or passkeys. Use another browser, or another way.");
    continue;
  }
  if (hidden) hidden.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form);
  });
  if (form.dataset.webauthn === "passkey") offerPasskeys(form);
}
