"""What must hold between HubSpot's client and the simulated account at the port in the first argument.

It is not called as the client's package is, which it would hide.
"""

import json
import os
import sys
import urllib.request

from hubspot import HubSpot
from hubspot.crm.contacts import ApiException, BatchInputSimplePublicObjectBatchInputUpsert
from hubspot.crm.contacts import PublicObjectSearchRequest, SimplePublicObjectInput, SimplePublicObjectInputForCreate
from hubspot.crm.properties import ApiException as PropertiesException

BASE = f"http://127.0.0.1:{sys.argv[1]}"
TOKEN = os.environ["HUBSPOT_TOKEN"]

failures = 0


def holds(what, condition):
    global failures
    print(("ok    " if condition else "FAIL  ") + what)
    failures += 0 if condition else 1


def fails(what, status, word, call):
    try:
        call()
    except (ApiException, PropertiesException) as raised:
        body = json.loads(raised.body)
        found = body.get("category") or body.get("policyName")
        holds(f"{what}: {raised.status} {found}", raised.status == status and word in raised.body)
        return raised
    holds(f"{what}: nothing was raised", False)


def turn(knob, **body):
    request = urllib.request.Request(f"{BASE}/{knob}", data=json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 204


def client(token=TOKEN):
    return HubSpot(access_token=token, host=BASE)


def contact(email, trace=None, **properties):
    made = {"idProperty": "email", "id": email, "properties": {"email": email, **properties}}
    return made | ({"objectWriteTraceId": trace} if trace else {})


def upsert(hubspot, *inputs):
    return hubspot.crm.contacts.batch_api.upsert(BatchInputSimplePublicObjectBatchInputUpsert(inputs=list(inputs)))


def batches(hubspot):
    first = upsert(hubspot, contact("ada@example.com", "1", firstname="Zoë"), contact("grace@example.com", "2"))
    by_trace = {result.object_write_trace_id: result for result in first.results}
    holds("contacts are created", first.status == "COMPLETE" and all(result.new for result in first.results))
    holds("what was written comes back", by_trace["1"].properties["firstname"] == "Zoë")
    again = upsert(hubspot, contact("ADA@example.com", "3", jobtitle="Countess")).results
    holds("a contact is updated", not again[0].new and again[0].id == by_trace["1"].id)
    part = upsert(hubspot, contact("a@example.com", "4"), contact("b@example.com", "5", nonsense="x"))
    holds("a batch fails in part",
          part.num_errors == 1 and len(part.results) == 1
          and part.errors[0].context == {"objectWriteTraceId": ["5"]}
          and "PROPERTY_DOESNT_EXIST" in part.errors[0].message)
    turn("_refuse", places=[1], code="VALIDATION_ERROR")
    refused = upsert(hubspot, contact("c@example.com", "6"), contact("d@example.com", "7"))
    holds("a record is refused as asked",
          [error.context["objectWriteTraceId"] for error in refused.errors] == [["7"]] and len(refused.results) == 1)
    fails("an unknown property without a trace id", 400, "PROPERTY_DOESNT_EXIST",
          lambda: upsert(hubspot, contact("e@example.com", nonsense="x")))
    fails("an address that is none", 400, "INVALID_EMAIL", lambda: upsert(hubspot, contact("nobody")))
    fails("a read-only property", 400, "READ_ONLY_VALUE",
          lambda: upsert(hubspot, contact("e@example.com", hs_email_optout="true")))
    fails("one address twice", 400, "Duplicate IDs",
          lambda: upsert(hubspot, contact("e@example.com"), contact("E@example.com")))
    fails("too many contacts", 400, "VALIDATION_ERROR",
          lambda: upsert(hubspot, *[contact(f"m{n}@example.com") for n in range(101)]))
    keyed = {"idProperty": "ledger_id", "id": "cus_1", "properties": {"email": "k@example.com"}}
    holds("a property with unique values identifies contacts", upsert(hubspot, keyed).results[0].new)
    fails("a property without them", 400, "non-unique 0-1 property",
          lambda: upsert(hubspot, keyed | {"idProperty": "action_code"}))


def singles(hubspot):
    basic = hubspot.crm.contacts.basic_api
    made = basic.create(SimplePublicObjectInputForCreate(properties={"email": "one@example.com"}, associations=[]))
    raised = fails("a contact that is there", 409, "CONFLICT",
                   lambda: basic.create(SimplePublicObjectInputForCreate(
                       properties={"email": "ONE@example.com"}, associations=[])))
    holds("its id is named", json.loads(raised.body)["message"].endswith(f"Existing ID: {made.id}"))
    basic.update("one@example.com", SimplePublicObjectInput(properties={"company": "Analytical"}), id_property="email")
    read = basic.get_by_id("one@example.com", id_property="email", properties=["company"])
    holds("a contact is read", read.id == made.id and read.properties == {"company": "Analytical"})
    fails("a contact that is not there", 404, "OBJECT_NOT_FOUND", lambda: basic.get_by_id("999"))
    found = hubspot.crm.contacts.search_api.do_search(PublicObjectSearchRequest(
        filter_groups=[{"filters": [{"propertyName": "email", "operator": "EQ", "value": "one@example.com"}]}],
        properties=["email"], limit=10))
    holds("a contact is found", found.total == 1 and found.results[0].id == made.id)


def properties(hubspot):
    known = {found.name: found for found in hubspot.crm.properties.core_api.get_all("contacts").results}
    holds("properties are listed", known["jobtitle"].type == "string" and known["ledger_id"].has_unique_value)
    holds("read-only ones say so", known["createdate"].modification_metadata.read_only_value)
    request = urllib.request.Request(
        f"{BASE}/account-info/v3/details", headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request) as answer:
        holds("the account is named", json.load(answer)["portalId"] == 62515)


def trouble(hubspot):
    def read():
        return hubspot.crm.contacts.basic_api.get_by_id("501")

    turn("_fail", status=429, code="DAILY")
    raised = fails("a limit of the day", 429, '"policyName":"DAILY"', read)
    holds("the rest of the day is named", raised.headers["X-HubSpot-RateLimit-Daily-Remaining"] == "0")
    turn("_fail", status=429)
    fails("a limit of ten seconds", 429, "TEN_SECONDLY_ROLLING", read)
    turn("_fail", status=503)
    fails("a failure that was asked for", 503, "INTERNAL_ERROR", read)
    fails("another token", 401, "INVALID_AUTHENTICATION",
          lambda: client("pat-eu1-none").crm.contacts.basic_api.get_by_id("501"))
    turn("_expire")
    fails("a token that was ended", 401, "EXPIRED_AUTHENTICATION", read)
    holds("the next token is good",
          client(os.environ["HUBSPOT_NEXT_TOKEN"]).crm.contacts.basic_api.get_by_id("501").id == "501")
    with urllib.request.urlopen(f"{BASE}/_stats") as answer:
        counted = json.load(answer)
    holds("contacts are counted", (counted["records"], counted["created"], counted["updated"]) == (6, 6, 2))


hubspot = client()
batches(hubspot)
singles(hubspot)
properties(hubspot)
trouble(hubspot)
print("everything holds" if failures == 0 else f"{failures} do not hold")
sys.exit(0 if failures == 0 else 1)
