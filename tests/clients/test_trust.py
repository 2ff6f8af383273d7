"""The life of a root on several machines: made, signed, rotated after loss and theft; read by others."""

import shutil
import stat
import subprocess
import tempfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from support import age_file, content_trust
from support.ceremony import Machine

KEY_MANAGER = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
SERVER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)


@pytest.fixture
def machine(tmp_path):
    """Makes machines by the names of their people."""

    def make(name: str) -> Machine:
        (tmp_path / name).mkdir()
        return Machine(tmp_path / name)

    return make


def _collect(on: Machine, file: str, signers: list[Machine]) -> dict:
    """Carries a root to each of the signers, and their signatures back."""
    for number, signer in enumerate(signers):
        if signer is on:
            status = on.sign(file)
            continue
        on.carry(file, signer)
        signer.sign(file, *([] if file == "1.root.json" else ["--previous", "old.root.json"]))
        signer.carry(file, on, f"signed-{number}.json")
        status = on.trust("merge", file, f"signed-{number}.json")
        (on.directory / f"signed-{number}.json").unlink()
    return status


def _give_old(on: Machine, file: str, machines: list[Machine]) -> None:
    for each in machines:
        if each is not on:
            on.carry(file, each, "old.root.json")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_whole_life_of_a_root_on_several_machines(machine):
    ann, bob, cat, dan, eve = (machine(name) for name in ("ann", "bob", "cat", "dan", "eve"))
    keys = {each.directory.name: each.make_key() for each in (ann, bob, cat, dan, eve)}
    key_manager = content_trust.public(KEY_MANAGER)

    # The first root: two of three.
    for each in (bob, cat):
        each.carry("root.key.pub", ann, f"{each.directory.name}.pub")
    roots = ["--root-key", "root.key.pub", "--root-key", "bob.pub", "--root-key", "cat.pub"]
    made = ann.trust("init", *roots, "--threshold", "2", "--key-manager", key_manager, "--out", ".")
    assert made["root"]["needed"] == 2 and not made["complete"]
    ann.run("check", "1.root.json").refused_with("root 1 is not signed by 2 of its own keys: 0 valid")
    assert not ann.sign("1.root.json")["complete"]
    ann.run("check", "1.root.json").refused_with("1 valid")
    assert _collect(ann, "1.root.json", [bob])["complete"]
    assert ann.run("check", "1.root.json", "--fingerprint", made["fingerprint"]).status == 0

    # Cat loses the key: the two others sign, and Dan's new one proves that it is there.
    _give_old(ann, "1.root.json", [bob, dan])
    ann.run("rotate", "1.root.json", "--replace", f"{keys['cat']}={keys['dan']}").succeeded()
    status = _collect(ann, "2.root.json", [dan, ann])
    assert status["previous_root"]["needed"] == 1 and status["root"]["needed"] == 0
    ann.run("check", ".").refused_with("root 2 is not signed by 2 of the keys of root 1: 1 valid")
    assert _collect(ann, "2.root.json", [bob])["complete"]
    assert ann.run("check", ".").status == 0

    # Bob's key is stolen. The thief makes a root of his own, which nobody follows.
    bob.write("2.root.json", ann.read("2.root.json"))
    bob.run(
        "rotate", "2.root.json", "--remove", keys["ann"], "--remove", keys["dan"], "--threshold", "1"
    ).succeeded()
    assert bob.sign("3.root.json")["root"]["needed"] == 0
    bob.run("check", "2.root.json", "3.root.json").refused_with(
        "not signed by 2 of the keys of root 2: 1 valid"
    )

    # The others take the stolen key out.
    _give_old(ann, "2.root.json", [dan, eve])
    ann.run("rotate", "2.root.json", "--replace", f"{keys['bob']}={keys['eve']}").succeeded()
    assert _collect(ann, "3.root.json", [ann, dan])["complete"]
    _give_old(ann, "3.root.json", [dan, eve])
    ann.run("threshold", "3", "3.root.json").succeeded()
    assert _collect(ann, "4.root.json", [ann, dan])["root"]["needed"] == 1
    assert _collect(ann, "4.root.json", [eve])["complete"]

    chain = [ann.read(f"{version}.root.json") for version in (1, 2, 3, 4)]
    content_trust.verify_roots(chain)
    assert chain[3]["signed"]["delegations"]["root"] == {
        "pubkeys": sorted([keys["ann"], keys["dan"], keys["eve"]]),
        "threshold": 3,
    }
    found = ann.trust("check", ".", "--fingerprint", content_trust.fingerprint(chain[0]))
    assert (found["verdict"], found["first"]["version"], found["last"]["version"]) == ("good", 1, 4)


def test_a_ceremony_replaces_the_development_root_of_a_server(machine):
    desk = machine("desk")
    server = content_trust.public(SERVER)
    first = content_trust.root(1, [server], 1, content_trust.public(KEY_MANAGER))
    desk.write("1.root.json", content_trust.sign_root(first, SERVER))
    made = desk.trust(
        "init", "--root-keys", "2", "--threshold", "2", "--from", "1.root.json", "--out", "new", secret=True
    )
    assert (made["version"], made["complete"]) == (2, False)
    assert made["previous_root"] == {"threshold": 1, "signed": [], "missing": [server], "needed": 1}
    second = desk.read("new/2.root.json")
    assert second["signed"]["delegations"]["key_mgr"] == first["signed"]["delegations"]["key_mgr"]
    desk.write("2.root.json", content_trust.sign_root(second, SERVER))
    content_trust.verify_roots([first, second])
    assert desk.run("check", ".").status == 0


def test_what_the_independent_implementation_makes_is_verified_here(machine):
    desk = machine("desk")
    one, two = (Ed25519PrivateKey.generate() for _ in range(2))
    names = [content_trust.public(key) for key in (one, two)]
    manager, other = content_trust.public(KEY_MANAGER), content_trust.public(SERVER)
    first = content_trust.sign_root(content_trust.root(1, names[:1], 1, other), one)
    second = content_trust.root(2, names, 2, manager)
    second = content_trust.sign_root(content_trust.sign_root(second, one), two)
    trusted = content_trust.sign(content_trust.key_manager(3, names), KEY_MANAGER)
    desk.write("1.root.json", first)
    desk.write("2.root.json", second)
    desk.write("key_mgr.json", trusted)
    found = desk.trust("check", ".")
    assert found["first"]["fingerprint"] == content_trust.fingerprint(first)
    assert found["key_mgr"]["version"] == 3
    desk.run("show", "2.root.json", "key_mgr.json").succeeded()

    desk.run("check", "1.root.json", "--fingerprint", "0" * 64).refused_with("do not trust it")
    desk.run("check", "1.root.json", "key_mgr.json").refused_with(
        "not signed by 1 of the keys that root 1 names"
    )
    desk.run("check", "2.root.json", "1.root.json").refused_with("root 1 does not follow root 2")
    second["signed"]["expiration"] = content_trust.moment(9999)
    desk.write("2.root.json", second)
    desk.run("check", ".").refused_with("root 2 is not signed by 1 of the keys of root 1: 0 valid")


def test_the_end_of_a_root_and_of_a_key_manager_shows_in_the_exit_status(machine):
    desk = machine("desk")
    root = content_trust.root(1, [content_trust.public(SERVER)], 1, content_trust.public(KEY_MANAGER), 365)
    desk.write("1.root.json", content_trust.sign_root(root, SERVER))
    for days, status, text in ((0, 0, "in 36"), (310, 4, "WARNING, in"), (366, 3, "EXPIRED")):
        at = content_trust.moment(days)
        finished = desk.run("check", "1.root.json", "--at", at)
        assert (finished.status, text in finished.output) == (status, True), finished.output
    assert (
        desk.run("check", "1.root.json", "--at", content_trust.moment(310), "--warn-days", "10").status == 0
    )
    for left, status in ((20, 0), (5, 4), (-1, 3)):
        made = content_trust.key_manager(1, [content_trust.public(SERVER)], days=left)
        desk.write("key_mgr.json", content_trust.sign(made, KEY_MANAGER))
        assert desk.run("check", ".").status == status


def test_secret_keys_are_files_for_their_owner_that_other_programs_open(machine):
    ann = machine("ann")
    public = ann.make_key()
    path = ann.directory / "root.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = age_file.open_file(path, ann.passphrase).decode()
    assert "".join(text.splitlines()[0].split()[1:]) == public
    seed = bytes.fromhex("".join("".join(line.split()[1:5]) for line in text.splitlines()[1:5]))
    assert content_trust.public(Ed25519PrivateKey.from_private_bytes(seed)) == public
    assert seed.hex() not in path.read_text()

    ann.run("key", "--out", "root.key", secret=True).refused_with("nothing is overwritten")
    ann.run(
        "init", "--root-key", public, "--threshold", "1", "--key-manager", public, "--out", "."
    ).succeeded()
    ann.run(
        "init", "--root-key", public, "--threshold", "1", "--key-manager", public, "--out", "."
    ).refused_with("nothing is overwritten")
    (ann.directory / "passphrase").write_text("not the passphrase\n")
    ann.run("sign", "1.root.json", "--key", "root.key", "--yes", secret=True).refused_with(
        "the passphrase is wrong"
    )
    (ann.directory / "passphrase").write_text("short\n")
    ann.run("key", "--out", "other.key", secret=True).refused_with("too short")
    assert not (ann.directory / "other.key").exists()


def test_a_key_on_paper_is_read_back_and_a_typing_error_is_found(machine):
    ann = machine("ann")
    public = ann.make_key()
    paper = ann.trust("paper", "root.key", secret=True)["paper"]
    lines = paper.splitlines()
    (ann.directory / "typed.txt").write_text("\n".join(f"  {line.upper()}" for line in lines))
    assert ann.trust("restore", "typed.txt", "--out", "again.key", secret=True)["public"] == public
    assert public in age_file.open_file(ann.directory / "again.key", ann.passphrase).decode().replace(" ", "")
    lines[3] = lines[3][:-1] + ("0" if lines[3][-1] != "0" else "1")
    (ann.directory / "typed.txt").write_text("\n".join(lines))
    ann.run("restore", "typed.txt", "--out", "wrong.key", secret=True).refused_with("line 3", "mistyped")
    assert not (ann.directory / "wrong.key").exists()


def test_a_person_at_the_terminal_is_asked_twice_and_shown_what_is_signed(machine):
    ann = machine("ann")
    words = ["correct horse battery", "correct horse battery"]
    status, shown = ann.at_a_terminal(words, "key", "--out", "root.key")
    assert status == 0, shown
    assert "correct" not in shown
    status, shown = ann.at_a_terminal(
        ["correct horse battery", "another horse battery"], "key", "--out", "x.key"
    )
    assert (status, "differ" in shown) == (1, True), shown
    key = (ann.directory / "root.key.pub").read_text().strip()
    init = ["init", "--root-keys", "2", "--threshold", "2", "--key-manager", key, "--out", "two"]
    status, shown = ann.at_a_terminal([*words, "a short one", "a short one"], *init)
    assert (status, "too short" in shown, list((ann.directory / "two").iterdir())) == (1, True, []), shown
    made = ann.trust("init", "--root-key", key, "--threshold", "1", "--key-manager", key, "--out", ".")
    status, shown = ann.at_a_terminal(["no"], "sign", "1.root.json", "--key", "root.key")
    assert (status, "nothing was signed" in shown) == (1, True), shown
    status, shown = ann.at_a_terminal(["yes", words[0]], "sign", "1.root.json", "--key", "root.key")
    assert status == 0, shown
    assert made["fingerprint"][:4] in shown
    assert ann.run("check", "1.root.json").status == 0


def test_signatures_that_do_not_belong_are_not_added(machine):
    ann, bob = machine("ann"), machine("bob")
    keys = ann.make_key(), bob.make_key()
    ann.run(
        "init", "--root-key", keys[0], "--threshold", "1", "--key-manager", keys[0], "--out", "."
    ).succeeded()
    ann.carry("1.root.json", bob)
    bob.run("sign", "1.root.json", "--key", "root.key", "--yes", secret=True).refused_with(
        "is no root key of this root"
    )
    bob.run("sign", "1.root.json", "--key", "root.key", secret=True).refused_with("add --yes")
    assert bob.read("1.root.json")["signatures"] == {}
    bob.run(
        "init", "--root-key", keys[1], "--threshold", "1", "--key-manager", keys[0], "--out", "own"
    ).succeeded()
    bob.carry("own/1.root.json", ann, "bobs.json")
    ann.run("merge", "1.root.json", "bobs.json").refused_with("bobs.json", "another root")
    forged = ann.read("1.root.json")
    content_trust.sign_root(forged, SERVER)
    forged["signatures"] = {keys[0]: forged["signatures"].popitem()[1]}
    ann.write("forged.json", forged)
    ann.run("merge", "1.root.json", "forged.json").refused_with("forged.json", "does not hold")


def _gpg(home: str, *arguments) -> str:
    command = ["gpg", "--homedir", home, "--batch", "--quiet", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.fixture
def gnupg():
    """The home of a GnuPG with an Ed25519 key, and the fingerprint of that."""
    assert shutil.which("gpg"), (
        "GnuPG is missing: install your system's package (Debian: apt-get install gnupg)"
    )
    # The path of a socket is short, so the directory of the test is too deep for it.
    directory = tempfile.TemporaryDirectory(prefix="gpg")
    home = directory.name
    _gpg(home, "--passphrase", "", "--quick-generate-key", "Ann <ann@example.org>", "ed25519", "sign", "1y")
    listed = _gpg(home, "--with-colons", "--list-keys").splitlines()
    yield home, next(line.split(":")[9] for line in listed if line.startswith("fpr"))
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "gpg-agent"], timeout=60)
    directory.cleanup()


def test_a_root_key_in_gnupg_signs_beside_one_in_a_file(machine, gnupg):
    ann = machine("ann")
    home, fingerprint = gnupg
    ann.environment["GNUPGHOME"] = home
    in_gnupg, in_file = ann.run("gpg-key", fingerprint).succeeded().stdout.strip(), ann.make_key()
    roots = ["--root-key", in_gnupg, "--root-key", in_file]
    ann.run("init", *roots, "--threshold", "2", "--key-manager", in_file, "--out", ".").succeeded()
    ann.run("sign", "1.root.json", "--gpg", fingerprint, "--yes").succeeded()
    assert ann.sign("1.root.json")["complete"]
    content_trust.verify_roots([ann.read("1.root.json")])
    assert ann.run("check", ".").status == 0
    ann.run("sign", "1.root.json", "--gpg", "0" * 40, "--yes").refused_with("no Ed25519 key")
    ann.run("sign", "1.root.json", "--gpg", fingerprint[:16], "--yes").refused_with("40 hexadecimal digits")
    ann.run("sign", "1.root.json", "--gpg", fingerprint, "--yes", "--gpg-program", "no-gpg").refused_with(
        "--gpg-program"
    )
