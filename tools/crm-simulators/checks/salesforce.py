"""What must hold between simple-salesforce and the simulated org at the port in the first argument.

The second argument is the private key of the certificate that the simulator was given. The package asks for tokens at
https addresses of the vendor only; an adapter of its HTTP session sends all of it to the simulator, so that its own
login and its own requests are what is checked.
"""

import json
import os
import sys
import urllib.request
import warnings
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceExpiredSession
from simple_salesforce.exceptions import SalesforceGeneralError, SalesforceMalformedRequest
from simple_salesforce.exceptions import SalesforceRefusedRequest, SalesforceResourceNotFound

BASE = f"http://127.0.0.1:{sys.argv[1]}"
KEY_FILE = sys.argv[2]
CLIENT = "3MVG9leadledger"
USER = "integration@leadledger.example"
SECRET = os.environ["SALESFORCE_SECRET"]
EXTERNAL = "LeadledgerId__c"

failures = 0


class ToSimulator(HTTPAdapter):
    """Sends requests for any https host to the simulator, and keeps the host that they name."""

    def send(self, request, **options):
        url = urlsplit(request.url)
        request.headers["Host"] = url.netloc
        request.url = BASE + url.path + (f"?{url.query}" if url.query else "")
        return super().send(request, **options)


def holds(what, condition):
    global failures
    print(("ok    " if condition else "FAIL  ") + what)
    failures += 0 if condition else 1


def fails(what, error, code, call):
    try:
        call()
    except error as raised:
        found = raised.content[0]["errorCode"] if isinstance(raised.content, list) else raised.code
        holds(f"{what}: {found}", found == code and type(raised) is error)
        return
    holds(f"{what}: nothing was raised", False)


def turn(knob, **body):
    request = urllib.request.Request(f"{BASE}/{knob}", data=json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 204


def records():
    with urllib.request.urlopen(f"{BASE}/_records") as answer:
        return {line["key"]: line for line in map(json.loads, answer.read().splitlines())}


def session():
    session = requests.Session()
    session.mount("https://", ToSimulator())
    return session


def by_secret(secret=SECRET):
    return Salesforce(
        consumer_key=CLIENT, consumer_secret=secret, domain="example.my", version="62.0", session=session())


def by_certificate(client=CLIENT, user=USER):
    return Salesforce(
        username=user, consumer_key=client, privatekey_file=KEY_FILE, version="62.0", session=session())


def lead(**fields):
    return {"LastName": "O'Neil", "Company": "Söhne & Co", **fields}


def logins():
    holds("client credentials log in", by_secret().limits()["DailyApiRequests"]["Max"] == 100000)
    holds("a signed assertion logs in", by_certificate().limits()["DailyApiRequests"]["Max"] == 100000)
    fails("a wrong secret", SalesforceAuthenticationFailed, "invalid_client", lambda: by_secret("wrong"))
    fails("an unknown client", SalesforceAuthenticationFailed, "invalid_client_id", lambda: by_certificate("other"))
    # The package takes this refusal for a lack of consent, and says so at length.
    warnings.simplefilter("ignore", UserWarning)
    fails("an unknown user", SalesforceAuthenticationFailed, "invalid_grant", lambda: by_certificate(user="nobody"))


def writes(org):
    made = org.Lead.create(lead(Email="first@example.com", **{EXTERNAL: "L-made"}))
    holds("a lead is made", made["success"] and len(made["id"]) == 18)
    holds("it comes back under its id", org.Lead.get(made["id"])["LastName"] == "O'Neil")
    holds("it is changed under its id", org.Lead.update(made["id"], {"Title": "Countess"}) == 204)
    path = f"{EXTERNAL}/L-1"
    statuses = [org.Lead.upsert(path, lead(ActionCode__c="PLT")), org.Lead.upsert(path, {"FirstName": "Zoë"})]
    holds(f"an upsert makes, and then changes: {statuses}", statuses == [201, 200])
    read = org.Lead.get_by_custom_id(EXTERNAL, "L-1")
    same = (read["FirstName"], read["Company"], read["ActionCode__c"]) == ("Zoë", "Söhne & Co", "PLT")
    holds("it comes back under its external id", same and read["attributes"]["type"] == "Lead")
    holds("both writes are one record", records()["L-1"]["written"] == 2)
    found = org.query("SELECT Id, Email FROM Lead WHERE Email = 'first@example.com'")
    holds("a query finds it", [row["Id"] for row in found["records"]] == [made["id"]])
    holds("usage is told", org.api_usage["api-usage"].total == 100000)


def many(org):
    inputs = [lead(attributes={"type": "Lead"}, **{EXTERNAL: f"L-{number}"}) for number in range(200)]
    del inputs[7]["Company"]
    turn("_refuse", places=[9], code="UNABLE_TO_LOCK_ROW")
    results = org.restful(
        f"composite/sobjects/Lead/{EXTERNAL}", method="PATCH", json={"allOrNone": False, "records": inputs})
    codes = {place: row["errors"][0]["statusCode"] for place, row in enumerate(results) if not row["success"]}
    holds(f"a collection has a result for each: {codes}",
          len(results) == 200 and codes == {7: "REQUIRED_FIELD_MISSING", 9: "UNABLE_TO_LOCK_ROW"})
    holds("one was there before", [row.get("created") for row in results[:3]] == [True, False, True])
    fails("a collection of 201", SalesforceMalformedRequest, "EXCEEDED_ID_LIMIT", lambda: org.restful(
        f"composite/sobjects/Lead/{EXTERNAL}", method="PATCH", json={"records": inputs + inputs[:1]}))


def refusals(org):
    def upsert(key="L-refused", **fields):
        return lambda: org.Lead.upsert(f"{EXTERNAL}/{key}", lead(**fields))

    malformed = SalesforceMalformedRequest
    fails("no company", malformed, "REQUIRED_FIELD_MISSING", upsert(Company=""))
    fails("a long text", malformed, "STRING_TOO_LONG", upsert(FirstName="x" * 41))
    fails("an unknown field", malformed, "INVALID_FIELD", upsert(NoSuch__c="x"))
    fails("a field that is closed", malformed, "INVALID_FIELD_FOR_INSERT_UPDATE", upsert(DoNotCall=True))
    fails("a bad address", malformed, "INVALID_EMAIL_ADDRESS", upsert(Email="ada@"))
    fails("a bad source", malformed, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", upsert(LeadSource="Moon"))
    fails("a wrong type", malformed, "JSON_PARSER_ERROR", upsert(HasOptedOutOfEmail="yes"))
    fails("a duplicate", malformed, "DUPLICATES_DETECTED", upsert(Email="First@example.com"))
    saved = org.Lead.upsert(
        f"{EXTERNAL}/L-saved", lead(Email="first@example.com"),
        headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"})
    holds("a duplicate that is to be saved is saved", saved == 201)
    upsert("L-converted")()
    fails("a converted lead", malformed, "CANNOT_UPDATE_CONVERTED_LEAD", upsert("L-converted"))
    fails("a field that is no external id", SalesforceResourceNotFound, "NOT_FOUND",
          lambda: org.Lead.upsert("Email/x", lead()))
    fails("a lead that is not there", SalesforceResourceNotFound, "NOT_FOUND",
          lambda: org.Lead.get_by_custom_id(EXTERNAL, "L-none"))
    holds("nothing that was refused is kept", "L-refused" not in records())


def describes(org):
    fields = {field["name"]: field for field in org.Lead.describe()["fields"]}
    lengths = (fields["ActionCode__c"]["length"], fields["Company"]["length"])
    holds("the description tells lengths", lengths == (30, 255))
    holds("and which field is the external id",
          [name for name, field in fields.items() if field["externalId"] and field["unique"]] == [EXTERNAL])
    holds("and which cannot be written", not fields["DoNotCall"]["createable"] and not fields["Id"]["updateable"])


def trouble(org):
    turn("_fail", status=403, code="REQUEST_LIMIT_EXCEEDED")
    fails("a failure that was asked for", SalesforceRefusedRequest, "REQUEST_LIMIT_EXCEEDED", org.limits)
    turn("_fail", status=503)
    fails("a busy server", SalesforceGeneralError, "SERVER_UNAVAILABLE", org.limits)
    turn("_expire")
    holds("the client logs in again when its session has ended", "DailyApiRequests" in org.limits())
    turn("_expire")
    bare = Salesforce(
        instance_url="https://example.my.salesforce.com", session_id=org.session_id, version="62.0", session=session())
    fails("a session that has ended", SalesforceExpiredSession, "INVALID_SESSION_ID", bare.limits)


logins()
org = by_secret()
writes(org)
many(org)
refusals(org)
describes(org)
trouble(by_certificate())
print("everything holds" if failures == 0 else f"{failures} do not hold")
sys.exit(0 if failures == 0 else 1)
