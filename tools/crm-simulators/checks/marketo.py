"""What must hold between a client for Marketo and the simulated one at the port in the first argument."""

import json
import os
import sys
import urllib.error
import urllib.request

from marketorestpython.client import MarketoClient
from marketorestpython.helper.exceptions import MarketoException

BASE = f"http://127.0.0.1:{sys.argv[1]}"

failures = 0


def holds(what, condition):
    global failures
    print(("ok    " if condition else "FAIL  ") + what)
    failures += 0 if condition else 1


def fails(what, code, call):
    try:
        call()
    except MarketoException as raised:
        holds(f"{what}: {raised.code}", raised.code == code)
        return
    holds(f"{what}: nothing was raised", False)


def turn(knob, **body):
    request = urllib.request.Request(f"{BASE}/{knob}", data=json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 204


def stats():
    with urllib.request.urlopen(f"{BASE}/_stats") as answer:
        return json.load(answer)


def client(secret=os.environ["MARKETO_SECRET"]):
    # The client makes the host from the name of an instance; it takes another one afterwards.
    made = MarketoClient("none", os.environ["MARKETO_ID"], secret, max_retry_time=10)
    made.host = BASE
    return made


def statuses(result):
    return [record.get("status") for record in result]


def codes(result):
    return [record["reasons"][0]["code"] if "reasons" in record else None for record in result]


def writes(marketo):
    ada = {"email": "ada@example.com", "firstName": "Zoë", "lastName": "O'Brien", "unsubscribed": True}
    first = marketo.create_update_leads([ada, {"email": "grace@example.com"}])
    holds("leads are created", statuses(first) == ["created", "created"])
    again = marketo.create_update_leads([{"email": "ADA@example.com", "title": "Countess"}], lookupField="email")
    holds("a lead is updated", statuses(again) == ["updated"] and again[0]["id"] == first[0]["id"])
    holds("a lead that is there is not created",
          codes(marketo.create_update_leads([ada], action="createOnly")) == ["1005"])
    holds("a lead that is not there is not updated",
          codes(marketo.create_update_leads([{"email": "x@example.com"}], action="updateOnly")) == ["1004"])
    mixed = marketo.create_update_leads(
        [{"email": "a@example.com", "nonsense": "x"}, {"email": "twice@example.com"}, {"firstName": "x"},
         {"email": "b@example.com", "title": "x" * 256}, {"email": "c@example.com"}])
    holds("bad records are skipped in their places", codes(mixed) == ["1006", "1007", "1002", "1003", None])
    custom = marketo.create_update_leads([{"ledgerId": "cus_1"}], lookupField="ledgerId")
    holds("a custom field identifies leads", statuses(custom) == ["created"])
    fails("a field that identifies none", "1011",
          lambda: marketo.create_update_leads([{"lastName": "x"}], lookupField="lastName"))
    fails("too many records", "1003",
          lambda: marketo.create_update_leads([{"email": f"a{n}@example.com"} for n in range(301)]))


def forms_and_programs(marketo):
    submitted = marketo.submit_form(7, {"leadFormFields": {"email": "form@example.com", "firstName": "x"}})
    holds("a form is submitted", statuses(submitted) == ["created"])
    holds("a field that the form has not",
          codes(marketo.submit_form(7, {"leadFormFields": {"email": "form@example.com", "title": "x"}})) == ["1006"])
    fails("a form that is not there", "1013",
          lambda: marketo.submit_form(8, {"leadFormFields": {"email": "form@example.com"}}))
    holds("a form is found", marketo.get_form_by_id(7)[0]["status"] == "approved")
    fails("a form is not found", "702", lambda: marketo.get_form_by_id(8))
    holds("the forms are listed", [form["id"] for form in marketo.get_forms()] == [1029, 7])
    holds("a program is found", marketo.get_program_by_name("Marketplace")[0]["name"] == "Marketplace")
    pushed = marketo.push_lead([{"email": "push@example.com"}], "Marketplace", source="Marketplace", reason="Offer")
    holds("a lead is pushed", statuses(pushed) == ["created"])
    fails("a program that is not there", "1013", lambda: marketo.push_lead([{"email": "a@example.com"}], "Nowhere"))


def reads(marketo):
    fields = {field["rest"]["name"]: field for field in marketo.describe()}
    holds("fields are described", fields["email"]["length"] == 255 and fields["id"]["rest"]["readOnly"])
    holds("custom fields are described", not fields["ledgerId"]["rest"]["readOnly"])
    found = marketo.get_multiple_leads_by_filter_type("email", ["ada@example.com"], "email,firstName,title")
    holds("a lead is found", [(lead["firstName"], lead["title"]) for lead in found] == [("Zoë", "Countess")])
    holds("two leads share an address",
          len(marketo.get_multiple_leads_by_filter_type("email", ["twice@example.com"])) == 2)


def trouble(marketo):
    token = marketo.token
    turn("_expire")
    fails("a token that was ended", "602", marketo.describe)
    marketo.valid_until = None
    holds("the next token is new", len(marketo.describe()) > 10 and marketo.token != token)
    seconds = marketo.expires_in
    marketo.valid_until = None
    marketo.authenticate()
    holds("a token comes back with what is left", marketo.expires_in <= seconds)
    turn("_fail", status=200, code="611")
    fails("a failure that was asked for", "611", marketo.describe)
    # The client would try again, but without the token that it took out of the arguments the first time.
    marketo.max_retry_time = 0
    turn("_fail", status=200, code="606")
    fails("a limit", "606", marketo.describe)
    turn("_refuse", places=[1], code="1003")
    refused = marketo.create_update_leads([{"email": "d@example.com"}, {"email": "e@example.com"}])
    holds("a record is refused as asked", codes(refused) == [None, "1003"])
    for name, secret in [("wrong", "wrong"), ("empty", " ")]:
        try:
            client(secret).describe()
            holds(f"a secret that is {name} is refused", False)
        except Exception as raised:
            holds(f"a secret that is {name} is refused", "credentials" in str(raised).lower())
    try:
        # The client always sends the token in the header, so this is asked without it.
        with urllib.request.urlopen(f"{BASE}/rest/v1/leads/describe.json?access_token={marketo.token}") as answer:
            holds("a token in the query is refused", json.load(answer)["errors"][0]["code"] == "601")
    except urllib.error.HTTPError:
        holds("a token in the query is refused with 200", False)
    counted = stats()
    holds("records are counted", counted["created"] == 7 and counted["updated"] == 1 and counted["records"] == 9)


marketo = client()
writes(marketo)
forms_and_programs(marketo)
reads(marketo)
trouble(marketo)
print("everything holds" if failures == 0 else f"{failures} do not hold")
sys.exit(0 if failures == 0 else 1)
