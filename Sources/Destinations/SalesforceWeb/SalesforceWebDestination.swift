package import Leads
internal import OrderedJSON
package import Outbound

/// Salesforce Web-to-Lead: each action is one form, as if somebody had filled it in on a page.
///
/// There is no access, no id and no way to ask: a form that is sent twice makes two leads, and one that an org refuses
/// later is lost without a word. Kind `salesforce` has none of this.
package struct SalesforceWebDestination: Adapter {
    private let client: APIClient
    private let form: SalesforceWebForm

    /// Opens no connection.
    package init(settings: DestinationSettings, resolver: Resolver? = nil) {
        client = APIClient(settings, resolver: resolver)
        form = SalesforceWebForm(settings)
    }

    package var batchLimit: Int { 1 }

    package func prepare(_ outgoing: Outgoing) -> Prepared {
        let (record, adjusted) = form.record(outgoing)
        return Prepared(
            outgoing, record: record, digest: sha256(record.encoded()), key: outgoing.delivery, adjusted: adjusted)
    }

    package func send(_ leads: [Prepared], now: Instant) async -> BatchAnswer {
        precondition(leads.count == 1, "a form has one lead")
        guard let request = form.request(leads[0].record) else {
            return BatchAnswer(leads) { _ in
                SentAttempt(outcome: .config, reason: "base-url with a form below it is no address")
            }
        }
        let sent = await client.send(request, now: now)
        let attempt: SentAttempt
        if case .answered(let answer) = sent {
            let (outcome, reason) = SalesforceWebOutcome.of(answer)
            attempt = SentAttempt(
                outcome: outcome, status: answer.status,
                reason: VendorWords.clean(reason, of: leads.map(\.outgoing), fields: form.map.names),
                retryAfter: [.retry, .throttled].contains(outcome) ? answer.retryAfter(now: now) : nil)
        } else {
            attempt = SentAttempt(silence: sent)
        }
        return BatchAnswer([attempt.recorded(request, sent)])
    }

    package func check(now: Instant) async -> [CheckStep] {
        var steps: [CheckStep] = []
        switch await client.send(form.greeting(), now: now) {
        case .answered(let answer):
            steps.append(CheckStep("connection", good: "base-url answers (status \(answer.status))"))
        case .refused(let reason), .notSent(let reason), .unanswered(let reason):
            steps.append(
                CheckStep("connection", problem: reason, mend: "check base-url: https://webto.salesforce.com as a rule")
            )
        }
        return steps + [organization, campaign].compactMap { $0 } + fields + [Self.unknowable]
    }

    private var organization: CheckStep {
        guard SalesforceID.isID(form.organization) else {
            return CheckStep(
                "organization", problem: "the last three characters do not fit the others",
                mend: "copy Salesforce.com Organization ID again, with its capitals (Setup, Company Information)")
        }
        return CheckStep("organization", good: "has the form of an id; whether it is yours cannot be asked")
    }

    private var campaign: CheckStep? {
        guard let campaign = form.campaign, !(campaign.hasPrefix("701") && SalesforceID.isID(campaign)) else {
            return nil
        }
        return CheckStep(
            "campaign", problem: "is no id of a campaign",
            mend: "the id stands in the address of the campaign's page: 15 or 18 characters, from 701 on")
    }

    /// Custom fields that go by their names are ignored without a word.
    private var fields: [CheckStep] {
        form.map.names.filter { name in
            !SalesforceWebForm.names.contains(name) && !(name.hasPrefix("00N") && SalesforceID.isID(name))
        }.map { name in
            CheckStep(
                "field \(name)", problem: "is no field of a form: it would be ignored",
                mend:
                    "custom fields go by their id, 00N…: it stands in the form that Setup, Web-to-Lead generates, and "
                    + "in the address of the field's page")
        }
    }

    private static let unknowable = CheckStep(
        "acceptance",
        good: "nothing more can be known from outside: Web-to-Lead never says whether it is on, whether it wants "
            + "reCAPTCHA (which drops every form: untick Require reCAPTCHA Verification in Setup, Web-to-Lead), "
            + "whether a required field, a validation rule or a duplicate rule refuses leads, or whether 500 came "
            + "today; send one lead and look for it in Salesforce")

    package func shutdown() async { await client.shutdown() }
}
