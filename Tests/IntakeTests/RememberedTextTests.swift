import Intake
import Leads
import Ledger
import OrderedJSON
import Testing

/// What readers remember to be quick does not grow with what strangers send.
@Suite struct RememberedTextTests {
    /// The bytes of all text that `value` holds.
    private func heldText(_ value: Any) -> Int {
        if let text = value as? String { return text.utf8.count }
        return Mirror(reflecting: value).children.reduce(0) { $0 + heldText($1.value) }
    }

    @Test func `long names and terms are read and not remembered`() {
        let long = String(repeating: "n", count: 100_000)
        let term = String(repeating: "t", count: 8_000)
        var leads = LeadRequests(rules: .system)
        var actions = ActionRequests(rules: .system)
        var entities = AzureEntities()
        let members: [JSON.Member] = [
            .init("Email", .string("a@b.c")), .init("offer", .string(term)), .init("LeadSource", .string(term)),
            .init("actionCode", .string(term)), .init("source", .string(term)), .init(long, .string("x")),
        ]
        let arrived = request(JSON.object(members).text)
        for _ in 0..<3 {
            _ = leads.read(arrived, offer: "contoso.app", actor: "a", scope: "s", window: .minute)
            _ = try? actions.read(arrived, actor: "a", scope: "s", window: .minute)
            _ = entities.read(members)
        }
        let short = request(#"{"Email":"a@b.c","LeadSource":"SPZA-INS|contoso.app"}"#)
        #expect(leads.read(short, offer: "contoso.app", actor: "a", scope: "s", window: .minute)[0].action == "INS")
        #expect((1..<2_000).contains(heldText(leads)))
        #expect(heldText(actions) < 2_000)
        #expect(heldText(entities) < 2_000)
    }

    @Test func `a long name is kept with its value each time`() {
        let long = String(repeating: "n", count: 1_000)
        let arrived = request(#"{"Email":"a@b.c","\#(long)":"x"}"#)
        var leads = LeadRequests(rules: .system)
        for _ in 0..<2 {
            let event = leads.read(arrived, offer: "", actor: "a", scope: "s", window: .minute).first
            #expect(event?.recorded?.other == [.init(name: long, value: "x")])
        }
    }
}
