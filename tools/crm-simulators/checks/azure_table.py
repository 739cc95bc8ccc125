"""What must hold between Microsoft's client and the simulated table service at the port in the first argument."""

import base64
import json
import os
import sys
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceExistsError
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
from azure.core import MatchConditions
from azure.data.tables import AccountSasPermissions, EdmType, EntityProperty, ResourceTypes, TableClient
from azure.data.tables import RequestTooLargeError, TableSasPermissions, TableServiceClient, TableTransactionError
from azure.data.tables import UpdateMode
from azure.data.tables import generate_account_sas, generate_table_sas

ACCOUNT = "leadledgertest"
TABLE = "marketplaceleads"
KEY = os.environ["AZURE_TABLE_KEY"]
BASE = f"http://127.0.0.1:{sys.argv[1]}"
ENDPOINT = f"{BASE}/{ACCOUNT}"
CREDENTIAL = AzureNamedKeyCredential(ACCOUNT, KEY)
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
        # Some calls of the client raise the answer as it came, without reading the code out of it.
        found = getattr(raised, "error_code", None) or raised.response.headers["x-ms-error-code"]
        found = str(getattr(found, "value", found))
        holds(f"{what}: {found}", found == code)
        return
    holds(f"{what}: nothing was raised", False)


def turn(knob, **body):
    request = urllib.request.Request(f"{BASE}/{knob}", data=json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 204


def client(credential=CREDENTIAL, table=TABLE, **options):
    return TableClient(ENDPOINT, table, credential=credential, retry_total=0, **options)


def writes(table):
    entity = {
        "PartitionKey": "o'brien & söhne", "RowKey": "r-1", "Text": "zoë", "Whole": 7, "Part": 1.5, "Yes": True,
        "Big": EntityProperty(2**40, EdmType.INT64), "When": datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
        "Bytes": b"\x00\x01",
    }
    made = table.create_entity(entity)
    holds("an insert answers with a tag", bool(made["etag"]))
    read = table.get_entity(entity["PartitionKey"], "r-1")
    same = all(read[name] == value for name, value in entity.items() if name != "Big")
    holds("every type comes back as it went", same and read["Big"].value == 2**40)
    apart = abs(datetime.now(timezone.utc) - read.metadata["timestamp"])
    holds("the service writes the time", apart < timedelta(minutes=5))
    fails("a second insert", ResourceExistsError, "EntityAlreadyExists", lambda: table.create_entity(entity))
    keys = {"PartitionKey": entity["PartitionKey"], "RowKey": "r-1"}
    table.upsert_entity({**keys, "Text": "new"}, mode=UpdateMode.MERGE)
    merged = table.get_entity(keys["PartitionKey"], "r-1")
    holds("a merge keeps what it does not name", merged["Text"] == "new" and merged["Whole"] == 7)
    table.upsert_entity({**keys, "Text": "only"}, mode=UpdateMode.REPLACE)
    replaced = table.get_entity(keys["PartitionKey"], "r-1")
    holds("a replacement keeps nothing else", replaced["Text"] == "only" and "Whole" not in replaced)
    fails(
        "an update under an old tag", ResourceModifiedError, "UpdateConditionNotSatisfied",
        lambda: table.update_entity(
            {**keys, "Text": "late"}, etag=made["etag"], match_condition=MatchConditions.IfNotModified))
    fails(
        "an update of what is not there", ResourceNotFoundError, "ResourceNotFound",
        lambda: table.update_entity({"PartitionKey": "x", "RowKey": "y", "A": 1}))
    fails(
        "a key that no row can have", HttpResponseError, "OutOfRangeInput",
        lambda: table.create_entity({"PartitionKey": "a/b", "RowKey": "c"}))
    table.delete_entity(keys["PartitionKey"], "r-1")
    fails("a row that was deleted", ResourceNotFoundError, "ResourceNotFound",
          lambda: table.get_entity(keys["PartitionKey"], "r-1"))


def limits(table):
    keys = {"PartitionKey": "limits", "RowKey": "1"}

    def refused(what, code, entity, error=HttpResponseError):
        fails(what, error, code, lambda: table.upsert_entity({**keys, **entity}))

    table.upsert_entity({**keys, "Text": "ä" * 32_768, "Bytes": bytes(65_536)})
    refused("a text above 64 KiB", "PropertyValueTooLarge", {"Text": "ä" * 32_769})
    refused("bytes above 64 KiB", "PropertyValueTooLarge", {"Bytes": bytes(65_537)})
    table.upsert_entity({**keys, **{f"P{number}": number for number in range(252)}}, mode=UpdateMode.REPLACE)
    refused("a property too many", "TooManyProperties", {f"P{number}": number for number in range(253)})
    refused("a merge that makes them too many", "TooManyProperties", {"P252": 1})
    refused("an entity above 1 MiB", "EntityTooLarge", {f"P{number}": "x" * 32_768 for number in range(16)})
    refused("a name with a space", "PropertyNameInvalid", {"a b": 1})
    refused("a name that begins with a digit", "PropertyNameInvalid", {"1a": 1})
    refused("a name too long", "PropertyNameTooLong", {"a" * 256: 1})
    refused("a text that is no whole number", "InvalidValueType", {"A": "seven", "A@odata.type": "Edm.Int64"})
    refused("a key too long", "KeyValueTooLarge", {"RowKey": "k" * 513})
    for key in ["a/b", "a\\b", "a#b", "a?b", "a\tb", "a\u0085b"]:
        refused(f"a key such as {key!r}", "OutOfRangeInput", {"RowKey": key})
    refused("a body above 4 MiB", "RequestBodyTooLarge", {f"P{number}": "x" * 32_768 for number in range(130)})
    table.delete_entity("limits", "1")


def stats():
    with urllib.request.urlopen(f"{BASE}/_stats") as answer:
        return json.load(answer)


def batches(table):
    def row(key, partition="b'ätch", **properties):
        return {"PartitionKey": partition, "RowKey": key, **properties}

    def keys():
        return sorted(found["RowKey"] for found in table.query_entities("PartitionKey eq 'b''ätch'"))

    before = stats()
    first = table.submit_transaction(
        [("create", row("1", A=1)), ("upsert", row("2", A=1)), ("upsert", row("3", A=1), {"mode": "replace"})])
    holds("a batch answers with a tag for each", [bool(part["etag"]) for part in first] == [True] * 3)
    holds("a batch makes its rows", keys() == ["1", "2", "3"])
    table.submit_transaction(
        [("update", row("1", B=2)), ("upsert", row("2", B=2), {"mode": "replace"}), ("delete", row("3")),
         ("create", row("4"))])
    holds("a batch changes and deletes", keys() == ["1", "2", "4"])
    merged = table.get_entity("b'ätch", "1")
    holds("a batch merges", merged["A"] == 1 and merged["B"] == 2 and "A" not in table.get_entity("b'ätch", "2"))
    after = stats()
    holds("rows are counted", (after["created"] - before["created"], after["updated"] - before["updated"]) == (4, 2))

    def refused(what, code, index, operations, error=TableTransactionError):
        def call():
            try:
                table.submit_transaction(operations)
            except TableTransactionError as raised:
                holds(f"{what} is named: {raised.index}", raised.index == index)
                raise
        fails(what, error, code, call)

    refused("a row that is there", "EntityAlreadyExists", 1, [("create", row("5")), ("create", row("1"))])
    refused("a row twice", "InvalidDuplicateRow", 2,
            [("upsert", row("5")), ("upsert", row("6")), ("upsert", row("5"))])
    refused("a stale tag", "UpdateConditionNotSatisfied", 1,
            [("upsert", row("5")),
             ("update", row("1"), {"etag": first[0]["etag"], "match_condition": MatchConditions.IfNotModified})])
    refused("an update of nothing", "ResourceNotFound", 0, [("update", row("9")), ("upsert", row("5"))])
    refused("a value too large", "PropertyValueTooLarge", 1,
            [("upsert", row("5")), ("upsert", row("6", A="x" * 32_769))])
    refused("more than a hundred", "InvalidInput", 100, [("upsert", row(f"5{place}")) for place in range(101)])
    refused("a batch above 4 MiB", "RequestBodyTooLarge", 0,
            [("upsert", row(f"5{place}", A="x" * 32_000, B="x" * 20_000)) for place in range(100)],
            error=RequestTooLargeError)
    turn("_refuse", places=[1])
    refused("what a knob refuses", "PropertyValueTooLarge", 1, [("upsert", row("5")), ("upsert", row("6"))])
    turn("_refuse", places=[0], code="EntityTooLarge")
    refused("what a knob refuses in its words", "EntityTooLarge", 0, [("upsert", row("5"))])
    fails("a batch into a table that is not there", TableTransactionError, "TableNotFound",
          lambda: client(table="nosuchtable").submit_transaction([("upsert", row("5"))]))
    holds("a batch that fails leaves nothing", keys() == ["1", "2", "4"])
    hundred = [("upsert", row(f"h{place:02}", A=place)) for place in range(100)]
    holds("a hundred go at once", len(table.submit_transaction(hundred)) == 100)
    with urllib.request.urlopen(f"{BASE}/_records") as answer:
        records = [json.loads(line) for line in answer]
    written = {record["key"]: (record["written"], record["fields"]) for record in records}
    holds("what it holds can be looked at", written["b'ätch/1"] == (2, {"A": 1, "B": 2}))
    signature = generate_table_sas(
        CREDENTIAL, TABLE, permission=TableSasPermissions(add=True, update=True), expiry=SOON)
    signed = client(AzureSasCredential(signature))
    signed.submit_transaction([("upsert", row("h00")), ("upsert", row("h01"))])
    fails("a batch that deletes without leave", TableTransactionError, "AuthorizationPermissionMismatch",
          lambda: signed.submit_transaction([("upsert", row("h00")), ("delete", row("h01"))]))
    for found in keys():
        table.delete_entity("b'ätch", found)


def queries(table):
    for number in range(30):
        table.create_entity({"PartitionKey": f"p{number % 3}", "RowKey": f"r{number:02}", "Number": number})
    found = list(table.list_entities())
    keys = [(row["PartitionKey"], row["RowKey"]) for row in found]
    holds("all pages together are all rows, in order", len(keys) == 30 and keys == sorted(keys))
    pages = [len(list(page)) for page in table.list_entities(results_per_page=4).by_page()]
    holds(f"pages are small, and some are empty: {pages}", sum(pages) == 30 and max(pages) == 4 and 0 in pages)

    def count(text, **parameters):
        return len(list(table.query_entities(text, parameters=parameters or None)))

    middle = found[14].metadata["timestamp"]
    later = count("Timestamp ge @t", t=middle)
    earlier = count("Timestamp lt @t", t=middle)
    holds("a time parts the rows in two", later + earlier == 30 and later > 0)
    holds("keys are compared", count("PartitionKey eq 'p1' and RowKey ge 'r10' and RowKey lt 'r20'") == 4)
    holds("gt, le, or, not and parentheses hold",
          count("(RowKey gt 'r27' or RowKey le 'r01') and not (PartitionKey eq 'p0')") == 3)
    holds("numbers are compared", count("Number lt 5") == 5)
    fails("a filter that is none", HttpResponseError, "InvalidInput", lambda: count("RowKey ge"))
    chosen = next(iter(table.query_entities("RowKey eq 'r07'", select=["Number"])))
    holds("only what is chosen comes back", dict(chosen) == {"Number": 7})
    continued = table.list_entities(results_per_page=4).by_page()
    first = list(next(continued)) + list(next(continued))
    rest = table.list_entities(results_per_page=4).by_page(continuation_token=continued.continuation_token)
    holds("a token goes on where a page ended", len(first) + sum(len(list(page)) for page in rest) == 30)


def refusals():
    wrong = AzureNamedKeyCredential(ACCOUNT, base64.b64encode(b"another key").decode())

    def rows(credential, table=TABLE):
        return list(client(credential, table).list_entities())

    fails("another key", ClientAuthenticationError, "AuthenticationFailed", lambda: rows(wrong))
    fails("another account", ClientAuthenticationError, "AuthenticationFailed",
          lambda: rows(AzureNamedKeyCredential("somebodyelse", KEY)))
    fails("a table that is not there", ResourceNotFoundError, "TableNotFound", lambda: rows(CREDENTIAL, "nosuchtable"))
    def table_signature(permission, name=TABLE, **options):
        options = {"expiry": SOON, **options}
        return AzureSasCredential(generate_table_sas(CREDENTIAL, name, permission=permission, **options))

    reading = TableSasPermissions(read=True)
    for version in [None, "1999-01-01"]:
        # The client knows no other versions, so these are asked without it.
        headers = {"Accept": "application/json"} | ({"x-ms-version": version} if version else {})
        url = f"{ENDPOINT}/{TABLE}()?" + generate_table_sas(CREDENTIAL, TABLE, permission=reading, expiry=SOON)
        try:
            urllib.request.urlopen(urllib.request.Request(url, headers=headers))
            holds(f"version {version} is refused", False)
        except urllib.error.HTTPError as raised:
            holds(f"version {version} is refused", raised.headers["x-ms-error-code"] == "InvalidHeaderValue")
    holds("a signature for the table reads it", len(rows(table_signature(reading))) == 30)
    fails("a signature that has ended", ClientAuthenticationError, "AuthenticationFailed",
          lambda: rows(table_signature(reading, expiry=SOON - timedelta(hours=2))))
    fails("a signature that has not begun", ClientAuthenticationError, "AuthenticationFailed",
          lambda: rows(table_signature(reading, start=SOON, expiry=SOON + timedelta(hours=1))))
    fails("a signature for another table", HttpResponseError, "AuthorizationPermissionMismatch",
          lambda: rows(table_signature(reading, name="another")))
    fails("a signature that permits only to add", HttpResponseError, "AuthorizationPermissionMismatch",
          lambda: rows(table_signature(TableSasPermissions(add=True))))
    fails("an upsert without leave to update", HttpResponseError, "AuthorizationPermissionMismatch",
          lambda: client(table_signature(TableSasPermissions(add=True))).upsert_entity(
              {"PartitionKey": "s", "RowKey": "1"}))
    both = client(table_signature(TableSasPermissions(add=True, update=True)))
    both.upsert_entity({"PartitionKey": "s", "RowKey": "1"})
    client().delete_entity("s", "1")

    def account_signature(kinds, permission):
        return AzureSasCredential(generate_account_sas(
            CREDENTIAL, resource_types=kinds, permission=permission, expiry=SOON))

    reads = AccountSasPermissions(read=True, list=True)
    holds("a signature for the account reads the table",
          len(rows(account_signature(ResourceTypes(object=True), reads))) == 30)
    fails("a signature for other things of the account", HttpResponseError, "AuthorizationResourceTypeMismatch",
          lambda: rows(account_signature(ResourceTypes(service=True), reads)))


def tables():
    service = TableServiceClient(ENDPOINT, credential=CREDENTIAL, retry_total=0)
    service.create_table("another")
    fails("a table made twice", ResourceExistsError, "TableAlreadyExists", lambda: service.create_table("Another"))
    holds("tables are listed", sorted(table.name for table in service.list_tables()) == ["another", TABLE])
    service.delete_table("another")
    holds("a table that was deleted is gone", [table.name for table in service.list_tables()] == [TABLE])


def trouble():
    turn("_fail", status=503, code="ServerBusy", times=1, retryAfter=1)
    fails("a failure that was asked for", HttpResponseError, "ServerBusy", lambda: list(client().list_entities()))
    turn("_fail", status=503, code="ServerBusy", times=2, retryAfter=1)
    patient = TableClient(ENDPOINT, TABLE, credential=CREDENTIAL, retry_total=3)
    holds("the client gets over a busy service", len(list(patient.list_entities())) == 30)
    turn("_slow", milliseconds=300, times=1)
    start = datetime.now()
    list(client().list_entities())
    holds("a slow answer is slow", datetime.now() - start >= timedelta(milliseconds=300))


writes(client())
limits(client())
batches(client())
queries(client())
refusals()
tables()
trouble()
print("everything holds" if failures == 0 else f"{failures} do not hold")
sys.exit(0 if failures == 0 else 1)
