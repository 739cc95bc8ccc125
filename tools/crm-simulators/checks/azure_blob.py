"""What must hold between Microsoft's client and the simulated blob service at the port in the first argument.

The service must have been started with the container `leads` and a limit of five blocks.
"""

import base64
import json
import os
import sys
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

from azure.core import MatchConditions
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceExistsError
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import AccountSasPermissions, BlobClient, BlobSasPermissions, BlobServiceClient, BlobType
from azure.storage.blob import ContainerSasPermissions, ContentSettings, ResourceTypes
from azure.storage.blob import generate_account_sas, generate_blob_sas, generate_container_sas

ACCOUNT = "leadledgertest"
KEY = os.environ["AZURE_BLOB_KEY"]
BASE = f"http://127.0.0.1:{sys.argv[1]}"
ENDPOINT = f"{BASE}/{ACCOUNT}"
VERSION = "2021-12-02"
SOON = datetime.now(timezone.utc) + timedelta(hours=1)

failures = 0


def holds(what, condition):
    global failures
    print(("ok    " if condition else "FAIL  ") + what)
    failures += 0 if condition else 1


def fails(what, error, code, call):
    try:
        call()
    except error as raised:
        found = getattr(raised, "error_code", None) or raised.response.headers["x-ms-error-code"]
        found = str(getattr(found, "value", found))
        holds(f"{what}: {found}", found == code)
        return
    holds(f"{what}: nothing was raised", False)


def turn(knob, **body):
    request = urllib.request.Request(f"{BASE}/{knob}", data=json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 204


def service(credential=KEY, version=VERSION, endpoint=ENDPOINT, **options):
    if credential == KEY:
        credential = {"account_name": ACCOUNT, "account_key": KEY}
    return BlobServiceClient(endpoint, credential=credential, api_version=version, retry_total=0, **options)


def blob(name, credential=KEY, container="leads", **options) -> BlobClient:
    return service(credential, **options).get_blob_client(container, name)


def appends():
    client = blob("2026/01/02/leads é.ndjson")
    made = client.create_append_blob(content_settings=ContentSettings(content_type="application/x-ndjson"))
    holds("an append blob is made", bool(made["etag"]))
    fails("it is not made twice where that is asked", ResourceExistsError, "BlobAlreadyExists",
          lambda: client.create_append_blob(match_condition=MatchConditions.IfMissing))
    first = client.append_block(b'{"a":1}\n')
    second = client.append_block(b'{"b":2}\n', appendpos_condition=8, maxsize_condition=16)
    offsets = [(part["blob_append_offset"], part["blob_committed_block_count"]) for part in (first, second)]
    holds(f"appends say where and how many: {offsets}", [(int(o), n) for o, n in offsets] == [(0, 1), (8, 2)])
    fails("an append at a place that is taken", HttpResponseError, "AppendPositionConditionNotMet",
          lambda: client.append_block(b"late", appendpos_condition=8))
    fails("an append beyond the size that is wanted", HttpResponseError, "MaxBlobSizeConditionNotMet",
          lambda: client.append_block(b"late", maxsize_condition=19))
    fails("an append under an old tag", ResourceModifiedError, "ConditionNotMet",
          lambda: client.append_block(b"late", etag=made["etag"], match_condition=MatchConditions.IfNotModified))
    fails("a block above 4 MiB", HttpResponseError, "RequestBodyTooLarge",
          lambda: client.append_block(bytes(4 * 1_048_576 + 1)))
    client.append_block(b"checked", validate_content=True)
    properties = client.get_blob_properties()
    holds("properties tell length, blocks and type",
          (properties.size, properties.append_blob_committed_block_count, properties.blob_type,
           properties.content_settings.content_type) == (23, 3, BlobType.APPENDBLOB, "application/x-ndjson"))
    client.append_block(b"4")
    client.append_block(b"5")
    fails("a block beyond the limit of blocks", HttpResponseError, "BlockCountExceedsLimit",
          lambda: client.append_block(b"6"))
    fails("an append to what is not there", ResourceNotFoundError, "BlobNotFound",
          lambda: blob("nothing").append_block(b"x"))
    holds("the blob is what was appended", client.download_blob().readall() == b'{"a":1}\n{"b":2}\nchecked45')


def reads():
    client = blob("whole")
    client.upload_blob(b"0123456789", overwrite=False)
    fails("a blob put twice", ResourceExistsError, "BlobAlreadyExists", lambda: client.upload_blob(b"x"))
    fails("an append to a block blob", HttpResponseError, "InvalidBlobType", lambda: client.append_block(b"x"))
    holds("all of it is read", client.download_blob().readall() == b"0123456789")
    holds("a part is read", client.download_blob(offset=3, length=4).readall() == b"3456")
    holds("the rest is read", client.download_blob(offset=7).readall() == b"789")
    holds("more than there is ends with it", client.download_blob(offset=7, length=100).readall() == b"789")
    fails("a part behind the end", HttpResponseError, "InvalidRange", lambda: client.download_blob(offset=10, length=1))
    tag = client.get_blob_properties().etag
    fails("a read only if it changed", HttpResponseError, "ConditionNotMet",
          lambda: client.download_blob(etag=tag, match_condition=MatchConditions.IfModified))
    client.upload_blob(b"new", overwrite=True)
    fails("a read only if it did not change", ResourceModifiedError, "ConditionNotMet",
          lambda: client.download_blob(etag=tag, match_condition=MatchConditions.IfNotModified))
    holds("it is replaced", client.download_blob().readall() == b"new")
    empty = blob("empty")
    empty.create_append_blob()
    holds("nothing is read from an empty one", empty.download_blob().readall() == b"")
    fails("a blob that is not there", ResourceNotFoundError, "BlobNotFound", lambda: blob("nothing").download_blob())
    holds("what is not there does not exist", not blob("nothing").exists() and client.exists())
    fails("a container that is not there", ResourceNotFoundError, "ContainerNotFound",
          lambda: blob("nothing", container="nowhere").upload_blob(b"x"))


def containers():
    client = service().create_container("more")
    fails("a container made twice", ResourceExistsError, "ContainerAlreadyExists",
          lambda: service().create_container("more"))
    holds("its properties are told", bool(client.get_container_properties().etag))
    fails("a container that is not there", ResourceNotFoundError, "ContainerNotFound",
          service().get_container_client("nowhere").get_container_properties)
    for name in ["a/1", "a/2", "b&<c>", "d"]:
        client.upload_blob(name, name.encode())
    holds("blobs are listed by name", [found.name for found in client.list_blobs()] == ["a/1", "a/2", "b&<c>", "d"])
    holds("sizes are listed", [found.size for found in client.list_blobs()] == [3, 3, 5, 1])
    holds("a prefix chooses", [found.name for found in client.list_blobs(name_starts_with="a/")] == ["a/1", "a/2"])
    pages = [[found.name for found in page] for page in client.list_blobs(results_per_page=3).by_page()]
    holds(f"pages go on: {pages}", pages == [["a/1", "a/2", "b&<c>"], ["d"]])
    holds("a delimiter groups", [found.name for found in client.walk_blobs()] == ["a/", "b&<c>", "d"])
    client.delete_blob("d")
    fails("a blob that was deleted", ResourceNotFoundError, "BlobNotFound", lambda: client.delete_blob("d"))


def refusals():
    wrong = {"account_name": ACCOUNT, "account_key": base64.b64encode(b"another key").decode()}

    def read(credential, name="whole", **options):
        return blob(name, credential, **options).download_blob().readall()

    fails("another key", ClientAuthenticationError, "AuthenticationFailed", lambda: read(wrong))
    fails("a version that is too new", HttpResponseError, "InvalidHeaderValue", lambda: read(KEY, version="2026-10-06"))

    def signature(name="whole", **options):
        options = {"permission": BlobSasPermissions(read=True), "expiry": SOON, **options}
        return generate_blob_sas(ACCOUNT, "leads", name, account_key=KEY, **options)

    holds("a signature for the blob reads it", read(signature()) == b"new")
    fails("a signature for another blob", ClientAuthenticationError, "AuthenticationFailed",
          lambda: read(signature("other")))
    fails("a signature that has ended", ClientAuthenticationError, "AuthenticationFailed",
          lambda: read(signature(expiry=SOON - timedelta(hours=2))))
    fails("a signature that only reads", HttpResponseError, "AuthorizationPermissionMismatch",
          lambda: blob("whole", signature()).upload_blob(b"x", overwrite=True))
    adding = signature("log", permission=BlobSasPermissions(add=True, create=True))
    blob("log", adding).create_append_blob()
    blob("log", adding).append_block(b"x")
    fails("a signature that creates does not replace", HttpResponseError, "AuthorizationPermissionMismatch",
          lambda: blob("log", adding).create_append_blob())
    held = generate_container_sas(
        ACCOUNT, "leads", account_key=KEY, expiry=SOON, permission=ContainerSasPermissions(read=True, list=True))
    holds("a signature for the container reads what is in it", read(held) == b"new")
    listed = [found.name for found in service(held).get_container_client("leads").list_blobs()]
    holds("a signature for the container lists it", "whole" in listed)
    fails("a signature for the container does not make one", HttpResponseError, "AuthorizationPermissionMismatch",
          lambda: service(held).create_container("leads"))

    def account(**kinds):
        return generate_account_sas(
            ACCOUNT, account_key=KEY, resource_types=ResourceTypes(**kinds), expiry=SOON,
            permission=AccountSasPermissions(read=True, write=True))

    holds("a signature for the account reads it", read(account(object=True)) == b"new")
    fails("a signature for other things of the account", HttpResponseError, "AuthorizationResourceTypeMismatch",
          lambda: read(account(service=True)))
    service(account(container=True)).create_container("third")
    try:
        urllib.request.urlopen(f"{ENDPOINT}/leads/whole")
        holds("no signature is refused", False)
    except urllib.error.HTTPError as raised:
        holds("no signature is refused", raised.headers["x-ms-error-code"] == "NoAuthenticationInformation")
    plain = urllib.request.Request(f"{BASE}/leads/whole?{signature()}", headers={"x-ms-version": VERSION})
    with urllib.request.urlopen(plain) as answer:
        holds("the account may be left out of the path", answer.read() == b"new")


def trouble():
    turn("_fail", status=503, code="ServerBusy", times=1)
    fails("a failure that was asked for", HttpResponseError, "ServerBusy", lambda: blob("whole").download_blob())
    turn("_refuse")
    fails("a write that a knob refuses", HttpResponseError, "InvalidInput", lambda: blob("x").upload_blob(b"x"))
    client = blob("twice")
    client.create_append_blob()
    turn("_reset", after="commit")
    try:
        client.append_block(b"line\n", appendpos_condition=0)
        holds("a reset is an error", False)
    except Exception as raised:
        holds("a reset is an error", not isinstance(raised, HttpResponseError))
    fails("what took effect is not done twice", HttpResponseError, "AppendPositionConditionNotMet",
          lambda: client.append_block(b"line\n", appendpos_condition=0))
    with urllib.request.urlopen(f"{BASE}/_records") as answer:
        records = {record["key"]: record for record in map(json.loads, answer)}
    holds("what it holds can be looked at",
          records["leads/twice"] == {"key": "leads/twice", "written": 1, "fields": {"length": 5, "blocks": 1}})


appends()
reads()
containers()
refusals()
trouble()
print("everything holds" if failures == 0 else f"{failures} do not hold")
sys.exit(0 if failures == 0 else 1)
