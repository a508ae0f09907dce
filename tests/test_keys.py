"""Keys: what each may do, that nothing tells one again, and that a fault of their file opens nothing."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.api.serving import create_app, serve
from assistant.cli import main
from assistant.doctor import shown
from assistant.keys import SCOPES, Keys, KeysError, UnknownKey
from assistant.settings import Settings
from ingest.errors import BadInput
from vectorstore.store import Store

OPERATOR = ("/v1/operator/settings", "/v1/operator/keys")
SECRETS = {"api_key": "an-own-key-of-the-settings", "model_key": "sk-of-a-provider"}


def client_of(store: Store, *, peer: str = "127.0.0.1", host: str = "127.0.0.1", **settings: Any) -> TestClient:
    app = create_app(store, Settings(home=store.home, embedder="hashing", host=host, **settings))
    return TestClient(app, base_url="http://127.0.0.1", client=(peer, 50000))


@pytest.fixture
def keys(hashing_store: Store) -> Keys:
    return Keys(hashing_store.home)


@pytest.fixture
def client(hashing_store: Store) -> Iterator[TestClient]:
    with client_of(hashing_store) as client:
        yield client


def bearing(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def test_what_is_kept_is_no_key(tmp_path: Path):
    """The file holds digests, for its owner alone; the key is told once; another process knows it at once, and its day of use."""
    one, other = Keys(tmp_path), Keys(tmp_path)
    assert not other.asked()
    key, secret = one.add("Desk", "edit")
    file = tmp_path / "keys.json"
    assert secret not in file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert other.asked()
    assert other.listed()[0].used is None
    assert other.scope_of(secret) == "edit"
    assert one.listed()[0].used is not None
    assert [other.scope_of(wrong) for wrong in ("", secret[:-1], secret + "x", key.id, "é")] == [None] * 5
    other.revoke(key.id)
    assert one.scope_of(secret) is None
    with pytest.raises(UnknownKey):
        one.revoke(key.id)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": 2, "keys": []}', '{"format": 1, "keys": [{"id": "a"}]}']
)
def test_a_file_that_does_not_read_lets_nobody_in(hashing_store: Store, content: str):
    """Neither a spoiled file nor one that vanished opens the server: every request is refused until it is mended."""
    Keys(hashing_store.home).add("Desk", "operate")
    file = hashing_store.home / "keys.json"
    with client_of(hashing_store) as client:
        assert client.get("/v1/documents").status_code == 401
        kept = file.read_text(encoding="utf-8")
        file.write_text(content, encoding="utf-8")
        reply = client.get("/v1/documents")
        assert (reply.status_code, reply.json()["code"]) == (503, "keys")
        file.unlink()
        assert client.get("/v1/documents").status_code == 503
        file.write_text(kept, encoding="utf-8")
        assert client.get("/v1/documents").status_code == 401


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_reaches_as_far_as_its_scope(keys: Keys, client: TestClient, scope: str):
    """`ask` asks and reads, `edit` also adds and deletes documents, `operate` also sees settings and keys."""
    _, secret = keys.add("Desk", scope)  # type: ignore[arg-type]
    reach = SCOPES.index(scope)  # type: ignore[arg-type]
    asked = [
        ("GET", "/v1/documents", {}, 0),
        ("POST", "/v1/answers", {"json": {"question": "Who?"}}, 0),
        ("POST", "/v1/documents", {"json": {"title": "T", "text": "Masks must be worn."}}, 1),
        ("DELETE", "/v1/documents/none", {}, 1),
        ("GET", "/v1/operator/settings", {}, 2),
        ("POST", "/v1/operator/checks", {}, 2),
        ("GET", "/v1/operator/keys", {}, 2),
        ("POST", "/v1/operator/keys", {"json": {"name": "N", "scope": "ask"}}, 2),
        ("DELETE", "/v1/operator/keys/none", {}, 2),
    ]
    for method, path, more, wanted in asked:
        assert client.request(method, path, **more).status_code == 401, path
        reply = client.request(method, path, headers=bearing(secret), **more)
        assert (reply.status_code == 403) == (reach < wanted), (path, reply.text)
        if reach < wanted:
            assert reply.json()["code"] == "scope"
    assert client.get("/healthz").status_code == 200


def test_an_operator_makes_and_revokes_keys(client: TestClient, keys: Keys):
    """A key made over HTTP is told once and works at once; revoked, it does not; the last for operating stays."""
    first, secret = keys.add("Desk", "operate")
    told = client.post("/v1/operator/keys", json={"name": "Bot", "scope": "ask"}, headers=bearing(secret))
    assert told.status_code == 201
    assert told.headers["cache-control"] == "no-store"
    made = told.json()
    assert client.get("/v1/documents", headers=bearing(made["key"])).status_code == 200
    listed = client.get("/v1/operator/keys", headers=bearing(secret))
    assert [(each["name"], each["scope"]) for each in listed.json()["keys"]] == [("Desk", "operate"), ("Bot", "ask")]
    assert made["key"] not in listed.text
    assert "digest" not in listed.text
    gone = client.delete(f"/v1/operator/keys/{made['id']}", headers=bearing(secret))
    assert gone.status_code == 204
    assert client.get("/v1/documents", headers=bearing(made["key"])).status_code == 401
    last = client.delete(f"/v1/operator/keys/{first.id}", headers=bearing(secret))
    assert (last.status_code, last.json()["code"]) == (409, "last_operator")
    assert client.get("/v1/documents", headers=bearing(secret)).status_code == 200


def test_no_secret_is_told(hashing_store: Store):
    """The settings tell every name and value, but of a secret only whether it is set, and of a URL no user, password or query."""
    with client_of(hashing_store, model_url="http://ann:hunter2@host/v1?token=abc", **SECRETS) as client:
        text = client.get("/v1/operator/settings", headers=bearing(SECRETS["api_key"])).text
    assert not [each for each in (*SECRETS.values(), "ann:", "hunter2", "token=") if each in text]
    by_name = {each["name"]: each for each in json.loads(text)["settings"]}
    assert by_name.keys() == {f"CAVEAT_{name.upper()}" for name in Settings.model_fields}
    key, url = by_name["CAVEAT_API_KEY"], by_name["CAVEAT_MODEL_URL"]
    assert (key["value"], key["secret"], key["given"]) == (None, True, True)
    assert url["value"] == "http://***@host/v1?***"
    assert by_name["CAVEAT_PORT"]["given"] is False


def test_without_keys_only_this_machine_sees_the_settings(hashing_store: Store, client: TestClient):
    """Without keys: settings and keys from loopback only, never through a server in front, and no first key over HTTP."""
    assert [client.get(path).status_code for path in OPERATOR] == [200, 200]
    for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via"):
        reply = client.get(OPERATOR[0], headers={name: "127.0.0.1"})
        assert (reply.status_code, reply.json()["code"]) == (403, "operator_only")
    refused = client.post("/v1/operator/keys", json={"name": "Mine", "scope": "operate"})
    assert (refused.status_code, refused.json()["code"]) == (409, "first_key")
    assert client.get("/v1/documents").status_code == 200
    with client_of(hashing_store, peer="192.0.2.7") as far:
        assert [far.get(path).status_code for path in OPERATOR] == [403, 403]
    with client_of(hashing_store, host="0.0.0.0") as open_to_all:  # noqa: S104 (that it is not served is what is tested)
        assert open_to_all.get("/v1/documents").status_code == 401


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_page_of_another_site_manages_nothing(client: TestClient, keys: Keys, method: str):
    """A form or script of another site is refused, whatever it bears."""
    key, secret = keys.add("Desk", "operate")
    keys.add("Other", "operate")
    path = "/v1/operator/keys" + ("" if method == "POST" else f"/{key.id}")
    sent = {"json": {"name": "N", "scope": "operate"}} if method == "POST" else {}
    headers = bearing(secret) | {"sec-fetch-site": "cross-site"}
    assert client.request(method, path, headers=headers, **sent).json()["code"] == "cross_site"
    assert len(keys.listed()) == 2


def test_what_works_is_told_by_the_running_server(client: TestClient):
    """The checks are those of `caveat doctor`, made with the parts that the server has open."""
    checks = {each["name"]: each for each in client.post("/v1/operator/checks").json()["checks"]}
    assert {"python", "disk", "embedder", "library", "words index", "model"} <= checks.keys()
    assert checks["model"]["state"] == "note"
    assert "hashing" in checks["embedder"]["told"]


def test_keys_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """`caveat keys add|list|revoke`: the key alone on standard output, this once; the list never tells it."""
    monkeypatch.setenv("CAVEAT_HOME", str(tmp_path / "data"))
    assert main(["keys", "add", "Desk", "--scope", "operate"]) == 0
    told = capsys.readouterr()
    secret = told.out.strip()
    assert Keys(tmp_path / "data").scope_of(secret) == "operate"
    assert "asks everybody for a key" in told.err
    assert main(["keys", "list", "--json"]) == 0
    [listed] = json.loads(capsys.readouterr().out)["keys"]
    assert (listed["name"], listed["scope"]) == ("Desk", "operate")
    assert main(["keys", "list"]) == 0
    shown_list = capsys.readouterr().out
    assert secret not in shown_list
    assert listed["id"] in shown_list
    assert main(["keys", "revoke", listed["id"][:4]]) == 0
    assert Keys(tmp_path / "data").scope_of(secret) is None
    assert main(["keys", "revoke", "none"]) == 1


def test_a_server_for_others_needs_a_key(tmp_path: Path):
    """Beyond loopback nothing is served without a key; names that only look like loopback are no loopback."""
    for host in ("0.0.0.0", "192.0.2.7", "localhost.example"):  # noqa: S104 (that it is refused is what is tested)
        with pytest.raises(BadInput, match="without a key"):
            serve(Settings(home=tmp_path), host, 0)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path):
    """Where the keys cannot be kept, none is told."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(KeysError):
        Keys(tmp_path / "file").add("Desk", "ask")


def test_the_doctor_masks_what_the_page_masks():
    """`caveat doctor` prints the settings through the same mask."""
    told = shown(Settings(library_url="postgresql://ann:p@ss:w/rd@db/x?sslpassword=abc", **SECRETS))
    assert told["library_url"] == "postgresql://***@db/x?***"
    assert not [secret for secret in SECRETS.values() if secret in str(told)]
